"""Estimate, error, interval and p of any linear combinations of a regression's coefficients, by three kinds of error."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from ..errors import NotIdentified
from .bootstrap import wild_bootstrap
from .regression import Fit, interval

ERRORS = ("cr1", "cr2", "wild")
Z = float(stats.norm.ppf(0.975))  # standard errors on either side in a 95% interval of a normal figure


class Estimate(NamedTuple):
    """A number with its clustered standard error, interval and two-sided p-value against zero."""

    estimate: float
    se: float
    low: float
    high: float
    p: float


def infer(
    model: Fit, contrasts: np.ndarray, *, errors: str = "cr1", level: float = 0.95, draws: int = 9999, signs: str = "rademacher",
    seed: int = 1,
) -> list[Estimate]:  # fmt: skip
    """Estimate, error, interval and p of each row of `contrasts` (H, K); one batch for the bootstrap.

    errors : "cr1" (t with clusters less one), "cr2" (Satterthwaite's degrees of freedom) or "wild" (restricted bootstrap with
        `draws` of `signs`; its se is that of cr1)
    """
    if errors not in ERRORS:
        raise NotIdentified(f"errors={errors!r} is not known. Choose one of {ERRORS}.")
    v = covariance(model, errors)
    own, se = contrasts @ model.coef, np.sqrt(np.einsum("hk,kl,hl->h", contrasts, v, contrasts))
    if errors == "wild":
        boot = wild_bootstrap(model, contrasts, draws=draws, weights=signs, level=level, seed=seed)
        return [Estimate._make(map(float, row)) for row in zip(own, se, boot.low, boot.high, boot.p, strict=True)]
    df = np.array([degrees_of_freedom(model, contrast, errors) for contrast in contrasts])
    told = (own, se, *interval(own, se, df, level), 2 * stats.t.sf(np.abs(own) / se, df))
    return [Estimate._make(map(float, row)) for row in zip(*told, strict=True)]


def covariance(model: Fit, errors: str) -> np.ndarray:
    """Covariance of the coefficients; for a penalised fit with the allowance for smoothing bias."""
    v = model.cr2() if errors == "cr2" else model.cr1()
    plain = np.diag(model.bread) * (model.absorber.weights * model.resid**2).sum() / model.rows
    if (np.diag(v) < 1e-12 * plain).any():
        raise NotIdentified(
            f"What the {model.clusters} clusters say cancels exactly, so their spread shows no error. Use at least three."
        )
    if model.penalty is not None:
        spare = model.rows - len(model.coef) - model.absorber.year_levels
        v = v + model.bread @ model.penalty @ model.bread * (model.absorber.weights * model.resid**2).sum() / spare
    return v


def all_zero(estimates: np.ndarray, covariance: np.ndarray, df: int) -> float:
    """p-value that all `estimates` are zero (Wald, F with `df` degrees of freedom below); NaN where there are none.

    >>> round(all_zero(np.array([2.0]), np.array([[1.0]]), 41), 4), round(float(2 * stats.t.sf(2.0, 41)), 4)
    (0.0522, 0.0522)
    """
    rank = min(len(estimates), df)
    if not rank:
        return np.nan
    return float(stats.f.sf(estimates @ np.linalg.pinv(covariance, hermitian=True) @ estimates / rank, rank, df))


def degrees_of_freedom(model: Fit, contrast: np.ndarray, errors: str) -> float:
    """Degrees of freedom for the t interval of one combination."""
    return model.satterthwaite(contrast) if errors == "cr2" else model.df
