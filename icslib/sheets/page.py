"""A page: the grid of one sheet as it was printed, with where it came from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DriftError, SheetError
from .table import Table
from .text import Columns
from .titles import column_letter, flatten, nearest, pick, plain

__all__ = ["Page", "column_letter", "plain"]

DEEPEST = 3  # header rows tried


@dataclass(frozen=True, eq=False)
class Page:
    """One sheet. ``grid[i][j]`` is the cell in row ``i + 1``, column ``j + 1``; empty cells are ``""`` or None.

    ``merged`` holds the merged areas as (first row, first column, last row, last column), from 0;
    ``remarks`` what was noticed on opening, such as lines in another encoding.
    """

    grid: Sequence[Sequence[object]] = field(repr=False)
    sheet: str = ""
    file: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return len(self.grid.columns) if isinstance(self.grid, Columns) else max(map(len, self.grid), default=0)

    def row_text(self, index: int) -> list[str]:
        """Row `index` (from 0) as plain text."""
        return [plain(cell) for cell in self.grid[index]]

    def column(self, spot: int, start: int = 0, stop: int | None = None) -> pd.Series:
        """Cells of column `spot` from row `start` up to `stop` (all from 0), indexed by sheet row from 1."""
        stop = len(self.grid) if stop is None else stop
        rows = pd.RangeIndex(start + 1, stop + 1, name="row")
        if isinstance(self.grid, Columns):
            cells = pd.array(self.grid.columns[spot].slice(start, stop - start), dtype="str")
            return pd.Series(cells, index=rows)
        return pd.Series([row[spot] if spot < len(row) else "" for row in self.grid[start:stop]], index=rows, dtype=object)

    def cell(self, row: int, spot: int) -> object:
        """One cell, row and column from 0; empty beyond the end of a row."""
        if isinstance(self.grid, Columns):
            return self.grid.columns[spot][row].as_py()
        cells = self.grid[row]
        return cells[spot] if spot < len(cells) else ""

    def cells(self, spot: int, rows: Iterable[int]) -> list[object]:
        """Cells of one column, rows from 0."""
        if isinstance(self.grid, Columns):
            return self.grid.columns[spot].take(pa.array(rows)).to_pylist()
        grid = self.grid
        return [row[spot] if spot < len(row) else "" for row in (grid[at] for at in rows)]

    def flat(self) -> list | pa.ChunkedArray:
        """All cells, column after column."""
        if isinstance(self.grid, Columns):
            return pa.chunked_array([chunk for column in self.grid.columns for chunk in column.chunks], pa.large_string())
        width = self.width
        even = self.grid if set(map(len, self.grid)) <= {width} else [(*row, *[""] * (width - len(row))) for row in self.grid]
        return list(chain.from_iterable(zip(*even, strict=True)))

    def filled(self, spot: int, start: int = 0, stop: int | None = None) -> np.ndarray:
        """True where a cell of column `spot` holds more than spaces."""
        if isinstance(self.grid, Columns):
            cells = self.grid.columns[spot].slice(start, None if stop is None else stop - start)
            return pc.match_substring_regex(cells, r"[^\s\x{A0}]").to_numpy()
        cells = (row[spot] if spot < len(row) else "" for row in self.grid[start:stop])
        return np.array(
            [cell is not None and cell != "" and (not isinstance(cell, str) or bool(cell.strip())) for cell in cells], bool
        )

    def find_table(
        self,
        titles: Sequence[str],
        subtotals: Iterable[str | re.Pattern] = (),
        key: str | None = None,
        *,
        carry: Sequence[str] = (),
        gaps: int = 0,
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
        carry : titles whose empty cells repeat the cell above (merged row labels).
        gaps : empty rows in a row that do not end the table.
        """
        wanted = [plain(title) for title in titles]
        header, depth, found = self._find_header(wanted)
        places, _, several = pick(wanted, found)
        if several:
            raise SheetError(
                f"{self._name()}, row {header + 1}: "
                + "; ".join(f"{t!r} stands in columns {[column_letter(i + 1) for i in spots]}" for t, spots in several.items())
                + f". Write which is meant: {[found[i] for spots in several.values() for i in spots]}."
            )
        return Table.cut(self, header, depth, found, places, plain(key) if key else wanted[0], tuple(subtotals), carry, gaps)

    def _find_header(self, wanted: list[str]) -> tuple[int, int, list[str]]:
        """Last header row (from 0), how many rows it has, its flattened titles."""
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
                    return index, depth, found
        raise self._no_header(wanted, *best)

    def _no_header(self, wanted: list[str], score: int, index: int, row: list[str]) -> SheetError:
        if score >= max(1, len(wanted) // 2):
            found = flatten([row])
            lines = []
            for title in pick(wanted, found)[1]:
                like = nearest(title, [t for t in found if t and t not in wanted])
                spot = (
                    f"{like!r} in column {column_letter(found.index(like) + 1)}: change {title!r} to {like!r}"
                    if like
                    else "nothing like it"
                )
                lines.append(f"{title!r} is gone; nearest is {spot}" if like else f"{title!r} is gone; {spot}")
            return DriftError(
                f"{self._name()}, row {index + 1}: {'; '.join(lines)}. The row holds {[t for t in found if t][:40]}. Alter the titles in this reader."
            )
        first = [" | ".join(filter(None, self.row_text(i)[:8])) for i in range(min(4, len(self.grid)))]
        return SheetError(
            f"{self._name()}: no row holds the titles {wanted}. The page starts {first}. If a column was renamed, change the titles in this file's reader."
        )

    def _name(self) -> str:
        return f"{self.file or 'The page'}, sheet {self.sheet!r}"
