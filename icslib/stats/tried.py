"""Several terms tried on few clusters: intervals that allow for the few, p-values that allow for the tries.

Holm's step-down p-value is the chance of so small a p anywhere among those tried, whatever their dependence (Holm 1979).
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from icslib.errors import NotIdentified

from .bootstrap import wild_bootstrap
from .regression import Fit, fit, interval

ERRORS = ("cr2", "wild")
FEW = 12  # clusters below which the bootstrap draws six-point signs


def holm(p: Sequence[float]) -> np.ndarray:
    """Holm's step-down p-values, in the order given.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    tried = np.asarray(p, dtype=float)
    order = np.argsort(tried)
    out = np.empty(len(tried))
    out[order] = np.minimum(np.maximum.accumulate(tried[order] * np.arange(len(tried), 0, -1)), 1.0)
    return out


def interval_of(fitted: Fit, contrast: np.ndarray, errors: str = "cr2", draws: int = 9999, seed: int = 1) -> tuple[float, float, float]:
    """Low and high (95%) and p of one combination of coefficients.

    Parameters
    ----------
    errors : "cr2" (Bell and McCaffrey, degrees of freedom of Satterthwaite) or "wild" (restricted wild cluster bootstrap)
    """
    if errors not in ERRORS:
        raise NotIdentified(f"errors={errors!r} is not known. Choose one of {ERRORS}.")
    if errors == "wild":
        boot = wild_bootstrap(fitted, contrast, draws=draws, weights="webb" if fitted.clusters < FEW else "rademacher", seed=seed)
        return float(boot.low[0]), float(boot.high[0]), float(boot.p[0])
    estimate, se = float(contrast @ fitted.coef), float(np.sqrt(contrast @ fitted.cr2() @ contrast))
    df = fitted.satterthwaite(contrast)
    return *interval(estimate, se, df), float(2 * stats.t.sf(abs(estimate) / se, df))


def leave_out(y: np.ndarray, x: np.ndarray, fitted: Fit) -> np.ndarray:
    """(clusters, K): the coefficients with each cluster of `fitted` left out in turn; `y` and `x` are those it was fitted on."""
    kept = (fitted.cluster != one for one in np.unique(fitted.cluster))
    return np.array([fit(y[k], x[:, k], type(fitted.absorber)(fitted.absorber.weights[k])).coef for k in kept])
