"""A table cut from a page: titles, rows, totals kept aside, and the cell of every value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import DriftError
from ..numbers import read_figures
from .titles import plain

TOTAL = re.compile(r"(grand |sub-? ?)?totals?:?|.+ (result|total)", re.I)
NOTE = re.compile(
    r"(notes?|sources?|footnotes?|copyright|key)\b.{0,3}[:.\d\s]|(notes?|sources?)$|[*†‡§]\s*\w|\(?\d{1,2}[).]\s+\w|\[\w+\]\s+\w",
    re.I,
)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under named titles.

    Attributes
    ----------
    frame : DataFrame, index ``row`` (the sheet row, counted from 1)
        Printed cells, one column a title.
    letters : dict
        Title to spreadsheet column letter.
    totals, unkeyed : DataFrame
        The listed subtotal rows, and rows without a key, in the same form; not in ``frame``.
    notes : tuple of (row, text)
        Lines under the last row that hold text in the key column only.
    """

    frame: pd.DataFrame = field(repr=False)
    letters: dict[str, str]
    sheet: str
    file: str
    totals: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    unkeyed: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    notes: tuple[tuple[int, str], ...] = ()

    def figures(self, titles: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The figures of some columns, and their flags: two arrays, titles x rows."""
        words, read = {"": 0}, []
        cells = [self.frame[title] for title in titles]
        if cells and all(isinstance(column.dtype, pd.StringDtype) for column in cells):
            read = [read_figures(pa.concat_arrays([pa.array(column.array, pa.large_string()) for column in cells]), words)]
        else:
            read = [read_figures(column.tolist(), words) for column in cells]
        values, codes = (np.concatenate(part) for part in zip(*read, strict=True)) if read else (np.zeros(0), np.zeros(0, int))
        shape = len(titles), len(self.frame)
        return values.reshape(shape), np.array(list(words), dtype=object)[codes].reshape(shape)

    def melt(self, id_column: str | Sequence[str], into: str = "title", values: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per printed figure: the id columns, `into` (its title), value, flag, sheet, row, column.

        Rows come title by title, each in sheet order.
        """
        ids = [id_column] if isinstance(id_column, str) else list(id_column)
        named = list(values) if values is not None else [title for title in self.frame if title not in ids]
        size = len(self.frame)
        read, flags = self.figures(named)
        long = self.frame[ids].iloc[np.tile(np.arange(size), len(named))].reset_index(drop=True)
        long[into] = pd.Series(np.repeat(np.array(named, dtype=object), size), dtype=object)
        long["value"], long["flag"] = read.ravel(), flags.ravel()
        long["sheet"], long["row"] = self.sheet, np.tile(self.frame.index.to_numpy(), len(named))
        long["column"] = np.repeat(np.array([self.letters[title] for title in named], dtype=object), size)
        return long


def looks_total(text: str) -> bool:
    """Whether a row label reads like a printed total.

    >>> looks_total("Grand Total"), looks_total("R1A Result"), looks_total("Totnes")
    (True, True, False)
    """
    low = text.lower()
    return ("total" in low or "result" in low) and bool(TOTAL.fullmatch(low.strip()))


def looks_note(text: str) -> bool:
    """Whether a line under or over a table reads like a note rather than a row label.

    >>> looks_note("Source: NHS England"), looks_note("1. Provisional"), looks_note("Ambleton")
    (True, True, False)
    """
    return bool(NOTE.match(text)) or len(text) > 110


def tell_totals(keys: pd.Series, subtotals: Sequence[str | re.Pattern], kept: np.ndarray, where: str) -> np.ndarray:
    """Which rows are the `subtotals` listed; a DriftError if another kept row reads like a total."""
    words = {plain(text) for text in subtotals if isinstance(text, str)}
    patterns = [text for text in subtotals if isinstance(text, re.Pattern)]
    unique = keys.unique().tolist()
    listed = [text for text in unique if text in words or any(p.fullmatch(text) for p in patterns)]
    stray = [text for text in unique if looks_total(text) and text not in listed]
    if stray:
        rows = keys.index[keys.isin(stray).to_numpy() & kept]
        if len(rows):
            raise DriftError(
                f"{where}, row {rows[0]}: {keys[rows[0]]!r} reads like a printed total and is not "
                f"among the subtotals {sorted(words)}. Add it to the reader's subtotals, or its rows would be counted twice."
            )
    return keys.isin(listed).to_numpy() if listed else np.zeros(len(keys), bool)
