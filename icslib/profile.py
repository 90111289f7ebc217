"""One place among all: where it stands on each measure, and which places are most like it in need.

Likeness is of people, not of performance: the distance between two places is the root mean square of the differences of
their standard scores on measures of need (age, deprivation, ...), each taken at its latest year. Standing is a rank among all
places and a comparison with those peers; it says nothing of why.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import PanelError
from .numbers import write_number
from .results import Result


@dataclass(frozen=True, eq=False)
class Profile(Result):
    """Where one place stands.

    Attributes
    ----------
    place : str
    standing : DataFrame, index ``measure``
        ``year`` (latest of the place), ``value``, ``unit``, ``median`` (of all places that year), ``peers`` (median of the peers),
        ``rank`` (1 is the lowest), ``places`` (that hold the year), ``score`` (distance from the mean of all, in standard
        deviations), ``cells``.
    scores : DataFrame, one row a place, one column a measure
        Standard scores in the same year; NaN for gaps.
    peers : Series, index place
        Distance from the place, nearest first.
    by : tuple of str
        Measures of need that peers are chosen by.
    panel : DataFrame
        The panel it was made from.
    left_out : tuple of str
        Measures of which the place holds no figure.
    """

    place: str
    standing: pd.DataFrame
    scores: pd.DataFrame
    peers: pd.Series
    by: tuple[str, ...]
    panel: pd.DataFrame
    left_out: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The three measures on which it is furthest from the middle."""
        far = self.standing.loc[self.standing["score"].abs().sort_values(ascending=False).index[:3]]
        told = [
            f"{name.replace('_', ' ')} {write_number(row['value'], row['unit'])} in {row['year']} (number {row['rank']} of {row['places']} from the "
            f"lowest; median of its peers {write_number(row['peers'], row['unit'])})"
            for name, row in far.iterrows()
        ]
        out = f" No figure: {', '.join(self.left_out)}." if self.left_out else ""
        return f"{self.place} is furthest from the middle on {'; '.join(told)}.{out}"


def latest(panel: pd.DataFrame, measure: str) -> pd.Series:
    """The latest figure of each place, by place; NaN where it holds none."""
    return panel.sort_values("year").groupby("place")[measure].last()


def find_peers(panel: pd.DataFrame, place: str, by: Sequence[str], count: int = 5) -> pd.Series:
    """The `count` places most like `place` on the measures `by`; distance by place, nearest first.

    A place without a figure of one of the measures is no candidate.

    >>> panel = pd.DataFrame({"place": ["A", "B", "C"], "year": 2024, "old": [20.0, 21.0, 30.0]})
    >>> find_peers(panel, "A", ["old"], count=1).index.tolist()
    ['B']
    """
    known = pd.DataFrame({measure: latest(panel, measure) for measure in by}).dropna()
    if place not in known.index:
        raise PanelError(f"{place} has no figure of one of {', '.join(by)}, so nothing can be like it. Choose other measures.")
    scores = (known - known.mean()) / known.std(ddof=0).replace(0, np.nan)
    distance = ((scores - scores.loc[place]) ** 2).mean(axis=1).pow(0.5)
    return distance.drop(place).sort_values(kind="stable").head(count).rename("distance")


def profile_place(panel: pd.DataFrame, place: str, measures: Sequence[str], by: Sequence[str], peers: int = 5) -> Profile:
    """Where `place` stands on `measures` among all places of `panel`, and beside its `peers` nearest in need.

    Parameters
    ----------
    panel : columns ``place``, ``year`` and the measures
    by : measures of need by which peers are chosen

    Raises
    ------
    PanelError
        If the place is not in the panel, or holds none of the measures.
    """
    if place not in set(panel["place"]):
        raise PanelError(f"{place} is not in the panel. It holds {', '.join(sorted(set(panel['place']))[:6])}, ...")
    near = find_peers(panel, place, by, peers)
    rows, scores, cells = {}, {}, panel.attrs.get("cells", {})
    for measure in measures:
        own = panel.loc[(panel["place"] == place) & panel[measure].notna()]
        if own.empty:
            continue
        year = int(own["year"].max())
        then = panel[panel["year"] == year].set_index("place")[measure]
        scores[measure] = (then - then.mean()) / (then.std(ddof=0) or np.nan)
        rows[measure] = {
            "year": year,
            "value": then[place],
            "unit": panel.attrs.get("units", {}).get(measure, ""),
            "median": then.median(),
            "peers": then.reindex(near.index).median(),
            "rank": int(then.rank(method="min")[place]),
            "places": int(then.notna().sum()),
            "score": scores[measure][place],
            "cells": tuple(cells.get((place, year, measure), ())),
        }
    if not rows:
        raise PanelError(f"{place} holds no figure of {', '.join(measures)}.")
    standing = pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
    left = tuple(measure for measure in measures if measure not in rows)
    return Profile(place, standing, pd.DataFrame(scores), near, tuple(by), panel, left)
