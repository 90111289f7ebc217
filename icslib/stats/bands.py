"""Simultaneous bands: one critical value for a whole profile (sup-t; Montiel Olea and Plagborg-Moller 2019)."""

import numpy as np
import pandas as pd
from scipy import stats


def sup_t(covariance: np.ndarray, df: float, *, level: float = 0.95, draws: int = 20_000, seed: int = 1) -> float:
    """The number of standard errors within which a whole profile lies with probability `level`.

    The largest of correlated t statistics with `df` degrees of freedom, by simulation; with one entry, the t quantile.

    >>> round(sup_t(np.eye(5), 1e6), 1)
    2.6
    """
    scale = np.sqrt(np.diag(covariance))
    value, vector = np.linalg.eigh(covariance / np.outer(scale, scale))
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((draws, len(scale))) @ (vector * np.sqrt(np.maximum(value, 0))).T
    chi = np.sqrt(rng.chisquare(df, draws) / df) if df < 1e5 else 1.0
    return float(np.quantile(np.abs(normal).max(axis=1) / chi, level))


def with_intervals(estimate, covariance: np.ndarray, df, index: pd.Index, *, level: float = 0.95, seed: int = 1) -> pd.DataFrame:
    """``estimate, se, low, high, band_low, band_high``: t intervals with `df` (one, or one a row) and sup-t bands over all rows.

    A row without an error (NaN or 0) has no part in the bands.
    """
    out = pd.DataFrame({"estimate": estimate, "se": np.sqrt(np.diag(covariance))}, index=index)
    live = (out["se"] > 0).to_numpy()
    once = sup_t(covariance[np.ix_(live, live)], np.min(df), level=level, seed=seed) if live.any() else np.nan
    for name, wide in (("", stats.t.ppf(0.5 + level / 2, df)), ("band_", once)):
        out[f"{name}low"], out[f"{name}high"] = out["estimate"] - wide * out["se"], out["estimate"] + wide * out["se"]
    return out
