"""Figures and tables of the workforce. Series of different kinds never share a line; limits and intervals are always drawn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..workforce.funnel import Funnel
from ..workforce.gap import Gap
from ..workforce.need import Staffing
from ..workforce.signal import RULES, Xmr
from ..workforce.split import Split
from . import plot, table, workforce_ahead  # noqa: F401 (registers the drawings of what may come)
from .charts import bridge, lines, ranked_dots
from .core import Exhibit
from .names import short_names
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
    wide = wide.reindex(quarters)[wide.notna().sum().sort_values(ascending=False).index[: len(style.SERIES)]]

    def draw(figure):
        lines(figure.subplots(), wide, unit=unit, asked=asked)

    words = {"vacancies": "Vacant posts", "rate": "Vacancy rate", "covered": "Temporary staff as a share of vacancies"}
    bounds = rows[rows["qualifier"] != ""]
    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"{words.get(measure, measure)} by staff group, England, {result.table['series'].iloc[0]}",
        data=_told(rows),
        unit=unit,
        notes=(
            "Stock at the end of a quarter. A line joins neighbouring quarters only; a gap is a quarter we hold no figure for.",
            "Registered nursing, and registered nursing and midwifery, are different groups and are not joined. Adverts and "
            "ESR vacancies are other series.",
            *(
                [
                    "Printed as bounds or rounded: "
                    f"{', '.join(f'{r.staff_group} {r.day:%B %Y} ({r.qualifier})' for r in bounds.itertuples())}."
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
    frames = {
        "table": _told(result.table),
        "coverage": result.coverage.T.rename_axis("quarter ending").reset_index(),
        "facts": _dated(result.facts),
        "restated": _dated(result.restated),
    }
    titles = {
        "table": first_sentence(result.finding),
        "coverage": f"{int((result.coverage != '').to_numpy().sum())} of {result.coverage.size} group-quarters are held",
        "facts": f"{len(result.facts)} printed figures beside ours: {int(result.facts['stands'].str.startswith('ours').sum())} "
        "are the ones we use, "
        f"{int((result.facts['stands'] == 'agrees').sum())} from other pages agree, "
        f"{int((result.facts['stands'] == 'restated since').sum())} were restated since",
        "restated": f"{len(result.restated)} figures were printed again with another value",
    }
    return Exhibit(
        "table",
        titles[show],
        frames[show],
        subtitle="NHS vacancies, England",
        unit=result.unit,
        sources=("vacancies_national",),
        notes=("Posts are vacancies over the rate that the same page printed; low and high allow for rounding.",),
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
        title=first_sentence(_named(_labelled(result), names)) if show == "distance" else _against(rows[show], result),
        subtitle=f"{label_of(result.outcome)}, "
        + ("distance from what need suggests, shrunk" if show == "distance" else str(result.last)),
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
        _named(_labelled(result), short_names(result.by_place.index)),
        result.terms.reset_index(),
        subtitle="For one standard deviation more of the term",
        unit=result.unit,
        notes=(ASSOCIATION,),
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
        subtitle=f"{result.name}, XmR chart with limits at 2.66 mean moving ranges",
        data=told.assign(when=told["when"].map(_when)),
        unit=result.unit,
        notes=(
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
        title=first_sentence(_named(result.finding, names)),
        subtitle=f"{result.name} by system against size; the line is England",
        data=rows.reset_index(names="place"),
        unit=result.unit,
        notes=(
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

    def draw(figure):
        bridge(figure.subplots(), (str(result.first), result.before), parts, str(result.last), unit=result.unit)

    shown = pd.DataFrame(
        {"part": [str(result.first), *parts, str(result.last)], "value": [result.before, *parts.values(), result.after]}
    )
    return Exhibit(
        kind="figure",
        title=first_sentence(result.finding),
        subtitle=f"{result.name}, {result.first} to {result.last}, parts that add up exactly",
        data=shown,
        unit=result.unit,
        notes=(
            f"{len(result.by_group)} groups; parts add up to {result.residual:.1e}.",
            *([f"Left out: {', '.join(result.left_out)}."] if result.left_out else []),
        ),
        alt=result.finding,
        draw=draw,
    )


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    return _dated(rows.drop(columns=["series"])).round({"posts": 0, "posts_low": 0, "posts_high": 0, "in_post": 0, "covered": 1})


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d")) if len(rows) else rows


def _against(values: pd.Series, result: Staffing) -> str:
    if not np.isfinite(result.england):
        return f"{label_of(result.outcome)} by system, {result.last}"
    below = int((values < result.england).sum())
    return (
        f"{below} of {len(values)} systems are below England's {write_number(result.england, result.unit)} "
        f"({label_of(result.outcome).lower()}, {result.last})"
    )


def _labelled(result: Staffing) -> str:
    return result.finding.replace(result.outcome.replace("_", " ").capitalize(), label_of(result.outcome), 1)


def _named(text: str, names: dict[str, str]) -> str:
    for code, name in names.items():
        text = text.replace(str(code), name)
    return text


def _when(at: object) -> str:
    return f"{at:%Y-%m}" if hasattr(at, "strftime") else str(at)
