"""Backlog maintenance of the NHS estate by risk: sites in the workbooks, trusts in the text files.

Raw page    the workbook's Site Data, or one $-delimited line a trust; a row of groups, then the titles
Quirks      rows "R1A Result" and "Grand Total" stand between the sites and are wrong for one trust (R1A, 2015-16), so they are
            set aside; a site AGGRE gathers small ones and counts; "Not Applicable" is no figure. A text line that
            was cut at a thousands comma has another length, or an age profile that is no multiple of 100: it is refused
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ..catalog import Source
from ..errors import SheetError
from ..expectations import expect_table, expect_total, need_sheet
from ..periods import parse_period
from ..sheets import Page, plain
from ..tidy import observations

AGES = "Age profile - total (must equal 100%) (%)"
SUBTOTALS: list[str | re.Pattern] = [re.compile(r"\w+ Result"), "Grand Total", "Result", "Overall Result"]


def tidy_backlog(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a site (or a trust, where only trusts are printed) and risk, GBP million; ``site`` and its ``name``."""
    page = need_sheet(pages, "Site Data" if len(pages) > 1 else "")
    table = expect_table(page, source, subtotals=SUBTOTALS)
    by_site = "site" in table.frame
    if not by_site:
        _refuse_shifted(page, int(table.frame.index[0]) - 2)
    risks = [name for name in table.frame if name.startswith("backlog_")]
    long = table.melt(["place", "site", "name"] if by_site else ["place", "name"], values=risks)
    long["name"], long["value"] = long["name"].map(plain), long["value"] / 1e6
    if not by_site:
        long["site"] = ""
    frame = observations(
        long,
        place=long["place"],
        place_type="trust",
        measure=long["title"],
        period=parse_period(source.edition[:7]),
        unit="GBP m",
        basis="outturn",
        source=source.id,
        extra=["site", "name"],
    )
    if len(table.totals):
        printed = replace(table, frame=table.totals).melt("place", values=risks).set_index(["title", "place"])["value"] / 1e6
        frame.attrs["totals"] = [
            total for risk in risks for total in _totals(frame[frame["measure"] == risk], printed[risk], risk)
        ]
    return frame


def _totals(rows: pd.DataFrame, printed: pd.Series, risk: str) -> Iterator[dict]:
    """The total of all sites, held; and the trust whose printed subtotal is farthest from its sites, recorded as it is."""
    yield expect_total(f"{risk}, GBP m", printed["Grand Total"], rows["value"].sum(), within=0.002)
    sums = rows.groupby("place")["value"].sum()
    subtotals = printed[printed.index.str.endswith(" Result")].rename(lambda text: text.removesuffix(" Result"))
    trust = (sums.reindex(subtotals.index) - subtotals).abs().idxmax()
    yield expect_total(f"{risk} of {trust}, GBP m", subtotals[trust], sums[trust], within=float("inf"))


def _refuse_shifted(page: Page, header: int) -> None:
    """Stop at the first line whose fields are not under their titles, which are in row `header` from 0."""
    titles = page.row_text(header)
    ages = titles.index(AGES) if AGES in titles else None
    for index in range(header + 1, len(page.grid)):
        row = page.row_text(index)
        if not any(row):
            continue
        shifted = len(row) != len(titles) or not re.fullmatch(r"\w{3,6}", row[0])
        if ages is not None and not shifted:
            shifted = not re.fullmatch(r"[\d.]+", row[ages]) or abs(float(row[ages]) - round(float(row[ages]), -2)) > 2
        if shifted:
            raise SheetError(
                f"{page.file}, line {index + 1} ({row[0]}): fields are not under their titles ({len(row)} fields for {len(titles)} titles"
                + (f", age profile adds up to {row[ages]}" if ages is not None and len(row) > ages else "")
                + "). The line was cut at a comma. Use the publisher's workbook of that year."
            )
