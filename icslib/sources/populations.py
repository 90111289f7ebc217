"""Registered and weighted populations of the allocation tool: practices added up by system, CCG and local authority.

Raw page    one row a practice; area columns renamed between editions
Quirks      empty columns between the areas; each weighted population adds up to the registered one in England.
            Practice rows are not shipped: each observation is a sum, and its ``cells`` say which rows it adds up
            (``T2:T90[L=QHM]`` is column T of the rows whose column L holds QHM)
"""

import pandas as pd

from ..catalog import Source
from ..errors import CatalogError
from ..expectations import expect_table, expect_total, need_figures, need_sheet
from ..periods import financial_year
from ..sheets import Page, plain
from ..tidy import observations

YEARS = {"2023-24": 2023, "2025-26": 2026}  # edition: year ending March of the registered population
AREAS = ["england", "system", "ccg", "local_authority"]


def tidy_populations(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area and kind of population; ``practices`` says how many were added up."""
    if source.edition[:7] not in YEARS:
        raise CatalogError(
            f"Populations of {source.edition!r}: the year of the registered people is not known. "
            "Add the edition to YEARS in icslib/sources/populations.py."
        )
    table = expect_table(need_sheet(pages), source)
    areas = {area: table.frame[area].map(plain) for area in AREAS if area in table.frame}
    rows = table.frame.assign(england="E92000001", **areas)
    measures = [name for name in table.frame if name.startswith("population_")]
    numbers = need_figures(table, measures)
    first, last = rows.index.min(), rows.index.max()
    pieces = []
    for area in (area for area in AREAS if area in rows):
        groups = numbers.groupby(rows[area])
        sums = groups.sum().rename_axis("place").reset_index().melt("place", var_name="title")
        sums["practices"] = sums["place"].map(groups.size())
        sums["row"] = sums["place"].map(rows.groupby(area).apply(lambda part: part.index.min()))
        sums["column"] = sums["title"].map(table.letters)
        only = "" if area == "england" else "[" + table.letters[area] + "=" + sums["place"] + "]"
        sums["cells"] = f"{source.id}!!" + sums["column"] + str(first) + ":" + sums["column"] + str(last) + only
        pieces.append(sums.assign(place_type=area, flag="", sheet=""))
    long = pd.concat(pieces, ignore_index=True)
    frame = observations(
        long,
        place=long["place"],
        place_type=long["place_type"],
        measure=long["title"],
        period=financial_year(YEARS[source.edition[:7]]),
        unit="people",
        basis="estimate",
        source=source.id,
        extra=["practices", "cells"],
    )
    whole = numbers.sum()
    registered = whole.pop("population_registered")
    frame.attrs["totals"] = [
        expect_total(f"England, {name} against registered", registered, people) for name, people in whole.items()
    ]
    return frame
