"""Join two editions of one series by a stated rule, chosen and tested where they overlap.

The newer edition stands as printed. Earlier years of the older one are moved to its level. Which rule moves them best is not
assumed: each is made to predict the first overlapping years from the later ones, as if the newer edition began later,
and the one with the smallest error is used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BasisError, PanelError
from ..numbers import write_number
from ..panel import build_panel, source_cells
from ..results import Result
from ..tidy import merge_cells
from .gate import write_name

RULES = ("as printed", "one ratio", "ratio by place", "ratio with a trend")
HELD_BACK = 3  # overlap years the rules are tested on


@dataclass(frozen=True, eq=False)
class Splice(Result):
    """One series from two editions.

    Attributes
    ----------
    panel : DataFrame
        ``place``, ``year`` and the measure: as printed in the newer edition from `newer_from`, before it the older moved to
        its level.
    overlap : DataFrame, index ``year``
        ``ratio`` (geometric mean of newer over older), ``spread`` (its standard deviation between places, percent), ``places``.
    rules : DataFrame, index ``rule``
        ``error``: root mean squared error, percent, in predicting the held-back overlap years.
    rule : str, the one used
    measure : str
    first, last, newer_from : int
    sources : the cells of both editions
    """

    panel: pd.DataFrame
    overlap: pd.DataFrame
    rules: pd.DataFrame
    rule: str
    measure: str
    first: int
    last: int
    newer_from: int
    sources: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Which years, joined where."""
        words = write_name(self.measure).capitalize()
        return f"{words}, {self.first} to {self.last}: two editions joined at {self.newer_from}"

    @property
    def finding(self) -> str:
        """How far apart the editions are, and how well the rule closes the gap."""
        low, high = (write_number(100 * (self.overlap["ratio"].agg(f) - 1), "percent") for f in ("min", "max"))
        return (
            f"{self.headline}. The newer stands {low} to {high} from the older on the {len(self.overlap)} years they share. "
            f"Rule: {self.rule}, which predicts held-back years within {self.rules.loc[self.rule, 'error']:.2f}% (as printed: "
            f"{self.rules.loc['as printed', 'error']:.2f}%)."
        )


def splice_editions(older: pd.DataFrame, newer: pd.DataFrame, measure: str) -> Splice:
    """Join two panels that hold two editions of `measure`, a positive figure.

    Parameters
    ----------
    older, newer : panels as :func:`icslib.load_panel` gives them with ``edition=``

    Raises
    ------
    BasisError
        Different units, or too few years in common to test a rule.
    """
    units = [panel.attrs.get("units", {}).get(measure) for panel in (older, newer)]
    if units[0] != units[1]:
        raise BasisError(f"The editions of {measure} are in {units[0]} and {units[1]}. Convert one first.")
    both = [panel.set_index(["place", "year"])[measure].dropna() for panel in (older, newer)]
    if any((one <= 0).any() for one in both):
        raise PanelError(f"{measure} is zero or less somewhere, so editions cannot be compared by ratio.")
    gap = np.log(both[1] / both[0]).dropna().rename("gap").reset_index()
    shared = sorted(gap["year"].unique())
    if len(shared) < HELD_BACK + 2:
        raise BasisError(f"The editions of {measure} share {len(shared)} years; at least {HELD_BACK + 2} are needed for a test.")
    early = gap["year"].isin(shared[:HELD_BACK])
    errors = {name: gap[early]["gap"] - _predict(name, gap[~early], gap[early]) for name in RULES}
    rules = pd.DataFrame({"error": {name: 100 * float(np.sqrt((e**2).mean())) for name, e in errors.items()}}).rename_axis("rule")
    chosen = str(rules["error"].idxmin())
    start = int(both[1].index.get_level_values("year").min())
    moved = both[0][both[0].index.get_level_values("year") < start].rename(measure).reset_index()
    moved[measure] *= np.exp(_predict(chosen, gap, moved))
    panel = build_panel(pd.concat([moved, both[1].rename(measure).reset_index()], ignore_index=True), gaps="keep")
    panel.attrs = {**older.attrs, **newer.attrs, "cells": _cells(older, newer, start)}
    by_year = gap.groupby("year")["gap"]
    overlap = pd.DataFrame({"ratio": np.exp(by_year.mean()), "spread": 100 * by_year.std(), "places": by_year.count()})
    years = panel["year"]
    sources = tuple(dict.fromkeys((*source_cells(older, measure), *source_cells(newer, measure))))
    return Splice(panel, overlap, rules, chosen, measure, int(years.min()), int(years.max()), start, sources)


def chain_changes(levels: pd.DataFrame, changes: pd.DataFrame, level: str, change: str, start: int) -> pd.DataFrame:
    """Carry a level back from `start` by published like-for-like changes, where its own earlier figures break in definition.

    level[t - 1] = level[t] / (1 + change[t] / 100) for t = start, start - 1, ...; later years stand as printed. The rounding
    of the changes goes into the result: to whole percents it adds about 0.3% a year.

    Parameters
    ----------
    levels, changes : panels of the level and of its percent change on the year before
    start : first year whose level is on the definition kept

    >>> levels = pd.DataFrame({"place": "A", "year": [2016, 2017], "spend": [300.0, 190.0]})
    >>> changes = pd.DataFrame({"place": "A", "year": [2016, 2017], "change": [0.0, -5.0]})
    >>> chain_changes(levels, changes, "spend", "change", 2017)["spend"].tolist()
    [200.0, 200.0, 190.0]
    """
    high = levels[levels["year"] >= start].pivot(index="place", columns="year", values=level)
    rate = changes.pivot(index="place", columns="year", values=change).reindex(high.index)
    if start not in high or start not in rate:
        raise PanelError(f"{level} and {change} must both have figures for {start}, the first year of the definition kept.")
    for year in range(start, int(rate.columns.min()) - 1, -1):
        high[year - 1] = high[year] / (1 + rate[year] / 100)
    long = high.rename_axis(columns="year").stack().rename(level).reset_index().astype({"year": int})
    panel = build_panel(long, gaps="keep")
    printed, moved = levels.attrs.get("cells", {}), changes.attrs.get("cells", {})
    chained = {key: refs for key, refs in printed.items() if key[2] != level or key[1] >= start}
    for place in high.index:
        refs = printed.get((place, start, level), ())
        for year in range(start, int(rate.columns.min()) - 1, -1):
            refs = merge_cells((refs, moved.get((place, year, change), ())))
            chained[place, year - 1, level] = refs
    panel.attrs = {**levels.attrs, "cells": type(printed)(chained)}
    return panel


def _predict(rule: str, seen: pd.DataFrame, asked: pd.DataFrame) -> np.ndarray:
    """Log ratio the rule, learnt on `seen`, gives for the rows of `asked`."""
    if rule == "as printed":
        return np.zeros(len(asked))
    if rule == "ratio by place":
        return asked["place"].map(seen.groupby("place")["gap"].mean()).fillna(seen["gap"].mean()).to_numpy(float)
    if rule == "ratio with a trend":
        return np.polyval(np.polyfit(seen["year"], seen["gap"], 1), asked["year"])
    return np.full(len(asked), seen["gap"].mean())


def _cells(older: pd.DataFrame, newer: pd.DataFrame, start: int) -> dict:
    """The cell printed for each figure, from the edition it was taken from."""
    old, new = older.attrs.get("cells", {}), newer.attrs.get("cells", {})
    return type(new)({**{key: cell for key, cell in old.items() if key[1] < start}, **new})
