"""A page: the grid of one sheet as it was printed, with where it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..errors import SheetError
from .table import Table


def column_letter(number: int) -> str:
    """Spreadsheet letter of a column counted from 1.

    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def plain(cell: object) -> str:
    """A title cell as one line of text: spaces of every kind become one space.

    >>> plain("Plan\\n £m ")
    'Plan £m'
    """
    return " ".join(str(cell).split()) if cell is not None else ""


@dataclass(frozen=True, eq=False)
class Page:
    """One sheet. ``grid[i][j]`` is the cell in row ``i + 1``, column ``j + 1``; empty cells are ``""`` or None."""

    grid: Sequence[Sequence[object]] = field(repr=False)
    sheet: str = ""
    file: str = ""

    def row_text(self, index: int) -> list[str]:
        """Row `index` (from 0) as plain text."""
        return [plain(cell) for cell in self.grid[index]]

    def find_table(self, titles: Sequence[str], subtotals: Iterable[str] = (), key: str | None = None) -> Table:
        """Find the table whose header row holds all of `titles`, in any order and between other columns.

        Rows run from the header to the first row whose `key` column (by default the first title) is
        empty. Rows whose key is one of `subtotals` are kept aside in ``.totals``.
        """
        wanted = [plain(title) for title in titles]
        for index in range(len(self.grid)):
            row = self.row_text(index)
            if set(wanted) <= set(row):
                places = {title: row.index(title) for title in wanted}
                return Table.cut(self, index, places, plain(key) if key else wanted[0], {plain(s) for s in subtotals})
        first = [" | ".join(filter(None, self.row_text(i)[:8])) for i in range(min(4, len(self.grid)))]
        raise SheetError(
            f"{self.file or 'The page'}, sheet {self.sheet!r}: no row holds the titles {wanted}. The page starts {first}. "
            "If a column was renamed, change the titles in this file's reader."
        )
