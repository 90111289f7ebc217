"""Figures and tables of the workforce. Series of different kinds never share a line; limits and intervals are always drawn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..register import find_place
from ..register.short import kind_of, short_names
from ..tidy import merge_cells
from ..workforce.funnel import Funnel
from ..workforce.gap import HELD, Gap
from ..workforce.need import Staffing
from ..workforce.signal import RULES, Xmr
from ..workforce.split import Split
from ..workforce.wording import told_day, within
from . import plot, table, workforce_ahead  # noqa: F401 (registers the drawings of what may come)
from .charts import bridge, funnel, lines, ranked_dots
from .core import Exhibit
from .shapes import first_sentence, shown
from .words import describe_intervals, describe_lines, describe_ranking, describe_trend
from .workforce_ahead import label_of

ASSOCIATION = "An association, not a cause: a system far from what need suggests may have its reasons."
HUES = {"improvement": style.ASKED, "concern": style.SECOND, "high": style.ASKED, "low": style.SECOND}


@plot.register
def _(result: Gap, asked: str = "") -> Exhibit:
    """Vacancies by staff group, the one asked about first; dots are joined only between neighbouring quarters."""
    rows = result.table.dropna(subset=["vacancies"])
    wide = rows.pivot(index="day", columns="staff_group", values="vacancies")
    most = wide.notna().sum().sort_values(ascending=False, kind="stable").index
    drawn = sorted(most, key=lambda name: name != asked)[: len(style.SERIES)]
    wide = wide.reindex(pd.date_range(wide.index.min(), wide.index.max(), freq="QE"))[drawn].rename(columns=_group)
    bounds = [f"{_group(r.staff_group)} {r.day:%B %Y} ({r.qualifier})" for r in rows.itertuples() if r.qualifier]
    data = rows.drop(columns="series").round({"posts": 0, "posts_low": 0, "posts_high": 0, "in_post": 0, "covered": 1})
    return shown(
        result,
        data.assign(staff_group=rows["staff_group"].map(_group), day=rows["day"].dt.strftime("%Y-%m-%d")),
        title=first_sentence(result.finding).split(", the most")[0],
        subtitle=f"Vacant posts by staff group, {find_place(result.place).name}, {result.table['series'].iloc[0]}",
        notes=(
            "Posts vacant on the last day of a quarter. A line joins neighbouring quarters only; a gap is a quarter we hold no "
            "figure for.",
            "Registered nursing, and registered nursing and midwifery, are different groups and are not joined. "
            "Adverts and ESR vacancies are other series.",
            "Posts are vacancies over the rate that the same page printed; low and high allow for rounding.",
            f"Printed as bounds or rounded: {', '.join(bounds)}." if bounds else "",
        ),
        sources=("vacancies_national",),
        alt=describe_lines({name: wide[name].rename(index=lambda day: f"{day:%B %Y}") for name in wide}, result.unit),
        draw=lambda figure: lines(figure.subplots(), wide, unit=result.unit),
    )


@table.register
def _(result: Gap, show: str = "coverage") -> Exhibit:
    """What is held (``coverage``), or every printing beside ours (``facts``)."""
    if show == "coverage":
        held = result.coverage.loc[:, (result.coverage != "").any()]
        count, quarters = int((result.coverage != "").to_numpy().sum()), result.coverage.shape[1]
        whole = f"{len(result.coverage)} staff groups over {quarters} quarters"
        title = f"{whole}: {count} of {result.coverage.size} figures are held"
        data = held.T.rename(columns=_group).rename_axis("quarter ending").reset_index()
        main = result.editions[result.editions["measure"].isin(HELD[:2])]
        quarterly = main.groupby(["staff_group", main["day"].dt.strftime("%Y-%m")])
        behind = quarterly["cells"].agg(merge_cells).unstack(0).reindex(held.columns)
        data = data.assign(**{f"cells:{_group(name)}": behind[name].to_numpy() for name in held.index})
        notes: tuple[str, ...] = (
            "Held as a count of vacant posts, a rate or both. "
            f"Nothing is held for {quarters - held.shape[1]} other quarters between the first and the last, nor by system for "
            "any.",
        )
    else:
        stands = result.facts["stands"]
        used, agree, restated = (stands.str.startswith(word).sum() for word in ("ours", "agrees", "restated since"))
        title = f"Of {len(stands)} printed figures {used} are used, {agree} more agree, {restated} restated since"
        title = title if used < len(stands) else f"All {used} printed figures are used"
        data, notes = _beside(result.facts), tuple(_doubts(result.facts))
    subtitle = f"NHS vacancies, {find_place(result.place).name}"
    return shown(result, data, title=title, subtitle=subtitle, sources=("vacancies_national",), notes=notes)


@plot.register
def _(result: Staffing, asked: str = "", show: str = "distance", among: Sequence[str] = ()) -> Exhibit:
    """Systems in order of ``distance`` from what need suggests (95% intervals), or of the ``latest`` figure with England's line.

    `among` shows only these and the one asked about; the model is of all.
    """
    names, label = short_names(result.by_place.index), label_of(result.outcome)
    held = result.by_place[result.by_place.index.isin([*among, asked])] if len(among) else result.by_place
    rows, picked, years = held.rename(index=names), names.get(asked, asked), f"{result.first} to {result.last}"
    kind, england = kind_of(result.by_place.index), write_number(result.england, result.unit)
    if show == "distance":
        how = {"low": rows["low"], "high": rows["high"], "reference": 0.0}
        low, high = (result.named[place] for place in result.by_place.index[[0, -1]])
        title = f"{low} is furthest below the {within(label)} that need suggests, {high} furthest above"
        subtitle = f"distance from what need suggests, {years}, uncertain ones pulled towards zero"
        told = describe_intervals(rows.rename(columns={"distance": "estimate"}), result.unit)
        left, bounded = ", ".join(result.left_out), int(rows["bounded"].sum())
        notes = [
            ASSOCIATION,
            f"Bars are 95% intervals of a multilevel model over {years}; neighbouring years resemble each other "
            f"({result.years_alike:.2f}), "
            "and the more they do, the less a lasting distance can be told from a drift.",
            f"Left out: {left}." if left else "",
            f"Shown: {len(rows)} of {result.places} {kind}; the model is of all." if len(among) else "",
            f"{bounded} suppressed figures are carried as bounds." if bounded else "",
        ]
    elif np.isfinite(result.england):
        how, notes = {"reference": result.england, "reference_label": "England"}, []
        title = f"{int((rows[show] < result.england).sum())} of {len(rows)} {kind} are below England's {england}"
        subtitle, told = f"{result.last}; the line is England", f"England: {england}."
    else:
        how, notes, title, subtitle, told = {}, [], f"{label} by system, {result.last}", str(result.last), ""
    return shown(
        result,
        rows.reset_index(),
        title=title,
        subtitle=f"{label} by {kind.removesuffix('s')}, {subtitle}",
        notes=notes,
        alt=f"{describe_ranking(rows[show], result.unit, kind, picked)} {told}".strip(),
        draw=lambda figure: ranked_dots(figure.subplots(), rows[show], unit=result.unit, asked=picked, **how),
        size=style.TALL,
    )


@table.register
def _(result: Staffing) -> Exhibit:
    """What goes with staffing: the terms, with intervals."""
    label, clear = label_of(result.outcome), result.terms.index[(result.terms["low"] > 0) | (result.terms["high"] < 0)]
    told = ", ".join(within(label_of(name).split(" (")[0]) for name in clear) or "no term that can be told apart from none"
    over = f"{result.places} {kind_of(result.by_place.index)}, {result.first} to {result.last}"
    return shown(
        result,
        result.terms.rename(index=label_of).reset_index(),
        title=f"{label}: linked with {told}",
        subtitle=f"{label} for one standard deviation more of the term, {over}, 95% interval",
        notes=(ASSOCIATION, result.finding),
    )


@plot.register
def _(result: Xmr) -> Exhibit:
    """The series with mean and limits; signals coloured, and named in the table."""
    points = result.points

    def draw(figure):
        ax = figure.subplots()
        lines(ax, points["value"].rename(result.name), unit=result.unit)
        ax.get_lines()[0].set_color(style.ALL)
        for _, part in points.groupby("period"):
            for edge, dash in (("lower", "--"), ("upper", "--"), ("mean", "-")):
                ax.plot(part.index, part[edge], color=style.QUIET, linestyle=dash, linewidth=1)
        for icon, rows in points[points["signal"] != ""].groupby("icon"):
            ax.scatter(rows.index, rows["value"], color=HUES[icon], s=34, zorder=4, label=icon)
        if (points["signal"] != "").any():
            ax.legend(loc="best", fontsize=style.SMALL)

    told = points.drop(columns=list(RULES)).rename(columns={"cells": "cells:value"}).reset_index(names="when")
    rebased = "; ".join(f"from {_when(row.first)}: {row.reason}" for row in result.baselines.iloc[1:].itertuples())
    return shown(
        result,
        told.assign(when=told["when"].map(_when)),
        subtitle=f"{result.name}, with the usual range: the mean and 2.66 mean moving ranges either way",
        notes=(
            result.finding.split(". ", 1)[1],
            "Signals by the rules of Making Data Count: outside limits, shift of seven, trend of seven, two of three near a "
            "limit.",
            f"Limits set anew {rebased}." if rebased else "One baseline: limits are of the whole series.",
            f"No figure: {', '.join(map(_when, result.gaps))}." if result.gaps else "",
        ),
        alt=f"{describe_trend(points['value'].rename(index=_when), result.unit, result.name)} {result.finding}",
        draw=draw,
    )


@plot.register
def _(result: Funnel, asked: str = "") -> Exhibit:
    """Each place's value against its size, with limits for over-dispersion (solid and dashed) and for chance alone (dotted)."""
    names, kind = short_names(result.by_place.index), kind_of(result.by_place.index)
    rows, picked = result.by_place.rename(index=names), names.get(asked, asked)
    out, days = rows.index[rows["stands"].str.contains("99.8")], rows["denominator"].min() > 1e5

    def draw(figure):
        how = {"xunit": "Size (million days available)" if days else "Size", "unit": result.unit, "asked": picked, "marked": out}
        ax = funnel(figure.subplots(), rows, "denominator", "value", result.limits, result.pooled, **how)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1e6:g}" if days else f"{value:,.0f}")

    return shown(
        result,
        rows.rename(columns={"cells": "cells:value"}).reset_index(names="place"),
        subtitle=f"{result.name} by {kind.removesuffix('s')} against size; the line is the rate of all together",
        notes=(
            result.finding.split(". ", 1)[1],
            "Solid and dashed lines: 99.8% and 95% limits allowing for over-dispersion; dotted: chance alone, which assumes "
            "every day independent.",
            "Outside the limits says different, not why.",
        ),
        sources=("sickness_absence",),
        alt=f"{describe_ranking(rows['value'], result.unit, kind, picked)} {len(out)} outside the 99.8% limits.",
        draw=draw,
    )


@plot.register
def _(result: Split) -> Exhibit:
    """From the first period to the last through the parts of the change."""
    parts = {name[0].upper() + name[1:]: size for name, size in result.steps.items() if size or len(result.by_group) > 1}
    (first, last), (title, told) = map(told_day, (result.first, result.last)), result.finding.split(": ", 1)
    data = pd.DataFrame({"part": [first, *parts, last], "value": [result.before, *parts.values(), result.after]})
    return shown(
        result,
        data.assign(cells=[result.cells] * len(data)),
        title=title,
        subtitle=f"Parts of the change from {first} to {last}, which add up exactly",
        notes=(
            told[:1].upper() + told[1:],
            f"Parts are added up over {len(result.by_group)} groups." if len(result.by_group) > 1 else "",
        ),
        alt=result.finding,
        draw=lambda figure: bridge(figure.subplots(), (first, result.before), parts, last, unit=result.unit),
    )


def _group(name: str) -> str:
    return "All staff" if name == "all" else name[:1].upper() + name[1:]


def _beside(facts: pd.DataFrame) -> pd.DataFrame:
    """Printed figures with ours as a reader sees them: rates as rates, bounds in words, doubts in the notes."""
    units = ["percent" if name == "vacancy_rate" else "" for name in facts["measure"]]
    theirs, ours = (
        [write_number(value, unit, places=1 if unit else 0) for value, unit in zip(facts[side], units, strict=True)]
        for side in ("theirs", "ours")
    )
    return pd.DataFrame(
        {
            "staff group": facts["staff_group"].map(_group),
            "day": facts["day"].dt.strftime("%Y-%m-%d"),
            "measure": facts["measure"].map(label_of),
            "publisher": facts["publisher"],
            "published": facts["published"],
            "theirs": [f"{word} {text}".strip() for word, text in zip(facts["qualifier"], theirs, strict=True)],
            "ours": ours,
            "stands": facts["stands"],
            "cells:theirs": facts["cells"],
            "cells:ours": facts["cells"],
        }
    )


def _doubts(facts: pd.DataFrame) -> list[str]:
    """What is doubtful of printed figures, each doubt once with the figures it is about."""
    about = [f"{_group(group)}, {day:%B %Y}" for group, day in zip(facts["staff_group"], facts["day"], strict=True)]
    told = facts.assign(about=about).query("doubt != ''").groupby("doubt", sort=False)["about"]
    return [f"{', '.join(dict.fromkeys(names))}: {doubt}" for doubt, names in told]


def _when(at: object) -> str:
    return f"{at:%Y-%m}" if hasattr(at, "strftime") else str(at)
