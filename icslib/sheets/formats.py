"""Which cells a workbook shows as percentages: their format says so, the figure stored is a share of one."""

import io
import re
import zipfile
from xml.etree import ElementTree

from .guard import column_number

LARGEST = 50_000_000  # bytes of an ods looked through; a larger one would take longer than it is worth
_PERCENT = {"9", "10"}  # numbers of the built-in formats 0% and 0.00%
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"


def percent_cells(book: bytes) -> dict[str, list[tuple[int, int]]] | None:
    """Sheet name to (row, column) from 0 of each cell with a percent format; None where formats are not read: xls, xlsb, a large ods."""
    if book[:2] != b"PK":
        return None
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        names = parts.namelist()
        if "content.xml" in names:
            content = parts.read("content.xml")
            if b'value-type="percentage"' not in content:
                return {}
            return _of_ods(content) if len(content) < LARGEST else None
        if "xl/workbook.bin" in names:
            return None
        if "xl/styles.xml" not in names or not (styles := _percent_styles(parts.read("xl/styles.xml"))):
            return {}
        cell = re.compile(rb'<c r="([A-Z]{1,3})(\d+)" s="(?:' + "|".join(styles).encode() + rb')"')
        return {
            sheet: [(int(row) - 1, column_number(letters) - 1) for letters, row in cell.findall(parts.read(part))]
            for sheet, part in _sheet_parts(parts).items()
            if part in names
        }


def _percent_styles(styles: bytes) -> list[str]:
    """Numbers of the cell styles whose format ends in a percent sign."""
    root = ElementTree.fromstring(styles)
    own = {fmt.get("numFmtId") for fmt in root.iterfind("{*}numFmts/{*}numFmt") if "%" in fmt.get("formatCode", "")}
    return [str(spot) for spot, xf in enumerate(root.iterfind("{*}cellXfs/{*}xf")) if xf.get("numFmtId") in own | _PERCENT]


def _sheet_parts(parts: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to the part that holds it."""
    links = {
        link.get("Id"): link.get("Target", "").removeprefix("/xl/")
        for link in ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = ElementTree.fromstring(parts.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")
    found = {sheet.get("name", ""): next((value for key, value in sheet.items() if key.endswith("}id")), "") for sheet in sheets}
    return {name: f"xl/{links[link]}" for name, link in found.items() if link in links}


def _of_ods(content: bytes) -> dict[str, list[tuple[int, int]]]:
    """Read row by row; what is read is let go, so that a large sheet takes little memory."""
    found: dict[str, list[tuple[int, int]]] = {}
    row, spots = 0, []
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        if element.tag == f"{_ODS_TABLE}table" and event == "start":
            row, spots = 0, found.setdefault(element.get(f"{_ODS_TABLE}name", ""), [])
        elif element.tag == f"{_ODS_TABLE}table-row" and event == "end":
            column = 0
            for cell in element:
                if cell.get(_ODS_TYPE) == "percentage":
                    spots.append((row, column))
                column += int(cell.get(f"{_ODS_TABLE}number-columns-repeated", 1))
            row += int(element.get(f"{_ODS_TABLE}number-rows-repeated", 1))
            element.clear()
    return found
