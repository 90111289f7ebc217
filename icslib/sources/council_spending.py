"""Spending power of local authorities, and its change, 2011-12 to 2020-21.

Raw page    one row an authority; a column a year, headed by the calendar year of its March; or a column a change
Quirks      the definition breaks between 2016 and 2017; the column headed 201819_201920 holds the change over two years, from
            2018-19 to 2020-21 (it equals that of the amounts), and 201516_202021 that over five
"""

import re

import pandas as pd

from ..catalog import Source
from ..periods import Period, financial_year, years
from ..sheets import Page
from ..tidy import observations

TWO_YEARS = "201819_201920"


def tidy_council_spending(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an authority and year (GBP m), or an authority and span of years (percent change from its first to its last)."""
    page = pages[""]
    titles = [title for title in page.row_text(0) if re.fullmatch(r"\d{4}|\d{6}_\d{6}", title)]
    change = "_" in titles[0]
    long = page.find_table(["ons_code", "class", *titles]).melt(["ons_code", "class"], values=titles)
    long["kind"] = long["class"].str.lower()
    if change:
        long["value"] = long["value"] * 100
    long.loc[long["value"].isna() & (long["flag"] == ""), "flag"] = "not available"
    county = long["kind"] == "county council"
    return observations(
        long,
        place=long["ons_code"],
        place_type=pd.Series("local_authority", index=long.index).mask(county, "county"),
        measure="spending_power_change" if change else "spending_power",
        period=long["title"].map({title: _span(title) if change else financial_year(int(title)) for title in titles}),
        unit="percent" if change else "GBP m",
        basis="outturn",
        source=source.id,
        extra=["kind"],
    )


def _span(title: str) -> Period:
    """The years a change runs over: ``201011_201112`` is from 2010-11 to 2011-12."""
    first, last = (int(half[:4]) + 1 for half in title.split("_"))
    return years(first, last + (title == TWO_YEARS))
