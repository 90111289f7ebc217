"""How much places differ beyond what chance alone would make them differ."""

import numpy as np


def between_variance(q: float, weights: np.ndarray) -> float:
    """The variance between places, by the moment estimator of DerSimonian and Laird (1986); never below 0.

    Parameters
    ----------
    q : sum of `weights` times squared distances from the common mean; places - 1 is expected of chance alone
    weights : (places,), one over the sampling variance of each

    >>> between_variance(q=7.0, weights=np.array([1.0, 1.0, 1.0])), between_variance(q=1.0, weights=np.array([1.0, 1.0, 1.0]))
    (2.5, 0.0)
    """
    whole = weights.sum()
    return float(max(0.0, (q - (len(weights) - 1)) / (whole - (weights**2).sum() / whole)))
