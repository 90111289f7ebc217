"""Accounts of NHS providers in the layout of the trust accounts consolidation (TAC), one form or all providers.

Raw page    the form: tables on some thirty sheets, each with codes of its columns ("A02CY01") in the row of the word Maincode
            and codes of its lines under the word Subcode; or the published data file: one row a provider and cell
Quirks      the period stands two rows under the column code, the unit one below; signs are as printed, costs often positive where
            the form expects "+"; a line without a code is a heading
"""

import re
from collections.abc import Iterator

import pandas as pd

from ..catalog import Source
from ..errors import DriftError, PeriodError, SheetError
from ..expectations import expect_table, expect_titles, layouts
from ..numbers import parse_number
from ..periods import Period, financial_year, parse_period
from ..sheets import Page, column_letter
from ..sheets.titles import JOIN, flatten
from ..tidy import observations

MAINCODE = re.compile(r"A\d{2}[A-Z]*(?P<year>CY|PY)\w*")
SUBCODE = re.compile(r"[A-Z]{2,3}\d{4}\w*")
YEAR = re.compile(r"(31 )?Mar(ch)? (19|20)\d\d|(19|20)\d\d/\d\d|(19|20)\d\d")
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
    rows: list[tuple] = []
    known = {found[0] for layout in layouts(source) if (found := re.search("TAC.*", layout))}
    for page in pages:
        grid = [[*page.row_text(index), ""] for index in range(len(page.grid))]
        tables = list(_tables(page, grid))
        spots, titles = zip(*(pair for head, body, *_ in tables for pair in _titles(grid, head, body)), strict=True)
        layout, _ = expect_titles(page, source, [(tables[0][0], dict(zip(flatten([titles]), spots, strict=True)))])
        known -= {layout[layout.index("TAC") :]}
        for head, body, end, columns in tables:
            about = {spot: _about(grid[body - 2][spot], grid[body - 1][spot]) for spot in columns}
            for index in range(body, end):
                subcode, label = grid[index][grid[head].index("Maincode")], next(filter(None, grid[index]), "")
                for spot in columns:
                    period, unit, scale = about[spot]
                    value, flag = parse_number(page.cell(index, spot)) if unit else (float("nan"), "")
                    if (value == value or flag) and not SUBCODE.fullmatch(subcode):
                        raise SheetError(
                            f"{page.called}, row {index + 1}: {grid[index][spot]} stands there beside {subcode!r}, which is no code of a line. "
                            "Compare the row with the form."
                        )
                    if value == value or flag:
                        cell = page.sheet, index + 1, column_letter(spot + 1)
                        rows.append((place, grid[head][spot], subcode, label, period, unit, value * scale, flag, *cell))
    if known:
        raise DriftError(
            f"{pages[0].file} has no sheet with the tables of {sorted(known)}; its sheets are {[page.sheet for page in pages]}. "
            "If the form is printed without them now, take their lines out of data/raw/reference/headers.csv."
        )
    names = ["place", "maincode", "subcode", "label", "period", "unit", "value", "flag", "sheet", "row", "column"]
    return pd.DataFrame(rows, columns=names)


def _tables(page: Page, grid: list[list[str]]) -> Iterator[tuple[int, int, int, list[int]]]:
    """The tables of a sheet: row of the codes of columns, first row of lines, row after the last (all from 0), and the columns with a code."""
    for head in (index for index, row in enumerate(grid) if "Maincode" in row):
        spot = grid[head].index("Maincode")
        body = next((index + 1 for index in range(head, len(grid)) if "Subcode" in grid[index][spot : spot + 1]), None)
        if body is None:
            raise SheetError(f"{page.called}, row {head + 1}: no word Subcode stands under Maincode. Compare it with the form.")
        end = next((index for index in range(body, len(grid)) if {"Table ID", "Maincode"} & set(grid[index])), len(grid))
        yield head, body, end, [column for column, code in enumerate(grid[head][:spot]) if MAINCODE.fullmatch(code)]


def _titles(grid: list[list[str]], head: int, body: int) -> Iterator[tuple[str, str]]:
    """The name of a table, and each code with all that stands under it, the years aside; before each, where it stands."""
    name, *codes = (spot for spot, text in enumerate(grid[head][: grid[head].index("Maincode")]) if text)
    for spot in (name, *codes):
        texts = [grid[row][spot] for row in range(head, head + 1 if spot == name else body)]
        yield f"{column_letter(spot + 1)} of row {head + 1}", YEAR.sub("(year)", JOIN.join(filter(None, texts)))


def _about(when: str, unit: str) -> tuple[Period | None, str, float]:
    """Period, unit and scale of a column; no unit where either is not printed."""
    try:
        return parse_period(when), *UNITS.get(unit.lstrip("+/- "), ("", 1.0))
    except PeriodError:
        return None, "", 1.0


def _data(page: Page, source: Source) -> pd.DataFrame:
    """The published file: the year is that of the file (CY) or the one before (PY); the unit is the form's, thousands of pounds as a rule."""
    long = expect_table(page, source).melt(["place", "label", "maincode", "subcode"])
    long = long[long["maincode"].str.fullmatch(MAINCODE.pattern) & long["value"].notna()].reset_index(drop=True)
    last = parse_period(source.edition[:7])
    before = financial_year(last.start.year)
    prior = long["maincode"].str.contains("PY")
    return long.assign(period=pd.Series([before if old else last for old in prior], dtype=object), unit="form unit")
