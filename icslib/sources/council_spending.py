"""Spending power of local authorities, and its change, 2011-12 to 2020-21.

Raw page    one row an authority; a column a year, headed by the calendar year of its March; or a column a change
Quirks      the definition breaks between 2016 and 2017; the column headed 201819_201920 holds the change over two years, from
            2018-19 to 2020-21 (it equals that of the amounts), and 201516_202021 that over five
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..sheets import Page
from ..tidy import observations


def tidy_council_spending(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an authority and year (GBP m), or an authority and span of years (percent change from its first to its last)."""
    long = expect_table(need_sheet(pages), source).melt(["place", "kind"], into="period")
    change = source.table == "council_spending_change"
    long["kind"] = long["kind"].str.lower()
    if change:
        long["value"] = long["value"] * 100
    county = long["kind"] == "county council"
    return observations(
        long,
        place=long["place"],
        place_type=pd.Series("local_authority", index=long.index).mask(county, "county"),
        measure="spending_power_change" if change else "spending_power",
        period=long["period"],
        unit="percent" if change else "GBP m",
        basis="outturn",
        source=source.id,
        extra=["kind"],
        blank="not available",
    )
