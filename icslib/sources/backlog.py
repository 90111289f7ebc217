"""Backlog maintenance of the NHS estate by risk: sites in the workbooks, trusts in the text files.

Raw page    the workbook's Site Data, or one $-delimited line a trust; a row of groups, then the titles
Quirks      rows "R1A Result" and "Grand Total" stand between the sites and are wrong for one trust (R1A, 2015-16), so they are
            set aside; a site AGGRE gathers small ones and counts; "Not Applicable" is no figure. A text line that
            was cut at a thousands comma has another length, or an age profile that is no multiple of 100: it is refused
"""

import re

import pandas as pd

from ..catalog import Source
from ..errors import SheetError
from ..periods import parse_period
from ..sheets import Page, plain
from ..sheets.expectations import expect_total, need_sheet
from ..tidy import observations

RISKS = {
    "Cost to eradicate high risk backlog (£)": "backlog_high_risk",
    "Cost to eradicate significant risk backlog (£)": "backlog_significant_risk",
    "Cost to eradicate moderate risk backlog (£)": "backlog_moderate_risk",
    "Cost to eradicate low risk backlog (£)": "backlog_low_risk",
    "Risk adjusted backlog cost (£)": "backlog_risk_adjusted",
}
LACKS = {"2016-17": ("backlog_risk_adjusted",)}  # edition: what it does not print
AGES = "Age profile - total (must equal 100%) (%)"
SUBTOTALS: list[str | re.Pattern] = [re.compile(r"\w+ Result"), "Grand Total", "Result", "Overall Result"]


def tidy_backlog(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a site (or a trust, where only trusts are printed) and risk, GBP million; ``site`` and its ``name``."""
    by_site = "" not in pages
    page = need_sheet(pages, "Site Data") if by_site else pages[""]
    header = next((index for index in range(min(5, len(page.grid))) if "Organisation Code" in page.row_text(index)), 0)
    titles = page.row_text(header)
    if not by_site:
        _refuse_shifted(page, header, titles)
    risks = {title: measure for title, measure in RISKS.items() if measure not in LACKS.get(source.edition, ())}
    ids = ["Organisation Code", "Site Code", "Site Name"] if by_site else ["Organisation Code", "Organisation Name"]
    table = page.find_table([*ids, *risks], subtotals=SUBTOTALS)
    printed = table.totals[table.totals[ids[0]].map(plain) == "Grand Total"]
    long = table.melt(ids, values=list(risks))
    long["site"] = long["Site Code"].map(plain) if by_site else ""
    long["name"] = long[ids[-1]].map(plain)
    long["value"] = long["value"] / 1e6
    long = long[long["value"].notna() | (long["flag"] != "")].reset_index(drop=True)
    frame = observations(
        long,
        place=long["Organisation Code"].map(plain),
        place_type="trust",
        measure=long["title"].map(risks),
        period=parse_period(source.edition[:7]),
        unit="GBP m",
        basis="outturn",
        source=source.id,
        extra=["site", "name"],
    )
    frame.attrs["totals"] = [
        expect_total(f"{measure}, GBP m", float(printed[title].iloc[0]) / 1e6, frame.loc[frame["measure"] == measure, "value"].sum(), within=0.002)
        for title, measure in (risks.items() if len(printed) else ())
    ]
    return frame


def _refuse_shifted(page: Page, header: int, titles: list[str]) -> None:
    """Stop at the first line whose fields are not under their titles."""
    ages = titles.index(AGES) if AGES in titles else None
    for index in range(header + 1, len(page.grid)):
        row = page.row_text(index)
        shifted = len(row) != len(titles) or not re.fullmatch(r"\w{3,6}", row[0])
        if ages is not None and not shifted:
            shifted = not re.fullmatch(r"[\d.]+", row[ages]) or abs(float(row[ages]) - round(float(row[ages]), -2)) > 2
        if shifted:
            raise SheetError(
                f"{page.file}, line {index + 1} ({row[0]}): fields are not under their titles ({len(row)} fields for {len(titles)} titles"
                + (f", age profile adds up to {row[ages]}" if ages is not None and len(row) > ages else "")
                + "). The line was cut at a comma. Use the publisher's workbook of that year."
            )
