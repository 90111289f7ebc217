"""Figures of one place among all: where it stands on each measure, and how it came there beside its peers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..panel import source_cells
from ..profile import Footing, Profile, known_measure, latest, lower_label, ordinal
from ..register.short import short_names
from . import plot, table
from .charts import lines, name_rows, small_multiples
from .core import Exhibit
from .shapes import shown

PEERS = "Peers are the systems most like it in {by}. Being unlike them may have reasons that are not in these figures."


@plot.register
def _(result: Profile, show: str = "standing", measures: Sequence[str] = ()) -> Exhibit:
    """Its ``standing`` on every measure among all places, or the ``path`` of some measures beside its peers."""
    return _path(result, list(measures) or list(result.standing.index[:4])) if show == "path" else _standing(result)


def _standing(result: Profile) -> Exhibit:
    standing, name, panel = result.standing, result.name, result.panel
    spots = np.arange(len(standing))[::-1]
    printed = [f"{_value(row)}, {row['year']}" for _, row in standing.iterrows()]

    def draw(figure):
        ax = figure.subplots()
        every = result.scores[standing.index]
        for scores, look in (
            (every, {"s": 16, "color": style.ALL, "alpha": 0.55, "linewidth": 0}),
            (every.loc[result.peers.index], {"s": 26, "facecolor": "none", "edgecolor": style.SECOND, "linewidth": 1.1}),
        ):
            ax.scatter(scores.T.to_numpy(), np.repeat(spots[:, None], len(scores), axis=1), **look)
        ax.scatter(standing["score"], spots, s=70, color=style.ASKED, zorder=3)
        name_rows(ax, spots + 0.18, [_label(measure) for measure in standing.index], [style.INK] * len(spots))
        name_rows(ax, spots - 0.22, printed, [style.QUIET] * len(spots))
        ax.axvline(0, color=style.INK, linewidth=1)
        ax.set_xlabel("standard deviations from the mean of all systems; right is more")

    said = [
        f"{_label(one)} {_value(row)}, number {row['rank']} of {row['places']} from the lowest"
        for one, row in standing.iterrows()
    ]
    return shown(
        result,
        _told(result),
        title=f"{name} is furthest from the middle on {lower_label(result.furthest.name)}: {_value(result.furthest)}",
        subtitle=f"{name} (large dot), its peers (rings) and all systems, each measure at its latest year",
        unit="standard deviations",
        notes=(_peers(result), "More is not better or worse by itself."),
        sources=sum((source_cells(panel[panel["year"] == year], one) for one, year in standing["year"].items()), ()),
        alt=f"{name}: " + "; ".join(said) + ".",
        draw=draw,
        size=(style.WIDE[0], 1.2 + 0.48 * len(standing)),
    )


def _path(result: Profile, measures: list[str]) -> Exhibit:
    name, units = result.name, result.panel.attrs.get("units", {})
    held = result.panel[result.panel["place"].isin([result.place, *result.peers.index])]
    held.attrs = {}
    paths = {one: held.pivot(index="year", columns="place", values=one).dropna(how="all") for one in measures}

    def one(ax, measure):
        frame = paths[measure].rename(columns={result.place: name})
        lines(ax, frame, unit=units.get(measure, ""), asked=name).locator_params(nbins=4)

    def draw(figure):
        small_multiples(figure, {_label(measure): measure for measure in measures}, one, shared=False)

    told = []
    for measure, frame in paths.items():
        own, unit = frame[result.place].dropna(), units.get(measure, "")
        others = frame.drop(columns=result.place).loc[own.index[[0, -1]]].median(axis=1)
        ends = (
            f"{write_number(own.iloc[at], unit)} in {own.index[at]} (peers {write_number(others.iloc[at], unit)})"
            for at in (0, -1)
        )
        told.append(f"{_label(measure)}: {', '.join(ends)}")
    long = held.melt(["place", "year"], measures, "measure").dropna()[["measure", "place", "year", "value"]]
    cells = result.panel.attrs.get("cells", {})
    long["cells:value"] = [cells.get(key, ()) for key in zip(long["place"], long["year"], long["measure"], strict=True)]
    return shown(
        result,
        long.assign(measure=long["measure"].map(_label), place=long["place"].map(short_names(held["place"].unique()))),
        title=f"{name} beside its {len(result.peers)} peers, since {held['year'].min()}",
        subtitle="each measure through time; grey lines are the peers",
        unit="as each chart says",
        notes=(_peers(result),),
        alt=f"{name} and its peers. {'. '.join(told)}.",
        draw=draw,
        size=(style.WIDE[0], 2.6 * -(-len(measures) // 2)),
    )


@table.register
def _(result: Profile) -> Exhibit:
    """The peers, how far each is in need, and their latest figures."""
    codes = [result.place, *result.peers.index]
    names = short_names(codes)
    data = pd.DataFrame({"system": [names[code] for code in codes], "distance": [0.0, *result.peers]})
    for one in result.by:
        data[_label(one)] = latest(result.panel, one)[codes].to_numpy()
        data[f"cells:{_label(one)}"] = [_latest_cells(result.panel, code, one) for code in codes]
    return shown(
        result,
        data,
        title=f"In need, {names[codes[1]]} is most like {names[result.place]}",
        subtitle="peers, nearest first; distance in standard deviations",
        notes=(_peers(result),),
        sources=source_cells(result.panel, *result.by),
    )


@table.register
def _(result: Footing) -> Exhibit:
    """What is planned and what was owed, each with its place among all."""
    name = short_names([result.place])[result.place]
    ranks = [f"{ordinal(rank)} of {count} from the deepest" for rank, count in result.table[["rank", "places"]].to_numpy()]
    values = [write_number(value, places=1) for value in result.table["value"]]
    data = result.table.assign(value=values, place=ranks).rename(columns={"cells": "cells:value"})
    return shown(
        result,
        data[["what", "value", "unit", "place", "cells:value"]],
        title=f"{name}: trusts planned {result.planned} in 2025-26",
        subtitle="surplus positive, deficit and debt negative",
        notes=(
            "Plans are published by trust, as a share of turnover; their mean is weighted by staff, and read as before "
            "national support.",
            "Interim revenue support loans met the deficits of trusts until 2019-20.",
        ),
    )


def _told(result: Profile) -> pd.DataFrame:
    called = {"median": "median of all", "peers": "median of peers", "cells": "cells:value"}
    return result.standing.drop(columns="score").rename(index=_label, columns=called).reset_index()


def _peers(result: Profile) -> str:
    names = short_names(result.peers.index)
    return f"Peers: {', '.join(names.values())}. " + PEERS.format(by=", ".join(map(lower_label, result.by)))


def _latest_cells(panel: pd.DataFrame, place: str, measure: str) -> tuple[str, ...]:
    years = panel.loc[(panel["place"] == place) & panel[measure].notna(), "year"]
    return panel.attrs.get("cells", {}).get((place, years.max(), measure), ())


def _value(row: pd.Series) -> str:
    """A figure with its unit; an index without, to two decimals."""
    index = row["unit"].startswith("index")
    return write_number(row["value"], places=2) if index else write_number(row["value"], row["unit"])


def _label(measure: str) -> str:
    return known_measure(measure)[0]
