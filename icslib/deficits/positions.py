"""Positions side by side: every published figure on its named basis, contradictions and gaps shown.

Nothing is averaged or chosen here. Where two sources print different values for the same place,
period and basis, both stay, and the pair is listed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..numbers import write_number
from ..periods import financial_year
from ..prices import Deflator
from ..results import Result
from ..tidy import merge_cells
from .basis import FIELDS, in_prices, name_bases
from .people import named_per_head


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Published positions, one row per printed figure.

    Attributes
    ----------
    table : DataFrame
        ``place``, ``fy``, ``period``, ``value`` (in `unit`, deficit negative), ``basis_name`` and what it is
        made of, ``flag``, ``source`` with sheet, row and column, ``cells``.
    contradictions : DataFrame
        Same place, period and basis with different values, always in GBP m: ``lowest``, ``highest``, ``figures``, ``cells``.
    coverage : DataFrame, places x years
        How many figures we hold; zero where none is published that we know of.
    left_out : tuple of str
        Places asked for without any figure.
    """

    table: pd.DataFrame
    contradictions: pd.DataFrame
    coverage: pd.DataFrame
    left_out: tuple[str, ...] = ()
    unit: str = "GBP m"

    @property
    def finding(self) -> str:
        """How much is held, and where sources part."""
        held, years = self.table.dropna(subset="value"), self.coverage.columns
        empty = int((self.coverage == 0).to_numpy().sum())
        words = (
            f"{len(held)} published figures for {held['place'].nunique()} place{'s' * (held['place'].nunique() != 1)}, "
            f"{financial_year(min(years)).label} to {financial_year(max(years)).label}, on {held['basis_name'].nunique()} bases; "
            f"{empty} of {self.coverage.size} place-years have none."
        )
        apart = len(self.contradictions)
        return words + (f" {apart} time{'s' * (apart != 1)} two values stand for one place, period and basis." if apart else "")


def compare_positions(
    figures: pd.DataFrame,
    *,
    places: Iterable[str] | None = None,
    first: int | None = None,
    last: int | None = None,
    kinds: Iterable[str] | None = None,
    price_year: int | None = None,
    by: Deflator | None = None,
    people: pd.Series | None = None,
    per: str = "registered",
    names: pd.DataFrame | None = None,
) -> Comparison:
    """Every published position of some places over some years, on named bases, side by side.

    Parameters
    ----------
    figures : observations, as ``load("finances_national")`` or ``load("finances_by_ics")`` give them
    places : codes to keep; one without a figure is kept as a gap and named in ``left_out``
    first, last : first and last financial year, by its March; every year between is a column of ``coverage``
    kinds : kinds to keep, such as ``["plan", "outturn"]``
    price_year, by : put money in prices of this year by this deflator edition; cash when not given
    people, per : Series by place, and what it counts (``registered``, ``need-weighted``); pounds per head of them, or the money
    itself when not given
    names : how measures are named, see :func:`~icslib.deficits.basis.name_bases`
    """
    named = in_prices(name_bases(figures, names), price_year, by)
    asked = list(dict.fromkeys(places)) if places is not None else sorted(named["place"].unique())
    kept = named[named["place"].isin(asked)]
    if kinds is not None:
        kept = kept[kept["kind"].isin(list(kinds))]
    kept = kept[kept["fy"].between(first or kept["fy"].min(), last or kept["fy"].max())]
    if kept.empty:
        raise BasisError(
            f"No published position is held for {', '.join(map(str, asked[:5])) or 'these places'} in these years. "
            f"Held: {named['place'].nunique()} places, {named['fy'].min()} to {named['fy'].max()}."
        )
    kept = kept.sort_values(["place", "fy", "end", *FIELDS, "value"]).reset_index(drop=True)
    contradictions = find_contradictions(kept)
    kept = kept if people is None else named_per_head(kept, people, per)
    told = kept.dropna(subset="value")  # a figure that a move of boundaries made unknown is shown, not counted
    years = range(first or int(kept["fy"].min()), (last or int(kept["fy"].max())) + 1)
    coverage = pd.crosstab(told["place"], told["fy"]).reindex(index=asked, columns=years, fill_value=0)
    missing = tuple(place for place in asked if place not in set(told["place"]))
    return Comparison(kept, contradictions, coverage, missing, str(kept["unit"].iloc[0]))


def find_contradictions(named: pd.DataFrame) -> pd.DataFrame:
    """Where one place, period and basis is printed with different values (more than rounding apart).

    Two values that agree when both are rounded to the coarser one's precision (in millions,
    tens or hundreds) are one figure told twice, not a contradiction.
    """
    columns = ["place", "name", "period", "fy", "basis_name", "lowest", "highest", "figures", "sources", "cells"]
    one_figure, known, rows = ["place", "period", *FIELDS], named.dropna(subset="value"), []
    several = known[known.groupby(one_figure)["value"].transform("nunique") > 1]
    for (place, period, *_), group in several.groupby(one_figure, sort=True):
        values, first = sorted(group["value"].unique()), group.iloc[0]
        if not all(_same_when_rounded(values[0], value) for value in values[1:]):
            about = place, first.get("place_name", place), period, int(first["fy"]), first["basis_name"]
            rows.append((*about, values[0], values[-1], len(values), "; ".join(_printed(group)), merge_cells(group["cells"])))
    return pd.DataFrame(rows, columns=columns)


def _printed(group: pd.DataFrame) -> list[str]:
    """Each value with who printed it, lowest first."""
    who = group["publisher"] if "publisher" in group else group["source"]
    said = dict(zip(group["value"], who, strict=True))
    return [f"{write_number(value, 'GBP m')} ({said[value]})" for value in sorted(said)]


def _same_when_rounded(one: float, other: float) -> bool:
    def coarseness(value: float) -> float:
        return next((step for step in (1000.0, 100.0, 10.0, 1.0) if value and value % step == 0), 0.1)

    step = max(coarseness(one), coarseness(other))
    return abs(one - other) <= step / 2
