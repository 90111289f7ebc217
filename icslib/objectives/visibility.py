"""When would we see it? The first year in which a real, steady improvement stands out from the panel's own movement.

The analyst compares each treated place's departure from its own baseline with that of the other places. Each place's record
(baseline years, then years 1 to h) is reduced to one number, the best linear estimate of a yearly improvement that began
in year 1, given how the panel moves by itself (:mod:`icslib.stats.process`); the two groups are compared by a t test. Power is
counted in simulated panels and checked against the non-central t, which is exact for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..panel import fixed_by_place, source_cells
from ..register.short import kind_of
from ..results import Result
from ..stats.process import Process
from .power import (
    before_and_after,
    detectable_alone,
    known_years,
    power_of,
    push_for,
    read_history,
    simulate_groups,
    spreads,
    told_change,
    typical,
)


@dataclass(frozen=True, eq=False)
class Visibility(Result):
    """Power to see a steady improvement, by horizon.

    Attributes
    ----------
    power : DataFrame, index ``horizon`` (years since it began)
        ``power`` (simulated), ``closed`` (formula), ``size`` (share of simulated panels without any improvement that show one),
        ``detectable`` (smallest change per year seen with the asked power, fraction) and ``detectable_total`` (by that horizon).
    by_place : Series, first visible year for each place alone (NaN: none up to the last horizon); empty for a group
    first_year : int or None
    change_per_year, wanted, baseline, treated, places, shared : what was asked; `shared` is the correlation of treated places'
        errors
    process : the fitted error process
    outcome, kind : str; the measure, and what the places are called together
    """

    power: pd.DataFrame
    by_place: pd.Series
    first_year: int | None
    change_per_year: float
    wanted: float
    baseline: int
    treated: int
    places: int
    shared: float
    before_after: bool
    process: Process
    outcome: str
    sources: tuple[str, ...] = ()
    kind: str = "places"

    @property
    def headline(self) -> str:
        """The answer in one short sentence."""
        never = f"would not be seen within {self.power.index[-1]} years"
        when = f"would be seen from year {self.first_year}" if self.first_year else never
        return f"{told_change(self.change_per_year, 'real ')} a year in {self.who} {when}"

    @property
    def finding(self) -> str:
        """The first visible year, and what hides it."""
        reached = f"the chance by then is {self.power['power'].iloc[-1]:.0%}, where {self.wanted:.0%} is asked"
        text = f"{self.headline}, with a chance of {self.wanted:.0%}." if self.first_year else f"{self.headline}: {reached}."
        if self.by_place.notna().any():
            text += (
                f" If it were known how much each moves by itself, the steadiest {self.kind.removesuffix('s')} would show it "
                f"from year {self.by_place.min():.0f}, the middle one from year {self.by_place.median():.0f}."
            )
        if self.before_after:
            shock = f"{self.process.national_shock:.1%}"
            text += f" With nothing to compare with, the national path hides it: it moves by {shock} a year by itself."
        elif self.shared:
            text += f" Those treated share {self.shared:.0%} of their movement, which a larger group does not average away."
        return text

    @property
    def details(self) -> str:
        """What the answer rests on, and the smallest change seen by the last horizon."""
        return (
            f"Measure: {self.outcome.replace('_', ' ')}; {self.baseline} baseline years. By year {self.power.index[-1]} the "
            f"smallest change that would be seen is {abs(self.power.iloc[-1]['detectable']):.1%} a year."
        )

    @property
    def who(self) -> str:
        """Who improves, in words."""
        if self.before_after:
            return f"all {self.kind} at once"
        return f"one {self.kind.removesuffix('s')} alone" if self.treated == 1 else f"{self.treated} of {self.places} {self.kind}"


def first_visible_year(
    panel: pd.DataFrame, outcome: str, change_per_year: float = -0.02, treated: int | str | Sequence[str] = 10,
    power: float = 0.8, baseline: int = 10, *, horizons: Iterable[int] = range(1, 16), shared: float | str = 0.0,
    before_after: bool = False, exclude: Iterable[int] = (), level: float = 0.95, draws: int = 4000, seed: int = 1,
) -> Visibility:  # fmt: skip
    """First year in which an improvement of `change_per_year` (fraction a year) would be visible.

    Parameters
    ----------
    treated : how many places improve, their names, or "all"
    baseline : years before it began. Gaps of the panel in its last years (and years left out) are gaps here too; a baseline
        longer than the panel is taken as held
    shared : correlation between treated places' errors beyond the national path (0 to 1), or an attribute (a region) to
        estimate it from
    before_after : allow all places at once, compared with the national path's own past: the national shock then sets what can
        be seen
    exclude : years left out of the fitted process (the pandemic: 2020, 2021); a named choice
    draws : simulated panels for each horizon

    Raises
    ------
    NotIdentified
        All places at once without `before_after`, or a panel too small to fit how it moves.

    Notes
    -----
    Works on logarithms, so the outcome must be positive. Estimate of a place: w'y with w = V^-1 m / m'V^-1 m, V the fitted
    covariance of its errors with its level projected out, m the ramp 0, ..., 0, 1, 2, ..., h. Its variance s^2 = 1 / m'V^-1 m.
    The difference of group means has variance s^2 ((1 + (n1 - 1) shared) / n1 + 1 / n0), and the test n0 + n1 - 2 degrees of
    freedom. Before and after: drift known from baseline - 1 changes, error shock^2 (1/h + 1/(baseline - 1)).
    """
    places, _, values, process = read_history(panel, outcome, exclude)
    named = _named(places, treated)
    count = treated if isinstance(treated, int) else len(places) if named is None else len(named)
    if not 1 <= count <= len(places):
        raise NotIdentified(f"{count} places are to improve, and the panel has {len(places)}.")
    if count > len(places) - 2 and not before_after:
        raise NotIdentified(
            f"{count} of {len(places)} places improve at once, so none is left to compare with: before and after cannot be told "
            "from what would have happened everywhere. Leave some places out, or pass before_after=True to see what the national "
            "path does to it."
        )
    overlap = _shared_by(values, fixed_by_place(panel, shared).reindex(places)) if isinstance(shared, str) else float(shared)
    slope, horizons = float(np.log1p(change_per_year)), sorted(int(h) for h in horizons)
    rng, known = np.random.default_rng(seed), known_years(values, baseline)
    spread = spreads(process, known, horizons)
    if before_after:
        rows = [before_and_after(process, slope, baseline, h, power, level, draws, rng) for h in horizons]
    else:
        df = len(places) - 2
        cut, two = stats.t.ppf(0.5 + level / 2, df), np.sqrt((1 + (count - 1) * overlap) / count + 1 / (len(places) - count))
        t = simulate_groups(process, known, horizons, count, named, overlap, draws, rng) / two
        push = push_for(power, cut, df)
        rows = [
            {
                "power": float(np.mean(np.abs(drawn[0] + slope / scale * drawn[1]) > cut)),
                "closed": power_of(abs(slope) / (scale * two), cut, df),
                "size": float(np.mean(np.abs(drawn[0]) > cut)),
                "detectable": push * scale * two,
            }
            for drawn, scale in zip(t, typical(spread), strict=True)
        ]
    table = pd.DataFrame(rows, index=pd.Index(horizons, name="horizon"))
    table["detectable_total"] = np.expm1(np.sign(slope) * table["detectable"] * table.index.to_numpy())
    table["detectable"] = np.expm1(np.sign(slope) * table["detectable"])
    by_place = pd.Series(dtype=float)
    if count == 1 and not before_after:
        seen = detectable_alone(spread, power, level) <= abs(slope)
        first = np.where(seen.any(axis=0), np.array(horizons)[seen.argmax(axis=0)], np.nan)
        by_place = pd.Series(first, pd.Index(places, name="place"), name="first_year")
    return Visibility(
        power=table, by_place=by_place, first_year=next((int(h) for h in horizons if table.loc[h, "power"] >= power), None),
        change_per_year=change_per_year, wanted=power, baseline=baseline, treated=count, places=len(places), shared=overlap,
        before_after=before_after, process=process, outcome=outcome, sources=source_cells(panel, outcome), kind=kind_of(places),
    )  # fmt: skip


def _named(places: np.ndarray, treated: int | str | Sequence[str]) -> np.ndarray | None:
    """Positions of the places named; None where only a number, or "all", is given."""
    if isinstance(treated, int) or treated == "all":
        return None
    names = [treated] if isinstance(treated, str) else list(treated)
    if unknown := [name for name in names if name not in places]:
        raise NotIdentified(f"{unknown} are not places of this panel, which holds {', '.join(map(str, places[:5]))} and others.")
    return np.flatnonzero(np.isin(places, names))


def _shared_by(values: np.ndarray, label: pd.Series) -> float:
    """Intra-class correlation of yearly errors within groups of places (one-way analysis of variance of each year's changes)."""
    change = pd.DataFrame(np.diff(values, axis=1)).dropna(axis="columns", how="all")
    kept = change.notna().all(axis=1) & label.notna().to_numpy()
    change, groups = change[kept] - change[kept].mean(), label.to_numpy()[kept]
    size = pd.Series(groups).value_counts()
    count, total = len(size), len(change)
    if count < 2:
        raise NotIdentified("The attribute has one value only, so movement shared within its groups cannot be estimated.")
    means = change.groupby(groups).transform("mean")
    between, within = (means**2).sum().mean() / (count - 1), ((change - means) ** 2).sum().mean() / (total - count)
    typical = (total - (size**2).sum() / total) / (count - 1)
    return float(np.clip((between - within) / (between + (typical - 1) * within), 0.0, 1.0))
