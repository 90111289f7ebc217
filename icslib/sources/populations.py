"""Registered and weighted populations of the allocation tool: practices added up by system, CCG and local authority.

Raw page    one row a practice; area columns renamed between editions
Quirks      empty columns between the areas; each weighted population adds up to the registered one in England.
            Practice rows are not shipped: each observation is a sum, and its ``cells`` say which rows it adds up
            (``T2:T90[L=QHM]`` is column T of the rows whose column L holds QHM)
"""

import pandas as pd

from ..catalog import Source, headers
from ..errors import CatalogError
from ..periods import financial_year
from ..sheets import Page
from ..sheets.expectations import expect_table, expect_total
from ..tidy import observations

AREAS = {  # edition: place type -> title of its code; title of the registered population; its year ending March
    "2023-24": ({"system": "ICS22", "ccg": "CCG21", "local_authority": "LAD21"}, "pop 2022/23", 2023),
    "2025-26": ({"system": "ICB", "local_authority": "LAD"}, "Population", 2026),
}
WEIGHTED = {
    "G&A WP": "population_weighted_acute",
    "CS WP": "population_weighted_community",
    "MH WP": "population_weighted_mental_health",
    "Mat WP": "population_weighted_maternity",
    "Health Ineq WP": "population_weighted_inequalities",
    "Prescr WP": "population_weighted_prescribing",
    "Final WP": "population_weighted",
    "Primary Medical Care WP": "population_weighted_primary_care_need",
    "Final PMC WP": "population_weighted_primary_care",
}


def tidy_populations(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area and kind of population; ``practices`` says how many were added up."""
    if source.edition not in AREAS:
        raise CatalogError(f"Populations of {source.edition!r}: how the area columns are called is not known. Add the edition to AREAS in icslib/sources/populations.py.")
    areas, registered, fy = AREAS[source.edition]
    measures = {registered: "population_registered", **WEIGHTED}
    table = expect_table(pages[""], ["Practice_Code", *areas.values(), *measures], reader=__name__, headers=headers(source.table))
    rows = table.frame.assign(all="E92000001")
    numbers = rows[list(measures)].apply(pd.to_numeric).fillna(0.0)
    first, last = rows.index.min(), rows.index.max()
    pieces = []
    for place_type, title in {"england": "all", **areas}.items():
        groups = numbers.groupby(rows[title])
        sums = groups.sum().rename_axis("place").reset_index().melt("place", var_name="title")
        sums["practices"] = sums["place"].map(groups.size())
        sums["row"] = sums["place"].map(rows.groupby(title).apply(lambda part: part.index.min()))
        sums["column"] = sums["title"].map(table.letters)
        only = "" if title == "all" else "[" + table.letters[title] + "=" + sums["place"] + "]"
        sums["cells"] = f"{source.id}!!" + sums["column"] + str(first) + ":" + sums["column"] + str(last) + only
        pieces.append(sums.assign(place_type=place_type, flag="", sheet=""))
    long = pd.concat(pieces, ignore_index=True)
    frame = observations(
        long,
        place=long["place"],
        place_type=long["place_type"],
        measure=long["title"].map(measures),
        period=financial_year(fy),
        unit="people",
        basis="estimate",
        source=source.id,
        extra=["practices", "cells"],
    )
    whole = numbers.sum()
    frame.attrs["totals"] = [expect_total(f"England, {title} against registered", whole[registered], whole[title]) for title in WEIGHTED]
    return frame
