"""A table cut from a page: titles, rows, totals kept aside, and the cell of every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ..numbers import parse_numbers

if TYPE_CHECKING:
    from .page import Page


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under named titles.

    Attributes
    ----------
    frame : DataFrame, index ``row`` (the sheet row, counted from 1)
        Printed cells, one column a title.
    letters : dict
        Title to spreadsheet column letter.
    totals : DataFrame
        The subtotal rows, in the same form, not in ``frame``.
    """

    frame: pd.DataFrame = field(repr=False)
    letters: dict[str, str]
    sheet: str
    file: str
    totals: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)

    @classmethod
    def cut(cls, page: Page, header: int, places: dict[str, int], key: str, subtotals: set[str]) -> Table:
        """Take the rows below row `header` (from 0) until the key column is empty."""
        from .page import column_letter, plain

        rows, numbers = [], []
        for index in range(header + 1, len(page.grid)):
            row = page.grid[index]
            if not plain(row[places[key]] if places[key] < len(row) else ""):
                break
            rows.append([row[spot] if spot < len(row) else None for spot in places.values()])
            numbers.append(index + 1)
        frame = pd.DataFrame(rows, columns=list(places), index=pd.Index(numbers, name="row"), dtype=object)
        total = frame[key].map(plain).isin(subtotals)
        letters = {title: column_letter(spot + 1) for title, spot in places.items()}
        return cls(frame[~total], letters, page.sheet, page.file, frame[total])

    def melt(self, id_column: str | Sequence[str], into: str = "title", values: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per printed figure: the id columns, `into` (its title), value, flag, sheet, row, column."""
        ids = [id_column] if isinstance(id_column, str) else list(id_column)
        pieces = []
        for title in values if values is not None else [t for t in self.frame if t not in ids]:
            piece = self.frame[ids].copy()
            piece[into] = title
            piece[["value", "flag"]] = parse_numbers(self.frame[title])
            piece["sheet"], piece["row"], piece["column"] = self.sheet, self.frame.index, self.letters[title]
            pieces.append(piece)
        return pd.concat(pieces, ignore_index=True)
