"""What was known on a day: figures published later are left out, as if the store had been built then."""

import os
import re
from datetime import date

import pandas as pd

from .. import catalog
from ..errors import StoreError

ASKED = "ICSLIB_AS_OF"
AHEAD = ("plan", "forecast", "recommendation")


def last_day(published: str) -> pd.Timestamp:
    """The last day that a stated date of publication may mean; NaT if none is stated.

    >>> [str(last_day(text).date()) for text in ("2022", "2022-10", "2022-10-14", "2021-22")]
    ['2022-12-31', '2022-10-31', '2022-10-14', '2022-12-31']
    >>> last_day("not stated")
    NaT
    """
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", published or "")
    if not found:
        return pd.NaT
    year, second, day = found.groups()
    if second and int(second) > 12:  # a span of years, such as 2021-22
        return pd.Timestamp(int(year[:2] + second), 12, 31)
    if day:
        return pd.Timestamp(int(year), int(second), int(day))
    return pd.Period(f"{year}-{second}" if second else year, "M" if second else "Y").end_time.normalize()


def known_at(observations: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
    """Observations that were known on `day`; all of them if it is empty.

    The date of publication decides, of the row or else of its source. Where none is stated, a figure cannot have been known
    before its period ended, and a plan or forecast not before its period began.

    Parameters
    ----------
    observations : as :func:`icslib.load` gives them
    day : a date such as ``"2024-03-31"``; what ``ICSLIB_AS_OF`` says if None
    """
    day = os.environ.get(ASKED, "") if day is None else day
    if not day:
        return observations
    try:
        limit = pd.Timestamp(date.fromisoformat(day))
    except ValueError as fault:
        raise StoreError(f"{day!r} is not a day: {fault}. Write it as 2024-03-31.") from None
    stated = {id: source.published for id, source in catalog.sources().items()}
    texts = observations["source"].map(stated).fillna("")
    if "published" in observations:
        texts = observations["published"].fillna("").where(lambda own: own != "", texts)
    dates = pd.to_datetime(texts.map({text: last_day(text) for text in texts.unique()}))
    ahead = observations["basis"].str.contains("|".join(AHEAD))
    earliest = observations["start"].where(ahead, observations["end"])
    return observations[dates.fillna(earliest) <= limit].reset_index(drop=True)
