"""Figures and tables of realistic objectives: when an improvement shows, and targets beside history."""

import pandas as pd

from .. import style
from ..objectives.reference import Outlook
from ..objectives.visibility import Visibility
from ..register.short import short_names
from . import plot, table
from .charts import lines, ranked_dots
from .core import Exhibit
from .shapes import shown

MANY = 60  # places beyond which a spread of them is drawn


@plot.register
def _(result: Visibility, asked: str = "") -> Exhibit:
    p = result.process
    chance = 100 * result.power[["power", "closed"]].set_axis(["simulated", "formula"], axis=1)
    data = result.power.mul(100).round(1).reset_index()
    data.columns = ["year", "power", "power by formula", "size", "detectable a year", "detectable in total"]

    def draw(figure):
        ax = lines(figure.subplots(), chance, unit="percent")
        ax.axhline(100 * result.wanted, color=style.SECOND, linewidth=1, linestyle="--")
        ax.set_ylim(0, 103)
        ax.set_xlabel("Years since it began")

    return shown(
        result,
        data,
        subtitle=f"{result.outcome.replace('_', ' ')}: chance that it is told from no change, by years since it began",
        unit="percent",
        notes=(
            result.finding,
            result.details,
            f"Dashed: the power asked for, {result.wanted:.0%}. The test errs in 5% of panels without any change (column size).",
            "Detectable: the smallest change a year, and in total, that would be seen with that power.",
            f"Fitted movement of one place: noise {p.noise:.1%}, lasting part {p.persistent:.1%} (correlation "
            f"{p.persistence:.2f}), own drift {p.slope:.2%} a year; the national path moves by {p.national_shock:.1%} a year "
            "around its drift.",
        ),
        alt=f"Power rises from {chance['simulated'].iloc[0]:.0f}% in year {chance.index[0]} to "
        f"{chance['simulated'].iloc[-1]:.0f}% in year {chance.index[-1]}. {result.finding}",
        draw=draw,
    )


@plot.register
def _(result: Outlook, asked: str = "") -> Exhibit:
    """Chance on trend by place, beside how often it was ever achieved."""
    names = short_names(result.by_place.index)
    data = result.by_place.rename(index=names)
    chance = 100 * data["chance"].dropna()
    mine = [names[asked]] if asked in names else []
    spread = chance.drop(mine).sort_values().iloc[:: max(len(chance) // MANY, 1)]
    drawn = chance if len(chance) <= MANY else pd.concat([spread, chance[mine]])
    ever = 100 * result.share
    how: dict = {"unit": "Chance on trend, %", "asked": mine, "reference": ever, "reference_label": "achieved in history"}
    return shown(
        result,
        data.round(3).reset_index(),
        subtitle=f"{result.outcome.replace('_', ' ')}: chance of reaching it on trend, by {result.kind.removesuffix('s')}",
        unit="percent",
        notes=(
            result.finding,
            result.details,
            f"Achieved in history: share of all stretches of {result.horizon} years, {ever:.0f}%.",
            "A spread of places is drawn; the table holds all." if len(drawn) < len(chance) else "",
        ),
        alt=f"Chances on trend from {chance.min():.0f}% to {chance.max():.0f}%, median {chance.median():.0f}%. {result.finding}",
        draw=lambda figure: ranked_dots(figure.subplots(), drawn, **how),
        size=style.TALL,
    )


@table.register
def _(result: Outlook, asked: str = "") -> Exhibit:
    """The ladder of one place (`asked`), or of the middle of all places."""
    if asked:
        rows, whose = result.targets(asked).reset_index(), short_names([asked])[asked]
        if "cells:now" in result.by_place:
            rows["cells:now"] = [result.by_place.loc[asked, "cells:now"]] * len(rows)
    else:
        rows, whose = result.ladder.groupby(level="horizon").median().reset_index(), f"the middle {result.kind.removesuffix('s')}"
    years = ", in 3, 5 and 10 years" * (set(rows["horizon"]) == {3, 5, 10})
    return shown(
        result,
        rows.round(1),
        title=f"What history makes of a target for {whose}{years}",
        subtitle=result.outcome.replace("_", " "),
        notes=(
            "Modest: half of the stretches that began like this one did better. Stretching: one in ten did. Unprecedented: "
            "none did.",
            "The noise of single figures is taken out of the range of stretches, so a lucky pair of years sets no target.",
            f"Left out: {', '.join(map(str, result.exclude)) or 'no year'}.",
        ),
    )
