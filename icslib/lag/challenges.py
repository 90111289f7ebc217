"""The tests an estimate should pass before it is believed: placebo leads, rivals, dealt exposures, a negative control."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from icslib.errors import NotIdentified
from icslib.results import Result

from .design import make_design
from .distributed import estimate_lag, fit_design
from .gate import check_support

IN_WORDS = {
    "region by year": "comparison within regions",
    "deprivation by year": "free paths by deprivation",
    "other pandemic choice": "the other choice about the pandemic",
    "place trends": "a straight line for every place",
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
        failed = list(tests.index[[passed is False for passed in tests["passes"]]])
        silent = list(tests.index[[passed is None for passed in tests["passes"]]])
        said = f"it fails {', '.join(IN_WORDS.get(one, one) for one in failed)}" if failed else "it fails none"
        rest = f"; {', '.join(IN_WORDS.get(one, one) for one in silent)} cannot be made" if silent else ""
        return f"{self.headline}: {said}{rest}."

    @property
    def headline(self) -> str:
        """How many tests it passes."""
        tests = self.rows.iloc[1:]
        return (
            f"The estimate for {self.exposure.replace('_', ' ')} passes {sum(passed is True for passed in tests['passes'])} "
            f"of the {len(tests)} tests it should pass"
        )


def challenge_lag(
    panel: pd.DataFrame,
    exposure: str,
    outcome: str,
    lags: Iterable[int] = range(0, 6),
    *,
    leads: int = 2,
    region: str | None = None,
    attribute: str | None = None,
    negative: str | None = None,
    exclude: Iterable[int] = (),
    draws: int = 199,
    seed: int = 1,
    **options,
) -> Challenges:
    """Set an estimate beside placebo leads, rival explanations, the other pandemic choice, dealt-at-random exposures and a
    negative control.

    Parameters
    ----------
    leads : placebo leads tested together; pass: p above 0.1
    region : attribute for region by year; attribute : one given its own path through time (deprivation); pass: same sign,
        inside the interval
    negative : an outcome the exposure cannot act on; pass: interval holds zero
    draws : exposure paths dealt at random among places (0: not tested); pass: seen more often than 1 in 10 only if the
        estimate is not clear of zero
    """
    lags, exclude = sorted(lags), tuple(exclude)
    ends = max(lags[0], 0), lags[-1]
    run = lambda frame=panel, out=outcome, **more: estimate_lag(  # noqa: E731
        frame, exposure, out, more.pop("lags", lags), bands=False, **{"exclude": exclude, **options, **more}
    )
    base = run()
    total = base.cumulative(*ends)
    rows = {"as estimated": {**total._asdict(), "passes": True, "reading": "the sum of the profile"}}

    def rival(name: str, reading: str, **more) -> None:
        try:
            found = run(**more).cumulative(*ends)
        except NotIdentified:
            rows[name] = {"passes": None, "reading": "not identified"}
            return
        same = np.sign(found.estimate) == np.sign(total.estimate) and total.low <= found.estimate <= total.high
        rows[name] = {**found._asdict(), "passes": bool(same), "reading": reading}

    ahead = [-k for k in range(leads, 0, -1)]
    for_leads = [lag for lag in lags if lag >= 0][: max(len(lags) - leads, 1)]
    try:
        placebo = run(lags=[*ahead, *for_leads], basis="unrestricted")
        early, p = placebo.combine(dict.fromkeys(ahead, 1.0)), placebo.placebo
        rows["placebo leads"] = {
            **early._asdict(),
            "p": p,
            "passes": bool(p is not None and p > 0.1),
            "reading": "sum of the leads; all zero?",
        }
    except NotIdentified:
        rows["placebo leads"] = {"p": np.nan, "passes": None, "reading": "not identified: no earlier outcome to test on"}
    if region:
        rival("region by year", "only places of one region compared", year_by=region)
    if attribute:
        rival(f"{attribute} by year", "places free to drift by it", interacted=(attribute,))
    rival("place trends", "each place its own straight line", trends=True)
    rival("other pandemic choice", "2020 and 2021 in, or out", exclude=() if exclude else (2020, 2021))
    if negative:
        found = run(out=negative).cumulative(*ends)
        rows[f"negative control: {negative}"] = {
            **found._asdict(),
            "passes": bool(found.low <= 0 <= found.high),
            "reading": "should be none",
        }
    if draws:
        chance = _dealt(panel, exposure, outcome, lags, ends, total.estimate, draws, seed, exclude, options)
        agrees = (chance <= 0.1) == (total.p <= 0.1)
        rows["exposures dealt at random"] = {"p": chance, "passes": bool(agrees), "reading": "share of deals with a sum as large"}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("test")[
        ["estimate", "low", "high", "p", "passes", "reading"]
    ]
    return Challenges(table.astype({"passes": object}), exposure, outcome, base.unit, base.support.sources)


def _dealt(panel, exposure, outcome, lags, ends, seen, draws, seed, exclude, options) -> float:
    """Share of deals of whole exposure paths among the places that have one, with a sum as large in size as `seen`."""
    arrays = ("controls", "interacted", "year_by", "weights", "cluster")
    design = make_design(panel, exposure, outcome, lags, exclude=exclude, **{k: v for k, v in options.items() if k in arrays})
    support = check_support(design, exposure, outcome)
    how = {k: v for k, v in options.items() if k not in (*arrays, "errors", "draws")}
    held = np.flatnonzero(~np.isnan(design.exposure).all(axis=1))
    rng, large, order = np.random.default_rng(seed), 0, np.arange(len(design.places))
    for _ in range(draws):
        order[held] = rng.permutation(held)
        dealt = fit_design(replace(design, block=design.block[:, order]), support, bands=False, **how)
        large += abs(float(dealt.profile["estimate"].loc[ends[0] : ends[1]].sum())) >= abs(seen)
    return (1 + large) / (1 + draws)
