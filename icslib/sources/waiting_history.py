"""Incomplete pathways (RTT) by provider and month since April 2021, put together from the full extracts.

Raw page    one row a provider and month
Quirks      merged trusts stand under their successor throughout; waits over 65 weeks and more are blank where absent or
            suppressed; shares and figures per head of catchment are left out, being derived
"""

import pandas as pd

from ..catalog import Source, headers
from ..periods import parse_period
from ..sheets import Page
from ..sheets.expectations import expect_table
from ..tidy import observations

MEASURES = {
    "total_incomplete": "rtt_waiting",
    "within_18wk": "rtt_within_18_weeks",
    "over_52wk": "rtt_over_52_weeks",
    "over_65wk": "rtt_over_65_weeks",
    "over_78wk": "rtt_over_78_weeks",
}


def tidy_waiting_history(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider, month and measure."""
    ids = ["org_code", "month_key"]
    long = expect_table(pages[""], [*ids, *MEASURES], reader=__name__, headers=headers(source.table)).melt(ids, values=list(MEASURES))
    long.loc[long["value"].isna() & (long["flag"] == ""), "flag"] = "not available"
    return observations(
        long,
        place=long["org_code"],
        place_type="provider",
        measure=long["title"].map(MEASURES),
        period=long["month_key"].map({text: parse_period(str(text)) for text in long["month_key"].unique()}),
        unit="patients",
        basis="outturn",
        source=source.id,
    )
