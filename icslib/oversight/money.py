"""Money with strings, and money without: what is held nationally, cut, diverted, and what prevention was given.

Real terms by one named deflator edition. The public health grant is followed only over years of one scope: from
2016-17 it pays for children under five too, so earlier years stand apart.
"""

from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..numbers import write_number
from ..periods import financial_year
from ..prices import Deflator, deflate, march_year
from ..register.combine import cells_of
from ..results import Result

GRANT, WIDENED, LAST = "public_health_grant", 2017, 2026  # from 2026-27 it takes in other grants
SHARE = "share_of_nhse_rdel_allocated_to_ccg_icb"
ITEMS = {
    "sdf_underspend_reported": "system development money not spent as meant",
    "sdf_underspend_diverted_to_icb_pressures": "of that, used to balance the books",
    "icb_running_cost_allowance_real_cut": "running costs of boards, real cut required by the year",
    "icb_running_cost_cut_already_required": "running costs of boards, cut already required",
    "icb_running_cost_cut": "running costs of boards, further cut",
    "spending_power_real_change": "councils' spending power, real change",
    "government_funded_spending_power_real_change": "of that, funded by government",
}


@dataclass(frozen=True, eq=False)
class Strings(Result):
    """Money series and single figures.

    Attributes
    ----------
    grant : DataFrame
        ``period``, ``fy``, ``cash``, ``real`` (GBP m), ``scope`` (``without`` or ``with under-fives``), ``flag``, ``cells``:
        one row a printed figure.
    held : DataFrame
        ``period``, ``fy``, ``allocated`` and ``held`` nationally (per cent of money that is not ring-fenced), ``basis``,
        ``cells``.
    items : DataFrame
        ``item``, ``period``, ``value``, ``unit``, ``basis``, ``publisher``, ``note``, ``cells``.
    change : float
        Real change of the grant over years of one scope, fraction, from ``first`` to ``last``.
    """

    grant: pd.DataFrame
    held: pd.DataFrame
    items: pd.DataFrame
    change: float
    first: str
    last: str
    prices: str
    unit: str = "GBP m"

    @property
    def headline(self) -> str:
        """What became of the grant."""
        return (
            f"The public health grant to councils {'fell' if self.change < 0 else 'rose'} by {abs(self.change):.0%} in real "
            f"terms from {self.first} to {self.last}"
        )

    @property
    def diverted(self) -> str:
        """What became of development money not spent as meant; empty where the two figures are not held."""
        moved = self.items.set_index("measure")["value"]
        if not {"sdf_underspend_reported", "sdf_underspend_diverted_to_icb_pressures"} <= set(moved.index):
            return ""
        kept, used = moved["sdf_underspend_reported"], moved["sdf_underspend_diverted_to_icb_pressures"]
        return (
            f"Of {write_number(kept, 'GBP m')} of development money that systems reported unspent, {used / kept:.0%} went "
            "to balance the books"
        )

    @property
    def withheld(self) -> str:
        """How much was held nationally."""
        low, high, years = self.held["held"].min(), self.held["held"].max(), self.held["period"]
        return (
            f"NHS England held {low:.0f}% to {high:.0f}% of money that is not ring-fenced nationally, {years.iloc[0]} to "
            f"{years.iloc[-1]}"
        )

    @property
    def finding(self) -> str:
        """What became of the grant and of development money; else what is held nationally."""
        return f"{self.headline}. {self.diverted or self.withheld}."


def follow_money(national_local: pd.DataFrame, local_government: pd.DataFrame, by: Deflator, price_year: int = 2025) -> Strings:
    """Money with and without strings, in cash and in real terms.

    Parameters
    ----------
    national_local, local_government : observations
    by, price_year : deflator edition, and the year whose prices are used
    """
    grant = local_government[local_government["measure"] == GRANT]
    grant = grant.assign(fy=march_year(grant["end"]), cells=cells_of(grant), cash=grant["value"])
    grant = grant[grant["fy"] <= LAST].sort_values(["fy", "value"])
    if grant.empty:
        raise BasisError("No public health grant is among these figures. Load the table 'local_government'.")
    real = deflate(grant, price_year, by)
    scope = (grant["fy"] >= WIDENED).map({True: "with under-fives", False: "without under-fives"})
    grant = grant.assign(real=real["value"], scope=scope)
    wide = grant[grant["fy"] >= WIDENED]
    ends = {int(fy): group["real"] for fy, group in wide.groupby("fy") if len(group) == 1}
    if len(ends) < 2:
        raise BasisError("The grant has no two years of one scope with a single printed figure, so no change can be told.")
    begin, end = min(ends), max(ends)
    held = national_local[national_local["measure"] == SHARE]
    held = held.assign(fy=march_year(held["end"]), allocated=held["value"], held=100 - held["value"], cells=cells_of(held))
    both = pd.concat([national_local, local_government])
    items = both[both["measure"].isin(ITEMS)]
    items = items.assign(item=items["measure"].map(ITEMS), cells=cells_of(items))
    return Strings(
        grant[["period", "fy", "cash", "real", "scope", "flag", "publisher", "cells"]].reset_index(drop=True),
        held.sort_values("fy")[["period", "fy", "allocated", "held", "basis", "cells"]].reset_index(drop=True),
        items[["measure", "item", "period", "value", "unit", "basis", "publisher", "note", "cells"]].reset_index(drop=True),
        float(ends[end].iloc[0] / ends[begin].iloc[0] - 1),
        financial_year(begin).label,
        financial_year(end).label,
        by.prices(price_year),
    )
