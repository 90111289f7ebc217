"""Sheets drawn as text: one line a row, ``|`` between cells.

A cell that looks like a plain number is written as a number, unless quoted (``'007``). ``<`` belongs to the merged
area of the cell on its left, ``^`` to that of the cell over it. ``@2024-04-01`` is a date cell, ``%0.05`` one shown as 5%.
"""

import io
import re
import struct
import zipfile
from datetime import datetime

import xlsxwriter

from icslib import read_sheet
from icslib.sheets import Page, Reading

NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Share(float):
    """A figure shown as a percentage."""


def cells(text: str) -> list[list[object]]:
    """The rows of a drawn page; the first and last line break are not part of it."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.removeprefix("\n").rstrip().split("\n")]
    width = max(map(len, rows))
    return [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in rows]


def _cell(text: str) -> object:
    if text.startswith("'"):
        return text[1:]
    if text.startswith("@"):
        return datetime.fromisoformat(text[1:])
    if text.startswith("%") and NUMBER.fullmatch(text[1:]):
        return Share(text[1:])
    return float(text) if NUMBER.fullmatch(text) else text


def page(text: str, sheet: str = "T1") -> Page:
    """A drawn page as a Page; merged marks become empty cells."""
    return Page([["" if cell in ("<", "^") else cell for cell in row] for row in cells(text)], sheet, "drawn.xlsx")


def xlsx(**sheets: str) -> bytes:
    """Drawn pages as the bytes of a workbook, merged areas and dates included."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        formats = {datetime: book.add_format({"num_format": "yyyy-mm-dd"}), Share: book.add_format({"num_format": "0.0%"})}
        for name, text in sheets.items():
            _write(book.add_worksheet(name), cells(text) if text.strip() else [], formats)
    return file.getvalue()


def _write(sheet, rows, formats) -> None:
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            right, down = c, r
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            while down + 1 < len(rows) and rows[down + 1][c] == "^":
                down += 1
            if cell in ("<", "^", ""):
                continue
            if right > c or down > r:
                sheet.merge_range(r, c, down, right, cell)
            else:
                sheet.write(r, c, cell, formats.get(type(cell)))


def csv(text: str, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A drawn page as delimited text, cells as drawn."""
    lines = text.removeprefix("\n").rstrip().split("\n")
    return "".join(delimiter.join(cell.strip() for cell in line.split("|")) + "\n" for line in lines).encode(encoding)


PLAIN = """
System   | Plan | Outturn
Ambleton | 5    | 4
Brackley | 6    | 7
"""
PLAIN_FIGURES = [("Ambleton", "Plan", 5), ("Brackley", "Plan", 6), ("Ambleton", "Outturn", 4), ("Brackley", "Outturn", 7)]


def xlsb(text: str) -> bytes:
    """A drawn sheet ``T1`` as a binary workbook: numbers as reals, text in the cell; just the records a reader needs."""
    rows = cells(text)

    def record(kind: int, body: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size = bytes([len(body)]) if len(body) < 0x80 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
        return number + size + body

    def words(said: str) -> bytes:
        return struct.pack("<I", len(said)) + said.encode("utf-16-le")

    def cell(spot: int, value: str | float) -> bytes:
        place = struct.pack("<II", spot, 0)
        return record(6, place + words(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value))

    body = b"".join(
        record(0, struct.pack("<I", n) + bytes(13)) + b"".join(cell(i, v) for i, v in enumerate(row))
        for n, row in enumerate(rows)
    )
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    page = record(0x81) + record(0x94, size) + record(0x91) + body + record(0x92) + record(0x82)
    book = (
        record(0x83)
        + record(0x8F)
        + record(0x9C, struct.pack("<II", 0, 1) + words("rId1") + words("T1"))
        + record(0x90)
        + record(0x9D, bytes(26))
        + record(0x84)
    )
    rel = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parcel:
        parcel.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        parcel.writestr("_rels/.rels", rel.format("officeDocument", "xl/workbook.bin"))
        parcel.writestr("xl/_rels/workbook.bin.rels", rel.format("worksheet", "worksheets/sheet1.bin"))
        parcel.writestr("xl/workbook.bin", book)
        parcel.writestr("xl/worksheets/sheet1.bin", page)
    return out.getvalue()


def ods(text: str) -> bytes:
    """A drawn page as an OpenDocument sheet, all cells text."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book, sheet = OpenDocumentSpreadsheet(), Table(name="T1")
    for line in text.split("\n"):
        row = TableRow()
        for cell in line.split("|"):
            holder = TableCell(valuetype="string")
            holder.addElement(P(text=cell.strip()))
            row.addElement(holder)
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(text: str) -> Reading:
    """A drawn page written as a workbook and read without configuration."""
    return read_sheet(xlsx(T1=text))


def figures(reading: Reading, *labels: str) -> list[tuple]:
    """Labels, title, value (None when withheld) of each figure, table by table."""
    tidy = reading.tidy
    names = list(labels) or [reading.tables[0].labels[0]]
    value = tidy["value"].astype(object).where(tidy["value"].notna(), None)
    return list(zip(*[tidy[name] for name in names], tidy["title"], value, strict=True))


def said(reading: Reading, words: str) -> bool:
    """Whether the log says so."""
    return bool(reading.log["decision"].str.contains(words, regex=False).any())
