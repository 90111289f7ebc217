"""Figures and tables of the workforce. Series of different kinds never share a line; limits and intervals are always drawn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..register.short import kind_of, short_names
from ..workforce.funnel import Funnel
from ..workforce.gap import Gap
from ..workforce.need import Staffing
from ..workforce.signal import RULES, Xmr
from ..workforce.split import Split
from ..workforce.wording import told_day, within
from . import plot, table, workforce_ahead  # noqa: F401 (registers the drawings of what may come)
from .charts import bridge, lines, ranked_dots
from .core import Exhibit
from .words import describe_intervals, describe_lines, describe_ranking, describe_trend
from .workforce_ahead import first_sentence, label_of

ASSOCIATION = "An association, not a cause: a system far from what need suggests may have its reasons."


@plot.register
def _(result: Gap, measure: str = "vacancies", asked: str = "") -> Exhibit:
    """Vacancies (or ``rate``, ``covered``) by staff group; dots are joined only between neighbouring quarters."""
    rows = result.table.dropna(subset=[measure])
    unit = "percent" if measure in ("rate", "covered") else result.unit
    wide = rows.pivot(index="day", columns="staff_group", values=measure)
    quarters = pd.date_range(wide.index.min(), wide.index.max(), freq="QE")
    most = wide.notna().sum().sort_values(ascending=False, kind="stable").index
    wide = wide.reindex(quarters)[sorted(most, key=lambda name: name != asked)[: len(style.SERIES)]].rename(columns=_group)

    def draw(figure):
        lines(figure.subplots(), wide, unit=unit)

    words = {"vacancies": "Vacant posts", "rate": "Vacancy rate", "covered": "Temporary staff as a share of vacancies"}
    bounds = rows[rows["qualifier"] != ""]
    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding).split(", the most")[0] if measure == "vacancies" else words[measure],
        subtitle=f"{words.get(measure, measure)} by staff group, England, {result.table['series'].iloc[0]}",
        data=_told(rows),
        unit=unit,
        notes=(
            "Posts vacant on the last day of a quarter. A line joins neighbouring quarters only; a gap is a quarter we hold no figure for.",
            "Registered nursing, and registered nursing and midwifery, are different groups and are not joined. Adverts and "
            "ESR vacancies are other series.",
            *(
                [
                    "Printed as bounds or rounded: "
                    f"{', '.join(f'{_group(r.staff_group)} {r.day:%B %Y} ({r.qualifier})' for r in bounds.itertuples())}."
                ]
                if len(bounds)
                else []
            ),
        ),
        sources=("vacancies_national",),
        alt=describe_lines({name: wide[name].rename(index=lambda day: f"{day:%B %Y}") for name in wide}, unit),
        draw=draw,
    )


@table.register
def _(result: Gap, show: str = "table") -> Exhibit:
    """The reconciled ``table``, what is held (``coverage``), every printing beside ours (``facts``) or ``restated`` figures."""
    held = result.coverage.loc[:, (result.coverage != "").any()]
    frames = {
        "table": _told(result.table),
        "coverage": held.T.rename(columns=_group).rename_axis("quarter ending").reset_index(),
        "facts": _beside(result.facts),
        "restated": _dated(result.restated),
    }
    titles = {
        "table": first_sentence(result.finding),
        "coverage": f"{len(result.coverage)} staff groups over {result.coverage.shape[1]} quarters: "
        f"{int((result.coverage != '').to_numpy().sum())} of {result.coverage.size} figures are held",
        "facts": f"Of {len(result.facts)} printed figures {int(result.facts['stands'].str.startswith('ours').sum())} are used, "
        f"{int((result.facts['stands'] == 'agrees').sum())} more agree, "
        f"{int((result.facts['stands'] == 'restated since').sum())} restated since",
        "restated": f"{len(result.restated)} figures were printed again with another value",
    }
    return Exhibit(
        "table",
        titles[show],
        frames[show],
        subtitle="NHS vacancies, England",
        unit=result.unit,
        sources=("vacancies_national",),
        notes={
            "coverage": (
                f"Held as a count of vacant posts, a rate or both. Nothing is held for {result.coverage.shape[1] - held.shape[1]} "
                "other quarters between the first and the last.",
            ),
            "facts": tuple(
                f"{', '.join(dict.fromkeys(f'{_group(r.staff_group)}, {r.day:%B %Y}' for r in rows.itertuples()))}: {doubt}"
                for doubt, rows in result.facts.query("doubt != ''").groupby("doubt", sort=False)
            ),
        }.get(show, ("Posts are vacancies over the rate that the same page printed; low and high allow for rounding.",)),
    )


@plot.register
def _(result: Staffing, asked: str = "", show: str = "distance", among: Sequence[str] = ()) -> Exhibit:
    """Systems in order of ``distance`` from what need suggests (95% intervals), or of the ``latest`` figure with England's line.

    `among` shows only these and the one asked about; the model is of all.
    """
    held = result.by_place
    held = held[held.index.isin([*among, asked])] if len(among) else held
    names = short_names(result.by_place.index)
    rows = held.rename(index=names)
    picked = names.get(asked, asked)
    intervals = {"low": rows["low"], "high": rows["high"]} if show == "distance" else {}
    line = (
        {"reference": 0.0}
        if show == "distance"
        else {"reference": result.england, "reference_label": "England"}
        if np.isfinite(result.england)
        else {}
    )

    def draw(figure):
        ranked_dots(figure.subplots(), rows[show], unit=result.unit, asked=picked, **intervals, **line)

    england = (
        f" England: {write_number(result.england, result.unit)}." if show == "latest" and np.isfinite(result.england) else ""
    )
    spread = describe_intervals(rows.rename(columns={"distance": "estimate"}), result.unit) if show == "distance" else england
    return Exhibit(
        kind="figure",
        title=_furthest(result) if show == "distance" else _against(rows[show], result),
        subtitle=f"{label_of(result.outcome)} by {kind_of(result.by_place.index).removesuffix('s')}, "
        + (
            f"distance from what need suggests, {result.first} to {result.last}, uncertain ones pulled towards zero"
            if show == "distance"
            else f"{result.last}; the line is England"
        ),
        data=rows.reset_index(),
        unit=result.unit,
        notes=(
            ASSOCIATION,
            f"Bars are 95% intervals of a multilevel model over {result.first} to {result.last}; neighbouring years resemble "
            f"each other ({result.years_alike:.2f}).",
            *([f"Left out: {', '.join(result.left_out)}."] if result.left_out else []),
            *([f"Shown: {len(rows)} of {result.places} systems; the model is of all."] if len(among) else []),
            *([f"{int(rows['bounded'].sum())} suppressed figures are carried as bounds."] if rows["bounded"].any() else []),
        )
        if show == "distance"
        else (),
        sources=("system_panel", "allocations"),
        alt=f"{describe_ranking(rows[show], result.unit, 'systems', picked)} {spread}".strip(),
        draw=draw,
        size=style.TALL,
    )


@table.register
def _(result: Staffing) -> Exhibit:
    """What goes with staffing: the terms, with intervals."""
    return Exhibit(
        "table",
        _terms(result),
        result.terms.rename(index=label_of).reset_index(),
        subtitle=f"{label_of(result.outcome)} for one standard deviation more of the term, {result.places} "
        f"{kind_of(result.by_place.index)}, {result.first} to {result.last}, 95% interval",
        unit=result.unit,
        notes=(ASSOCIATION, result.finding),
        sources=("system_panel", "allocations"),
    )


@plot.register
def _(result: Xmr) -> Exhibit:
    """The series with mean and limits; signals coloured, and named in the table."""
    points = result.points

    def draw(figure):
        ax = figure.subplots()
        for _, part in points.groupby("period"):
            for edge in ("lower", "upper"):
                ax.plot(part.index, part[edge], color=style.QUIET, linestyle="--", linewidth=1)
            ax.plot(part.index, part["mean"], color=style.QUIET, linewidth=1)
        lines(ax, points["value"].rename(result.name), unit=result.unit)
        for line in ax.get_lines()[-1:]:
            line.set_color(style.ALL)
        for icon, colour in {
            "improvement": style.ASKED,
            "concern": style.SECOND,
            "high": style.ASKED,
            "low": style.SECOND,
        }.items():
            rows = points[points["icon"] == icon]
            ax.scatter(rows.index, rows["value"], color=colour, s=34, zorder=4, label=icon)
        if ax.get_legend_handles_labels()[0] and (points["signal"] != "").any():
            shown = [
                (handle, label)
                for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
                if (points["icon"] == label).any()
            ]
            ax.legend(*zip(*shown, strict=True), loc="best", fontsize=style.SMALL)

    told = points.drop(columns=list(RULES)).reset_index(names="when")
    rebased = "; ".join(f"from {_when(row.first)}: {row.reason}" for row in result.baselines.iloc[1:].itertuples())
    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"{result.name}, with the usual range: the mean and 2.66 mean moving ranges either way",
        data=told.assign(when=told["when"].map(_when)),
        unit=result.unit,
        notes=(
            result.finding.split(". ", 1)[1],
            "Signals by the rules of Making Data Count: outside limits, shift of seven, trend of seven, two of three near a "
            "limit.",
            f"Limits set anew {rebased}." if rebased else "One baseline: limits are of the whole series.",
            *([f"No figure: {', '.join(map(_when, result.gaps))}."] if result.gaps else []),
        ),
        alt=f"{describe_trend(points['value'].rename(index=_when), result.unit, result.name)} {result.finding}",
        draw=draw,
    )


@plot.register
def _(result: Funnel, asked: str = "") -> Exhibit:
    """Each place's value against its size, with limits for over-dispersion (solid) and for chance alone (dotted)."""
    names = short_names(result.by_place.index)
    rows = result.by_place.rename(index=names)
    picked = names.get(asked, asked)
    out = rows.index[rows["stands"].str.contains("99.8")]

    def draw(figure):
        ax = figure.subplots()
        for label, dash in (("998", "-"), ("95", "--")):
            for side in ("low", "high"):
                ax.plot(result.limits.index, result.limits[f"{side}_{label}"], color=style.QUIET, linestyle=dash, linewidth=1)
                ax.plot(result.limits.index, result.limits[f"plain_{side}_{label}"], color=style.RULE, linestyle=":", linewidth=1)
        ax.axhline(result.pooled, color=style.SECOND, linewidth=1)
        colours = np.where(rows.index == picked, style.ASKED, style.ALL)
        ax.scatter(rows["denominator"], rows["value"], c=colours, s=30, zorder=3)
        for name in {*out, *([picked] if picked in rows.index else [])}:
            ax.annotate(
                name,
                (rows.loc[name, "denominator"], rows.loc[name, "value"]),
                xytext=(6, 4),
                textcoords="offset points",
                fontsize=style.SMALL,
            )
        ax.set_xlabel("Size (million days available)" if rows["denominator"].min() > 1e5 else "Size")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1e6:g}" if rows["denominator"].min() > 1e5 else f"{value:,.0f}")
        ax.set_ylabel(style.UNIT_WORDS.get(result.unit, result.unit))

    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"{result.name} by {kind_of(result.by_place.index).removesuffix('s')} against size; the line is the rate of all together",
        data=rows.reset_index(names="place"),
        unit=result.unit,
        notes=(
            result.finding.split(". ", 1)[1],
            "Solid and dashed lines: 99.8% and 95% limits allowing for over-dispersion; dotted: chance alone, which assumes "
            "every day independent.",
            "Outside the limits says different, not why.",
        ),
        sources=("sickness_absence",),
        alt=describe_ranking(rows["value"], result.unit, "systems", picked) + f" {len(out)} outside the 99.8% limits.",
        draw=draw,
    )


@plot.register
def _(result: Split) -> Exhibit:
    """From the first period to the last through the parts of the change."""
    parts = {name[0].upper() + name[1:]: size for name, size in result.steps.items() if size or len(result.by_group) > 1}

    first, last = told_day(result.first), told_day(result.last)

    def draw(figure):
        bridge(figure.subplots(), (first, result.before), parts, last, unit=result.unit)

    shown = pd.DataFrame({"part": [first, *parts, last], "value": [result.before, *parts.values(), result.after]})
    return Exhibit(
        kind="figure",
        title=result.finding.split(": ")[0] + ".",
        subtitle=f"Parts of the change from {first} to {last}, which add up exactly",
        data=shown,
        unit=result.unit,
        notes=(
            result.finding.split(": ", 1)[1][:1].upper() + result.finding.split(": ", 1)[1][1:],
            *([f"Parts are added up over {len(result.by_group)} groups."] if len(result.by_group) > 1 else []),
        ),
        alt=result.finding,
        draw=draw,
    )


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    return _dated(rows.drop(columns=["series"]).assign(staff_group=rows["staff_group"].map(_group))).round(
        {"posts": 0, "posts_low": 0, "posts_high": 0, "in_post": 0, "covered": 1}
    )


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d")) if len(rows) else rows


def _against(values: pd.Series, result: Staffing) -> str:
    if not np.isfinite(result.england):
        return f"{label_of(result.outcome)} by system, {result.last}"
    below = int((values < result.england).sum())
    return f"{below} of {len(values)} {kind_of(result.by_place.index)} are below England's {write_number(result.england, result.unit)}"


def _furthest(result: Staffing) -> str:
    low, high = (result.named[place] for place in result.by_place.index[[0, -1]])
    return f"{low} is furthest below the {within(label_of(result.outcome))} that need suggests, {high} furthest above"


def _terms(result: Staffing) -> str:
    clear = result.terms.index[(result.terms["low"] > 0) | (result.terms["high"] < 0)]
    told = ", ".join(within(label_of(name).split(" (")[0]) for name in clear) or "no term that can be told apart from none"
    return f"{label_of(result.outcome)}: linked with {told}"


def _group(name: str) -> str:
    return "All staff" if name == "all" else name[:1].upper() + name[1:]


def _beside(facts: pd.DataFrame) -> pd.DataFrame:
    """Printed figures with ours as a reader sees them: rates as rates, bounds in words, doubts in the notes."""
    unit = facts["measure"].map(lambda name: "percent" if name == "vacancy_rate" else "")
    written = [write_number(value, kind, places=1 if kind else 0) for value, kind in zip(facts["theirs"], unit, strict=True)]
    ours = [write_number(value, kind, places=1 if kind else 0) for value, kind in zip(facts["ours"], unit, strict=True)]
    return pd.DataFrame(
        {
            "staff group": facts["staff_group"].map(_group),
            "day": facts["day"].dt.strftime("%Y-%m-%d"),
            "measure": facts["measure"].map(label_of),
            "publisher": facts["publisher"],
            "published": facts["published"],
            "theirs": [f"{word} {text}".strip() for word, text in zip(facts["qualifier"], written, strict=True)],
            "ours": ours,
            "stands": facts["stands"],
            "cells:theirs": facts["cells"],
            "cells:ours": facts["cells"],
        }
    )


def _when(at: object) -> str:
    return f"{at:%Y-%m}" if hasattr(at, "strftime") else str(at)
