"""A panel stands on any boundaries by one parameter, with no person lost on the way."""

import pytest

import icslib as ics
from icslib import register

MEASURES = ["acute_staff", "population_registered", "sickness_absence", "preventable_mortality"]


@pytest.fixture(scope="module")
def panels():
    return {
        at: ics.load_panel(MEASURES, 2014, 2025, vintage=at, edition="newer")
        for at in ("2021-04", "2022-07", "2024-04", "2026-04")
    }


def test_every_system_of_the_date_and_no_other(panels):
    for at, panel in panels.items():
        assert set(panel["place"]) == set(register.places(at=at, type="system")["code"])
        held = panel.groupby("year")[MEASURES].count()
        full = held.where(held > 0).dropna(how="all")
        assert (full.min() == register.count_systems(at)).all(), at


def test_people_are_the_same_on_any_boundaries(panels):
    people = {at: panel["population_registered"].sum() for at, panel in panels.items()}
    assert max(people.values()) / min(people.values()) - 1 < 1e-9


def test_rates_stay_within_those_they_are_made_of(panels):
    before, after = panels["2022-07"], panels["2026-04"]
    for measure in ("acute_staff", "preventable_mortality"):
        low, high = before.groupby("year")[measure].min(), before.groupby("year")[measure].max()
        now = after.groupby("year")[measure].agg(["min", "max"])
        assert ((now["min"] >= low - 1e-9) & (now["max"] <= high + 1e-9) | now["min"].isna()).all()
