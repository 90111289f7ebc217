"""Each cell of a page by what it holds: nothing, text, a figure, or a mark in a figure's place."""

from dataclasses import dataclass, field

import numpy as np

from ..numbers import read_figures
from .page import Page
from .titles import column_letter, plain

EMPTY, TEXT, FIGURE, MARK = range(4)  # from FIGURE on: a figure, or what stands in its place


@dataclass(frozen=True, eq=False)
class Cells:
    """A page with every cell read once.

    Attributes
    ----------
    kinds : uint8 array, rows x columns
    values : array of the same shape, NaN where no figure
    codes : array of the same shape, the number of each cell's flag among `words` (0: no flag)
    """

    page: Page
    kinds: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    codes: np.ndarray = field(repr=False)
    words: tuple[str, ...] = ("",)

    @classmethod
    def read(cls, page: Page) -> "Cells":
        """Read all cells of `page`."""
        words = {"": 0}
        values, codes = read_figures(page.columns, words)
        kinds = np.array([EMPTY if not flag else TEXT if "unreadable" in flag else MARK for flag in words], np.uint8)[codes]
        kinds[~np.isnan(values)] = FIGURE
        return cls(page, kinds.T, values.T, codes.T, tuple(words))

    def text(self, row: int, spot: int) -> str:
        """The cell as plain text; row and column from 0."""
        return plain(self.page.cell(row, spot))

    def texts(self, row: int, spots: range | list[int]) -> list[str]:
        """Several cells of a row as plain text."""
        return [self.text(row, spot) for spot in spots]


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
