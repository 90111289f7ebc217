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
SHEETS: dict[str, dict[str, tuple[str, float]]] = {  # edition: sheet -> loan type, pounds a printed unit
    "2016-17": {"Data": (REVENUE, 1e3), "Normal course of business to ad": (NORMAL, 1e3)},
    "2018-19": {"Interim revenue support loans": (REVENUE, 1), "Normal course of business": (NORMAL, 1),
                "Interim capital support": (CAPITAL, 1)},
}  # fmt: skip
ALL = "Total interim revenue/course of business/interim capital support"


def tidy_loans(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a loan and measure, GBP million: ``loan_type``, the trust's ``name`` as printed, ``loan`` (its sheet row, 0 for England).

    The all-years book gives England only.
    """
    if "NHS ENGLAND" in pages:
        return _england(pages["NHS ENGLAND"], source)
    edition = source.edition[:7]
    if edition not in SHEETS:
        raise CatalogError(
            f"Loans of {source.edition!r}: which of the sheets {list(pages)} holds which loans is not known. Add the edition to SHEETS in icslib/sources/loans.py."
        )
    year = parse_period(edition)
    frames = [_sheet(need_sheet(pages, sheet), *about, year, source) for sheet, about in SHEETS[edition].items()]
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs["totals"] = [
        expect_total(f"{kind}, closing balance GBP m", printed / 1e6, _sum(frame, "loan_closing", kind), least=0.01)
        for kind, printed in _printed(pages, edition).items()
    ] + [_balance(frame, kind) for kind in frame["loan_type"].unique() if len(_rows(frame, "loan_opening", kind))]
    if edition == "2018-19":  # a total that counts interim capital support twice: recorded, not held
        printed = _grand_total(need_sheet(pages, "Summary"), ALL) / 1e6
        summed = sum(_sum(frame, "loan_closing", kind) for kind in frame["loan_type"].unique())
        frame.attrs["totals"].append(expect_total("all loans, closing balance GBP m", printed, summed, within=float("inf")))
    return frame


def _sheet(page: Page, kind: str, pounds: float, year: Period, source: Source) -> pd.DataFrame:
    table = expect_table(page, source, key="place")
    table = replace(table, frame=table.frame.mask(table.frame.map(plain) == "-", 0.0))
    long = table.melt(["place", "name"])
    long["loan_type"], long["name"], long["loan"] = kind, long["name"], long["row"].astype("int64")
    long["value"] = long["value"] * pounds / 1e6
    measure = long["title"]
    when = {"loan_opening": day(year.start), "loan_closing": day(year.end)}
    return observations(
        long,
        place=long["place"],
        place_type="trust",
        measure=measure,
        period=measure.map(lambda name: when.get(name, year)),
        unit="GBP m",
        basis="outturn",
        source=source.id,
        extra=["loan_type", "name", "loan"],
    )


def _england(page: Page, source: Source) -> pd.DataFrame:
    long = expect_table(page, source).melt("year")
    long["value"], long["loan_type"], long["name"], long["loan"] = long["value"] / 1e6, REVENUE, "England", 0
    return observations(
        long,
        place="E92000001",
        place_type="england",
        measure="loan_closing",
        period=long["year"],
        read=lambda text: day(financial_year(parse_period(text).end.year).end),
        unit="GBP m",
        basis="outturn",
        source=source.id,
        extra=["loan_type", "name", "loan"],
    )


def _rows(frame: pd.DataFrame, measure: str, kind: str) -> pd.Series:
    return frame.loc[(frame["measure"] == measure) & (frame["loan_type"] == kind), "value"]


def _sum(frame: pd.DataFrame, measure: str, kind: str) -> float:
    return float(_rows(frame, measure, kind).sum())


def _balance(frame: pd.DataFrame, kind: str) -> dict:
    """Opening plus drawn less repaid is the closing balance."""
    moved = _sum(frame, "loan_opening", kind) + _sum(frame, "loan_drawn", kind) - _sum(frame, "loan_repaid", kind)
    return expect_total(f"{kind}, opening plus drawn less repaid GBP m", _sum(frame, "loan_closing", kind), moved, least=0.01)


def _printed(pages: dict[str, Page], edition: str) -> dict[str, float]:
    """Printed grand totals of closing balances, in pounds: the labelled one, and the last line of a pivot without a label."""
    if edition == "2016-17":
        return {REVENUE: _grand_total(need_sheet(pages, "IRSL(USE)")) * 1e3}
    pivot = need_sheet(pages, "IRSL (TOTAL)").grid
    return {REVENUE: parse_number(pivot[len(pivot) - 1][-1])[0], CAPITAL: _grand_total(need_sheet(pages, "Summary"))}


def _grand_total(page: Page, label: str = "Grand Total") -> float:
    for row in page.grid:
        if plain(row[0]) == label:
            return parse_number(row[1])[0]
    raise SheetError(
        f"{page.file}, sheet {page.sheet!r}: the row {label!r} is gone, so the loans cannot be checked. Look for the printed total."
    )
