"""Loans from the Department to trusts: opening balance, drawn, repaid, closing balance and interest, loan by loan.

Raw page    one sheet a loan type; columns in another order and under other words on each
Quirks      2016-17 is in thousands of pounds, 2018-19 in pounds; "-" is nil; one closing balance is headed
            31/1/2019 and means 31 March; pivots and summaries around the loans are not read, save to check sums;
            2017-18 has no loan rows: its closing balances are the opening balances of 1 April 2018
"""

from dataclasses import replace

import pandas as pd

from ..catalog import Source
from ..errors import CatalogError, SheetError
from ..expectations import expect_table, expect_total, need_sheet
from ..numbers import parse_number
from ..periods import Period, day, financial_year, parse_period
from ..sheets import Page, plain
from ..tidy import observations

REVENUE, NORMAL, CAPITAL = "interim revenue support", "normal course of business", "interim capital support"
ALL = "all loans"
SHEETS: dict[str, dict[str, tuple[str, float]]] = {  # edition: sheet -> loan type, pounds a printed unit
    "2016-17": {"Data": (REVENUE, 1e3), "Normal course of business to ad": (NORMAL, 1e3)},
    "2018-19": {"Interim revenue support loans": (REVENUE, 1), "Normal course of business": (NORMAL, 1),
                "Interim capital support": (CAPITAL, 1)},
}  # fmt: skip
TOTALS: dict[str, list[tuple[str, str, str, float]]] = {  # edition: loan type, and the sheet, the label (none: the last line) and the pounds a unit of its printed closing balance
    "2016-17": [(REVENUE, "IRSL(USE)", "Grand Total", 1e3)],
    "2018-19": [(REVENUE, "IRSL (TOTAL)", "", 1), (CAPITAL, "Summary", "Grand Total", 1),
                (ALL, "Summary", "Total interim revenue/course of business/interim capital support", 1)],
}  # fmt: skip


def tidy_loans(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a loan and measure, GBP million: ``loan_type``, the trust's ``name`` as printed, ``loan`` (its sheet row, 0 for England).

    The all-years book gives England only.
    """
    if "NHS ENGLAND" in pages:
        long = expect_table(pages["NHS ENGLAND"], source).melt("year").assign(place="E92000001", name="England", loan=0)
        return _observed(long, REVENUE, 1, source, "england", long["year"], _last_day)
    edition = source.edition[:7]
    if edition not in SHEETS:
        raise CatalogError(
            f"Loans of {source.edition!r}: which of the sheets {list(pages)} holds which loans is not known. Add the edition to SHEETS in icslib/sources/loans.py."
        )
    frames = [_loans(need_sheet(pages, sheet), *about, source) for sheet, about in SHEETS[edition].items()]
    frame = pd.concat(frames, ignore_index=True)
    sums = frame.pivot_table("value", "loan_type", "measure", "sum")
    moved = (sums["loan_opening"] + sums["loan_drawn"] - sums["loan_repaid"]).dropna()
    sums.loc[ALL] = sums.sum()
    closing = sums["loan_closing"]
    frame.attrs["totals"] = [
        expect_total(
            f"{kind}, closing balance GBP m",
            _printed(need_sheet(pages, sheet), label) * pounds / 1e6,
            closing[kind],
            within=float("inf")
            if kind == ALL
            else 0.0005,  # that of all counts interim capital support twice: recorded, not held
            least=0.01,
        )
        for kind, sheet, label, pounds in TOTALS[edition]
    ] + [
        expect_total(f"{kind}, opening plus drawn less repaid GBP m", closing[kind], total, least=0.01)
        for kind, total in moved.items()
    ]
    return frame


def _loans(page: Page, kind: str, pounds: float, source: Source) -> pd.DataFrame:
    table = expect_table(page, source, key="place")
    table = replace(table, frame=table.frame.mask(table.frame.map(plain) == "-", 0.0))
    long = table.melt(["place", "name"]).assign(loan=lambda rows: rows["row"].astype("int64"))
    year = parse_period(source.edition[:7])
    when = {"loan_opening": day(year.start), "loan_closing": day(year.end)}
    return _observed(long, kind, pounds, source, "trust", long["title"].map(lambda name: when.get(name, year)))


def _observed(
    long: pd.DataFrame, kind: str, pounds: float, source: Source, place_type: str, period: pd.Series, read=parse_period
) -> pd.DataFrame:
    return observations(
        long.assign(value=long["value"] * pounds / 1e6, loan_type=kind),
        place=long["place"],
        place_type=place_type,
        measure=long["title"],
        period=period,
        read=read,
        unit="GBP m",
        basis="outturn",
        source=source.id,
        extra=["loan_type", "name", "loan"],
    )


def _last_day(text: object) -> Period:
    return day(financial_year(parse_period(text).end.year).end)


def _printed(page: Page, label: str) -> float:
    """The printed total of this label, or the last line of a pivot without one."""
    if not label:
        return parse_number(page.grid[len(page.grid) - 1][-1])[0]
    for row in page.grid:
        if plain(row[0]) == label:
            return parse_number(row[1])[0]
    raise SheetError(f"{page.called}: the row {label!r} is gone, so the loans cannot be checked. Look for the printed total.")
