"""Header rows: where they end and the data begin, figures that are titles, and the header of a next table."""

import re
from datetime import date, timedelta

import numpy as np

from .kinds import EMPTY, FIGURE, MARK, TEXT, Cells
from .units import is_unit

DEEPEST = 6  # header rows
YEARS = (1900, 2100)


def figure_titles(cells: Cells, kinds: np.ndarray, first: int, top: int, left: int) -> np.ndarray:
    """Figures from row `first` on that are titles: years, day numbers, or 1, 2, 3, over columns that hold something else."""
    found = np.zeros(kinds.shape, bool)
    for row in range(first, min(len(kinds) - 1, first + DEEPEST)):
        spots = np.flatnonzero(kinds[row] == FIGURE)
        if not len(spots):
            continue
        under = cells.values[top + row + 1 : top + len(kinds), left + spots]
        corner = row == first or ((kinds[first:row, 0] == EMPTY).all() and kinds[row, 0] == TEXT and len(spots) > 1)
        heads = cells.values[top + row, left + spots]
        if (kinds[row] == MARK).any() or not _title_figures(heads, under, kinds[row], row > first, bool(corner)):
            break
        found[row, spots] = True
    return found


def _title_figures(heads: np.ndarray, under: np.ndarray, row: np.ndarray, lower: bool, corner: bool) -> bool:
    """Whether the figures of a row are titles; in a `lower` row, under others without an empty `corner`, only a sequence."""
    under = under[~np.isnan(under)]
    steps, whole = np.diff(heads), (heads == heads.round()).all()
    alike = len(under) and ((under >= heads.min() - 2) & (under <= heads.max() + 2) & (under == under.round())).mean() >= 0.5
    if not whole or alike:
        return False
    if YEARS[0] <= heads.min() and heads.max() <= YEARS[1]:
        return is_sequence(heads) or (corner and bool((row <= TEXT).any()))
    if is_day_number(heads.min()) and is_day_number(heads.max()) and len(heads) >= 2:
        days = [day_of(head) for head in heads]
        return {day.day for day in days} == {1} or {(day + timedelta(1)).day for day in days} == {1} or (steps == 7).all()
    counted = len(heads) >= 3 and (steps == 1).all() and heads[0] in (0, 1) and not set(under) <= set(heads)
    return counted and (row == TEXT).any() != lower


def is_sequence(figures: np.ndarray) -> bool:
    """Whether figures count up one by one, perhaps over and over from the same start."""
    steps = np.diff(figures)
    return len(set(figures)) > 1 and bool((steps[steps > 0] == 1).all()) and set(figures[1:][steps <= 0]) <= {figures[0]}


def is_day_number(figure: float) -> bool:
    """Whether a figure among titles is a date that lost its format: days since the end of 1899, in the years 1982 to 2064."""
    return 30_000 <= figure <= 60_000


def day_of(number: float) -> date:
    """The date of a day number as spreadsheets count them.

    >>> day_of(45383)
    datetime.date(2024, 4, 1)
    """
    return date(1899, 12, 30) + timedelta(int(number))


def header_rows(cells: Cells, kinds: np.ndarray, filled, values: np.ndarray, start: int, top: int, left: int) -> tuple[int, int]:
    """First and last header row over row `start`; last before first when there is none."""
    texts = (kinds[:start] == TEXT)[:, values].any(axis=1) & (filled[:start] >= 1)
    spots = [row for row in np.flatnonzero(texts) if filled[row] >= 2 or kinds[row, 0] != TEXT or values[0]]
    if not spots:
        wide = [row for row in range(start) if filled[row] >= 2 and not (kinds[row] == FIGURE).any()]
        return (wide[0], wide[0]) if wide and wide[0] == start - 1 else (start, start - 1)
    bottom = head = int(spots[-1])
    for row in range(bottom - 1, max(-1, bottom - DEEPEST), -1):
        lone = filled[row] < 2 and (kinds[row, 0] == TEXT or not (kinds[row] == TEXT)[values].any())
        twin = filled[row] <= 2 and kinds[row, 0] == TEXT and kinds[head, 0] == TEXT
        if lone or twin or (kinds[row] == FIGURE).any() or not filled[row]:
            break
        head = row
    while head < bottom and filled[head] == 1 and is_unit(cells.text(top + head, left + int(kinds[head].argmax()))):
        head += 1  # a unit alone over the table is said of all of it
    return head, bottom


def next_header(cells, kinds, filled, values, with_figure, header, start, top, left) -> int | None:
    """The row where another table's header begins under this one's data, if any."""
    texts = (kinds == TEXT)[:, values].sum(axis=1)
    enough = max(1, int(values.sum()) // 2)
    candidates = np.flatnonzero((texts >= enough) & ~with_figure & (filled >= 2))
    spots = np.flatnonzero(values) + left
    titles = {cells.text(top + row, spot) for row in range(header[0], header[1] + 1) for spot in spots}
    for row in candidates[candidates > start]:
        words = [text for text in cells.texts(top + int(row), list(spots)) if text]
        if not with_figure[row + 1 :].any() or set(words) <= titles:
            continue
        if values.sum() == 1 and not (filled[row - 1] == 1 and re.search(r"[^\W\d]{3}", words[0])):
            continue
        if any(re.fullmatch(r"\W*\d[\d.,]*\w?[\d.,]*\W*", word) and len(words) < 3 for word in words):
            continue
        first = int(row)
        while (
            first - 1 > start
            and not with_figure[first - 1]
            and (filled[first - 1] == 1 or (kinds[first - 1] == TEXT)[values].any())
        ):
            first -= 1
        return first
    return None
