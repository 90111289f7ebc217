"""How many national targets a year had: as a range with its sources, where counts differ."""

from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..results import Result
from ..tidy import cell_refs, merge_cells

MEASURES = ("planning_guidance_national_targets", "planning_guidance_headline_priorities", "government_mandate_priorities")


@dataclass(frozen=True, eq=False)
class TargetCounts(Result):
    """Counts by measure and period.

    Attributes
    ----------
    table : DataFrame
        ``measure``, ``period``, ``low``, ``high``, ``counts`` (distinct values), ``told`` (each with who printed it), ``cells``.
    """

    table: pd.DataFrame
    unit: str = "targets"

    @property
    def headline(self) -> str:
        """From the first count to the last."""
        rows = self.table[self.table["measure"] == MEASURES[0]]
        ends = rows.iloc[[0, -1][: len(rows)]].iterrows()
        told = (f"{_range(row)} {'for' if ' to ' in row['period'] else 'in'} {row['period']}" for _, row in ends)
        return f"National targets in planning guidance: {', '.join(told)}"

    @property
    def finding(self) -> str:
        """From the first count to the last, and where sources part."""
        rows = self.table[self.table["measure"] == MEASURES[0]]
        parted = "; ".join(f"for {row['period']} they run from {_range(row)}" for _, row in rows[rows["counts"] > 1].iterrows())
        apart = f" Counts differ by source: {parted}, and are left as a range." if parted else ""
        return f"{self.headline}, as counted by others.{apart}"


def count_targets(figures: pd.DataFrame) -> TargetCounts:
    """Counts of targets and priorities by planning year, from ``load("national_local")``.

    A period written as a single year stays as written: the source does not say which planning year it means.
    """
    rows = figures[figures["measure"].isin(MEASURES)]
    if rows.empty:
        raise BasisError(f"None of {', '.join(MEASURES)} is among these figures. Load the table 'national_local'.")
    rows = rows.assign(cell=cell_refs(rows))
    out = []
    for (measure, period), group in rows.groupby(["measure", "period"]):
        said = [
            f"{value:g}{f' ({flag})' if flag else ''} {who}"
            for value, flag, who in zip(group["value"], group["flag"], group["publisher"], strict=True)
        ]
        values = group["value"]
        told = "; ".join(dict.fromkeys(said))
        out.append((measure, period, values.min(), values.max(), values.nunique(), told, merge_cells(group["cell"])))
    out.sort(key=lambda row: (MEASURES.index(row[0]), row[1]))
    return TargetCounts(pd.DataFrame(out, columns=["measure", "period", "low", "high", "counts", "told", "cells"]))


def _range(row: pd.Series) -> str:
    return f"{row['low']:g}" if row["counts"] == 1 else f"{row['low']:g} to {row['high']:g}"
