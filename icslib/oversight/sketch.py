"""A page of realistic objectives: few, beyond the core targets, from what places like this one ever did, with when each could
be seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PanelError
from ..numbers import write_number
from ..register.short import short_names
from ..results import Result

RUNGS = ["now", "trend", "modest", "stretching", "unprecedented"]


@dataclass(frozen=True, eq=False)
class Sketch(Result):
    """Rungs of a few objectives, by place.

    Attributes
    ----------
    table : DataFrame
        ``objective``, ``place``, ``horizon`` (years), the rungs in the outcome's ``unit``, ``visible`` (whether going from now to
        the stretching rung could be told from noise in this place by itself; at the horizon asked about, None at others),
        ``alone`` and ``group``: the first year in which a steady real improvement could be seen in this place by itself and in
        several together (NaN: not within the years looked at).
    """

    table: pd.DataFrame
    yearly: float
    systems: int
    sources: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The stretching aims of one system, or in how many each would show."""
        rows = self.table[self.table["visible"].notna()]
        years = f"{rows['horizon'].iloc[0]:.0f} years"
        if rows["place"].nunique() == 1:
            aims = [
                f"{row.objective} of {write_number(row.stretching, row.unit, 0)}, from {row.now:.0f} now"
                for row in rows.itertuples()
            ]
            name = short_names([rows["place"].iloc[0]])[rows["place"].iloc[0]]
            return f"Stretching aims for {name} in {years}: {'; '.join(aims)}"
        shown = [
            f"{int(part['visible'].sum())} of {len(part)} for {name}" for name, part in rows.groupby("objective", sort=False)
        ]
        return f"Stretching aims over {years} could be seen in a system by itself in {', '.join(shown)}"

    @property
    def finding(self) -> str:
        """The aims, and from when a steady improvement could be seen, alone and together."""
        told = []
        for name, part in self.table[self.table["visible"].notna()].groupby("objective", sort=False):
            alone, group = part["alone"].fillna(np.inf).median(), part["group"].iloc[0]
            one = "in it by itself" if part["place"].nunique() == 1 else "in the middle system by itself"
            told.append(f"in {name}, {_after(group)} in {self.systems} systems together and {_after(alone)} {one}")
        return (
            f"{self.headline}. A steady real fall of {abs(self.yearly):.0%} a year could be told from ordinary movement so: "
            f"{'; '.join(told)}."
        )


def sketch_objectives(
    goals: Mapping[str, Any], alone: Mapping[str, Any], group: Mapping[str, Any], place: str = "", horizon: int = 5
) -> Sketch:
    """The rungs of one place by horizon, or of every place at one horizon, for each objective.

    Parameters
    ----------
    goals : objective in words, and its outlook: ``ladder`` (index ``place``, ``horizon``), ``by_place["detectable"]`` (the
    change, a fraction, that could
        be told from noise there by `horizon`), ``unit``, ``sources``
    alone, group : the same objectives, and the first year in which an improvement could be seen: ``by_place`` of one place by
    itself,
        ``first_year`` and ``treated`` of several
    place : a code, or empty for all
    """
    parts = []
    for name, goal in goals.items():
        known, horizons = (goal.ladder.index.get_level_values(level) for level in ("place", "horizon"))
        if place and place not in known:
            raise PanelError(
                f"{place!r} has no ladder of {name}. There is one for {', '.join(map(str, known.unique()[:5]))} and others."
            )
        if horizon not in horizons:
            raise PanelError(f"There is no rung for {horizon} years; there are {sorted(set(horizons))}.")
        rows = goal.ladder[(known == place) if place else (horizons == horizon)][RUNGS].reset_index()
        change = (rows["stretching"] / rows["now"] - 1).abs()
        seen = (change >= rows["place"].map(goal.by_place["detectable"]).abs()).astype(object)
        year = group[name].first_year
        parts.append(
            rows.assign(
                objective=name,
                unit=goal.unit,
                visible=seen.where(rows["horizon"] == horizon, None),
                alone=rows["place"].map(alone[name].by_place).astype(float),
                group=np.nan if year is None else float(year),
            )
        )
    table = pd.concat(parts, ignore_index=True)[["objective", "place", "horizon", *RUNGS, "unit", "visible", "alone", "group"]]
    one = next(iter(group.values()))
    sources = tuple(dict.fromkeys(source for goal in goals.values() for source in goal.sources))
    return Sketch(table, one.change_per_year, one.treated, sources)


def _after(year: float) -> str:
    return f"after {year:.0f} years" if np.isfinite(year) else "not within the years looked at"
