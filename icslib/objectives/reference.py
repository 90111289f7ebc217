"""Realistic objectives: for a target of x% in h years, how often did places like this one ever achieve it?

Every window of h years in the history is a case. Beside the count stand: what it would be if nothing but the national path and
the noise of single figures had moved; the chance on trend; and what could be told from noise in one place by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from ..errors import NotIdentified, PanelError
from ..panel import fixed_by_place, source_cells
from ..register.short import kind_of
from ..results import Result
from ..stats.process import Process
from .power import detectable_alone, known_years, read_history, spreads, told_change

LADDER = {"modest": 0.50, "stretching": 0.90, "unprecedented": 1.0}  # share of like windows that did less


@dataclass(frozen=True, eq=False)
class Outlook(Result):
    """Targets against history.

    Attributes
    ----------
    by_place : DataFrame, index ``place``
        ``now`` (and ``cells:now``, where it is printed, if the panel knows); ``target`` (its value); ``trend`` (expected change
        by then, fraction); ``windows``, ``independent`` (that do not overlap) and ``achieved`` in its own history; ``own``
        (share, shrunk towards all places); ``like`` (share among windows starting like it); ``noise`` (share if only the
        national path and noise moved); ``chance`` (on trend); ``detectable`` (total change told from noise).
    ladder : DataFrame, index ``place``, ``horizon``
        ``now``, ``trend``, ``modest``, ``stretching``, ``unprecedented``: values; in the ends of the range noise is taken out.
    share, low, high : among all places: share of windows that achieved it, 95% interval by independent windows
    noise_share : the same count by noise alone
    windows, independent : numbers behind them; calendar : windows in time that do not overlap
    horizon, change, exclude, outcome, unit : what was asked; kind : what the places are called together
    """

    by_place: pd.DataFrame
    ladder: pd.DataFrame
    share: float
    low: float
    high: float
    noise_share: float
    windows: int
    independent: int
    calendar: int
    horizon: int
    change: float
    exclude: tuple[int, ...]
    outcome: str
    unit: str
    process: Process
    sources: tuple[str, ...] = ()
    kind: str = "places"

    @property
    def headline(self) -> str:
        """The answer in one short sentence."""
        return (
            f"{told_change(self.change)} in {self.horizon} years was achieved in {self.share:.0%} of stretches, {self._beside} "
            f"noise alone ({self.noise_share:.0%})"
        )

    @property
    def finding(self) -> str:
        """How often it was achieved, and how often noise alone would have."""
        return (
            f"{told_change(self.change)} in {self.outcome.replace('_', ' ')} in {self.horizon} years was achieved in "
            f"{self.share:.0%} of past stretches (95% interval {self.low:.0%} to {self.high:.0%}), {self._beside} noise alone "
            f"would give ({self.noise_share:.0%}). On trend the middle of all {self.kind} has a chance of "
            f"{self.by_place['chance'].median():.0%}."
        )

    @property
    def _beside(self) -> str:
        """Beside noise alone: the interval says how sure."""
        more = self.share > self.noise_share
        if self.low <= self.noise_share <= self.high:
            return "barely more than" if more else "no more than"
        return "clearly more than" if more else "clearly less than"

    @property
    def details(self) -> str:
        """How many windows lie behind it, and what was left out."""
        left = f" {', '.join(map(str, self.exclude))} left out." if self.exclude else " No year left out."
        return (
            f"{self.windows:,} stretches of {self.horizon} years, {self.independent} that do not overlap. The interval takes "
            f"{self.kind} to be independent, given the national path of {self.calendar} separate stretch"
            f"{'es' if self.calendar > 1 else ''} of time.{left}"
        )

    def targets(self, place: str) -> pd.DataFrame:
        """The ladder of one place, index ``horizon``."""
        if place not in self.by_place.index:
            raise PanelError(
                f"{place!r} is not in this panel. It holds {', '.join(map(str, self.by_place.index[:5]))} and others."
            )
        return self.ladder.loc[place]


def outlook(
    panel: pd.DataFrame, outcome: str, horizon: int = 5, change: float = -0.10, *, like: str | None = None,
    horizons: Iterable[int] = (3, 5, 10), exclude: Iterable[int] = (), power: float = 0.8,
) -> Outlook:  # fmt: skip
    """Set a target beside the history of all places.

    Parameters
    ----------
    horizon, change : the target: `change` (fraction, negative for a fall) within `horizon` years
    like : an attribute (deprivation, population) by which places count as like; by default the level of the outcome relative
        to England's
    horizons : of the ladder of targets
    exclude : years no window may start or end in, and that take no part in trends (the pandemic: 2020, 2021); a named choice
    power : for what is detectable

    Notes
    -----
    Shrinkage: each place's share is beta-binomial over its non-overlapping windows, prior fitted to all places. Like: the
    nearest third of windows. Noise alone: mean over calendar windows of Phi((target - national change) / (sqrt(2) noise
    scale)). On trend: best linear prediction of the fitted process, plus the national drift with error shock^2 (h + h^2 /
    years seen). Logarithms throughout.
    """
    from statsmodels.stats.proportion import proportion_confint

    skipped = tuple(sorted(set(exclude)))
    places, years, y, process = read_history(panel, outcome, skipped)
    if horizon < process.span:
        raise NotIdentified(
            f"One figure of {outcome} spans {process.span} years, so windows of {horizon} years overlap themselves. "
            f"Ask for {process.span} or more."
        )
    steps, who, relative = _windows(y, horizon)
    if not len(steps):
        raise NotIdentified(f"No place has figures {horizon} years apart among {years[0]} to {years[-1]}. Shorten the horizon.")
    goal, sign = np.log1p(change), np.sign(change) or 1.0
    met = sign * steps >= sign * goal
    now = _last(y)
    standing = fixed_by_place(panel, like).reindex(places).to_numpy(float) if like else _last(y - _path(y))
    nearest = _nearest(standing, relative if like is None else standing[who])
    independent = np.array([_fit_in(row, horizon) for row in y])
    windows, achieved = np.bincount(who, minlength=len(places)), np.bincount(who, met, minlength=len(places))
    share, total = float(met.mean()), int(independent.sum())
    trials = max(total, 1)  # stretches overlap, so the share of all stands on as many trials as fit end to end
    low, high = map(float, proportion_confint(share * trials, trials, method="wilson"))
    trend, spread = _predict(process, y, horizon)
    noise = _noise_alone(process, y, horizon, goal, sign)
    by_place = pd.DataFrame(
        {
            "now": np.exp(now),
            "target": np.exp(now + goal),
            "trend": np.expm1(trend),
            "windows": windows,
            "independent": independent,
            "achieved": achieved.astype(int),
            "own": _shrink(achieved / np.maximum(windows, 1), independent, share),
            "like": np.where(np.isnan(standing), np.nan, met[nearest].mean(axis=1)),
            "noise": noise,
            "chance": stats.norm.cdf(sign * (trend - goal) / spread),
            "detectable": np.expm1(sign * horizon * detectable_alone(spreads(process, known_years(y, 10), [horizon]), power)[0]),
        },
        index=pd.Index(places, name="place"),
    )
    if cells := panel.attrs.get("cells"):
        latest = [years[~np.isnan(row)].max(initial=0) for row in y]
        by_place["cells:now"] = [cells.get((place, year, outcome), ()) for place, year in zip(places, latest, strict=True)]
    rungs = {h: _ladder(process, y, h, now, standing, like, sign).set_axis(by_place.index) for h in sorted(horizons)}
    return Outlook(
        by_place=by_place, ladder=pd.concat(rungs, names=["horizon"]).swaplevel().sort_index(), share=share, low=low, high=high,
        noise_share=float(np.average(noise, weights=np.maximum(windows, 1e-9))), windows=int(windows.sum()), independent=total,
        calendar=max(_fit_in(_path(y), horizon), 1), horizon=horizon, change=change, exclude=skipped, outcome=outcome,
        unit=panel.attrs.get("units", {}).get(outcome, ""), process=process, kind=kind_of(places),
        sources=source_cells(panel, outcome),
    )  # fmt: skip


def _windows(y: np.ndarray, horizon: int) -> tuple[np.ndarray, ...]:
    """Change, place and starting level relative to the year's mean, of every window with both ends."""
    if horizon >= y.shape[1]:
        return (np.array([]),) * 3
    steps = y[:, horizon:] - y[:, :-horizon]
    who, start = np.nonzero(~np.isnan(steps))
    return steps[who, start], who, y[who, start] - _path(y)[start]


def _path(y: np.ndarray) -> np.ndarray:
    """Mean of the places in each year; NaN where none has a figure."""
    return pd.DataFrame(y).mean().to_numpy()


def _last(y: np.ndarray) -> np.ndarray:
    """Last figure of each place; NaN where it has none."""
    return pd.DataFrame(y).ffill(axis=1).iloc[:, -1].to_numpy()


def _fit_in(row: np.ndarray, horizon: int) -> int:
    """Windows of `horizon` that fit end to end between the first and last figure; 0 when none does."""
    held = np.flatnonzero(~np.isnan(row))
    return int((held[-1] - held[0]) // horizon) if len(held) else 0


def _nearest(standing: np.ndarray, of_window: np.ndarray) -> np.ndarray:
    """(places, third of the windows): the windows that began most like each place."""
    third = max(len(of_window) // 3, 1)
    return np.argpartition(np.abs(np.nan_to_num(standing)[:, None] - of_window), third - 1, axis=1)[:, :third]


def _shrink(share: np.ndarray, trials: np.ndarray, centre: float) -> np.ndarray:
    """Beta-binomial shrinkage of each share towards `centre`; strength by likelihood, non-overlapping windows as trials."""
    trials = np.maximum(trials, 1)
    hit = share * trials
    centre = float(np.clip(centre, 1e-3, 1 - 1e-3))

    def unlikely(log_strength: float) -> float:
        a, b = centre * np.exp(log_strength), (1 - centre) * np.exp(log_strength)
        return -float((special.betaln(hit + a, trials - hit + b) - special.betaln(a, b)).sum())

    strength = np.exp(optimize.minimize_scalar(unlikely, bounds=(-2.0, 7.0), method="bounded").x)
    return (hit + strength * centre) / (trials + strength)


def _noise_alone(process: Process, y: np.ndarray, horizon: int, goal: float, sign: float) -> np.ndarray:
    """Share of calendar windows in which national path plus noise of two figures reaches the goal, by place."""
    path = _path(y)
    moved = (path[horizon:] - path[:-horizon])[~np.isnan(path[horizon:] - path[:-horizon])]
    return stats.norm.cdf(sign * (moved - goal)[:, None] / (np.sqrt(2) * process.noise * process.scale)).mean(axis=0)


def _predict(process: Process, y: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Expected change of each place's figure from its last one to `horizon` years on, and its standard deviation."""
    path = _path(y)
    gap = y - path
    expected, spread = np.full(len(y), np.nan), np.full(len(y), np.nan)
    seen = np.ptp(np.flatnonzero(~np.isnan(path)))
    national = process.national_shock**2 * (horizon + horizon**2 / seen)
    for place, row in enumerate(gap):
        at = np.flatnonzero(~np.isnan(row))
        if len(at) < 2:
            continue
        v = process.covariance(np.r_[at, at[-1] + horizon].astype(float))
        old, across, ahead = np.linalg.inv(v[:-1, :-1] + 1e-12 * np.eye(len(at))), v[:-1, -1], v[-1, -1]
        level = (old.sum(axis=0) @ row[at]) / old.sum()
        predicted = level + across @ old @ (row[at] - level)
        unknown = (1 - old.sum(axis=0) @ across) ** 2 / old.sum()
        variance = (ahead - across @ old @ across + unknown) * process.scale[place] ** 2 + national
        expected[place], spread[place] = predicted - row[at[-1]] + horizon * process.national_drift, np.sqrt(max(variance, 1e-18))
    return expected, spread


def _ladder(process, y, horizon, now, standing, like, sign) -> pd.DataFrame:
    """Values reached on trend and on each rung, for one horizon; NaN where no window is that long."""
    trend, _ = _predict(process, y, horizon)
    out = pd.DataFrame({"now": np.exp(now), "trend": np.exp(now + trend)})
    steps, who, relative = _windows(y, horizon)
    if not len(steps):
        return out.assign(**dict.fromkeys(LADDER, np.nan))
    chosen = steps[_nearest(standing, relative if like is None else standing[who])]
    mean, raw = chosen.mean(axis=1, keepdims=True), chosen.var(axis=1, keepdims=True)
    real = np.maximum(raw - 2 * process.noise**2 * np.mean(process.scale**2), 0.0)  # the noise of two figures taken out
    quiet = mean + (chosen - mean) * np.sqrt(real / raw)
    for rung, less in LADDER.items():
        out[rung] = np.exp(now + sign * np.quantile(sign * quiet, less, axis=1))
    return out
