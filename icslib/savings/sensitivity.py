"""Which assumption matters most, and what a worse year would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..numbers import write_money
from ..prices import march_year
from ..results import Result
from ..tidy import cell_refs, merge_cells
from .programme import DELIVERY, cells_behind
from .simulate import Savings, simulate_savings

SPAN = {"mean": 0.15, "sd": 0.5}


@dataclass(frozen=True, eq=False)
class Sensitivity(Result):
    """One assumption moved at a time.

    Attributes
    ----------
    table : DataFrame, index ``assumption``, widest swing first
        ``low``, ``high`` (the values tried), ``at_low``, ``at_high`` (the outcome, GBP m), ``swing``.
    base : float
        The outcome with no assumption moved.
    """

    table: pd.DataFrame
    base: float
    outcome: str
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The assumption with the widest swing."""
        first = self.table.iloc[0]
        low, high = sorted((first["at_low"], first["at_high"]))
        return (
            f"{self.outcome[0].upper()}{self.outcome[1:]} depends most on {self.table.index[0]}: "
            f"{write_money(low)} to {write_money(high)}, against {write_money(self.base)}."
        )


def tornado(
    programme: pd.DataFrame,
    *,
    draws: int = 20_000,
    seed: int = 1,
    correlation: float = 0.5,
    common: float = 0.5,
    delivery: pd.DataFrame = DELIVERY,
    measure: str = "p10",
) -> Sensitivity:
    """Move each assumption down and up, the others as they are, with the same random numbers throughout.

    Parameters
    ----------
    measure : column of ``Savings.together``: ``p10`` (default), ``delivered``, ``p90``

    Moved: the mean delivered of each band by 15 points of share either way (within what can be delivered), its spread by half
    either way, the correlation of schemes to 0 and 0.9, the common part of it to 0 and 1, and a tenth of what is asked from low
    to high risk or back.
    """
    base: dict[str, Any] = {"draws": draws, "seed": seed, "correlation": correlation, "common": common}

    def outcome(programme: pd.DataFrame = programme, delivery: pd.DataFrame = delivery, **moved: float) -> float:
        return float(simulate_savings(programme, delivery=delivery, **{**base, **moved}).together.loc["common", measure])

    rows = {}
    for band in delivery.index[delivery.index.isin(programme["band"])]:
        row, room = delivery.loc[band], delivery.loc[band, "sd"] / 2
        means = max(row["mean"] - SPAN["mean"], room), min(row["mean"] + SPAN["mean"], row["most"] - room)
        for what, column, ends in (
            ("mean delivered", "mean", means),
            ("spread of delivery", "sd", row["sd"] * np.array([1 - SPAN["sd"], 1 + SPAN["sd"]])),
        ):
            rows[f"{what}, {band} risk"] = (*ends, *(outcome(delivery=_with(delivery, band, column, end)) for end in ends))
    rows["correlation of schemes"] = (0.0, 0.9, outcome(correlation=0.0), outcome(correlation=0.9))
    if programme["place"].nunique() > 1:
        rows["how far all systems fail together"] = (0.0, 1.0, outcome(common=0.0), outcome(common=1.0))
    if {"high", "low"} <= set(programme["band"]):
        moved = [_shifted(programme, share) for share in (-0.1, 0.1)]
        at = [p.loc[p["band"] == "high", "asked"].sum() / p["asked"].sum() for p in moved]
        rows["share of the ask at high risk"] = (*at, *(outcome(programme=p) for p in moved))
    table = pd.DataFrame(rows, index=["low", "high", "at_low", "at_high"]).T
    table["swing"] = (table["at_high"] - table["at_low"]).abs()
    word = {"p10": "if things go badly (1 in 10)", "p90": "if things go well (1 in 10)", "delivered": "on average"}[measure]
    return Sensitivity(
        table.sort_values("swing", ascending=False).rename_axis("assumption"),
        outcome(),
        f"what is delivered {word}",
        cells=cells_behind(programme),
    )


@dataclass(frozen=True, eq=False)
class Scenarios(Result):
    """The year end under named shocks.

    Attributes
    ----------
    table : DataFrame, index ``scenario``
        GBP m: ``shock``, ``position`` (mean), ``position_p10``, ``position_p90``; ``asked_again``, what more would have to be
        asked to stand where it stood without the shock, as a share of the ask.
    """

    table: pd.DataFrame
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The largest single shock."""
        single = self.table.drop(index=["as planned", "all at once"], errors="ignore")
        worst = single.loc[single["shock"].idxmin()]
        return (
            f"The largest single shock is {single['shock'].idxmin()} ({write_money(worst['shock'])}): the expected year end "
            "moves from "
            f"{write_money(self.table.loc['as planned', 'position'])} to {write_money(worst['position'])}, and "
            f"{worst['asked_again']:.0%} more "
            "would have to be asked to make it good."
        )


def usual_shocks(
    national: pd.DataFrame, year: int, pay_share: float = 0.65, part: float = 1.0
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Shocks of published size (GBP m, negative) and their cells: what worse years have cost, for :func:`scenarios`.

    Inflation not funded and strikes as forecast or counted for 2023-24; the support funding of the year asked about, or of the
    nearest year that is published, withdrawn; and pay a point above plan, one per cent of `pay_share` of what systems were
    allocated (the share is our assumption). `part` of the national shock is taken, for some of the places.
    """
    kept = national.assign(fy=march_year(national["end"]), cell=cell_refs(national))

    def nearest(measure: str) -> pd.Series | None:
        rows = kept[kept["measure"] == measure].sort_values("fy")
        before = rows[rows["fy"] <= year]
        return None if rows.empty else before.iloc[-1] if len(before) else rows.iloc[0]

    named = {
        "inflation_pressure_unfunded": "inflation not funded, as in {}",
        "industrial_action_cost": "strikes, as in {}",
        "deficit_support_funding": "support of {} withdrawn",
    }
    shocks, cells = {}, []
    for measure, words in named.items():
        row = nearest(measure)
        if row is not None:
            shocks[words.format(row["period"])] = -float(row["value"])
            cells.append(row["cell"])
    row = nearest("system_allocation")
    if row is not None:
        shocks[f"pay a point above plan, on the allocation of {row['period']}"] = -float(row["value"]) * pay_share / 100
        cells.append(row["cell"])
    if not shocks:
        raise BasisError("No shock is published in what we hold. Name your own, in GBP m.")
    return {name: part * size for name, size in shocks.items()}, tuple(cells)


def scenarios(savings: Savings, shocks: Mapping[str, float], cells: tuple[str, ...] = ()) -> Scenarios:
    """The year-end position of all places together under named shocks, one at a time and all at once.

    Parameters
    ----------
    shocks : GBP m by name, negative when they worsen the position
    """
    if not shocks:
        raise BasisError("No shock was named: give GBP m by name, negative when it worsens the position.")
    row = savings.together.loc["common"]
    share = row["delivered"] / row["asked"]
    named = {"as planned": 0.0, **shocks, **({"all at once": sum(shocks.values())} if len(shocks) > 1 else {})}
    out = pd.DataFrame({"shock": pd.Series(named)})
    for name in ("position", "position_p10", "position_p90"):
        out[name] = row[name] + out["shock"]
    out["asked_again"] = (-out["shock"] / share / row["asked"]).clip(lower=0) + 0.0
    return Scenarios(out.rename_axis("scenario"), cells=merge_cells((savings.cells, cells)))


def _with(delivery: pd.DataFrame, band: str, column: str, value: float) -> pd.DataFrame:
    moved = delivery.astype(float)
    moved.loc[band, column] = value
    return moved


def _shifted(programme: pd.DataFrame, share: float) -> pd.DataFrame:
    """Move `share` of each place's ask from low to high risk, as far as there is any."""
    moved = programme.copy()
    asked = moved.groupby("place")["asked"].transform("sum")
    high, low = moved["band"] == "high", moved["band"] == "low"
    room = moved["asked"].where(low if share > 0 else high).groupby(moved["place"]).transform("sum")
    step = share / abs(share) * (abs(share) * asked).clip(upper=room)
    part = moved["asked"] / moved["asked"].where(high | low).groupby([moved["place"], moved["band"]]).transform("sum")
    moved["asked"] = (moved["asked"] + step * part.where(high, 0) - step * part.where(low, 0)).clip(lower=0)
    return moved
