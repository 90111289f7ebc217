"""Which lags can this panel speak about at all? Asked before any estimate is made."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..panel import source_cells, write_runs
from ..results import Result
from .design import Design, make_design

MIN_YEARS = 3  # outcome years a lag needs to rest on more than one change
MIN_SPARE = 10  # rows left over after every coefficient and effect
HIGH_INFLATION = 10.0  # variance inflation beyond which neighbouring lags can hardly be told apart
FEW_CLUSTERS = 10.0
WORDS = {"supported": "supported", "weak": "weakly supported", "not identified": "not identified"}


@dataclass(frozen=True, eq=False)
class LagSupport(Result):
    """What a panel holds for each lag.

    Attributes
    ----------
    lags : DataFrame, index ``lag``
        ``place_years`` with the exposure at that lag and the outcome; ``places``; ``first`` and ``last`` outcome year;
        ``joint`` place-years that also hold all shorter lags; ``years``, outcome years of those; ``spare`` rows after
        coefficients and effects; ``inflation``, variance inflation among the lags once effects are out; ``effective`` rows
        (those holding every identified lag, over inflation);
        ``clusters``, effective number; ``status`` (supported, weak, not identified) and ``reason``.
    pre_period : int
        Outcome years before the exposure first changes anywhere: what a placebo lead can be tested on.
    last_untreated : int or None
        For an exposure that switches on and stays on: the last year in which some place is still off.
    exposure, outcome : str
    sources : processed tables the two came from; exposure_unit, unit : of exposure and outcome, where the panel says
    """

    lags: pd.DataFrame
    pre_period: int
    last_untreated: int | None
    exposure: str
    outcome: str
    sources: tuple[str, ...] = ()
    exposure_unit: str = ""
    unit: str = ""

    def refuses(self, lag: int) -> bool:
        """Whether an estimate at `lag` would rest on nothing in the panel."""
        return lag not in self.identified

    @cached_property
    def identified(self) -> list[int]:
        """The lags an estimate may use, in order."""
        return [int(lag) for lag, status in self.lags["status"].items() if status != "not identified"]

    @property
    def refused(self) -> list[int]:
        """The lags that are not identified."""
        return [int(lag) for lag in self.lags.index if self.refuses(lag)]

    @property
    def headline(self) -> str:
        """The answer in one short sentence."""
        if not self.identified:
            return f"No lag from {self._pair} can be seen"
        rest = f", {write_runs(self.refused)} cannot" if self.refused else ""
        return f"Lags of {write_runs(self.identified)} years from {self._pair} can be seen{rest}"

    def answer(self, low: int, high: int, whose: str = "the") -> str:
        """Which of `whose` years, `low` to `high`, the panel can show."""
        asked = [lag for lag in self.lags.index if low <= lag <= high]
        seen, lost = [lag for lag in asked if not self.refuses(lag)], [lag for lag in asked if self.refuses(lag)]
        weak = [lag for lag in seen if self.lags.loc[lag, "status"] == "weak"]
        dim = f" ({write_runs(weak)} only weakly)" if weak else ""
        pair = f"{write_name(self.exposure)} and {write_name(self.outcome)}"
        shown = f"years {write_runs(seen)}{dim}" if seen else "none"
        silent = f" and are silent about years {write_runs(lost)}" if lost and seen else ""
        return f"Of {whose} {low} to {high} years, figures of {pair} can show {shown}{silent}."

    @property
    def _pair(self) -> str:
        return f"{write_name(self.exposure)} to {write_name(self.outcome)}"

    @property
    def verdict(self) -> str:
        """The answer in words."""
        said = []
        for (status, reason), rows in self.lags.groupby(["status", "reason"], sort=False):
            why = f" ({reason})" if reason else ""
            said.append(f"{'Lags' if len(rows) > 1 else 'Lag'} {write_runs(rows.index)} {WORDS[status]}{why}.")
        return " ".join(said)

    @property
    def finding(self) -> str:
        """The verdict, with what there is to test leads on."""
        held = self.lags["place_years"]
        return (
            f"{write_name(self.exposure).capitalize()} and {write_name(self.outcome)}: {self.verdict} The "
            f"place-years that hold both ends go from {held.iloc[0]:,} at lag {held.index[0]} to {held.iloc[-1]:,} at lag "
            f"{held.index[-1]}; outcome years before the exposure first changes: {self.pre_period}."
        )


def supported_lags(panel: pd.DataFrame, exposure: str, outcome: str, lags: Iterable[int] = range(0, 11), **design) -> LagSupport:
    """Say, lag by lag, what `panel` holds to identify it with place and year effects.

    A lag is *not identified* when no place-year holds both ends, when the place-years holding it and all shorter lags leave
    fewer than 10 rows beyond the coefficients and effects, or, for an exposure that switches on and stays on, when every
    place is already on in the years it would be read from. It is *weak* with fewer than 3 outcome years, a variance inflation
    above 10 (only a basis tells it from its neighbours) or an effective number of clusters below 10 (Carter, Schnepel and
    Steigerwald 2017).

    Parameters
    ----------
    panel : DataFrame as :func:`icslib.build_panel` gives it
    lags : integers; negative ones are leads
    design : `controls`, `year_by`, `weights`, `exclude` ... as for :func:`icslib.estimate_lag`
    """
    found = check_support(make_design(panel, exposure, outcome, lags, **design), exposure, outcome)
    return replace(found, **named_by(panel, exposure, outcome))


def named_by(panel: pd.DataFrame, exposure: str, outcome: str) -> dict:
    """What a panel says of the two: where they come from and their units."""
    units = {name: panel.attrs.get("units", {}).get(name, "") for name in (exposure, outcome)}
    return {"sources": source_cells(panel, exposure, outcome), "exposure_unit": units[exposure], "unit": units[outcome]}


def check_support(design: Design, exposure: str = "exposure", outcome: str = "outcome") -> LagSupport:
    """The gate for arrays already on a grid."""
    last_off = last_untreated(design)
    order = sorted(design.lags, key=lambda lag: (abs(lag), lag))
    table = {}
    for lag in design.lags:
        nearer = [k for k in order[: order.index(lag) + 1] if (k >= 0) == (lag >= 0) or k == 0]
        table[lag] = _holdings(design, lag, nearer, last_off, exposure)
    held = [lag for lag, row in table.items() if not row["status"]]
    for lag, told in zip(held, _told_apart(design, held), strict=True):
        table[lag] = {**table[lag], **_weigh({**table[lag], **told}), **told}
    return LagSupport(
        lags=pd.DataFrame.from_dict(table, orient="index").rename_axis("lag"), pre_period=_pre_period(design),
        last_untreated=last_off, exposure=exposure, outcome=outcome,
    )  # fmt: skip


def last_untreated(design: Design) -> int | None:
    """The last year some place is off, if the exposure is a switch (0 or 1, never back); None for any other exposure."""
    dose = design.exposure
    seen = dose[~np.isnan(dose)]
    if not set(np.unique(seen)) <= {0.0, 1.0} or (np.nan_to_num(np.diff(dose, axis=1)) < 0).any() or not (seen == 0).any():
        return None
    return int(design.years[(dose == 0).any(axis=0)].max())


def write_name(measure: str) -> str:
    """The name of a measure in words."""
    return measure.removeprefix("health_indicator_").replace("_", " ")


def _holdings(design: Design, lag: int, nearer: list[int], last_off: int | None, exposure: str) -> dict:
    """Counts for one lag; a status only when there is nothing to identify it."""
    pairs, joint = design.rows([lag]) > 0, design.rows(nearer)
    when, years = design.years[pairs.any(axis=0)], int((joint > 0).any(axis=0).sum())
    out: dict = {
        "place_years": int(pairs.sum()),
        "places": int(pairs.any(axis=1).sum()),
        "first": int(when[0]) if len(when) else None,
        "last": int(when[-1]) if len(when) else None,
        "joint": int((joint > 0).sum()),
        "years": years,
        **dict.fromkeys(("spare", "inflation", "effective", "clusters"), np.nan),
    }
    refuse = lambda why: {**out, "status": "not identified", "reason": why}  # noqa: E731
    if not pairs.any():
        return refuse(f"no place-year holds {exposure} so many years {'before' if lag >= 0 else 'after'} the outcome")
    if last_off is not None and lag > _longest_compared(design, last_off):
        return refuse(f"every place is on after {last_off}, so no place that is still off is left to compare with")
    try:
        absorber = design.absorb(joint)
    except NotIdentified:
        return refuse("no place is seen more than once with this and all shorter lags")
    seen = int(absorber.weights.any(axis=1).sum())
    out["spare"] = absorber.rows - len(nearer) - len(design.extra(absorber.weights)) - seen - absorber.year_levels + 1
    if out["spare"] < MIN_SPARE:
        return refuse("the place-years that hold it cannot carry it and all shorter lags besides place and year effects")
    own = design.block[design.lags.index(lag)]
    if np.square(absorber.residuals(own)).sum() < 1e-12 * max(np.square(np.where(pairs, own, 0)).sum(), 1e-300):
        return refuse(f"{exposure} does not vary once place and year effects are out")
    return {**out, "status": "", "reason": ""}


def _longest_compared(design: Design, last_off: int) -> int:
    """The longest time since switching on that is seen in a year when some place is still off; -1 if none."""
    on = np.nan_to_num(design.exposure)
    started = design.years[on.argmax(axis=1)][on.any(axis=1)]
    return int(max(last_off - started, default=-1))


def _told_apart(design: Design, lags: list[int]) -> list[dict]:
    """Variance inflation, effective rows and effective clusters of each lag among all of `lags`, effects and controls out."""
    if not lags:
        return []
    try:
        absorber = design.absorb(design.rows(lags))
    except NotIdentified:
        return [dict.fromkeys(("inflation", "effective", "clusters"), np.nan)] * len(lags)
    left = absorber.residuals(
        np.concatenate([design.block[[design.lags.index(k) for k in lags]], design.extra(absorber.weights)])
    )
    left = left.reshape(len(left), -1) * np.sqrt(absorber.weights).ravel()
    size = np.maximum(np.sqrt((left**2).sum(axis=1)), 1e-300)
    inverse = np.linalg.pinv(left @ left.T / np.outer(size, size), rcond=1e-12, hermitian=True)
    out = []
    for own in range(len(lags)):
        part = np.square((inverse[own] / size) @ left).reshape(absorber.weights.shape).sum(axis=1)
        by_cluster = np.bincount(design.cluster, part)
        inflation = max(float(inverse[own, own]), 1.0)
        clusters = float(by_cluster.sum() ** 2 / np.square(by_cluster).sum())
        out.append({"inflation": inflation, "effective": absorber.rows / inflation, "clusters": clusters})
    return out


def _weigh(row: dict) -> dict:
    """Supported, or weak and why."""
    reasons = [
        (row["years"] < MIN_YEARS, f"read from {row['years']} outcome year{'' if row['years'] == 1 else 's'}"),
        (row["inflation"] > HIGH_INFLATION, "hardly told apart from neighbouring lags, so it leans on the basis"),
        (row["clusters"] < FEW_CLUSTERS, f"rests on the equivalent of fewer than {FEW_CLUSTERS:.0f} clusters"),
    ]
    weak = [reason for fires, reason in reasons if fires]
    return {"status": "weak" if weak else "supported", "reason": "; ".join(weak)}


def _pre_period(design: Design) -> int:
    change = np.nan_to_num(np.abs(np.diff(design.exposure, axis=1))) > 0
    if not change.any():
        return 0
    first = design.years[1:][change.any(axis=0)].min()
    return int((~np.isnan(design.outcome)).any(axis=0)[design.years < first].sum())
