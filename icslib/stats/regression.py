"""Least squares on a panel with its effects absorbed, and cluster-robust errors for few clusters.

`cr1` follows the defaults of fixest and pyfixest: G/(G-1) x (n-1)/(n-K), where K counts the coefficients
and the year effects, but not place effects, which are nested in the clusters; intervals use t with G-1
degrees of freedom. `cr2` is the bias-reduced estimator of Bell and McCaffrey (2002) with the Satterthwaite
degrees of freedom of Pustejovsky and Tipton (2018), for which all absorbed effects count; its working model
is independent errors (with weights: variance inverse to the weight).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from ..errors import NotIdentified
from .absorb import Absorber


@dataclass(frozen=True, eq=False)
class Fit:
    """A regression with absorbed effects.

    Attributes
    ----------
    coef : (K,) array
    x : (K, places, years) array, regressors after the effects; y : the same for the outcome
    resid : (places, years) array
    bread : (K, K), the inverse of X'WX (plus `penalty`)
    cluster : (places,) integer array, the cluster of each place
    """

    coef: np.ndarray
    x: np.ndarray
    y: np.ndarray
    resid: np.ndarray
    bread: np.ndarray
    absorber: Absorber
    cluster: np.ndarray
    penalty: np.ndarray | None = None

    @property
    def rows(self) -> int:
        """Rows used."""
        return self.absorber.rows

    @cached_property
    def clusters(self) -> int:
        """Clusters with a row."""
        return len(np.unique(self.cluster[self.absorber.weights.any(axis=1)]))

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution: clusters less one."""
        return self.clusters - 1

    @cached_property
    def scores(self) -> np.ndarray:
        """(K, clusters): the sum of x w u in each cluster."""
        return self.by_cluster(np.einsum("kit,it->ki", self.x, self.resid * self.absorber.weights))

    def by_cluster(self, values: np.ndarray) -> np.ndarray:
        """Sum (rows, places) into (rows, clusters)."""
        groups = int(self.cluster.max()) + 1
        if groups == len(self.cluster):  # labels are 0 to groups - 1, so each place is its own
            return values[..., np.argsort(self.cluster)]
        return np.stack([np.bincount(self.cluster, row, groups) for row in values])

    def need_clusters(self) -> None:
        """Raise unless there are two clusters."""
        if self.clusters < 2:
            raise NotIdentified(
                f"The {self.rows} rows lie in {self.clusters} cluster, so no error that allows for clustering can be computed. "
                "Use at least two clusters, and preferably thirty."
            )

    @property
    def factor(self) -> float:
        """The small-sample factor of `cr1`."""
        self.need_clusters()
        n, g, levels = self.rows, self.clusters, self.absorber.year_levels
        if n <= len(self.coef) + levels:
            raise NotIdentified(f"{n} rows cannot carry {len(self.coef)} coefficients and {levels} year effects.")
        return g / (g - 1) * (n - 1) / (n - len(self.coef) - levels)

    def cr1(self) -> np.ndarray:
        """(K, K) covariance, convention of fixest: see the module."""
        half = self.bread @ self.scores
        return half @ half.T * self.factor

    @cached_property
    def blocks(self) -> list[np.ndarray]:
        """For each cluster, the flat positions of its rows."""
        kept = self.absorber.weights > 0
        label = np.where(kept, self.cluster[:, None], -1).ravel()
        return [np.flatnonzero(label == g) for g in np.unique(label[label >= 0])]

    @cached_property
    def projected(self) -> tuple[np.ndarray, np.ndarray]:
        """Z, (K + year levels, rows of the grid): regressors and year dummies within place, times root weight; and (ZZ')+."""
        z = np.concatenate([self.x, self.absorber.year_dummies()]) * np.sqrt(self.absorber.weights)
        z = z.reshape(len(z), -1)
        gram = z @ z.T
        if self.penalty is not None:
            k = len(self.coef)
            gram[:k, :k] += self.penalty
        return z, np.linalg.pinv(gram, hermitian=True, rcond=1e-11)

    @cached_property
    def placed(self) -> tuple[np.ndarray, np.ndarray]:
        """The place effects' basis times root weight, (effects, rows of the grid), and the place of each row."""
        root = np.sqrt(self.absorber.weights)
        line = (self.absorber.basis * root).reshape(len(self.absorber.basis), -1)
        return line, np.broadcast_to(np.arange(len(root))[:, None], root.shape).ravel()

    @cached_property
    def adjusted(self) -> list[np.ndarray]:
        """For each cluster, its regressors times the CR2 adjustment, (K, rows of the cluster)."""
        self.need_clusters()
        (z, inverse), (line, place) = self.projected, self.placed
        x = (self.x * np.sqrt(self.absorber.weights)).reshape(len(self.coef), -1)
        out = []
        for rows in self.blocks:
            same = place[rows][:, None] == place[rows]
            own = np.eye(len(rows)) - (line[:, rows].T @ line[:, rows]) * same - z[:, rows].T @ inverse @ z[:, rows]
            value, vector = np.linalg.eigh(own)
            power = np.where(value > 1e-9, value, np.inf) ** -0.5
            out.append(x[:, rows] @ (vector * power) @ vector.T)
        return out

    def cr2(self) -> np.ndarray:
        """(K, K) covariance, bias-reduced."""
        u = (self.resid * np.sqrt(self.absorber.weights)).ravel()
        half = self.bread @ np.stack([x @ u[rows] for x, rows in zip(self.adjusted, self.blocks, strict=True)], axis=1)
        return half @ half.T

    def satterthwaite(self, contrast: np.ndarray) -> float:
        """Degrees of freedom of the CR2 variance of `contrast` (K,)."""
        (z, inverse), (line, place) = self.projected, self.placed
        own, shared = [], []
        for x, rows in zip(self.adjusted, self.blocks, strict=True):
            a = contrast @ self.bread @ x
            by_place = np.stack([np.bincount(place[rows], one[rows] * a, len(self.cluster)) for one in line])
            own.append(a @ a - (by_place**2).sum())
            shared.append(z[:, rows] @ a)
        across = np.stack(shared, axis=1)
        omega = np.diag(own) - across.T @ inverse @ across
        return float(np.trace(omega) ** 2 / (omega**2).sum())


def fit(
    y: np.ndarray,
    x: np.ndarray,
    absorber: Absorber,
    *,
    cluster: np.ndarray | None = None,
    names: list[str] | None = None,
    transform: np.ndarray | None = None,
    penalty: np.ndarray | None = None,
) -> Fit:
    """Weighted least squares of `y` (places, years) on `x` (K, places, years) after the absorber's effects.

    `transform` (K, J) replaces x by x'transform (a basis over lags); `penalty` (J, J) is added to X'WX. A regressor
    without variation left is named in a :class:`~icslib.errors.NotIdentified`.
    """
    weights = absorber.weights
    inner_x, inner_y = absorber.residuals(x), absorber.residuals(y)
    flat = inner_x.reshape(len(inner_x), -1)
    weighted = flat if ((weights == 0) | (weights == 1)).all() else flat * weights.ravel()  # 0 outside the sample already
    gram = weighted @ flat.T
    _refuse_constant(np.diag(gram), x, absorber, names)
    moment = weighted @ inner_y.ravel()
    if transform is not None:
        gram, moment = transform.T @ gram @ transform, transform.T @ moment
        inner_x = np.einsum("kit,kj->jit", inner_x, transform)
    if penalty is not None:
        gram = gram + penalty
    scale = np.sqrt(np.diag(gram))
    value = np.linalg.eigvalsh(gram / np.outer(scale, scale))
    if value[0] < 1e-10:
        raise NotIdentified(
            f"The {len(scale)} regressors are collinear once place and year effects are out, so they cannot be told apart. "
            "Use fewer lags, or a basis with fewer terms."
        )
    bread = np.linalg.inv(gram / np.outer(scale, scale)) / np.outer(scale, scale)
    coef = bread @ moment
    resid = inner_y - (coef @ inner_x.reshape(len(coef), -1)).reshape(weights.shape)
    cluster = np.arange(len(weights)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    return Fit(coef, inner_x, inner_y, resid, bread, absorber, cluster, penalty)


def interval(estimate, se, df, level: float = 0.95):
    """Low and high of a t interval, of numbers or of arrays.

    >>> low, high = interval(0.0, 1.0, 41)
    >>> round(float(high), 2)
    2.02
    """
    reach = stats.t.ppf(0.5 + level / 2, df) * se
    return estimate - reach, estimate + reach


def _refuse_constant(left: np.ndarray, x: np.ndarray, absorber: Absorber, names: list[str] | None) -> None:
    """Name the regressors whose variation the effects take whole."""
    kept = absorber.weights > 0
    quiet = np.flatnonzero(left <= 1e-6 * left.max(initial=0.0) + 1e-6)  # only these are worth the exact look
    flat = np.array([i for i in quiet if left[i] <= 1e-12 * max(np.square(x[i][kept]).sum(), 1e-300)], dtype=int)
    if len(flat):
        which = ", ".join(names[i] if names else f"regressor {i}" for i in flat[:5])
        raise NotIdentified(
            f"{which}: nothing is left once the effects are taken out of the {int(kept.sum())} rows. "
            "It is the same everywhere, constant within places, or moves alike in all of them."
        )
