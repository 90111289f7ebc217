"""Simultaneous bands: one critical value for a whole profile (sup-t; Montiel Olea and Plagborg-Moller 2019)."""

import numpy as np


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
