"""Take place effects, year effects and place trends out of a panel, exactly and without iterating.

Values lie on a grid (..., places, years); a row that is not in the sample has weight 0. Place effects
(and trends) go by weighted projection inside each place; what is left of the year dummies is one small
years x years system, so an unbalanced or weighted panel costs hardly more than a balanced one (the
Frisch-Waugh-Lovell theorem, used twice). With `groups`, year effects are separate in each group (region by year).
"""

from dataclasses import dataclass, field

import numpy as np

from icslib.errors import NotIdentified

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
    inverse: list[tuple[slice | np.ndarray, np.ndarray]] = field(
        init=False, repr=False
    )  # places of a group, inverse of its year system
    balanced: bool = field(init=False)

    def __post_init__(self):
        weights = _without_singletons(np.asarray(self.weights, dtype=float), self.group_of_place, 1 + self.trends)
        if not weights.any():
            raise NotIdentified("No row is left once places and years with a single row are dropped.")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "basis", _place_basis(weights, self.trends))
        inside = weights[:, weights.any(axis=0)]
        even = not self.trends and self.groups is None and inside.any(axis=1).all() and (inside == inside.flat[0]).all()
        object.__setattr__(self, "balanced", bool(even))
        pairs = []
        for group in [] if even else np.unique(self.group_of_place):
            who = slice(None) if self.groups is None else np.flatnonzero(self.group_of_place == group)
            spread = (self.basis[:, who] * weights[who]).reshape(-1, weights.shape[1])
            pairs.append(
                (who, np.linalg.pinv(np.diag(weights[who].sum(axis=0)) - spread.T @ spread, hermitian=True, rcond=1e-11))
            )
        object.__setattr__(self, "inverse", pairs)

    @property
    def group_of_place(self) -> np.ndarray:
        """The group of each place; all 0 without groups."""
        return np.zeros(len(self.weights), dtype=int) if self.groups is None else np.asarray(self.groups)

    @property
    def rows(self) -> int:
        """Rows in the sample."""
        return int((self.weights > 0).sum())

    @property
    def year_levels(self) -> int:
        """Year effects estimated (group by year cells with a row)."""
        kept = self.weights > 0
        return int(sum(kept[self.group_of_place == g].any(axis=0).sum() for g in np.unique(self.group_of_place)))

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
        return self._within(np.where(self.weights > 0, values, 0.0), slice(None))

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
        kept = self.weights > 0
        out = self._within(np.where(kept, columns, 0.0), slice(None))
        for who, inverse in self.inverse:
            part = out[:, who]
            by_year = np.einsum("kit,it->kt", part, self.weights[who]) @ inverse
            out[:, who] = self._within((part - by_year[:, None, :]) * kept[who], who)
        return out

    def _within(self, columns: np.ndarray, who: slice | np.ndarray) -> np.ndarray:
        """Project `columns`, which are 0 outside the sample, off the basis of each place; works on the array given."""
        for line in self.basis[:, who]:
            columns -= np.einsum("kit,it->ki", columns, line * self.weights[who])[..., None] * line
        return columns

    def year_dummies(self) -> np.ndarray:
        """The year (or group by year) dummies after place effects: (levels, places, years); for small panels."""
        kept = self.weights > 0
        group = self.group_of_place
        cells = [(g, t) for g in np.unique(group) for t in np.flatnonzero(kept[group == g].any(axis=0))]
        dummies = np.zeros((len(cells), *kept.shape))
        for level, (g, t) in enumerate(cells):
            dummies[level, group == g, t] = kept[group == g, t]
        return self.within_place(dummies)


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


def _without_singletons(weights: np.ndarray, group: np.ndarray, effects: int) -> np.ndarray:
    """Drop, until none is left, rows of places with no more rows than effects and rows alone in their year and group."""
    weights = weights.copy()
    while True:
        kept = weights > 0
        by_place = kept.sum(axis=1, keepdims=True)
        alone = kept & (by_place <= effects)
        for g in np.unique(group):
            who = group == g
            alone[who] |= kept[who] & (kept[who].sum(axis=0, keepdims=True) == 1)
        if not alone.any():
            return weights
        weights[alone] = 0.0
