"""ONS Health Index, 2015 to 2021: scores of systems and local authorities, and the values behind them.

Raw page    five: scores by area or system with a column a domain; subdomains and indicators in long form; values by area
Quirks      scores have England 2015 at 100 and higher is better, values are in units of their own that the file does not give;
            systems carry ONS codes of 2022. Many indicators were not measured every year: the file then repeats the year
            before for every area (21 of 56 in 2021), and such figures are flagged
"""

import re

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..register import canonical
from ..sheets import Page
from ..tidy import observations

INDEX = "index, England 2015 = 100"
REPEATED = "repeats the year before"


def tidy_health_index(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area, year and score (``health_index_mental_health``) or value (``health_indicator_smoking``)."""
    table = expect_table(need_sheet(pages), source)
    named = "indicator" in table.frame
    long = table.melt(["place", "year", *(["indicator"] if named else [])])
    raw = source.table == "health_indicators_areas"
    prefix = "health_indicator_" if raw else "health_index_"
    measure = long["indicator" if named else "title"]
    measure = measure.map({text: prefix + snake(text) if named else text for text in measure.unique()})
    systems = long["place"].str.startswith("E54").all()
    frame = observations(
        long,
        place=canonical(long["place"]) if systems else long["place"],
        place_type="system" if systems else "local_authority",
        measure=measure,
        period=long["year"],
        unit="as published" if raw else INDEX,
        basis="estimate",
        source=source.id,
        blank="not available",
    )
    return _flag_repeats(frame)


def _flag_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Flag the years of a measure in which every area has the value of the year before."""
    wide = frame.pivot_table("value", ["measure", "place"], "period", "first", dropna=False).sort_index(axis=1)
    same = (wide == wide.shift(axis=1)).where(wide.notna() & wide.shift(axis=1).notna())
    share = same.astype(float).groupby("measure").mean()
    repeated = frame.set_index(["measure", "period"]).index.map((share == 1).stack().to_dict()).to_numpy(bool)
    many = frame["place"].nunique() > 10
    frame.loc[repeated & many, "flag"] = REPEATED
    return frame


def snake(text: str) -> str:
    """A title as a name.

    >>> snake("Children's social, emotional and mental health")
    'childrens_social_emotional_and_mental_health'
    """
    return re.sub(r"\W+", "_", text.lower().replace("'", "")).strip("_")
