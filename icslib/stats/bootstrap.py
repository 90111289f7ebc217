"""Wild cluster bootstrap for any number of linear combinations in one pass.

Cameron, Gelbach and Miller (2008), with the algebra of Roodman, MacKinnon, Nielsen and Webb (2019): after
projection, a draw of cluster signs v enters the statistic only through clusters x clusters matrices, so 9,999 draws
cost one matrix product. With the null imposed, residuals are linear in the hypothesised value, hence the p-value at any
value comes from the same three sums, and the interval is found by bisection on it.

Signs: "rademacher" (two points; with 2^G <= draws all are enumerated) or "webb" (six points, for G below about twelve).
A draw whose |t| equals the one seen, up to rounding, counts as at least as extreme: ties make the test cautious.
"""

from dataclasses import dataclass

import numpy as np

from ..errors import NotIdentified
from .regression import Fit

WEBB = np.sqrt([0.5, 1.0, 1.5])
TIE = 1e-9


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """One row a combination: `t`, `p` (two-sided, null of zero) and, if asked, `low` and `high`; the draws used (all patterns of
    signs where they are fewer than those asked for).
    """

    t: np.ndarray
    p: np.ndarray
    low: np.ndarray
    high: np.ndarray
    draws: int


def signs(clusters: int, draws: int, kind: str = "rademacher", seed: int = 1) -> np.ndarray:
    """(clusters, draws) of signs with mean 0 and variance 1; all 2^clusters patterns when they are no more than `draws`.

    >>> signs(2, 9).tolist()
    [[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]]
    """
    if kind not in ("rademacher", "webb"):
        raise NotIdentified(f'weights={kind!r} is not known. Choose "rademacher" or "webb".')
    if kind == "rademacher" and clusters < 30 and 2**clusters <= draws:
        return np.where((np.arange(2**clusters) >> np.arange(clusters)[:, None]) & 1, 1.0, -1.0)
    rng = np.random.default_rng(seed)
    plus = rng.integers(0, 2, (clusters, draws), dtype=np.int8) * 2.0 - 1.0
    return plus if kind == "rademacher" else plus * WEBB[rng.integers(0, 3, (clusters, draws), dtype=np.int8)]


def wild_bootstrap(
    fit: Fit,
    contrasts: np.ndarray,
    *,
    draws: int = 9999,
    weights: str = "rademacher",
    null: bool = True,
    intervals: bool = True,
    level: float = 0.95,
    seed: int = 1,
) -> Bootstrap:
    """Test each row of `contrasts` (H, K) against zero, and give its interval.

    Parameters
    ----------
    null : bool
        Impose the null in the residuals (the restricted bootstrap, better for few clusters); the interval is then the set
        of values not rejected. Otherwise residuals are unrestricted and the interval is percentile-t.
    """
    fit.need_clusters()
    if fit.penalty is not None:
        raise NotIdentified('The wild bootstrap needs least squares; for basis="smooth" use errors="cr1".')
    v = signs(fit.clusters, draws, weights, seed)
    parts = _cluster_parts(fit, np.atleast_2d(np.asarray(contrasts, dtype=float)))
    tail = 1 - level
    t, p, low, high = (np.full(len(parts), np.nan) for _ in range(4))
    for h, part in enumerate(parts):
        t[h] = part.estimate / part.se
        if null and intervals:
            curve = _Curve(part, v)
            p[h], low[h], high[h] = curve.p(0.0), curve.end(tail, -1), curve.end(tail, +1)
        elif null:  # one product is enough when only zero is tested
            shift = part.estimate / part.spread
            square = np.square((part.jack_u + shift * part.jack_a) @ v).sum(axis=0)
            p[h] = _share(np.abs((part.score_u + shift * part.score_a) @ v) / np.sqrt(square), abs(t[h]))
        else:
            drawn = (part.score_u @ v) / np.sqrt(np.square(part.jack_u @ v).sum(axis=0))
            p[h] = _share(np.abs(drawn), abs(t[h]))
            high[h], low[h] = part.estimate - part.se * np.quantile(drawn, [tail / 2, 1 - tail / 2])
    return Bootstrap(t, p, low, high, v.shape[1])


@dataclass(frozen=True, eq=False)
class _Part:
    """What one combination needs: its estimate, its se without factor, cluster scores, and how refitting mixes clusters.

    Suffix u: with unrestricted residuals; suffix a: the change per unit of the shift that imposing a value makes.
    """

    estimate: float
    se: float
    spread: float
    score_u: np.ndarray
    score_a: np.ndarray
    jack_u: np.ndarray
    jack_a: np.ndarray


def _cluster_parts(fit: Fit, contrasts: np.ndarray) -> list[_Part]:
    z, inverse = fit.projected
    u = (fit.resid * np.sqrt(fit.absorber.weights)).ravel()
    z_by = np.stack([z[:, rows] @ u[rows] for rows in fit.blocks], axis=1)  # Z_h'u_h
    k = len(fit.coef)
    grams = np.stack([z[:k, rows] @ z[:, rows].T for rows in fit.blocks])  # X_g Z_g'
    parts = []
    for contrast in contrasts:
        direction = contrast @ fit.bread
        mix = direction @ grams  # a_g'Z_g: (clusters, K + levels)
        score_u = direction @ z_by[:k]
        score_a = mix[:, :k] @ direction
        jack_u = np.diag(score_u) - mix @ inverse @ z_by
        jack_a = np.diag(score_a) - mix @ inverse @ mix.T
        se = float(np.sqrt(np.square(score_u).sum()))
        parts.append(_Part(float(contrast @ fit.coef), se, float(contrast @ direction), score_u, score_a, jack_u, jack_a))
    return parts


class _Curve:
    """The restricted p-value as a function of the hypothesised value."""

    def __init__(self, part: _Part, v: np.ndarray):
        self.part = part
        self.top = part.score_u @ v, part.score_a @ v
        u, a = part.jack_u @ v, part.jack_a @ v
        self.squares = np.einsum("gb,gb->b", u, u), np.einsum("gb,gb->b", u, a), np.einsum("gb,gb->b", a, a)

    def p(self, value: float) -> float:
        shift = (self.part.estimate - value) / self.part.spread
        square = self.squares[0] + 2 * shift * self.squares[1] + shift**2 * self.squares[2]
        drawn = np.abs(self.top[0] + shift * self.top[1]) / np.sqrt(np.maximum(square, 1e-300))
        return _share(drawn, abs(self.part.estimate - value) / self.part.se)

    def end(self, tail: float, side: int) -> float:
        """Where the p-value falls to `tail` on one side of the estimate; infinite when it never does."""
        near, far = self.part.estimate, self.part.estimate + side * 3 * self.part.se
        for _ in range(30):
            if self.p(far) <= tail:
                break
            near, far = far, self.part.estimate + 2 * (far - self.part.estimate)
        else:
            return side * np.inf
        for _ in range(24):
            middle = (near + far) / 2
            near, far = (near, middle) if self.p(middle) <= tail else (middle, far)
        return (near + far) / 2


def _share(drawn: np.ndarray, seen: float) -> float:
    return float(np.count_nonzero(drawn >= seen * (1 - TIE)) / drawn.size)
