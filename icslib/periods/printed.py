"""Periods as publishers print them: what each form looks like, alone, inside longer text, and as a part of a year."""

import calendar
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from itertools import product

from ..errors import PeriodError
from .kinds import (
    Period,
    calendar_quarter,
    calendar_year,
    day,
    financial_year,
    month,
    months,
    months_to,
    quarter,
    span,
    to_month,
    week,
    years,
)

MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}


def _century(first: int, short: str) -> int:
    last = int(short)
    return last if last > 99 else first // 100 * 100 + last + (100 if last < first % 100 else 0)


def _two_years(match: re.Match) -> Period:
    first, last = int(match[1]), _century(int(match[1]), match[2])
    if last == first + 1:
        return financial_year(last)
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", match[0]):  # "2024-04" and, without spaces, "2010-12": a month
        return month(first, int(match[2]))
    return span(first, last)


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year) - (100 if int(year) > 50 else 0)


def _month(name: str) -> int:
    return MONTHS[name[:3].lower()]


_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DASH = r"\s*[-–/]\s*"
_Q, _M, _W = r"Q(?:uarter\s*|tr\s*)?([1-4])", r"M(?:onth\s*)?(\d{1,2})", r"W(?:eek\s*)?(\d{1,2})"
_PART = "|".join([_Q, _M, _W]).replace("(\\d", "(?:\\d").replace("([", "(?:[")
_FY = rf"(?:FY\s*)?(\d{{4}}){_DASH}(\d{{2}}|\d{{4}})"
_MONTH_YEAR = rf"({_NAME})[-\s']+(\d{{4}}|\d{{2}})"


def _march(match: re.Match) -> int:
    first, last = int(match[1]), _century(int(match[1]), match[2])
    if last != first + 1:
        raise ValueError("not a financial year")
    return last


_COUNTS = {"three": 3, "six": 6, "nine": 9, "twelve": 12, "quarter": 3, "year": 12, "yr": 12}  # months


def _count(word: str) -> int:
    return _COUNTS.get(word.lower()) or int(word)


_SPAN = rf"\s*\(?(?:{_NAME}\s*(?:to|[-–])\s*{_NAME})?\)?"  # "Q1 (Apr to Jun)"
_OF_FY = [
    (_Q + _SPAN, lambda fy, m: quarter(fy, int(m[1]))),
    (_M, lambda fy, m: to_month(fy, int(m[1]))),
    (rf"({_NAME})", lambda fy, m: month(fy - (_month(m[1]) > 3), _month(m[1]))),
]
_OF_YEAR = [
    (_Q + _SPAN, lambda year, m: calendar_quarter(year, int(m[1]))),
    (_M, lambda year, m: month(year, int(m[1]))),
    (rf"(?:as )?(?:at |on )?(\d{{1,2}}) ({_NAME})", lambda year, m: day(date(year, _month(m[2]), int(m[1])))),
    (_W, lambda year, m: week(year, int(m[1]))),
    (rf"({_NAME})", lambda year, m: month(year, _month(m[1]))),
]


def _part(text: str, year: int, forms: list) -> Period:
    """The part of a year that `text` names, such as ``Q1``; a ValueError when it names none."""
    for form, make in forms:
        if match := re.fullmatch(form, text, re.I | re.A):
            return make(year, match)
    raise ValueError(f"{text!r} is no part of a year")


# What each form looks like and what it makes; the second group is also looked for inside longer text.
_ALONE = [
    (r"(\d{4})(?:\.0)?", lambda m: calendar_year(int(m[1]))),
    (r"X(\d{4})\.(\d{4})", lambda m: span(int(m[1]), int(m[2]))),
    (r"(\d{4})(0[1-9]|1[0-2])(?:\.0)?", lambda m: month(int(m[1]), int(m[2]))),
    (r"(\d{4})(\d{2})(?:\.0)?", lambda m: financial_year(_march(m))),
    (r"(\d{4})(\d{2})_(\d{4})(\d{2})", lambda m: years(_century(int(m[1]), m[2]), _century(int(m[3]), m[4]))),
    (r"(\d{4})(\d{2})(\d{2})", lambda m: day(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"FY\s*(\d{2})[-/](\d{2})", lambda m: financial_year(_century(2000 + int(m[1]), m[2]))),
    (rf"(\d{{4}})[-\s]({_NAME})", lambda m: month(int(m[1]), _month(m[2]))),
    (rf"(?:[A-Z]+-)?{_MONTH_YEAR}", lambda m: month(_full(m[2]), _month(m[1]))),
    (r"(\d{4})\s*[. ]\s*(\d{2}|\d{4})", _two_years),
]
_WITHIN = [
    (rf"{_FY}\s*,?\s*({_PART})", lambda m: _part(m[3], _march(m), _OF_FY)),
    (rf"({_PART})\s*,?\s*{_FY}", lambda m: _part(m[1], _century(int(m[2]), m[3]), _OF_FY)),
    (rf"(\d{{4}})\s*[-,]?\s*({_PART})", lambda m: _part(m[2], int(m[1]), _OF_YEAR)),
    (rf"({_PART})\s*,?\s*(\d{{4}})", lambda m: _part(m[1], int(m[2]), _OF_YEAR)),
    (r"(\d{4})[-–/](\d{2})\s*(?:to|[-–])\s*(\d{4})[-–/](\d{2})", lambda m: _years_or_months(m)),
    (r"(\d{4})\s*to\s*(\d{4})", lambda m: span(int(m[1]), int(m[2]))),
    (
        rf"(?:({'|'.join(_COUNTS)}|\d{{1,2}}) months|(year|yr|quarter))\s+(?:to|ending|ended)\s+(?:\d{{1,2}}\s+)?"
        rf"({_NAME})\s+(\d{{4}})",
        lambda m: months_to(int(m[4]), _month(m[3]), _count(m[1] or m[2])),
    ),
    (
        rf"{_MONTH_YEAR}\s*(?:to|[-–])\s*{_MONTH_YEAR}",
        lambda m: months((_full(m[2]), _month(m[1])), (_full(m[4]), _month(m[3]))),
    ),
    (
        rf"({_NAME})\s*(?:to|[-–])\s*({_NAME})[-\s']+(\d{{4}})",
        lambda m: months((int(m[3]) - (_month(m[1]) > _month(m[2])), _month(m[1])), (int(m[3]), _month(m[2]))),
    ),
    (r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", lambda m: day(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", lambda m: day(date(_full(m[3]), int(m[2]), int(m[1])))),
    (rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({_NAME})\s+(\d{{4}}|\d{{2}})", lambda m: day(date(_full(m[3]), _month(m[2]), int(m[1])))),
    (rf"({_NAME})\s+(\d{{4}})", lambda m: month(int(m[2]), _month(m[1]))),
    (r"(?:FY\s*)?(\d{4})\s*[-–/]\s*(\d{2}|\d{4})", _two_years),
    (r"(?:(?:England|Wales|Kingdom|UK),|in|for|during)\s+((?:19|20)\d{2})", lambda m: calendar_year(int(m[1]))),
]
_MARKED = re.compile(r"\s*(?:\[\w+\]|\((?:[pref]|provisional|revised|estimated?|forecast)\))+$", re.I)
_WHOLE = [(re.compile(form, re.I | re.A), make) for form, make in _WITHIN + _ALONE]
_INSIDE = [(re.compile(rf"(?<![\w/.,£-]){form}(?![\w/-]|[.,]\d)", re.I | re.A), make) for form, make in _WITHIN]


def _years_or_months(match: re.Match) -> Period:
    first, last = int(match[1]), int(match[3])
    if _century(first, match[2]) == first + 1 and _century(last, match[4]) == last + 1:
        return years(first + 1, last + 1)
    return months((first, int(match[2])), (last, int(match[4])))


def parse_period(text: object, fy: int | None = None) -> Period:
    """Read a period in any form that the files print; `fy` dates a bare ``Q1``, ``M6`` or ``April``.

    Two years in a row are a financial year, so ``2010-11`` is not November 2010; further apart they are a span of
    calendar years, except that ``2010-12`` is December (a span is printed ``2010 - 12`` or ``2010 to 2012``).

    >>> parse_period("2022/23 Q1").label, parse_period("2015 - 17").label, parse_period("M6", fy=2023).label
    ('2022-23 Q1', '2015 to 2017', '2022-23 M6')
    >>> parse_period("MSitAE-OCTOBER-2024").label, parse_period("202104").label, parse_period("31 Mar 2024").label
    ('2024-10', '2021-04', '2024-03-31')
    >>> parse_period("2024-04").start, parse_period("2010-11 to 2020-21").end
    (datetime.date(2024, 4, 1), datetime.date(2021, 3, 31))
    """
    if isinstance(text, date):
        return day(text.date() if isinstance(text, datetime) else text)
    written = " ".join(str(text).split())
    for form, make in _WHOLE:
        match = form.fullmatch(written)
        if match:
            try:
                return make(match)
            except (KeyError, ValueError):
                continue
    with suppress(ValueError):
        return _part(written, fy or 0, _OF_FY if fy else [])
    raise PeriodError(f"{text!r} is not a period we can read. Known forms: 2023-24, 2015 - 17, 2022/23 Q1, 2022-23 M6, 2024-04.")


def find_period(text: str) -> Period | None:
    """The one period named inside a longer text; None when there is none, or several.

    >>> find_period("Closing balance @31/03/2019 (£)").label, find_period("% change 2016/17-2018/19").label
    ('2019-03-31', '2016-17 to 2018-19')
    >>> find_period("Age profile - 1948 to 1954 and 1955 to 1964") is None
    True
    """
    left, found = f" {text} ", set()
    for form, make in _INSIDE if re.search("[0-9]{2}", text) else ():
        for match in list(form.finditer(left)):
            try:
                found.add(make(match))
            except (KeyError, ValueError):
                continue
            left = left[: match.start()] + "#" * (match.end() - match.start()) + left[match.end() :]
    return found.pop() if len(found) == 1 else None


def is_part(text: str) -> bool:
    """Whether `text` names a part of a year that another text must date, such as ``Q1``, ``M6`` or ``April``."""
    with suppress(ValueError):
        return bool(_part(text, 2001, _OF_FY + _OF_YEAR))
    return False


def join_periods(texts: Iterable[str]) -> Period | None:
    """The shortest period that texts name alone or together, such as a year over its quarters; None where they name none.

    A part of a plain year is of the calendar year: ``2023`` and ``Q1`` are January to March 2023.

    >>> join_periods(["2022/23", "Q4"]).label, join_periods(["April", "2023"]).label, join_periods(["Beds", "Q1"]) is None
    ('2022-23 Q4', '2023-04', True)
    """
    bare, named = [_MARKED.sub("", text) for text in texts], []
    for text in bare:
        with suppress(PeriodError):
            named.append(parse_period(text))
    for year in list(named):
        forms = {financial_year: _OF_FY, calendar_year: _OF_YEAR}
        for text, (make, parts) in product(bare, forms.items()):
            with suppress(ValueError):
                named.append(_part(text, year.end.year, parts if year == make(year.end.year) else []))
    return min(reversed(named), key=lambda period: period.end - period.start, default=None)
