"""A lag profile and what can be read from it: sums over windows, peak, mean lag, placebo leads; its errors of three kinds."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number, write_p
from ..panel import write_runs
from ..results import Result
from ..stats.inference import Estimate, all_zero, covariance, infer
from ..stats.regression import Fit
from .gate import LagSupport, write_name


@dataclass(frozen=True, eq=False)
class LagEstimate(Result):
    """A lag profile.

    Attributes
    ----------
    profile : DataFrame, index ``lag``
        ``estimate``, ``se``, ``low``, ``high``, ``band_low``, ``band_high`` (whole profile at once), ``df``, ``supported``;
        outcome units for one unit of exposure in one year.
    support : LagSupport, what the gate said
    basis, errors : str
    penalty : float, the price on roughness chosen for basis="smooth", else 0
    rows, places, years, clusters : int
    """

    profile: pd.DataFrame
    support: LagSupport
    basis: str
    errors: str
    penalty: float
    rows: int
    places: int
    years: int
    clusters: int
    unit: str
    level: float
    model: Fit = field(repr=False)
    shape: np.ndarray = field(repr=False)  # profile = shape @ model.coef
    options: dict = field(repr=False)

    def combine(self, weights: pd.Series | dict) -> Estimate:
        """Any sum of weights x profile, with the errors the estimate was made with; weights by lag, absent lags 0."""
        vector = pd.Series(weights, dtype=float)
        if unknown := [lag for lag in vector.index if lag not in self.profile.index]:
            raise NotIdentified(
                f"Lags {write_runs(unknown)} were not estimated; the profile holds {write_runs(self.profile.index)}."
            )
        contrast = vector.reindex(self.profile.index, fill_value=0.0).to_numpy() @ self.shape
        return infer(self.model, contrast[None], **self.options)[0]

    def cumulative(self, first: int, last: int) -> Estimate:
        """The sum of the profile over lags `first` to `last`: what a lasting unit of exposure has added by then."""
        return self.combine(dict.fromkeys(range(first, last + 1), 1.0))

    @cached_property
    def covariance(self) -> np.ndarray:
        """(lags, lags) covariance of the profile."""
        return self.shape @ covariance(self.model, self.errors) @ self.shape.T

    @property
    def peak(self) -> tuple[int, int, int]:
        """Lag of the largest effect in size, and the lags between which 95% of draws from its distribution have it."""
        lags, own, v = self.ahead
        rng = np.random.default_rng(self.options["seed"])
        drawn = rng.multivariate_normal(own, v, 4000, method="eigh")
        where = lags[np.abs(drawn).argmax(axis=1)]
        tail = (1 - self.level) / 2
        low, high = np.quantile(where, [tail, 1 - tail], method="inverted_cdf")
        return int(lags[np.abs(own).argmax()]), int(low), int(high)

    @property
    def mean_lag(self) -> tuple[float, float, float]:
        """Sum of lag x profile over sum of profile, with Fieller's interval: unbounded when the sum may be zero."""
        lags, own, v = self.ahead
        pair = np.stack([lags, np.ones(len(lags))])
        top, bottom = pair @ own
        v = pair @ v @ pair.T
        t2 = stats.t.ppf(0.5 + self.level / 2, self.model.df) ** 2
        a, b, c = bottom**2 - t2 * v[1, 1], -2 * (top * bottom - t2 * v[0, 1]), top**2 - t2 * v[0, 0]
        if a <= 0:
            return float(top / bottom), -np.inf, np.inf
        half = np.sqrt(max(b * b - 4 * a * c, 0.0))
        return float(top / bottom), float((-b - half) / (2 * a)), float((-b + half) / (2 * a))

    @cached_property
    def ahead(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lags from 0 on that the panel supports, their estimates and covariance: leads and continued curves take no part."""
        kept = (self.profile.index >= 0) & self.profile["supported"].to_numpy()
        return self.profile.index.to_numpy()[kept], self.profile["estimate"].to_numpy()[kept], self.covariance[np.ix_(kept, kept)]

    @property
    def placebo(self) -> float | None:
        """p-value that all leads are zero (Wald, F with clusters less one); None without leads."""
        leads = self.profile.index.to_numpy() < 0
        if not leads.any():
            return None
        return all_zero(self.profile["estimate"].to_numpy()[leads], self.covariance[np.ix_(leads, leads)], self.model.df)

    @cached_property
    def total(self) -> Estimate | None:
        """The sum over the lags from 0 on that the panel supports; None without any."""
        return self.combine(dict.fromkeys(self.ahead[0], 1.0)) if len(self.ahead[0]) else None

    @property
    def finding(self) -> str:
        """The sum of what the panel supports with its interval; what it does not support."""
        if not self.total:
            return f"{self.headline}."
        b, _, low, high, _ = (write_number(value, self.unit) for value in self.total)
        text = f"{self.headline}: {b} ({self.level:.0%} interval {low} to {high})."
        if refused := [lag for lag in self.profile.index if not self.profile.loc[lag, "supported"]]:
            text += f" Lags {write_runs(refused)} are not identified: they continue the fitted curve."
        return text + (f" Placebo leads: p-value {write_p(self.placebo)}." if self.placebo is not None else "")

    @property
    def headline(self) -> str:
        """What is associated with what over the lags the panel supports, and whether it can be told from none."""
        if not self.total:
            return "No lag is identified by the panel"
        one = "1% more" if self.support.exposure_unit == "percent" else "one unit of"
        sure = "is clear of none" if self.total.low > 0 or self.total.high < 0 else "cannot be told apart from none"
        return (
            f"Over lags {write_runs(self.ahead[0])} the association of {one} {write_name(self.support.exposure)} with "
            f"{write_name(self.support.outcome)} {sure}"
        )

    @property
    def timing(self) -> str:
        """Where the profile is largest and its mean lag, with their intervals."""
        peak, first, last = self.peak
        mean, low, high = self.mean_lag
        span = f"{low:.1f} to {high:.1f}" if np.isfinite(low) else "without bounds, since the sum may be none"
        return f"Largest at lag {peak} (95% interval {first} to {last}); mean lag {mean:.1f} years (95% interval {span})."
