"""Tests an estimate should pass before it is believed: leads, rivals, a negative control, no one place, dealt exposures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..panel import source_cells
from ..register.short import short_names
from ..results import Result
from .adoption import METHODS, event_study, randomise_adoption
from .design import Design, make_design
from .distributed import SHAPE, estimate_lag, fit_shape
from .gate import check_support, write_name
from .profile import LagEstimate

IN_WORDS = {
    "region by year": "comparison within regions",
    "deprivation by year": "free paths by deprivation",
    "other pandemic choice": "the other choice about the pandemic",
    "place trends": "a straight line for every place",
    "negative control": "the negative control",
    "each place left out": "leaving out single places",
    "did2s": "two stages (did2s)",
    "sun_abraham": "Sun and Abraham",
    "lp_did": "local projections (LP-DiD)",
}


@dataclass(frozen=True, eq=False)
class Challenges(Result):
    """An estimate beside the tests it should pass.

    Attributes
    ----------
    rows : DataFrame, index ``test``
        ``estimate``, ``low``, ``high``, ``p`` of the summed profile (or of the leads), ``passes`` (None: not identified),
        ``reading``.
    """

    rows: pd.DataFrame
    exposure: str
    outcome: str
    unit: str
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """How many tests it passes, and which it fails."""
        tests = self.rows.iloc[1:]
        failed = [IN_WORDS.get(one, one) for one, passed in tests["passes"].items() if passed is False]
        silent = [IN_WORDS.get(one, one) for one, passed in tests["passes"].items() if passed is None]
        said = [f"Against it: {', '.join(failed)}."] if failed else []
        return " ".join([f"{self.headline}.", *said, *([f"Not possible here: {', '.join(silent)}."] if silent else [])])

    @property
    def headline(self) -> str:
        """Whether it is clear of none, and how many tests it passes."""
        tests, first = self.rows.iloc[1:], self.rows.iloc[0]
        passed = f"{sum(one is True for one in tests['passes'])} of the {len(tests)} tests"
        name = f"The estimate for {write_name(self.exposure)}"
        if first["low"] <= 0 <= first["high"]:
            return f"{name} cannot be told apart from none, and {passed} agree with it"
        return f"{name} passes {passed} it should pass"


def challenge_lag(
    panel: pd.DataFrame, exposure: str, outcome: str, lags: Iterable[int] = range(0, 6), *, leads: int = 2,
    region: str | None = None, attribute: str | None = None, negative: str | None = None, exclude: Iterable[int] = (),
    draws: int = 199, seed: int = 1, **options,
) -> Challenges:  # fmt: skip
    """Set an estimate beside placebo leads, rival explanations, the other pandemic choice, a negative control, every place left
    out in turn and exposures dealt at random.

    Parameters
    ----------
    leads : placebo leads tested together; pass: p above 0.1
    region : attribute for region by year; attribute : one given its own path through time (deprivation); pass: inside the
        interval, hence of the same sign when that is clear of zero
    negative : an outcome the exposure cannot plausibly move, but which what confounds it would; pass: interval holds zero
    draws : exposure paths dealt at random among places (0: not tested); pass: seen more often than 1 in 10 only if the
        estimate is not clear of zero

    Notes
    -----
    Each place is left out in turn: pass when no single place takes the sum out of its interval.
    """
    lags, exclude = sorted(lags), tuple(exclude)
    ends = max(lags[0], 0), lags[-1]
    run = lambda out=outcome, **more: estimate_lag(  # noqa: E731
        panel, exposure, out, more.pop("lags", lags), bands=False, **{"exclude": exclude, **options, **more}
    )
    base = run()
    total = base.cumulative(*ends)
    agrees = lambda value: bool(total.low <= value <= total.high)  # noqa: E731
    rows = {"as estimated": {**total._asdict(), "passes": True, "reading": "the sum of the profile"}}

    def test(name: str, reading: str, judge, **more) -> None:
        try:
            found = run(**more).cumulative(*ends)
            rows[name] = {**found._asdict(), "passes": bool(judge(found)), "reading": reading}
        except NotIdentified:
            rows[name] = {"passes": None, "reading": "not identified"}

    rival = lambda found: agrees(found.estimate)  # noqa: E731
    rows["placebo leads"] = _leads(run, lags, leads)
    if region:
        test("region by year", "only places of one region compared", rival, year_by=region)
    if attribute:
        test(f"{attribute} by year", "places free to drift by it", rival, interacted=(attribute,))
    test("place trends", "each place its own straight line", rival, trends=True)
    test("other pandemic choice", "2020 and 2021 in, or out", rival, exclude=() if exclude else (2020, 2021))
    if negative:
        none = lambda found: found.low <= 0 <= found.high  # noqa: E731
        test("negative control", f"{write_name(negative)}: should be none", none, out=negative)
    design, fitted = _refit(panel, exposure, outcome, lags, ends, exclude, options)
    used = np.flatnonzero(base.model.absorber.weights.any(axis=1))
    away = 1.0 - np.eye(len(design.places))[..., None]
    others = pd.Series({design.places[i]: fitted(weights=design.weights * away[i]) for i in used})
    worst = (others - total.estimate).abs().idxmax()
    rows["each place left out"] = {
        "estimate": others[worst], "low": others.min(), "high": others.max(), "passes": bool(others.map(agrees).all()),
        "reading": f"furthest without {short_names([worst])[worst]}; the range over all",
    }  # fmt: skip
    if draws:
        chance = _dealt(design, fitted, total.estimate, draws, seed)
        same = (chance <= 0.1) == (total.p <= 0.1)
        rows["exposures dealt at random"] = {"p": chance, "passes": same, "reading": "share of deals with a sum as large"}
    sources = (*base.support.sources, *(source_cells(panel, negative) if negative else ()))
    return Challenges(_table(rows), exposure, outcome, base.unit, sources)


def challenge_adoption(
    panel: pd.DataFrame, outcome: str, adopted: str = "adopted", *, region: str | None = None, attribute: str | None = None,
    draws: int = 199, seed: int = 1, cluster: str = "place", exclude: Iterable[int] = (),
) -> Challenges:  # fmt: skip
    """Set the average effect of adopting beside its placebo years, rival comparisons, pyfixest's estimators and waves dealt at
    random; keywords and passes as for :func:`challenge_lag`.
    """
    how: dict = {"cluster": cluster, "exclude": tuple(exclude)}
    base = event_study(panel, outcome, adopted, **how)
    value, _, low, high = base.average
    rows: dict = {
        "as estimated": {"estimate": value, "low": low, "high": high, "passes": True, "reading": "average of years identified"},
        "placebo years": {"p": base.placebo, "passes": base.placebo > 0.1, "reading": "years before the base year; all none?"},
    }
    rivals: list[tuple[str, str, dict]] = [(IN_WORDS[one], "pyfixest, on the same years", {"method": one}) for one in METHODS[1:]]
    if attribute:
        rivals.insert(0, (f"{attribute} by year", "places free to drift by it", {"interacted": (attribute,)}))
    if region:
        rivals.insert(0, ("region by year", "only places of one region compared", {"year_by": region}))
    for name, reading, more in rivals:
        other, _, least, most = event_study(panel, outcome, adopted, **how, **more).average
        seen = np.isfinite(other)
        rows[name] = {
            "estimate": other, "low": least, "high": most, "passes": bool(low <= other <= high) if seen else None,
            "reading": reading if seen else "not identified",
        }  # fmt: skip
    if draws:
        dealt = randomise_adoption(panel, outcome, adopted, draws=draws, seed=seed, **how)
        clear = low > 0 or high < 0
        rows["waves dealt at random"] = {
            "p": dealt["p"], "passes": bool((dealt["p"] <= 0.1) == clear), "reading": "share of deals with a difference as large",
        }  # fmt: skip
    return Challenges(_table(rows), f"{base.kind} being {base.adopted}", outcome, base.unit, base.sources)


def _table(rows: dict) -> pd.DataFrame:
    """One row a test; `passes` is yes, no or None."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "low", "high", "p", "passes", "reading"])
    return frame.rename_axis("test").astype({"passes": object})


def _leads(run: Callable[..., LagEstimate], lags: list[int], leads: int) -> dict:
    """Whether outcomes move before the exposure does."""
    ahead = [-k for k in range(leads, 0, -1)]
    kept = [lag for lag in lags if lag >= 0][: max(len(lags) - leads, 1)]
    try:
        placebo = run(lags=[*ahead, *kept], basis="unrestricted")
    except NotIdentified:
        return {"p": np.nan, "passes": None, "reading": "not identified: no earlier outcome to test on"}
    early, p = placebo.combine(dict.fromkeys(ahead, 1.0)), placebo.placebo
    return {**early._asdict(), "p": p, "passes": bool(p is not None and p > 0.1), "reading": "sum of the leads; all zero?"}


def _dealt(design: Design, fitted: Callable[..., float], seen: float, draws: int, seed: int) -> float:
    """How often whole paths of exposure, dealt at random among the places that have one, give a sum as large as the one seen."""
    rng, order, large = np.random.default_rng(seed), np.arange(len(design.places)), 0
    held = np.flatnonzero(~np.isnan(design.exposure).all(axis=1))
    for _ in range(draws):
        order[held] = rng.permutation(held)
        large += abs(fitted(block=design.block[:, order])) >= abs(seen)
    return (1 + large) / (1 + draws)


def _refit(panel, exposure, outcome, lags, ends, exclude, options) -> tuple[Design, Callable[..., float]]:
    """The design, and what gives the sum of the profile when some of its arrays are others."""
    about = ("controls", "interacted", "year_by", "weights", "cluster")
    design = make_design(panel, exposure, outcome, lags, exclude=exclude, **{k: v for k, v in options.items() if k in about})
    how = {k: v for k, v in options.items() if k in SHAPE}
    support, summed = check_support(design, exposure, outcome), [ends[0] <= lag <= ends[1] for lag in design.lags]

    def fitted(**arrays) -> float:
        model, profile, _ = fit_shape(replace(design, **arrays), support, **how)
        return float((profile @ model.coef)[summed].sum())

    return design, fitted
