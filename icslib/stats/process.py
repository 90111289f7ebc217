"""How a panel moves by itself: what is left of each place's path once its level and the national path are out.

error[i, t] = persistent part (first-order autoregression) + a straight line of its own + noise of the single figure.

The persistent part is that with a correlation of at least 0.4 from year to year; what is forgotten faster counts as noise.
Fitted by restricted likelihood: place levels and year effects are removed exactly (contrasts over years, deviations between
places), so no small-sample bias of the residuals enters. Where a figure covers `span` years, its noise is shared between
overlapping figures in proportion to the years they share.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from ..errors import NotIdentified

MIN_PLACES, MIN_YEARS = 8, 5


@dataclass(frozen=True, eq=False)
class Process:
    """A fitted error process, in the units of the series it was fitted on.

    Attributes
    ----------
    persistence : correlation of the persistent part from one year to the next
    persistent, noise : standard deviations of the two parts in one place and year
    slope : standard deviation between places of their own yearly drift
    national_drift, national_shock : mean yearly change of the national path and standard deviation around it
    scale : (places,) each place's standard deviation relative to the average place, shrunk towards 1
    span : years one figure covers
    places, years : size of the panel fitted on
    """

    persistence: float
    persistent: float
    noise: float
    slope: float
    national_drift: float
    national_shock: float
    scale: np.ndarray
    span: int
    places: int
    years: int

    def covariance(self, years: np.ndarray) -> np.ndarray:
        """(years, years) covariance of the error of an average place."""
        return _covariance(np.asarray(years, float), self.persistence, self.persistent, self.noise, self.slope, self.span)

    def simulate(self, years: np.ndarray, draws: int, rng: np.random.Generator, scale: np.ndarray | None = None) -> np.ndarray:
        """(draws, places, years) of errors; `scale` by place defaults to the fitted one."""
        scale = self.scale if scale is None else scale
        root = np.linalg.cholesky(self.covariance(years) + 1e-12 * np.eye(len(years)))
        return (rng.standard_normal((draws, len(scale), len(years))) @ root.T) * scale[:, None]


def fit_process(values: np.ndarray, *, span: int = 1) -> Process:
    """Fit the process to a (places, years) array; places with a gap and years without any figure take no part.

    Raises :class:`~icslib.errors.NotIdentified` with fewer than 8 complete places or 5 years.
    """
    held = ~np.isnan(values)
    columns = np.flatnonzero(held.mean(axis=0) > 0.5)
    complete = held[:, columns].all(axis=1)
    y = values[complete][:, columns]
    if len(y) < MIN_PLACES or len(columns) < MIN_YEARS:
        raise NotIdentified(
            f"{len(y)} places are complete over {len(columns)} years; at least {MIN_PLACES} places and {MIN_YEARS} years are "
            "needed to tell noise from movement. Leave out the years or places with gaps."
        )
    when = columns.astype(float)
    contrast = np.linalg.qr(np.column_stack([np.ones(len(when)), np.eye(len(when))[:, 1:]]))[0][:, 1:].T
    moved = (y - y.mean(axis=0)) @ contrast.T
    spread = moved.T @ moved / (len(y) - 1)
    size = float(np.sqrt(np.trace(spread) / len(contrast)))

    def unlikely(theta: np.ndarray) -> float:
        v = contrast @ _covariance(when, *_read(theta, size, np.ptp(when)), span) @ contrast.T
        root, log = np.linalg.slogdet(v)
        return np.inf if root <= 0 else log + np.trace(np.linalg.solve(v, spread))

    starts = [[a, b, c, d] for a in (0.6, 1.5) for b in (-2.0, -0.5) for c in (-1.5, -0.2) for d in (-3.0, -0.7)]
    bounds = [(np.arctanh(0.4), 4.0), (-7.0, 2.5), (-7.0, 2.0), (-7.0, 2.0)]
    best = optimize.minimize(unlikely, min((np.array(start) for start in starts), key=unlikely), method="L-BFGS-B", bounds=bounds)
    persistence, persistent, noise, slope = _read(best.x, size, np.ptp(when))
    expected = np.linalg.inv(contrast @ _covariance(when, persistence, persistent, noise, slope, span) @ contrast.T)
    own = np.einsum("ij,jk,ik->i", moved, expected, moved) / len(contrast)
    scale = np.ones(len(values))
    scale[complete] = np.sqrt((own * len(contrast) + 10) / (len(contrast) + 10))
    gap, change = np.diff(when), np.diff(y.mean(axis=0))
    drift = change.sum() / gap.sum()  # of a random walk: a change over several years counts for as many
    shock = np.sqrt(np.square((change - drift * gap) / np.sqrt(gap)).sum() / (len(gap) - 1))
    return Process(
        float(persistence), float(persistent), float(noise), float(slope), float(drift), float(shock),
        scale, span, len(y), len(columns),
    )  # fmt: skip


def _read(theta: np.ndarray, size: float, width: float) -> tuple[float, float, float, float]:
    """Parameters from the free scale of the search: persistence below 1, sizes positive."""
    return np.tanh(theta[0]), size * np.exp(theta[1]), size * np.exp(theta[2]), size * np.exp(theta[3]) / width


def _covariance(when, persistence, persistent, noise, slope, span) -> np.ndarray:
    gap = np.abs(when[:, None] - when)
    kept = persistence**gap
    shared = np.maximum(1 - gap / span, 0.0)
    centred = when - when[0]
    return persistent**2 * kept + noise**2 * shared + slope**2 * np.outer(centred, centred)
