"""Draw what a savings programme delivers, scheme by scheme, with shocks that schemes and places share.

A scheme of a band delivers a share of what was asked: Beta on 0 to ``most`` with the band's mean and standard
deviation. Shares move together through normal scores (a Gaussian copula): schemes of one place correlate at
``correlation``; schemes of different places at ``correlation * common``, the national shock. With ``common=0`` places
are independent, and the sum over 42 of them looks far surer than it is; both are always given side by side.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..numbers import write_money
from ..results import Result
from .programme import DELIVERY, cells_behind, check_assumptions, check_programme

STEP, REACH = 1 / 64, 6.0


@dataclass(frozen=True, eq=False)
class Savings(Result):
    """What is delivered, and where it leaves the year end.

    Attributes
    ----------
    by_place : DataFrame, index ``place``
        GBP m: ``asked``, ``delivered`` (mean), ``p10``, ``p50``, ``p90``, ``one_off`` (mean of what is delivered and will not
        recur), ``position`` (mean year end, deficit negative), ``position_p10``, ``position_p90``; ``break_even`` (chance), and
        ``error``, the Monte Carlo standard error of the mean.
    together : DataFrame, index ``shock`` (``common``, ``independent``)
        The same for the sum over places, with and without the shock they share.
    percentiles : DataFrame, index 0 to 100
        Percentiles of the sum delivered under either.
    """

    by_place: pd.DataFrame
    together: pd.DataFrame
    percentiles: pd.DataFrame
    draws: int
    seed: int
    correlation: float
    common: float
    delivery: pd.DataFrame
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """What is expected of what was asked, and how sure."""
        row = self.together.loc["common"]
        return (
            f"Of {write_money(row['asked'])} asked, {write_money(row['delivered'])} is expected to be delivered "
            f"({row['delivered'] / row['asked']:.0%}; eight times in ten {write_money(row['p10'])} to "
            f"{write_money(row['p90'])}), "
            f"{row['one_off'] / row['delivered']:.0%} of it one-off. The chance of the planned year end or better is "
            f"{row['break_even']:.0%}, if delivery is as we assume."
        )

    @property
    def narrower(self) -> float:
        """How many times narrower the range of the sum (10th to 90th percentile) looks when places are taken as independent."""
        shared, alone = (self.together.loc[shock, "p90"] - self.together.loc[shock, "p10"] for shock in ("common", "independent"))
        return float(shared / max(alone, 1e-9))


def simulate_savings(
    programme: pd.DataFrame,
    draws: int = 100_000,
    seed: int = 1,
    correlation: float = 0.5,
    *,
    common: float = 0.5,
    delivery: pd.DataFrame = DELIVERY,
    planned: pd.Series | float = 0.0,
) -> Savings:
    """Distribution of delivered savings and of the year-end position, by place and together.

    Parameters
    ----------
    programme : DataFrame
        ``place``, ``band``, ``asked`` (GBP m), ``one_off`` (share); one row a scheme or band.
    draws, seed : the same seed gives the same result, for each place whichever others are drawn
    correlation : between the normal scores of schemes in one place, 0 to 1
    common : how much of that correlation all places share, 0 to 1
    delivery : DataFrame, index ``band``: ``mean``, ``sd``, ``most``; shares of what was asked
    planned : position planned with all savings delivered, GBP m by place or for each (deficit negative)

    Notes
    -----
    Mean delivered is ``sum(asked * mean)`` exactly. With ``correlation=0`` its variance is ``sum(asked^2 sd^2)``; with
    ``correlation=1`` schemes of one band in a place deliver the same share.
    """
    programme = check_programme(programme, check_assumptions(delivery))
    for name, value in (("correlation", correlation), ("common", common)):
        if not 0 <= value <= 1:
            raise BasisError(f"{name} is {value:g}; it must lie between 0 and 1.")
    if draws < 100:
        raise BasisError(f"{draws} draws are too few for percentiles; ask for at least 100.")
    tables = {band: read_band(row) for band, row in delivery.iterrows()}
    shock = np.random.default_rng([seed, 0]).standard_normal(draws, dtype=np.float32)
    groups = programme.groupby("place", sort=False)
    plans = pd.Series(planned, index=list(groups.groups))
    if plans.isna().any():
        raise BasisError(f"No planned position is given for {', '.join(map(str, plans.index[plans.isna()][:5]))}.")
    rows, sums = {}, {name: np.zeros(draws) for name in ("common", "independent", "one_off")}
    for place, schemes in groups:
        rng = np.random.default_rng([seed, zlib.crc32(str(place).encode())])
        delivered, one_off = deliver(schemes, tables, shock, rng, correlation, common)
        rows[place] = _summary(schemes["asked"].sum(), delivered, one_off.mean(), plans[place])
        sums["common"] += delivered
        sums["one_off"] += one_off
        sums["independent"] += rng.permutation(delivered)
    asked, plan = programme["asked"].sum(), plans.sum()
    together = {name: _summary(asked, sums[name], sums["one_off"].mean(), plan) for name in ("common", "independent")}
    percentiles = pd.DataFrame({name: np.percentile(sums[name], range(101)) for name in ("common", "independent")})
    return Savings(
        pd.DataFrame(rows).T.rename_axis("place"),
        pd.DataFrame(together).T.rename_axis("shock"),
        percentiles.rename_axis("percentile"),
        draws, seed, correlation, common, delivery, cells=cells_behind(programme),
    )  # fmt: skip


def deliver(
    schemes: pd.DataFrame,
    tables: dict[str, np.ndarray],
    shock: np.ndarray,
    rng: np.random.Generator,
    correlation: float,
    common: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Delivered by one place in each draw, and the one-off part of it (GBP m)."""
    draws = len(shock)
    own = rng.standard_normal(draws, dtype=np.float32)
    shared = np.float32(np.sqrt(correlation * common)) * shock + np.float32(np.sqrt(correlation * (1 - common))) * own
    delivered, one_off = np.zeros(draws), np.zeros(draws)
    for band, asked, share in zip(schemes["band"], schemes["asked"], schemes["one_off"], strict=True):
        score = shared + np.float32(np.sqrt(1 - correlation)) * rng.standard_normal(draws, dtype=np.float32)
        amount = asked * _take(tables[band], score)
        delivered += amount
        one_off += share * amount
    return delivered, one_off


def read_band(band: pd.Series) -> np.ndarray:
    """The share delivered at each of an even grid of normal scores."""
    from scipy import stats

    m, v = band["mean"] / band["most"], (band["sd"] / band["most"]) ** 2
    size = m * (1 - m) / v - 1
    scores = np.arange(-REACH, REACH + 2 * STEP, STEP)
    return (band["most"] * stats.beta.ppf(stats.norm.cdf(scores), m * size, (1 - m) * size)).astype(np.float32)


def _take(table: np.ndarray, score: np.ndarray) -> np.ndarray:
    spot = (np.clip(score, -REACH, REACH) + np.float32(REACH)) * np.float32(1 / STEP)
    low = spot.astype(np.int32)
    below = table[low]
    return below + (spot - low) * (table[low + 1] - below)


def _summary(asked: float, delivered: np.ndarray, one_off: float, planned: float) -> dict[str, float]:
    ends, mean, position = tails(delivered), delivered.mean(), planned - asked
    return {
        "asked": asked,
        "delivered": mean,
        **ends,
        "one_off": one_off,
        "position": position + mean,
        **{f"position_{end}": position + ends[end] for end in ("p10", "p90")},
        "break_even": float((delivered >= asked - planned).mean()),
        "error": delivered.std() / np.sqrt(len(delivered)),
    }


def tails(drawn: np.ndarray) -> dict[str, float]:
    """The 10th, 50th and 90th percentile of what was drawn, by name."""
    return dict(zip(("p10", "p50", "p90"), np.quantile(drawn, [0.1, 0.5, 0.9]), strict=True))
