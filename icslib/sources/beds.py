"""Beds open and occupied by provider and quarter (KH03), overnight by sector and day only in total.

Raw page    one row a provider and quarter, 2010 to 2024, put into one file
Quirks      the year is a calendar year and the month the last of the quarter; the England row has no code; percentages
            are left out, being occupied over available; day beds of early quarters are NA
"""

import pandas as pd

from ..catalog import Source, headers
from ..periods import MONTHS, Period, quarter
from ..sheets import Page
from ..sheets.expectations import expect_table, expect_total
from ..tidy import observations

MEASURES = {
    **{f"{sector}_on_beds_{state}": f"beds_{name}_{state}"
       for sector, name in {"total": "overnight", "general_acute": "general_acute", "mental_illness": "mental_illness",
                            "maternity": "maternity", "learn_disabil": "learning_disability"}.items()
       for state in ("available", "occupied")},
    "total_day_beds_available": "beds_day_available",
    "total_day_beds_occupied": "beds_day_occupied",
}  # fmt: skip


def tidy_beds(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider (or England), quarter and kind of bed: the average number in the quarter."""
    titles = ["year", "period_end", "org_code", "org_name", *MEASURES]
    table = expect_table(pages[""], titles, reader=__name__, key="org_name", headers=headers(source.table))
    long = table.melt(["year", "period_end", "org_code", "org_name"], values=list(MEASURES))
    long = long[~((long["flag"] != "") & long["title"].str.contains("_day_"))].reset_index(drop=True)
    england = long["org_name"] == "ENGLAND"
    when = long["year"].astype(str) + " " + long["period_end"]
    frame = observations(
        long,
        place=long["org_code"].mask(england, "E92000001"),
        place_type=pd.Series("provider", index=long.index).mask(england, "england"),
        measure=long["title"].map(MEASURES),
        period=when.map({text: _quarter(text) for text in when.unique()}),
        unit="beds",
        basis="outturn",
        source=source.id,
    )
    sums = frame.pivot_table(index=["measure", "period"], columns=frame["place_type"], values="value", aggfunc="sum")
    worst = (sums["provider"] - sums["england"]).abs().groupby("measure").idxmax()
    frame.attrs["totals"] = [
        expect_total(f"England, {spot[0]}, {spot[1]}", sums.at[spot, "england"], sums.at[spot, "provider"], within=0.01) for spot in worst
    ]
    return frame


def _quarter(text: str) -> Period:
    year, name = text.split()
    month = MONTHS[name[:3].lower()]
    return quarter(int(year) + (month > 3), 4 if month == 3 else month // 3 - 1)
