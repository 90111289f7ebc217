"""A page: the grid of one sheet as it was printed, with where it came from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DriftError, SheetError
from .table import Table, looks_note, tell_totals
from .text import Columns
from .titles import column_letter, compare_titles, flatten, lettered, nearest, pick, plain

DEEPEST = 3  # header rows tried
UNTIDY = r"\s\s|^\s|\s$|[\n\r\t]|\x{A0}"
TEXT = pd.StringDtype(na_value=np.nan)


def to_text(cells: pa.Array) -> pd.api.extensions.ExtensionArray:
    """Arrow text as pandas text."""
    return pd.arrays.ArrowStringArray(cells, dtype=TEXT)


def _column(cells: np.ndarray) -> pa.Array | np.ndarray:
    """Arrow text where all cells are text, else the cells as they are."""
    try:
        text = pa.array(cells, pa.large_string())
    except pa.ArrowTypeError:
        return cells
    return cells if text.null_count else text


@dataclass(frozen=True, eq=False)
class Page:
    """One sheet. ``grid[i][j]`` is the cell in row ``i + 1``, column ``j + 1``; empty cells are ``""`` or None.

    ``merged`` holds the merged areas as (first row, first column, last row, last column), from 0;
    ``remarks`` what was noticed on opening, such as lines in another encoding; ``percents`` the cells (row, column,
    from 0) that a spreadsheet shows as percentages.
    """

    grid: Sequence[Sequence[object]] = field(repr=False)
    sheet: str = ""
    file: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()
    percents: Sequence[tuple[int, int]] = field(default=(), repr=False)

    @cached_property
    def columns(self) -> list[pa.Array | np.ndarray]:
        """The cells column by column: Arrow text where all are text, else an array of objects."""
        if isinstance(self.grid, Columns):
            return self.grid.columns
        width = max(map(len, self.grid), default=0)
        even = self.grid if set(map(len, self.grid)) <= {width} else [(*row, *[""] * (width - len(row))) for row in self.grid]
        cells = np.array(even, dtype=object).reshape(len(self.grid), width)
        return [_column(cells[:, spot]) for spot in range(width)]

    def row_text(self, index: int) -> list[str]:
        """Row `index` (from 0) as plain text."""
        return [plain(cell) for cell in self.grid[index]]

    def cell(self, row: int, spot: int) -> object:
        """One cell, row and column from 0; empty beyond the end of a row."""
        if isinstance(self.grid, Columns):
            return self.grid.columns[spot][row].as_py()
        cells = self.grid[row]
        return cells[spot] if spot < len(cells) else ""

    def cells(self, spot: int, rows: np.ndarray) -> pa.Array | np.ndarray:
        """Cells of one column, rows from 0."""
        column = self.columns[spot]
        if len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1:
            return column[rows[0] : rows[-1] + 1]
        return column[rows] if isinstance(column, np.ndarray) else column.take(pa.array(rows, pa.int64()))

    def labels(self, spot: int, rows: np.ndarray) -> pa.DictionaryArray:
        """Cells of one column as plain text, one line a cell; each different text is kept once."""
        cells = self.cells(spot, rows)
        if isinstance(cells, np.ndarray):
            return pa.array([plain(cell) for cell in cells], pa.large_string()).dictionary_encode()
        coded = cells.dictionary_encode()
        odd = pc.match_substring_regex(coded.dictionary, UNTIDY)
        if not pc.any(odd).as_py():
            return coded
        tidy = [plain(text) if so else text for text, so in zip(coded.dictionary.to_pylist(), odd.to_pylist(), strict=True)]
        return pa.array(tidy, pa.large_string()).take(coded.indices).dictionary_encode()

    def filled(self, spot: int, rows: np.ndarray) -> np.ndarray:
        """True where a cell of column `spot` holds more than spaces; rows from 0."""
        cells = self.cells(spot, rows)
        if isinstance(cells, np.ndarray):
            return np.array([cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells], bool)
        coded = cells.dictionary_encode()
        return pc.match_substring_regex(coded.dictionary, r"[^\s\x{A0}]").to_numpy(zero_copy_only=False)[coded.indices.to_numpy()]

    def frame(self, places: dict[str, int], rows: np.ndarray) -> pd.DataFrame:
        """The cells under some titles, index ``row`` from 1: text columns as ``str``, others as they are."""
        cells = {title: self.cells(spot, rows) for title, spot in places.items()}
        made = {title: part if isinstance(part, np.ndarray) else to_text(part) for title, part in cells.items()}
        return pd.DataFrame(made, index=pd.Index(rows + 1, name="row"), copy=False)

    def find_table(
        self,
        titles: Sequence[str],
        subtotals: Iterable[str | re.Pattern] = (),
        key: str | None = None,
    ) -> Table:
        """Find the table whose header holds all of `titles`, in any order and between other columns.

        The header may be one to three rows: group titles are carried right and joined, ``Group | Title``; a
        title alone will do where only one column ends so. A repeated title is written ``Title (2)``.
        Rows run from the header to the first row in which every titled cell is empty.

        Parameters
        ----------
        titles : the columns wanted.
        subtotals : keys (or compiled patterns) of printed totals, kept aside in ``.totals``. A key that reads like
            a total and is not listed is an error, so that nothing is counted twice.
        key : the title whose cell names the row; by default the first. Rows without it are kept aside in ``.unkeyed``.
        """
        wanted = [plain(title) for title in titles]
        header, found = self._find_header(wanted)
        places, _, several = pick(wanted, found)
        if several:
            raise SheetError(
                f"{self.called}, row {header + 1}: "
                + "; ".join(f"{t!r} stands in columns {[column_letter(i + 1) for i in spots]}" for t, spots in several.items())
                + f". Write which is meant: {[found[i] for spots in several.values() for i in spots]}."
            )
        key = plain(key) if key else wanted[0]
        if key not in places:
            raise SheetError(f"The key {key!r} is not one of the titles {list(places)}.")
        return self._cut(header, places, key, tuple(subtotals))

    def _cut(self, header: int, places: dict[str, int], key: str, subtotals: tuple[str | re.Pattern, ...]) -> Table:
        """Take the rows below row `header` (from 0) until every titled cell is empty."""
        rows = np.arange(header + 1, len(self.grid))
        keys = self.labels(places[key], rows)
        named = pc.not_equal(keys.dictionary, "").to_numpy(zero_copy_only=False)[keys.indices.to_numpy()]
        blank = np.flatnonzero(~named)
        for spot in places.values():
            blank = blank[~self.filled(spot, rows[blank])] if len(blank) else blank
        end = blank[0] if len(blank) else len(rows)
        rows, keys, named = rows[:end], keys[:end], named[:end]
        notes = self._trailing_notes(keys, rows, places, key)
        kept = np.arange(len(rows)) < len(rows) - len(notes)
        total = tell_totals(keys, rows, subtotals, kept, self.called)
        keyless = ~named & kept & ~total
        letters = {title: column_letter(spot + 1) for title, spot in places.items()}
        body = self.frame(places, rows[kept & ~total & ~keyless])
        none = body.iloc[:0]
        totals, unkeyed = (self.frame(places, rows[some]) if some.any() else none for some in (total, keyless))
        return Table(body, letters, self.sheet, self.file, totals, unkeyed, notes)

    def _trailing_notes(self, keys: pa.Array, rows: np.ndarray, places: dict[str, int], key: str) -> tuple[tuple[int, str], ...]:
        """Lines at the end that hold a note in the key column and nothing else."""
        notes: list[tuple[int, str]] = []
        others = [spot for title, spot in places.items() if title != key]
        for at in range(len(rows) - 1, -1, -1):
            row, text = rows[at], keys[at].as_py()
            if not (text and others and looks_note(text)) or any(self.filled(spot, rows[at : at + 1])[0] for spot in others):
                break
            notes.append((int(row) + 1, text))
        return tuple(reversed(notes))

    def _find_header(self, wanted: list[str]) -> tuple[int, list[str]]:
        """Last header row (from 0) and its flattened titles."""
        best: tuple[int, int, list[str]] = (-1, 0, [])
        last = {title.rsplit(" | ", 1)[-1].removesuffix(" (2)") for title in wanted}
        for index in range(min(len(self.grid), 5000)):
            row = self.row_text(index)
            score = len(last & set(row))
            if score > best[0]:
                best = (score, index, row)
            if not score:
                continue
            rows = [row]
            for depth in range(1, min(DEEPEST, index + 1) + 1):
                if depth > 1:
                    rows = [self.row_text(index - depth + 1), *rows]
                found = flatten(rows)
                _, missing, several = pick(wanted, found)
                if not missing and (not several or depth == min(DEEPEST, index + 1) or depth == 1):
                    return index, found
        raise self._no_header(wanted, *best)

    def _no_header(self, wanted: list[str], score: int, index: int, row: list[str]) -> SheetError:
        if score and score * 2 >= len(wanted):
            found = flatten([row])
            missing = pick(wanted, found)[1]
            like = {new: title for title in missing if (new := nearest(title, [t for t in found if t and t not in wanted]))}
            changes, _ = compare_titles(lettered([like.get(t, t) for t in found]), lettered(found))
            changes += [f"removed: {title!r}" for title in missing if title not in like.values()]
            return DriftError(
                f"{self.called}, row {index + 1}: the titles changed: {'; '.join(changes)}. Alter the titles in this reader, check that the figures "
                f"still mean the same, and build again. The row now reads: {[title for title in row if title][:60]}"
            )
        first = [" | ".join(filter(None, self.row_text(i)[:8])) for i in range(min(4, len(self.grid)))]
        return SheetError(
            f"{self.called}: no row holds the titles {wanted}. The page starts {first}. If a column was renamed, change the titles in this file's reader."
        )

    @property
    def called(self) -> str:
        """File and sheet, for a message."""
        return f"{self.file or 'The page'}, sheet {self.sheet!r}"
