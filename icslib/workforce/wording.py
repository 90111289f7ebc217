"""Words of this room's findings: measures and days."""

import re

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
