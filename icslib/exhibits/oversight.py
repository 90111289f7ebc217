"""Figures and tables of national targets and local aims."""

from textwrap import fill

import pandas as pd

from .. import style
from ..numbers import write_number
from ..oversight.attention import PURPOSES, Attention
from ..oversight.comovement import Comovement
from ..oversight.money import Strings
from ..oversight.sketch import RUNGS, Sketch
from ..oversight.targets import MEASURES, TargetCounts
from ..oversight.voice import Voices
from ..register.short import short_names
from . import plot, table
from .charts import finish, ranked_dots
from .core import Exhibit
from .shapes import shown, sources_of

PARTIAL = (
    "The lists are those that public pages give, and are partial; shares are of what is listed, not of all that is "
    "counted; each with its page in data/raw/reference/oversight_metrics.csv."
)


@plot.register
def _(result: TargetCounts, asked: str = "") -> Exhibit:
    rows = result.table[result.table["measure"] == MEASURES[0]]

    def draw(figure):
        ax = figure.subplots()
        spots = range(len(rows))
        ax.vlines(spots, rows["low"], rows["high"], color=style.ASKED, linewidth=3, alpha=0.5)
        for end in ("low", "high"):
            ax.scatter(spots, rows[end], color=style.ASKED, s=34, zorder=3)
        ax.set_xticks(list(spots), rows["period"])
        ax.set_ylim(0, None)
        ax.set_ylabel("national targets")

    return shown(
        result,
        result.table.drop(columns="counts"),
        subtitle="National targets in planning guidance, by planning year as the source writes it; a line is a range between "
        "sources",
        notes=(result.finding, "Each counts in its own way: how many a year had depends on what is called a target."),
        alt="; ".join(f"{row['period']}: {row['low']:g} to {row['high']:g}" for _, row in rows.iterrows()) + ".",
        draw=draw,
    )


@plot.register
def _(result: Attention, asked: str = "") -> Exhibit:
    wide = result.shares.set_index("period")[list(PURPOSES)]
    labels = [
        f"{row['period']}: {row['framework'].split(' (')[0]}, {row['metrics']} listed" for _, row in result.shares.iterrows()
    ]

    def draw(figure):
        ax = figure.subplots()
        left = pd.Series(0.0, index=wide.index)
        for hue, purpose in zip(style.SERIES, PURPOSES, strict=True):
            ax.barh(labels, wide[purpose], left=left, color=hue, label=purpose, height=0.6)
            left = left + wide[purpose]
        ax.set_xlabel("% of listed metrics")
        ax.grid(False, axis="y")
        figure.legend(loc="outside lower center", ncols=5, fontsize=style.SMALL)

    return shown(
        result,
        result.shares.round(1),
        subtitle=f"Listed metrics by purpose, classified by their {result.rule}",
        notes=(
            result.finding,
            PARTIAL,
            f"By name and by heading the two rules agree on {result.agreement:.0%} (kappa {result.kappa:.2f}, {result.low:.2f} "
            f"to {result.high:.2f}).",
        ),
        alt="; ".join(
            f"{label}: " + ", ".join(f"{purpose} {share:.0f}%" for purpose, share in row.items())
            for label, (_, row) in zip(labels, wide.iterrows(), strict=True)
        )
        + ".",
        draw=draw,
        size=(8.0, 3.4),
    )


@table.register
def _(result: Attention, asked: str = "") -> Exhibit:
    """The metrics on which the two rules part."""
    columns = ["period", "metric", "theme", "by_name", "by_theme", "prevention", "years_low", "years_high", "reason"]
    columns += ["cells:years_low", "cells:years_high"]
    parted = result.table["by_name"] != result.table["by_theme"]
    data = result.table.loc[parted, columns].replace({"prevention": {True: "yes", False: "no"}})
    title = f"The two rules part on {int(parted.sum())} of {len(parted)} metrics"
    return shown(result, data, title=title, unit="", notes=(PARTIAL, "Years to effect are as published."))


@plot.register
def _(result: Strings, asked: str = "") -> Exhibit:
    def draw(figure):
        ax = figure.subplots()
        for scope, rows in result.grant.groupby("scope", sort=False):
            hue = style.ASKED if scope == "with under-fives" else style.ALL
            for column, marker, label in (("real", "o", result.prices), ("cash", "x", "cash")):
                ax.plot(rows["fy"], rows[column], marker, color=hue, markersize=5, label=f"{label}, {scope}")
        ax.set_ylim(0, None)
        years = result.grant.drop_duplicates("fy").sort_values("fy")
        ax.set_xticks(years["fy"], years["period"], rotation=45)
        finish(ax, result.unit, along="y")
        figure.legend(loc="outside lower center", ncols=2, fontsize=style.SMALL)

    return shown(
        result,
        result.grant.round(0),
        subtitle=f"Public health grant to councils, allocations; {result.prices}, and cash",
        notes=(
            "From 2016-17 the grant pays for services for under-fives too: earlier years are another thing and are not compared.",
            "Two dots in a year: as first published and as revised.",
        ),
        alt=f"{len(result.grant)} figures; {result.headline}.",
        draw=draw,
    )


@table.register
def _(result: Strings, asked: str = "") -> Exhibit:
    words = {
        "item": "held nationally, of money not ring-fenced",
        "unit": "percent",
        "publisher": "",
        "note": "100 less the printed share that went to boards",
    }
    held = result.held.assign(value=result.held["held"], **words)
    columns = ["item", "period", "value", "unit", "basis", "publisher", "note", "cells"]
    data = pd.concat([held[columns], result.items[columns]], ignore_index=True)
    notes = (f"{result.withheld}.", "Each on its own basis; they are not to be added.")
    return shown(result, data, title=result.diverted or result.withheld, unit="", notes=notes)


@plot.register
def _(result: Voices, asked: str = "") -> Exhibit:
    names = result.table["said"] + ", " + result.table["period"]
    data = result.table.assign(said=names).drop_duplicates("said").set_index("said")
    low, high = (data[end].fillna(data["share"]) for end in ("low", "high"))
    return shown(
        result,
        data.reset_index().drop(columns=["measure", "period"]).round(1),
        subtitle="Survey shares, with 95% intervals where the number of answers is published",
        notes=(
            f"{result.finding.split('. ', 1)[1]} Of {len(result.table)} survey figures held, "
            f"{int(result.table['base'].notna().sum())} come with a base.",
            "A share without a link is worked out from the answers and the base beside it.",
            "Questions of one wording class may be set side by side; those of different classes may not.",
            "Most of these are leaders speaking of their own systems. A flag such as 'at least' stands in the data.",
        ),
        sources=sources_of(sum(result.table["cells:share"] + result.table["cells:answers"], ())),
        alt=f"{len(data)} survey shares from {write_number(data['share'].min(), 'percent')} to "
        f"{write_number(data['share'].max(), 'percent')}. {result.finding}",
        draw=lambda figure: ranked_dots(
            figure.subplots(),
            data["share"],
            unit="percent",
            low=low,
            high=high,
            asked=list(data.index[data["wording"].isin(["intention", "capacity"]) & data["measure"].str.contains("prevention")]),
        ),
        size=(8.0, 5.6),
    )


@plot.register
def _(result: Comovement, asked: str = "") -> Exhibit:
    """Each pair in a row: all systems together with the interval, each system's own figure as a grey dot, the one asked about
    in colour.
    """
    pairs, own = result.pairs, result.by_place
    labels = [fill(result.told(row.outcome, row.target), 38) for row in pairs.itertuples()]
    spot = dict(zip(zip(pairs["outcome"], pairs["target"], strict=True), range(len(pairs) - 1, -1, -1), strict=True))
    at = pd.Series([spot[pair] for pair in zip(own["outcome"], own["target"], strict=True)], index=own.index, dtype=float)

    def draw(figure):
        ax = figure.subplots()
        ax.scatter(own["own"], at, color=style.ALL, s=16, alpha=0.6, label="one system's own changes")

        def row(at, values, low, high, hue, label):
            ax.hlines(at, low, high, color=hue, linewidth=2)
            ax.scatter(values, at, color=hue, s=36, zorder=3, label=f"{label}, 95% interval")

        row(list(spot.values()), pairs["together"], pairs["low"], pairs["high"], style.SECOND, "all systems together")
        mine = own[own["place"] == asked].dropna(subset=["own"])
        if len(mine):
            name = f"{short_names([asked])[asked]} alone"
            row(at[mine.index] - 0.28, mine["own"], mine["own_low"], mine["own_high"], style.ASKED, name)
        ax.axvline(0, color=style.INK, linewidth=1)
        ax.set_xlim(-1, 1)
        ax.set_yticks(list(spot.values()), labels)
        ax.set_xlabel("correlation of changes; above zero, both got better together")
        ax.grid(False, axis="y")
        figure.legend(loc="outside lower center", ncols=2, fontsize=style.SMALL)

    return shown(
        result,
        result.pairs.replace({"outcome": result.names, "target": result.names}).round(6),
        subtitle="Correlation of a system's changes in outcome and in performance on a national target, both signed so that "
        "better is up",
        notes=(
            result.finding,
            "Each change is taken less all systems' mean change of that period. An association over time, not an effect.",
            "Healthy life expectancy is of three years: only periods that do not overlap are compared, beside the target's "
            "mean over the same three years.",
        ),
        alt="; ".join(
            f"{label}: {row.together:.2f} ({row.low:.2f} to {row.high:.2f})"
            for label, row in zip(labels, pairs.itertuples(), strict=True)
        ).replace("\n", " ")
        + ".",
        draw=draw,
        size=(8.0, 1.2 + 0.55 * len(pairs)),
    )


@table.register
def _(result: Comovement, asked: str = "") -> Exhibit:
    """Each system's own figure with its interval, and drawn to all systems'; in order of name, as a rank would mean nothing."""
    names = short_names(result.by_place["place"].unique())
    rows = result.by_place[result.by_place["place"] == asked] if asked else result.own
    pairs = [result.told(*pair) for pair in zip(rows["outcome"], rows["target"], strict=True)]
    rows = rows.assign(system=rows["place"].map(names), pair=pairs)
    told = {"own": ("own", "own_low", "own_high"), "drawn": ("drawn", "low", "high")}
    rows = rows.assign(**{name: [_interval(*row) for row in rows[list(ends)].to_numpy()] for name, ends in told.items()})
    data = rows[["pair", "changes", "own", "drawn"]] if asked else _side_by_side(rows, "pair", list(told))
    return shown(
        result,
        data,
        title=f"{names[asked]}: what its own years can show" if asked else "What each system's own years can show",
        subtitle="Correlation of changes, both signed so that better is up, with 95% intervals",
        notes=(
            "Own: from this system's changes alone; it needs four or more. Drawn: pulled to all systems' by as much as systems "
            "cannot be told apart.",
            "A system whose interval lies clear of zero is no finding by itself: one in twenty would by chance.",
        ),
    )


def _interval(*ends: float) -> str:
    value, low, high = (write_number(end, places=2) for end in ends)
    return "" if pd.isna(ends[0]) else f"{value} ({low} to {high})"


def _side_by_side(rows: pd.DataFrame, of: str, values: list[str]) -> pd.DataFrame:
    """One row a system, and for each of what `of` names, the columns `values` beside each other."""
    wide = rows.pivot(index="system", columns=of, values=values).swaplevel(axis=1)
    wide = wide[[(name, value) for name in rows[of].unique() for value in values]]
    return wide.set_axis([f"{name}: {value}" for name, value in wide], axis=1).reset_index()


@table.register
def _(result: Sketch, asked: str = "") -> Exhibit:
    """One place: every rung of every objective. All places: one row a place, with what is now, the stretching rung and whether
    it could be seen.
    """
    rows = result.table.assign(
        system=result.table["place"].map(short_names(result.table["place"])),
        visible=result.table["visible"].map({True: "yes", False: "no"}).fillna(""),
    )
    rows[RUNGS] = rows[RUNGS].round(1)
    seen = {"alone": "seen alone after years"}
    if rows["place"].nunique() == 1:
        alone = ["objective"] if rows["objective"].nunique() == 1 else []
        data = rows.drop(columns=["place", "system", "unit", "group", *alone]).rename(columns={**seen, "horizon": "years"})
    else:
        data = _side_by_side(rows.rename(columns=seen), "objective", ["now", "stretching", *seen.values()])
    notes = (
        result.finding.split(". ", 1)[1],
        "Modest: done by half of like windows in the past. Stretching: by one in ten. Unprecedented: by none. On trend: where "
        "the place is heading.",
        "Visible: whether going from now to the stretching rung could be told from noise in that place by itself, at the "
        "horizon asked about.",
        "A rung says what was ever done, not what caused it, and no system has been given such an aim.",
    )
    units = result.table.drop_duplicates("objective").set_index("objective")["unit"]
    return shown(result, data, subtitle="; ".join(f"{name}, {unit}" for name, unit in units.items()), notes=notes)
