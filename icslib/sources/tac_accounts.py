"""Accounts of NHS providers in the layout of the trust accounts consolidation (TAC), one form or all providers.

Raw page    the form: tables on some thirty sheets, each with codes of its columns ("A02CY01") in the row of the word Maincode
            and codes of its lines under the word Subcode; or the published data file: one row a provider and cell
Quirks      the period stands two rows under the column code, the unit one below; signs are as printed, costs often positive where
            the form expects "+"; a line without a code is a heading
"""

import re

import pandas as pd

from ..catalog import Source
from ..errors import PeriodError, SheetError
from ..expectations import expect_table, expect_titles
from ..periods import Period, financial_year, parse_period
from ..sheets import Page, column_letter, plain
from ..sheets.titles import flatten
from ..tidy import observations

MAINCODE = re.compile(r"A\d{2}[A-Z]*(?P<year>CY|PY)\w*")
UNITS = {"£000": ("GBP m", 1e-3), "No.": ("number", 1.0)}


def tidy_tac_accounts(pages: dict[str, Page], source: Source, place: str = "form") -> pd.DataFrame:
    """One row a provider, line and column of the form: ``maincode``, ``subcode``, ``label``; money in GBP m.

    `place` is whose form it is; a data file names its providers, and they stand under ``place`` as printed, with the type ``other``.
    """
    forms = [page for page in pages.values() if any("Maincode" in page.row_text(index) for index in range(len(page.grid)))]
    long = _form(forms, source, place) if forms else _data(max(pages.values(), key=lambda page: len(page.grid)), source)
    if long.empty:
        raise SheetError(
            f"{source.file} holds no figures in the layout of the accounts forms. Give a filled form, or the published data file."
        )
    return observations(
        long,
        place=long["place"],
        place_type="other",
        measure="tac_" + long["subcode"].str.lower(),
        period=long["period"],
        unit=long["unit"],
        basis="outturn",
        source=source.id,
        extra=["maincode", "subcode", "label"],
    )


def _form(pages: list[Page], source: Source, place: str) -> pd.DataFrame:
    rows = []
    for page in pages:
        grid = [page.row_text(index) for index in range(len(page.grid))]
        heads = [(i, row.index("Maincode")) for i, row in enumerate(grid) if "Maincode" in row]
        codes = [
            code for head, spot in heads for code in list(filter(None, grid[head][:spot]))[1:]
        ]  # the first is the table's name
        expect_titles(page, source, [(heads[0][0], flatten([codes]))])
        for number, (head, spot) in enumerate(heads):
            body = next((i + 1 for i in range(head, len(grid)) if spot < len(grid[i]) and grid[i][spot] == "Subcode"), None)
            if body is None:
                raise SheetError(
                    f"{page.called}, row {head + 1}: no word Subcode stands under Maincode. Compare it with the form."
                )
            stop = heads[number + 1][0] if number + 1 < len(heads) else len(grid)
            columns = [
                (j, code, *_about(grid, j, head, body)) for j, code in enumerate(grid[head][:spot]) if MAINCODE.fullmatch(code)
            ]
            for i in range(body, stop):
                subcode = grid[i][spot] if spot < len(grid[i]) else ""
                for j, code, period, unit, scale in columns if subcode else ():
                    cell = page.grid[i][j]
                    if unit and plain(cell) and isinstance(cell, int | float):
                        label = next((text for text in grid[i][:j] if text), "")
                        rows.append(
                            (place, code, subcode, label, period, unit, cell * scale, page.sheet, i + 1, column_letter(j + 1))
                        )
    names = ["place", "maincode", "subcode", "label", "period", "unit", "value", "sheet", "row", "column"]
    return pd.DataFrame(rows, columns=names).assign(flag="")


def _about(grid: list[list[str]], column: int, head: int, body: int) -> tuple[Period | None, str, float]:
    """Period, unit and scale of a column, from the rows between its code and its lines."""
    unit, scale = UNITS.get(grid[body - 1][column].lstrip("+/- "), ("", 1.0))
    try:
        return parse_period(grid[body - 2][column]), unit, scale
    except PeriodError:
        return None, "", scale


def _data(page: Page, source: Source) -> pd.DataFrame:
    """The published file: the year is that of the file (CY) or the one before (PY); the unit is the form's, thousands of pounds as a rule."""
    long = expect_table(page, source).melt(["place", "label", "maincode", "subcode"])
    long = long[long["maincode"].str.fullmatch(MAINCODE.pattern) & long["value"].notna()].reset_index(drop=True)
    last = parse_period(source.edition[:7])
    before = financial_year(last.start.year)
    prior = long["maincode"].str.contains("PY")
    return long.assign(period=pd.Series([before if old else last for old in prior], dtype=object), unit="form unit")
