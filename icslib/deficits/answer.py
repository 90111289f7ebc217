"""The answer in short: who is in deficit, on what basis, and whether inherited debts tell systems apart."""

from ..numbers import write_money
from ..prices import CASH
from .bridge import Bridge
from .persistence import Persistence
from .positions import Comparison


def sum_up(steps: Bridge, systems: Comparison, persisted: Persistence) -> str:
    """Where systems together ended and with how much support, how much is unpublished by system, and whether deficits persisted.

    Parameters
    ----------
    steps : bridge of systems together that ends at an outturn
    systems : what is published by system
    persisted : earlier and later positions of systems
    """
    end = float(steps.table.loc[steps.table["order"] == steps.table["order"].max(), "value"].sum())
    side = f"{write_money(abs(end))} in {'deficit' if end < 0 else 'surplus'}" if end else "in balance"
    prices = "" if steps.prices == CASH else f" ({steps.prices})"
    support = f" after {write_money(steps.support)} of support in their plans" if steps.support else ""
    empty = int((systems.coverage == 0).to_numpy().sum())
    return (
        f"Systems together ended {steps.finish.split(' of ')[-1]} {side}{support}{prices}; which systems did is mostly unpublished, "
        f"with no figure for {empty} of {systems.coverage.size} system-years. {persisted.finding}"
    )
