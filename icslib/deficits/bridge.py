"""From one position to another in steps that add up to the pound.

A bridge is the only way to stand two bases beside each other: it starts at one figure, ends at
another, names every published step between, and calls the remainder what it is: not explained
by any published figure. Sums are made in whole pounds, so that start, steps and end agree exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..numbers import write_money, write_number
from ..prices import CASH
from ..results import Result
from ..tidy import merge_cells
from .basis import Positions
from .positions import Comparison

REST = "not explained by published figures"
SUPPORT = "support in the "


@dataclass(frozen=True, eq=False)
class Bridge(Result):
    """Steps from the first position to the last, for each place.

    Attributes
    ----------
    table : DataFrame
        ``place``, ``order``, ``step``, ``role`` (``position`` or ``step``), ``value`` (GBP m; a step that worsens the
        position is negative), ``pounds`` (whole), ``running`` (position after it), ``basis_name``, ``cells``.
    """

    table: pd.DataFrame
    start: str
    finish: str
    cells: tuple[str, ...] = ()
    unit: str = "GBP m"
    prices: str = CASH

    @property
    def together(self) -> pd.DataFrame:
        """The same for all places together, one row a position or step."""
        how = {"step": "first", "role": "first", "value": "sum", "running": "sum", "cells": merge_cells}
        return self.table.groupby("order", sort=True).agg(how).reset_index(drop=True)

    @property
    def finding(self) -> str:
        """Where it starts, where it ends, and the largest step between."""
        total = self.together
        steps = total[total["role"] == "step"]
        largest = steps.loc[steps["value"].abs().idxmax()]
        places = self.table["place"].nunique()
        where = f"{places} places together: " if places > 1 else ""
        return (
            f"{where}{largest['step']} ({write_money(largest['value'])}) is the largest step from the {self.start} "
            f"({write_money(total['running'].iloc[0])}) to the {self.finish} ({write_money(total['running'].iloc[-1])})."
        )

    @property
    def support(self) -> float:
        """Support funding that the steps add, GBP m; zero where no step is support alone."""
        return float(self.table.loc[self.table["step"].str.startswith(SUPPORT), "value"].sum())


def sum_up(steps: Bridge, systems: Comparison, share: Positions | None = None) -> str:
    """Where systems together ended and with how much support, and how much is unpublished by system.

    Parameters
    ----------
    steps : bridge of systems together that ends at an outturn
    systems : what is published by system
    share : where they ended, as a percentage of what they were allocated
    """
    end = float(steps.together["value"].iloc[-1])
    side = f"{write_money(abs(end))} in {'deficit' if end < 0 else 'surplus'}" if end else "in balance"
    prices = "" if steps.prices == CASH else f" ({steps.prices})"
    support = f" after {write_money(steps.support)} of support in their plans" if steps.support else ""
    part = f" ({write_number(abs(share.total()), 'percent')} of their allocation)" if share else ""
    empty = int((systems.coverage == 0).to_numpy().sum())
    return (
        f"Systems together ended {steps.finish.split(' of ')[-1]} {side}{part}{support}{prices}; for "
        f"{empty} of {systems.coverage.size} system-years no figure is published that we know of."
    )


def bridge(*positions: Positions, known: Mapping[str, pd.Series | float] | None = None) -> Bridge:
    """Bridge two or more positions, through named steps, to an exact sum.

    Parameters
    ----------
    positions : two or more :class:`Positions` of the same places, in order (draft, plan, outturn)
        They may differ in kind and in support funding, which is what is bridged; not in unit or prices.
    known : mapping of step name to GBP m (positive improves), published amounts between the last two
        positions. What they leave is the last step.

    >>> from .basis import Basis
    >>> plan = Positions(pd.Series({"QQA": -5.0}), Basis("plan"), "2023-24")
    >>> out = Positions(pd.Series({"QQA": -12.3}), Basis("outturn"), "2023-24")
    >>> bridge(plan, out, known={"pay award not funded": -4.0}).table["value"].tolist()
    [-5.0, -4.0, -3.3, -12.3]
    """
    if len(positions) < 2:
        raise BasisError("A bridge needs two positions: where it starts and where it ends.")
    first = positions[0]
    for other in positions[1:]:
        parted = [d for d in first.basis.differences(other.basis) if d.startswith(("unit", "prices", "scope"))]
        if parted:
            raise BasisError(f"A bridge keeps one scope, unit and price year; these differ in {'; '.join(parted)}.")
        strangers = first.values.index.symmetric_difference(other.values.index)
        if len(strangers):
            raise BasisError(f"A bridge needs both ends: {', '.join(map(str, strangers[:5]))} has only one. Leave it out.")
    gaps = pd.concat([p.values for p in positions], axis=1).isna().any(axis=1)
    if gaps.any():
        raise BasisError(f"A bridge needs figures at both ends: {', '.join(map(str, gaps.index[gaps][:5]))} has a gap.")
    rows = [row for place in first.values.index for row in _steps(place, positions, known or {})]
    table = pd.DataFrame(rows, columns=["place", "order", "step", "role", "pounds", "running", "basis_name", "cells"])
    table.insert(4, "value", table["pounds"] / 1e6)
    table["running"] = table["running"] / 1e6
    start, finish = (f"{p.basis.kind} of {p.period}" for p in (first, positions[-1]))
    return Bridge(table, start, finish, merge_cells([p.cells for p in positions]), first.basis.unit, first.basis.prices)


def _steps(place: str, positions: tuple[Positions, ...], known: Mapping[str, pd.Series | float]):
    order, running = 0, _pounds(positions[0].values[place])
    yield place, order, _label(positions[0]), "position", running, running, positions[0].basis.name, positions[0].cells
    for spot, position in enumerate(positions[1:], 1):
        target, last = _pounds(position.values[place]), spot == len(positions) - 1
        for name, amount in known.items() if last else ():
            order, step = order + 1, _pounds(amount[place] if isinstance(amount, pd.Series) else amount)
            running += step
            yield place, order, name, "step", step, running, "", ()
        order, rest = order + 1, target - running
        name = REST if last and known else _change(positions[spot - 1], position)
        running = target
        yield place, order, name, "step", rest, running, "", merge_cells([positions[spot - 1].cells, position.cells])
        if last:
            yield place, order + 1, _label(position), "position", target, target, position.basis.name, position.cells


def _pounds(millions: float) -> int:
    return round(float(millions) * 1_000_000)


def _change(one: Positions, other: Positions) -> str:
    """What the step between two positions is called: support, where that alone is what they differ by."""
    parted = [d.split(" ")[0] for d in one.basis.differences(other.basis)]
    alone = (
        parted == ["support"] and (one.basis.support, other.basis.support) == ("before", "after") and one.period == other.period
    )
    return f"{SUPPORT}{other.basis.kind} of {other.period}" if alone else f"change to {_label(other)}"


def _label(position: Positions) -> str:
    support = {"before": ", before support", "after": ", after support"}.get(position.basis.support, "")
    return f"{position.basis.kind} {position.period}{support}".strip()
