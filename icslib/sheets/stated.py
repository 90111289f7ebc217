"""What titles, rows and cells state of the unit and the period of a figure; the nearest statement counts."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..periods import Period, find_period, is_part, join_periods
from .columns import Say, dating_text
from .kinds import FIGURE, Cells
from .titles import JOIN
from .units import Unit, find_only_unit, find_unit, is_unit

UNIT_TITLE = re.compile(r"units?( of measure(ment)?)?", re.I)
MEASURED = re.compile(r"(metric|measure|indicator|item|statistic|description|line)(_?name)?", re.I)
PREPARED = re.compile(
    r"\b(sources?|published|publication|released?|updated|report run|run (date|on)|extract(ed|ion)"
    r"|created|printed|accessed|generated|next)\b",
    re.I,
)
AGED = re.compile(r"\b(age profile|born|built|cohort)\b", re.I)  # the years in such a title are not when it was counted
SHOWN = ("", "percent", "GBP", "share")  # what a cell itself shows: a % or £ sign, or a percent format over a share of one


def column_units(
    names: list[str], lines: list[str], sheet: str, block: np.ndarray, shown: np.ndarray, letters: list[str], say: Say
) -> dict[str, Unit]:
    """The unit of each column: as its title states, else its figures show, else the `lines` above or the sheet's name state."""
    units = {name: unit for name in names if (unit := find_unit(name))}
    title = " ".join(lines)
    of_all = find_only_unit(title) or find_only_unit(sheet)
    apart = of_all in units.values() and not any(map(is_unit, re.findall(r"[(\[](.*?)[)\]]", title)))
    for spot, name in enumerate(names):
        codes = set(np.unique(shown[:, spot]).tolist()) - {-1}
        if codes == {3}:
            units[name] = Unit("share")
            say(letters[spot], f"{name!r} is shown as percentages, but its cells hold shares of one (0.05 is shown as 5%)")
        elif name not in units and codes in ({1}, {2}, {0, 2}):  # a pound sign in some cells is meant of all
            units[name] = Unit(SHOWN[max(codes)])
        if units.get(name) == Unit("percent") and codes == {0} and _within_one(block[:, spot]):
            say(letters[spot], f"all figures of {name!r} lie between -1 and 1: they may be shares of one rather than percent")
    if of_all and names and not (apart and not of_all.name.startswith("GBP")):
        units = {name: units.get(name, of_all) for name in names}
        say(f"{letters[0]}:{letters[-1]}", f"unit {of_all.name!r} from the title, where a column states none")
    return units


def _within_one(figures: np.ndarray) -> bool:
    figures = figures[~np.isnan(figures)]
    return len(figures) > 2 and bool((np.abs(figures) <= 1).all() and (figures != figures.round()).any())


def column_periods(names: list[str], lines: list[str]) -> dict[str, str]:
    """The period of each column: as its title names it, a part of a year dated by the `lines` over the table; else theirs."""
    when = find_period(" ".join(line for line in lines if not PREPARED.search(line)))
    periods = {}
    for name in names:
        parts = name.split(JOIN)
        found = join_periods(parts) or (None if AGED.search(name) else find_period(name))
        if when and not found:
            found = join_periods([when.label, *parts]) if any(map(is_part, parts)) else when
        if found:
            periods[name] = found.label
    return periods


def row_periods(frame: pd.DataFrame, names: list[str], periods: dict[str, str]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Gives for rows and numbers of `names` the period that the label columns `frame` name, or within it that of the column."""
    codes, texts = zip(*(pd.factorize(frame[title]) for title in frame), strict=True)
    sizes = [len(distinct) for distinct in texts]
    at, seen = pd.factorize(np.ravel_multi_index(codes, sizes))
    printed = zip(*(distinct[spots] for distinct, spots in zip(texts, np.unravel_index(seen, sizes), strict=True)), strict=True)
    column, kinds = pd.factorize(
        pd.Series([(tuple(filter(is_part, name.split(JOIN))), periods.get(name, "")) for name in names], dtype=object)
    )
    said = [[dating_text(title, text) for title, text in zip(frame, line, strict=True)] for line in printed]
    found = [[_within(join_periods([*line, *parts]), own) for parts, own in kinds] for line in said]
    table = np.array(found, dtype=object).reshape(len(said), len(kinds))
    return lambda row, which: table[at[row], column[which]]


def _within(row: Period | None, column: str) -> str:
    """The column's period where it lies in that of the row, else the row's."""
    own = join_periods([column])
    return column if row and own and row.start <= own.start and own.end <= row.end else row.label if row else ""


def row_units(labels: pd.DataFrame) -> np.ndarray:
    """The unit each row states: in a column ``unit``, else in what it says is measured, else in its section; empty for none."""
    said = np.full(len(labels), "", dtype=object)
    measured = next((title for title in labels if MEASURED.fullmatch(title)), next(iter(labels), None))
    for title in ["section", measured, *filter(UNIT_TITLE.fullmatch, labels)]:
        if title in labels:
            of_unit = bool(UNIT_TITLE.fullmatch(title))
            stated = {text: unit.name if (unit := find_unit(text)) else "" for text in labels[title].unique()}
            by_row = labels[title].map(stated).to_numpy(object)
            said = np.where(by_row != "", by_row, np.where(said == "", labels[title], said) if of_unit else said)
    return said


def read_shown(cells: Cells, rows: np.ndarray, values: list[int]) -> np.ndarray:
    """What each figure shows of its unit, a number of ``SHOWN``; -1 where no figure is."""
    shown = np.zeros((len(rows), len(values)), np.int8)
    for spot, column in enumerate(values):
        few = cells.page.cells(column, rows[:: max(1, len(rows) // 500)])
        text = "".join([cell for cell in few if type(cell) is str] if isinstance(few, np.ndarray) else few.to_pylist())
        if "%" not in text and "£" not in text:
            continue
        raw = cells.page.cells(column, rows)
        if isinstance(raw, np.ndarray):
            raw = pa.array([cell if isinstance(cell, str) else "" for cell in raw], pa.large_string())
        for code, mark in ((1, "%"), (2, "£")):
            shown[pc.match_substring(raw, mark).to_numpy(zero_copy_only=False), spot] = code
    if len(cells.page.percents):
        at, spot_of = {row: i for i, row in enumerate(rows.tolist())}, {column: spot for spot, column in enumerate(values)}
        shares = [(at[row], spot_of[column]) for row, column in cells.page.percents if row in at and column in spot_of]
        shown[tuple(np.array(shares, np.intp).reshape(-1, 2).T)] = 3
    shown[cells.kinds[np.ix_(rows, np.array(values, np.intp))] != FIGURE] = -1
    return shown
