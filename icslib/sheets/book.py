"""Open a file of any spreadsheet kind as pages.

xlsx, xls, xlsb, ods, delimited text, R data, a zip of these; from a path, an address or bytes. What
a file is, is read from its first bytes, not from its name. Nothing in a file is ever run.
"""

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pandas as pd
import pyarrow as pa
import python_calamine

from ..errors import SheetError
from .address import read_address
from .formats import percent_cells
from .guard import check_file, unpack, unpack_r
from .page import Page
from .text import Columns, read_delimited

UNSEEN = "percent formats are not read from this file: what it shows as 5% may stand here as 0.05"
SHEETS = (".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt", ".rda", ".rdata", ".rds")


def open_pages(source: Path | str | bytes, name: str = "") -> dict[str, Page]:
    """Read every sheet of a file.

    Parameters
    ----------
    source : path, https address, or the bytes of a file
    name : what to call the file in lineage and messages; by default its own name.

    Returns
    -------
    dict of sheet name to Page
        A text file has one page named ``""``; R data one page an object, with its column names as row 1;
        in a zip the pages are named ``member`` or ``member/sheet``.

    Raises
    ------
    SheetError
        When the file is missing, damaged, locked, too large to be honest, or no spreadsheet.
    """
    raw, called = _take(source)
    name = name or called
    kind, raw = check_file(raw, name)
    if kind == "zip":
        return _open_zip(raw, name)
    if kind == "r":
        return _open_r(raw, name)
    if kind == "text":
        grid, remarks = read_delimited(raw, name)
        return {"": Page(grid, "", name, remarks=remarks)}
    return _open_book(raw, name)


def _take(source: Path | str | bytes) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "bytes"
    if isinstance(source, str) and re.match(r"[a-z][a-z+.-]+://", source, re.I):
        return read_address(source), PurePosixPath(unquote(urlsplit(source).path)).name
    path = Path(source)
    try:
        return path.read_bytes(), path.name
    except OSError as fault:
        raise SheetError(f"{path} cannot be read: {fault.strerror or fault}. Check the path.") from fault


def _open_book(raw: bytes, name: str) -> dict[str, Page]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        percents = percent_cells(raw)
        return {
            meta.name: _page(book, meta.name, name, None if percents is None else percents.get(meta.name, ()))
            for meta in book.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        }
    except python_calamine.PasswordError as fault:
        raise SheetError(f"{name} is locked with a password. Ask the publisher for an open copy.") from fault
    except SheetError:
        raise
    except BaseException as fault:
        if isinstance(fault, (KeyboardInterrupt, SystemExit)):
            raise
        raise SheetError(
            f"{name} cannot be opened as a spreadsheet: {fault}. Fetch it again, or open it and save it anew."
        ) from fault


def _page(book: python_calamine.CalamineWorkbook, sheet: str, name: str, percents: Sequence[tuple[int, int]] | None) -> Page:
    cells = book.get_sheet_by_name(sheet)
    merged = tuple((*first, *last) for first, last in cells.merged_cell_ranges or ())
    remarks = (UNSEEN,) if percents is None else ()
    return Page(cells.to_python(skip_empty_area=False), sheet, name, merged, remarks, percents or ())


def _open_zip(raw: bytes, name: str) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as parcel:
        members = [m for m in parcel.namelist() if m.lower().endswith(SHEETS) and not m.startswith("__MACOSX")]
        for member in members:
            for sheet, page in open_pages(unpack(parcel, member, name), f"{name}/{member}").items():
                called = f"{member}/{sheet}" if sheet else member
                pages[called] = Page(page.grid, called, name, page.merged, page.remarks, page.percents)
    if not pages:
        raise SheetError(
            f"{name} holds no spreadsheet, only {parcel.namelist()[:8]}. Name a file of the kinds {', '.join(SHEETS)}."
        )
    return pages


def _open_r(raw: bytes, name: str) -> dict[str, Page]:
    import pyreadr

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.rda"
        path.write_bytes(unpack_r(raw, name))
        try:
            objects = pyreadr.read_r(str(path))
        except Exception as fault:
            raise SheetError(
                f"{name} cannot be read as R data: {fault}. Only plain data frames are read; save it from R as CSV."
            ) from fault
    return {sheet or "": Page(_r_grid(frame), sheet or "", name) for sheet, frame in objects.items()}


def _r_grid(frame: pd.DataFrame) -> Columns:
    """Column names as row 1, the cells below as R would print them."""
    columns = []
    for title in frame:
        values = frame[title]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(values.cat.categories.dtype)
        cells = pa.array(values, from_pandas=True)
        text = cells.cast(pa.large_string()) if not pa.types.is_null(cells.type) else pa.nulls(len(cells), pa.large_string())
        columns.append(pa.concat_arrays([pa.array([str(title)], pa.large_string()), text.fill_null("")]))
    return Columns(columns)
