"""Periods as they are printed, dated.

A :class:`Period` is a label in our own writing with its first and last day. A financial
year runs from 1 April to 31 March and, as an integer, is the year of its March:
2023-24 is ``fy=2024``. Years, months, quarters, spans and months-to-date each have a
maker; :func:`parse_period` reads what publishers print.
"""

import calendar
import re
from datetime import date
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
    if last - first > 50 and 1 <= int(match[2]) <= 12:  # "2024-04": no span of years, so a month
        return month(first, int(match[2]))
    if last == first + 1:
        return financial_year(last)
    return span(first, last)


_FORMS = [
    (r"X?(\d{4})\s*[-–/. ]\s*(\d{2}|\d{4})", _two_years),
    (r"(\d{4})\s*to\s*(\d{4})", lambda m: span(int(m[1]), int(m[2]))),
    (
        r"(\d{4})[-–/](\d{2})\s*to\s*(\d{4})[-–/](\d{2})",
        lambda m: years(_century(int(m[1]), m[2]), _century(int(m[3]), m[4])),
    ),
    (r"(\d{4})", lambda m: calendar_year(int(m[1]))),
    (r"(\d{4})\s*[-–/]\s*(\d{2}|\d{4})\s*,?\s*Q([1-4])", lambda m: quarter(_century(int(m[1]), m[2]), int(m[3]))),
    (r"(\d{4})\s*[-–/]\s*(\d{2}|\d{4})\s*,?\s*M(\d{1,2})", lambda m: to_month(_century(int(m[1]), m[2]), int(m[3]))),
    (r"(\d{4})(0[1-9]|1[0-2])", lambda m: month(int(m[1]), int(m[2]))),
    (r"(\d{4})-(\d{2})-(\d{2})", lambda m: day(date(int(m[1]), int(m[2]), int(m[3])))),
    (r"(\d{1,2})/(\d{1,2})/(\d{4})", lambda m: day(date(int(m[3]), int(m[2]), int(m[1])))),
    (r"(?:\w+-)?([A-Z]{3})[A-Z]*[-\s](\d{4})", lambda m: month(int(m[2]), MONTHS[m[1].lower()])),
    (r"(\d{4})[-\s]([A-Z]{3})[A-Z]*", lambda m: month(int(m[1]), MONTHS[m[2].lower()])),
]


def parse_period(text: str) -> Period:
    """Read a period in any form that the files print.

    Two years in a row are a financial year; further apart they are a span of calendar years.

    >>> parse_period("2022/23 Q1").label, parse_period("2015 - 17").label
    ('2022-23 Q1', '2015 to 2017')
    >>> parse_period("MSitAE-OCTOBER-2024").label, parse_period("202104").label
    ('2024-10', '2021-04')
    >>> parse_period("2024-04").start, parse_period("2010-11 to 2020-21").end
    (datetime.date(2024, 4, 1), datetime.date(2021, 3, 31))
    """
    written = str(text).strip()
    for form, make in _FORMS:
        match = re.fullmatch(form, written, re.IGNORECASE)
        if match:
            try:
                return make(match)
            except (KeyError, ValueError):
                continue
    raise PeriodError(f"{text!r} is not a period we can read. Known forms: 2023-24, 2015 - 17, 2022/23 Q1, 2022-23 M6, 2024-04.")
