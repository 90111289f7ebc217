"""Printed totals: which rows they are, and whether the rest adds up to them.

A row is a total when its label says so, or when its figures are the sums of the rows above or
below it in every column that can be added. The difference is always kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .adding import decimals
from .table import look_totals

PERHAPS = re.compile(r"(england|united kingdom|all\b.*|overall|national|whole .+|.+ region)", re.I)
PART = r"(?i)^\W*(of which|o/w)\b"
SEARCHED = 400  # rows up to which unlabelled totals are looked for


@dataclass(frozen=True, eq=False)
class Totals:
    """Printed totals, one entry each.

    Attributes
    ----------
    rows : positions from 0
    count, first, last : how many rows each sums, and where they lie (-1 where none was found)
    differences : sum of those rows minus the printed figure, totals x columns; NaN where not compared
    agrees : True, False, or None where nothing could be compared
    by : "label", or "sum" when only the figures betray it
    parts : rows that print a part of the row over them (``of which``), in no sum
    """

    rows: np.ndarray
    count: np.ndarray
    first: np.ndarray
    last: np.ndarray
    differences: np.ndarray
    agrees: list[bool | None]
    by: list[str]
    parts: np.ndarray

    @classmethod
    def of(cls, found: list["_Total"], columns: int, parts: np.ndarray) -> "Totals":
        """Put single totals together, in the order of their rows."""
        found = sorted(found, key=lambda total: total.row)
        ends = [(int(t.members.min()), int(t.members.max())) if len(t.members) else (-1, -1) for t in found]
        gaps = np.array([t.differences for t in found]).reshape(len(found), columns)
        sizes = np.array([len(t.members) for t in found], int)
        return cls(
            np.array([t.row for t in found], int), sizes, np.array([e[0] for e in ends], int), np.array([e[1] for e in ends], int),
            gaps, [t.agrees for t in found], [t.by for t in found], np.flatnonzero(parts),
        )  # fmt: skip


class _Total(NamedTuple):
    row: int
    members: np.ndarray
    differences: np.ndarray
    agrees: bool | None
    by: str
    matching: int = 0  # columns that agree in a figure other than zero


def find_totals(labels: dict[str, pa.DictionaryArray], values: np.ndarray, withheld: np.ndarray, adds: np.ndarray) -> Totals:
    """Totals among the rows.

    Parameters
    ----------
    labels : text columns that name the rows, by title.
    values : rows x columns, NaN where no figure; `withheld` is True where a mark stands for one.
    adds : columns that may be added up.
    """
    figured = ~np.isnan(values).all(axis=1) | withheld.any(axis=1)
    named = np.zeros(len(values), bool)
    perhaps, parts = np.zeros(len(values), bool), np.zeros(len(values), bool)
    for column in labels.values():
        at = column.indices.to_numpy()
        named |= look_totals(column.dictionary)[at] & figured
        parts |= pc.match_substring_regex(column.dictionary, PART).to_numpy(zero_copy_only=False)[at]
        if len(values) <= SEARCHED:
            once = np.array([bool(PERHAPS.fullmatch(text)) for text in column.dictionary.to_pylist()], bool)
            perhaps |= once[at] & figured & (once[at].sum() == once.sum())
    sums = _Sums(values, withheld, adds)
    if len(labels) > 1 and named.sum() > 1 and (grouped := _by_group(labels, named, sums)) is not None:
        return grouped
    found = _in_order(named, perhaps & ~named, parts, sums)
    if len(values) <= SEARCHED and adds.any():
        summed = {int(row) for total in found if total.agrees for row in total.members}
        found += _unnamed({total.row for total in found} | set(np.flatnonzero(parts).tolist()), summed, sums)
    return Totals.of(found, values.shape[1], parts)


class _Sums:
    """Compares printed figures with sums of other rows, to within rounding."""

    def __init__(self, values: np.ndarray, withheld: np.ndarray, adds: np.ndarray):
        self.values, self.withheld, self.adds = values, withheld, adds
        self.unit = 10.0 ** -decimals(values)

    def slack(self, total: np.ndarray, count: np.ndarray | int, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Half a last digit, and what rounding of `count` figures may add."""
        unit = self.unit[columns]
        return 0.5001 * unit + np.minimum(0.866 * unit * np.sqrt(count), 0.002 * np.abs(total))

    def check(self, row: int, members: np.ndarray, by: str) -> _Total:
        """The outcome of holding `row` against the sum of `members`."""
        if not len(members):
            return _Total(row, members, np.full(self.values.shape[1], np.nan), None, by)
        part = self.values[members]
        summed = np.where(np.isnan(part).all(axis=0), np.nan, np.nansum(part, axis=0))
        summed[self.withheld[members].any(axis=0) | ~self.adds] = np.nan
        gap = summed - self.values[row]
        known = ~np.isnan(gap)
        close = np.abs(gap[known]) <= self.slack(self.values[row], len(members))[known]
        agrees = bool(close.all()) if known.any() else None
        return _Total(row, members, gap, agrees, by, int((close & (self.values[row][known] != 0)).sum()))


def _in_order(named: np.ndarray, perhaps: np.ndarray, parts: np.ndarray, sums: _Sums) -> list[_Total]:
    """Totals of a table read from the top: of the rows since the last total, of all rows, of the totals, of the rows below."""
    found: list[_Total] = []
    is_total = named.copy()
    rows = np.arange(len(named))
    for row in np.flatnonzero(named | perhaps):
        before = [total.row for total in found]
        last = max(before, default=-1)
        following = np.flatnonzero((named | perhaps)[row + 1 :])
        stop = row + 1 + int(following[0]) if len(following) else len(named)
        detail = ~is_total & ~parts
        detail[row] = False
        tries = [
            rows[(rows > last) & (rows < row) & detail],
            rows[(rows < row) & detail],
            np.array(before, int),
            rows[(rows > row) & (rows < stop) & detail],
            rows[(rows > row) & detail],
            rows[detail],
        ]
        outcomes = []
        for members in tries:
            outcome = sums.check(int(row), members, "label")
            outcomes.append(outcome)
            if outcome.agrees and (len(members) > 1 or named[row]):
                break
        best = outcomes[-1] if outcomes[-1].agrees else max(outcomes, key=_closeness)
        sure = best.agrees and not (sums.values[row, sums.adds] == 0).all()
        most = best.matching > 1 and best.matching * 2 >= (~np.isnan(best.differences)).sum()  # a figure of it may be damaged
        if named[row] or (len(best.members) > 1 and (sure or most)):
            found.append(best)
            is_total[row] = True
    return found


def _closeness(total: _Total) -> tuple[float, float, float]:
    known = ~np.isnan(total.differences)
    return float(total.matching > 1 and total.matching), float(known.sum()), -float(np.abs(total.differences[known]).sum())


def _by_group(labels: dict[str, pa.DictionaryArray], named: np.ndarray, sums: _Sums) -> Totals | None:
    """Totals of a long table: `Total` in one column sums the rows that agree in the others; None when the table is not long."""
    columns = [
        title for title, column in labels.items() if look_totals(column.dictionary)[column.indices.to_numpy()[named]].any()
    ]
    if len(columns) != 1:
        return None
    others = {title: column.indices.to_numpy() for title, column in labels.items() if title != columns[0]}
    codes = pd.DataFrame(others).groupby(list(others), sort=False).ngroup().to_numpy()
    rows, details = np.flatnonzero(named), np.flatnonzero(~named)
    size = np.bincount(codes[details], minlength=codes.max() + 1)
    if (size[codes[rows]] > 1).sum() * 2 < len(rows):
        return None
    order = pd.Series(details).groupby(codes[details])
    ends = order.agg(["min", "max"]).reindex(codes[rows], fill_value=-1).to_numpy()
    frame = pd.DataFrame(sums.values[details])
    summed = frame.groupby(codes[details]).sum(min_count=1).reindex(codes[rows]).to_numpy(copy=True)
    hidden = pd.DataFrame(sums.withheld[details]).groupby(codes[details]).any().reindex(codes[rows], fill_value=False).to_numpy()
    summed[hidden.astype(bool)] = np.nan
    summed[:, ~sums.adds] = np.nan
    printed, count = sums.values[rows], size[codes[rows]]
    gaps = summed - printed
    known = ~np.isnan(gaps)
    close = (np.abs(gaps) <= sums.slack(printed, count[:, None])) | ~known
    agrees = [bool(good) if some else None for good, some in zip(close.all(axis=1), known.any(axis=1), strict=True)]
    return Totals(rows, count, ends[:, 0], ends[:, 1], gaps, agrees, ["label"] * len(rows), np.zeros(0, int))


def _unnamed(taken: set[int], detail: set[int], sums: _Sums) -> list[_Total]:
    """Rows that are exactly the sum of a run of neighbours in every column, whatever their label; `detail` rows are none.

    The run must reach from the row to an edge of the table or to another total: groups of rows, not chance.
    """
    found: list[_Total] = []
    for _ in range(3):
        rows = np.array([row for row in range(len(sums.values)) if row not in taken], int)
        hits = [hit for spot in _worth_a_look(rows, sums) if rows[spot] not in detail for hit in _run_sums(int(spot), rows, sums)]
        ends = {-1, len(sums.values)}
        edges = taken | {hit.row for hit in hits} | ends if sums.adds.sum() > 1 else ends
        kept: dict[int, _Total] = {}
        for hit in hits:
            beyond = int(hit.members.max()) + 1 if hit.members[0] > hit.row else int(hit.members.min()) - 1
            if beyond in edges:
                kept.setdefault(hit.row, hit)
        inside = {int(member) for hit in kept.values() for member in hit.members}
        fresh = [hit for hit in kept.values() if hit.row not in inside] or list(kept.values())[:1]
        if not fresh:
            break
        found += fresh
        taken |= {hit.row for hit in fresh}
    return found


def _worth_a_look(rows: np.ndarray, sums: _Sums) -> np.ndarray:
    """Positions of rows that some run beside them equals in the fullest column; all pairs at once."""
    block = sums.values[np.ix_(rows, np.flatnonzero(sums.adds))]
    if not block.size:
        return np.zeros(0, int)
    fullest = int((np.abs(np.nan_to_num(block)) > 0).sum(axis=0).argmax())
    column = block[:, fullest]
    before = np.concatenate([[0.0], np.cumsum(np.nan_to_num(column))])
    slack = sums.slack(np.nan_to_num(column), len(rows), np.flatnonzero(sums.adds)[[fullest]])
    below = before[None, 1:] - before[1:, None]  # [i, j]: sum of rows i + 1 to j
    above = before[:-1, None] - before[None, :-1]  # [i, j]: sum of rows j to i - 1
    gap = np.arange(len(rows))[None, :] - np.arange(len(rows))[:, None]
    near = (np.abs(below - column[:, None]) <= slack[:, None]) & (gap >= 2)
    near |= (np.abs(above - column[:, None]) <= slack[:, None]) & (gap <= -2)
    return np.flatnonzero(near.any(axis=1) | np.isnan(column))


def _run_sums(spot: int, rows: np.ndarray, sums: _Sums) -> Iterator[_Total]:
    """Runs above and below a row that add up to it."""
    own = sums.values[rows[spot]][sums.adds]
    there = ~np.isnan(own)
    unit = sums.unit[sums.adds]
    strong = int((np.abs(own[there]) >= 10 * unit[there]).sum())
    if not strong or sums.withheld[rows[spot]].any():
        return
    least = 2 if strong >= 2 else 3
    adds = np.flatnonzero(sums.adds)[there]
    few = adds[np.argsort(-np.abs(own[there]))[:6]]  # looked at first: most rows are told apart by these
    for run in (rows[:spot][::-1], rows[spot + 1 :]):
        if len(run) < least:
            continue
        glance = np.cumsum(np.nan_to_num(sums.values[np.ix_(run, few)]), axis=0) - sums.values[rows[spot], few]
        if not (np.abs(glance) <= sums.slack(sums.values[rows[spot]], len(run))[few]).all(axis=1).any():
            continue
        part = np.nan_to_num(sums.values[np.ix_(run, adds)])
        summed = np.cumsum(part, axis=0)
        count = np.arange(1, len(run) + 1)[:, None]
        slack = sums.slack(own[there], count, adds) if strong > 1 else 0.5001 * unit[there]
        equal = (np.abs(summed - own[there]) <= slack).all(axis=1)
        filled = np.cumsum(part.any(axis=1))
        for end in np.flatnonzero(equal & (filled >= least)) + 1:
            yield sums.check(int(rows[spot]), np.sort(run[:end]), "sum")
