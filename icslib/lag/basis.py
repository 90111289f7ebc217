"""Shapes a lag profile may take: profile = basis x few coefficients, or any shape with a price on roughness."""

from collections.abc import Sequence

import numpy as np

from ..errors import NotIdentified

BASES = ("unrestricted", "almon", "spline", "smooth")
ENDS = ("free", "near", "far", "both")


def make_basis(basis: str, lags: Sequence[int], degree: int = 2, ends: str = "free") -> np.ndarray:
    """(lags, terms) with orthonormal columns spanning the shapes allowed; every shape for unrestricted and smooth.

    Parameters
    ----------
    basis : "unrestricted", "almon" (polynomial of `degree` in the lag; Almon 1965), "spline" (natural cubic, `degree` + 1 terms,
        knots evenly over the lags) or "smooth" (every shape, with a penalty elsewhere)
    ends : "free", "near" (zero one step before the first lag), "far" (zero one step after the last), "both"
        Constraints of the Almon polynomial; each takes one term away.
    """
    if basis not in BASES:
        raise NotIdentified(f"basis={basis!r} is not known. Choose one of {BASES}.")
    if ends not in ENDS or (ends != "free" and basis != "almon"):
        raise NotIdentified(f'ends={ends!r} does not go with basis={basis!r}. Ends {ENDS[1:]} are for basis="almon".')
    at = np.asarray(lags, dtype=float)
    if basis in ("unrestricted", "smooth"):
        return np.eye(len(at))
    if not 0 <= degree < len(at):
        raise NotIdentified(
            f"degree={degree} needs more than {degree} lags, and {len(at)} were asked for. Lower the degree or add lags."
        )
    scaled = (at - at.mean()) / max(np.ptp(at) / 2, 1.0)
    if basis == "spline":
        knots = np.linspace(scaled[0], scaled[-1], degree + 1)
        raw = _natural_spline(scaled, knots) if degree > 1 else np.vander(scaled, degree + 1)
    else:
        taken = (ends != "free") + (ends == "both")
        if degree < taken:
            raise NotIdentified(f'ends="{ends}" takes {taken} terms, so the degree must be at least {taken}; it is {degree}.')
        shape = np.ones_like(at)
        if ends in ("near", "both"):
            shape = shape * (at - at[0] + 1)
        if ends in ("far", "both"):
            shape = shape * (at[-1] + 1 - at)
        raw = np.vander(scaled, degree + 1 - taken, increasing=True) * shape[:, None]
    return np.linalg.qr(raw)[0]


def roughness(lags: Sequence[int]) -> np.ndarray:
    """(lags, lags): the sum of squared second differences, by calendar spacing of the lags.

    >>> roughness([0, 1, 2]).round(6).tolist()
    [[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]]
    """
    if len(lags) < 3:
        raise NotIdentified(f'basis="smooth" needs three lags or more, and {len(lags)} were asked for.')
    bend = np.diff(np.eye(len(lags)), n=2, axis=0)
    return bend.T @ bend


def _natural_spline(at: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Natural cubic spline through `knots`, linear beyond the ends (Hastie, Tibshirani and Friedman 2009, 5.2.1)."""
    above = lambda knot: np.maximum(at - knot, 0) ** 3  # noqa: E731
    cube = lambda k: (above(knots[k]) - above(knots[-1])) / (knots[-1] - knots[k])  # noqa: E731
    bent = [cube(k) - cube(len(knots) - 2) for k in range(len(knots) - 2)]
    return np.column_stack([np.ones_like(at), at, *bent])
