"""Periods as they are printed, dated.

A :class:`Period` is a label in our own writing with its first and last day. A financial
year runs from 1 April to 31 March and, as an integer, is the year of its March:
2023-24 is ``fy=2024``. Each kind has a maker in :mod:`.kinds`; :func:`parse_period` reads what publishers print.
"""

from .kinds import Period, calendar_year, day, financial_year, month, quarter
from .printed import find_period, is_part, join_periods, parse_period

__all__ = [
    "Period",
    "calendar_year",
    "day",
    "financial_year",
    "find_period",
    "is_part",
    "join_periods",
    "month",
    "parse_period",
    "quarter",
]
