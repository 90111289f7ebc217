"""Positions for the size of a place: per registered or need-weighted head, or as a share of an allocation or a turnover."""

from dataclasses import replace

import pandas as pd

from .. import register
from ..errors import BasisError
from ..tidy import merge_cells
from .basis import Positions, rename_bases


def heads(populations: pd.DataFrame, kind: str = "registered", vintage: str = "2022-07", period: str = "2022-23") -> pd.Series:
    """People of each system: ``registered`` with a practice, or ``need-weighted`` (the allocation tool's final weighted
    population).

    ``attrs["cells"]`` names the cells of each place's figure.
    """
    measures = {"registered": "population_registered", "need-weighted": "population_weighted"}
    if kind not in measures:
        raise BasisError(f"People are counted as {' or '.join(measures)}, not as {kind!r}.")
    rows = populations[
        (populations["measure"] == measures[kind]) & (populations["place_type"] == "system") & (populations["period"] == period)
    ]
    if rows.empty:
        raise BasisError(
            f"No {kind} people of systems are held for {period}. Held: {', '.join(sorted(set(populations['period'])))}."
        )
    moved = register.to_vintage(rows, vintage).set_index("place")
    people = moved["value"].copy()
    people.attrs = {"cells": {place: merge_cells([refs]) for place, refs in moved["cells"].items()}}
    return people


def scaled(positions: Positions, populations: pd.DataFrame, per: str = "registered", vintage: str = "2022-07") -> Positions:
    """Positions per ``registered`` or ``need-weighted`` head, or as they are for ``total``."""
    return positions if per == "total" else per_head(positions, heads(populations, per, vintage), per)


def per_head(positions: Positions, people: pd.Series, kind: str = "registered") -> Positions:
    """Positions in pounds per person; `kind` names the people (registered, need-weighted).

    Parameters
    ----------
    positions : money in GBP m
    people : Series, index ``place``; persons

    >>> from .basis import Basis
    >>> typed = Positions(pd.Series({"QQA": -12.0}), Basis("plan"))
    >>> per_head(typed, pd.Series({"QQA": 600_000.0})).values.tolist()
    [-20.0]
    """
    return _scaled(positions, people, 1e6, f"GBP per {kind} head", "population")


def named_per_head(named: pd.DataFrame, people: pd.Series, kind: str = "registered") -> pd.DataFrame:
    """Named positions (one row a printed figure) in pounds per person; `people` by place, as for :func:`per_head`."""
    per = _above_zero(people.reindex(named["place"].unique()), "population")
    each = named["place"].map(per)
    scaled = {column: named[column] * 1e6 / each for column in ("value", "lower", "upper")}
    return rename_bases(named.assign(**scaled, unit=f"GBP per {kind} head"))


def share_of(positions: Positions, money: pd.Series, of: str = "allocation") -> Positions:
    """Positions as a percentage of an allocation or a turnover (Series, index ``place``, GBP m)."""
    return _scaled(positions, money, 100.0, f"percent of {of}", of)


def _scaled(positions: Positions, base: pd.Series, size: float, unit: str, what: str) -> Positions:
    if positions.basis.unit != "GBP m":
        raise BasisError(f"These positions are in {positions.basis.unit} already; scale figures in GBP m.")
    base = _above_zero(base.reindex(positions.values.index), what)
    known = base.attrs.get("cells", {})
    cells_of = pd.Series(
        {place: merge_cells((refs, known.get(place, ()))) for place, refs in positions.cells_of.items()}, dtype=object
    )
    return replace(positions, values=positions.values * size / base, basis=replace(positions.basis, unit=unit), cells_of=cells_of)


def _above_zero(base: pd.Series, what: str) -> pd.Series:
    bad = base[~(base > 0)]
    if len(bad):
        raise BasisError(
            f"{len(bad)} place{'s' * (len(bad) != 1)} without a {what} above zero: "
            + ", ".join(f"{place} ({value:g})" for place, value in bad.head(5).items())
            + ". Leave them out, or give their figure."
        )
    return base
