import pytest
from drawing import draw, header, source, whole

from icslib import store
from icslib.errors import SheetError
from icslib.sources.populations import tidy_populations
from icslib.sources.trust_catchments import tidy_trust_catchments

WEIGHTED = [title for title, name in header("populations-2025-26").items() if name.startswith("population_weighted")]
ROWS = [("P1", "QAA", "E06000001", 100.0), ("P2", "QAA", "E06000002", 50.0), ("P3", "QBB", "E06000002", 25.0)]


def page(damage: float = 0.0) -> dict:
    lines = ["Practice_Code | ICB | LAD | Population | " + " | ".join(WEIGHTED)]
    for code, system, area, people in ROWS:
        lines.append(
            f"{code} | {system} | {area} | {people} | " + " | ".join([str(people + damage), *[str(people)] * (len(WEIGHTED) - 1)])
        )
    return {"": whole("populations-2025-26", "\n".join(lines))}


def test_practices_are_added_up_and_the_cells_say_which():
    frame = tidy_populations(page(), source("populations", "2025-26"))
    people = frame[frame["measure"] == "population_registered"].set_index("place")
    assert people["value"].to_dict() == {"E92000001": 175, "QAA": 150, "QBB": 25, "E06000001": 100, "E06000002": 75}
    assert people.loc["QAA", "cells"] == "populations-2025-26!!U2:U4[L=QAA]"
    assert people["practices"].to_dict()["E06000002"] == 2


def test_a_weighted_population_that_is_not_the_registered_one_is_an_error():
    with pytest.raises(SheetError, match="population_weighted_acute against registered"):
        tidy_populations(page(damage=5), source("populations", "2025-26"))


def test_systems_add_up_to_england_in_both_editions():
    frame = store.load("populations").query("measure == 'population_registered'")
    sums = frame.groupby(["source", "place_type"])["value"].sum().unstack()
    assert (sums["system"] - sums["england"]).abs().max() < 1
    assert sums["england"].round(-4).tolist() == [61_900_000, 63_850_000]
    assert frame[frame["place_type"] == "system"].groupby("source").size().tolist() == [42, 42]


def test_catchments_are_people_of_2020_and_nearly_all_of_england():
    page = draw("TrustCode | TrustName | All admissions | Emergency admissions\nRAA | Ambleton | 1,000 | 900")
    frame = tidy_trust_catchments({"Sheet1": page}, source("trust_catchments", "2022"))
    assert frame[["place", "measure", "period", "value", "column"]].values.tolist() == [
        ["RAA", "catchment_population", "2020", 1000, "C"],
        ["RAA", "catchment_population_emergency", "2020", 900, "D"],
    ]
    sums = store.load("trust_catchments").groupby("measure")["value"].sum()
    assert sums.between(54_000_000, 58_000_000).all()
