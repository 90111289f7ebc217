"""Ambulance response times by category, service and month (AmbSYS).

Raw page    one row a service, region or England and month; a column an indicator, headed A7, A8, …
Quirks      a "." is no figure; a service's row has its region's code under Region, a region's row its name; means and
            ninetieth centiles are in seconds
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, expect_total, need_sheet
from ..sheets import Page
from ..tidy import observations

MEASURES = {
    "A8": ("ambulance_category_1_incidents", "incidents"),
    "A25": ("ambulance_category_1_mean", "seconds"),
    "A26": ("ambulance_category_1_90th", "seconds"),
    "A31": ("ambulance_category_2_mean", "seconds"),
    "A32": ("ambulance_category_2_90th", "seconds"),
    "A34": ("ambulance_category_3_mean", "seconds"),
    "A35": ("ambulance_category_3_90th", "seconds"),
}
IDS = ["Year", "Month", "Region", "Org Code"]


def tidy_ambulance(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a service, region or England, month and measure."""
    table = expect_table(need_sheet(pages), source, [*IDS, *MEASURES], key="Org Code")
    long = table.melt(IDS, values=list(MEASURES))
    kinds = long["Org Code"].map(lambda code: "england" if code == "Eng" else "region" if str(code).startswith("Y") else "trust")
    about = pd.DataFrame(long["title"].map(MEASURES).tolist(), columns=["measure", "unit"])
    frame = observations(
        long,
        place=long["Org Code"].replace("Eng", "E92000001"),
        place_type=kinds,
        measure=about["measure"],
        period=long["Year"] + long["Month"].str.zfill(2),
        unit=about["unit"],
        basis="outturn",
        source=source.id,
    )
    counts = frame[frame["unit"] == "incidents"].groupby(["period", "place_type"])["value"].sum().unstack()
    frame.attrs["totals"] = [
        expect_total(f"England {row.Index}, category 1 incidents, {kind}", row.england, getattr(row, kind))
        for row in counts.itertuples()
        for kind in ("trust", "region")
    ]
    return frame
