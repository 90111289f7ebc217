"""Several terms tried on few clusters: p-values that allow for the tries, and who carries an estimate.

Holm's step-down p-value is the chance of so small a p anywhere among those tried, whatever their dependence (Holm 1979).
"""

from collections.abc import Sequence

import numpy as np

from .regression import Fit, fit


def holm(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Holm's step-down p-values, in the order given.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    from statsmodels.stats.multitest import multipletests

    return multipletests(np.asarray(p, dtype=float), method="holm")[1]


def leave_out(y: np.ndarray, x: np.ndarray, fitted: Fit) -> np.ndarray:
    """(clusters, K): the coefficients with each cluster of `fitted` left out in turn; `y` and `x` are those it was fitted on."""
    kept = (fitted.cluster != one for one in np.unique(fitted.cluster))
    return np.array([fit(y[k], x[:, k], type(fitted.absorber)(fitted.absorber.weights[k])).coef for k in kept])
