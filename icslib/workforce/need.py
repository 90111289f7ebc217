"""Staffing against what need suggests: the 42 systems on one footing, shrunk, with intervals that hold the truth.

    y_it = year_t + x_it b + u_i + e_it,     u_i ~ N(0, tau2),     e_it = rho e_i,t-1 + n_it,     var e = sigma2

y is staff per head (or any staffing measure), x what need, age and deprivation suggest, and u_i the lasting distance of
system i from that. tau2, sigma2 and b are estimated by restricted maximum likelihood; u_i is its best linear unbiased
predictor, which pulls systems with few, noisy or much alike years towards zero (Laird and Ware 1982, *Biometrics*
38:963-974). Its interval allows for b being estimated (Henderson's prediction error variance). With rho = 0 it is the
random intercept model of statsmodels' ``MixedLM``, to which the tests hold it. rho is the correlation of neighbouring
residuals of that model, made good for the 1/T that taking out place means costs it (Nickell 1981, *Econometrica*
49:1417-1426): over six to ten years the likelihood alone cannot tell a lasting distance from one that drifts slowly.

Given the variances, every u_i is a weighted sum of the y, so a suppressed figure known only to lie between two bounds
is carried as an interval: the weighted sum is taken at its least and its most, and the sampling interval added to each.

In simulation of 42 places over ten years, 95% intervals hold the planted distance in 94% of places for rho up to 0.6 and in
90% at 0.8. What would make it wrong: a need term that is itself a result of staffing; a merger that moves staff between systems
(`leave_out`). It is an association: a system far from what need suggests may have its reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..errors import NotIdentified, PanelError
from ..numbers import write_number
from ..panel import check_rows
from ..register.short import kind_of, short_names
from ..results import Result
from .wording import in_words, told_years


@dataclass(frozen=True, eq=False)
class Staffing(Result):
    """Lasting distances of places from what need suggests.

    Attributes
    ----------
    by_place : DataFrame, index ``place``, sorted by ``distance``
        ``actual`` and ``expected`` (means over years), ``gap`` (their difference), ``distance`` (the gap shrunk), ``low``,
        ``high``
        (95%), ``latest`` (the last year's figure), ``bounded`` (years carried as bounds) and ``years``, in the outcome's unit.
    terms : DataFrame, index ``term``
        ``estimate``, ``low``, ``high`` for one standard deviation more of the term; year effects are not listed.
    between, within : float
        Standard deviations of u and e.
    years_alike : float
        rho, the correlation of neighbouring years within a place.
    places, years, rows : int
    england : float
        The last year's figure over all places, weighted by people; NaN without them.
    first, last : int
        The years used.
    left_out : tuple of str
        Places or place-years without what the model needs, and those asked to be left out.
    """

    by_place: pd.DataFrame
    terms: pd.DataFrame
    between: float
    within: float
    years_alike: float
    places: int
    years: int
    rows: int
    outcome: str
    unit: str = ""
    left_out: tuple[str, ...] = ()
    england: float = float("nan")
    first: int = 0
    last: int = 0

    @property
    def finding(self) -> str:
        """Who is furthest below and above, with intervals, and how many can be told apart from what need suggests."""
        clear = self.by_place[(self.by_place["high"] < 0) | (self.by_place["low"] > 0)]
        (low, least), (high, most) = ((self.named[row.name], row) for row in (self.by_place.iloc[0], self.by_place.iloc[-1]))
        out = (
            f" Left out: {', '.join(self.left_out[:4])}{' and more' if len(self.left_out) > 4 else ''}." if self.left_out else ""
        )
        return (
            f"{in_words(self.outcome)}: {low} is furthest below what need suggests ({write_number(least['distance'], self.unit)}; "
            f"95% interval {write_number(least['low'])} to {write_number(least['high'])}), {high} furthest above "
            f"({write_number(most['distance'])}; {write_number(most['low'])} to {write_number(most['high'])}). "
            f"{len(clear)} of {self.places} {kind_of(self.by_place.index)} can be told apart from what need suggests.{out}"
        )

    @property
    def named(self) -> dict[str, str]:
        """The names of the places by their codes."""
        return short_names(self.by_place.index)


def compare_staffing(
    panel: pd.DataFrame,
    outcome: str,
    need: Sequence[str],
    *,
    alike: bool = True,
    leave_out: Sequence[tuple[str, int]] = (),
    jumps: Sequence[tuple[str, int]] = (),
    level: float = 0.95,
    people: str = "",
    unit: str = "",
) -> Staffing:
    """Distance of each place from what need suggests, shrunk by a multilevel model.

    Parameters
    ----------
    panel : DataFrame with ``place``, ``year``, `outcome` and the terms of `need`
        A suppressed outcome is NaN with bounds in the columns ``<outcome>_lower`` and ``<outcome>_upper``; a NaN without bounds
        is left out. A term that does not change over years (a need index) is allowed.
    need : terms that say how much is needed; standardised before use. None where the outcome is per weighted head already
        (:func:`.footing.per_weighted_head`): the distance is then from England's own figure.
    alike : bool
        Let neighbouring years of a place resemble each other (first-order autoregression); without it, intervals are too narrow
        wherever a good year is followed by a good year.
    people : column of people, to weigh places by in the England line
    leave_out : (place, year) pairs not used
    jumps : (place, first year) pairs, such as those of mergers (:func:`.footing.breaks_in_series`): the place's years from then
    on are not used

    Raises
    ------
    NotIdentified
        With fewer places than terms and three, or when nothing varies between places.
    """
    after = {(place, year) for place, start in jumps for year in panel.loc[panel["year"] >= start, "year"]}
    rows, dropped = _rows(panel, outcome, list(need), set(leave_out) | after)
    places = rows["place"].nunique()
    if places < len(need) + 3 or rows["year"].nunique() < 2:
        raise NotIdentified(
            f"{len(rows)} rows of {places} places in {rows['year'].nunique()} years cannot carry {len(need)} terms and a "
            "distance for each place. "
            "Use more places, at least two years, or fewer terms."
        )
    x, names = _design(rows, list(need))
    middle = (rows["lower"] + rows["upper"]).to_numpy() / 2
    group, labels = pd.factorize(rows["place"], sort=True)
    year = rows["year"].to_numpy()
    fit = _best(middle, x, group, year, 0.0)
    if alike:
        fit = _best(middle, x, group, year, _likeness(fit, middle))
    sigma2, (u_of, spread) = fit.sigma2(middle), fit.places()
    low_y, high_y = rows["lower"].to_numpy(), rows["upper"].to_numpy()
    reach = _normal(level) * np.sqrt(spread * sigma2)
    least = np.where(u_of > 0, low_y, high_y) * u_of
    most = np.where(u_of > 0, high_y, low_y) * u_of
    beta = fit.beta_of @ middle
    expected = x @ beta
    by_place = pd.DataFrame({"actual": middle, "expected": expected}).groupby(labels[group]).mean().rename_axis("place")
    by_place["gap"] = by_place["actual"] - by_place["expected"]
    by_place["distance"] = u_of @ middle
    by_place["low"], by_place["high"] = least.sum(axis=1) - reach, most.sum(axis=1) + reach
    by_place["bounded"] = pd.Series(high_y > low_y).groupby(labels[group]).sum()
    by_place["years"] = pd.Series(group).groupby(labels[group]).size()
    last = panel[panel["year"] == rows["year"].max()].set_index("place")
    by_place["latest"] = last[outcome].reindex(by_place.index)
    england = float(np.average(last[outcome], weights=last[people])) if people else float("nan")
    t = _normal(level) * np.sqrt(np.diag(fit.covariance) * sigma2)
    terms = pd.DataFrame({"estimate": beta, "low": beta - t, "high": beta + t}, index=pd.Index(names, name="term")).loc[
        list(need)
    ]
    return Staffing(
        by_place.sort_values("distance"),
        terms,
        float(np.sqrt(fit.share * sigma2)),
        float(np.sqrt(sigma2)),
        fit.rho,
        places,
        rows["year"].nunique(),
        len(rows),
        outcome,
        unit or panel.attrs.get("units", {}).get(outcome, ""),
        dropped,
        england,
        int(rows["year"].min()),
        int(rows["year"].max()),
    )


def _rows(panel: pd.DataFrame, outcome: str, need: list[str], leave_out: set) -> tuple[pd.DataFrame, tuple[str, ...]]:
    missing = [name for name in (outcome, *need) if name not in panel]
    if missing:
        raise PanelError(
            f"The panel has no column {missing}. It has {[name for name in panel if name not in ('place', 'year')][:20]}."
        )
    check_rows(panel, ["place", "year"])
    rows = panel[["place", "year", *need]].copy()
    for side in ("lower", "upper"):
        bound = panel.get(f"{outcome}_{side}", pd.Series(np.nan, index=panel.index))
        rows[side] = panel[outcome].fillna(bound).astype(float)
    if (rows["lower"] > rows["upper"]).any():
        odd = rows[rows["lower"] > rows["upper"]].iloc[0]
        raise PanelError(
            f"{outcome} of {odd['place']} {odd['year']} has a lower bound above its upper one ({odd['lower']} > {odd['upper']})."
        )
    asked = pd.Series(list(zip(rows["place"], rows["year"], strict=True)), index=rows.index).isin(leave_out)
    whole = rows.notna().all(axis=1) & ~asked
    held = rows.groupby("place")["lower"].transform("size")
    gone = rows[~whole].groupby("place")["year"].agg(list)
    names = short_names(gone.index)
    said = tuple(
        names[place] if len(years) == held[rows["place"] == place].iloc[0] else f"{names[place]} {told_years(years)}"
        for place, years in gone.items()
        if asked.any() or len(years) < rows["year"].nunique()
        for years in [[y for y in years if not _empty_year(rows, y)]]
        if years
    )
    return rows[whole].sort_values(["place", "year"], ignore_index=True), said


def _empty_year(rows: pd.DataFrame, year: int) -> bool:
    """Whether no place at all has figures for `year`: the measure did not exist, so nobody is left out."""
    return bool(rows.loc[rows["year"] == year].isna().any(axis=1).all())


def _design(rows: pd.DataFrame, need: list[str]) -> tuple[np.ndarray, list[str]]:
    scaled = (rows[need] - rows[need].mean()) / rows[need].std(ddof=0)
    flat = [name for name in need if not np.isfinite(scaled[name]).all()]
    if flat:
        raise NotIdentified(f"{', '.join(flat)} is the same for every place and year, so nothing can go with it. Leave it out.")
    years = pd.get_dummies(rows["year"], dtype=float)
    x = np.column_stack([scaled.to_numpy(), years.to_numpy()])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise NotIdentified(f"The terms {need} are collinear with each other or with the years. Use fewer.")
    return x, [*need, *map(str, years.columns)]


@dataclass(frozen=True, eq=False)
class _Fit:
    """The model at given ``share`` = tau2 / sigma2 and ``rho``: V in units of sigma2, block by block."""

    x: np.ndarray
    group: np.ndarray
    year: np.ndarray
    share: float
    rho: float

    @cached_property
    def inverse(self) -> tuple[np.ndarray, float]:
        """V^-1 (rows x rows) and log det V."""
        out, logdet, known = np.zeros((len(self.x), len(self.x))), 0.0, {}
        for place in range(self.group.max() + 1):
            rows = np.flatnonzero(self.group == place)
            years = tuple(self.year[rows] - self.year[rows][0])
            if years not in known:
                apart = np.abs(np.subtract.outer(years, years))
                block = self.rho**apart + self.share
                known[years] = np.linalg.inv(block), np.linalg.slogdet(block)[1]
            out[np.ix_(rows, rows)] = known[years][0]
            logdet += known[years][1]
        return out, logdet

    @cached_property
    def beta_of(self) -> np.ndarray:
        """Weights that turn y into b."""
        return self.covariance @ self.x.T @ self.inverse[0]

    @cached_property
    def covariance(self) -> np.ndarray:
        """Covariance of b in units of sigma2."""
        return np.linalg.inv(self.x.T @ self.inverse[0] @ self.x)

    def sigma2(self, y: np.ndarray) -> float:
        """Residual variance by restricted maximum likelihood."""
        left = y - self.x @ (self.beta_of @ y)
        return float(left @ self.inverse[0] @ left / (len(y) - self.x.shape[1]))

    def loss(self, y: np.ndarray) -> float:
        """Minus twice the restricted log likelihood, profiled over sigma2, up to a constant."""
        n, k = self.x.shape
        return (n - k) * np.log(self.sigma2(y)) + self.inverse[1] - np.linalg.slogdet(self.covariance)[1]

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights that turn y into u, and the prediction error variance of u in units of sigma2."""
        z = np.eye(self.group.max() + 1)[self.group]
        carried = self.share * z.T @ self.inverse[0]
        seen = carried @ self.x
        spread = self.share - self.share * np.diag(carried @ z) + np.einsum("ij,jk,ik->i", seen, self.covariance, seen)
        return carried - seen @ self.beta_of, spread


def _best(y: np.ndarray, x: np.ndarray, group: np.ndarray, year: np.ndarray, rho: float) -> _Fit:
    """The fit whose ratio of variances has the highest restricted likelihood at a given `rho`."""
    from scipy.optimize import minimize_scalar

    if not y.std() > 0:
        raise NotIdentified("The outcome is the same everywhere, so there is no distance to find.")
    scaled = (y - y.mean()) / y.std()
    found = minimize_scalar(
        lambda v: _Fit(x, group, year, np.exp(v), rho).loss(scaled), bounds=(-14, 14), method="bounded", options={"xatol": 1e-7}
    )
    return _Fit(x, group, year, float(np.exp(found.x)), rho)


def _likeness(fit: _Fit, y: np.ndarray) -> float:
    """Correlation of neighbouring residuals of the model without it, made good for the place means taken out; 0 to 0.9."""
    resid = y - fit.x @ (fit.beta_of @ y) - (fit.places()[0] @ y)[fit.group]
    wide = pd.Series(resid, index=[fit.group, fit.year]).unstack().sort_index(axis=1).to_numpy()
    pairs = np.column_stack([wide[:, :-1].ravel(), wide[:, 1:].ravel()])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < 3:
        return 0.0
    lost = 1 / np.isfinite(wide).sum(axis=1).mean()
    return float(np.clip((np.corrcoef(pairs.T)[0, 1] + lost) / (1 - lost), 0, 0.9))


def _normal(level: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(0.5 + level / 2))
