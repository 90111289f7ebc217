"""What puts systems on one footing: people, need, known breaks, and England's own line."""

from collections.abc import Sequence

import pandas as pd

from ..errors import PanelError
from ..panel import source_cells
from ..tidy import merge_cells


def breaks_in_series(observations: pd.DataFrame, measure: str) -> list[tuple[str, int]]:
    """Places and first years in which a measure jumps for a known reason, such as a merger: observations flagged so.

    >>> flagged = {"place": ["A"], "measure": ["staff"], "flag": ["break in series"], "end": [pd.Timestamp("2015-12-31")]}
    >>> breaks_in_series(pd.DataFrame(flagged), "staff")
    [('A', 2015)]
    """
    rows = observations[(observations["measure"] == measure) & observations["flag"].str.contains("break in series")]
    first = rows.groupby("place")["end"].min().dt.year
    return list(zip(first.index, first.astype(int), strict=True))


def hold_fixed(panel: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The panel with each of `names` as one figure a place: the mean of the few years that hold it.

    >>> hold_fixed(pd.DataFrame({"place": "A", "year": [2022, 2023], "need": [None, 1.1]}), ["need"])["need"].tolist()
    [1.1, 1.1]
    """
    out = panel.copy()
    out[list(names)] = panel.groupby("place")[list(names)].transform("mean").astype(float)
    cells = panel.attrs.get("cells", {})
    for name in names:
        behind: dict = {}
        for (place, _, of), refs in cells.items():
            if of == name:
                behind.setdefault(place, []).append(refs)
        whole = {place: merge_cells(refs) for place, refs in behind.items()}
        held = {(place, year, name): whole.get(place, ()) for place, year in zip(panel["place"], panel["year"], strict=True)}
        cells = type(cells)({**cells, **held})
    out.attrs = {**panel.attrs, "cells": cells}
    return out


def weighted_people(measure: str) -> str:
    """The weighted population that says how much of a staffing measure is needed.

    >>> weighted_people("gps"), weighted_people("mh_staff_days"), weighted_people("acute_staff")
    ('population_weighted_primary_care', 'population_weighted_mental_health', 'population_weighted_acute')
    """
    kinds = {"gps": "primary_care", "primary_care": "primary_care", "mh": "mental_health", "acute": "acute"}
    for start, kind in kinds.items():
        if measure.startswith(start):
            return f"population_weighted_{kind}"
    raise PanelError(f"No weighted population is known for {measure}. Known: measures that start with {', '.join(kinds)}.")


def per_weighted_head(
    panel: pd.DataFrame, measure: str, people: str = "population_registered", weighted: str = ""
) -> pd.DataFrame:
    """The panel with `measure` per weighted head: times people over weighted people, both as shares of all.

    >>> two = pd.DataFrame({"place": ["A", "B"], "year": 2023, "gps": [60.0, 60.0], "people": [50.0, 50.0], "need": [60.0, 40.0]})
    >>> per_weighted_head(two, "gps", "people", "need")["gps"].tolist()
    [50.0, 75.0]
    """
    weighted = weighted or weighted_people(measure)
    shares = {name: panel[name] / panel.groupby("year")[name].transform("sum") for name in (people, weighted)}
    out = panel.copy()
    units = panel.attrs.get("units", {})
    unit = units.get(measure, "per 100,000 people").replace("people", "weighted people")
    cells, parts = panel.attrs.get("cells", {}), (measure, people, weighted)
    own = {
        (place, year, measure): merge_cells(cells.get((place, year, part), ()) for part in parts)
        for place, year in zip(panel["place"], panel["year"], strict=True)
    }
    out.attrs = {**panel.attrs, "units": {**units, measure: unit}, "cells": type(cells)({**cells, **own})}
    out[measure] = panel[measure] * shares[people] / shares[weighted]
    return out


def england_line(panel: pd.DataFrame, measure: str, people: str) -> pd.Series:
    """A rate per head of all places together by year, weighted by people; only years in which every place has a figure.

    ``attrs["cells"]`` names the cells it was made from.
    """
    held = panel.dropna(subset=[measure, people])
    whole = held.groupby("year")["place"].nunique() == panel["place"].nunique()
    sums = held.assign(product=held[measure] * held[people]).groupby("year")[["product", people]].sum()[whole]
    line = (sums["product"] / sums[people]).rename(measure)
    line.attrs = {"cells": source_cells(held[held["year"].isin(line.index)], measure, people)}
    return line
