"""Figures and tables of where the workforce may lead and what goes with it: projections, back-tests, forecasts, links."""

from functools import cache
from textwrap import fill

import pandas as pd

from .. import style
from ..catalog import reference
from ..numbers import write_number
from ..register.short import short_names
from ..workforce.backtest import BackTest
from ..workforce.flow import Projection
from ..workforce.forecast import NAMES, Forecasts
from ..workforce.link import Links
from ..workforce.wording import in_words, within
from . import plot, table
from .charts import caterpillar, lines, small_multiples
from .core import Exhibit
from .words import describe_intervals, describe_lines


def first_sentence(text: str) -> str:
    """The first sentence."""
    return text.split(". ")[0].rstrip(".") + "."


def label_of(measure: str) -> str:
    """The label of a measure, or its name in words."""
    return _labels().get(measure, in_words(measure))


@cache
def _labels() -> dict[str, str]:
    return reference("measures").set_index("measure")["label"].to_dict()


@plot.register
def _(result: Projection) -> Exhibit:
    """One panel a scenario: the shortfall in the middle of the draws, their middle half and 95%; published figures as bars."""
    rows, beside = (frame[frame["what"] == "shortfall"] for frame in (result.paths, result.published))
    parts = {name: part.set_index("year") for name, part in rows.groupby("scenario", sort=False)}
    ends = rows.loc[rows["year"] == result.last, "median"]
    least, most = (write_number(round(value, -3), places=0) for value in (ends.min(), ends.max()))

    def one(ax, part):
        ax.fill_between(part.index, part["low_50"], part["high_50"], color=style.ASKED, alpha=0.2, linewidth=0)
        ax.vlines(beside["year"], beside["low"], beside["high"], color=style.SECOND, linewidth=4)
        bands = {"middle": (part["low_95"], part["high_95"])}
        lines(ax, part["median"].rename("middle"), unit=result.unit, bands=bands, zero=True)

    def draw(figure):
        small_multiples(figure, parts, one, across=min(3, len(parts)))

    return Exhibit(
        kind="figure",
        title=f"{f'Between {least} and {most}' if least != most else least} staff short of need in {result.last}, depending on how staff grow",
        subtitle=f"Projected shortfall, {result.unit}, England, {result.start} to {result.last}, {result.draws:,} draws",
        data=rows.drop(columns="what").round(0),
        unit=result.unit,
        notes=(
            result.finding,
            *([result.comparison] if result.comparison else []),
            "Shaded: middle 50% and 95% of draws, from how much flows varied in the past. A fan does not hold policies not yet made.",
            *_widened(result),
            *(f"{name}: {_flows(flows)}." for name, flows in result.flows.items()),
            *(f"Bar: {row.label}." for row in beside.itertuples()),
        ),
        alt=describe_lines({name: part["median"] for name, part in parts.items()}, result.unit) + f" {result.finding}",
        draw=draw,
    )


@table.register
def _(result: BackTest) -> Exhibit:
    """Error of projections from earlier years by horizon, beside the last value known; how often fans held the truth, as they were and widened."""
    words = {
        "naive_error": "error of the last value",
        "inside": "within the fan",
        "others": "within, widened as the others ask",
        "later": "within, widened as earlier years ask",
    }
    return Exhibit(
        "table",
        first_sentence(result.finding),
        result.table.astype({"projections": int}).round(2).reset_index().rename(columns=words),
        subtitle="Mean absolute error by years ahead, in percent of the figure",
        unit="percent",
        notes=(
            f"{len(result.misses):,} projections of {result.misses['series'].nunique()} series. Ratio: error over that of repeating the last value known.",
            "Within the fan: how often the 95% fan held what came, in percent. Widen: how many times as wide it would have had to be to hold 95%. The last two columns try "
            "such a factor on figures it was not learnt from: each system with that of the others, and later years with that of the earlier ones.",
            "Systems share the shocks of a year and few years are held, so the widened fans are a better guide than the plain ones, not a sure one.",
        ),
    )


@table.register
def _(result: Forecasts) -> Exhibit:
    """Accuracy of each model by steps ahead."""
    return Exhibit(
        "table",
        first_sentence(result.finding),
        result.accuracy.round(2).reset_index().assign(model=lambda told: told["model"].map(NAMES)),
        subtitle=f"Error of each model by steps ahead, from {int(result.accuracy['origins'].max())} earlier dates",
        unit=result.unit,
        notes=(
            result.finding,
            "Scaled: error over that of repeating last year's figure in the years known; below 1 is better. "
            "Inside: percent of figures within the 95% interval.",
        ),
    )


@plot.register
def _(result: Links) -> Exhibit:
    """Estimates by lag and lead for each outcome with 95% intervals."""
    rows, names = result.table[result.table["sample"] == "all"], short_names(place for place, _ in result.left_out)
    parts = {
        fill(label_of(name), 22): part.set_index(part["lag"].map("{:d}".format).str.replace("-", "−"))[["estimate", "low", "high"]]
        for name, part in rows.groupby("outcome", sort=False)
    }
    out = ", ".join(f"{names[place]} from {year}" for place, year in result.left_out)

    def one(ax, part):
        caterpillar(ax, part, unit=result.unit, xlabel="Years staffing came before")

    def draw(figure):
        small_multiples(figure, parts, one, across=2 if len(parts) == 4 else 3, shared=False)

    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"Change of the outcome for one standard deviation ({result.sd:,.0f}) more {within(label_of(result.exposure))}, "
        f"within {result.kind} and years",
        data=result.table.assign(outcome=result.table["outcome"].map(label_of)),
        unit=result.unit,
        notes=(
            f"Associations within {result.kind}, not effects. Bars are 95% intervals (CR2, clustered by place). "
            "A negative lag is a lead: staffing came after.",
            *([f"Second sample leaves out {out} (mergers)."] if out else []),
        ),
        sources=("system_panel",),
        alt=" ".join(f"{name.replace(chr(10), ' ')}: {describe_intervals(part, result.unit)}" for name, part in parts.items()),
        draw=draw,
    )


def _widened(result: Projection) -> list[str]:
    if result.widen is None:
        return []
    told = ", ".join(f"{factor:.1f} times at {years}" for years, factor in result.widen.items())
    return [f"Fans are widened to what past projections turned out to need: {told} years ahead, and after that the same."]


def _flows(flows: pd.DataFrame) -> str:
    told = []
    for name, row in flows.iterrows():
        size = f"{row['mean']:+,.2f}{'%' if row['kind'] == 'share' else ''} a year"
        told.append(f"{name} {size} (standard deviation {row['sd']:,.2f}, {row['years']:.0f} years of history)")
    return ", ".join(told)
