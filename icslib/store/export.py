"""Tables for other programs and for readers of screens: CSV, XLSX and ODS.

The workbooks follow the Analysis Function's guidance for accessible spreadsheets: a cover sheet, a sheet of notes with
the sources, one table a sheet that begins under its title, a real header row, no merged or empty rows within, and
shorthand in square brackets where a figure is missing. Text is never a formula.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .. import catalog, paths
from ..errors import StoreError
from ..numbers import MARKS
from ..tidy import COLUMNS, safe_text
from .shelf import load, resources

SHORTHAND = {meaning: mark for mark, meaning in reversed(MARKS.items()) if mark.startswith("[")}
UNKNOWN = "[x]"
WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: its name, lines above the table, and the table (titles first; None for no table)."""

    name: str
    lines: tuple[str, ...]
    rows: list[list[object]] | None = None


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
    with paths.written_aside(target) as aside:
        WORKBOOKS[target.suffix.lower()](aside, title, sheets)
    return target


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
    if isinstance(value, float) and value != value:
        return SHORTHAND.get(flag.split("; ")[-1], UNKNOWN)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, int | float | str) else "" if value is pd.NaT or value is None else str(value)


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
                    f"{s.title}. {s.publisher}, published {s.published}. {s.licence}. {s.address}. How far to trust it: {s.trust}",
                ]
            )
    return rows + [[mark, meaning] for meaning, mark in sorted(SHORTHAND.items())]


def _sheets(title: str, table: list[list[object]], notes: list[list[object]]) -> list[Sheet]:
    size = f"{len(table) - 1:,} rows and {len(table[0])} columns"
    return [
        Sheet("Cover", (title, f"The sheet Data holds one table of {size}; the sheet Notes says where the figures come from.",
                        "The licence of each source is named in the sheet Notes.")),
        Sheet("Notes", ("Notes", "This sheet contains one table."), notes),
        Sheet("Data", (title, "This sheet contains one table. Shorthand in square brackets is explained in the sheet Notes."), table),
    ]  # fmt: skip


def _write_csv(path: Path, table: list[list[object]]) -> None:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows([safe_text(cell) for cell in row] for row in table)


def _widths(rows: list[list[object]]) -> list[int]:
    return [min(WIDEST, max(len(str(row[spot])) for row in rows[:200]) + 2) for spot in range(len(rows[0]))]


def _write_xlsx(path: Path, title: str, sheets: list[Sheet]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "author": "icslib"})
        usual = {"text_wrap": True, "valign": "top"}
        heading, wrapped = book.add_format({"bold": True, "font_size": 15}), book.add_format(usual)
        quoted = book.add_format({**usual, "quote_prefix": True})  # stays text when somebody edits the cell
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for row, line in enumerate(sheet.lines):
                page.write_string(row, 0, line, heading if row == 0 else None)
            if sheet.rows is None:
                page.set_column(0, 0, 100)
                continue
            first, rows = len(sheet.lines), sheet.rows
            for spot, width in enumerate(_widths(rows)):
                page.set_column(spot, spot, width, wrapped)
            page.add_table(
                first, 0, first + max(len(rows) - 1, 1), len(rows[0]) - 1,
                {"name": sheet.name.replace(" ", "_"), "columns": [{"header": str(name)} for name in rows[0]], "style": None, "autofilter": False},
            )  # fmt: skip
            for down, cells in enumerate(rows[1:], first + 1):
                for spot, cell in enumerate(cells):
                    write = page.write_string if isinstance(cell, str) else page.write_number
                    write(down, spot, cell, wrapped if safe_text(cell) == cell else quoted)


def _write_ods(path: Path, title: str, sheets: list[Sheet]) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import Style, TextProperties
    from odf.table import Table, TableCell, TableHeaderRows, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    bold = Style(name="bold", family="table-cell")
    bold.addElement(TextProperties(fontweight="bold"))
    book.automaticstyles.addElement(bold)

    def line(cells: list[object], style: object = None) -> TableRow:
        row = TableRow()
        for value in cells:
            kind = {"valuetype": "string"} if isinstance(value, str) else {"valuetype": "float", "value": value}
            cell = TableCell(**kind, **({"stylename": style} if style is not None else {}))
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        return row

    for sheet in sheets:
        page = Table(name=sheet.name)
        for number, text in enumerate(sheet.lines):
            page.addElement(line([text], bold if number == 0 else None))
        if sheet.rows is not None:
            header = TableHeaderRows()
            header.addElement(line(sheet.rows[0], bold))
            page.addElement(header)
            for row in sheet.rows[1:]:
                page.addElement(line(row))
        book.spreadsheet.addElement(page)
    book.save(str(path))


WORKBOOKS = {".xlsx": _write_xlsx, ".ods": _write_ods}
