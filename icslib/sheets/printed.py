"""One table found on a page, its columns told apart, its figures read, its totals set aside.

Values stay as printed; a unit and its scale stand beside them and are never applied silently.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from .adding import additive, find_total_columns
from .areas import Area
from .columns import (
    Labels,
    Say,
    carry_down,
    carry_groups,
    carry_sections,
    dating_columns,
    find_titles,
    read_labels,
    set_labels_apart,
)
from .kinds import EMPTY, MARK, Cells, area_name, cell_name
from .page import to_text
from .stated import SHOWN, UNIT_TITLE, column_periods, column_units, read_shown, row_periods, row_units
from .titles import column_letter, plain
from .totals import Totals, find_totals
from .units import Unit, find_unit

CHECKED = ("row", "label", "by", "members", "first", "last", "columns_compared", "agrees", "largest_difference", "in_column")
NO_CHECKS, NO_FLAGS = pd.DataFrame(columns=CHECKED), pd.DataFrame(columns=["row", "column", "title", "flag", "printed"])
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
    dated_by: tuple[str, ...] = ()
    total_columns: tuple[str, ...] = ()
    cited: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    shown: np.ndarray | None = field(default=None, repr=False)

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
        if self.dated_by:
            long["period"] = row_periods(self.frame[list(self.dated_by)], names, self.periods)(row, which)
        else:
            long["period"] = np.array([self.periods.get(name, "") for name in names], dtype=object)[which]
        long["value"], long["flag"] = block[there], flags[there]
        said = np.array([self.units[name].name if name in self.units else "" for name in names], dtype=object)[which]
        own = np.array([find_unit(name) is not None for name in names], bool)[which]
        if not own.all() and ((by_row := row_units(self.frame[list(self.labels)])) != "").any():
            said = np.where(own | (by_row[row] == ""), said, by_row[row])
        if self.shown is not None:
            sign = self.shown[row][np.arange(len(row)), np.array([self.values.index(name) for name in names])[which]]
            said = np.where((sign == 3) | ((sign > 0) & ~own), np.array(SHOWN, dtype=object)[sign], said)
        long["unit"] = said
        long["sheet"], long["row"] = self.sheet, self.frame.index.to_numpy()[row]
        long["column"] = pd.Categorical.from_codes(which, [self.letters[name] for name in names])
        return long

    def __repr__(self) -> str:
        labels, values = ", ".join(self.labels[:6]), ", ".join(self.values[:6])
        return f"Table {self.number}{f' of {self.sheet!r}' if self.sheet else ''}: {len(self.frame)} rows by {labels}; figures in {values or 'no column'}"


def read_table(cells: Cells, area: Area, number: int, known: set[str], say: Say) -> PrintedTable:
    """Read the table of `area`; each decision goes to `say`."""
    page = cells.page
    rows, printed = np.array(area.body, dtype=np.intp), np.array(area.header + area.body, dtype=np.intp)
    filled = [spot for spot in area.columns if (cells.kinds[printed, spot] != EMPTY).any()]
    names, cited = find_titles(cells, area, filled, known, say)
    lines = [" ".join(text for text in cells.texts(row, area.columns) if text) for row in area.above]
    title = " ".join(lines)
    values = [spot for spot in filled if spot in set(area.values)]
    values, dated = set_labels_apart(cells, rows, values, names, say)
    labels = [spot for spot in filled if spot not in values]
    words = {names[spot]: read_labels(cells, spot, rows, say) for spot in labels}
    carry_down(cells, words, labels, names, rows, say)
    words = carry_sections(cells, area, words, rows, say)
    block = cells.values[np.ix_(rows, np.array(values, np.intp))]
    letters, shown = [column_letter(spot + 1) for spot in values], read_shown(cells, rows, values)
    units = column_units([names[spot] for spot in values], lines, page.sheet, block, shown, letters, say)
    periods = column_periods([names[spot] for spot in values], lines)
    flags = _flags(cells, rows, values, names, say)
    withheld = cells.kinds[np.ix_(rows, np.array(values, np.intp))] == MARK
    adds = additive(
        [names[spot] for spot in values], [units[names[spot]].name if names[spot] in units else "" for spot in values]
    )
    keys = {title: column for title, column in words.items() if title in names.values() and not UNIT_TITLE.fullmatch(title)}
    totals = find_totals(keys, block, withheld, adds)
    sums = find_total_columns([names[spot] for spot in values], block, adds)
    checks = _checks(totals, rows, values, keys, say)
    for spot, members in sums.items():
        say(
            area_name(rows[0], rows[-1], values[spot], values[spot]),
            f"total column: {names[values[spot]]!r} is the sum of columns {', '.join(letters[i] for i in members)}",
        )
    if len(totals.parts):
        said = ", ".join(str(row + 1) for row in rows[totals.parts][:8])
        say(f"{said}", "rows print a part of the row over them ('of which'): kept, but in no sum; leave them out when adding up")
    is_total = np.isin(np.arange(len(rows)), totals.rows)
    words = carry_groups(words, totals, is_total, rows, say)
    titles = [names[spot] for spot in values]
    detail = np.flatnonzero(~is_total)
    body = _frame(words, block, titles, rows, detail)
    aside = _frame(words, block, titles, rows, np.flatnonzero(is_total)) if is_total.any() else body.iloc[:0]
    _say_repeats(words, block, rows, detail, say)
    return PrintedTable(
        number, page.sheet, title, body, tuple(words), tuple(titles),
        {names[spot]: column_letter(spot + 1) for spot in filled}, units, periods, flags, aside, checks,
        tuple(row + 1 for row in area.header), dating_columns(words, dated), tuple(names[values[spot]] for spot in sums), cited,
        shown[detail] if (shown > 0).any() else None,
    )  # fmt: skip


def _frame(words: Labels, block: np.ndarray, titles: list[str], rows: np.ndarray, at: np.ndarray) -> pd.DataFrame:
    """Labels and figures of the rows `at`, indexed by sheet row."""
    whole = len(at) == len(rows)
    kept = {title: column if whole else column.take(pa.array(at)) for title, column in words.items()}
    labels = {title: to_text(column.dictionary_decode()) for title, column in kept.items()}
    figures = dict(zip(titles, (block if whole else block[at]).T, strict=True))
    return pd.DataFrame({**labels, **figures}, index=pd.Index(rows[at] + 1, name="row"))


def _flags(cells: Cells, rows: np.ndarray, values: list[int], names: dict[int, str], say: Say) -> pd.DataFrame:
    codes = cells.codes[np.ix_(rows, np.array(values, np.intp))].T
    order, at = np.nonzero(codes)
    if not len(at):
        return NO_FLAGS.copy()
    which, parts = codes[order, at], []
    for spot, some in zip(values, codes, strict=True):
        raw = cells.page.cells(spot, rows[some > 0])
        listed = [cell if type(cell) is str else plain(cell) for cell in raw] if isinstance(raw, np.ndarray) else None
        parts.append(raw if listed is None else pa.array(listed, pa.large_string()))
    printed = pa.concat_arrays(parts)
    for where in np.flatnonzero(np.array(["unreadable" in word for word in cells.words])[which]).tolist():
        cell = cell_name(int(rows[at[where]]), values[order[where]])
        say(cell, f"{printed[where].as_py().strip()!r} is no figure and no known mark; left out and flagged")
    letters, titles = [column_letter(spot + 1) for spot in values], [names[spot] for spot in values]
    said = ((letters, order), (titles, order), (cells.words, which))
    texts = [pa.array(words, pa.large_string()).take(pa.array(spots)) for words, spots in said]
    return pd.DataFrame(dict(zip(NO_FLAGS, (rows[at] + 1, *map(to_text, (*texts, printed))), strict=True)))


def _checks(totals: Totals, rows: np.ndarray, values: list[int], keys: Labels, say: Say) -> pd.DataFrame:
    """One row a printed total; the log names each that does not add up, the others together when they are many."""
    if not len(totals.rows):
        return NO_CHECKS.copy()
    named = [column.take(pa.array(totals.rows)).to_pylist() for column in keys.values()]
    gaps = np.abs(totals.differences)
    compared = (~np.isnan(gaps)).sum(axis=1)
    worst = np.where(np.isnan(gaps), -1.0, gaps).argmax(axis=1) if gaps.size else np.zeros(len(totals.rows), int)
    found = pd.DataFrame(
        {
            "row": rows[totals.rows] + 1,
            "label": [" ".join(filter(None, label)) for label in zip(*named, strict=True)] if named else "",
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


def _say_repeats(words: Labels, block: np.ndarray, rows: np.ndarray, at: np.ndarray, say: Say) -> None:
    """Log rows (of those `at`) that are the same as an earlier row in every cell: perhaps printed twice."""
    # One number a row tells most rows apart; each label then leaves fewer to be compared cell by cell.
    group = np.nan_to_num(block[at]) @ np.sin(np.arange(1, block.shape[1] + 1))
    for column in reversed(words.values()):
        twin = pd.Series(group).duplicated(keep=False).to_numpy()
        at, group = at[twin], pd.factorize(group[twin])[0]
        if not len(at):
            return
        group = group * len(rows) + column.indices.to_numpy()[at]
    same = pd.DataFrame(np.column_stack([group, block[at]])).duplicated().to_numpy()
    if words and same.any():
        first, said = rows[at[same]][0] + 1, "rows repeat an earlier row in every cell"
        say(f"{first}:{first}", f"{same.sum()} {said} (first: row {first}); kept, but they may be counted twice")
