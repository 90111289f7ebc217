"""Figures of one place among all: where it stands on each measure, and how it came there beside its peers."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd

from .. import style
from ..numbers import write_number
from ..panel import source_cells
from ..profile import Footing, Profile, known_measure, lower_label, ordinal
from ..register.short import short_names
from . import plot, table
from .charts import lines, name_rows, small_multiples
from .core import Exhibit
from .shapes import sources_of

PEERS = "Peers are the systems most like it in {by}. Being unlike them may have reasons that are not in these figures."


@plot.register
def _(result: Profile, show: str = "standing", measures: Sequence[str] = ()) -> Exhibit:
    """Its ``standing`` on every measure among all places, or the ``path`` of some measures beside its peers."""
    return _path(result, list(measures) or list(result.standing.index[:4])) if show == "path" else _standing(result)


def _standing(result: Profile) -> Exhibit:
    standing, name = result.standing, short_names([result.place])[result.place]
    spots = np.arange(len(standing))[::-1]
    printed = [f"{_value(row)}, {row['year']}" for _, row in standing.iterrows()]

    def draw(figure):
        ax = figure.subplots()
        scores = result.scores[standing.index].T.to_numpy()
        ax.scatter(scores, np.repeat(spots[:, None], scores.shape[1], axis=1), s=16, color=style.ALL, alpha=0.55, linewidth=0)
        near = result.scores.loc[result.peers.index, standing.index].T.to_numpy()
        ax.scatter(
            near,
            np.repeat(spots[:, None], near.shape[1], axis=1),
            s=26,
            facecolor="none",
            edgecolor=style.SECOND,
            linewidth=1.1,
        )
        ax.scatter(standing["score"], spots, s=70, color=style.ASKED, zorder=3)
        name_rows(ax, spots + 0.18, [_label(measure) for measure in standing.index], [style.INK] * len(spots))
        name_rows(ax, spots - 0.22, printed, [style.QUIET] * len(spots))
        ax.axvline(0, color=style.INK, linewidth=1)
        ax.set_xlabel("standard deviations from the mean of all systems; right is more")

    said = [
        f"{_label(one)} {_value(row)}, number {row['rank']} of {row['places']} from the lowest"
        for one, row in standing.iterrows()
    ]
    return Exhibit(
        kind="figure",
        title=_first(result, name),
        subtitle=f"{name} (large dot), its peers (rings) and all systems, each measure at its latest year",
        data=_told(result),
        unit="standard deviations",
        notes=(_peers(result), "More is not better or worse by itself."),
        sources=source_cells(result.panel, *result.standing.index),
        alt=f"{name}: " + "; ".join(said) + ".",
        draw=draw,
        size=(style.WIDE[0], 1.2 + 0.48 * len(standing)),
    )


def _path(result: Profile, measures: list[str]) -> Exhibit:
    name, units = short_names([result.place])[result.place], result.panel.attrs.get("units", {})
    shown = result.panel[result.panel["place"].isin([result.place, *result.peers.index])]
    shown.attrs = {}
    parts = {
        _label(measure): shown.pivot(index="year", columns="place", values=measure).dropna(how="all") for measure in measures
    }
    unit = dict(zip(parts, (units.get(measure, "") for measure in measures), strict=True))

    def draw(figure):
        whole = {label: (label, frame.rename(columns={result.place: name})) for label, frame in parts.items()}
        small_multiples(
            figure,
            whole,
            lambda ax, part: lines(ax, part[1], unit=unit[part[0]], asked=name).locator_params(nbins=4),
            across=2,
            shared=False,
        )

    told = []
    for label, frame in parts.items():
        own = frame[result.place].dropna()
        others = frame.drop(columns=result.place).loc[own.index[[0, -1]]].median(axis=1)
        first, last = (
            f"{write_number(own.iloc[at], unit[label])} in {own.index[at]} (peers {write_number(others.iloc[at], unit[label])})"
            for at in (0, -1)
        )
        told.append(f"{label}: {first}, {last}")
    long = pd.concat(
        [
            frame.reset_index().melt("year", var_name="place", value_name="value").assign(measure=label, of=measure)
            for measure, (label, frame) in zip(measures, parts.items(), strict=True)
        ]
    ).dropna()
    names, cells = short_names(long["place"].unique()), result.panel.attrs.get("cells", {})
    behind = [cells.get(key, ()) for key in zip(long["place"], long["year"], long["of"], strict=True)]
    return Exhibit(
        kind="figure",
        title=f"{name} beside its {len(result.peers)} peers, since {shown['year'].min()}",
        subtitle="each measure through time; grey lines are the peers",
        data=long.assign(place=long["place"].map(names), **{"cells:value": behind})[
            ["measure", "place", "year", "value", "cells:value"]
        ],
        unit="as each chart says",
        notes=(_peers(result),),
        sources=sources_of(tuple(chain.from_iterable(behind))),
        alt=f"{name} and its peers. " + ". ".join(told) + ".",
        draw=draw,
        size=(style.WIDE[0], 2.6 * -(-len(parts) // 2)),
    )


@table.register
def _(result: Profile) -> Exhibit:
    """The peers, how far each is in need, and their latest figures."""
    frame = pd.DataFrame({_label(one): result.panel.sort_values("year").groupby("place")[one].last() for one in result.by})
    frame = frame.loc[[result.place, *result.peers.index]]
    names = short_names(frame.index)
    frame.insert(0, "distance", [0.0, *result.peers])
    frame.insert(0, "system", [names[code] for code in frame.index])
    closest = names[result.peers.index[0]]
    for one in result.by:
        frame[f"cells:{_label(one)}"] = [_latest_cells(result.panel, place, one) for place in frame.index]
    return Exhibit(
        kind="table",
        title=f"In need, {closest} is most like {names[result.place]}",
        data=frame.reset_index(drop=True),
        subtitle="peers, nearest first; distance in standard deviations",
        notes=(_peers(result),),
        sources=source_cells(result.panel, *result.by),
    )


@table.register
def _(result: Footing) -> Exhibit:
    """What is planned and what was owed, each with its place among all."""
    name = short_names([result.place])[result.place]
    data = result.table.assign(
        place=[f"{ordinal(rank)} of {count} from the deepest" for rank, count in result.table[["rank", "places"]].to_numpy()]
    ).rename(columns={"cells": "cells:value"})
    return Exhibit(
        kind="table",
        title=f"{name}: trusts planned {result.planned} in 2025-26",
        data=data.assign(value=data["value"].map(lambda value: write_number(value, places=1)))[
            ["what", "value", "unit", "place", "cells:value"]
        ],
        subtitle="surplus positive, deficit and debt negative",
        notes=(
            "Plans are published by trust, as a share of turnover; their mean is weighted by staff, and read as before national support.",
            "Interim revenue support loans met the deficits of trusts until 2019-20. The cells of the debt are those of all systems.",
        ),
        sources=tuple(dict.fromkeys(ref.partition("!")[0] for cells in result.table["cells"] for ref in cells)),
    )


def _first(result: Profile, name: str) -> str:
    """The measure on which it is furthest from the middle."""
    row = result.furthest
    return f"{name} is furthest from the middle on {lower_label(row.name)}: {_value(row)}"


def _told(result: Profile) -> pd.DataFrame:
    frame = (
        result.standing.drop(columns="score")
        .reset_index()
        .rename(columns={"median": "median of all", "peers": "median of peers"})
    )
    return frame.assign(measure=frame["measure"].map(_label)).rename(columns={"cells": "cells:value"})


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
