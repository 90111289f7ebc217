"""Open a file of any spreadsheet kind as pages."""

import csv
import io
from pathlib import Path

import python_calamine

from ..errors import SheetError
from .page import Page


def open_pages(path: Path | str) -> dict[str, Page]:
    """Read every sheet of a workbook (xlsx, xls, xlsb, ods) or delimited text file.

    Returns pages by sheet name; a text file has one page named ``""``.
    """
    path = Path(path)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return {"": Page(_read_text(path), "", path.name)}
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return {
            name: Page(book.get_sheet_by_name(name).to_python(skip_empty_area=False), name, path.name)
            for name in book.sheet_names
        }
    except (python_calamine.CalamineError, OSError) as fault:
        raise SheetError(f"{path.name} cannot be opened as a spreadsheet: {fault}. Fetch it again, or open it and save it anew.") from fault


def _read_text(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return list(csv.reader(io.StringIO(text, newline="")))
