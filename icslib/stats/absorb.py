"""Take place effects, year effects and place trends out of a panel, exactly and without iterating.

Values lie on a grid (..., places, years); a row that is not in the sample has weight 0. Place effects
(and trends) go by weighted projection inside each place; what is left of the year dummies is one small
years x years system, so an unbalanced or weighted panel costs hardly more than a balanced one (the
Frisch-Waugh-Lovell theorem, used twice). With `groups`, year effects are separate in each group (region by year).
"""

from dataclasses import dataclass, field

import numpy as np

from ..errors import NotIdentified

CACHED = 700_000  # numbers worked on at a time


@dataclass(frozen=True, eq=False)
class Absorber:
    """Two-way effects of one sample: build it once, use it on every column.

    Attributes
    ----------
    weights : (places, years) array, 0 for a row not in the sample
        Rows alone in their place or year carry no information and are dropped here (as fixest does).
    trends : bool
        Whether each place also has its own straight line.
    groups : (places,) integer array or None
        Year effects are separate by group.
    """

    weights: np.ndarray
    trends: bool = False
    groups: np.ndarray | None = None
    basis: np.ndarray = field(init=False, repr=False)  # (q, places, years), orthonormal within a place under the weights
    member: np.ndarray = field(init=False, repr=False)  # (groups, places), 1 where a place lies in the group
    inverse: np.ndarray = field(init=False, repr=False)  # (groups, years, years), inverse of each group's year system
    balanced: bool = field(init=False)

    def __post_init__(self):
        own = np.zeros(len(self.weights), dtype=int) if self.groups is None else np.asarray(self.groups)
        member = (own == np.unique(own)[:, None]) * 1.0
        weights = _without_singletons(np.asarray(self.weights, dtype=float), member, 1 + self.trends)
        if not weights.any():
            raise NotIdentified("No row is left once places and years with a single row are dropped.")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "member", member)
        object.__setattr__(self, "basis", _place_basis(weights, self.trends))
        inside = weights[:, weights.any(axis=0)]
        even = not self.trends and self.groups is None and inside.any(axis=1).all() and (inside == inside.flat[0]).all()
        object.__setattr__(self, "balanced", bool(even))
        if even:
            object.__setattr__(self, "inverse", np.zeros((0, 0, 0)))
            return
        lines = self.basis * weights
        systems = []
        for who in member > 0:
            spread = lines[:, who].reshape(-1, weights.shape[1])
            systems.append(np.diag(weights[who].sum(axis=0)) - spread.T @ spread)
        object.__setattr__(self, "inverse", np.linalg.pinv(np.stack(systems), hermitian=True, rcond=1e-11))

    @property
    def rows(self) -> int:
        """Rows in the sample."""
        return int((self.weights > 0).sum())

    @property
    def year_levels(self) -> int:
        """Year effects estimated (group by year cells with a row)."""
        return int((self.member @ (self.weights > 0) > 0).sum())

    def residuals(self, values: np.ndarray) -> np.ndarray:
        """What is left of `values` (..., places, years) after the effects; 0 outside the sample."""
        values = np.asarray(values, dtype=float)
        flat, out = values.reshape(-1, *self.weights.shape), np.empty(values.shape)
        whole = out.reshape(flat.shape)
        step = max(1, CACHED // self.weights.size)  # a few columns at a time stay in the processor's cache
        for start in range(0, len(flat), step):
            whole[start : start + step] = self._residuals(flat[start : start + step])
        return out

    def within_place(self, values: np.ndarray) -> np.ndarray:
        """What is left of `values` after place effects (and trends) only."""
        return self._within(np.where(self.weights > 0, values, 0.0))

    def _residuals(self, columns: np.ndarray) -> np.ndarray:
        if self.balanced:
            inside = self.weights.any(axis=0)
            block = columns if inside.all() else columns[..., inside]
            places, years = block.shape[-2:]
            left = block - (block @ np.full(years, 1 / years))[..., None]
            left -= (np.full(places, 1 / places) @ left)[..., None, :]
            if inside.all():
                return left
            out = np.zeros(columns.shape)
            out[..., inside] = left
            return out
        out = self._within(np.where(self.weights > 0, columns, 0.0))
        if self.groups is None:
            by_year = (np.einsum("kit,it->kt", out, self.weights) @ self.inverse[0])[:, None]
        else:
            by_group = np.einsum("kgt,gts->kgs", self.member @ (out * self.weights), self.inverse)
            by_year = by_group[:, self.member.argmax(axis=0)]
        return self._within((out - by_year) * (self.weights > 0))

    def _within(self, columns: np.ndarray) -> np.ndarray:
        """Project `columns`, which are 0 outside the sample, off the basis of each place; works on the array given."""
        for line in self.basis:
            columns -= np.einsum("kit,it->ki", columns, line * self.weights)[..., None] * line
        return columns

    def year_dummies(self) -> np.ndarray:
        """The year (or group by year) dummies after place effects: (levels, places, years); for small panels."""
        held = self.member[:, :, None] * (self.weights > 0)  # (groups, places, years)
        dummies = held[:, None] * np.eye(held.shape[-1])[:, None]  # (groups, years, places, years)
        return self.within_place(dummies.reshape(-1, *self.weights.shape)[held.any(axis=1).ravel()])


def _place_basis(weights: np.ndarray, trends: bool) -> np.ndarray:
    """Constant (and straight line) of each place, orthonormal under the weights: (q, places, years)."""
    kept = weights > 0
    total = weights.sum(axis=1, keepdims=True)
    size = np.sqrt(np.where(total > 0, total, 1.0))
    constant = kept / size
    if not trends:
        return constant[None]
    years = np.arange(weights.shape[1], dtype=float)
    centred = np.where(kept, years - (weights * years).sum(axis=1, keepdims=True) / size**2, 0.0)
    length = np.sqrt((weights * centred**2).sum(axis=1, keepdims=True))
    return np.stack([constant, np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)])


def _without_singletons(weights: np.ndarray, member: np.ndarray, effects: int) -> np.ndarray:
    """Drop, until none is left, rows of places with no more rows than effects and rows alone in their year and group."""
    weights = weights.copy()
    while True:
        kept = weights > 0
        alone = kept & (kept.sum(axis=1, keepdims=True) <= effects)
        alone |= kept & ((member @ kept == 1)[member.argmax(axis=0)] if len(member) > 1 else kept.sum(axis=0) == 1)
        if not alone.any():
            return weights
        weights[alone] = 0.0
