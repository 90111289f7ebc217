"""What a file is, by its first bytes, and whether it is safe to open.

A spreadsheet from anywhere may be a bomb, a locked box or a web page with the wrong name. Each of
these is refused here with a plain reason, before any parser sees it.
"""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

from ..errors import SheetError

UNPACKED = 1_000_000_000  # bytes a zip may unpack to
WORKBOOK = 300_000_000  # bytes the parts of a workbook may: they are held twice while it is read
CHECKED = (".xml", ".rels", ".bin", "mimetype")  # the parts of a workbook that are read
CELLS = 12_000_000  # cells a sheet may span, empty ones too
WIDEST = 4_000  # columns of a sheet
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BINARY_SHEET = b"\x81\x01"  # the first record of one
R_MARKS = (b"RDX2", b"RDX3", b"RDA2", b"RDA3")


def check_file(raw: bytes, name: str) -> tuple[str, bytes]:
    """Say what `raw` is, ``book``, ``zip``, ``r`` or ``text``, and give the bytes to read; SheetError for what must not be opened.

    >>> check_file(b"Code,Name", "a.csv")
    ('text', b'Code,Name')
    """
    head = raw[:4096].lstrip()
    if not raw:
        raise SheetError(f"{name} is empty. Fetch it again.")
    if raw[:4] == b"PK\x03\x04":
        return _check_package(raw, name)
    if raw[:8] == OLE:
        return _check_ole(raw, name), raw
    if raw[:3] == b"BZh" or raw[:2] == b"\x1f\x8b" or raw[:6] == b"\xfd7zXZ\x00" or raw[:4] in R_MARKS:
        return "r", raw
    start = head[:512].lower().removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"<(!doctype\s+html|html|head|body|table|div|meta)\b", start) or (start.startswith(b"<") and b"<html" in start):
        raise SheetError(
            f"{name} is a web page, not a spreadsheet. The publisher may have moved the file: look at its page again."
        )
    if start.startswith(b"<?xml"):
        raise SheetError(f"{name} is XML text, which is not read. Open it in a spreadsheet program and save it as .xlsx.")
    for mark, what in (
        (b"%pdf", "a PDF document"),
        (b"\x89png", "a picture"),
        (b"7z\xbc\xaf", "a 7z archive"),
        (b"rar!", "a RAR archive"),
    ):
        if raw[:8].lower().startswith(mark):
            raise SheetError(f"{name} is {what}, not a spreadsheet.")
    return "text", raw


def _check_ole(raw: bytes, name: str) -> str:
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise SheetError(f"{name} is locked with a password. Ask the publisher for an open copy.")
    if "_VBA_PROJECT".encode("utf-16-le") in raw:
        raise SheetError(
            f"{name} holds macros. Nothing was run. Open it where that is safe, and save it as .xlsx without macros."
        )
    if "Workbook".encode("utf-16-le") not in raw and "Book".encode("utf-16-le") not in raw:
        raise SheetError(f"{name} is an old Office file, but no workbook. Save it as .xlsx.")
    return "book"


def unpack_r(raw: bytes, name: str) -> bytes:
    """R data without its compression (gzip, bzip2, xz or none), never more than a gigabyte."""
    if raw[:4] in R_MARKS:
        return raw
    pieces: list[bytes] = []
    try:
        for piece in _inflate(raw):
            pieces.append(piece)
            _check_size(sum(map(len, pieces)), name, UNPACKED)
            if pieces[0][:4] not in R_MARKS:
                raise SheetError(f"{name} is a compressed file, but not R data. Unpack it first.")
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as fault:
        raise SheetError(f"{name} is damaged ({fault}). Fetch it again.") from fault
    return b"".join(pieces)


def _inflate(raw: bytes) -> Iterator[bytes]:
    """The content of a compressed file, a megabyte at a time."""
    openers: dict[bytes, Callable] = {b"BZ": bz2.open, b"\xfd7": lzma.open}
    with openers.get(raw[:2], gzip.open)(io.BytesIO(raw)) as stream:
        while piece := stream.read(1 << 20):
            yield piece


def _check_size(size: int, name: str, limit: int) -> None:
    if size > limit:
        raise SheetError(f"{name} unpacks to more than {limit // 1_000_000:,} MB; no honest table does. It was not opened.")


def unpack(parcel: zipfile.ZipFile, member: str, name: str, limit: int = UNPACKED, used: int = 0) -> bytes:
    """The bytes of one member, never more than is left of `limit` whatever its header says."""
    try:
        with parcel.open(member) as stream:
            data = stream.read(limit - used + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as fault:
        if "password" in str(fault) or "encrypted" in str(fault):
            raise SheetError(f"{name} is locked with a password. Ask the publisher for an open copy.") from fault
        raise SheetError(f"{name} is damaged at {member}: {fault}. Fetch it again.") from fault
    _check_size(used + len(data), name, limit)
    return data


def _check_package(raw: bytes, name: str) -> tuple[str, bytes]:
    """Check a zip; a workbook is packed anew, without compression, from its checked parts: no parser meets anything else."""
    try:
        parcel = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise SheetError(f"{name} is not whole ({fault}). It may have been cut short on the way: fetch it again.") from fault
    with parcel:
        names = parcel.namelist()
        if len(names) > 5000:
            raise SheetError(f"{name} holds {len(names):,} parts. It was not opened.")
        if min((part.header_offset for part in parcel.infolist()), default=0):
            raise SheetError(
                f"{name} is not whole: only a file inside it has an end. It may have been cut short: fetch it again."
            )
        office = "[Content_Types].xml" in names or "mimetype" in names
        _check_size(sum(info.file_size for info in parcel.infolist()), name, WORKBOOK if office else UNPACKED)
        if not office:
            return "zip", raw
        if any(part.lower().endswith(("vbaproject.bin", "vbadata.xml")) or part.startswith("Basic/") for part in names):
            raise SheetError(
                f"{name} holds macros. Nothing was run. Open it where that is safe, and save it as .xlsx without macros."
            )
        checked = io.BytesIO()
        with zipfile.ZipFile(checked, "w") as anew:
            for part in dict.fromkeys(names):
                if part.endswith(CHECKED):
                    data = unpack(parcel, part, name, WORKBOOK, checked.tell())
                    _check_part(part, data, name)
                    anew.writestr(part, data)
    return "book", checked.getvalue()


def _check_part(part: str, data: bytes, name: str) -> None:
    if b"<!DOCTYPE" in data:
        raise SheetError(f"{name} declares its own XML entities in {part}; no spreadsheet program does. It was not opened.")
    if b"sheetData" in data:
        _check_span(*_xlsx_span(data), part, name)
    elif data[:2] == BINARY_SHEET:
        _check_span(*_xlsb_span(data), part, name)
    elif part == "content.xml":
        _check_span(*_ods_span(data), part, name)


def _check_span(rows: int, columns: int, part: str, name: str) -> None:
    if columns > WIDEST:
        raise SheetError(
            f"{name} has {columns:,} columns in {part}; tables of more than {WIDEST:,} are not read. Delete stray cells at the far right and save it."
        )
    if rows * columns > CELLS:
        raise SheetError(
            f"{name} spans {rows:,} rows by {columns:,} columns in {part}, more than can be read safely. Delete stray cells far from the table and save it."
        )


def column_number(letters: bytes) -> int:
    """Number of a spreadsheet column, from 1: ``AB`` is 28."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _xlsx_span(data: bytes) -> tuple[int, int]:
    """Rows and columns up to the last cell that holds something, looking closely only when far cells exist."""
    rows = max((int(row) for row in re.findall(rb'<row\b[^>]*?\br="(\d{1,9})"', data[-4_000_000:])), default=0) or data.count(
        b"<row"
    )
    wide = re.search(rb'r="[A-Z]{2,3}\d', data)
    if wide and re.search(rb'r="[A-Z]{3}\d', data):
        far = [column_number(c) for c in re.findall(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{3})\d+"(?![^>]*/>)', data)]
        if far:
            return rows, max(far)
    width = 702 if wide else 26
    if rows * width <= CELLS:
        return rows, width
    cells = re.findall(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d+)"(?![^>]*/>)', data)
    return max((int(r) for _, r in cells), default=0), max((column_number(c) for c, _ in cells), default=0)


def _ods_span(data: bytes) -> tuple[int, int]:
    """Rows and columns, counting repeats only of cells and rows that hold something."""
    rows = columns = 0
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", data, re.S):
        if b"office:value" not in row[2] and b"<text:p" not in row[2]:
            continue
        repeat = re.search(rb'number-rows-repeated="(\d{1,9})"', row[1])
        rows += int(repeat[1]) if repeat else 1
        width = sum(int(n) for n in re.findall(rb'number-columns-repeated="(\d{1,9})"(?![^>]*/>)', row[2])) + row[2].count(
            b"<table:table-cell"
        )
        columns = max(columns, width)
    return rows, columns


def _xlsb_span(data: bytes) -> tuple[int, int]:
    """Rows and columns of a binary sheet: its records are a number, a length and content; 0 opens a row, 1 to 11 are cells."""
    spot, rows, columns = 0, 0, 0
    while spot < len(data) - 1:
        kind, spot = data[spot], spot + 1
        if kind & 0x80:
            kind, spot = (kind & 0x7F) | data[spot] << 7, spot + 1
        length = shift = 0
        while spot < len(data):
            byte, spot = data[spot], spot + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        if kind == 0:
            rows = max(rows, int.from_bytes(data[spot : spot + 4], "little") + 1)
        elif 2 <= kind <= 11:
            columns = max(columns, int.from_bytes(data[spot : spot + 4], "little") + 1)
        spot += length
    return rows, columns
