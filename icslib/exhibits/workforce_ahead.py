"""Figures and tables of where the workforce may lead and what goes with it: projections, back-tests, forecasts, links."""

from functools import cache

import pandas as pd

from .. import style
from ..catalog import reference
from ..workforce.flow import BackTest, Projection
from ..workforce.forecast import Forecasts
from ..workforce.link import Links
from . import plot, table
from .charts import caterpillar, lines, small_multiples
from .core import Exhibit
from .words import describe_intervals, describe_lines, describe_trend


def first_sentence(text: str) -> str:
    """The first sentence."""
    return text.split(". ")[0].rstrip(".") + "."


def label_of(measure: str) -> str:
    """The label of a measure, or its name in words."""
    return _labels().get(measure, measure.replace("_", " ").capitalize())


@cache
def _labels() -> dict[str, str]:
    return reference("measures").set_index("measure")["label"].to_dict()


@plot.register
def _(result: Projection, what: str = "shortfall") -> Exhibit:
    """One panel a scenario: the middle of the draws, their middle half and 95%; published figures as bars."""
    rows = result.paths[result.paths["what"] == what]
    beside = result.published[result.published["what"] == what]

    def draw(figure):
        def one(ax, part):
            path = part.set_index("year")
            ax.fill_between(path.index, path["low_50"], path["high_50"], color=style.ASKED, alpha=0.2, linewidth=0)
            ax.vlines(beside["year"], beside["low"], beside["high"], color=style.SECOND, linewidth=4)
            lines(
                ax,
                path["median"].rename("middle"),
                unit=result.unit,
                bands={"middle": (path["low_95"], path["high_95"])},
                zero=what == "shortfall",
            )

        small_multiples(figure, dict(list(rows.groupby("scenario", sort=False))), one, across=min(3, rows["scenario"].nunique()))

    told = {name: part.set_index("year")["median"] for name, part in rows.groupby("scenario", sort=False)}
    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"Projected {what} from {result.start}, {result.draws:,} draws",
        data=rows.drop(columns="what").round(0),
        unit=result.unit,
        notes=(
            "Shaded: middle 50% and 95% of draws, from how much flows varied in the past. A fan does not hold policies not yet "
            "made.",
            *(f"{name}: {_flows(flows)}." for name, flows in result.flows.items()),
            *(f"Bar: {row.label}." for row in beside.itertuples()),
        ),
        alt=describe_lines(told, result.unit) + f" {result.finding}",
        draw=draw,
    )


@table.register
def _(result: BackTest) -> Exhibit:
    """Error of projections from earlier years by horizon, beside the last value known."""
    return Exhibit(
        "table",
        first_sentence(result.finding),
        result.table.round(2).reset_index(),
        subtitle="Mean absolute error in percent of the figure",
        unit="percent",
        notes=("`inside`: how often the 95% fan held what came.",),
    )


@plot.register
def _(result: Forecasts) -> Exhibit:
    """The series and the best model's forecast with its 95% interval."""
    wide = pd.DataFrame({"so far": result.series, "forecast": result.ahead["mean"]})
    wide.index = wide.index.to_timestamp(how="end").normalize()
    band = result.ahead.set_axis(result.ahead.index.to_timestamp(how="end").normalize())

    def draw(figure):
        lines(figure.subplots(), wide, unit=result.unit, bands={"forecast": (band["low"], band["high"])})

    shown = result.ahead.reset_index(names="period")
    return Exhibit(
        "figure",
        first_sentence(result.finding),
        shown.assign(period=shown["period"].astype(str)),
        subtitle=f"{result.series.name}, forecast by {result.best}",
        unit=result.unit,
        notes=("Shaded: 95% interval of the model. Models are judged by rolling origin: each saw only what was known then.",),
        alt=f"{describe_trend(result.series.rename(index=str), result.unit)} {result.finding}",
        draw=draw,
    )


@table.register
def _(result: Forecasts) -> Exhibit:
    """Accuracy of each model by steps ahead."""
    return Exhibit(
        "table",
        first_sentence(result.finding),
        result.accuracy.round(2).reset_index(),
        subtitle="Rolling origin",
        unit=result.unit,
        notes=(
            "`scaled`: error over that of repeating last year's figure; below 1 is better. `inside`: percent of figures within "
            "the 95% interval.",
        ),
    )


@plot.register
def _(result: Links, sample: str = "all") -> Exhibit:
    """Estimates by lag and lead for each outcome with 95% intervals."""
    rows = result.table[result.table["sample"] == sample]
    parts = {
        label_of(name): part.set_index("lag")[["estimate", "low", "high"]] for name, part in rows.groupby("outcome", sort=False)
    }

    def draw(figure):
        small_multiples(
            figure,
            parts,
            lambda ax, part: caterpillar(ax, part, unit=result.unit, xlabel="Years staffing came before"),
            across=3,
            shared=False,
        )

    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"Outcome for one standard deviation ({result.sd:,.0f}) more {label_of(result.exposure).lower()}, within "
        "systems and years",
        data=result.table,
        unit=result.unit,
        notes=(
            "Associations within systems, not effects. Bars are 95% intervals (CR2, clustered by system). A negative lag is a "
            "lead: staffing came after.",
            *(
                [f"Second sample leaves out {', '.join(f'{place} from {year}' for place, year in result.left_out)} (mergers)."]
                if result.left_out
                else []
            ),
        ),
        sources=("system_panel",),
        alt=" ".join(f"{name}: {describe_intervals(part, result.unit)}" for name, part in parts.items()),
        draw=draw,
    )


def _flows(flows: pd.DataFrame) -> str:
    return ", ".join(
        f"{name} {row['mean']:+,.2f}{'%' if row['kind'] == 'share' else ''} a year (standard deviation {row['sd']:,.2f}, "
        f"{row['years']:.0f} years of history)"
        for name, row in flows.iterrows()
    )
