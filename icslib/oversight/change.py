"""What happened to an outcome after a year, beside what stood in that year: a frame for a lagged association.

Where an exposure is known in one or two years only, no profile of lags can be estimated (the gate says so). What remains is one
long difference over places: who stood worse then, and did their outcome change differently since? An association over places.
"""

from collections.abc import Mapping

import pandas as pd

from ..errors import NotIdentified
from ..tidy import merge_cells


def change_after(
    panel: pd.DataFrame, outcome: str, first: int, last: int, terms: Mapping[str, pd.Series] | None = None
) -> pd.DataFrame:
    """One row a place: change of the outcome from `first` to `last`, its level in `first`, and the terms.

    Parameters
    ----------
    panel : ``place``, ``year``, a column `outcome`
    terms : Series by name, index ``place``: what stood in `first`; a column of a panel brings its cells

    Returns
    -------
    DataFrame
        ``place``, ``year`` (`last`), ``change`` (per cent of the first level), ``level`` and a column a term; ready for
        :func:`icslib.explain_deficits`. Places without both years have NaN.

    >>> typed = pd.DataFrame({"place": ["A", "A"], "year": [2019, 2024], "rate": [100.0, 90.0]})
    >>> change_after(typed, "rate", 2019, 2024)[["change", "level"]].round(6).values.tolist()
    [[-10.0, 100.0]]
    """
    wide = panel.pivot(index="place", columns="year", values=outcome).dropna(axis=1, how="all")
    for year in (first, last):
        if year not in wide:
            raise NotIdentified(
                f"{outcome} has no figure in {year}; it has figures from {wide.columns.min()} to {wide.columns.max()}."
            )
    if last <= first:
        raise NotIdentified(f"The change runs from {first} to {last}; the last year must be the later.")
    change = pd.DataFrame({"year": last, "change": 100 * (wide[last] / wide[first] - 1), "level": wide[first]})
    frame = change.assign(**(terms or {})).reset_index()
    printed = panel.attrs.get("cells", {})
    of = {place: [printed.get((place, year, outcome), ()) for year in (first, last)] for place in wide.index}
    cells = {(place, last, "change"): merge_cells(refs) for place, refs in of.items()}
    cells |= {(place, last, "level"): refs[0] for place, refs in of.items()}
    for name, term in (terms or {}).items():
        told = term.attrs.get("cells", {})
        cells |= {(place, last, name): told.get((place, first, term.name), ()) for place in wide.index}
    frame.attrs["cells"] = cells
    frame.attrs["units"] = {"change": "percent", "level": panel.attrs.get("units", {}).get(outcome, "")}
    return frame
