"""The answer in short: where systems together ended, and how much is published of each."""

from ..numbers import write_money
from ..prices import CASH
from .bridge import Bridge
from .positions import Comparison


def sum_up(steps: Bridge, systems: Comparison) -> str:
    """Where systems together ended and with how much support, and how much is unpublished by system.

    Parameters
    ----------
    steps : bridge of systems together that ends at an outturn
    systems : what is published by system
    """
    end = float(steps.table.loc[steps.table["order"] == steps.table["order"].max(), "value"].sum())
    side = f"{write_money(abs(end))} in {'deficit' if end < 0 else 'surplus'}" if end else "in balance"
    prices = "" if steps.prices == CASH else f" ({steps.prices})"
    support = f" after {write_money(steps.support)} of support in their plans" if steps.support else ""
    empty = int((systems.coverage == 0).to_numpy().sum())
    return (
        f"Systems together ended {steps.finish.split(' of ')[-1]} {side}{support}{prices}; for "
        f"{empty} of {systems.coverage.size} system-years no figure is published that we know of."
    )
