"""A&E attendances, waits and emergency admissions by provider and month, in the layout of the monthly files.

Raw page    one CSV a month; the titles have not changed since 2021
Quirks      a last row that reads Total, TOTAL or "Total " in every column; in one month empty columns and one called "a";
            booked attendances stand apart and are not in the others
"""

from dataclasses import replace

import pandas as pd

from ..catalog import Source, headers
from ..errors import SheetError
from ..periods import parse_period
from ..sheets import Page
from ..sheets.expectations import expect_table, expect_total
from ..tidy import observations

IDS = ["Period", "Org Code", "Parent Org", "Org name"]
MEASURES = {
    "A&E attendances Type 1": "ae_unbooked_type_1",
    "A&E attendances Type 2": "ae_unbooked_type_2",
    "A&E attendances Other A&E Department": "ae_unbooked_other",
    "A&E attendances Booked Appointments Type 1": "ae_booked_type_1",
    "A&E attendances Booked Appointments Type 2": "ae_booked_type_2",
    "A&E attendances Booked Appointments Other Department": "ae_booked_other",
    "Attendances over 4hrs Type 1": "ae_unbooked_over_4_hours_type_1",
    "Attendances over 4hrs Type 2": "ae_unbooked_over_4_hours_type_2",
    "Attendances over 4hrs Other Department": "ae_unbooked_over_4_hours_other",
    "Attendances over 4hrs Booked Appointments Type 1": "ae_booked_over_4_hours_type_1",
    "Attendances over 4hrs Booked Appointments Type 2": "ae_booked_over_4_hours_type_2",
    "Attendances over 4hrs Booked Appointments Other Department": "ae_booked_over_4_hours_other",
    "Patients who have waited 4-12 hs from DTA to admission": "admission_waits_4_to_12_hours",
    "Patients who have waited 12+ hrs from DTA to admission": "admission_waits_over_12_hours",
    "Emergency admissions via A&E - Type 1": "emergency_admissions_type_1",
    "Emergency admissions via A&E - Type 2": "emergency_admissions_type_2",
    "Emergency admissions via A&E - Other A&E department": "emergency_admissions_other_ae",
    "Other emergency admissions": "emergency_admissions_direct",
}


def tidy_emergency(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider (or England, from the printed total), month and measure."""
    table = expect_table(
        pages[""], [*IDS, *MEASURES], reader=__name__, key="Org Code", subtotals=["Total", "TOTAL"],
        headers=headers("emergency"),
    )  # fmt: skip
    if len(table.totals) != 1:
        raise SheetError(f"{source.file} has {len(table.totals)} rows headed Total; one was expected, at the foot. A file cut short has none.")
    month = parse_period(table.frame["Period"].iloc[0])
    if set(table.frame["Period"].map(parse_period)) != {month}:
        raise SheetError(f"{source.file} holds more than one month: {sorted(set(table.frame['Period']))}. Take the month from its own file.")
    providers = table.melt(IDS, values=list(MEASURES)).assign(place_type="provider")
    england = replace(table, frame=table.totals).melt(IDS, values=list(MEASURES)).assign(place_type="england")
    england["Org Code"] = "E92000001"
    long = pd.concat([providers, england], ignore_index=True)
    frame = observations(
        long,
        place=long["Org Code"].str.strip(),
        place_type=long["place_type"],
        measure=long["title"].map(MEASURES),
        period=month,
        unit="patients",
        basis="outturn",
        source=source.id,
    )
    sums = frame.groupby(["measure", "place_type"])["value"].sum().unstack()
    frame.attrs["totals"] = [expect_total(f"England, {row.Index}", row.england, row.provider) for row in sums.itertuples()]
    return frame
