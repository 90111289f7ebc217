"""One place among all: where it stands on each measure, and which places are most like it in need.

Likeness is of people, not of performance: the distance between two places is the root mean square of the differences of
their standard scores on measures of need (age, deprivation, ...), each taken at its latest year. Standing is a rank among all
places and a comparison with those peers; it says nothing of why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from . import paths
from .errors import PanelError
from .numbers import write_number
from .register.short import kind_of, short_names
from .results import Result


@dataclass(frozen=True, eq=False)
class Profile(Result):
    """Where one place stands.

    Attributes
    ----------
    place : str
    standing : DataFrame, index ``measure``
        ``year`` (latest of the place), ``value``, ``unit``, ``median`` (of all places that year), ``peers`` (median of the
        peers), ``rank`` (1 is the lowest), ``places`` (that hold the year), ``score`` (distance from the mean of all, in standard
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
    def name(self) -> str:
        """The usual name of the place."""
        return short_names([self.place])[self.place]

    @property
    def furthest(self) -> pd.Series:
        """The row of the measure on which it is furthest from the middle, need aside if there are others."""
        rows = self.standing.drop(index=list(self.by), errors="ignore")
        return self.standing.loc[(rows if len(rows) else self.standing)["score"].abs().idxmax()]

    @property
    def finding(self) -> str:
        """Its best and its worst standing among all, each beside its peers, need aside; where no measure has a better end, the
        furthest from the middle.
        """
        rows = self.standing[self.standing["places"] > 1].drop(index=list(self.by), errors="ignore")
        better = rows.index.map(lambda one: known_measure(one)[1])
        judged = rows[better.isin(["lower", "higher"])]
        out = f" No figure: {', '.join(map(lower_label, self.left_out))}." if self.left_out else ""
        if len(judged) < 2:
            return f"{self.name} is furthest from the middle on {self._told(self.furthest)}.{out}"
        share = (judged["rank"] - 1) / (judged["places"] - 1)
        bad = share.where(better[better.isin(["lower", "higher"])] == "lower", 1 - share)
        best, worst = (self._told(judged.loc[at]) for at in (bad.idxmin(), bad.idxmax()))
        return f"{self.name} stands best on {best}, and worst on {worst}.{out}"

    def beside_peers(self, measures: Sequence[str]) -> str:
        """Whether it has more or less of each measure than the median of its peers, in one sentence.

        A measure of which the place holds no figure is left out.
        """
        told = []
        for measure in (one for one in measures if one in self.standing.index):
            row = self.standing.loc[measure]
            value, peers = write_number(row["value"], row["unit"].removesuffix(" people")), write_number(row["peers"])
            much = "as many" if write_number(row["value"]) == peers else "more" if row["value"] > row["peers"] else "fewer"
            told.append(f"{much} {lower_label(measure)} ({value}; peers {peers})")
        if not told:
            raise PanelError(f"{self.place} holds no figure of {', '.join(measures)}.")
        return (
            f"Beside its {len(self.peers)} peers {self.name} has "
            f"{' and '.join([', '.join(told[:-1]), told[-1]] if len(told) > 1 else told)}."
        )

    def _told(self, row: pd.Series) -> str:
        rank, count = int(row["rank"]), int(row["places"])
        end, spot = ("lowest", rank) if 2 * rank <= count + 1 else ("highest", count + 1 - rank)
        where = f"{'' if spot == 1 else ordinal(spot) + ' '}{end} of {count} {kind_of(self.panel['place'])}"
        return (
            f"{lower_label(row.name)} ({write_number(row['value'], row['unit'])} in {row['year']}, {where}; peers "
            f"{write_number(row['peers'])})"
        )


@dataclass(frozen=True, eq=False)
class Footing(Result):
    """The position one place plans, and what it owed, each among all places.

    Attributes
    ----------
    table : DataFrame, two rows
        ``what``, ``value``, ``unit``, ``rank`` (1 is the deepest in deficit or debt), ``places``, ``cells``.
    trusts : int, trusts whose plans the planned position is the mean of
    """

    table: pd.DataFrame
    place: str
    trusts: int

    @property
    def planned(self) -> str:
        """What is planned, in words."""
        value = round(self.table["value"].iloc[0], 1)
        return "to break even" if value == 0 else f"a {'deficit' if value < 0 else 'surplus'} of {abs(value):.1f}% of turnover"

    @property
    def finding(self) -> str:
        """What its trusts plan and what they owed, in one sentence."""
        plan, debt = (row for _, row in self.table.iterrows())
        they = "trust" if self.trusts == 1 else f"{self.trusts} trusts"
        owed = "owed nothing in loans that met deficits"
        if debt["value"]:
            size = write_number(abs(debt["value"]), "GBP m")
            owed = f"owed {size} in loans that met deficits ({_deepest(debt, 'largest')})"
        rank = f" ({_deepest(plan, 'deepest')})" if "deficit" in self.planned else ""
        name = short_names([self.place])[self.place]
        return f"For 2025-26 the {they} of {name} planned {self.planned} before support{rank}; in March 2019 they {owed}."


def place_footing(place: str, planned: pd.DataFrame, owed: pd.Series, cells: Mapping = MappingProxyType({})) -> Footing:
    """The planned position of 2025-26 and the debt of March 2019 of `place`, among all.

    Parameters
    ----------
    planned : from :func:`icslib.planned_by_system`: ``value`` (per cent of turnover, deficit negative), ``trusts``, ``cells``
    owed : Series, index place; GBP m, a debt negative, zero where nothing was lent
    cells : the cells of the debt of each place, by place
    """
    if place not in planned.index or place not in owed.index:
        raise PanelError(
            f"{place} has no planned position or no debt row. Both are held for "
            f"{', '.join(map(str, planned.index.intersection(owed.index)[:5]))}, ..."
        )
    rows = [
        (
            "planned position 2025-26, mean of its trusts by size",
            planned["value"],
            "percent of turnover",
            planned.at[place, "cells"],
        ),
        ("revenue support loans, 31 March 2019", owed, "GBP m", tuple(cells.get(place, ()))),
    ]
    table = pd.DataFrame(
        [
            (what, all_[place], unit, int(all_.rank(method="min")[place]), int(all_.notna().sum()), used)
            for what, all_, unit, used in rows
        ],
        columns=["what", "value", "unit", "rank", "places", "cells"],
    )
    return Footing(table, place, int(planned.at[place, "trusts"]))


def ordinal(number: int) -> str:
    """A rank in words.

    >>> [ordinal(one) for one in (1, 2, 3, 11, 22, 113)]
    ['1st', '2nd', '3rd', '11th', '22nd', '113th']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def known_measure(measure: str) -> tuple[str, str]:
    """Label of a measure and which end is better ("lower", "higher" or ""); one not in the list is named by its own letters.

    >>> known_measure("gps")
    ('General practitioners', 'higher')
    """
    label, better = _measures().get(measure, (measure.replace("_", " ").capitalize(), ""))
    return label.removesuffix(", people"), better


def published_label(measure: str) -> str:
    """The label of a measure as the list has it; empty for one that is not in it."""
    return _measures().get(measure, ("", ""))[0]


@lru_cache(maxsize=1)
def _measures() -> dict[str, tuple[str, str]]:
    frame = pd.read_csv(paths.raw("reference", "measures.csv"), keep_default_na=False)
    return dict(zip(frame["measure"], zip(frame["label"], frame["direction"], strict=True), strict=True))


def lower_label(measure: str) -> str:
    """Label of a measure inside a sentence: its first letter small, unless the word is an abbreviation.

    >>> lower_label("gps")
    'general practitioners'
    """
    label = known_measure(measure)[0]
    return label if label[1:2] == "&" or label[:2].isupper() else label[:1].lower() + label[1:]


def _deepest(row: pd.Series, word: str) -> str:
    return f"{'' if row['rank'] == 1 else ordinal(row['rank']) + ' '}{word} of {row['places']}"


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
    cells, units = panel.attrs.get("cells", {}), panel.attrs.get("units", {})
    bare = panel.copy(deep=False)
    bare.attrs = {}  # pandas would copy them with every column
    near = find_peers(bare, place, by, peers)
    own = bare[bare["place"] == place].set_index("year")
    by_year = dict(iter(bare.set_index("place").groupby("year")))
    rows, scores = {}, {}
    for measure in measures:
        years = own.index[own[measure].notna()]
        if years.empty:
            continue
        year = int(years.max())
        then = by_year[year][measure]
        scores[measure] = (then - then.mean()) / (then.std(ddof=0) or np.nan)
        rows[measure] = {
            "year": year,
            "value": then[place],
            "unit": units.get(measure, ""),
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
