"""A table cut from a page: titles, rows, totals kept aside, and the cell of every value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import DriftError, SheetError
from ..numbers import parse_numbers
from .titles import column_letter, plain

if TYPE_CHECKING:
    from .page import Page

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
    titles : tuple of str
        Every title of the header, also those not asked for; ``header`` is its last row, from 1.
    """

    frame: pd.DataFrame = field(repr=False)
    letters: dict[str, str]
    sheet: str
    file: str
    totals: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    unkeyed: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    notes: tuple[tuple[int, str], ...] = ()
    titles: tuple[str, ...] = field(repr=False, default=())
    header: int = 0

    @classmethod
    def cut(
        cls, page: Page, header: int, depth: int, found: list[str], places: dict[str, int], key: str,
        subtotals: Sequence[str | re.Pattern], carry: Sequence[str] = (), gaps: int = 0,
    ) -> Table:  # fmt: skip
        """Take the rows below row `header` (from 0) until every titled cell is empty."""
        if key not in places:
            raise SheetError(f"The key {key!r} is not one of the titles {list(places)}.")
        filled = np.column_stack([page.filled(spot, header + 1) for spot in places.values()])
        stop = _end(np.asarray(filled.any(axis=1)), gaps)
        frame = pd.DataFrame({title: page.column(spot, header + 1, header + 1 + stop) for title, spot in places.items()})
        filled = filled[:stop]
        for title in carry:
            frame[title] = frame[title].where(filled[:, list(places).index(title)]).ffill()
        keys = frame[key].map(plain, na_action="ignore").fillna("")
        notes = _trailing_notes(keys, filled, list(places).index(key))
        kept = ~keys.index.isin([row for row, _ in notes]) & filled.any(axis=1)
        total = _is_total(keys, subtotals, kept, page)
        keyless = (keys == "").to_numpy() & kept & ~total
        letters = {title: column_letter(spot + 1) for title, spot in places.items()}
        body = frame[kept & ~total & ~keyless]
        return cls(body, letters, page.sheet, page.file, frame[total], frame[keyless], notes, tuple(found), header + 1)

    def melt(self, id_column: str | Sequence[str], into: str = "title", values: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per printed figure: the id columns, `into` (its title), value, flag, sheet, row, column.

        Rows come title by title, each in sheet order.
        """
        ids = [id_column] if isinstance(id_column, str) else list(id_column)
        named = list(values) if values is not None else [title for title in self.frame if title not in ids]
        size = len(self.frame)
        long = self.frame[ids].iloc[np.tile(np.arange(size), len(named))].reset_index(drop=True)
        parsed = [parse_numbers(self.frame[title]) for title in named]
        long[into] = pd.Series(np.repeat(np.array(named, dtype=object), size), dtype=object)
        for name in ("value", "flag"):
            long[name] = np.concatenate([piece[name].to_numpy() for piece in parsed]) if parsed else []
        long["sheet"], long["row"] = self.sheet, np.tile(self.frame.index.to_numpy(), len(named))
        long["column"] = np.repeat(np.array([self.letters[title] for title in named], dtype=object), size)
        return long


def looks_total(text: str) -> bool:
    """Whether a row label reads like a printed total.

    >>> looks_total("Grand Total"), looks_total("R1A Result"), looks_total("Totnes")
    (True, True, False)
    """
    return bool(TOTAL.fullmatch(text.strip()))


def looks_note(text: str) -> bool:
    """Whether a line under or over a table reads like a note rather than a row label.

    >>> looks_note("Source: NHS England"), looks_note("1. Provisional"), looks_note("Ambleton")
    (True, True, False)
    """
    return bool(NOTE.match(text)) or len(text) > 110


def _end(any_filled: np.ndarray, gaps: int) -> int:
    """How many rows from the top belong together, letting `gaps` empty rows pass."""
    empty = np.flatnonzero(~any_filled)
    run = 0
    for count, spot in enumerate(empty):
        run = run + 1 if count and empty[count - 1] == spot - 1 else 1
        if run > gaps:
            return int(spot) - run + 1
    return len(any_filled) - (run if len(empty) and empty[-1] == len(any_filled) - 1 else 0)


def _trailing_notes(keys: pd.Series, filled: np.ndarray, key: int) -> tuple[tuple[int, str], ...]:
    notes = []
    for spot in range(len(keys) - 1, -1, -1):
        text = keys.iloc[spot]
        if not (text and filled[spot].sum() == 1 and filled[spot][key] and filled.shape[1] > 1 and looks_note(text)):
            break
        notes.append((int(keys.index[spot]), text))
    return tuple(reversed(notes))


def _is_total(keys: pd.Series, subtotals: Sequence[str | re.Pattern], kept: np.ndarray, page: Page) -> np.ndarray:
    words = {plain(text) for text in subtotals if isinstance(text, str)}
    patterns = [text for text in subtotals if isinstance(text, re.Pattern)]
    unique = keys.unique()
    listed = {text for text in unique if text in words or any(p.fullmatch(text) for p in patterns)}
    stray = {text for text in unique if text not in listed and looks_total(text)}
    if stray:
        rows = keys.index[keys.isin(stray).to_numpy() & kept]
        if len(rows):
            raise DriftError(
                f"{page.file or 'The page'}, sheet {page.sheet!r}, row {rows[0]}: {keys[rows[0]]!r} reads like a printed total and is not "
                f"among the subtotals {sorted(words)}. Add it to the reader's subtotals, or its rows would be counted twice."
            )
    return keys.isin(listed).to_numpy()
