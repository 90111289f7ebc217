"""Planned position, variance to plan and oversight segment of trusts in 2025-26, with backlog maintenance of 2024-25.

Raw page    one row a trust and 514 columns from many publications; only the columns below are sound
Quirks      a plan of exactly zero is common and real; trusts outside the league table are blank and left out;
            low-risk backlog is not printed, only high, significant, moderate and all together
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..periods import financial_year
from ..sheets import Page
from ..tidy import observations

COLUMNS = {  # title: measure, unit, basis, year ending March
    "planned_surplus_deficit_pct": ("surplus_pct", "percent", "plan", 2026),
    "variance_to_financial_plan_pct": ("surplus_variance_pct", "percent", "year to date", 2026),
    "overall_adjusted_segment": ("oversight_segment", "segment 1 to 4", "assessment", 2026),
    "domain_segment_finance_productivity": ("oversight_segment_finance", "segment 1 to 4", "assessment", 2026),
    "estates_backlog_high_risk_m": ("backlog_high_risk", "GBP m", "outturn", 2025),
    "estates_backlog_significant_m": ("backlog_significant_risk", "GBP m", "outturn", 2025),
    "estates_backlog_moderate_m": ("backlog_moderate_risk", "GBP m", "outturn", 2025),
    "estates_backlog_total_m": ("backlog_total", "GBP m", "outturn", 2025),
}


def tidy_provider_plans(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a trust and measure. A deficit plan, and a position behind plan, are negative; per cent of turnover."""
    table = expect_table(need_sheet(pages), source, ["org_code", "org_name", *COLUMNS])
    long = table.melt(["org_code", "org_name"], values=list(COLUMNS))
    long = long[long["value"].notna() | ~long["flag"].isin(["", "not available"])].reset_index(drop=True)
    long["name"] = long["org_name"]
    about = pd.DataFrame(long["title"].map(COLUMNS).tolist(), columns=["measure", "unit", "basis", "fy"])
    return observations(
        long,
        place=long["org_code"],
        place_type="trust",
        measure=about["measure"],
        period=about["fy"].map(financial_year),
        unit=about["unit"],
        basis=about["basis"],
        source=source.id,
        extra=["name"],
    )
