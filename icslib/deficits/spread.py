"""How far systems differ beyond what few and unlike trusts would make them differ anyway.

A system's figure is the weighted mean of its trusts. With two trusts it wanders more than with ten, so the width of its
interval and the limits of the funnel follow the effective number of trusts, ``(sum w)^2 / sum w^2``. What systems differ by
beyond that is the over-dispersion tau, by the moment estimator of DerSimonian and Laird (1986), as in Spiegelhalter (2005),
*Handling over-dispersion of performance indicators*. A place inside the limits is not told apart from the mean.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number
from ..register.short import short_names
from ..results import Result
from ..stats.dispersion import between_variance
from ..tidy import merge_cells


@dataclass(frozen=True, eq=False)
class Spread(Result):
    """Weighted means by system, their intervals, and the funnel around the mean of all.

    Attributes
    ----------
    by_place : DataFrame, index ``place``
        ``estimate``, ``low``, ``high`` (95%, sampling only), ``trusts``,
        ``size`` (effective number of trusts), ``outside`` (below or above the 95% limits with over-dispersion, else ""),
        ``cells:estimate`` where given.
    limits : DataFrame, index ``size``
        ``low``, ``high`` with over-dispersion, ``plain_low``, ``plain_high`` without, at 95%.
    mean, tau, sd : float
        Mean of all, over-dispersion between systems, spread of trusts inside systems.
    """

    by_place: pd.DataFrame
    limits: pd.DataFrame
    mean: float
    tau: float
    sd: float
    what: str
    unit: str = "percent"

    @property
    def finding(self) -> str:
        """How many systems stand apart, and how many chance alone would put there."""
        luck = write_number(0.025 * len(self.by_place), places=0)
        return (
            f"{self.headline}; chance alone would put about {luck} on either side of the mean "
            f"({write_number(self.mean, self.unit)})."
        )

    @property
    def headline(self) -> str:
        """How many systems stand further out than chance, and how much places differ anyway, explain; in one clause."""
        below, above = (self.by_place.index[self.by_place["outside"] == side] for side in ("below", "above"))
        named = f" ({'; '.join(short_names(below).values())})" if len(below) else ""
        low = f"{len(below) or 'None'} of {len(self.by_place)} systems stand{'s' * (len(below) == 1)} lower in {self.what}"
        return f"{low} than chance between places would explain{named}, {len(above) or 'none'} higher"

    @property
    def plain(self) -> int:
        """How many would seem apart if over-dispersion were ignored."""
        return int((self.by_place["high"] < self.mean).sum() + (self.by_place["low"] > self.mean).sum())


def spread_of(
    values: pd.Series,
    system: pd.Series,
    weights: pd.Series | None = None,
    *,
    what: str = "planned position",
    unit: str = "percent",
    cells: pd.Series | None = None,
) -> Spread:
    """Caterpillar and funnel of a trust-level figure by system, with over-dispersion.

    Parameters
    ----------
    values, system, weights : Series, index trust
        The figure, the system each trust lies in, and its size (one each when not given).
    cells : Series of tuples, index trust: the cells of each figure

    Raises
    ------
    NotIdentified
        When too few systems hold two trusts for the spread inside systems to be known.
    """
    rows = (
        pd.concat({"value": values, "place": system, "weight": weights if weights is not None else values * 0 + 1.0}, axis=1)
        .dropna()
        .reset_index(drop=True)
    )
    rows["wv"], rows["ww"] = rows["weight"] * rows["value"], rows["weight"] ** 2
    by = rows.groupby("place").agg(trusts=("value", "size"), w=("weight", "sum"), wv=("wv", "sum"), ww=("ww", "sum"))
    estimate, size = by["wv"] / by["w"], by["w"] ** 2 / by["ww"]
    spare = len(rows) - len(by)
    if spare < 8:
        raise NotIdentified(
            f"{len(rows)} trusts in {len(by)} systems leave {spare} to tell trusts apart inside a system; at least 8 are needed."
        )
    inside = rows["value"] - rows["place"].map(estimate)
    # A weighted mean takes up ww/w^2 of each system's own spread; this keeps the variance of one trust unbiased.
    freedom = (rows["weight"].groupby(rows["place"]).sum() - by["ww"] / by["w"]).sum()
    sd = float(np.sqrt((rows["weight"] * inside**2).sum() / freedom))
    variance = sd**2 / size
    w = 1 / variance
    fixed = (w * estimate).sum() / w.sum()
    q = (w * (estimate - fixed) ** 2).sum()
    tau2 = between_variance(q, w.to_numpy())
    mean = float((estimate / (variance + tau2)).sum() / (1 / (variance + tau2)).sum())
    reach = stats.t.ppf(0.975, spare)
    wide = reach * np.sqrt(variance + tau2)
    out = pd.DataFrame(
        {
            "estimate": estimate,
            "low": estimate - reach * np.sqrt(variance),
            "high": estimate + reach * np.sqrt(variance),
            "trusts": by["trusts"],
            "size": size,
            "outside": np.select([estimate < mean - wide, estimate > mean + wide], ["below", "above"], ""),
        }
    )
    grid = pd.Index(np.linspace(1, max(2.0, size.max()) * 1.05, 60), name="size")
    plain, over = reach * sd / np.sqrt(grid), reach * np.sqrt(sd**2 / grid + tau2)
    limits = pd.DataFrame(
        {"low": mean - over, "high": mean + over, "plain_low": mean - plain, "plain_high": mean + plain}, index=grid
    )
    if cells is not None:
        out["cells:estimate"] = cells[values.notna()].groupby(system).agg(merge_cells)
    return Spread(out.sort_values("estimate"), limits, mean, float(np.sqrt(tau2)), sd, what, unit)
