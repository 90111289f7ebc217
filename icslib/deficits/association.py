"""What goes with a deficit: associations over places, honest about how few there are.

Each term is entered alone and all together, on its own standard deviation, so that sizes compare.
Errors are CR2 or the wild cluster bootstrap, clusters being places in a panel, and the group above them in
a cross-section (trusts in systems). Every p-value stands beside Holm's, which counts all the terms tried,
and every joint estimate beside the range it takes when one cluster at a time is left out. Nothing here is a cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from ..errors import NotIdentified, PanelError
from ..numbers import write_number
from ..panel import fixed_by_place, grids, source_cells
from ..register.short import kind_of, short_names
from ..results import Result
from ..stats.absorb import Absorber
from ..stats.cross import Intercept
from ..stats.inference import infer
from ..stats.regression import fit
from ..stats.tried import holm, leave_out

ERRORS = {"cr2": "bias-reduced (CR2)", "wild": "wild cluster bootstrap"}
FEW = 12  # clusters below which the bootstrap draws six-point signs
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
        ``actual``, ``expected`` and ``gap`` (actual less expected) of the place's last year.
    places, years, clusters, rows : int
    variation : float
        Share of the variance between places (or within, in a panel) that goes with all terms together.
    apportioned : dict
        Outcome or term to the largest share of one of its figures that came from a divided place, where any did.
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
    apportioned: dict[str, float] = field(default_factory=dict)

    @property
    def difference(self) -> str:
        """The unit of a difference: percentage points where the outcome is a percentage."""
        return "percentage points" if self.unit == "percent" else self.unit

    @property
    def finding(self) -> str:
        """Which terms stand after counting all that were tried; how much is left unexplained."""
        return f"{self.short} Together the terms go with {self.variation:.0%} of its variation: associations, not causes."

    @property
    def short(self) -> str:
        """The headline, with the estimate and interval of the clear term with the largest."""
        clear = self.terms[self.terms["holm"] < 0.05]
        if clear.empty:
            return f"{self.headline}."
        row = clear.loc[clear["alone"].abs().idxmax()]
        size, low, high = (
            write_number(row["alone"], self.difference),
            write_number(row["alone_low"]),
            write_number(row["alone_high"]),
        )
        which = f"most with {row.name}, " if len(clear) > 1 else ""
        return f"{self.headline} ({which}{size} for one standard deviation more; 95% interval {low} to {high})."

    @property
    def headline(self) -> str:
        """Which terms go with the outcome once all that were tried are counted, in one clause."""
        clear = self.terms[self.terms["holm"] < 0.05]
        size = f"{self.places} {kind_of(self.by_place.index)}" + (f" and {self.years} years" if self.years > 1 else "")
        if clear.empty:
            names = [str(term) for term in self.terms.index]
            none = f"none of {len(names)} terms ({', '.join(names)})" if len(names) < 5 else f"none of {len(names)} terms"
            none = f"neither {names[0]} nor {names[1]}" if len(names) == 2 else none
            return f"Over {size}, {none} goes clearly with {self.outcome}"
        ways = {"lower": clear.index[clear["alone"] < 0], "higher": clear.index[clear["alone"] > 0]}
        told = " and a ".join(
            f"{way} {self.outcome.removeprefix('the ')} goes with {' and with '.join(map(str, names))}"
            for way, names in ways.items()
            if len(names)
        )
        return f"Over {size}, a {told}"

    @property
    def basis(self) -> str:
        """How the estimates were made, and where the outcome is furthest below what the terms suggest."""
        furthest = self.by_place["gap"].idxmin()
        words = (
            f"{self.clusters} clusters, {ERRORS.get(self.errors, self.errors)} intervals. Furthest below what the terms "
            f"suggest: {short_names([furthest])[furthest]} "
        )
        words += f"({write_number(self.by_place.loc[furthest, 'gap'], self.difference)})."
        moved = ", ".join(f"{name} (up to {share:.0%})" for name, share in self.apportioned.items())
        words += f" Partly apportioned from divided places: {moved}." if moved else ""
        return words + (f" Left out for a gap: {len(self.left_out)}." if self.left_out else "")


def explain_deficits(
    panel: pd.DataFrame,
    outcome: str = "",
    terms: Sequence[str] | None = None,
    *,
    cluster: str | pd.Series | None = None,
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
    errors : "cr2" or "wild", see :func:`icslib.stats.inference.infer`
    names : how terms are called in the result; else as ``panel.attrs["names"]`` has them

    Raises
    ------
    NotIdentified
        Too few places or clusters for this many terms, or a term without variation.
    """
    names = {**panel.attrs.get("names", {}), **(names or {})}
    outcome = outcome or next((name for name in POSITIONS if name in panel), "")
    if outcome not in panel:
        raise PanelError(f"Say which column is the position: outcome={outcome!r} is not one of {list(panel.columns)}.")
    reserved = {"place", "year", outcome, cluster if isinstance(cluster, str) else None}
    terms = list(terms) if terms is not None else [c for c in panel.select_dtypes("number") if c not in reserved]
    if not terms:
        raise PanelError(f"The panel has no column besides the position; it has {list(panel.columns)}.")
    every, _, held = grids(panel, [outcome, *terms])
    seen = np.isfinite(np.stack(list(held.values()))).all(axis=0)
    rows, columns = seen.any(axis=1), seen.any(axis=0)
    places, left_out = every[rows], tuple(map(str, every[~rows]))
    if len(places) < len(terms) + 8:
        raise NotIdentified(
            f"{len(places)} places with every figure cannot carry {len(terms)} terms; take at least eight more places than "
            f"terms, or fewer terms. Left out for a gap: {len(left_out)}, such as {', '.join(left_out[:3]) or 'none'}."
        )
    y, *each = (np.where(seen, held[name], 0.0)[np.ix_(rows, columns)] for name in (outcome, *terms))
    x, weight = np.stack(each), seen[np.ix_(rows, columns)].astype(float)
    absorber = Intercept(weight) if columns.sum() == 1 else Absorber(weight)
    groups = None if cluster is None else _clusters(panel, cluster, places)
    joint = fit(y, x, absorber, cluster=groups, names=terms)
    sd = np.sqrt((joint.x**2 * absorber.weights).sum(axis=(1, 2)) / absorber.weights.sum())
    told = partial(infer, errors=errors, draws=draws, seed=seed, signs="webb" if joint.clusters < FEW else "rademacher")
    alone = pd.DataFrame([told(fit(y, x[[k]], absorber, cluster=groups), np.ones((1, 1)))[0] for k in range(len(terms))])
    together = pd.DataFrame(told(joint, np.eye(len(terms))))
    without = leave_out(y, x, joint)
    table = pd.DataFrame(
        {
            **{name: sd * alone[end] for name, end in (("alone", "estimate"), ("alone_low", "low"), ("alone_high", "high"))},
            "p": alone["p"],
            "holm": holm(alone["p"]),
            **{end: sd * together[end] for end in ("estimate", "low", "high")},
            "left_out_low": sd * without.min(axis=0),
            "left_out_high": sd * without.max(axis=0),
            "sd": sd,
        }
    ).set_index(pd.Index([names.get(term, term) for term in terms], name="term"))
    variation = 1 - (joint.resid**2 * absorber.weights).sum() / (joint.y**2 * absorber.weights).sum()
    last = weight.shape[1] - 1 - np.argmax(weight[:, ::-1] > 0, axis=1)
    actual, gap = (grid[np.arange(len(places)), last] for grid in (y, joint.resid))
    by_place = pd.DataFrame({"actual": actual, "expected": actual - gap, "gap": gap}, index=pd.Index(places, name="place"))
    unit, called = panel.attrs.get("units", {}).get(outcome, ""), {name: names.get(name, name) for name in (outcome, *terms)}
    moved = {
        called[name]: max(parts.values())
        for name, parts in panel.attrs.get("apportioned", {}).items()
        if name in called and parts
    }
    return Explained(
        table, by_place, called[outcome], len(places), int(columns.sum()), joint.clusters, joint.rows,
        float(variation), errors, left_out, unit, source_cells(panel, outcome, *terms), moved,
    )  # fmt: skip


def _clusters(panel: pd.DataFrame, cluster: str | pd.Series, places: np.ndarray) -> np.ndarray:
    told = (fixed_by_place(panel, cluster) if isinstance(cluster, str) else cluster).reindex(places)
    if told.isna().any():
        raise PanelError(f"{int(told.isna().sum())} places have no cluster: {', '.join(map(str, places[told.isna()][:5]))}.")
    return told.astype(str).to_numpy()
