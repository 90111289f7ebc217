"""Lag as belief: the survey's three to ten years as a distribution, and how far a panel moves it.

Kernel model: a lasting unit of exposure changes the outcome by `size` in the end, and the share that has shown after l years
follows a discrete distribution of the delay. The prior puts the delay where respondents put it; the likelihood is that of an
estimated profile, normal with its clustered covariance. The update is exact on a grid of delays (centre and spread), size
integrated out analytically with a normal prior.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..results import Result
from .profile import LagEstimate

CENTRES = np.round(np.arange(0.5, 15.01, 0.25), 2)
SPREADS = (1.0, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True, eq=False)
class LagBelief(Result):
    """What was believed of the delay, and what is believed after a panel.

    Attributes
    ----------
    delay : DataFrame, index ``centre`` (years)
        ``prior`` and ``posterior`` probability of the centre of the delay.
    kernel : DataFrame, index ``lag``
        ``prior`` and ``posterior`` share of the final effect that falls at each lag.
    summary : DataFrame, index ``prior``, ``posterior``
        ``median``, ``low``, ``high`` (90%) of the delay in years, ``within``: probability that it lies in the survey's range.
    size : tuple: mean and sd of the final effect after the panel, outcome units per lasting unit of exposure
    moved : float
        How far the panel moved belief: total variation between prior and posterior, 0 (not at all) to 1.
    bayes_factor : float
        Support for any effect over none, by the same likelihood; 1 is no evidence.
    low, high : the survey's range in years
    sources : those of the estimate
    """

    delay: pd.DataFrame
    kernel: pd.DataFrame
    summary: pd.DataFrame
    size: tuple[float, float]
    moved: float
    bayes_factor: float
    low: float
    high: float
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """Belief before and after, and whether the panel had anything to say."""
        before, after = self.summary.loc["prior"], self.summary.loc["posterior"]
        side = "for" if self.bayes_factor > 1 else "against"
        told = f"and {'hardly speak for or against' if 1 / 3 < self.bayes_factor < 3 else f'speak {side}'} there being any effect"
        moving = self._moving("the survey's belief in the delay")
        return (
            f"The figures {moving}, from {before['median']:.1f} to "
            f"{after['median']:.1f} years (90% interval {after['low']:.1f} to {after['high']:.1f}), {told}."
        )

    @property
    def headline(self) -> str:
        """The same in a few words."""
        before, after = self.summary["median"].loc[["prior", "posterior"]]
        return f"The figures {self._moving('belief in the delay')}: {before:.1f} years before, {after:.1f} after"

    def _moving(self, what: str) -> str:
        return f"hardly move {what}" if self.moved < 0.1 else f"move {what} {'a little' if self.moved < 0.3 else 'far'}"

    @property
    def details(self) -> str:
        """How far belief moved, and the odds, as figures."""
        before, factor = self.summary.loc["prior"], max(self.bayes_factor, 1 / self.bayes_factor)
        return (
            f"Before, 90% of belief lay between {before['low']:.1f} and {before['high']:.1f} years; it moved by "
            f"{self.moved:.2f} of 1. The panel is {'over 1,000' if factor > 1000 else f'{factor:.1f}'} times "
            f"{'more' if self.bayes_factor > 1 else 'less'} likely under an effect of this shape than under none."
        )


def lag_prior(low: float = 3.0, high: float = 10.0, inside: float = 0.8) -> pd.Series:
    """Probability of the delay's centre: log-normal with `inside` of its mass from `low` to `high` years.

    The survey says three to ten years; it does not say how sure. `inside` is that choice, shown with every result.

    >>> prior = lag_prior(3, 10)
    >>> bool(0.75 < prior.loc[3:10].sum() < 0.85)
    True
    """
    if not 0 < low < high or not 0 < inside < 1:
        raise NotIdentified(f"A prior needs 0 < low < high and inside between 0 and 1; got {low}, {high}, {inside}.")
    middle = (np.log(low) + np.log(high)) / 2
    width = (np.log(high) - np.log(low)) / 2 / stats.norm.ppf(0.5 + inside / 2)
    mass = stats.norm.pdf(np.log(CENTRES), middle, width) / CENTRES
    return pd.Series(mass / mass.sum(), index=pd.Index(CENTRES, name="centre"), name="prior")


def expected_years(starts: dict[str, int], last: int, *, low: int = 3, high: int = 10) -> pd.DataFrame:
    """When a change begun in each year of `starts` would show, if it shows after `low` to `high` years, and how far figures
    reach.

    Gives ``change``, ``begun``, ``from``, ``to`` and ``reached``: share of those years that figures to year `last` cover.

    >>> expected_years({"statutory systems": 2022}, 2024)["from"].item()
    2025
    """
    rows = [
        {"change": name, "begun": start, "from": start + low, "to": start + high,
         "reached": min(max(last - start - low + 1, 0), high - low + 1) / (high - low + 1)}
        for name, start in starts.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def kernel_shape(centre: float, spread: float, lags: np.ndarray) -> np.ndarray:
    """Share of the final effect at each lag: normal around `centre`, in whole years, none before year 0.

    >>> kernel_shape(5.0, 1.0, np.arange(0, 40)).sum().round(6)
    np.float64(1.0)
    """
    edges = np.arange(-0.5, 61.0)
    mass = np.diff(stats.norm.cdf(edges, centre, spread))
    mass /= mass.sum()
    return np.array([mass[lag] if 0 <= lag < len(mass) else 0.0 for lag in np.asarray(lags, dtype=int)])


def update_lag_belief(
    estimate: LagEstimate, *, prior: pd.Series | None = None, low: float = 3.0, high: float = 10.0, size_sd: float | None = None
) -> LagBelief:
    """Update belief about the delay with an estimated profile.

    Parameters
    ----------
    estimate : from :func:`icslib.estimate_lag`; unrestricted and wide lags let the panel speak most freely
    prior : by centre, as :func:`lag_prior` gives it (default: of `low` to `high`)
    size_sd : prior standard deviation of the final effect (mean 0, so that the sign is open); default the standard error of the
        cumulative effect, a weak prior that lets a panel with nothing to say move nothing

    Notes
    -----
    Integrated likelihood of shape k: estimate ~ N(0, V + size_sd^2 k k'). Lags the panel does not identify take no part.
    """
    prior = lag_prior(low, high) if prior is None else prior / prior.sum()
    lags, b, v = estimate.ahead
    if len(lags) < 2:
        raise NotIdentified("Belief about a delay needs at least two identified lags; the panel has fewer.")
    if size_sd is None:
        size_sd = float(np.sqrt(np.ones(len(lags)) @ v @ np.ones(len(lags))))
    inverse = np.linalg.pinv(v, hermitian=True, rcond=1e-12)
    shapes = np.array([[kernel_shape(c, s, lags) for s in SPREADS] for c in prior.index])  # centres, spreads, lags
    pull, grip = shapes @ inverse @ b, np.einsum("csl,lm,csm->cs", shapes, inverse, shapes)
    spread_of_size = 1 / (1 / size_sd**2 + grip)
    log_factor = 0.5 * np.log(spread_of_size / size_sd**2) + 0.5 * pull**2 * spread_of_size  # over no effect
    joint = np.log(prior.to_numpy())[:, None] - np.log(len(SPREADS)) + log_factor
    top = joint.max()
    weight = np.exp(joint - top)
    factor = float(weight.sum() * np.exp(min(top, 700.0)))
    weight /= weight.sum()
    after = pd.Series(weight.sum(axis=1), index=prior.index)
    means = pull * spread_of_size
    size = float((weight * means).sum())
    sd = float(np.sqrt((weight * (spread_of_size + means**2)).sum() - size**2))
    ahead = np.arange(0, 21)
    wide = np.array([[kernel_shape(c, s, ahead) for s in SPREADS] for c in prior.index])
    flat = np.repeat(prior.to_numpy()[:, None], len(SPREADS), axis=1) / len(SPREADS)
    shares = {"prior": np.einsum("cs,csl->l", flat, wide), "posterior": np.einsum("cs,csl->l", weight, wide)}
    told = {name: _describe(mass, low, high) for name, mass in (("prior", prior), ("posterior", after))}
    return LagBelief(
        delay=pd.DataFrame({"prior": prior, "posterior": after}), kernel=pd.DataFrame(shares, pd.Index(ahead, name="lag")),
        summary=pd.DataFrame(told).T, size=(size, sd), moved=float((prior - after).abs().sum() / 2), bayes_factor=factor,
        low=low, high=high, sources=estimate.support.sources,
    )  # fmt: skip


def _describe(mass: pd.Series, low: float, high: float) -> dict:
    steps = mass.cumsum()
    at = lambda share: float(steps.index[int(np.searchsorted(steps.to_numpy(), share - 1e-12))])  # noqa: E731
    return {"median": at(0.5), "low": at(0.05), "high": at(0.95), "within": float(mass.loc[low:high].sum())}
