"""Monthly series as public projects put them together: A&E, incomplete pathways (RTT) by provider, vacancies advertised by region.

Raw page    one row a place and month, a column a measure
Quirks      A&E: the series of systems and trusts count booked attendances, that of all providers does not, so the measures differ
            in name; waits of trusts that tested a new standard are NA; from November 2025 the collection changed, and its
            figures are flagged. RTT: merged trusts stand under their successor throughout; long waits are blank where absent
            or suppressed. Vacancies: an advertised or payroll series of some ten thousand posts, not the headline stock of about
            a hundred thousand: never beside it in one chart. Shares, indices and figures per head are left out, being derived
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, expect_total, need_sheet
from ..register import canonical
from ..sheets import Page
from ..tidy import observations

TABLES = {  # table: place type, unit
    "emergency_systems": ("system", "patients"),
    "emergency_trusts": ("trust", "patients"),
    "emergency_history": ("provider", "patients"),
    "waiting_history": ("provider", "patients"),
    "vacancies_regional": ("region", "WTE"),
}
TYPES = ["ae_unbooked_type_1", "att_type2", "att_other"]  # of which attendances of all types are the sum


def tidy_monthly_series(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a place, month and measure; a system's ONS code becomes its ODS code."""
    place_type, unit = TABLES[source.table]
    table = expect_table(need_sheet(pages), source, key="place")
    long = table.melt([name for name in ("place", "month", "break") if name in table.frame])
    if "break" in long:
        long["flag"] = long["flag"].mask(long["break"].str.lower() == "true", "break in series")
    frame = observations(
        long,
        place=canonical(long["place"]) if place_type == "system" else long["place"],
        place_type=place_type,
        measure=long["title"],
        period=long["month"],
        unit=unit,
        basis="outturn",
        source=source.id,
        blank="not available" if source.table == "waiting_history" else "",
    )
    if source.table == "emergency_history":
        counts = expect_table(need_sheet(pages), source, ["place", "ae_unbooked", *TYPES]).frame.drop(columns="place")
        counts = counts.apply(pd.to_numeric, errors="coerce")
        printed, summed = counts["ae_unbooked"], counts[TYPES].sum(axis=1)
        row = (summed - printed).abs().idxmax()
        frame.attrs["totals"] = [expect_total(f"ae_unbooked of row {row}, by type", printed[row], summed[row], within=0, least=0)]
    return frame
