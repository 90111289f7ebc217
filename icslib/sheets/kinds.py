"""Each cell of a page by what it holds: nothing, text, a figure, or a mark in a figure's place."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..numbers import read_figures
from .page import Page
from .titles import column_letter, plain

EMPTY, TEXT, FIGURE, MARK = range(4)


@dataclass(frozen=True, eq=False)
class Cells:
    """A page with every cell read once.

    Attributes
    ----------
    kinds : uint8 array, rows x columns
    values, flags : list of arrays, one a column, as :func:`icslib.numbers.read_figures` gives them
    """

    page: Page
    kinds: np.ndarray = field(repr=False)
    values: list[np.ndarray] = field(repr=False)
    flags: list[np.ndarray] = field(repr=False)
    raw: list[pd.Series] = field(repr=False)

    @classmethod
    def read(cls, page: Page) -> "Cells":
        """Read all cells of `page`."""
        raw = page.columns()
        kinds = np.zeros((len(page.grid), len(raw)), np.uint8)
        values, flags = [], []
        for spot, cells in enumerate(raw):
            value, flag = read_figures(cells)
            kinds[:, spot] = np.where(flag == "unreadable", TEXT, EMPTY)
            kinds[~np.isnan(value), spot] = FIGURE
            marked = np.flatnonzero((kinds[:, spot] == EMPTY) & (flag != ""))
            kinds[marked, spot] = [TEXT if "unreadable" in said else MARK for said in flag[marked]]
            values.append(value)
            flags.append(flag)
        return cls(page, kinds, values, flags, raw)

    def text(self, row: int, spot: int) -> str:
        """The cell as plain text; row and column from 0."""
        return plain(self.raw[spot].iat[row])

    def texts(self, row: int, spots: range | list[int]) -> list[str]:
        """Several cells of a row as plain text."""
        return [self.text(row, spot) for spot in spots]

    def value_block(self, rows: np.ndarray, spots: list[int]) -> np.ndarray:
        """Values of some rows and columns, NaN where there is no figure."""
        return np.column_stack([self.values[spot][rows] for spot in spots]) if spots else np.empty((len(rows), 0))


def cell_name(row: int, spot: int) -> str:
    """Name of a cell from its row and column counted from 0.

    >>> cell_name(0, 27)
    'AB1'
    """
    return f"{column_letter(spot + 1)}{row + 1}"


def area_name(first: int, last: int, left: int, right: int) -> str:
    """Name of an area, rows and columns counted from 0 and both ends included.

    >>> area_name(0, 2, 0, 1), area_name(4, 4, 2, 2)
    ('A1:B3', 'C5')
    """
    one, other = cell_name(first, left), cell_name(last, right)
    return one if one == other else f"{one}:{other}"
