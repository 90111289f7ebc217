"""Panel distributed lags: how an outcome moves with the exposure of this and earlier years.

outcome[i, t] = sum over l of profile[l] x exposure[i, t - l] + place effect + year effect + error.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import linalg

from ..errors import NotIdentified
from ..panel import write_runs
from ..stats.bands import sup_t
from ..stats.inference import covariance, degrees_of_freedom, infer
from ..stats.regression import Fit, fit
from .basis import make_basis, roughness
from .design import Design, make_design
from .gate import LagSupport, check_support, named_by
from .profile import LagEstimate

SHAPE = ("basis", "degree", "ends", "trends", "extrapolate")  # keywords of fit_shape
MIN_TREND_YEARS = 5  # fewer outcome years cannot tell a place's own line from its lags


def estimate_lag(
    panel: pd.DataFrame, exposure: str, outcome: str, lags: Iterable[int] = range(0, 11), *, controls: Iterable[str] = (),
    interacted: Iterable[str] = (), year_by: str | None = None, weights: str | None = None, cluster: str = "place",
    exclude: Iterable[int] = (), **how,
) -> LagEstimate:  # fmt: skip
    """Estimate the lag profile of `exposure` in `outcome`: an association, given place and year effects.

    Parameters
    ----------
    lags : integers; negative ones are placebo leads (estimated freely beside an Almon, spline or smooth shape of the lags)
    controls : columns; interacted : attributes of places given their own path through time; year_by : separate year effects by it
    weights : a column of weights, such as population; cluster : "place", or an attribute of places (a region) to cluster by
    exclude : outcome years left out (the pandemic: 2020, 2021); say so when you use it
    how : keywords of :func:`fit_design` and :func:`fit_shape`: `basis`, `degree`, `ends`, `errors`, `bands`, `trends`,
        `extrapolate`, `level`, `draws`, `signs`, `seed`

    Raises
    ------
    NotIdentified
        When the gate (:func:`supported_lags`) refuses a lag, or fewer than two clusters are left.
    """
    design = make_design(
        panel, exposure, outcome, lags, controls=tuple(controls), interacted=tuple(interacted), year_by=year_by,
        weights=weights, cluster=cluster, exclude=exclude,
    )  # fmt: skip
    return fit_design(design, replace(check_support(design, exposure, outcome), **named_by(panel, exposure, outcome)), **how)


def fit_design(
    design: Design, support: LagSupport, *, errors: str = "cr1", bands: bool = True, level: float = 0.95, draws: int = 9999,
    signs: str = "rademacher", seed: int = 1, basis: str = "unrestricted", **shape,
) -> LagEstimate:  # fmt: skip
    """The profile from arrays and what the gate says of them, with its errors.

    Parameters
    ----------
    errors : "cr1", "cr2" (better below about 40 clusters) or "wild" (restricted wild cluster bootstrap, `draws`, `signs`)
    basis, shape : keywords of :func:`fit_shape`: `degree`, `ends`, `trends`, `extrapolate`

    Notes
    -----
    With basis="smooth" the covariance adds sigma^2 x penalty, the allowance for smoothing bias of Marra and Wood (2012). Bands
    are sup-t on the covariance of `errors` (that of cr1 for "wild"): the profile lies inside all of them at once. Intervals by
    cr1 are too narrow with few or very unequal clusters.
    """
    if basis == "smooth" and errors != "cr1":
        raise NotIdentified(f'basis="smooth" goes with errors="cr1"; {errors} is for least squares without a penalty.')
    model, outer, price = fit_shape(design, support, basis=basis, **shape)
    how: dict = {"errors": errors, "level": level, "draws": draws, "signs": signs, "seed": seed}
    profile = pd.DataFrame(infer(model, outer, **how), index=pd.Index(design.lags, name="lag"))
    df = [degrees_of_freedom(model, row, errors) for row in outer]
    reach = sup_t(outer @ covariance(model, errors) @ outer.T, min(df), level=level, seed=seed) if bands else np.nan
    low, high = profile["estimate"] - reach * profile["se"], profile["estimate"] + reach * profile["se"]
    profile = profile.assign(df=df, band_low=low, band_high=high, supported=[not support.refuses(lag) for lag in design.lags])
    used = model.absorber.weights > 0
    return LagEstimate(
        profile=profile, support=support, basis=basis, errors=errors, penalty=price, rows=model.rows,
        places=int(used.any(axis=1).sum()), years=int(used.any(axis=0).sum()), clusters=model.clusters,
        unit=support.unit, level=level, model=model, shape=outer, options=how,
    )  # fmt: skip


def fit_shape(
    design: Design, support: LagSupport, *, basis: str = "unrestricted", degree: int = 2, ends: str = "free",
    trends: bool = False, extrapolate: bool = False,
) -> tuple[Fit, np.ndarray, float]:  # fmt: skip
    """The regression, what makes the profile of its coefficients, (lags, coefficients), and the price on roughness.

    Parameters
    ----------
    basis : "unrestricted", "almon", "spline" or "smooth" (ridge on second differences; the price on roughness is the one
        that best predicts a cluster left out)
    degree, ends : see :func:`icslib.lag.basis.make_basis`
    trends : a straight line of its own for every place
    extrapolate : with a basis, continue the fitted shape to lags the panel does not identify, marked ``supported`` False;
        otherwise such lags raise
    """
    kept = _admit(design, support, extrapolate and basis != "unrestricted")
    inner, outer = _shapes(design.lags, tuple(kept), basis, degree, ends)
    try:
        absorber = design.absorb(design.rows(kept), trends)
    except NotIdentified:
        together = f"No place holds lags {write_runs(kept)} together in two years."
        raise NotIdentified(f"{together} Ask for fewer leads or lags.") from None
    years = int(absorber.weights.any(axis=0).sum())
    if trends and years < MIN_TREND_YEARS:
        raise NotIdentified(
            f"A line for each place needs {MIN_TREND_YEARS} outcome years, and these lags leave {years}. "
            "Ask for fewer lags or no trends."
        )
    extra = design.extra(absorber.weights, trends)
    columns = np.concatenate([design.block[[design.lags.index(lag) for lag in kept]], extra])
    transform = linalg.block_diag(inner, np.eye(len(extra)))
    names = [f"{support.exposure} at lag {lag}" for lag in kept] + ["a control"] * len(extra)
    options: dict = {"cluster": design.cluster, "names": names, "transform": transform}
    model, price = fit(design.outcome, columns, absorber, **options), 0.0
    if basis == "smooth":
        price, penalty = _choose_penalty(model, [lag for lag in kept if lag >= 0], kept)
        model = fit(design.outcome, columns, absorber, penalty=penalty, **options)
    return model, np.hstack([outer, np.zeros((len(outer), len(extra)))]), price


def _admit(design: Design, support: LagSupport, extrapolate: bool) -> list[int]:
    """The lags the fit rests on; raises when some are refused and may not be continued."""
    kept = [lag for lag in design.lags if lag in support.identified]
    if support.refused and (not extrapolate or not kept):
        advice = f"Ask for lags {write_runs(kept)}" if kept else "Bring a longer or denser panel"
        raise NotIdentified(
            f"{support.verdict} {advice}"
            + (", or choose a basis and extrapolate=True to continue its curve, marked as not identified." if kept else ".")
        )
    return kept


@lru_cache
def _shapes(lags: tuple[int, ...], kept: tuple[int, ...], basis: str, degree: int, ends: str) -> tuple[np.ndarray, np.ndarray]:
    """(kept, terms) and (lags, terms): the basis over lags 0 and up, leads left free."""
    body = make_basis(basis, [k for k in lags if k >= 0], degree, ends) if max(lags) >= 0 else np.zeros((0, 0))
    outer = linalg.block_diag(np.eye(sum(k < 0 for k in lags)), body)
    inner = outer[[lags.index(k) for k in kept]]
    live = np.abs(inner).sum(axis=0) > 0
    return inner[:, live], outer[:, live]


def _choose_penalty(model: Fit, smooth: list[int], kept: list[int]) -> tuple[float, np.ndarray]:
    """The price on roughness with the least squared error in predicting each cluster from the others (effects held)."""
    k = len(model.coef)
    weights = model.absorber.weights
    x, y = model.x.reshape(k, -1) * np.sqrt(weights).ravel(), (model.y * np.sqrt(weights)).ravel()
    grams = np.stack([x[:, rows] @ x[:, rows].T for rows in model.blocks])
    moments = np.stack([x[:, rows] @ y[rows] for rows in model.blocks])
    where = [kept.index(lag) for lag in smooth]
    shape = np.zeros((k, k))
    shape[np.ix_(where, where)] = roughness(smooth)
    scale = np.trace(grams.sum(axis=0)[np.ix_(where, where)]) / len(where)

    def missed(price: float) -> float:
        others = grams.sum(axis=0) - grams + price * scale * shape
        held = np.linalg.solve(others, (moments.sum(axis=0) - moments)[..., None])[..., 0]
        return float(np.einsum("gk,gkl,gl->", held, grams, held) - 2 * np.einsum("gk,gk->", held, moments))

    price = float(min(np.geomspace(1e-4, 1e4, 41), key=missed)) * scale
    return price, price * shape
