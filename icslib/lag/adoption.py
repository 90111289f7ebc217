"""Staggered adoption: what follows designation, compared with places not yet designated.

Two-way regressions with effects that differ by wave compare late waves with early ones already changed, and can print leads
and later effects that nothing in the data supports. Here every effect is a difference of differences against places not yet
adopting (Callaway and Sant'Anna 2021), and an effect without such a place is said not to be identified. The estimators of
pyfixest (did2s, Sun-Abraham, LP-DiD) are run on the same years and held to the same rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..numbers import write_number
from ..panel import fixed_by_place, grids, source_cells, touches
from ..register.short import kind_of
from ..results import Result
from ..stats.bands import with_intervals
from ..stats.inference import all_zero
from ..stats.regression import interval
from .cohorts import add_up, by_pyfixest, compare_waves, support_of
from .design import attribute_of, labels_of
from .gate import write_name

METHODS = ("group_time", "did2s", "sun_abraham", "lp_did")


@dataclass(frozen=True, eq=False)
class EventStudy(Result):
    """Effects by years since adoption.

    Attributes
    ----------
    profile : DataFrame, index ``event`` (years since adoption; -1 is the base year)
        ``estimate``, ``se``, ``low``, ``high``, ``band_low``, ``band_high``, ``cohorts``, ``treated`` and ``controls`` (places
        compared), ``supported``, ``reason``. An effect that is not identified is NaN, whatever a regression would print.
    average : tuple: estimate, se, low, high over the identified events 0 and up, weighted by places
    waves : Series, places by year of adoption
    placebo : p that all events before the base year are none (Wald, F with clusters less one); NaN for pyfixest's
    last_untreated : int, last year in which some place has not adopted
    longest : int, the last event identified (-1 if none)
    ends : int, last year with a figure
    method, outcome, unit : str
    kind, adopted : what the places are called together, and what became of them, for sentences
    """

    profile: pd.DataFrame
    average: tuple[float, float, float, float]
    placebo: float
    waves: pd.Series
    last_untreated: int
    longest: int
    ends: int
    method: str
    outcome: str
    unit: str
    sources: tuple[str, ...] = ()
    kind: str = "places"
    adopted: str = "adopted"

    @property
    def headline(self) -> str:
        """What can be known at all, in one short sentence."""
        if self.longest < 0:
            return f"No year after {self.kind} were {self.adopted} can be compared with anything"
        return f"Nothing can be known beyond year {self.longest} after {self.kind} were {self.adopted}"

    @property
    def finding(self) -> str:
        """What is not identified first, then the average effect with its interval."""
        words = write_name(self.outcome)
        if self.longest < 0:
            return (
                f"No effect on {words} can be known: in no year can {self.kind} already {self.adopted} be compared with others."
            )
        said = []
        if self.longest < int(self.profile.index.max()):
            gone = f"all {self.kind} were {self.adopted} by {self.waves.index.max()}, so none is left to compare with"
            why = gone if self.ends > self.last_untreated else f"the figures end in {self.last_untreated}"
            said.append(f"{self.headline}: {why}.")
        b, se, low, high = self.average
        says = lambda value: write_number(value, self.unit)  # noqa: E731
        told = " cannot be told apart from none" if low <= 0 <= high else " is clear of none"
        sure = f"{told} ({says(b)}; 95% interval {says(low)} to {says(high)})" if np.isfinite(se) else f" is {says(b)}"
        said.append(f"Up to then the average difference in {words} from {self.kind} not yet {self.adopted}{sure}.")
        return " ".join(said)


def event_study(
    panel: pd.DataFrame, outcome: str, adopted: str = "adopted", *, events: Iterable[int] = range(-5, 11),
    method: str = "group_time", controls: str = "not yet", exclude: Iterable[int] = (), year_by: str | None = None,
    interacted: Iterable[str] = (), cluster: str = "place", level: float = 0.95, seed: int = 1,
) -> EventStudy:  # fmt: skip
    """Effect of adopting on `outcome`, by years since adoption.

    Parameters
    ----------
    adopted : column with each place's year of adoption, the same in all its rows; NaN (or 0) for never
    events : years since adoption to report; below -1 they are placebos (base year -1, whatever the event)
    method : "group_time" (here), or pyfixest's "did2s", "sun_abraham", "lp_did", on the years that have an untreated place
    controls : "not yet" adopting by that year, or "never" (group_time only)
    exclude : outcome years left out
    year_by : compare only within an attribute (a region); interacted : attributes by which places are free to drift, learnt from
        those not yet adopting (both group_time only)
    cluster : "place", or an attribute above it that adopts as one (the system of a commissioning group); with fewer than about
        ten clusters trust :func:`randomise_adoption` rather than these intervals

    Notes
    -----
    group_time: effect(g, t) = mean change of wave g from year g - 1 to t less that of places adopting after both; waves
    averaged by their places. Errors: influence of each place, each side with its own degrees of freedom (HC2), summed in
    clusters and times G/(G-1) where these are coarser; the waves taken as given; t with G-1 degrees of freedom. It assumes
    parallel paths without adoption and no anticipation.
    """
    if method not in METHODS:
        raise NotIdentified(f"method={method!r} is not known. Choose one of {METHODS}.")
    if controls not in ("not yet", "never"):
        raise NotIdentified(f'controls={controls!r} is not known. Choose "not yet" or "never".')
    interacted = list(interacted)
    if method != "group_time" and (year_by or interacted):
        raise NotIdentified(f'year_by and interacted go with method="group_time", not with {method!r}.')
    places, years, y, wave = _arrays(panel, outcome, adopted, exclude)
    attributes = np.stack([attribute_of(panel, places, name) for name in interacted]) if interacted else None
    groups = labels_of(panel, places, year_by) if year_by else None
    asked = sorted({int(e) for e in events} | {-1})
    cells = compare_waves(y, years, wave, asked, never=controls == "never", groups=groups, attributes=attributes)
    untreated = [int(year) for year in years if (wave > year).any()]
    last = max(untreated, default=int(years[0]) - 1)
    support = support_of(cells, asked, last)
    longest = max((e for e in asked if e >= 0 and support.loc[e, "supported"]), default=-1)
    label = labels_of(panel, places, cluster)
    df = label.max()
    if df < 1:
        raise NotIdentified(f"{cluster} puts all {len(places)} places into one cluster, which shows no error. Use two or more.")
    event = np.array(asked)
    known = support["supported"].to_numpy()
    alone = (support[["treated", "controls"]].min(axis=1) < 2).to_numpy() & (event != -1)  # one place shows no spread
    if method == "group_time":
        influence, estimate = add_up(cells, asked, len(places))
        influence = influence @ (label[:, None] == np.unique(label))  # summed within clusters
        covariance = influence @ influence.T * (1 if cluster == "place" else (df + 1) / df)
        early = np.flatnonzero(known & (event < -1))
        placebo = all_zero(estimate[early], covariance[np.ix_(early, early)], df)
    else:
        estimate, se = by_pyfixest(method, y, years, wave, label, last, asked)
        covariance, placebo = np.diag(se**2), np.nan
    weight = np.where(known & (event >= 0), support["treated"], 0)
    average = _average(estimate, covariance, weight, df, level, apart=method != "group_time")
    covariance[~known | alone] = np.nan
    profile = with_intervals(np.where(known, estimate, np.nan), covariance, df, support.index, level=level, seed=seed)
    if method != "group_time":
        profile[["band_low", "band_high"]] = np.nan  # how its errors move together is not known
    return EventStudy(
        profile=profile.join(support), average=average, placebo=placebo,
        waves=pd.Series(wave[np.isfinite(wave)]).astype(int).value_counts().sort_index(), last_untreated=last, longest=longest,
        ends=int(years[~np.isnan(y).all(axis=0)].max(initial=0)), method=method, outcome=outcome,
        unit=panel.attrs.get("units", {}).get(outcome, ""), sources=source_cells(panel, outcome), kind=kind_of(places),
        adopted=adopted.replace("_", " "),
    )  # fmt: skip


def _average(
    estimate: np.ndarray, covariance: np.ndarray, weight: np.ndarray, df: int, level: float, apart: bool
) -> tuple[float, float, float, float]:
    """Estimate, se, low and high over events by `weight`; no error where how theirs move together is not known (`apart`)."""
    if not weight.any():
        return (np.nan,) * 4
    weight = weight / weight.sum()
    b = float(weight @ np.nan_to_num(estimate))
    error = np.nan if apart else float(np.sqrt(weight @ np.nan_to_num(covariance) @ weight))
    low, high = interval(b, error, df, level)
    return b, error, float(low), float(high)


def randomise_adoption(
    panel: pd.DataFrame, outcome: str, adopted: str = "adopted", *, draws: int = 999, seed: int = 1,
    exclude: Iterable[int] = (), cluster: str = "place",
) -> pd.Series:  # fmt: skip
    """How often waves dealt at random, to places or to whole clusters, give an average effect as large as the one seen.

    The sharp null is that adoption changed nothing anywhere; it holds for any number of places. Gives ``estimate`` and ``p``
    (index), two-sided, the waves' sizes kept. It is only as good as the claim that any place could have been in any wave.
    """
    places, years, y, wave = _arrays(panel, outcome, adopted, exclude)
    label = labels_of(panel, places, cluster)
    by_cluster = np.array([wave[label == g][0] for g in range(label.max() + 1)])
    if (wave != by_cluster[label]).any():
        raise NotIdentified(f"Waves differ within {cluster}, so they cannot be dealt to whole clusters. Deal them to places.")
    events = list(range(0, len(years)))
    rng = np.random.default_rng(seed)

    def effect(dealt: np.ndarray) -> float:
        cells = compare_waves(y, years, dealt, events)
        return float(np.average([c.effect for c in cells], weights=[len(c.who) for c in cells])) if cells else np.nan

    seen = effect(wave)
    if np.isnan(seen):
        raise NotIdentified(
            f"In no year can a place that adopted be compared with one that has not, so {outcome} has no effect to test."
        )
    drawn = np.abs([effect(rng.permutation(by_cluster)[label]) for _ in range(draws)])
    return pd.Series({"estimate": seen, "p": (1 + np.count_nonzero(drawn >= abs(seen) - 1e-12)) / (1 + draws)})


def _arrays(panel: pd.DataFrame, outcome: str, adopted: str, exclude: Iterable[int]):
    places, years, held = grids(panel, [outcome])
    wave = fixed_by_place(panel, adopted).reindex(places).to_numpy(float)
    wave = np.where(np.isnan(wave) | (wave == 0), np.inf, wave)
    if not np.isfinite(wave).any():
        raise NotIdentified(f"No place has a year in {adopted}, so there is no adoption to study.")
    y = held[outcome].copy()
    y[:, touches(years, exclude, int(panel.attrs.get("spans", {}).get(outcome, 1)))] = np.nan
    return places, years, y, wave
