"""How much of a debt or deficit few places hold: the Lorenz curve, the Gini, the share of the worst ten."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..register.short import kind_of
from ..results import Result


@dataclass(frozen=True, eq=False)
class Concentration(Result):
    """Concentration of an amount over places.

    Attributes
    ----------
    curve : DataFrame
        ``place`` (smallest amount per weight first), ``amount``, ``weight``, ``share_of_weight``, ``share_of_amount``,
        ``cells:amount`` where given.
    gini : float
        Against equal amounts per unit of weight; 0 equal, towards 1 held by one place; with a 95% bootstrap interval.
    top : Series
        ``places``, ``share`` of the amount they hold, ``fair`` (their share of the weight), ``low``, ``high``.
    """

    curve: pd.DataFrame
    gini: float
    low: float
    high: float
    top: pd.Series
    what: str
    sharers: str = "places"
    unit: str = "GBP m"

    @property
    def finding(self) -> str:
        """Who holds how much, beside a fair share."""
        top = self.top
        return (
            f"{top['places']:.0f} of {len(self.curve)} {kind_of(self.curve['place'])} hold {top['share']:.0%} of {self.what} "
            f"and {top['fair']:.0%} of the {self.sharers} (Gini {self.gini:.2f}, 95% interval {self.low:.2f} to {self.high:.2f})."
        )


def concentration(
    amounts: pd.Series,
    weights: pd.Series | None = None,
    *,
    worst: int = 10,
    what: str = "the debt",
    draws: int = 2000,
    seed: int = 1,
    cells: pd.Series | None = None,
) -> Concentration:
    """Lorenz curve of an amount over places, weighted by people where given.

    Parameters
    ----------
    amounts : Series, index ``place``; none negative (give debts and deficits as sizes), zero allowed
    weights : Series, index ``place``, above zero; one each when not given
    worst : how many places, of the largest amounts, ``top`` describes
    what : what is shared, in words
    cells : Series of tuples, index ``place``: the cells of each amount

    Notes
    -----
    Gini by the trapezoid under the Lorenz curve ordered by amount per weight; for equal weights this is
    ``sum((2i - n - 1) x_i) / (n sum x)``. The interval resamples places.

    >>> round(concentration(pd.Series({"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}), worst=1).gini, 3)
    0.25
    """
    amounts = amounts.dropna().astype(float)
    if (amounts < 0).any():
        raise BasisError(
            f"A share needs sizes, none negative: {amounts.idxmin()} is {amounts.min():g}. Give debts as positive sizes."
        )
    if not amounts.sum() > 0:
        raise BasisError(f"{what} is zero everywhere, so nobody holds a share of it.")
    sharers = "places" if weights is None else "people"
    weights = pd.Series(1.0, index=amounts.index) if weights is None else weights.reindex(amounts.index).astype(float)
    bad = weights[~(weights > 0)]
    if len(bad):
        raise BasisError(f"{', '.join(map(str, bad.index[:5]))} has no weight above zero. Give one, or leave it out.")
    order = (amounts / weights).sort_values(kind="stable").index
    amount, weight = amounts[order].to_numpy(), weights[order].to_numpy()
    curve = pd.DataFrame({"place": order, "amount": amount, "weight": weight})
    curve["share_of_weight"], curve["share_of_amount"] = (side.cumsum() / side.sum() for side in (weight, amount))
    if cells is not None:
        curve["cells:amount"] = curve["place"].map(cells)
    if known := weights.attrs.get("cells"):
        curve["cells:weight"] = [known.get(place, ()) for place in order]
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, len(order), (draws, len(order)))
    spots.sort(axis=1)
    ginis = _gini(amount[spots], weight[spots])
    low, high = np.nanquantile(ginis, [0.025, 0.975])
    largest = amounts.nlargest(worst).index
    resampled = np.sort(amount[spots], axis=1)[:, -worst:].sum(axis=1) / np.maximum(amount[spots].sum(axis=1), 1e-300)
    ends = np.quantile(resampled, [0.025, 0.975])
    held, fair = amounts[largest].sum() / amount.sum(), weights[largest].sum() / weight.sum()
    top = pd.Series({"places": len(largest), "share": held, "fair": fair, "low": ends[0], "high": ends[1]})
    return Concentration(curve, float(_gini(amount[None], weight[None])[0]), float(low), float(high), top, what, sharers)


def _gini(amount: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """One Gini a row; amounts and weights already in order of amount per weight."""
    people = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    total = amount.sum(axis=1, keepdims=True)
    held = np.divide(np.cumsum(amount, axis=1), total, out=np.full(amount.shape, np.nan), where=total > 0)
    zero = np.zeros((len(amount), 1))
    people, held = np.hstack([zero, people]), np.hstack([zero, held])
    return 1 - (np.diff(people, axis=1) * (held[:, 1:] + held[:, :-1])).sum(axis=1)
