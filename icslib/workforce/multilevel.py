"""A lasting distance for each place, from years that resemble each other, allowing for how little is known of the variances.

    y_it = x_it b + u_i + e_it,     u_i ~ N(0, tau2),     e_it = rho e_i,t-1 + n_it,     var e = sigma2

Given tau and rho, b is by generalised least squares and u_i its best linear unbiased prediction with Henderson's prediction error
variance (Laird and Ware 1982, *Biometrics* 38:963-974); without rho that is statsmodels' ``MixedLM``, to which the tests hold it.
Over six to ten years a lasting distance and a slow drift look alike, so tau and rho are not settled on one value: all is averaged
over a grid of both, weighed by the restricted likelihood with a flat prior on tau / sigma and rho (sigma and b integrated out).
An interval then holds both the error at each value and the differences between values.
"""

from typing import NamedTuple

import numpy as np

from ..errors import NotIdentified

RHOS = np.linspace(0.0, 0.95, 20)
RATIOS = np.geomspace(0.03, 60.0, 64)  # tau over sigma
LEAST = 1e-4  # weight below which a value of tau and rho is left out


class Levels(NamedTuple):
    """``distance_of`` (places, rows) turns y into the distances, ``distance_sd`` their errors; b and its errors; the middle
    tau, sigma and rho.
    """

    distance_of: np.ndarray
    distance_sd: np.ndarray
    beta: np.ndarray
    beta_sd: np.ndarray
    between: float
    within: float
    rho: float


class Point(NamedTuple):
    """The model at one rho and ratio: minus twice the restricted log likelihood up to a constant, sigma2, b, and its covariance
    over sigma2.
    """

    loss: float
    sigma2: float
    beta: np.ndarray
    covariance: np.ndarray


def fit_levels(
    y: np.ndarray, x: np.ndarray, group: np.ndarray, year: np.ndarray, rhos: np.ndarray = RHOS, ratios: np.ndarray = RATIOS
) -> Levels:
    """Fit the model; rows in order of `group` (0, 1, ...) and `year`.

    Raises
    ------
    NotIdentified
        When y is the same everywhere.
    """
    if not y.std() > 0:
        raise NotIdentified("The outcome is the same everywhere, so there is no distance to find.")
    alike = gather(y, x, group, year)
    grid = [(rho, ratio, fit_point(alike, rho, ratio)) for rho in rhos for ratio in ratios]
    log = np.array([np.log(ratio) - point.loss / 2 for _, ratio, point in grid])  # equal steps of log ratio: flat in the ratio
    weight = np.exp(log - log.max())
    weight[weight < LEAST * weight.sum()] = 0.0
    weight /= weight.sum()
    kept = [(w, rho, ratio, point) for w, (rho, ratio, point) in zip(weight, grid, strict=True) if w > 0]
    parts = [_predict(y, x, group, alike, rho, ratio, point) for _, rho, ratio, point in kept]
    w = np.array([one[0] for one in kept])
    distance_of = np.sum([share * part[0] for share, part in zip(w, parts, strict=True)], axis=0)
    u, var = (np.array([part[spot] for part in parts]) for spot in (1, 2))
    b = np.array([point.beta for *_, point in kept])
    b_var = np.array([point.sigma2 * np.diag(point.covariance) for *_, point in kept])
    return Levels(
        distance_of,
        np.sqrt(w @ (var + (u - w @ u) ** 2)),
        w @ b,
        np.sqrt(w @ (b_var + (b - w @ b) ** 2)),
        float(np.sqrt(sum(one[0] * one[2] ** 2 * one[3].sigma2 for one in kept))),
        float(np.sqrt(sum(one[0] * one[3].sigma2 for one in kept))),
        float(sum(one[0] * one[1] for one in kept)),
    )


class Alike(NamedTuple):
    """Places that hold the same years: their ``rows`` (places, years), and ``moments`` (years, years, K + 1, K + 1) of x and y
    summed over them.
    """

    rows: np.ndarray
    moments: np.ndarray


def gather(y: np.ndarray, x: np.ndarray, group: np.ndarray, year: np.ndarray) -> dict[tuple, Alike]:
    """Places by the years they hold, counted from the first."""
    found: dict[tuple, list] = {}
    for place in range(group.max() + 1):
        rows = np.flatnonzero(group == place)
        found.setdefault(tuple(year[rows] - year[rows][0]), []).append(rows)
    both = np.column_stack([x, y])
    return {years: Alike(np.array(rows), np.einsum("mtk,msl->tskl", both[rows], both[rows])) for years, rows in found.items()}


def fit_point(alike: dict[tuple, Alike], rho: float, ratio: float) -> Point:
    """The model at one `rho` and ratio of tau to sigma."""
    logdet, n, parts = 0.0, 0, []
    for years, (rows, moments) in alike.items():
        block = _block(years, rho, ratio)
        logdet, n = logdet + len(rows) * np.linalg.slogdet(block)[1], n + rows.size
        parts.append(np.tensordot(np.linalg.inv(block), moments, axes=2))
    cross = np.sum(parts, axis=0)
    k = len(cross) - 1
    covariance = np.linalg.inv(cross[:k, :k])
    beta = covariance @ cross[:k, k]
    sigma2 = float((cross[k, k] - cross[:k, k] @ beta) / (n - k))
    return Point((n - k) * np.log(sigma2) + logdet - np.linalg.slogdet(covariance)[1], sigma2, beta, covariance)


def _predict(
    y: np.ndarray, x: np.ndarray, group: np.ndarray, alike: dict[tuple, Alike], rho: float, ratio: float, point: Point
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (places, rows) that turn y into u, u itself, and its prediction error variance."""
    carried, solved = np.zeros((group.max() + 1, len(y))), np.empty_like(x)
    spread = np.empty(group.max() + 1)
    for years, (rows, _) in alike.items():
        block, places = _block(years, rho, ratio), group[rows[:, 0]]
        one = ratio**2 * np.linalg.solve(block, np.ones(len(years)))
        carried[places[:, None], rows] = one
        solved[rows] = np.linalg.solve(block, x[rows])
        spread[places] = ratio**2 * (1 - one.sum())
    seen = carried @ x
    weights = carried - seen @ point.covariance @ solved.T
    return weights, weights @ y, point.sigma2 * (spread + np.einsum("ij,jk,ik->i", seen, point.covariance, seen))


def _block(years: tuple, rho: float, ratio: float) -> np.ndarray:
    return rho ** np.abs(np.subtract.outer(years, years)) + ratio**2
