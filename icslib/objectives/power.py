"""The arithmetic of power: the best linear estimate of a steady improvement, its test, simulated and by the non-central t."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import optimize, stats

from ..errors import NotIdentified
from ..panel import grids, touches
from ..stats.process import Process, fit_process


def read_history(panel: pd.DataFrame, outcome: str, exclude: Iterable[int]) -> tuple:
    """Places, years, logarithm of the outcome (places, years; NaN in figures that cover a year left out), and how it moves."""
    places, years, held = grids(panel, [outcome])
    if np.nanmin(held[outcome]) <= 0:
        raise NotIdentified(f"{outcome} is not positive everywhere, so a change in percent has no meaning for it.")
    span = int(panel.attrs.get("spans", {}).get(outcome, 1))
    y = np.log(np.where(touches(years, exclude, span), np.nan, held[outcome]))
    return places, years, y, fit_process(y, span=span)


def known_years(y: np.ndarray, baseline: int) -> np.ndarray:
    """(places, baseline): which of the last `baseline` years hold a figure; years before the panel are taken as held.

    >>> known_years(np.array([[1.0, np.nan, 1.0], [1.0, 1.0, 1.0]]), 4).tolist()
    [[True, True, False, True], [True, True, True, True]]
    """
    known = np.ones((len(y), baseline), dtype=bool)
    seen = ~np.isnan(y[:, -baseline:])
    known[:, baseline - seen.shape[1] :] = seen
    known[known.sum(axis=1) < 2] = known.mean(axis=0) >= 0.5  # a place without figures is taken to be like most
    return known


def ramp_weights(process: Process, known: np.ndarray, horizon: int) -> tuple[np.ndarray, float]:
    """Weights of the best linear estimate of a yearly improvement that began after the years of `known` (which of them hold a
    figure), 0 for a year without; and its variance in an average place.
    """
    held = np.r_[known, np.ones(horizon, dtype=bool)]
    years = np.flatnonzero(held)
    ramp = np.maximum(years - len(known) + 1, 0).astype(float)
    inverse = np.linalg.inv(process.covariance(years) + 1e-12 * np.eye(len(years)))
    level = inverse.sum(axis=1)
    free = inverse - np.outer(level, level) / level.sum()  # the place's level projected out
    grip = ramp @ free @ ramp
    weights = np.zeros(len(held))
    weights[years] = free @ ramp / grip
    return weights, float(1 / grip)


def spreads(process: Process, known: np.ndarray, horizons: list[int]) -> np.ndarray:
    """(horizons, places): standard deviation of that estimate in each place, by its own scale and its own gaps."""
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    by_pattern = np.sqrt([[ramp_weights(process, pattern, h)[1] for pattern in patterns] for h in horizons])
    return by_pattern[:, which.ravel()] * process.scale


def typical(spread: np.ndarray) -> np.ndarray:
    """(horizons,) root mean square over places."""
    return np.sqrt(np.square(spread).mean(axis=-1))


def detectable_alone(spread: np.ndarray, power: float = 0.8, level: float = 0.95) -> np.ndarray:
    """(horizons, places) smallest yearly change (logarithm) seen with `power` in each place alone, against all others."""
    n = spread.shape[-1]
    cut = stats.t.ppf(0.5 + level / 2, n - 2)
    return push_for(power, cut, n - 2) * np.sqrt(spread**2 + typical(spread)[..., None] ** 2 / (n - 1))


def simulate_groups(process, known, horizons, count, named, shared, draws, rng) -> np.ndarray:
    """(horizons, 2, draws): difference of group means over the pooled deviation, and one over the pooled deviation (what an
    effect adds), both in units of the typical place.

    Whole panels of errors are drawn, each place with its own scale and gaps, and every place's record is reduced with the
    weights of its horizon. Unless places are named, the treated are dealt anew for every batch of panels.
    """
    usual = known.mean(axis=0) >= 0.5
    years = np.arange(known.shape[1] + max(horizons))
    weights = np.zeros((len(years), len(horizons)))
    for at, h in enumerate(horizons):
        own, variance = ramp_weights(process, usual, h)
        weights[: len(own), at] = own / np.sqrt(variance)  # unit variance in a place with the usual gaps
    reduce = np.linalg.cholesky(process.covariance(years) + 1e-12 * np.eye(len(years))).T @ weights
    spread = spreads(process, known, horizons)
    scale = (spread / typical(spread)[:, None]).T  # (places, horizons)
    n = len(scale)
    batch = max(50, 3_000_000 // (n * len(years)))
    out = []
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        record = rng.standard_normal((size * n, len(years))) @ reduce
        record = record.reshape(size, n, -1) * scale
        who = named if named is not None else rng.choice(n, count, replace=False)
        one, other = record[:, who], np.delete(record, who, axis=1)
        if shared:
            one = np.sqrt(shared) * (rng.standard_normal((size, 1, len(years))) @ reduce) + np.sqrt(1 - shared) * one
        inside = one.var(axis=1) * one.shape[1] / max(1 - shared, 1e-9) + other.var(axis=1) * other.shape[1]
        pooled = np.sqrt(inside / (n - 2))
        out.append(np.stack([(one.mean(axis=1) - other.mean(axis=1)) / pooled, 1 / pooled]))
    return np.concatenate(out, axis=1).transpose(2, 0, 1)


def before_and_after(process, slope, baseline, horizon, wanted, level, draws, rng) -> dict:
    """Mean yearly change after against before, of the national path: a t test with baseline - 2 degrees of freedom."""
    if baseline < 3:
        raise NotIdentified(f"A before-and-after needs at least 3 baseline years; {baseline} were given.")
    df, spread = baseline - 2, process.national_shock
    two = np.sqrt(1 / horizon + 1 / (baseline - 1))
    cut = stats.t.ppf(0.5 + level / 2, df)
    before = rng.standard_normal((draws, baseline - 1))
    after = rng.standard_normal((draws, horizon)).mean(axis=1)
    scale = before.std(axis=1, ddof=1) * two
    t = lambda shift: (after + shift - before.mean(axis=1)) / scale  # noqa: E731
    return {
        "power": float(np.mean(np.abs(t(slope / spread)) > cut)),
        "closed": power_of(abs(slope) / (spread * two), cut, df),
        "size": float(np.mean(np.abs(t(0.0)) > cut)),
        "detectable": push_for(wanted, cut, df) * spread * two,
    }


def power_of(push: float, cut: float, df: int) -> float:
    """Chance that a t statistic pushed by `push` standard errors lies beyond the cut on either side."""
    if push > 8 + 2 * cut:
        return 1.0
    return float(stats.nct.sf(cut, df, push) + np.nan_to_num(stats.nct.cdf(-cut, df, push)))


def push_for(wanted: float, cut: float, df: int) -> float:
    """How many standard errors away an effect must be for the asked power."""
    return float(optimize.brentq(lambda push: power_of(push, cut, df) - wanted, 0.0, 8 + 2 * cut))


def told_change(change: float, kind: str = "") -> str:
    """A change that is asked about, to begin a sentence.

    >>> told_change(-0.1), told_change(0.025, "real ")
    ('A fall of 10%', 'A real rise of 2.5%')
    """
    return f"A {kind}{'fall' if change < 0 else 'rise'} of {abs(change):.1%}".replace(".0%", "%")
