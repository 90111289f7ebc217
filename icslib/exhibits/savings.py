"""Figures and tables of savings at risk: what was asked, what is delivered, what comes back."""

import pandas as pd

from .. import style
from ..numbers import write_money, write_number
from ..register.short import short_names
from ..savings.asks import Asks
from ..savings.holes import READINGS, CarriedForward
from ..savings.published import Delivered, NationalSavings
from ..savings.sensitivity import Scenarios, Sensitivity
from ..savings.simulate import Savings
from . import plot, table
from .charts import bars, lines, ranked_dots
from .core import Exhibit
from .shapes import shown
from .words import describe_lines, describe_ranking

ASSUMED = "How much of each risk band is delivered is our assumption: nobody publishes it. Change it in the parameters."


@table.register
def _(result: NationalSavings, asked: str = "") -> Exhibit:
    notes = (
        "'Neither': what is rated neither high nor medium; the source does not rate it.",
        "Each line is printed, or is made of two printed figures.",
    )
    return shown(result, result.table, notes=notes)


@table.register
def _(result: Delivered, asked: str = "") -> Exhibit:
    data = result.table.drop(columns="fy").round({"share": 3, "assumed": 3, "high_implied": 2})
    notes = (
        "'High implied': the share the high-risk part must have delivered if the other parts delivered as assumed. Risk by "
        "band is known for boards only.",
        f"No total that can be traced to a page is held for {', '.join(result.gaps)}." if result.gaps else "",
    )
    return shown(result, data, title=result.finding.split("; ")[0], notes=notes)


@table.register
def _(result: Asks, asked: str = "") -> Exhibit:
    data = result.table.rename(index=short_names(result.table.index)).rename_axis("system").sort_values("asked", ascending=False)
    data = data.loc[[short_names([asked])[asked]]] if asked in result.table.index else data
    moved = (result.table["asked"] * result.table["apportioned"]).sum()
    notes = (
        "Shared out by weight: a stand-in by people, not a published figure of that system.",
        f"Money in {result.prices}.",
        f"{write_money(moved)} of the whole came from divided systems, by the shares of the register." if moved > 0 else "",
    )
    title = result.finding.split("; ")[0]
    if asked in result.table.index:
        row, name = result.table.loc[asked], short_names([asked])[asked]
        words = {"published": "as published", "published in part": "published in part"}
        told = words.get(row["how"], "if the ask went by people: its own is not published")
        title = f"{name} was asked for {write_money(row['asked'])} in {result.period}, {told}"
    return shown(result, data.reset_index(), title=title, notes=notes)


@plot.register
def _(result: Savings, asked: str = "", show: str = "together", people: pd.Series | None = None) -> Exhibit:
    """`show`: "together" (distribution of the sum, with and without a common shock) or "systems" (year end of each, per head of
    `people`).
    """
    if show == "systems":
        return _systems(result, asked, people)
    spread = result.percentiles
    words = {"common": "systems share shocks", "independent": "systems taken as independent"}

    def draw(figure):
        ax = figure.subplots()
        for name, hue in (("independent", style.ALL), ("common", style.ASKED)):
            ax.plot(spread[name], spread.index, color=hue, label=words[name])
        row = result.together.loc["common"]
        ax.axvline(row["asked"], color=style.SECOND, linestyle="--", linewidth=1, label="asked")
        ax.set_xlabel("Savings delivered, £ million")
        ax.set_ylabel("Chance of no more than this, %")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        figure.legend(loc="outside lower center", ncols=3)

    row = result.together.loc["common"]
    return shown(
        result,
        spread.reset_index(),
        title=result.finding.split(" (")[0],
        subtitle=f"Chance of delivering no more than an amount, {result.draws:,} draws",
        notes=(
            ASSUMED,
            f"Correlation between schemes {result.correlation:g}, {result.common:.0%} of it common to all systems. Monte Carlo "
            f"error of the mean: {write_number(row['error'], 'GBP m')}.",
            f"Taking systems as independent would make the range from the 10th to the 90th percentile {result.narrower:.1f} "
            "times narrower: false precision."
            if len(result.by_place) > 1
            else "",
        ),
        alt=result.finding,
        draw=draw,
    )


def _systems(result: Savings, asked: str, people: pd.Series | None) -> Exhibit:
    names = short_names(result.by_place.index)
    unit = result.unit if people is None else "GBP per head"
    each = pd.Series(1.0, result.by_place.index) if people is None else 1e6 / people.reindex(result.by_place.index)
    data = result.by_place.drop(columns="break_even").mul(each, axis=0)
    data = data.assign(break_even=result.by_place["break_even"]).rename(index=names).rename_axis("system")
    told = [_beside(result.by_place[name].median()) for name in ("position", "position_p10", "position_p90")]
    title = f"The middle system ends {told[0]} its plan; eight times in ten, {told[1]} to {told[2]} it"
    if asked in names:
        row = result.by_place.loc[asked]
        title = (
            f"{names[asked]}: {write_money(row['delivered'])} expected of {write_money(row['asked'])} asked; "
            f"eight times in ten the year ends {_beside(row['position_p10'])} to {_beside(row['position_p90'])} plan, and the "
            f"chance of plan or better is {row['break_even']:.0%}"
        )
    return shown(
        result,
        data.round(2).reset_index(),
        title=title,
        subtitle="Year end against a plan that counts on every saving: mean, 10th to 90th percentile",
        unit=unit,
        notes=(
            ASSUMED,
            "The same assumptions are used for every system, so an order of systems is one of the size of their asks.",
        ),
        alt=describe_ranking(data["position"], unit, "systems", names.get(asked, "")),
        draw=lambda figure: ranked_dots(
            figure.subplots(),
            data["position"],
            unit=unit,
            asked=names.get(asked, ""),
            low=data["position_p10"],
            high=data["position_p90"],
        ),
        size=style.TALL,
    )


def _of(asked: str, title: str) -> str:
    """The title of what belongs to one system begins with its name."""
    return f"{short_names([asked])[asked]}: {title[:1].lower()}{title[1:]}" if asked else title


def _beside(gap: float) -> str:
    return f"{write_money(abs(gap))} {'below' if gap < 0 else 'above'}"


@plot.register
def _(result: CarriedForward, asked: str = "") -> Exhibit:
    last = result.table.index.get_level_values("year").max()
    ends = result.table.xs(last, level="year").loc[list(READINGS)]
    wide = result.table["mean"].unstack("reading")[list(READINGS)]
    bands = {reading: (result.table.loc[reading, "p10"], result.table.loc[reading, "p90"]) for reading in READINGS}
    return shown(
        result,
        result.table.round(3).reset_index(),
        title=_of(
            asked,
            f"After {last} years one-off savings leave {write_money(ends['mean'].iloc[0])} to find if not replaced, "
            f"{write_money(ends['mean'].iloc[1])} if rolled forward",
        ),
        subtitle="What must be found again because savings were one-off, by years of asking; band: 10th to 90th percentile",
        notes=(
            ASSUMED,
            "Savings asked and not delivered are not in it: they are in each year's deficit already.",
            f"Both readings ask the same new savings every year, {write_money(result.asked)}; at the end the holes are "
            f"{' and '.join(f'{share:.0%}' for share in ends['of_ask'])} of it. The second settles near "
            f"{write_money(result.limit)}.",
        ),
        alt=describe_lines(wide.rename_axis("year"), result.unit),
        draw=lambda figure: lines(figure.subplots(), wide, unit=result.unit, bands=bands, zero=True),
    )


@plot.register
def _(result: Sensitivity, asked: str = "") -> Exhibit:
    moved = result.table[["at_low", "at_high"]] - result.base
    labels = [f"{name} ({row['low']:.2g} to {row['high']:.2g})" for name, row in result.table.iterrows()]

    def draw(figure):
        ax = figure.subplots()
        unit = f"change from {write_number(result.base, result.unit)}, £ million"
        bars(ax, pd.Series(moved["at_low"].to_numpy(), labels), unit=unit)
        ax.barh(range(len(labels))[::-1], moved["at_high"].to_numpy(), color=style.ASKED, height=0.7)
        handles = [ax.patches[0], ax.patches[-1]]
        figure.legend(handles, ["at the low value", "at the high value"], loc="outside lower center", ncols=2)

    return shown(
        result,
        result.table.round(2).reset_index(),
        title=_of(asked, result.finding.split(": ")[0]),
        subtitle=f"How {result.outcome} moves when one assumption does; in brackets the values tried",
        notes=("The same random numbers are used throughout, so differences carry little chance of their own.", ASSUMED),
        alt="; ".join(
            f"{name}: {write_number(low, result.unit)} to {write_number(high, result.unit)}"
            for name, (low, high) in result.table[["at_low", "at_high"]].iterrows()
        )
        + ".",
        draw=draw,
        size=(8.0, 4.8),
    )


@table.register
def _(result: Scenarios, asked: str = "") -> Exhibit:
    data = result.table.rename(columns={"asked_again": "asked again, % of the ask"})
    data.iloc[:, -1] = (100 * data.iloc[:, -1]).round(1)
    notes = (
        "Year end without support or other help than is named; deficit negative.",
        "Sizes are of years past, not forecasts. Pay rests on an assumed share of spending.",
        "A system's shocks are its part of the national ask: a stand-in." if asked else "",
    )
    title, rows = _of(asked, result.finding.split(": ")[0]), data.round(0 if not asked else 1).reset_index()
    return shown(result, rows, title=title, notes=notes)
