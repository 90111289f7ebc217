"""Figures and tables of the outcome lag: what a panel holds, the profile, how editions join."""

import numpy as np
import pandas as pd

from .. import style
from ..lag.adoption import EventStudy
from ..lag.belief import LagBelief
from ..lag.challenges import Challenges
from ..lag.editions import Splice
from ..lag.gate import LagSupport, write_name
from ..lag.profile import LagEstimate
from ..lag.projection import LocalProjection
from ..lag.robustness import SpecificationCurve
from ..lag.survey import LagSurvey
from ..panel import write_runs
from . import plot, table
from .charts import columns, lines
from .core import Exhibit
from .shapes import profile, shown
from .words import describe_lines, describe_trend

COLOURS = {"supported": style.ASKED, "weak": style.SECOND, "not identified": style.ALL}
ERROR_WORDS = {"cr1": "clustered by place", "cr2": "clustered by place, bias-reduced (CR2)", "wild": "wild cluster bootstrap"}
READ_SUPPORT = (
    "A place-year counts for a lag when it holds the outcome and, that many years earlier, the exposure. 'Joint' (the short line "
    "in each column) also needs every shorter lag, which an estimate of the whole profile does.",
    "In the data: inflation, how many times the variance of a lag is multiplied because neighbouring lags move with it; "
    "effective, place-years that hold all identified lags, divided by it; clusters, places the lag in effect rests on.",
)


@plot.register
def _(result: LagSupport, asked: str = "") -> Exhibit:
    held, states = result.lags["place_years"], list(result.lags["status"])

    def draw(figure):
        ax = figure.subplots()
        columns(ax, held, unit="place-years holding both ends", colours=[COLOURS[status] for status in states])
        ax.plot(range(len(held)), result.lags["joint"], color=style.INK, marker="_", linestyle="none", markersize=14)
        seen = [status for status in COLOURS if status in states]
        ax.legend([ax.patches[states.index(status)] for status in seen], seen, loc="upper right")
        ax.set_xlabel("Lag, years")

    ends = f"{held.iloc[0]:,} place-years at lag {held.index[0]}, {held.iloc[-1]:,} at lag {held.index[-1]}"
    return shown(
        result,
        _support_rows(result),
        subtitle="Place-years that hold the outcome and the exposure so many years earlier, by lag",
        unit="place-years",
        notes=(result.finding, *READ_SUPPORT),
        alt=f"Columns by lag: {ends}. {result.verdict}",
        draw=draw,
    )


@table.register
def _(result: LagSupport, asked: str = "") -> Exhibit:
    title = f"What the figures hold for each lag from {write_name(result.exposure)} to {write_name(result.outcome)}"
    return shown(result, _support_rows(result), title=title, unit="place-years", notes=(result.verdict, *READ_SUPPORT))


@plot.register
def _(result: LagEstimate, asked: str = "") -> Exhibit:
    gate, rows = result.support, result.profile[["estimate", "se", "low", "high", "band_low", "band_high", "supported"]]
    return profile(
        result,
        rows,
        rows.reset_index(),
        "Lag, years",
        subtitle=f"{write_name(gate.outcome)} by years since {write_name(gate.exposure)}; {result.basis} shape",
        notes=(
            f"{result.finding} {result.places} places, {result.years} outcome years, {result.clusters} clusters.",
            "An association, given place and year effects, not a proof of cause. One unit of exposure in one year, outcome that "
            "many years later.",
            f"Thick line: {result.level:.0%} interval of each lag ({ERROR_WORDS[result.errors]}). Thin line: the whole profile "
            f"lies inside with {result.level:.0%} confidence.",
            *([] if rows["supported"].all() else ["Hollow: not identified by the panel; the fitted curve continued."]),
        ),
        sources=result.support.sources,
        more=result.support.verdict,
    )


@table.register
def _(result: LagEstimate, asked: str = "") -> Exhibit:
    """Sums over windows of the profile: the first years, the survey's years three to ten, all."""
    gate, last = result.support, int(result.profile.index.max())
    asked_for = [(a, min(b, last)) for a, b in ((0, 2), (3, 5), (6, 10), (3, 10), (0, last))]
    windows = dict.fromkeys((a, b) for a, b in asked_for if result.profile.index.min() <= a <= last)
    rows = pd.DataFrame(
        {
            "lags": write_runs(range(a, b + 1)),
            **result.cumulative(a, b)._asdict(),
            "supported": "yes" if result.profile.loc[a:b, "supported"].all() else "not identified",
        }
        for a, b in windows
    )
    return shown(
        result,
        rows,
        title=f"The association of {write_name(gate.exposure)} with {write_name(gate.outcome)}, added up over years",
        subtitle=f"sum of the profile over windows of lags; {ERROR_WORDS[result.errors]}",
        sources=result.support.sources,
        notes=("The sum: what a unit of exposure that lasts is associated with once all those years have passed.", result.timing),
    )


@plot.register
def _(result: Splice, asked: str = "") -> Exhibit:
    gap = 100 * (result.overlap["ratio"] - 1)
    errors = ", ".join(f"{name} {value:.2f}" for name, value in result.rules["error"].items())
    return shown(
        result,
        result.overlap.assign(gap=gap).reset_index(),
        subtitle=f"{write_name(result.measure)}: newer edition above the older, years that both hold",
        unit="percent",
        notes=(result.finding, f"Error of each rule on held-back years, percent: {errors}."),
        alt=describe_trend(gap, "percent", "Newer above older"),
        draw=lambda figure: lines(figure.subplots(), gap.rename("gap"), unit="percent", zero=True),
    )


@plot.register
def _(result: LagBelief, asked: str = "") -> Exhibit:
    shares = 100 * result.kernel[["prior", "posterior"]].loc[:15]
    shares.columns = ["before", "after the panel"]
    mass = f"{result.summary.loc['prior', 'within']:.0%} of belief within {result.low:g} to {result.high:g} years before"
    return shown(
        result,
        shares.round(2).reset_index(),
        subtitle="share of the final effect believed to fall in each year after a lasting change",
        unit="percent",
        notes=(
            result.finding,
            result.details,
            f"Before: the survey's range as a log-normal, {mass}. A choice, since the survey gives a range and no odds.",
            "After: given that there is an effect of this shape, updated with the estimated profile and its clustered "
            "covariance.",
        ),
        alt=describe_lines(shares, "percent"),
        draw=lambda figure: lines(figure.subplots(), shares, unit="percent"),
    )


@plot.register
def _(result: EventStudy, asked: str = "") -> Exhibit:
    rows = result.profile.dropna(subset=["estimate"]).fillna({"se": 0.0})
    for bound in ("low", "high", "band_low", "band_high"):
        rows[bound] = rows[bound].fillna(rows["estimate"])
    silent = write_runs(event for event in result.profile.index if not result.profile.loc[event, "supported"])
    rest = f"Not identified and not drawn: {silent}." if silent else ""
    held = int(result.profile["treated"].get(result.longest, 0))
    kind = result.kind if held != 1 else result.kind.removesuffix("s")
    thin = [f"Year {result.longest} rests on {held} {kind}."] if held else []
    return profile(
        result,
        rows,
        result.profile.reset_index(),
        f"Years since {result.adopted}",
        subtitle=f"{write_name(result.outcome)} by years since {result.kind} were {result.adopted}, {write_name(result.method)}; "
        "year −1 is the base",
        notes=(
            result.finding,
            f"Difference from {result.kind} not yet {result.adopted}, zero in the year before. Years before that are placebos.",
            f"Thick line: 95% interval. Thin line: the whole path lies inside with 95% confidence. {rest}",
            *thin,
        ),
        more=rest,
    )


@plot.register
def _(result: LocalProjection, asked: str = "") -> Exhibit:
    return profile(
        result,
        result.profile.dropna(subset=["estimate"]),
        result.profile.reset_index(),
        "Years after",
        subtitle=f"{write_name(result.outcome)} by years after {write_name(result.exposure)} moved: local projection",
        notes=(
            result.finding,
            "The response to exposure now with all that it now brings with it later: not the lag profile unless exposure has "
            "no memory.",
        ),
    )


@plot.register
def _(result: SpecificationCurve, asked: str = "", tests: Challenges | None = None) -> Exhibit:
    """The curve, and beside it, on the same scale, one estimate with its `tests`."""
    made = result.made.reset_index(drop=True)
    beside = tests.rows.dropna(subset=["estimate"]) if tests else pd.DataFrame()
    widths = (5, 3) if tests else (1,)

    def draw(figure):
        ax, *rest = np.atleast_1d(figure.subplots(1, len(widths), sharey=True, width_ratios=widths))
        _needles(ax, made, made.index, (made["low"] > 0) | (made["high"] < 0))
        ax.set_xlabel("Specifications, lowest estimate first")
        ax.set_ylabel(style.UNIT_WORDS.get(result.unit, result.unit))
        for other in rest:
            _needles(other, beside, range(len(beside)), [passes is False for passes in beside["passes"]], wide=3)
            other.set_xticks(range(len(beside)), beside.index, rotation=60, ha="right")

    return shown(
        result,
        result.specs.round(6),
        subtitle=f"sum of the lag profile under many choices{'; right, one of them and its tests' if tests else ''}",
        notes=(
            f"{result.finding} {result.details}",
            "Dark: the 95% interval is clear of zero. Specifications share their data, so the share of dark ones is not a test.",
            f"Right, dark where a test is failed: {tests.finding}" if tests else "",
        ),
        alt=f"{len(made)} estimates in order with intervals. {result.finding} {tests.finding if tests else ''}".strip(),
        draw=draw,
    )


@table.register
def _(result: SpecificationCurve, asked: str = "") -> Exhibit:
    """Which choice moves the answer."""
    title = f"What moves the answer most is the choice of {result.deciding}"
    note = "Clear: share of specifications with that choice whose interval is clear of zero."
    return shown(result, result.by_choice.reset_index().round(2), title=title, notes=(note,))


@table.register
def _(result: Challenges, asked: str = "") -> Exhibit:
    rows = result.rows.reset_index().round(6)
    rows["passes"] = ["not identified" if one is None else "yes" if one else "no" for one in rows["passes"]]
    return shown(
        result,
        rows,
        notes=(
            result.finding,
            "A rival passes if it stays inside the first row's interval: a wide interval is easily agreed with. Each place left "
            "out: the estimate furthest away, and the range over all.",
        ),
    )


@table.register
def _(result: LagSurvey, asked: str = "") -> Exhibit:
    rows = result.rows.drop(columns="longest").rename(columns={"leads": "p-value of leads"}).reset_index().round(6)
    rows[["exposure", "outcome"]] = rows[["exposure", "outcome"]].map(write_name)
    return shown(
        result,
        rows,
        subtitle="lags each pair can see, the sum over those used, and the tests it fails",
        notes=(
            result.finding,
            "Seen: lags with any place-years to tell them by. Used: those read from three outcome years or more; the estimate "
            "is their sum.",
            "Silent: the interval holds zero. Not robust: clear of zero, but a test fails.",
        ),
    )


def _support_rows(result: LagSupport) -> pd.DataFrame:
    rows = result.lags.reset_index().round({"inflation": 1, "effective": 0, "clusters": 0})
    ends = zip(rows["first"], rows["last"], strict=True)
    rows["outcome years"] = [f"{a:.0f} to {b:.0f}" if pd.notna(a) else "" for a, b in ends]
    about = ["inflation", "effective", "clusters", "status", "reason"]
    return rows[["lag", "place_years", "places", "outcome years", "joint", *about]]


def _needles(ax, rows: pd.DataFrame, at, dark, wide: float = 0.6) -> None:
    """An estimate and its interval for each row."""
    colours = np.where(dark, style.ASKED, style.ALL)
    ax.vlines(at, rows["low"], rows["high"], color=colours, linewidth=wide)
    ax.scatter(at, rows["estimate"], c=colours, s=6 * wide**0.5 + 2, zorder=3)
    ax.axhline(0, color=style.INK, linewidth=1)
