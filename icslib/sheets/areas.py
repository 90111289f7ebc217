"""Where on a page its tables lie: cut at empty rows and columns, header from data, one table from the next.

Only kinds of cells are looked at here, and a few words. Each table found is an :class:`Area`: which
rows are header, body, lines over and under it. What the figures mean is read elsewhere.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from .headers import YEARS, figure_titles, header_rows, is_sequence, next_header
from .kinds import EMPTY, FIGURE, MARK, TEXT, Cells
from .table import looks_note

NOTES = re.compile(r"(foot)?notes?:?( (number|no\.?|ref(erence)?|marker|symbol))?|symbols?|shorthand", re.I)
PROSE = 60  # letters beyond which a cell is a sentence rather than a label


@dataclass(eq=False)
class Area:
    """One table on a page; rows and columns counted from 0."""

    columns: list[int]
    header: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)  # columns of figures
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    headless: bool = False

    @property
    def labels(self) -> list[int]:
        """Columns that name the rows."""
        return [spot for spot in self.columns if spot not in self.values]


def find_areas(cells: Cells) -> tuple[list[Area], list[tuple[int, list[int]]]]:
    """Tables of a page in reading order, and the loose lines: (row, its columns)."""
    kinds = cells.kinds
    found: list[Area] = []
    loose: list[tuple[int, list[int]]] = []
    for top, end, left, right in _leaves(cells, 0, kinds.shape[0], 0, kinds.shape[1]):
        for area in _read_leaf(cells, top, end, left, right):
            if _holds_notes(cells, area):
                loose += [
                    (row, area.columns) for row in sorted(area.above + area.header + area.body + area.sections + area.below)
                ]
                continue
            before = _table_over(found, area)
            if before is not None and area.headless and _continues(kinds, before, area):
                _append(cells, before, area)
            elif area.body and not (
                area.headless and len(area.body) == 1 and (kinds[area.body[0], left:right] != EMPTY).sum() < 3
            ):
                found.append(area)
            else:
                loose += [(row, area.columns) for row in [*area.above, *area.body]]
    return found, _hand_out(cells, found, loose)


def _leaves(cells: Cells, top: int, end: int, left: int, right: int) -> list[tuple[int, int, int, int]]:
    """Areas without an empty row, nor a column that parts two tables."""
    block = cells.kinds[top:end, left:right] != EMPTY
    rows, columns = np.flatnonzero(block.any(axis=1)), np.flatnonzero(block.any(axis=0))
    if not len(rows):
        return []
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    left, right = left + int(columns[0]), left + int(columns[-1]) + 1
    if len(groups) > 1:
        return [leaf for group in groups for leaf in _leaves(cells, top + int(group[0]), top + int(group[-1]) + 1, left, right)]
    top, end = top + int(rows[0]), top + int(rows[-1]) + 1
    strips = _strips(cells, top, end, left, right)
    if len(strips) == 1:
        return [(top, end, left, right)]
    return [leaf for first, last in strips for leaf in _leaves(cells, top, end, left + first, left + last)]


def _strips(cells: Cells, top: int, end: int, left: int, right: int) -> list[tuple[int, int]]:
    """Column ranges of tables side by side: a part after an empty column is a table when it has labels and figures of its own.

    A part of nothing but notes stands apart too.
    """
    kinds = cells.kinds[top:end, left:right]
    filled = kinds != EMPTY
    table_rows = filled.sum(axis=1) >= 2
    if not table_rows.any():
        return [(0, kinds.shape[1])]
    used = np.flatnonzero(filled[table_rows].any(axis=0))
    starts = [int(used[0]), *(int(used[i + 1]) for i in np.flatnonzero(np.diff(used) > 1))]
    bounds, ends = [0], [*starts[1:], kinds.shape[1]]
    for start, stop in zip(starts[1:], ends[1:], strict=True):
        alone = _stands_alone(kinds[:, start:stop]) and _stands_alone(kinds[:, bounds[-1] : start])
        if alone or _notes_beside(cells, kinds[:, start:stop], top, left + start):
            bounds.append(start)
    return list(zip(bounds, [*bounds[1:], kinds.shape[1]], strict=True))


def _stands_alone(part: np.ndarray) -> bool:
    """Whether a part of columns has row labels on its left and figures beside them."""
    figures = part >= FIGURE
    rows = figures[:, 1:].any(axis=1) if part.shape[1] > 1 else np.zeros(len(part), bool)
    if not rows.any():
        texts = (part == TEXT)[:, :2].all(axis=1) if part.shape[1] > 1 else rows
        return texts.sum() >= 3 and not figures.any()
    first = part[rows, 0]
    return (first == TEXT).sum() * 2 > len(first) or bool((first == TEXT).any() and (first[first != EMPTY] == TEXT).all())


def _notes_beside(cells: Cells, part: np.ndarray, top: int, left: int) -> bool:
    """Whether a part of columns holds notes on the table beside it and nothing else."""
    texts = [cells.text(top + int(row), left + int(spot)) for row, spot in np.argwhere(part[:200] != EMPTY)]
    return bool(texts) and len(texts) < 60 and (NOTES.fullmatch(texts[0]) is not None or all(map(looks_note, texts)))


def _holds_notes(cells: Cells, area: Area) -> bool:
    """Whether an area is a list of notes: under a heading that says so, or so titled; a key and words in each row."""
    titles = area.above if area.headless else area.header
    if not titles or not NOTES.fullmatch(cells.text(titles[-1], area.columns[0])):
        return False
    filled = (cells.kinds[np.ix_(area.body, area.columns)] != EMPTY).any(axis=0).sum()
    return 2 <= filled <= 4 and len(area.values) <= 1 and set(area.values) <= {area.columns[0]}


def _read_leaf(cells: Cells, top: int, end: int, left: int, right: int) -> list[Area]:
    """The tables stacked in one area; an area without a table is a table without a body."""
    kinds = cells.kinds[top:end, left:right].copy()
    filled = (kinds != EMPTY).sum(axis=1)
    for row in np.flatnonzero((filled == 1) & (kinds[:, 0] == TEXT)):
        if row and NOTES.fullmatch(cells.text(top + int(row), left)):
            return _read_leaf(cells, top, top + int(row), left, right) + _read_leaf(cells, top + int(row), end, left, right)
    wide = np.flatnonzero(filled >= 2)
    columns = list(range(left, right))
    if not len(wide) and not ((kinds >= FIGURE).sum() >= 2 and kinds.shape[1] == 1):
        return [Area(columns, above=list(range(top, end)))]
    first = int(wide[0]) if len(wide) else 0
    kinds[figure_titles(cells, kinds, first, top, left)] = TEXT
    values = _value_columns(kinds)
    years = cells.values[top:end, left][kinds[:, 0] == FIGURE]
    if values[1:].any() and len(years) and (years >= YEARS[0]).all() and (years <= YEARS[1]).all() and is_sequence(years):
        values[0] = False
    if not values.any():
        return [_text_area(cells, kinds, filled, top, columns)]
    figures = kinds >= FIGURE
    with_figure = np.asarray(figures[:, values].any(axis=1))
    start = int(np.flatnonzero(with_figure)[0])
    head, bottom = header_rows(cells, kinds, filled, values, start, top, left)
    again = next_header(cells, kinds, filled, values, with_figure, (head, bottom), start, top, left)
    stop = again if again is not None else len(kinds)
    area = Area(
        columns,
        header=[top + row for row in range(head, bottom + 1)],
        values=[left + int(spot) for spot in np.flatnonzero(values)],
        above=[top + row for row in range(head if bottom >= head else start)],
        headless=bottom < head,
    )
    _sort_body(cells, area, kinds[:stop], filled[:stop], with_figure[:stop], max(bottom + 1, head), top)
    rest = _read_leaf(cells, top + stop, end, left, right) if stop < len(kinds) else []
    return [area, *rest]


def _value_columns(kinds: np.ndarray) -> np.ndarray:
    """Columns in which, from their first figure down, figures and marks prevail."""
    figures = kinds >= FIGURE
    started = np.maximum.accumulate(figures, axis=0)
    real, marks = (kinds == FIGURE).sum(axis=0), (kinds == MARK).sum(axis=0)
    texts = ((kinds == TEXT) & started).sum(axis=0)
    marked = (real == 0) & (texts == 0) & (marks >= 2)
    return (((real > 0) & (real + marks >= 1.5 * texts)) | marked) & ((real + marks) * 10 >= (kinds == TEXT).sum(axis=0))


def _text_area(cells: Cells, kinds: np.ndarray, filled: np.ndarray, top: int, columns: list[int]) -> Area:
    """A table of words only, or lines of prose."""
    wide = np.flatnonzero(filled >= 2)
    lengths = [len(cells.text(top + int(row), columns[i])) for row in wide[:200] for i in np.flatnonzero(kinds[row] != EMPTY)]
    longest = max(lengths, default=0)
    if len(wide) < 3 or len(wide) * 2 < len(kinds) or (longest > 3 * PROSE and kinds.shape[1] <= 3 and len(wide) < 60):
        return Area(columns, above=list(range(top, top + len(kinds))))
    head = bottom = int(wide[0])
    if len(wide) > 2 and filled[bottom] * 2 <= filled[bottom + 1] and wide[1] == bottom + 1:
        bottom += 1
    area = Area(columns, header=[top + row for row in range(head, bottom + 1)], above=[top + row for row in range(head)])
    last = int(wide[-1])
    area.body = [top + int(row) for row in wide if row > bottom]
    lone = np.flatnonzero(filled == 1)
    area.sections = [top + int(row) for row in lone if bottom < row < last and kinds.shape[1] > 1]
    area.below = [top + int(row) for row in lone if row > last]
    return area


def _sort_body(cells: Cells, area: Area, kinds, filled, with_figure, first: int, top: int) -> None:
    """Tell data rows from section headings, repeated headers and lines under the table."""
    last = int(np.flatnonzero(with_figure)[-1])
    titles = {spot: {cells.text(row, spot) for row in area.header} for spot in area.values}
    plain_rows = with_figure.copy()
    plain_rows[:first] = False
    odd = [row for row in range(first, len(kinds)) if not plain_rows[row]] if not plain_rows[first:].all() else []
    lone = [row for row in odd if filled[row] == 1 and row < last]
    as_rows = len(lone) > 0.4 * max(1, last - first) and sum(plain_rows[row + 1] for row in lone) * 2 < len(lone)
    body = set(np.flatnonzero(plain_rows).tolist())
    for row in odd:
        text_cells = np.flatnonzero(kinds[row] == TEXT)
        words = [cells.text(top + row, area.columns[spot]) for spot in text_cells]
        over_values = [area.columns[spot] for spot in text_cells if area.columns[spot] in titles]
        if not filled[row]:
            continue
        if row > last and (filled[row] == 1 or (len(words) and looks_note(words[0]))):
            area.below.append(top + row)
        elif over_values and all(cells.text(top + row, spot) in titles[spot] for spot in over_values):
            area.repeated.append(top + row)
        elif filled[row] == 1 and len(text_cells) and words[0] and looks_note(words[0]):
            area.below.append(top + row)
        elif filled[row] == 1 and row < last and not as_rows and len(text_cells) and not over_values:
            area.sections.append(top + row)
        else:
            body.add(row)
    area.body = [top + row for row in sorted(body)]


def _table_over(found: list[Area], area: Area) -> Area | None:
    """The last table whose columns lie over those of `area`."""
    spots = set(area.columns)
    return next((before for before in reversed(found) if spots & set(before.columns)), None)


def _continues(kinds: np.ndarray, before: Area, area: Area) -> bool:
    """Whether a headless area carries on the table over it."""
    return set(area.columns) <= set(range(min(before.columns), max(before.columns) + 1)) and bool(
        set(area.values) <= set(before.values)
    )


def _append(cells: Cells, before: Area, area: Area) -> None:
    lines = [row for row in [*before.below, *area.above] if not _noted(cells, row, before.columns)]
    within = [row for row in lines if row < area.body[0] and row > before.body[-1]]
    before.below = [row for row in [*before.below, *area.above] if row not in within] + area.below
    before.sections += within + area.sections
    before.repeated += area.repeated
    before.body += area.body


def _noted(cells: Cells, row: int, columns: list[int]) -> bool:
    words = [text for text in cells.texts(row, columns) if text]
    return not words or looks_note(words[0])


def _hand_out(cells: Cells, found: list[Area], loose: list[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
    """Give loose lines to the table they introduce or follow; return those that belong to none."""
    left_over = []
    for row, columns in loose:
        under = next((a for a in found if min([*a.header, *a.body]) > row and set(a.columns) & set(columns)), None)
        over = next((a for a in reversed(found) if max(a.body) < row and set(a.columns) & set(columns)), None)
        if under is not None and not (over is not None and _noted(cells, row, columns)):
            under.above.append(row)
        elif over is not None:
            over.below.append(row)
        else:
            left_over.append((row, columns))
    for area in found:
        area.above.sort()
        area.below.sort()
    return left_over
