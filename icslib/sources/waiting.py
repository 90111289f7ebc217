"""Waiting for treatment (RTT): England since 2007, regions and trusts since 2019, by month.

Raw page    England: one row a month and kind of wait; regions and trusts: one row a month and treatment
Quirks      treatments were renamed in April 2021 and a row Total stands among them: only Total is read, and held against the
            sum of the treatments; regions are named, not coded. Regions and trusts count every part of the return together: pathways
            completed in the month, those still waiting, and those with a decision to admit a second time. That is not the waiting
            list, so the measures have names of their own
"""

from dataclasses import replace

import pandas as pd

from ..catalog import Source
from ..errors import SheetError
from ..expectations import expect_table, expect_total, look_up, need_figures, need_sheet
from ..periods import Period, month, parse_period
from ..register import places
from ..sheets import Page, Table
from ..tidy import observations

ENGLAND = {
    "No. within 18 weeks": "rtt_within_18_weeks",
    "No. > 18 weeks": "rtt_over_18_weeks",
    "No. > 52 weeks": "rtt_over_52_weeks",
    "Total waiting": "rtt_waiting",
}
WHERE = "ENGLAND in icslib/sources/waiting.py"
WAITS = ["rtt_all_parts_over_18_weeks", "rtt_all_parts_over_52_weeks"]


def tidy_waiting(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a place, month and measure: for England pathways still waiting at the end of the month, else all parts together."""
    page = need_sheet(pages)
    totals: list[dict] = []
    if source.table == "waiting_england":
        long = expect_table(page, source, ["month", "type_of_wait", "count"]).melt(["month", "type_of_wait"])
        totals = [_check_waits(long)]
        place, place_type, when, measure = "E92000001", "england", long["month"], look_up(long, "type_of_wait", ENGLAND, WHERE)
    else:
        place_type = "region" if source.table == "waiting_regions" else "trust"
        table = expect_table(page, source)
        totals = _check_totals(table)
        table = replace(table, frame=table.frame[table.frame["treatment"] == "Total"])
        long = table.melt(["place", "date", "treatment"])
        place, when, measure = long["place"], long["date"], long["title"]
        if place_type == "region":
            regions = places(type="region").query("code.str.startswith('Y')")
            place = look_up(long, "place", dict(zip(regions["name"], regions["code"], strict=True)), "the names of regions")
    frame = observations(
        long,
        place=place,
        place_type=place_type,
        measure=measure,
        period=when,
        read=_month,
        unit="patients",
        basis="outturn",
        source=source.id,
    )
    frame.attrs["totals"] = totals
    return frame


def _month(text: object) -> Period:
    first = parse_period(text).start
    return month(first.year, first.month)


def _check_waits(long: pd.DataFrame) -> dict:
    """Within and over 18 weeks make the total of England; the record of the month where most is missing."""
    wide = long.pivot_table("value", "month", "type_of_wait", "first").reindex(columns=list(ENGLAND))
    summed, whole = wide["No. within 18 weeks"] + wide["No. > 18 weeks"], wide["Total waiting"]
    month = (summed - whole).abs().fillna(float("inf")).idxmax()
    return expect_total(f"waiting in {month}, by time", whole[month], summed[month], within=0)


def _check_totals(table: Table) -> list[dict]:
    """The treatments of each place and month add up to its Total; the record of all of them together."""
    waits, whole = need_figures(table, WAITS), table.frame["treatment"] == "Total"
    by = [table.frame["place"], table.frame["date"]]
    rest = waits.mask(whole, 0.0).groupby(by).transform("sum")
    for name in WAITS:
        wrong = (whole & (waits[name] != rest[name])) | (whole.groupby(by).transform("sum") != 1)
        if wrong.any():
            row = wrong.idxmax()
            place, when = (cells[row] for cells in by)
            said = f"{waits[name][row]:,.0f}" if whole[row] else "nothing, for it is not there once"
            raise SheetError(
                f"{table.file}, sheet {table.sheet!r}, row {row}: {name} of the treatments of {place}, {when} add up to "
                f"{rest[name][row]:,.0f}; Total says {said}. Compare the rows of that place with the publisher's."
            )
    what = f"treatments of {whole.sum():,} places and months"
    return [expect_total(f"{name}, {what}", waits[name][whole].sum(), rest[name][whole].sum()) for name in WAITS]
