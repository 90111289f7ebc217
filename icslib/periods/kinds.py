"""What a period is, and a maker for each kind: years, months, quarters, weeks, spans, months to date, days."""

import calendar
from datetime import date
from typing import NamedTuple


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


def calendar_quarter(year: int, number: int) -> Period:
    """Quarter 1 (January to March) to 4 (October to December) of a calendar year.

    >>> calendar_quarter(2024, 1)
    Period(label='2024 Q1', start=datetime.date(2024, 1, 1), end=datetime.date(2024, 3, 31))
    """
    return Period(f"{year} Q{number}", date(year, 3 * number - 2, 1), _month_end(year, 3 * number))


def week(year: int, number: int) -> Period:
    """Monday to Sunday, as ISO 8601 counts weeks.

    >>> week(2024, 1).label, week(2024, 1).end
    ('2024-W01', datetime.date(2024, 1, 7))
    """
    return Period(f"{year}-W{number:02d}", date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7))


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


def years(first_fy: int, last_fy: int) -> Period:
    """Several financial years together, by the years of their March.

    >>> years(2011, 2021)
    Period(label='2010-11 to 2020-21', start=datetime.date(2010, 4, 1), end=datetime.date(2021, 3, 31))
    """
    first, last = financial_year(first_fy), financial_year(last_fy)
    return Period(f"{first.label} to {last.label}", first.start, last.end)


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


def months_to(year: int, number: int, count: int = 12) -> Period:
    """The `count` months that end with month `number` of `year`.

    >>> months_to(2024, 3).label, months_to(2023, 9, 6).label
    ('2023-24', '2023-04 to 2023-09')
    """
    first = year * 12 + number - count
    return months((first // 12, first % 12 + 1), (year, number))
