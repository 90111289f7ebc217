"""One table found on a page, its columns told apart, its figures read, its totals set aside.

Values stay as printed; a unit and its scale stand beside them and are never applied silently.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PeriodError
from ..periods import Period, find_period, parse_period
from .areas import Area
from .kinds import EMPTY, MARK, Cells, area_name, cell_name
from .notes import split_citation
from .text import Columns
from .titles import JOIN, column_letter, flatten, plain
from .totals import Totals, additive, find_total_columns, find_totals
from .units import Unit, find_unit

Say = Callable[[str, str], None]  # (cells, what was decided)
ID_TITLE = re.compile(r"(.*[\s_])?(code|id|objectid|index|key|postcode)(\.\w+)?$|^no\.?$|^$", re.I)
TIME_TITLE = re.compile(r"(.*[\s_])?(year|fy|month|quarter|period|date|week|month_key|period_end|month_start)$", re.I)
_UNTIDY = r"\s\s|^\s|\s$|[\n\r\t]|\x{A0}"
MEASURED = re.compile(r"(metric|measure|indicator|item|statistic|description|line)(_?name)?", re.I)
CHECKED = ("row", "label", "by", "members", "first", "last", "columns_compared", "agrees", "largest_difference", "in_column")
OWN = ("title", "period", "value", "flag", "unit", "sheet", "row", "column")


@dataclass(frozen=True, eq=False)
class PrintedTable:
    """A table as found.

    Attributes
    ----------
    title : str
        The lines over the table, joined.
    frame : DataFrame, index ``row`` (sheet row from 1)
        Label columns as text, value columns as floats (NaN where no figure); totals are not in it.
    flags : DataFrame
        One row a flagged cell: ``row``, ``column``, ``title``, ``flag``, ``printed``.
    totals : DataFrame
        Printed totals in the form of ``frame``; ``checks`` says of each what it sums and the largest difference.
    letters, units, periods : dict of column title
        Spreadsheet letter; unit; the period the title names, if any.
    """

    number: int
    sheet: str
    title: str
    frame: pd.DataFrame = field(repr=False)
    labels: tuple[str, ...]
    values: tuple[str, ...]
    letters: dict[str, str]
    units: dict[str, Unit]
    periods: dict[str, str]
    flags: pd.DataFrame = field(repr=False)
    totals: pd.DataFrame = field(repr=False)
    checks: pd.DataFrame = field(repr=False)
    header: tuple[int, ...] = ()
    dated_by: str = ""
    total_columns: tuple[str, ...] = ()
    cited: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def tidy(self) -> pd.DataFrame:
        """One row per printed figure or mark: labels, ``title``, ``period``, ``value``, ``flag``, ``unit``, ``sheet``, ``row``, ``column``.

        Total rows and columns and empty cells are left out. A label column whose title is one of these names
        gets `` (printed)`` behind it.
        """
        names = [title for title in self.values if title not in self.total_columns]
        count = len(self.frame)
        block = np.concatenate([self.frame[name].to_numpy() for name in names]) if names else np.zeros(0)
        flags = np.full(len(block), "", dtype=object)
        if len(self.flags):
            spots = {name: i for i, name in enumerate(names)}
            kept = self.flags[self.flags["title"].isin(names) & self.flags["row"].isin(self.frame.index)]
            at = kept["title"].map(spots).to_numpy(int) * count + self.frame.index.get_indexer(kept["row"])
            flags[at] = kept["flag"].to_numpy()
        there = np.flatnonzero(~np.isnan(block) | (flags != ""))
        row, which = there % max(count, 1), there // max(count, 1)
        long = self.frame[list(self.labels)].take(row).reset_index(drop=True)
        long.columns = [f"{title} (printed)" if title in OWN else title for title in long.columns]
        long["title"] = pd.Categorical.from_codes(which, names)
        long["period"] = self._periods(row, which, names)
        long["value"], long["flag"] = block[there], flags[there]
        long["unit"] = self._units(row, which, names)
        long["sheet"], long["row"] = self.sheet, self.frame.index.to_numpy()[row]
        long["column"] = pd.Categorical.from_codes(which, [self.letters[name] for name in names])
        return long

    def _periods(self, row: np.ndarray, which: np.ndarray, names: list[str]) -> np.ndarray:
        if self.dated_by:
            printed = self.frame[self.dated_by]
            dated = {text: _label(text) for text in printed.unique()}
            return printed.map(dated).to_numpy(object)[row]
        return np.array([self.periods.get(name, "") for name in names], dtype=object)[which]

    def _units(self, row: np.ndarray, which: np.ndarray, names: list[str]) -> np.ndarray:
        """The unit the column states; else the one the row states, in a column ``unit`` or in what it says is measured."""
        said = np.array([self.units[name].name if name in self.units else "" for name in names], dtype=object)[which]
        printed = next((title for title in self.labels if title.lower() == "unit"), None)
        named = next((title for title in self.labels if MEASURED.fullmatch(title)), self.labels[0] if self.labels else None)
        if named is None or all(name in self.units for name in names):
            return said
        words = self.frame[printed or named]
        stated = {text: text if printed else unit.name if (unit := find_unit(text)) else "" for text in words.unique()}
        return np.where(said == "", words.map(stated).to_numpy(object)[row], said)


def _label(text: object) -> str:
    try:
        return parse_period(plain(text) if not isinstance(text, str) else text).label
    except PeriodError:
        return ""


def read_table(cells: Cells, area: Area, number: int, known: set[str], say: Say) -> PrintedTable:
    """Read the table of `area`; each decision goes to `say`."""
    page = cells.page
    filled = [spot for spot in area.columns if (cells.kinds[area.header + area.body, spot] != EMPTY).any()]
    names, cited = _titles(cells, area, filled, known, say)
    rows = np.array(area.body, dtype=np.intp)
    title = " ".join(text for row in area.above for text in cells.texts(row, area.columns) if text)
    values = [spot for spot in filled if spot in set(area.values)]
    values, dated = _set_labels_apart(cells, rows, values, names, say)
    labels = [spot for spot in filled if spot not in values]
    frame = pd.DataFrame({names[spot]: _words(cells, spot, rows, say) for spot in labels}, index=pd.Index(rows + 1, name="row"))
    _carry_down(cells, area, frame, labels, values, names, rows, say)
    _carry_sections(cells, area, frame, rows, say)
    label_names = tuple(frame.columns)
    block = cells.values[np.ix_(rows, np.array(values, np.intp))]
    held = pd.DataFrame(block, index=frame.index, columns=[names[spot] for spot in values])
    units, periods = _units_and_periods(names, values, title, page.sheet, say)
    flags = _flags(cells, rows, values, names, say)
    withheld = cells.kinds[np.ix_(rows, np.array(values, np.intp))] == MARK
    adds = additive(
        [names[spot] for spot in values], [units[names[spot]].name if names[spot] in units else "" for spot in values]
    )
    keys = frame[[title for title in label_names if title.lower() != "unit"]].fillna("")
    totals = find_totals(keys, block, withheld, adds)
    sums = find_total_columns([names[spot] for spot in values], block, adds)
    whole = pd.concat([frame, held], axis=1) if len(values) else frame
    checks = _checks(totals, rows, values, keys, say)
    for spot, members in sums.items():
        letters = [column_letter(values[i] + 1) for i in members]
        say(
            area_name(rows[0], rows[-1], values[spot], values[spot]),
            f"total column: {names[values[spot]]!r} is the sum of columns {', '.join(letters)}",
        )
    is_total = np.isin(np.arange(len(rows)), totals.rows)
    _say_repeats(whole[~is_total], label_names, area, say)
    return PrintedTable(
        number, page.sheet, title, whole[~is_total], label_names, tuple(held.columns),
        {names[spot]: column_letter(spot + 1) for spot in filled}, units, periods, flags, whole[is_total], checks,
        tuple(row + 1 for row in area.header), _best_date(frame, dated), tuple(names[values[spot]] for spot in sums), cited,
    )  # fmt: skip


def _titles(
    cells: Cells, area: Area, filled: list[int], known: set[str], say: Say
) -> tuple[dict[int, str], dict[str, tuple[str, ...]]]:
    """Column to title, groups carried right, notes taken off; cells that cite notes."""
    cited: dict[str, tuple[str, ...]] = {}
    grid = []
    for level, row in enumerate(area.header):
        texts = []
        for spot in filled:
            text, keys = split_citation(cells.text(row, spot), known)
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


def _set_labels_apart(
    cells: Cells, rows: np.ndarray, values: list[int], names: dict[int, str], say: Say
) -> tuple[list[int], list[str]]:
    """Figures that name rather than measure: codes, years, months; also the titles of columns that date the rows."""
    kept, dated = [], []
    for spot in values:
        figures = cells.values[rows, spot]
        figures = figures[~np.isnan(figures)]
        whole = len(figures) > 0 and (figures == np.round(figures)).all()
        name = names[spot].rsplit(JOIN, 1)[-1]
        if whole and TIME_TITLE.fullmatch(name) and all(_label(str(int(f))) for f in np.unique(figures)[:400]):
            dated.append(names[spot])
            say(area_name(rows[0], rows[-1], spot, spot), f"{names[spot]!r} dates the rows")
        elif whole and ID_TITLE.fullmatch(name) and (name or len(np.unique(figures)) == len(figures)):
            say(area_name(rows[0], rows[-1], spot, spot), f"{names[spot]!r} holds codes, not measurements")
        else:
            kept.append(spot)
    for spot in names:
        name = names[spot].rsplit(JOIN, 1)[-1]
        if spot not in values and TIME_TITLE.fullmatch(name):
            sample = rows[:: max(1, len(rows) // 50)].tolist()
            printed = [cell for row in sample if plain(cell := cells.page.cell(row, spot))]
            if printed and all(_label(cell) for cell in printed):
                dated.append(names[spot])
    return kept, dated


def _best_date(frame: pd.DataFrame, dated: list[str]) -> str:
    """The column that dates the rows most finely."""
    spans: dict[str, int] = {}
    for title in dated:
        sample = next((text for text in frame[title] if plain(text)), "")
        try:
            period: Period = parse_period(plain(sample))
        except PeriodError:
            continue
        spans[title] = (period.end - period.start).days
    return min(spans, key=spans.__getitem__, default="")


def _words(cells: Cells, spot: int, rows: np.ndarray, say: Say) -> pd.Series:
    """A label column as text, one line a cell; dates among number ranges are put back as ranges."""
    page, index = cells.page, pd.Index(rows + 1, name="row")
    if isinstance(page.grid, Columns):
        text = page.grid.columns[spot].take(pa.array(rows)).combine_chunks()
    else:
        raw = listed = page.cells(spot, rows.tolist())
        if set(map(type, raw)) - {str}:
            listed = [cell if type(cell) is str else plain(cell) for cell in raw]
            _mend_ranges(raw, listed, rows, spot, say)
        text = pa.array(listed, pa.large_string())
    odd = np.flatnonzero(pc.match_substring_regex(text, _UNTIDY).to_numpy(zero_copy_only=False))
    if len(odd):
        listed = text.to_pylist()
        for at in odd.tolist():
            listed[at] = plain(listed[at])
        text = pa.array(listed, pa.large_string())
    return pd.Series(pd.array(text, dtype="str"), index=index)


def _mend_ranges(raw: list, listed: list[str], rows: np.ndarray, spot: int, say: Say) -> None:
    """Put back ``5-9`` or ``3/0`` where a spreadsheet took it for a date, if that is what the column holds."""
    others = [text for text, cell in zip(listed, raw, strict=True) if text and not isinstance(cell, date)]
    shapes = [match for text in others if (match := re.fullmatch(r"\d{1,3}\s*([-–/])\s*\d{1,2}|\d{1,3}(\+)", text))]
    dates = [i for i, cell in enumerate(raw) if isinstance(cell, date)]
    if not dates or len(shapes) * 2 < max(1, len(others)):
        return
    mark = next((match[1] for match in shapes if match[1]), "-")
    for i in dates:
        day, month, year = raw[i].day, raw[i].month, raw[i].year % 100
        pair = (month, year) if day == 1 and year > 12 else (day, month) if mark == "/" else sorted((day, month))
        listed[i] = f"{pair[0]}{mark}{pair[1]}"
        say(
            cell_name(rows[i], spot),
            f"{plain(raw[i])} among such as {shapes[0][0]!r}: taken for {listed[i]!r}, which a spreadsheet turned into a date",
        )


def _carry_down(cells, area: Area, frame, labels, values, names, rows, say: Say) -> None:
    """Fill label cells that a merged area, or an outline, leaves empty under their first row."""
    merged = {(top, left): bottom for top, left, bottom, right in cells.page.merged if bottom > top}
    for order, spot in enumerate(labels):
        empty = (cells.kinds[rows, spot] == EMPTY) if len(rows) else np.zeros(0, bool)
        if not empty.any() or empty.all():
            continue
        covered = np.zeros(len(rows), bool)
        for (top, left), bottom in merged.items():
            covered |= (left == spot) & (rows > top) & (rows <= bottom)
        right = [s for s in labels[order + 1 :]]
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
            name = names[spot]
            carried = frame[name].where(~empty).ffill().fillna("")
            frame[name] = frame[name].where(~fill, carried)
            say(
                area_name(rows[fill][0], rows[fill][-1], spot, spot),
                f"{int(fill.sum())} empty cells of {name!r} repeat the cell above",
            )
        elif not right and len(labels) == 1:
            said = ", ".join(cell_name(row, spot) for row in rows[empty][:5])
            say(area_name(rows[empty][0], rows[empty][-1], spot, spot), f"{int(empty.sum())} rows have no label: {said}")


def _carry_sections(cells, area: Area, frame, rows, say: Say) -> None:
    """A column ``section``: the last heading printed over each row."""
    heads = {row: " ".join(text for text in cells.texts(row, area.columns) if text) for row in area.sections}
    if not heads:
        return
    spots = sorted(heads)
    over = np.searchsorted(spots, rows) - 1
    name = "section" if "section" not in frame else "section (heading)"
    frame.insert(0, name, [heads[spots[i]] if i >= 0 else "" for i in over])
    for row in spots:
        say(cell_name(row, area.columns[0]), f"section heading {heads[row]!r}, carried down")


def _units_and_periods(names, values, title: str, sheet: str, say: Say) -> tuple[dict[str, Unit], dict[str, str]]:
    units, periods = {}, {}
    of_all, when = find_unit(title) or find_unit(sheet), find_period(title)
    for spot in values:
        name = names[spot]
        unit = find_unit(name) or of_all
        if unit:
            units[name] = unit
        named = next((label for part in reversed(name.split(JOIN)) if (label := _label(part))), "")
        found = named or (period.label if (period := find_period(name)) else when.label if when else "")
        if found:
            periods[name] = found
    if of_all and values:
        say(
            f"{column_letter(values[0] + 1)}:{column_letter(values[-1] + 1)}",
            f"unit {of_all.name!r} from the title, where a column states none",
        )
    return units, periods


def _flags(cells: Cells, rows: np.ndarray, values: list[int], names: dict[int, str], say: Say) -> pd.DataFrame:
    flags = cells.flags[np.ix_(rows, np.array(values, np.intp))]
    pieces = []
    for order, spot in enumerate(values):
        at = np.flatnonzero(flags[:, order] != "")
        if not len(at):
            continue
        printed = [cell if type(cell) is str else plain(cell) for cell in cells.page.cells(spot, rows[at].tolist())]
        said = flags[at, order]
        for where in np.flatnonzero(["unreadable" in flag for flag in said]).tolist():
            say(
                cell_name(int(rows[at[where]]), spot),
                f"{printed[where].strip()!r} is no figure and no known mark; left out and flagged",
            )
        count = len(at)
        pieces.append((rows[at] + 1, [column_letter(spot + 1)] * count, [names[spot]] * count, said, printed))
    columns = ["row", "column", "title", "flag", "printed"]
    if not pieces:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame(
        {
            name: np.concatenate([np.asarray(piece[i], dtype=object if i else None) for piece in pieces])
            for i, name in enumerate(columns)
        }
    )


def _checks(totals: Totals, rows: np.ndarray, values: list[int], keys: pd.DataFrame, say: Say) -> pd.DataFrame:
    """One row a printed total; the log names each that does not add up, the others together when they are many."""
    if not len(totals.rows):
        return pd.DataFrame(columns=CHECKED)
    gaps = np.abs(totals.differences)
    compared = (~np.isnan(gaps)).sum(axis=1)
    worst = np.where(np.isnan(gaps), -1.0, gaps).argmax(axis=1) if gaps.size else np.zeros(len(totals.rows), int)
    found = pd.DataFrame(
        {
            "row": rows[totals.rows] + 1,
            "label": [" ".join(filter(None, map(str, label))) for label in keys.iloc[totals.rows].itertuples(index=False)],
            "by": totals.by,
            "members": totals.count,
            "first": np.where(totals.first >= 0, rows[totals.first] + 1, 0) if len(rows) else [],
            "last": np.where(totals.last >= 0, rows[totals.last] + 1, 0) if len(rows) else [],
            "columns_compared": compared,
            "agrees": pd.Series(totals.agrees, dtype=object),
            "largest_difference": totals.differences[np.arange(len(totals.rows)), worst] if gaps.size else np.nan,
            "in_column": [column_letter(values[spot] + 1) if some else "" for spot, some in zip(worst, compared, strict=True)],
        }
    )
    quiet = found["agrees"].ne(False) if len(found) > 40 else pd.Series(False, index=found.index)
    if quiet.any():
        sure = int(found["agrees"].eq(True).sum())
        say(
            f"{found['row'].min()}:{found['row'].max()}",
            f"{len(found)} totals set aside: {sure} add up, {int(found['agrees'].isna().sum())} could not be checked",
        )
    for line in found[~quiet].itertuples():
        verdict = {True: "adds up", False: f"does not add up: column {line.in_column} differs by {line.largest_difference:+,.6g}"}
        why = "by its label" if line.by == "label" else "its figures are the sum of its neighbours"
        where = area_name(line.row - 1, line.row - 1, 0, max(values, default=0))
        of = f"{line.members} rows {line.first} to {line.last}" if line.members else "no rows"
        say(where, f"total {line.label!r} ({why}), set aside; {of}: {verdict.get(line.agrees, 'could not be checked')}")
    return found


def _say_repeats(frame: pd.DataFrame, labels: tuple[str, ...], area: Area, say: Say) -> None:
    """Log rows that are the same as an earlier row in every cell: perhaps printed twice."""
    if len(frame) < 2 or not labels:
        return
    first = frame[labels[-1]].duplicated(keep=False)  # cheap, and rows all different in one column differ
    twice = frame[first].duplicated(keep="first").reindex(frame.index, fill_value=False) if first.any() else first
    if twice.any():
        rows = frame.index[twice]
        say(
            f"{rows[0]}:{rows[0]}",
            f"{len(rows)} rows repeat an earlier row in every cell (first: row {rows[0]}); kept, but they may be counted twice",
        )
