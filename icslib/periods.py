"""Periods as they are printed, dated.

A :class:`Period` is a label in our own writing with its first and last day. A financial
year runs from 1 April to 31 March and, as an integer, is the year of its March:
2023-24 is ``fy=2024``. Years, months, quarters, spans and months-to-date each have a
maker; :func:`parse_period` reads what publishers print.
"""

import calendar
import re
from datetime import date, datetime
from typing import NamedTuple

from .errors import PeriodError

MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}


class Period(NamedTuple):
    """A label with its first and last day."""

    label: str
    start: date
    end: date


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def financial_year(fy: int) -> Period:
    """The financial year ending in March `fy`.

    >>> financial_year(2024).label
    '2023-24'
    """
    return Period(f"{fy - 1}-{fy % 100:02d}", date(fy - 1, 4, 1), date(fy, 3, 31))


def calendar_year(year: int) -> Period:
    """January to December.

    >>> calendar_year(2014).label
    '2014'
    """
    return Period(str(year), date(year, 1, 1), date(year, 12, 31))


def month(year: int, number: int) -> Period:
    """One calendar month.

    >>> month(2024, 4).label
    '2024-04'
    """
    return Period(f"{year}-{number:02d}", date(year, number, 1), _month_end(year, number))


def quarter(fy: int, number: int) -> Period:
    """Quarter 1 (April to June) to 4 (January to March) of a financial year.

    >>> quarter(2024, 4)
    Period(label='2023-24 Q4', start=datetime.date(2024, 1, 1), end=datetime.date(2024, 3, 31))
    """
    year, first = (fy, 1) if number == 4 else (fy - 1, 1 + 3 * number)
    return Period(f"{financial_year(fy).label} Q{number}", date(year, first, 1), _month_end(year, first + 2))


def to_month(fy: int, number: int) -> Period:
    """April to month `number` of a financial year (month 6 is September).

    >>> to_month(2023, 6)
    Period(label='2022-23 M6', start=datetime.date(2022, 4, 1), end=datetime.date(2022, 9, 30))
    """
    if not 1 <= number <= 12:
        raise ValueError(f"month {number} of a financial year")
    year, last = (fy - 1, number + 3) if number <= 9 else (fy, number - 9)
    return Period(f"{financial_year(fy).label} M{number}", date(fy - 1, 4, 1), _month_end(year, last))


def span(first: int, last: int) -> Period:
    """Several calendar years together.

    >>> span(2015, 2017).label
    '2015 to 2017'
    """
    return Period(f"{first} to {last}", date(first, 1, 1), date(last, 12, 31))


def day(when: date) -> Period:
    """A stock counted on one day.

    >>> day(date(2022, 6, 30)).label
    '2022-06-30'
    """
    return Period(when.isoformat(), when, when)


def _century(first: int, short: str) -> int:
    last = int(short)
    return last if last > 99 else first // 100 * 100 + last + (100 if last < first % 100 else 0)


def years(first_fy: int, last_fy: int) -> Period:
    """Several financial years together, by the years of their March.

    >>> years(2011, 2021)
    Period(label='2010-11 to 2020-21', start=datetime.date(2010, 4, 1), end=datetime.date(2021, 3, 31))
    """
    first, last = financial_year(first_fy), financial_year(last_fy)
    return Period(f"{first.label} to {last.label}", first.start, last.end)


def _two_years(match: re.Match) -> Period:
    first, last = int(match[1]), _century(int(match[1]), match[2])
    if last == first + 1:
        return financial_year(last)
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", match[0]):  # "2024-04" and, without spaces, "2010-12": a month
        return month(first, int(match[2]))
    return span(first, last)


def months(first: tuple[int, int], last: tuple[int, int]) -> Period:
    """Several months together, each (year, month); April to March is the financial year.

    >>> months((2023, 10), (2024, 9)).label, months((2023, 4), (2024, 3)).label
    ('2023-10 to 2024-09', '2023-24')
    """
    if first[1] == 4 and last == (first[0] + 1, 3):
        return financial_year(last[0])
    one, other = month(*first), month(*last)
    if other.end < one.start:
        raise ValueError("last month before first")
    return Period(f"{one.label} to {other.label}", one.start, other.end)


def year_to(year: int, number: int) -> Period:
    """The twelve months that end with month `number` of `year`."""
    return months((year - (number < 12), number % 12 + 1), (year, number))


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year) - (100 if int(year) > 50 else 0)


def _month(name: str) -> int:
    return MONTHS[name[:3].lower()]


_NAME = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DASH = r"\s*[-–/]\s*"
_FY = rf"(?:FY\s*)?(\d{{4}}){_DASH}(\d{{2}}|\d{{4}})"
_MONTH_YEAR = rf"({_NAME})[-\s']+(\d{{4}}|\d{{2}})"


def _march(match: re.Match) -> int:
    first, last = int(match[1]), _century(int(match[1]), match[2])
    if last != first + 1:
        raise ValueError("not a financial year")
    return last


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
    (rf"{_FY}\s*,?\s*Q(?:uarter\s*)?([1-4])", lambda m: quarter(_march(m), int(m[3]))),
    (rf"{_FY}\s*,?\s*M(?:onth\s*)?(\d{{1,2}})", lambda m: to_month(_march(m), int(m[3]))),
    (rf"Q(?:uarter\s*)?([1-4])\s*,?\s*{_FY}", lambda m: quarter(_century(int(m[2]), m[3]), int(m[1]))),
    (rf"M(?:onth\s*)?(\d{{1,2}})\s*,?\s*{_FY}", lambda m: to_month(_century(int(m[2]), m[3]), int(m[1]))),
    (r"(\d{4})[-–/](\d{2})\s*(?:to|[-–])\s*(\d{4})[-–/](\d{2})", lambda m: _years_or_months(m)),
    (r"(\d{4})\s*to\s*(\d{4})", lambda m: span(int(m[1]), int(m[2]))),
    (
        rf"(?:(?:12|twelve) months|year|yr)\s+(?:to|ending|ended)\s+(?:\d{{1,2}}\s+)?({_NAME})\s+(\d{{4}})",
        lambda m: year_to(int(m[2]), _month(m[1])),
    ),
    (
        rf"{_MONTH_YEAR}\s*(?:to|[-–])\s*{_MONTH_YEAR}",
        lambda m: months((_full(m[2]), _month(m[1])), (_full(m[4]), _month(m[3]))),
    ),
    (r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", lambda m: day(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", lambda m: day(date(_full(m[3]), int(m[2]), int(m[1])))),
    (rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({_NAME})\s+(\d{{4}}|\d{{2}})", lambda m: day(date(_full(m[3]), _month(m[2]), int(m[1])))),
    (rf"({_NAME})\s+(\d{{4}})", lambda m: month(int(m[2]), _month(m[1]))),
    (r"(?:FY\s*)?(\d{4})\s*[-–/]\s*(\d{2}|\d{4})", _two_years),
]
_PART = [
    (r"Q(?:uarter\s*)?([1-4])", lambda fy, number: quarter(fy, number)),
    (r"M(?:onth\s*)?(\d{1,2})", lambda fy, number: to_month(fy, number)),
]
_WHOLE = [(re.compile(form, re.I | re.A), make) for form, make in _WITHIN + _ALONE]
_INSIDE = [(re.compile(rf"(?<![\w/.,£-]){form}(?![\w/-]|[.,]\d)", re.I | re.A), make) for form, make in _WITHIN]


def _years_or_months(match: re.Match) -> Period:
    first, last = int(match[1]), int(match[3])
    if _century(first, match[2]) == first + 1 and _century(last, match[4]) == last + 1:
        return years(first + 1, last + 1)
    return months((first, int(match[2])), (last, int(match[4])))


def parse_period(text: object, fy: int | None = None) -> Period:
    """Read a period in any form that the files print; `fy` dates a bare ``Q1`` or ``M6``.

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
    for shape, part in _PART if fy is not None else []:
        match = re.fullmatch(shape, written, re.I)
        if match and 1 <= int(match[1]) <= 12:
            return part(fy, int(match[1]))
    raise PeriodError(f"{text!r} is not a period we can read. Known forms: 2023-24, 2015 - 17, 2022/23 Q1, 2022-23 M6, 2024-04.")


def find_period(text: str) -> Period | None:
    """The one period named inside a longer text; None when there is none, or several.

    >>> find_period("Closing balance @31/03/2019 (£)").label, find_period("% change 2016/17-2018/19").label
    ('2019-03-31', '2016-17 to 2018-19')
    >>> find_period("Age profile - 1948 to 1954 and 1955 to 1964") is None
    True
    """
    left, found = f" {text} ", set()
    for form, make in _INSIDE:
        for match in list(form.finditer(left)):
            try:
                found.add(make(match))
            except (KeyError, ValueError):
                continue
            left = left[: match.start()] + "#" * (match.end() - match.start()) + left[match.end() :]
    return found.pop() if len(found) == 1 else None
