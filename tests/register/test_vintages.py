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


def test_people_and_debts_are_the_same_on_any_boundaries(panels):
    people = [panel["population_registered"].sum() for panel in panels.values()]
    debts = [ics.load_panel(["loan_closing"], 2019, 2019, vintage=at)["loan_closing"].sum() for at in panels]
    assert max(people) / min(people) - 1 < 1e-9 and max(debts) / min(debts) - 1 < 1e-9


def test_rates_stay_within_those_they_are_made_of(panels):
    before, after = panels["2022-07"], panels["2026-04"]
    for measure in ("acute_staff", "preventable_mortality"):
        low, high = before.groupby("year")[measure].min(), before.groupby("year")[measure].max()
        now = after.groupby("year")[measure].agg(["min", "max"])
        hair = 1e-3 * high  # a district in two systems is divided by the small areas of 2011 before 2023, of 2021 after
        assert ((now["min"] >= low - hair) & (now["max"] <= high + hair) | now["min"].isna()).all()


def test_a_panel_says_how_much_of_it_was_apportioned(panels):
    assert panels["2022-07"].attrs["apportioned"].keys() <= {"preventable_mortality"}  # districts in two systems
    parts = panels["2026-04"].attrs["apportioned"]["population_registered"]
    divided = {"D7T5G", "QRL", "S0E4D", "S9B9J", "S1Y5D", "T6Y0W"}  # boards that took in parts of QNQ, QJG or QM7
    assert {place for place, _ in parts} == divided
    assert 0.3 < parts["D7T5G", 2023] < 0.4 and parts["QRL", 2023] < 0.1
    assert panels["2026-04"].attrs["weighed"]["acute_staff"] == "population_registered"


def test_mortality_of_commissioning_groups_reaches_every_system():
    for at in ("2022-07", "2026-04"):
        panel = ics.load_panel(["treatable_mortality"], 2010, 2019, vintage=at)
        assert len(panel) == 10 * register.count_systems(at) and panel["treatable_mortality"].notna().all()


def test_systems_make_regions_and_england():
    people = {
        kind: ics.load_panel(["population_registered"], 2023, 2023, places=kind)["population_registered"]
        for kind in ("system", "region", "england")
    }
    printed = (
        ics.load("populations")
        .query("place_type == 'england' and measure == 'population_registered' and period == '2022-23'")["value"]
        .item()
    )
    assert [len(one) for one in people.values()] == [42, 7, 1]
    assert all(one.sum() == pytest.approx(printed) for one in people.values())
