"""Delimited text as columns: any delimiter, any mixture of encodings, every cell as printed.

Nothing is guessed about kinds here: a cell stays the text it was, so that ``007`` and ``1.10``
survive. Rows are counted as a spreadsheet counts them, so a quoted cell may hold line breaks.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from ..errors import SheetError

DELIMITERS = ",\t;$|"
_COMMA = r"^[-–(]?(\d{1,3}(\.\d{3})+|\d+),(\d{1,2}|\d{4,})\)?%?$"  # 1.204,5: a comma that cannot part thousands
_POINT = r"^[-–(]?[\d,]*\.(\d{1,2}|\d{4,})\)?%?$"


class Columns(Sequence):
    """A grid of text kept by column, read by row: ``grid[i][j]`` as for a list of rows."""

    def __init__(self, columns: list[pa.Array]):
        self.columns = columns
        self._rows = len(columns[0]) if columns else 0

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, index):
        if isinstance(index, slice):
            return list(zip(*(column[index].to_pylist() for column in self.columns), strict=True))
        if not -self._rows <= index < self._rows:
            raise IndexError(index)
        return tuple(column[index % self._rows].as_py() for column in self.columns)

    def __iter__(self) -> Iterator[tuple]:
        return iter(self[:])


def decode(raw: bytes) -> tuple[bytes, list[int]]:
    """Give `raw` as UTF-8, with the lines (from 1) that were in another encoding.

    Files pasted together from several sources mix encodings; each line that is not UTF-8 is
    read as Windows-1252, the others as they are.

    >>> decode("£1\\n".encode() + "£2".encode("cp1252"))[0].decode(), decode("£1\\n".encode() + "£2".encode("cp1252"))[1]
    ('£1\\n£2', [2])
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace").encode(), []
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        raw.decode()
        return raw, []
    except UnicodeDecodeError:
        lines, foreign = raw.split(b"\n"), []
    for number, line in enumerate(lines):
        try:
            line.decode()
        except UnicodeDecodeError:
            lines[number] = "".join(_letter(byte) for byte in line).encode()
            foreign.append(number + 1)
    return b"\n".join(lines), foreign


def _letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:  # five bytes that Windows-1252 leaves empty
        return chr(byte)


def find_delimiter(text: str) -> str:
    r"""The delimiter that cuts the first lines into the most even rows.

    >>> find_delimiter("Code$Name\nR1A$Ambleton, north\n")
    '$'
    >>> find_delimiter("Title, with a comma\n\nCode;Name\nR1A;x\nR1B;y")
    ';'
    """
    start = text[:20_000]
    sample = start.splitlines()[:60]
    if len(text) > len(start):
        sample = sample[:-1]

    def evenness(mark: str) -> tuple[int, int]:
        if mark not in start:
            return 0, 1
        widths = [len(row) for row in csv.reader(sample, delimiter=mark) if any(row)]
        usual = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        return (widths.count(usual) * (usual > 1), usual)

    return max(DELIMITERS, key=evenness)


def read_delimited(raw: bytes, name: str = "") -> tuple[Columns, tuple[str, ...]]:
    """Cut `raw` into a grid; also give what was odd about it, for the log."""
    if b"\0" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise SheetError(
            f"{name or 'The file'} is neither a spreadsheet nor text that we know. Check that it is whole, and fetch it again."
        )
    clean, foreign = decode(raw)
    delimiter = find_delimiter(clean[:40_000].decode(errors="ignore"))
    remarks = [f"cells are parted by {delimiter!r}"] if delimiter != "," else []
    if foreign:
        remarks.append(f"{len(foreign)} lines are not UTF-8, read as Windows-1252: {foreign[:5]}")
    if not clean.endswith((b"\n", b"\r")):
        remarks.append("the last line has no line break: if the file was cut short, its last cell may be too")
    grid = _arrow(clean, delimiter)
    if grid is None:
        grid, uneven = _ragged(clean, delimiter, name)
        if uneven:
            remarks.append(f"{len(uneven)} rows are shorter or longer than the rest: rows {', '.join(map(str, uneven[:8]))}")
    if delimiter != "," and _somewhere(grid, _COMMA) and not _somewhere(grid, _POINT):
        grid = Columns([_with_points(column) for column in grid.columns])
        remarks.append("figures have decimal commas, and points between thousands: 1.204,5 is read as 1204.5")
    return grid, tuple(remarks)


def _somewhere(grid: Columns, form: str) -> bool:
    """Whether a cell of the first rows has this form."""
    return any(pc.any(pc.match_substring_regex(column.slice(0, 5000), form)).as_py() for column in grid.columns)


def _with_points(column: pa.Array) -> pa.Array:
    """Cells with figures written ``1.204,5`` as ``1204.5``, the others as they are."""
    figure = pc.match_substring_regex(column, r"^[-–(]?(\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d+)\)?%?$")
    return pc.if_else(figure, pc.replace_substring(pc.replace_substring(column, ".", ""), ",", "."), column)


def _arrow(clean: bytes, delimiter: str) -> Columns | None:
    """All-text columns in one pass; None when rows differ in length, so that a slower reader must look."""
    width = len(next(csv.reader(io.StringIO(clean[:200_000].decode(errors="ignore"), newline=""), delimiter=delimiter), []))
    names = [str(spot) for spot in range(width)]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(clean),
            pacsv.ReadOptions(column_names=names, block_size=1 << 24),
            pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in clean, ignore_empty_lines=False),
            pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    return Columns([column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in table.columns])


def _ragged(clean: bytes, delimiter: str, name: str) -> tuple[Columns, list[int]]:
    """Rows of any length, filled up with empty cells; and the rows (from 1) that are not as long as most."""
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(clean.decode(), newline=""), delimiter=delimiter))
    except csv.Error as fault:
        raise SheetError(
            f"{name or 'The file'} cannot be cut into cells at {delimiter!r}: {fault}. Check that it is whole."
        ) from fault
    widths = [len(row) for row in rows]
    width, usual = max(widths, default=0), max(set(widths), key=widths.count, default=0)
    uneven = [number for number, row in enumerate(rows, 1) if row and len(row) != usual]
    if width * len(rows) > 60_000_000:
        raise SheetError(
            f"{name or 'The file'} has a row of {width:,} cells; a table is not so wide. Check the delimiter and the quotes."
        )
    padded = [row + [""] * (width - len(row)) for row in rows]
    return Columns([pa.array(column, pa.large_string()) for column in zip(*padded, strict=True)]), uneven
