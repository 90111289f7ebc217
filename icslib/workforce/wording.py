"""Words of this room's findings: measures, days, and years in a row."""

import re
from collections.abc import Sequence

import pandas as pd

SHORT = {"gps": "GPs", "mh": "mental health", "ae": "A&E", "rtt": "waits"}


def in_words(measure: str) -> str:
    """The name of a measure in words; its published label is known only where data are read.

    >>> in_words("acute_staff"), in_words("mh_staff_days"), in_words("gps"), in_words("rtt_over_18_weeks_share")
    ('Acute staff', 'Mental health staff days', 'GPs', 'Waits over 18 weeks')
    """
    words = " ".join(SHORT.get(word, word) for word in measure.removesuffix("_share").split("_"))
    return words[:1].upper() + words[1:]


def within(text: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless it begins an abbreviation.

    >>> within("Acute staff"), within("GPs"), within("A&E over four hours")
    ('acute staff', 'GPs', 'A&E over four hours')
    """
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z]|A ", text) else text


def told_day(at: object) -> str:
    """A day or month in words; anything else, such as a year, as it is.

    >>> told_day("2021-03-31"), told_day(2015)
    ('March 2021', '2015')
    """
    day = pd.Timestamp(at) if isinstance(at, str) and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", at) else at
    return f"{day:%B %Y}" if hasattr(day, "strftime") else str(at)


def told_years(years: Sequence[int]) -> str:
    """Years, those in a row as one stretch.

    >>> told_years([2015, 2016, 2017, 2020])
    '2015 to 2017, 2020'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        runs = [*runs[:-1], [*runs[-1], year]] if runs and year == runs[-1][-1] + 1 else [*runs, [year]]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
