"""Treatable and preventable mortality by clinical commissioning group, 2010 to 2019, and the people of each group.

Raw page    one row a group and year, with controls and columns of no use between
Quirks      the misspelt title is theirs; England, Wales and partnership areas stand among the groups; years without a figure
            are NA and left out; groups are named by ONS codes of 2019; which estimate of people it is, is not said
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table
from ..periods import calendar_year
from ..register import canonical
from ..sheets import Page
from ..tidy import observations


def tidy_ccg_mortality(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a group (or England), year and measure: deaths per 100,000 people standardised for age, and people."""
    long = expect_table(pages[""], source).melt(["place", "year"])
    england, group = long["place"] == "E92000001", long["place"].str.startswith("E38")
    keep = long["value"].notna() & (england | group)
    long, england = long[keep].reset_index(drop=True), england[keep].reset_index(drop=True)
    return observations(
        long,
        place=canonical(long["place"]).fillna(long["place"]),
        place_type=pd.Series("ccg", index=long.index).mask(england, "england"),
        measure=long["title"],
        period=long["year"].map(lambda text: calendar_year(int(float(text)))),
        unit=long["title"].eq("population_ccg").map({True: "people", False: "per 100,000"}),
        basis=long["title"].eq("population_ccg").map({True: "estimate", False: "outturn"}),
        source=source.id,
    )
