"""Tables for other programs and for readers of screens: CSV, XLSX and ODS.

The workbooks follow the Analysis Function's guidance for accessible spreadsheets: a cover sheet, a sheet of notes with
the sources, one table a sheet that begins under its title, a real header row, no merged or empty rows within, and
shorthand in square brackets where a figure is missing. Text is never a formula.
"""

import re
from collections import Counter
from collections.abc import Callable
from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from .. import catalog, paths
from ..errors import StoreError
from ..numbers import MARKS
from ..tidy import COLUMNS, safe_text
from .ods import Sheet, write_ods
from .shelf import load, resources

SHORTHAND = {meaning: mark for mark, meaning in reversed(MARKS.items()) if mark.startswith("[")}
UNKNOWN, ONE_TABLE = "[x]", "This sheet contains one table."
MOST_ROWS, MOST_COLUMNS, MOST_TEXT = 1_048_576, 16_384, 32_767  # what a sheet, and a cell, can hold


def export(what: str | pd.DataFrame, target: Path | str, title: str = "") -> Path:
    """Write a processed table (by name) or a frame to `target`: ``.csv``, ``.xlsx`` or ``.ods``.

    Observations lose their technical columns and gain ``cell``, the cell each figure was printed in.
    """
    target = Path(target)
    if target.suffix.lower() not in (".csv", *WORKBOOKS):
        raise StoreError(f"{target.name}: tables are written as .csv, {', '.join(WORKBOOKS)}. Name the file so.")
    frame = load(what) if isinstance(what, str) else what
    title = title or (resources()[what]["title"] if isinstance(what, str) else target.stem)
    if target.suffix.lower() != ".csv":
        return write_workbook(target, title, _sheets(title, _table(frame), _notes(frame)))
    with paths.written_aside(target) as aside:
        _write_csv(aside, _table(frame))
    return target


def write_workbook(target: Path, title: str, sheets: list[Sheet]) -> Path:
    """Write `sheets` as ``.xlsx`` or ``.ods``, whole or not at all."""
    for sheet in sheets:
        _check_size(sheet, target.name)
    with paths.written_aside(target) as aside:
        WORKBOOKS[target.suffix.lower()](aside, title, sheets)
    return target


def _check_size(sheet: Sheet, name: str) -> None:
    """Say so if a program would cut the table, or cannot tell two of its columns apart."""
    rows = sheet.rows or [[]]
    titles = Counter(str(title).strip().lower() for title in rows[0])
    if twice := [title for title, count in titles.items() if count > 1 or not title]:
        raise StoreError(
            f"{name}: in a workbook each column needs a name of its own; these have none: {', '.join(map(repr, twice))}. "
            "Rename them."
        )
    longest = max((len(cell) for row in rows for cell in row if isinstance(cell, str)), default=0)
    if len(rows) + len(sheet.lines) > MOST_ROWS or len(rows[0]) > MOST_COLUMNS or longest > MOST_TEXT:
        raise StoreError(
            f"{name}: a sheet holds {MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns and {MOST_TEXT:,} letters in a cell; "
            f"this table has {len(rows):,} rows, {len(rows[0]):,} columns and a text of {longest:,}. Write it as .csv."
        )


def _table(frame: pd.DataFrame) -> list[list[object]]:
    """Titles and rows, plain: dates as text, tuples joined, a missing figure as its shorthand."""
    if set(COLUMNS) <= set(frame):
        cell = frame["sheet"].where(frame["sheet"] == "", frame["sheet"] + "!") + frame["column"] + frame["row"].astype(str)
        shown = [name for name in frame if name not in ("sheet", "row", "column", "start", "end")]
        empty = [name for name in ("lower", "upper", "flag") if frame[name].isin([""]).all() or frame[name].isna().all()]
        frame = frame[shown].drop(columns=empty).assign(cell=cell)
    flags = frame["flag"] if "flag" in frame else pd.Series("", index=frame.index)
    rows: list[list[object]] = [[str(name) for name in frame.columns]]
    for values, flag in zip(frame.itertuples(index=False, name=None), flags, strict=True):
        rows.append([_plain(value, flag) for value in values])
    return rows


def _plain(value: object, flag: str) -> object:
    """One value as a number or as text that every program can hold: a day as 2024-04-01, no tab, no letters that cannot be
    printed.
    """
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and value != value:
        return SHORTHAND.get(flag.split("; ")[-1], UNKNOWN)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return value
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    return re.sub(r"[\x00-\x08\x0b-\x1f]", "", str(value).replace("\t", " ").removesuffix(" 00:00:00"))


def _notes(frame: pd.DataFrame) -> list[list[object]]:
    """Sources and shorthand as a table of two columns."""
    return write_notes(list(dict.fromkeys(frame["source"])) if "source" in frame else [])


def write_notes(ids: list[str]) -> list[list[object]]:
    """What the catalog says of these sources, and the shorthand, as a table of two columns."""
    known = catalog.sources()
    rows: list[list[object]] = [["Note", "Meaning"]]
    for id in ids:
        if id in known:
            s = known[id]
            rows.append(
                [
                    id,
                    f"{s.title}. {s.publisher}, published {s.published}. {s.licence}. {s.address}. "
                    f"How far to trust it: {s.trust}",
                ]
            )
    return rows + [[mark, meaning] for meaning, mark in sorted(SHORTHAND.items())]


def _sheets(title: str, table: list[list[object]], notes: list[list[object]]) -> list[Sheet]:
    empty = ("Where a cell is empty there is nothing to say.",) if any(cell == "" for row in table for cell in row) else ()
    size = f"{len(table) - 1:,} rows and {len(table[0])} columns"
    return [
        Sheet("Cover", (title, f"The sheet Data holds one table of {size}; the sheet Notes says where the figures come from.",
                        "The licence of each source is named in the sheet Notes.")),
        Sheet("Notes", ("Notes", ONE_TABLE), notes),
        Sheet("Data", (title, f"{ONE_TABLE} Shorthand in square brackets is explained in the sheet Notes.", *empty), table),
    ]  # fmt: skip


def _write_csv(path: Path, table: list[list[object]]) -> None:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows([safe_text(cell) for cell in row] for row in table)


def _write_xlsx(path: Path, title: str, sheets: list[Sheet]) -> None:
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
        "default_format_properties": {"font_name": "Arial", "font_size": 12},
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "author": "icslib"})
        usual = {"text_wrap": True, "valign": "top"}
        heading, wrapped = book.add_format({"bold": True, "font_size": 15}), book.add_format(usual)
        quoted = book.add_format({**usual, "quote_prefix": True})  # stays text when somebody edits the cell
        names = {sheet.name for sheet in sheets}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for row, line in enumerate(sheet.lines):
                page.write_string(row, 0, line, heading if row == 0 else None)
            for spot, width in enumerate(sheet.widths):
                page.set_column(spot, spot, width, wrapped if sheet.rows else None)
            if sheet.rows is None:
                continue
            first, rows = len(sheet.lines), sheet.rows
            titles = [{"header": str(name)} for name in rows[0]]
            marked = {"name": sheet.name.replace(" ", "_"), "columns": titles, "style": None, "autofilter": False}
            page.add_table(first, 0, first + max(len(rows) - 1, 1), len(rows[0]) - 1, marked)
            linked = names if sheet.name == "Contents" else ()
            for down, cells in enumerate(rows[1:], first + 1):
                for spot, cell in enumerate(cells):
                    if cell in linked:
                        page.write_url(down, spot, f"internal:'{cell}'!A1", string=cell)
                        continue
                    write = page.write_string if isinstance(cell, str) else page.write_number
                    write(down, spot, cell, wrapped if safe_text(cell) == cell else quoted)


WORKBOOKS: dict[str, Callable[[Path, str, list[Sheet]], None]] = {".xlsx": _write_xlsx, ".ods": write_ods}
