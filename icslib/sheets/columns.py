"""The columns of a table found: their titles, which of them name rows and which measure, labels carried down."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from ..errors import PeriodError
from ..periods import is_part, join_periods, parse_period
from .areas import Area
from .headers import day_of, is_day_number, is_sequence
from .kinds import EMPTY, Cells, area_name, cell_name
from .notes import split_citation
from .table import looks_total
from .titles import JOIN, column_letter, flatten, plain
from .totals import Totals

Say = Callable[[str, str], None]  # (cells, what was decided)
Labels = dict[str, pa.DictionaryArray]  # title: text, each different one kept once
ID_TITLE = re.compile(
    r"(.*[\s_])?(code|id|objectid|index|key|postcode)(\.\w+)?$|^no\.?$|^(single year of )?age( in years| \(years\))?$"
    r"|^(foot)?notes?( (no|number|ref)\.?)?$",
    re.I,
)
TIME_TITLE = re.compile(
    r"((.*[\s_])?(year|fy|month|quarter|period|week)|((reporting|reference|data|census|snapshot)[\s_])?date)"
    r"([\s_](key|start|end|ending|ended|commencing|beginning|no\.?|number))?",
    re.I,
)
EDGE = re.compile(r"[\s_](start|end|ending|ended|commencing|beginning)$", re.I)
PERIOD = re.compile(r"((reporting|time)[\s_])?period", re.I)
PARTED = re.compile(r"(?:.*[\s_])?(week|month|quarter)(?:[\s_](?:no\.?|number))?", re.I)


def find_titles(
    cells: Cells, area: Area, filled: list[int], known: set[str], say: Say
) -> tuple[dict[int, str], dict[str, tuple[str, ...]]]:
    """Column to title, groups carried right, notes taken off; cells that cite notes."""
    cited: dict[str, tuple[str, ...]] = {}
    grid = []
    for level, row in enumerate(area.header):
        texts = []
        for spot in filled:
            text, keys = split_citation(cells.text(row, spot), known)
            if is_day_number(figure := cells.values[row, spot]):
                text = day_of(figure).isoformat()
                say(cell_name(row, spot), f"{figure:.0f} over figures: taken for the day {text}, which a spreadsheet counts so")
            if keys:
                cited[cell_name(row, spot)] = keys
            texts.append(text)
        if level < len(area.header) - 1:
            texts = _spread(texts, row, filled, cells, area, say)
        grid.append(texts)
    made = flatten(grid or [[""] * len(filled)], carry=False)
    names: dict[int, str] = {}
    bottom = area.header[-1] if area.header else area.body[0]
    for spot, text in zip(filled, made, strict=True):
        names[spot] = text or f"Column {column_letter(spot + 1)}"
        if not text:
            say(cell_name(bottom, spot), f"column {column_letter(spot + 1)} has no title; called {names[spot]!r}")
        elif re.fullmatch(r".+ \(\d\)", text) and text[:-4] in made:
            say(cell_name(bottom, spot), f"the title {text[:-4]!r} is printed more than once; this column is called {text!r}")
    if len(area.header) > 1:
        say(area_name(area.header[0], bottom, filled[0], filled[-1]), f"{len(area.header)} header rows joined with {JOIN!r}")
    return names, cited


def _spread(texts: list[str], row: int, filled: list[int], cells: Cells, area: Area, say: Say) -> list[str]:
    """A group title over the columns it heads: as merged, else over the value columns up to the next group title."""
    merged = {left: right for top, left, bottom, right in cells.page.merged if top <= row <= bottom and right > left}
    first, group, until = min(area.values, default=filled[0] + 1), "", -1
    spread, guessed = [], {}
    for spot, text in zip(filled, texts, strict=True):
        if text:
            group, until = text if spot >= first or spot in merged else "", merged.get(spot, -1)
        under = group and not text and (spot <= until or (until < 0 and spot in area.values))
        if under and until < 0:
            guessed[group] = spot
        spread.append(text or (group if under else ""))
    for group, spot in guessed.items():
        start = filled[texts.index(group)]
        say(
            area_name(row, row, start, spot),
            f"group title {group!r} taken to head columns {column_letter(start + 1)} to {column_letter(spot + 1)}, though not merged",
        )
    return spread


def set_labels_apart(
    cells: Cells, rows: np.ndarray, values: list[int], names: dict[int, str], say: Say
) -> tuple[list[int], list[str]]:
    """Figures that name rather than measure: codes, years, months; also the titles of columns that date the rows."""
    kept, dated = [], []
    for spot in values:
        figures = cells.values[rows, spot]
        figures = figures[~np.isnan(figures)]
        whole = len(figures) > 0 and (figures == np.round(figures)).all()
        name = _own_title(names, spot)
        counted = not name and spot == min(names) and len(values) > 1 and is_sequence(figures)
        timed = counted or TIME_TITLE.fullmatch(name)
        dates = timed or (re.search(r"(^|[\s_])(date|month)([\s_]|$)", name, re.I) and whole and figures.min() >= 190_001)
        if whole and dates and all(_dates(name, str(int(f))) for f in np.unique(figures)[:400]):
            dated += [names[spot]] if timed else []
            say(area_name(rows[0], rows[-1], spot, spot), f"{names[spot]!r} {'dates the rows' if timed else 'holds dates'}")
        elif whole and (counted or ID_TITLE.fullmatch(name)):
            say(area_name(rows[0], rows[-1], spot, spot), f"{names[spot]!r} holds codes, not measurements")
        else:
            kept.append(spot)
    for spot in names:
        name = _own_title(names, spot)
        if spot not in values and (TIME_TITLE.fullmatch(name) or (not name and spot == min(names))):
            sample = rows[:: max(1, len(rows) // 50)].tolist()
            printed = {text for row in sample if (text := cells.text(row, spot)) and not looks_total(text)}
            if printed and all(_dates(name, text) for text in printed):
                dated.append(names[spot])
    return kept, dated


def _own_title(names: dict[int, str], spot: int) -> str:
    """The last part of a column's title as printed; empty where none was."""
    name = names[spot].rsplit(JOIN, 1)[-1]
    return "" if name == f"Column {column_letter(spot + 1)}" else name


def _dates(title: str, text: str) -> bool:
    """Whether a label names a period, or with a year of another column does."""
    text = dating_text(title, text)
    return bool(period_label(text)) or is_part(text)


def dating_text(title: str, text: str) -> str:
    """What a label says of time: ``12`` under the title ``Week`` is ``Week 12``."""
    counted = PARTED.fullmatch(title) if len(text) <= 2 and text.isdigit() else None
    return f"{counted[1]} {text}" if counted else text


def dating_columns(labels: Labels, dated: list[str]) -> tuple[str, ...]:
    """The column that dates the rows most finely, or those that do so together.

    One titled ``period`` speaks for all; the first or last day of a period only where the others do not name that period.
    """
    dated = [title for title in dated if PERIOD.fullmatch(title)][:1] or dated
    sample = {title: next((text for cell in labels.get(title, ()) if (text := cell.as_py())), "") for title in dated}
    sample = {title: dating_text(title, text) for title, text in sample.items()}
    whole = {title: text for title, text in sample.items() if not EDGE.search(title)}
    finest, named = join_periods(sample.values()), join_periods(whole.values())
    if finest and named and named.start <= finest.start and finest.end <= named.end <= named.start + timedelta(92):
        sample, finest = whole, named
    alone = [title for title, text in sample.items() if join_periods([text]) == finest]
    return () if finest is None else tuple(alone[:1] or sample)


def period_label(text: str) -> str:
    """The label of a printed period, or nothing."""
    try:
        return parse_period(text).label
    except PeriodError:
        return ""


def read_labels(cells: Cells, spot: int, rows: np.ndarray, say: Say) -> pa.DictionaryArray:
    """A label column as text, one line a cell; dates among number ranges are put back as ranges."""
    raw = cells.page.cells(spot, rows)
    text = cells.page.labels(spot, rows)
    return _mend_ranges(raw, text, rows, spot, say) if isinstance(raw, np.ndarray) else text


def _mend_ranges(raw: np.ndarray, text: pa.DictionaryArray, rows: np.ndarray, spot: int, say: Say) -> pa.DictionaryArray:
    """Put back ``5-9`` or ``3/0`` where a spreadsheet took it for a date, if that is what the column holds."""
    dates = [i for i, cell in enumerate(raw) if isinstance(cell, date)]
    if not dates:
        return text
    listed = text.to_pylist()
    others = [text for text, cell in zip(listed, raw, strict=True) if text and not isinstance(cell, date)]
    shapes = [match for text in others if (match := re.fullmatch(r"\d{1,3}\s*([-–/])\s*\d{1,2}|\d{1,3}(\+)", text))]
    if len(shapes) * 2 < max(1, len(others)):
        return text
    mark = next((match[1] for match in shapes if match[1]), "-")
    for i in dates:
        day, month, year = raw[i].day, raw[i].month, raw[i].year % 100
        pair = (month, year) if day == 1 and year > 12 else (day, month) if mark == "/" else sorted((day, month))
        listed[i] = f"{pair[0]}{mark}{pair[1]}"
        say(
            cell_name(rows[i], spot),
            f"{plain(raw[i])} among such as {shapes[0][0]!r}: taken for {listed[i]!r}, which a spreadsheet turned into a date",
        )
    return pa.array(listed, pa.large_string()).dictionary_encode()


def carry_down(cells: Cells, read: Labels, spots: list[int], names: dict[int, str], rows: np.ndarray, say: Say) -> None:
    """Fill label cells that a merged area, or an outline, leaves empty under their first row."""
    merged = {(top, left): bottom for top, left, bottom, right in cells.page.merged if bottom > top}
    for order, spot in enumerate(spots):
        empty = cells.kinds[rows, spot] == EMPTY
        if not empty.any() or empty.all() or ID_TITLE.fullmatch(names[spot]):
            continue
        covered = np.zeros(len(rows), bool)
        for (top, left), bottom in merged.items():
            covered |= (left == spot) & (rows > top) & (rows <= bottom)
        right = spots[order + 1 :]
        outline = (
            not merged
            and order == 0
            and not empty[0]
            and right
            and (cells.kinds[np.ix_(rows[empty], right)] != EMPTY).any(axis=1).all()
        )
        runs = empty.sum() >= 0.2 * len(rows)
        fill = covered & empty if covered.any() else empty if outline and runs else np.zeros(len(rows), bool)
        if fill.any():
            name, own = names[spot], np.arange(len(rows))
            above = np.maximum.accumulate(np.where(empty, -1, own))
            carried = read[name].dictionary_decode().take(pa.array(np.where(fill, above, own), mask=fill & (above < 0)))
            read[name] = carried.fill_null("").dictionary_encode()
            say(
                area_name(rows[fill][0], rows[fill][-1], spot, spot),
                f"{int(fill.sum())} empty cells of {name!r} repeat the cell above",
            )
        elif len(spots) == 1:
            said = ", ".join(cell_name(row, spot) for row in rows[empty][:5])
            say(area_name(rows[empty][0], rows[empty][-1], spot, spot), f"{int(empty.sum())} rows have no label: {said}")


def carry_sections(cells: Cells, area: Area, read: Labels, rows: np.ndarray, say: Say) -> Labels:
    """The label columns with, before them, a column ``section``: the last heading printed over each row."""
    heads = {row: " ".join(text for text in cells.texts(row, area.columns) if text) for row in sorted(area.sections)}
    if not heads:
        return read
    over = np.searchsorted(list(heads), rows)
    for row, text in heads.items():
        say(cell_name(row, area.columns[0]), f"section heading {text!r}, carried down")
    name = "section" if "section" not in read else "section (heading)"
    return {name: pa.array(["", *heads.values()], pa.large_string()).take(pa.array(over)).dictionary_encode(), **read}


def carry_groups(read: Labels, totals: Totals, is_total: np.ndarray, rows: np.ndarray, say: Say) -> Labels:
    """The label columns with a ``section`` before them, the total printed over its members, where labels are alike."""
    heads = np.flatnonzero(totals.first == totals.rows + 1)
    if not len(heads) or not read or "section" in read:
        return read
    codes = np.column_stack([column.indices.to_numpy() for column in read.values()])[~is_total]
    if len(np.unique(codes, axis=0)) == len(codes):
        return read
    over = np.zeros(len(rows), int)
    names = [" ".join(filter(None, (column[row].as_py() for column in read.values()))) for row in totals.rows[heads].tolist()]
    for order, head in enumerate(heads, 1):
        over[totals.first[head] : totals.last[head] + 1] = order
        say(
            f"{rows[totals.rows[head]] + 1}",
            f"{names[order - 1]!r} is the total of the rows under it, carried down as their section",
        )
    return {"section": pa.array(["", *names], pa.large_string()).take(pa.array(over)).dictionary_encode(), **read}
