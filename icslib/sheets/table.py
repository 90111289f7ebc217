"""A table cut from a page: titles, rows, totals kept aside, and the cell of every value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

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
        words = {"": 0}
        cells = [self.frame[title] for title in titles]
        columns = [
            pa.array(c.array, pa.large_string()) if isinstance(c.dtype, pd.StringDtype) else c.to_numpy(object) for c in cells
        ]
        values, codes = read_figures(columns, words)
        return values, np.array(list(words), dtype=object)[codes]

    def melt(self, id_column: str | Sequence[str], into: str = "title", values: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per printed figure: the id columns as text, `into` (its title), value, flag, sheet, row, column.

        Rows come title by title, each in sheet order.
        """
        ids = [id_column] if isinstance(id_column, str) else list(id_column)
        named = list(values) if values is not None else [title for title in self.frame if title not in ids]
        size = len(self.frame)
        read, flags = self.figures(named)
        known = {name: c if isinstance(c.dtype, pd.StringDtype) else c.map(plain) for name, c in self.frame[ids].items()}
        long = pd.DataFrame(known).iloc[np.tile(np.arange(size), len(named))].reset_index(drop=True)
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


def look_totals(words: pa.Array) -> np.ndarray:
    """Which of many row labels read like a printed total."""
    found = pc.match_substring_regex(words, "(?i)total|result").to_numpy(zero_copy_only=False)
    found[found] = [looks_total(text) for text in words.filter(pa.array(found)).to_pylist()]
    return found


def looks_note(text: str) -> bool:
    """Whether a line under or over a table reads like a note rather than a row label.

    >>> looks_note("Source: NHS England"), looks_note("1. Provisional"), looks_note("Ambleton")
    (True, True, False)
    """
    return bool(NOTE.match(text)) or len(text) > 110


def tell_totals(
    keys: pa.DictionaryArray, rows: np.ndarray, subtotals: Sequence[str | re.Pattern], kept: np.ndarray, where: str
) -> np.ndarray:
    """Which of the `rows` (from 0) are the `subtotals` listed; a DriftError if another kept row reads like a total."""
    words = {plain(text) for text in subtotals if isinstance(text, str)}
    patterns = [text for text in subtotals if isinstance(text, re.Pattern)]
    unique, at = keys.dictionary.to_pylist(), keys.indices.to_numpy()
    listed = pc.is_in(keys.dictionary, pa.array(words, pa.large_string())).to_numpy(zero_copy_only=False)
    if patterns:
        listed |= np.array([any(p.fullmatch(text) for p in patterns) for text in unique], bool)
    stray = np.flatnonzero((look_totals(keys.dictionary) & ~listed)[at] & kept)
    if len(stray):
        raise DriftError(
            f"{where}, row {rows[stray[0]] + 1}: {unique[at[stray[0]]]!r} reads like a printed total and is not "
            f"among the subtotals {sorted(words)}. Add it to the reader's subtotals, or its rows would be counted twice."
        )
    return listed[at]
