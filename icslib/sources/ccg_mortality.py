"""Treatable and preventable mortality by clinical commissioning group, 2010 to 2019, and the people of each group.

Raw page    one row a group and year, with controls and columns of no use between
Quirks      the misspelt title is theirs; England, Wales and partnership areas stand among the groups; years without a figure
            are NA and left out; groups are named by ONS codes of 2019; which estimate of people it is, is not said
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..register import canonical
from ..sheets import Page
from ..tidy import observations

OTHERS = "E39|E40|E54|W"  # area teams, regions, partnerships, and Wales


def tidy_ccg_mortality(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a group (or England), year and measure: deaths per 100,000 people standardised for age, and people."""
    long = expect_table(need_sheet(pages), source).melt(["place", "year"])
    left_out = long["place"].str.match(OTHERS) | (long["value"].isna() & (long["flag"] == "not available"))
    long = long[~left_out].reset_index(drop=True)
    return observations(
        long,
        place=canonical(long["place"]).fillna(long["place"]),
        place_type=(long["place"] == "E92000001").map({True: "england", False: "ccg"}),
        measure=long["title"],
        period=long["year"],
        unit=long["title"].eq("population_ccg").map({True: "people", False: "per 100,000"}),
        basis=long["title"].eq("population_ccg").map({True: "estimate", False: "outturn"}),
        source=source.id,
    )
