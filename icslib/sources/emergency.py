"""A&E attendances, waits and emergency admissions by provider and month, in the layout of the monthly files.

Raw page    one CSV a month; the titles have not changed since 2021
Quirks      a last row that reads Total, TOTAL or "Total " in every column; in one month empty columns and one called "a";
            booked attendances stand apart and are not in the others
"""

from dataclasses import replace

import pandas as pd

from ..catalog import Source
from ..errors import SheetError
from ..expectations import expect_table, expect_total, need_sheet
from ..sheets import Page
from ..tidy import observations


def tidy_emergency(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider (or England, from the printed total), month and measure."""
    table = expect_table(need_sheet(pages), source, key="place", subtotals=["Total", "TOTAL"])
    if len(table.totals) != 1:
        raise SheetError(
            f"{table.file}, sheet {table.sheet!r}, row {max(table.frame.index[-1], *table.totals.index, 0)}: the table ends here and has "
            f"{len(table.totals)} rows headed Total; one was expected, at the foot. A file cut short has none."
        )
    providers = table.melt(["period", "place"]).assign(place_type="provider")
    england = replace(table, frame=table.totals).melt(["period", "place"]).assign(place_type="england")
    england["place"], england["period"] = "E92000001", table.frame["period"].iloc[0]
    long = pd.concat([providers, england], ignore_index=True)
    frame = observations(
        long,
        place=long["place"].str.strip(),
        place_type=long["place_type"],
        measure=long["title"],
        period=long["period"],
        unit="patients",
        basis="outturn",
        source=source.id,
    )
    other = frame[frame["period"] != frame["period"].iloc[0]]
    if len(other):
        raise SheetError(
            f"{table.file}, sheet {table.sheet!r}, row {other['row'].iloc[0]}: more than one month stands here: "
            f"{sorted(set(frame['period']))}. Take the month from its own file."
        )
    sums = frame.groupby(["measure", "place_type"])["value"].sum().unstack()
    frame.attrs["totals"] = [expect_total(f"England, {row.Index}", row.england, row.provider) for row in sums.itertuples()]
    return frame
