"""One row a unit and no effects but an intercept: lets a cross-section use the panel's inference.

The estimators of :mod:`.regression` and :mod:`.bootstrap` ask an absorber for what is left of a column. Here
that is the column less its weighted mean, on a grid of units x 1, with clusters above the units (trusts in
systems, systems in regions).
"""

from dataclasses import dataclass

import numpy as np

from .absorb import Absorber


@dataclass(frozen=True, eq=False)
class Intercept(Absorber):
    """An absorber that takes out a constant only.

    >>> Intercept(np.ones((3, 1))).residuals(np.array([[1.0], [2.0], [6.0]])).ravel().tolist()
    [-2.0, -1.0, 3.0]
    """

    def __post_init__(self):
        object.__setattr__(self, "weights", np.asarray(self.weights, dtype=float))
        object.__setattr__(self, "basis", np.zeros((1, *self.weights.shape)))
        object.__setattr__(self, "member", np.ones((1, len(self.weights))))
        object.__setattr__(self, "inverse", np.zeros((0, 0, 0)))
        object.__setattr__(self, "balanced", False)

    @property
    def year_levels(self) -> int:
        """The intercept is one coefficient."""
        return 1

    def residuals(self, values: np.ndarray) -> np.ndarray:
        """`values` (..., units, 1) less their weighted mean; 0 where the weight is 0."""
        values = np.where(self.weights > 0, values, 0.0)
        mean = (values * self.weights).sum(axis=(-2, -1), keepdims=True) / self.weights.sum()
        return (values - mean) * (self.weights > 0)

    def year_dummies(self) -> np.ndarray:
        """The intercept as a column: (1, units, 1)."""
        return (self.weights > 0).astype(float)[None]
