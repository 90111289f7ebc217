"""Hospital and community staff by organisation, staff group and nationality, September 2017 and June 2018.

Raw page    sheet Data, one row an organisation, group and nationality; a sheet of notes before it
Quirks      full-time equivalents below one are common; CCGs and national bodies stand among the trusts
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..sheets import Page
from ..tidy import observations

IDS = ["Organisation code", "Month", "Staff group", "Nationality"]


def tidy_staff_nationality(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an organisation, month, ``staff_group`` and ``nationality``."""
    long = expect_table(need_sheet(pages, "Data"), source, [*IDS, "FTE"]).melt(IDS)
    long["staff_group"], long["nationality"] = long["Staff group"], long["Nationality"]
    return observations(
        long,
        place=long["Organisation code"],
        place_type="provider",
        measure="staff_fte",
        period=long["Month"],
        unit="FTE",
        basis="outturn",
        source=source.id,
        extra=["staff_group", "nationality"],
    )
