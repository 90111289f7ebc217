"""Panel distributed lags: how an outcome moves with the exposure of this and earlier years.

outcome[i, t] = sum over l of profile[l] x exposure[i, t - l] + place effect + year effect + error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from icslib.errors import NotIdentified
from icslib.panel import source_names
from icslib.results import Result
from icslib.stats.bands import sup_t
from icslib.stats.bootstrap import wild_bootstrap
from icslib.stats.regression import Fit, fit, interval

from .basis import make_basis, roughness
from .design import Design, make_design
from .gate import LagSupport, check_support, write_lags

ERRORS = ("cr1", "cr2", "wild")


class Estimate(NamedTuple):
    """A number with its clustered standard error, interval and two-sided p-value against zero."""

    estimate: float
    se: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, eq=False)
class LagEstimate(Result):
    """A lag profile.

    Attributes
    ----------
    profile : DataFrame, index ``lag``
        ``estimate``, ``se``, ``low``, ``high``, ``band_low``, ``band_high`` (whole profile at once), ``df``, ``supported``; outcome units
        for one unit of exposure in one year.
    support : LagSupport, what the gate said
    basis, errors : str
    penalty : float, the price on roughness chosen for basis="smooth", else 0
    rows, places, years, clusters : int
    """

    profile: pd.DataFrame
    support: LagSupport
    basis: str
    errors: str
    penalty: float
    rows: int
    places: int
    years: int
    clusters: int
    unit: str
    level: float
    model: Fit = field(repr=False)
    shape: np.ndarray = field(repr=False)  # profile = shape @ model.coef[: terms]
    options: dict = field(repr=False)

    def combine(self, weights: pd.Series | dict) -> Estimate:
        """Any sum of weights x profile, with the errors the estimate was made with; weights by lag, absent lags 0."""
        vector = pd.Series(weights, dtype=float)
        if unknown := [lag for lag in vector.index if lag not in self.profile.index]:
            raise NotIdentified(
                f"Lags {write_lags(unknown)} were not estimated; the profile holds {write_lags(self.profile.index)}."
            )
        return _infer(
            self.model, self._contrast(vector.reindex(self.profile.index, fill_value=0.0).to_numpy())[None], **self.options
        )[0]

    def cumulative(self, first: int, last: int) -> Estimate:
        """The sum of the profile over lags `first` to `last`: what a lasting unit of exposure has added by then."""
        return self.combine(dict.fromkeys(range(first, last + 1), 1.0))

    @cached_property
    def covariance(self) -> np.ndarray:
        """(lags, lags) covariance of the profile."""
        wide = self._contrast(np.eye(len(self.profile)))
        return wide @ covariance(self.model, self.errors) @ wide.T

    @property
    def peak(self) -> tuple[int, int, int]:
        """Lag of the largest effect in size, and the interval of lags that hold it in 95% of draws from the estimate's distribution."""
        lags, own = self.profile.index.to_numpy(), self.profile["estimate"].to_numpy()
        rng = np.random.default_rng(self.options["seed"])
        drawn = rng.multivariate_normal(own, self.covariance, 4000, method="eigh")
        where = lags[np.abs(drawn).argmax(axis=1)]
        tail = (1 - self.level) / 2
        low, high = np.quantile(where, [tail, 1 - tail], method="inverted_cdf")
        return int(lags[np.abs(own).argmax()]), int(low), int(high)

    @property
    def mean_lag(self) -> tuple[float, float, float]:
        """Sum of lag x profile over sum of profile, with Fieller's interval: unbounded when the sum may be zero."""
        lags = self.profile.index.to_numpy(float)
        pair = np.stack([lags, np.ones_like(lags)])
        top, bottom = pair @ self.profile["estimate"]
        v = pair @ self.covariance @ pair.T
        t2 = stats.t.ppf(0.5 + self.level / 2, self.model.df) ** 2
        a, b, c = bottom**2 - t2 * v[1, 1], -2 * (top * bottom - t2 * v[0, 1]), top**2 - t2 * v[0, 0]
        if a <= 0:
            return float(top / bottom), -np.inf, np.inf
        half = np.sqrt(max(b * b - 4 * a * c, 0.0))
        return float(top / bottom), float((-b - half) / (2 * a)), float((-b + half) / (2 * a))

    @property
    def placebo(self) -> float | None:
        """p-value that all leads are zero (Wald, F with clusters less one); None without leads."""
        leads = self.profile.index.to_numpy() < 0
        if not leads.any():
            return None
        b, v = self.profile["estimate"].to_numpy()[leads], self.covariance[np.ix_(leads, leads)]
        rank = min(int(leads.sum()), self.model.df)
        return float(stats.f.sf(b @ np.linalg.pinv(v, hermitian=True) @ b / rank, rank, self.model.df))

    @property
    def finding(self) -> str:
        """The sum of what the panel supports with its interval; what it does not support."""
        lags = [int(lag) for lag in self.profile.index if lag >= 0 and self.profile.loc[lag, "supported"]]
        left = f"{self.places} places, {self.years} outcome years, {self.clusters} clusters."
        if not lags:
            return f"No lag is identified by the panel. {left}"
        total = self.cumulative(lags[0], lags[-1])
        sure = "is" if total.low > 0 or total.high < 0 else "cannot be told from none: it is"
        text = (
            f"Over lags {write_lags(lags)} the association of one unit of {_words(self.support.exposure)} with {_words(self.support.outcome)} {sure} "
            f"{total.estimate:.3g} {self.unit} ({self.level:.0%} interval {total.low:.3g} to {total.high:.3g}). {left}"
        ).replace("  ", " ")
        refused = [int(lag) for lag in self.profile.index if not self.profile.loc[lag, "supported"]]
        if refused:
            text += f" Lags {write_lags(refused)} are not identified: they continue the fitted curve."
        if self.placebo is not None:
            text += f" Placebo leads: p = {self.placebo:.2f}."
        return text

    def _contrast(self, weights: np.ndarray) -> np.ndarray:
        out = np.zeros((*weights.shape[:-1], len(self.model.coef)))
        out[..., : self.shape.shape[1]] = weights @ self.shape
        return out


def estimate_lag(
    panel: pd.DataFrame,
    exposure: str,
    outcome: str,
    lags: Iterable[int] = range(0, 11),
    *,
    basis: str = "unrestricted",
    degree: int = 2,
    ends: str = "free",
    errors: str = "cr1",
    bands: bool = True,
    cluster: str = "place",
    weights: str | None = None,
    trends: bool = False,
    controls: Iterable[str] = (),
    interacted: Iterable[str] = (),
    year_by: str | None = None,
    exclude: Iterable[int] = (),
    extrapolate: bool = False,
    level: float = 0.95,
    draws: int = 9999,
    signs: str = "rademacher",
    seed: int = 1,
) -> LagEstimate:
    """Estimate the lag profile of `exposure` in `outcome`: an association, given place and year effects.

    Parameters
    ----------
    lags : integers; negative ones are placebo leads (estimated freely beside an Almon, spline or smooth shape of the lags)
    basis : "unrestricted", "almon", "spline" or "smooth" (ridge on second differences; the price on roughness is the one
        that best predicts a cluster left out)
    degree, ends : see :func:`icslib.lag.basis.make_basis`
    errors : "cr1", "cr2" (better below about 40 clusters) or "wild" (restricted wild cluster bootstrap, `draws`, `signs`)
    cluster : "place", or an attribute of places (a region) to cluster by
    weights : a column of weights, such as population; trends : a straight line of its own for every place
    controls : columns; interacted : attributes of places given their own path through time; year_by : separate year effects by it
    exclude : outcome years left out (the pandemic: 2020, 2021); say so when you use it
    extrapolate : with a basis, continue the fitted shape to lags the panel does not identify, marked ``supported`` False;
        otherwise such lags raise

    Raises
    ------
    NotIdentified
        When the gate (:func:`supported_lags`) refuses a lag, or fewer than two clusters are left.

    Notes
    -----
    With basis="smooth" the covariance adds sigma^2 x penalty, the allowance for smoothing bias of Marra and Wood (2012). Bands are
    sup-t: the profile lies inside all of them at once. Intervals by `cr1` are too narrow with few or very unequal clusters.
    """
    if errors not in ERRORS:
        raise NotIdentified(f"errors={errors!r} is not known. Choose one of {ERRORS}.")
    if basis == "smooth" and errors != "cr1":
        raise NotIdentified(f'basis="smooth" goes with errors="cr1"; {errors} is for least squares without a penalty.')
    controls = tuple(controls)
    design = make_design(
        panel, exposure, outcome, lags, controls=controls, interacted=tuple(interacted), year_by=year_by,
        weights=weights, cluster=cluster, exclude=exclude,
    )  # fmt: skip
    support = replace(check_support(design, exposure, outcome), sources=source_names(panel, exposure, outcome))
    kept = _admit(design, support, extrapolate and basis != "unrestricted")
    inner, outer = _shapes(design.lags, kept, basis, degree, ends)
    terms = inner.shape[1]
    absorber = design.absorb(design.rows(kept), trends)
    extra = design.extra(absorber.weights, trends)
    columns = np.concatenate([design.block[[design.lags.index(lag) for lag in kept]], extra])
    transform = np.block([[inner, np.zeros((len(kept), len(extra)))], [np.zeros((len(extra), terms)), np.eye(len(extra))]])
    names = [f"{exposure} at lag {lag}" for lag in kept] + [*controls] + ["an attribute by year"] * len(extra)
    options = {"cluster": design.cluster, "names": names, "transform": transform}
    model, price = fit(design.outcome, columns, absorber, **options), 0.0
    if basis == "smooth":
        price, penalty = _choose_penalty(model, [lag for lag in kept if lag >= 0], kept)
        model = fit(design.outcome, columns, absorber, penalty=penalty, **options)
    how = {"errors": errors, "level": level, "draws": draws, "signs": signs, "seed": seed}
    wide = np.hstack([outer, np.zeros((len(outer), len(extra)))])
    rows = _infer(model, wide, **how)
    profile = pd.DataFrame(rows, index=pd.Index(design.lags, name="lag"))
    profile["df"] = [_df(model, row, errors) for row in wide]
    if bands:
        reach = sup_t(wide @ covariance(model, errors) @ wide.T, profile["df"].min(), level=level, seed=seed) * profile["se"]
        profile["band_low"], profile["band_high"] = profile["estimate"] - reach, profile["estimate"] + reach
    else:
        profile["band_low"] = profile["band_high"] = np.nan
    profile["supported"] = [not support.refuses(lag) for lag in profile.index]
    used = absorber.weights > 0
    return LagEstimate(
        profile=profile, support=support, basis=basis, errors=errors, penalty=price, rows=absorber.rows,
        places=int(used.any(axis=1).sum()), years=int(used.any(axis=0).sum()), clusters=model.clusters,
        unit=panel.attrs.get("units", {}).get(outcome, ""), level=level, model=model, shape=outer, options=how,
    )  # fmt: skip


def covariance(model: Fit, errors: str) -> np.ndarray:
    """Covariance of the coefficients; for a penalised fit with the allowance for smoothing bias."""
    v = model.cr2() if errors == "cr2" else model.cr1()
    if model.penalty is not None:
        spare = model.rows - len(model.coef) - model.absorber.year_levels
        v = v + model.bread @ model.penalty @ model.bread * (model.absorber.weights * model.resid**2).sum() / spare
    return v


def _words(name: str) -> str:
    return name.replace("_", " ")


def _infer(model: Fit, contrasts: np.ndarray, *, errors: str, level: float, draws: int, signs: str, seed: int) -> list[Estimate]:
    """Estimate, error, interval and p of each row of `contrasts`; one batch for the bootstrap."""
    v = covariance(model, errors)
    own, se = contrasts @ model.coef, np.sqrt(np.einsum("hk,kl,hl->h", contrasts, v, contrasts))
    if errors == "wild":
        boot = wild_bootstrap(model, contrasts, draws=draws, weights=signs, level=level, seed=seed)
        return [Estimate(*map(float, row)) for row in zip(own, se, boot.low, boot.high, boot.p, strict=True)]
    out = []
    for contrast, b, s in zip(contrasts, own, se, strict=True):
        df = _df(model, contrast, errors)
        out.append(Estimate(float(b), float(s), *map(float, interval(b, s, df, level)), float(2 * stats.t.sf(abs(b) / s, df))))
    return out


def _df(model: Fit, contrast: np.ndarray, errors: str) -> float:
    return model.satterthwaite(contrast) if errors == "cr2" else model.df


def _admit(design: Design, support: LagSupport, extrapolate: bool) -> list[int]:
    """The lags the fit rests on; raises when some are refused and may not be continued."""
    kept = [lag for lag in design.lags if not support.refuses(lag)]
    if support.refused and (not extrapolate or not kept):
        advice = f"Ask for lags {write_lags(kept)}" if kept else "Bring a longer or denser panel"
        raise NotIdentified(
            f"{support.verdict} {advice}"
            + (", or choose a basis and extrapolate=True to continue its curve, marked as not identified." if kept else ".")
        )
    return kept


def _shapes(lags: tuple[int, ...], kept: list[int], basis: str, degree: int, ends: str) -> tuple[np.ndarray, np.ndarray]:
    """(kept, terms) and (lags, terms): the basis over lags 0 and up, leads left free."""

    def around(chosen: list[int] | tuple[int, ...]) -> np.ndarray:
        body = make_basis(basis, [k for k in lags if k >= 0], degree, ends) if max(lags) >= 0 else np.zeros((0, 0))
        leads = [k for k in lags if k < 0]
        whole = np.zeros((len(lags), len(leads) + body.shape[1]))
        whole[: len(leads), : len(leads)] = np.eye(len(leads))
        whole[len(leads) :, len(leads) :] = body
        return whole[[lags.index(k) for k in chosen]]

    inner = around(kept)
    live = np.abs(inner).sum(axis=0) > 0
    return inner[:, live], around(lags)[:, live]


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
        held = np.linalg.solve(grams.sum(axis=0) - grams + price * scale * shape, (moments.sum(axis=0) - moments)[..., None])[
            ..., 0
        ]
        return float(np.einsum("gk,gkl,gl->", held, grams, held) - 2 * np.einsum("gk,gk->", held, moments))

    price = float(min(np.geomspace(1e-4, 1e4, 41), key=missed)) * scale
    return price, price * shape
