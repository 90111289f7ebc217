"""Figures and tables of where the workforce may lead and what goes with it: projections, back-tests, forecasts, links."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..profile import published_label
from ..register.short import short_names
from ..workforce.backtest import BackTest
from ..workforce.flow import Projection
from ..workforce.forecast import NAMES, Forecasts
from ..workforce.groups import CALLED, Groups
from ..workforce.link import Links
from ..workforce.wording import in_words, within
from . import plot, table
from .charts import caterpillar, lines, small_multiples
from .core import Exhibit
from .shapes import shown
from .words import describe_intervals, describe_lines


def label_of(measure: str) -> str:
    """The label of a measure, or its name in words."""
    return published_label(measure) or in_words(measure)


@plot.register
def _(result: Projection) -> Exhibit:
    """One panel a scenario: the shortfall in the middle of the draws, their middle half and 95%; published figures as bars."""
    rows, beside = (frame[frame["what"] == "shortfall"] for frame in (result.paths, result.published))
    beside = beside[beside["year"] <= result.last]
    parts = {fill(name, 26): part.set_index("year") for name, part in rows.groupby("scenario", sort=False)}

    def one(ax, part):
        ax.fill_between(part.index, part["low_50"], part["high_50"], color=style.ASKED, alpha=0.2, linewidth=0)
        ax.vlines(beside["year"], beside["low"], beside["high"], color=style.SECOND, linewidth=4)
        dots = beside[beside["low"] == beside["high"]]
        ax.scatter(dots["year"], dots["low"], color=style.SECOND, s=30, zorder=4)
        bands = {"middle": (part["low_95"], part["high_95"])}
        lines(ax, part["median"].rename("middle"), unit=result.unit, bands=bands, zero=True)

    return shown(
        result,
        rows.drop(columns="what").round(0),
        title=_range(result, rows[rows["year"] == result.last]),
        subtitle=f"Projected shortfall of {result.name}, {result.start} to {result.last}, {result.draws:,} draws",
        notes=(
            result.finding,
            result.comparison,
            "Shaded: middle 50% and 95% of draws, from how much flows varied in the past. A fan does not hold policies not yet "
            "made.",
            _widened(result),
            _need(result),
            *(f"{name}: {_flows(flows)}." for name, flows in result.flows.items()),
            *(f"{'Bar' if row.low < row.high else 'Dot'}: {row.label}." for row in beside.itertuples()),
        ),
        alt=f"{describe_lines({name.replace(chr(10), ' '): part['median'] for name, part in parts.items()}, result.unit)} "
        f"{result.finding}",
        draw=lambda figure: small_multiples(figure, parts, one),
        size=style.TALL if len(parts) == 4 else style.WIDE,
    )


@table.register
def _(result: Projection, ahead: Sequence[int] = (3, 5, 10)) -> Exhibit:
    """Staff, need and shortfall of each scenario so many years ahead, with 95% intervals."""
    years = [result.start + step for step in ahead if result.start + step <= result.last] or [result.last]
    fan = ["low_95", "median", "high_95"]
    wide = result.paths[result.paths["year"].isin(years)].pivot(index=["scenario", "year"], columns="what", values=fan)
    order = pd.MultiIndex.from_product([list(result.flows), years], names=["scenario", "year"])
    told = {
        f"{what}{', ' + words if words else ''}": wide[level, what]
        for what in ("staff", "need", "shortfall")
        for level, words in (("median", ""), ("low_95", "low"), ("high_95", "high"))
        if not (what == "need" and level == "median")
    }
    rows = pd.DataFrame(told).loc[order].round(-2 if result.paths["median"].max() >= 100_000 else -1)
    first = rows.iloc[len(years) - 1]
    said = {name: write_number(value, places=0) for name, value in first.items()}
    return shown(
        result,
        rows.reset_index(),
        title=f"{_name(result)} in {years[-1]}, {within(next(iter(result.flows)))}: {said['staff']} ({said['staff, low']} to "
        f"{said['staff, high']}), "
        f"{said['need, low']} to {said['need, high']} needed",
        subtitle=f"{_name(result)}, need and shortfall in the years ahead of {result.start}",
        notes=(
            "Low and high: 95% of draws; of need, the least and the most it may grow. A shortfall below zero: more than needed.",
            _need(result),
        ),
    )


@table.register
def _(result: Groups) -> Exhibit:
    """What is held of each staff group, and what is missing."""
    return shown(
        result,
        result.coverage.rename(index=lambda name: CALLED.get(name, name)).reset_index(),
        subtitle="Years for which a figure of each kind is published and held, by staff group",
        unit="years",
        notes=(
            "A year is that in which the period ends. Those from abroad are by nationality for nurses and doctors of the NHS, "
            "by where they were educated for the register.",
            "The register is that of the United Kingdom, in people, working or not; all else is England's NHS, whole-time.",
            "Those who come back are not printed alone for any group: they are in the remainder.",
        ),
        sources=("vacancies_national",),
    )


@table.register
def _(result: BackTest, show: str = "all") -> Exhibit:
    """Error of projections from earlier years beside the last value known, and how often fans held: of ``all``, or by
    ``series``.
    """
    words = {"naive_error": "error of the last value", "inside": "within the fan"}
    if show == "series":
        rows = result.by_series.rename(index=CALLED, level="series")
        named = ", ".join(dict.fromkeys(rows.query("error > naive_error").index.get_level_values("series")))
        told = {name: rows[name].map("{:.1f}".format) for name in ("error", "naive_error")}
        return shown(
            result,
            rows.astype({"projections": int}).assign(**told).reset_index().rename(columns={**words, "horizon": "years ahead"}),
            title=f"Projections from earlier years missed by more than the last figure known for {named or 'no series'}",
            subtitle="Mean absolute error of projections from earlier years, in percent of the figure, by series and years ahead",
            unit="percent",
            notes=(
                result.finding,
                "Within the fan: how often the 95% fan, not widened, held what came, in percent. Few projections each: read "
                "with care, "
                f"and nothing is tried more than {result.table.index[-1]} years ahead.",
            ),
        )
    words |= {"others": "within, widened as the others ask", "later": "within, widened as earlier years ask"}
    return shown(
        result,
        result.table.astype({"projections": int}).round(2).reset_index().rename(columns=words),
        subtitle="Mean absolute error by years ahead, in percent of the figure",
        unit="percent",
        notes=(
            f"{len(result.misses):,} projections of {result.misses['series'].nunique()} series. Ratio: error over that of "
            "repeating the last value known.",
            "Within the fan: how often the 95% fan held what came, in percent. Widen: how many times as wide it would have had "
            "to be to hold 95%. The last two columns try "
            "such a factor on figures it was not learnt from: each series with that of the others, and later years with that "
            "of the earlier.",
            "Series share the shocks of a year and few years are held, so the widened fans are a better guide than the plain "
            "ones.",
        ),
    )


@table.register
def _(result: Forecasts) -> Exhibit:
    """Accuracy of each model by steps ahead."""
    return shown(
        result,
        result.accuracy.round(2).reset_index().assign(model=lambda told: told["model"].map(NAMES)),
        subtitle=f"Error of each model by steps ahead, from {int(result.accuracy['origins'].max())} earlier dates",
        notes=(
            result.finding,
            "Scaled: error over that of repeating last year's figure in the years known; below 1 is better. "
            "Inside: percent of figures within the 95% interval.",
        ),
    )


@plot.register
def _(result: Links) -> Exhibit:
    """Estimates by lag and lead for each outcome with 95% intervals."""
    names = short_names(place for place, _ in result.left_out)
    lagged = result.table.assign(lag=result.table["lag"].map("{:d}".format).str.replace("-", "−")).set_index("lag")
    parts = {fill(label_of(name), 22): part for name, part in lagged.groupby("outcome", sort=False)}
    out = ", ".join(
        f"{names[place]} from {year} ({write_number(before, places=0)} to {write_number(after, places=0)})"
        for (place, year), (before, after) in zip(result.left_out, result.jumped, strict=True)
    )

    def one(ax, part):
        whole, other = (part.loc[part["sample"] == sample, ["estimate", "low", "high"]] for sample in ("all", "without jumps"))
        caterpillar(ax, whole, unit=result.unit, xlabel="Years staffing came before")
        spots = np.arange(len(other)) + 0.25
        ax.vlines(spots, other["low"], other["high"], color=style.QUIET, linewidth=1)
        ax.scatter(spots, other["estimate"], facecolors=style.PAPER, edgecolors=style.QUIET, s=18, zorder=3)

    return shown(
        result,
        result.table.assign(outcome=result.table["outcome"].map(label_of)),
        subtitle=f"Change of the outcome for one standard deviation ({result.sd:,.0f}) more {within(label_of(result.exposure))}, "
        f"within {result.kind} and years",
        notes=(
            f"Associations within {result.kind}, not effects. Bars are 95% intervals (CR2, clustered by place). "
            "A negative lag is a lead: staffing came after.",
            out and f"Hollow and grey: a second estimate without the systems whose staffing jumped when trusts merged, {out}.",
        ),
        alt=" ".join(
            f"{name.replace(chr(10), ' ')}: {describe_intervals(part[part['sample'] == 'all'], result.unit)}"
            for name, part in parts.items()
        ),
        draw=lambda figure: small_multiples(figure, parts, one, shared=False),
    )


def _widened(result: Projection) -> str:
    if result.widen is None:
        return "Fans are not widened: these figures are too few to project some years ahead from earlier ones and see."
    told = ", ".join(f"{factor:.1f} times at {years}" for years, factor in result.widen.items())
    return f"Fans are widened to what past projections turned out to need: {told} years ahead, and after that the same."


def _need(result: Projection) -> str:
    rows = result.paths[result.paths["what"] == "need"].drop_duplicates("year").set_index("year")
    if len(rows) < 2:
        return "Need is given for one year only."
    least, most = (
        100 * (rows[side].iloc[-1] / rows[side].iloc[0]) ** (1 / (len(rows) - 1)) - 100 for side in ("low_95", "high_95")
    )
    start = write_number(rows["low_95"].iloc[0] / (1 + least / 100), places=0)
    said = f"Need: {start} in {result.start}, growing by {least:.1f}%"
    if abs(most - least) < 0.05:
        return f"{said} a year."
    low, high = (f" ({told})" if told else "" for told in result.needs)
    return f"{said}{low} to {most:.1f}%{high} a year; the middle is taken half way, and the fan reaches over both."


def _name(result: Projection) -> str:
    return result.name[:1].upper() + result.name[1:]


def _range(result: Projection, ends: pd.DataFrame) -> str:
    """The least and the most short in the last year, and whether every fan holds both."""
    least, most = ends["median"].min(), ends["median"].max()
    low, high = (write_number(round(abs(value), -3 if max(-least, most) >= 10_000 else -2), places=0) for value in (least, most))
    if least >= 0 or most < 0:
        low, high = (low, high) if least >= 0 else (high, low)
        span = low if low == high else f"Between {low} and {high}"
        said = f"{span} {result.name} short of need" if least >= 0 else f"{span} more {result.name} than needed"
        said = f"{said} in {result.last}"
    else:
        said = f"From {low} more {result.name} than needed to {high} short in {result.last}"
    unsure = "; every fan holds both shortage and surplus" if result.unsure else ""
    return f"{said}, {result.premise or 'depending on how staff grow'}{unsure}"


def _flows(flows: pd.DataFrame) -> str:
    told = []
    for name, row in flows.iterrows():
        size = f"{row['mean']:+,.2f}{'%' if row['kind'] == 'share' else ''} a year".replace("-", "−")
        spread = f", standard deviation {row['sd']:,.2f}" if row["sd"] else ""
        years = f"{row['years']:.0f} year{'' if row['years'] == 1 else 's'} of history" if row["years"] else "assumed"
        moved = (
            f", moving by {row['growth']:+.1f}% a year".replace("-", "−") if pd.notna(row.get("growth")) and row["growth"] else ""
        )
        told.append(f"{name} {size} ({years}{spread}{moved})")
    return ", ".join(told)
