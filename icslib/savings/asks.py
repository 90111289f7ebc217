"""What each system was asked to save: published where it is, else its part of the national ask; on any boundaries."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import register
from ..errors import BasisError
from ..numbers import write_money
from ..periods import financial_year
from ..prices import CASH, Deflator
from ..results import Result
from ..tidy import cell_refs, merge_cells, observations
from .programme import share_out

DRAWN = "2022-07"  # systems as the asks are published


@dataclass(frozen=True, eq=False)
class Asks(Result):
    """What each system was asked to save in one year.

    Attributes
    ----------
    table : DataFrame, index ``place``
        ``asked`` (GBP m), ``published`` (the part of it that is printed for a system), ``how`` (``published``, ``published in
        part``, ``shared out by weight``), ``apportioned`` (share of it that came from a divided system), ``per_head`` (GBP),
        ``cells``, ``cells:per_head``.
    total : float
        The national ask, GBP m.
    """

    table: pd.DataFrame
    period: str
    total: float
    prices: str = CASH
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def asked(self) -> pd.Series:
        """GBP m by place; ``attrs["cells"]`` names the cells of each."""
        asked = self.table["asked"].copy()
        asked.attrs = {"cells": self.table["cells"].to_dict()}
        return asked

    @property
    def finding(self) -> str:
        """How much of the national ask is known by system."""
        known, whole = self.table["published"] > 0, self.table["how"] == "published"
        part = f", {(known & ~whole).sum()} in part" if (known & ~whole).any() else ""
        return (
            f"Of the {write_money(self.total)} asked for {self.period}, {write_money(self.table['published'].sum())} is "
            "published by system "
            f"({known.sum()} of {len(self.table)}{part}); the rest is shared out by people"
            + ("." if self.prices == CASH else f". In {self.prices}.")
        )


def asks_by_system(
    national: pd.DataFrame,
    systems: pd.DataFrame,
    people: pd.Series,
    year: int,
    *,
    vintage: str = DRAWN,
    price_year: int | None = None,
    by: Deflator | None = None,
) -> Asks:
    """The national ask of one year by system: published where held, otherwise in proportion to `people`.

    Parameters
    ----------
    national, systems : observations, ``load("finances_national")`` and ``load("finances_by_ics")``
    people : Series, index system as of July 2022, when the asks were published
        Where several national asks are printed, the first in our transcription is taken.
    vintage : boundaries wanted; a merged system is asked what its parts were, a divided one's ask goes by the register's shares
    price_year, by : put the asks in prices of this year by this deflator edition; cash when not given

    Raises
    ------
    BasisError
        When no target of that year is held, or a system's is printed with two values.
    """
    period = financial_year(year).label
    rows = national[(national["measure"] == "efficiency_target") & (national["period"] == period)]
    if rows.empty:
        held = national.loc[national["measure"] == "efficiency_target", "period"].unique()
        raise BasisError(f"No national savings target is held for {period}. Held: {', '.join(sorted(held))}.")
    own = systems[
        (systems["measure"] == "efficiency_target")
        & (systems["period"] == period)
        & (systems["basis"] == "plan")
        & systems["place"].isin(people.index)
    ]
    twice = own.groupby("place")["value"].nunique()
    if (twice > 1).any():
        raise BasisError(f"The savings asked of {twice.idxmax()} in {period} are printed with {twice.max()} values. Keep one.")
    own = own.assign(cell=cell_refs(own)).drop_duplicates("place").set_index("place")
    factor, prices = 1.0, CASH
    if price_year:
        if by is None:
            raise BasisError("Say by which deflator edition, such as deflator('OBR November 2025').")
        factor, prices = float(by.factor(year, price_year)), by.prices(price_year)
    total, cell = float(rows["value"].iloc[0]) * factor, cell_refs(rows).iloc[0]
    table = share_out(total, people, own["value"] * factor).to_frame()
    published = (own["value"] * factor).reindex(table.index, fill_value=0.0)
    table = table.assign(published=published, people=people, apportioned=0.0)
    heads = people.attrs.get("cells", {})
    shared = merge_cells((cell, *own["cell"], *heads.values()))
    table["cells"] = [(own["cell"][place],) if place in own.index else shared for place in table.index]
    if vintage != DRAWN:
        table = _on_boundaries(table, vintage, period)
    known = table["published"] / table["asked"]
    table["how"] = np.select([known > 1 - 1e-9, known > 0], ["published", "published in part"], "shared out by weight")
    table["per_head"] = table["asked"] * 1e6 / table["people"]
    table["cells:per_head"] = [
        merge_cells((refs, heads.get(place, ()))) for place, refs in zip(table.index, table["cells"], strict=True)
    ]
    return Asks(
        table[["asked", "published", "how", "apportioned", "per_head", "cells", "cells:per_head"]],
        period,
        total,
        prices,
        cells=shared,
    )


def _on_boundaries(table: pd.DataFrame, vintage: str, period: str) -> pd.DataFrame:
    """Amounts and people of systems, added up or divided as the register says."""
    parts = ["asked", "published", "people"]
    long = table.reset_index().melt(["place", "cells"], parts).assign(flag="", sheet="", row=0, column="")
    made = observations(
        long,
        place=long["place"],
        place_type="system",
        measure=long["variable"],
        period=period,
        unit="count",
        basis="plan",
        source="made",
        extra=["cells"],
    )
    moved = register.to_vintage(made, vintage, drawn=DRAWN)
    wide = moved.pivot(index="place", columns="measure", values="value")[parts]
    return wide.join(moved[moved["measure"] == "asked"].set_index("place")[["apportioned", "cells"]])
