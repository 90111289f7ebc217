"""Beds open and occupied by provider and quarter (KH03), overnight by sector and day only in total.

Raw page    one row a provider and quarter, 2010 to 2024, put into one file
Quirks      the year is a calendar year and the month the last of the quarter; the England row has no code; percentages
            are left out, being occupied over available; day beds of early quarters are NA
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, expect_total, need_sheet
from ..periods import Period, parse_period, quarter
from ..sheets import Page
from ..tidy import observations

IDS = ["year", "month", "place", "name"]
KINDS = ["overnight", "general_acute", "mental_illness", "maternity", "learning_disability", "day"]
MEASURES = [f"beds_{kind}_{state}" for kind in KINDS for state in ("available", "occupied")]


def tidy_beds(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider (or England), quarter and kind of bed: the average number in the quarter."""
    long = expect_table(need_sheet(pages), source, [*IDS, *MEASURES], key="name").melt(IDS)
    long = long[~((long["flag"] == "not available") & long["title"].str.contains("_day_"))].reset_index(drop=True)
    england = long["name"] == "ENGLAND"
    frame = observations(
        long,
        place=long["place"].mask(england, "E92000001"),
        place_type=pd.Series("provider", index=long.index).mask(england, "england"),
        measure=long["title"],
        period=long["year"] + " " + long["month"],
        read=_quarter,
        unit="beds",
        basis="outturn",
        source=source.id,
    )
    sums = frame.pivot_table(index=["measure", "period"], columns=frame["place_type"], values="value", aggfunc="sum")
    worst = (sums["provider"] - sums["england"]).abs().groupby("measure").idxmax()
    frame.attrs["totals"] = [
        expect_total(f"England, {spot[0]}, {spot[1]}", sums.at[spot, "england"], sums.at[spot, "provider"], within=0.01)
        for spot in worst
    ] + [_by_sector(frame, state) for state in ("available", "occupied")]
    return frame


def _by_sector(frame: pd.DataFrame, state: str) -> dict:
    """Beds overnight are the sum of those of the sectors; the record of the provider and quarter where most is missing."""
    wide = frame[frame["measure"].str.endswith(state)].pivot(index=["place", "period"], columns="measure", values="value")
    whole, parts = wide[f"beds_overnight_{state}"], wide[[f"beds_{kind}_{state}" for kind in KINDS[1:-1]]].sum(axis=1)
    spot = (parts - whole).abs().idxmax()
    return expect_total(f"{whole.name} of {spot[0]}, {spot[1]}, by sector", whole[spot], parts[spot], within=0, least=0.01)


def _quarter(text: object) -> Period:
    end = parse_period(text).end
    return quarter(end.year + (end.month > 3), (end.month - 1) // 3 or 4)
