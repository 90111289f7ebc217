"""Monthly series as public projects put them together: A&E, incomplete pathways (RTT) by provider, vacancies advertised by region.

Raw page    one row a place and month, a column a measure
Quirks      A&E: the series of systems and trusts count booked attendances, that of all providers does not, so the measures differ
            in name; waits of trusts that tested a new standard are NA; from November 2025 the collection changed, and its
            figures are flagged. RTT: merged trusts stand under their successor throughout; long waits are blank where absent
            or suppressed. Vacancies: an advertised or payroll series of some ten thousand posts, not the headline stock of about
            a hundred thousand: never beside it in one chart. Shares, indices and figures per head are left out, being derived
"""

import pandas as pd

from ..catalog import Source, headers
from ..periods import parse_period
from ..register import canonical
from ..sheets import Page
from ..sheets.expectations import expect_table
from ..tidy import observations

WITH_BOOKED = {
    "total_attendances": "ae_attendances",
    "attendances_over_4hours": "ae_over_4_hours",
    "total_emergency_admissions": "emergency_admissions",
    "emergency_admissions_over_4hours": "admission_waits_over_4_hours",
}
UNBOOKED = {
    "att_type1": "ae_unbooked_type_1",
    "att_all": "ae_unbooked",
    "over4hr_type1": "ae_unbooked_over_4_hours_type_1",
    "over4hr_all": "ae_unbooked_over_4_hours",
    "dta_4to12hr": "admission_waits_4_to_12_hours",
    "dta_12hr_plus": "admission_waits_over_12_hours",
    "emadm_via_ae": "emergency_admissions_via_ae",
}
PATHWAYS = {
    "total_incomplete": "rtt_waiting",
    "within_18wk": "rtt_within_18_weeks",
    "over_52wk": "rtt_over_52_weeks",
    "over_65wk": "rtt_over_65_weeks",
    "over_78wk": "rtt_over_78_weeks",
}
VACANCIES = {"vacancy_wte_total": "vacancies_advertised", "vacancy_wte_nursing": "vacancies_advertised_nursing"}
LAYOUTS = {  # table: title of the code, of the month, place type, measures, unit
    "emergency_systems": ("icb22_code", "date", "system", WITH_BOOKED, "patients"),
    "emergency_trusts": ("nhs_trust22_code", "date", "trust", WITH_BOOKED, "patients"),
    "emergency_history": ("org_code", "month_key", "provider", UNBOOKED, "patients"),
    "waiting_history": ("org_code", "month_key", "provider", PATHWAYS, "patients"),
    "vacancies_regional": ("region_code", "month_key", "region", VACANCIES, "WTE"),
}


def tidy_monthly_series(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a place, month and measure; a system's ONS code becomes its ODS code."""
    code, month, place_type, measures, unit = LAYOUTS[source.table]
    ids = [code, month] + (["methodology_break"] if "methodology_break" in pages[""].row_text(0) else [])
    long = expect_table(pages[""], [*ids, *measures], reader=__name__, headers=headers(source.table)).melt(ids, values=list(measures))
    if source.table == "waiting_history":
        long.loc[long["value"].isna() & (long["flag"] == ""), "flag"] = "not available"
    if "methodology_break" in long:
        long["flag"] = long["flag"].mask(long["methodology_break"].str.lower() == "true", "break in series")
    return observations(
        long,
        place=canonical(long[code]) if place_type == "system" else long[code],
        place_type=place_type,
        measure=long["title"].map(measures),
        period=long[month].map({text: parse_period(str(text)) for text in long[month].unique()}),
        unit=unit,
        basis="outturn",
        source=source.id,
    )
