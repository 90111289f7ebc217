"""What goes with a deficit: associations over places, honest about how few there are.

Each term is entered alone and all together, on its own standard deviation, so that sizes compare.
Errors are CR2 or the wild cluster bootstrap, clusters being places in a panel, and the group above them in
a cross-section (trusts in systems). Every p-value stands beside Holm's, which counts all the terms tried,
and every joint estimate beside the range it takes when one cluster at a time is left out. Nothing here is a cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified, PanelError
from ..numbers import write_number
from ..panel import source_names
from ..register.short import kind_of, short_names
from ..results import Result
from ..stats.absorb import Absorber
from ..stats.bootstrap import wild_bootstrap
from ..stats.cross import Intercept
from ..stats.regression import Fit, fit

ERRORS = ("cr2", "wild")
POSITIONS = ("planned_surplus_pct", "surplus_pct", "surplus_per_head", "surplus")


@dataclass(frozen=True, eq=False)
class Explained(Result):
    """Associations of a position with its terms.

    Attributes
    ----------
    terms : DataFrame, index ``term``
        ``alone``, ``alone_low``, ``alone_high``, ``p``, ``holm`` (entered by itself), ``estimate``, ``low``, ``high`` (all
        together), ``left_out_low``, ``left_out_high`` (joint estimate over leaving one cluster out), ``sd`` of the term.
        Estimates are in the outcome's unit for one standard deviation more of the term.
    by_place : DataFrame, index ``place``
        ``actual``, ``expected`` and ``gap`` (actual less expected), with ``low`` and ``high`` of the expected mean; means over years.
    places, years, clusters, rows : int
    variation : float
        Share of the variance between places (or within, in a panel) that goes with all terms together.
    """

    terms: pd.DataFrame
    by_place: pd.DataFrame
    outcome: str
    places: int
    years: int
    clusters: int
    rows: int
    variation: float
    errors: str
    left_out: tuple[str, ...] = ()
    unit: str = ""
    sources: tuple[str, ...] = ()

    @property
    def difference(self) -> str:
        """The unit of a difference: percentage points where the outcome is a percentage."""
        return "percentage points" if self.unit == "percent" else self.unit

    @property
    def finding(self) -> str:
        """Which terms stand after counting all that were tried; how much is left unexplained."""
        return f"{self.headline}{self._largest}. Together the terms go with {self.variation:.0%} of its variation: associations, not causes."

    @property
    def headline(self) -> str:
        """Which terms go with the outcome once all that were tried are counted, in one clause."""
        clear = self.terms[self.terms["holm"] < 0.05]
        size = f"{self.places} {kind_of(self.by_place.index)}" + (f" over {self.years} years" if self.years > 1 else "")
        if clear.empty:
            tried = f" ({', '.join(map(str, self.terms.index))})" if len(self.terms) < 5 else ""
            return f"Over {size}, none of {len(self.terms)} terms{tried} can be told apart from no association with {self.outcome}"
        ways = {"lower": clear.index[clear["alone"] < 0], "higher": clear.index[clear["alone"] > 0]}
        told = " and a ".join(f"{way} {self.outcome.removeprefix('the ')} goes with {' and '.join(map(str, names))}" for way, names in ways.items() if len(names))
        return f"Over {size}, a {told}"

    @property
    def _largest(self) -> str:
        """The clear term with the largest estimate, with its interval; nothing where none is clear."""
        clear = self.terms[self.terms["holm"] < 0.05]
        if clear.empty:
            return ""
        row = clear.loc[clear["alone"].abs().idxmax()]
        low, high = write_number(row["alone_low"]), write_number(row["alone_high"])
        return f" ({'largest: ' if len(clear) > 1 else ''}{write_number(row['alone'], self.difference)} a standard deviation, 95% interval {low} to {high})"

    @property
    def basis(self) -> str:
        """How the estimates were made, and where the outcome is furthest below what the terms suggest."""
        furthest = self.by_place["gap"].idxmin()
        words = f"{self.clusters} clusters, {self.errors} intervals. Furthest below what the terms suggest: {short_names([furthest])[furthest]} "
        words += f"({write_number(self.by_place.loc[furthest, 'gap'], self.difference)})."
        return words + (f" Left out for a gap: {len(self.left_out)}." if self.left_out else "")



def explain_deficits(
    panel: pd.DataFrame,
    outcome: str = "",
    terms: Sequence[str] | None = None,
    *,
    cluster: str | pd.Series | None = None,
    weights: str | None = None,
    errors: str = "cr2",
    draws: int = 9999,
    seed: int = 1,
    names: dict[str, str] | None = None,
) -> Explained:
    """Association of a position with what may go with it, with inference for few clusters.

    Parameters
    ----------
    panel : DataFrame
        ``place``, ``year`` and a float column a measure. With several years: place and year effects are
        taken out (only changes inside places count). With one year: a cross-section with an intercept.
    outcome : str
        Position, surplus positive. By default the first of ``planned_surplus_pct``, ``surplus_pct``,
        ``surplus_per_head``, ``surplus`` that the panel holds.
    terms : names of columns; by default every other number column.
    cluster : column with the cluster of each row's place, a Series by place, or None for the place itself
    weights : column of weights of a cross-section (size of the place), or None
    errors : "cr2" (Bell and McCaffrey, degrees of freedom of Satterthwaite) or "wild" (restricted wild cluster bootstrap)
    names : how terms are called in the result

    Raises
    ------
    NotIdentified
        Too few places or clusters for this many terms, or a term without variation.
    """
    if errors not in ERRORS:
        raise NotIdentified(f"errors={errors!r} is not known. Choose one of {ERRORS}.")
    outcome = outcome or next((name for name in POSITIONS if name in panel), "")
    if outcome not in panel:
        raise PanelError(f"Say which column is the position: outcome={outcome!r} is not one of {list(panel.columns)}.")
    reserved = {"place", "year", outcome, weights, cluster if isinstance(cluster, str) else None}
    terms = list(terms) if terms is not None else [c for c in panel.select_dtypes("number") if c not in reserved]
    absent = [term for term in terms if term not in panel]
    if absent or not terms:
        raise PanelError(f"The panel has no column {absent or 'besides the position'}; it has {list(panel.columns)}.")
    rows = panel.reset_index(drop=True).dropna(subset=[outcome, *terms, *([weights] if weights else [])]).sort_values(["place", "year"])
    left_out = tuple(sorted(set(map(str, panel["place"])) - set(map(str, rows["place"]))))
    years, places = sorted(rows["year"].unique()), rows["place"].unique()
    if len(places) < len(terms) + 8:
        raise NotIdentified(
            f"{len(places)} places with every figure cannot carry {len(terms)} terms; take at least eight more places than "
            f"terms, or fewer terms. Left out for a gap: {len(left_out)}, such as {', '.join(left_out[:3]) or 'none'}."
        )
    weight, y, x = _grids(rows, outcome, terms, weights, places, years)
    absorber = Intercept(weight) if len(years) == 1 else Absorber(weight)
    x, sd = _standardised(x, absorber, terms)
    groups = _clusters(rows, cluster, places)
    joint = fit(y, x, absorber, cluster=groups, names=terms)
    each = [fit(y, x[k : k + 1], absorber, cluster=groups, names=[term]) for k, term in enumerate(terms)]
    alone = [_interval(one, np.ones(1), errors, draws, seed) for one in each]
    together = [_interval(joint, row, errors, draws, seed) for row in np.eye(len(terms))]
    out_low, out_high = _leave_one_out(y, x, absorber, groups)
    table = pd.DataFrame(
        {
            "alone": [one.coef[0] for one in each],
            **{f"alone_{end}": [a[k] for a in alone] for k, end in enumerate(("low", "high"))},
            "p": [a[2] for a in alone],
            "holm": holm([a[2] for a in alone]),
            "estimate": joint.coef,
            "low": [a[0] for a in together],
            "high": [a[1] for a in together],
            "left_out_low": out_low,
            "left_out_high": out_high,
            "sd": sd,
        },
        index=pd.Index([(names or {}).get(term, term) for term in terms], name="term"),
    )
    whole = (joint.y**2 * weight).sum()
    variation = 1 - (joint.resid**2 * weight).sum() / whole
    by_place = _by_place(joint, y, weight, places)
    unit = panel.attrs.get("units", {}).get(outcome, "")
    return Explained(
        table, by_place, (names or {}).get(outcome, outcome), len(places), len(years), joint.clusters, joint.rows,
        float(variation), errors, left_out, unit, source_names(panel, outcome, *terms),
    )  # fmt: skip


def holm(p: Sequence[float]) -> np.ndarray:
    """Holm's step-down p-values: the chance of so small a p anywhere among those tried.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    tried = np.asarray(p, dtype=float)
    order = np.argsort(tried)
    stepped = np.maximum.accumulate(tried[order] * (len(tried) - np.arange(len(tried))))
    out = np.empty(len(tried))
    out[order] = np.minimum(stepped, 1.0)
    return out


def _grids(rows: pd.DataFrame, outcome: str, terms: list[str], weights: str | None, places, years):
    spot = pd.Index(places).get_indexer(rows["place"]), pd.Index(years).get_indexer(rows["year"])
    shape = (len(places), len(years))
    if rows.duplicated(["place", "year"]).any():
        raise PanelError("A place-year is given twice; keep one row for each.")

    def grid(values) -> np.ndarray:
        out = np.zeros(shape)
        out[spot] = values
        return out

    weight = grid(rows[weights].to_numpy(float) / rows[weights].mean() if weights else 1.0)
    return weight, grid(rows[outcome]), np.stack([grid(rows[term]) for term in terms])


def _standardised(x: np.ndarray, absorber: Absorber, terms: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Terms on the standard deviation they have once the effects are out, so that one unit is a usual difference."""
    left = absorber.residuals(x)
    sd = np.sqrt((left**2 * absorber.weights).sum(axis=(1, 2)) / absorber.weights.sum())
    size = np.abs(x).max(axis=(1, 2))
    flat = [term for term, value, most in zip(terms, sd, size, strict=True) if value <= 1e-9 * max(most, 1e-300)]
    if flat:
        raise NotIdentified(f"{', '.join(flat)}: the same everywhere once the effects are out, so nothing can go with it. Leave it out.")
    return x / sd[:, None, None], sd


def _clusters(rows: pd.DataFrame, cluster: str | pd.Series | None, places: np.ndarray) -> np.ndarray | None:
    if cluster is None:
        return None
    by_place = rows.drop_duplicates("place").set_index("place")[cluster] if isinstance(cluster, str) else cluster
    told = by_place.reindex(places)
    if told.isna().any():
        raise PanelError(f"{int(told.isna().sum())} places have no cluster: {', '.join(map(str, places[told.isna()][:5]))}.")
    return told.astype(str).to_numpy()


def _interval(fitted: Fit, contrast: np.ndarray, errors: str, draws: int, seed: int) -> tuple[float, float, float]:
    """Low, high and p of one combination."""
    if errors == "wild":
        kind = "webb" if fitted.clusters < 12 else "rademacher"
        boot = wild_bootstrap(fitted, contrast, draws=draws, weights=kind, seed=seed)
        return float(boot.low[0]), float(boot.high[0]), float(boot.p[0])
    estimate, se = float(contrast @ fitted.coef), float(np.sqrt(contrast @ fitted.cr2() @ contrast))
    df = fitted.satterthwaite(contrast)
    reach = stats.t.ppf(0.975, df) * se
    return estimate - reach, estimate + reach, float(2 * stats.t.sf(abs(estimate) / se, df))


def _leave_one_out(y: np.ndarray, x: np.ndarray, absorber: Absorber, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest joint estimates when each cluster in turn is left out."""
    label = np.arange(len(y)) if groups is None else groups
    found = []
    for one in np.unique(label):
        kept = label != one
        found.append(fit(y[kept], x[:, kept], type(absorber)(absorber.weights[kept])).coef)
    return np.min(found, axis=0), np.max(found, axis=0)


def _by_place(joint: Fit, y: np.ndarray, weight: np.ndarray, places: np.ndarray) -> pd.DataFrame:
    """Actual and expected means by place; the interval is of the expected mean, from the CR2 covariance."""
    kept = weight > 0
    count = kept.sum(axis=1)
    actual = (y * kept).sum(axis=1) / count
    gap = (joint.resid * kept).sum(axis=1) / count if weight.shape[1] == 1 else _between_gap(joint, y, kept)
    middle = (joint.x * kept).sum(axis=2) / count
    if weight.shape[1] == 1:
        spread = np.sqrt(np.maximum(np.einsum("kp,kl,lp->p", middle, joint.cr2(), middle), 0))
    else:
        spread = np.full(len(places), np.nan)
    reach = stats.t.ppf(0.975, max(joint.df, 1)) * spread
    expected = actual - gap
    out = pd.DataFrame({"actual": actual, "expected": expected, "low": expected - reach, "high": expected + reach, "gap": gap})
    return out.set_index(pd.Index(places, name="place"))


def _between_gap(joint: Fit, y: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """In a panel the place effect holds the level: the gap shown is the last year's residual."""
    last = kept.shape[1] - 1 - np.argmax(kept[:, ::-1], axis=1)
    return joint.resid[np.arange(len(y)), last]
