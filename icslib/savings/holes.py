"""The hole that one-off savings leave, year after year, under two readings that are often confused.

A saving that does not recur must be found again. Either nobody finds it, and each year's one-off part adds to an
underlying gap that grows without end (*not replaced*); or next year's ask is made larger by it, part of the larger ask is one-off
again, and the hole settles (*rolled into the next ask*). With an ask A, a share d delivered and a share u of that one-off:

    not replaced          hole after t years = t u d A
    rolled into the next  hole after t years = A (ud + (ud)^2 + ... + (ud)^t), at most A ud / (1 - ud)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..numbers import write_money
from ..results import Result
from .programme import DELIVERY, cells_behind, check_assumptions, check_programme
from .simulate import deliver, read_band, tails

READINGS = ("not replaced", "rolled into the next ask")


@dataclass(frozen=True, eq=False)
class CarriedForward(Result):
    """The hole at the end of each year, all places together, under both readings.

    Attributes
    ----------
    table : DataFrame, index (``reading``, ``year``)
        GBP m: ``mean``, ``p10``, ``p50``, ``p90``, and ``of_ask``, the mean as a share of the first year's ask.
    limit : float
        Where the second reading settles on average.
    """

    table: pd.DataFrame
    asked: float
    limit: float
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The hole at the last year under either reading."""
        last = self.table.index.get_level_values("year").max()
        grows, rolls = (self.table.loc[(reading, last)] for reading in READINGS)
        return (
            f"After {last} years of asking {write_money(self.asked)} a year, one-off savings leave "
            f"{write_money(grows['mean'])} to find if they are "
            f"not replaced, and growing; {write_money(rolls['mean'])} if each is rolled into the next ask, and settled."
        )


def carry_forward(
    programme: pd.DataFrame,
    years: int = 10,
    draws: int = 10_000,
    correlation: float = 0.5,
    *,
    common: float = 0.5,
    delivery: pd.DataFrame = DELIVERY,
) -> CarriedForward:
    """The carried-forward hole over `years` (3 to 10, as the NAO's horizon) under both readings.

    The same programme is asked every year; delivery is drawn anew each year with the correlations of
    :func:`simulate_savings`. Savings that were asked and not delivered are not in the hole: they are already in the year-end
    deficit.
    """
    if not 1 <= years <= 30:
        raise BasisError(f"years is {years}; the hole can be followed for 1 to 30 years.")
    programme = check_programme(programme, check_assumptions(delivery))
    tables = {band: read_band(row) for band, row in delivery.iterrows()}
    asked = programme["asked"].sum()
    places = [(place, schemes) for place, schemes in programme.groupby("place", sort=False)]
    rng = np.random.default_rng([1, years])
    grown = np.zeros(draws)
    rolled = {place: np.zeros(draws) for place, _ in places}
    rows = []
    for year in range(1, years + 1):
        shock = rng.standard_normal(draws, dtype=np.float32)
        for place, schemes in places:
            _, one_off = deliver(schemes, tables, shock, rng, correlation, common)
            own = schemes["asked"].sum()
            grown += one_off
            rolled[place] = one_off / own * (own + rolled[place])
        for reading, hole in zip(READINGS, (grown, np.sum(list(rolled.values()), axis=0)), strict=True):
            mean = hole.mean()
            rows.append({"reading": reading, "year": year, "mean": mean, **tails(hole), "of_ask": mean / asked})
    table = pd.DataFrame(rows).set_index(["reading", "year"]).sort_index()
    own = programme.groupby("place")["asked"].sum()
    again = programme["asked"] * programme["band"].map(delivery["mean"]) * programme["one_off"]
    share = again.groupby(programme["place"]).sum() / own
    limit = float((own * share / (1 - share)).sum()) if (share < 1).all() else float("inf")
    return CarriedForward(table, float(asked), limit, cells=cells_behind(programme))
