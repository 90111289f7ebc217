"""Smaller places as systems: trusts whole or by their patients, districts by their small areas."""

import numpy as np
import pytest

from icslib import register
from icslib.errors import PlaceError


def test_trusts_go_to_the_system_they_are_published_under(draw):
    rolled = register.roll_up(draw("place | value | place_type\nR0A | 1 | trust\nRM3 | 2 | trust\nRJ1 | 5 | trust"))
    assert rolled[["place", "place_type", "value"]].to_numpy().tolist() == [["QOP", "system", 3], ["QKK", "system", 5]]
    assert rolled["cells"].tolist()[0] == ("drawn!S!B2", "drawn!S!B3")


def test_a_trust_may_be_divided_by_its_patients(draw):
    rolled = register.roll_up(draw("place | value | place_type\nR0D | 100 | trust"), by="emergency").set_index("place")
    assert rolled["value"].round(2).to_dict() == {"QRL": 6.28, "QVV": 93.72}
    patients = register.roll_up(draw("place | value | place_type\nR0D | 100 | trust"), by="patients")
    assert patients["value"].sum() == pytest.approx(100) and len(patients) > 2 and (patients["apportioned"] == 1).all()


def test_closed_trusts_reach_a_system_through_their_successors(draw):
    rolled = register.roll_up(
        draw("""
        place | value | place_type | period
        RW3   | 1     | trust      | 2015-16
        RVY   | 2     | trust      | 2015-16
        RYQ   | 4     | trust      | 2012-13""")
    ).set_index("place")
    assert rolled["value"].to_dict() == {"QOP": 1, "QYG": 2, "QKK": 4}


def test_a_trust_divided_between_systems_is_left_out_and_named(draw):
    rolled = register.roll_up(draw("place | value | place_type | period\nRJD | 1 | trust | 2012-13\nRW3 | 1 | trust | 2012-13"))
    assert rolled.attrs["left_out"] == ("RJD",)
    with pytest.raises(PlaceError, match="None of RJD lies in a system"):
        register.roll_up(draw("place | value | place_type | period\nRJD | 1 | trust | 2012-13"))


@pytest.mark.parametrize("vintage", ["2021-04", "2022-07", "2024-04", "2026-04"])
def test_all_districts_make_all_systems(draw, vintage):
    codes = register.places(at=vintage, type="local_authority")["code"]
    codes = codes[~codes.str.startswith("E10")]
    year = int(vintage[:4])
    rows = draw(
        "place | value\n" + "\n".join(f"{code} | 100" for code in codes),
    )
    rows = rows.assign(place_type="local_authority", unit="people", period=str(year))
    rolled = register.roll_up(rows, vintage=vintage)
    assert set(rolled["place"]) == set(register.places(at=vintage, type="system")["code"])
    assert rolled["value"].sum() == pytest.approx(100 * len(codes)) and not rolled["flag"].str.contains("incomplete").any()


def test_a_missing_district_leaves_a_hole_not_a_smaller_total(draw):
    rows = draw("place | value\nE08000001 | 1\nE08000002 | 2").assign(place_type="local_authority", unit="people")
    rolled = register.roll_up(rows)
    assert rolled["value"].isna().all() and rolled["flag"].str.startswith("incomplete: its parts cover 17.8%").all()
    assert register.roll_up(rows, missing="zero")["value"].tolist() == [3]


def test_a_district_in_two_systems_is_apportioned(draw):
    rolled = register.roll_up(
        draw("place | value\nE07000244 | 10").assign(place_type="local_authority", unit="people"), missing="zero"
    )
    assert rolled.set_index("place")["value"].to_dict() == {"QJG": 5, "QMM": 5}
    assert (rolled["flag"] == "apportioned").all()


def test_counties_too(draw):
    rolled = register.roll_up(
        draw("place | value\nE10000014 | 100").assign(place_type="local_authority"), missing="zero"
    ).set_index("place")
    assert set(rolled.index) == {"QRL", "QNQ"} and rolled["value"].sum() == pytest.approx(100)


def test_up_to_regions_and_england(draw):
    rows = draw("place | value | place_type\nR0A | 1 | trust\nRBN | 2 | trust\nRJ1 | 5 | trust")
    assert register.roll_up(rows, to="region").set_index("place")["value"].to_dict() == {"Y62": 3, "Y56": 5}
    england = register.roll_up(rows, to="england")
    assert england[["place", "place_type", "value"]].to_numpy().tolist() == [["E92000001", "england", 8]]


@pytest.mark.parametrize("vintage", ["2022-07", "2024-04", "2026-04"])
def test_all_systems_make_all_regions_and_england(draw, vintage):
    codes = register.places(vintage, "system")
    rows = draw("place | value\n" + "\n".join(f"{code} | 1" for code in codes["code"])).assign(unit="people")
    regions = register.roll_up(rows, "region", vintage, drawn=vintage)
    assert regions.set_index("place")["value"].to_dict() == codes["region"].value_counts().to_dict()
    assert (regions["flag"] == "").all() and (regions["apportioned"] == 0).all()
    for parts in (rows, regions):
        england = register.roll_up(parts, "england", vintage, drawn=vintage)
        assert england[["place", "value", "flag"]].to_numpy().tolist() == [["E92000001", len(codes), ""]]


@pytest.mark.parametrize(("vintage", "gone"), [("2022-07", "QOP"), ("2026-04", "D7T5G")])
def test_england_without_one_of_its_parts_is_refused_unless_asked(draw, vintage, gone):
    codes = register.places(vintage, "system").set_index("code")
    rows = draw("place | value\n" + "\n".join(f"{code} | 1" for code in codes.index.drop(gone))).assign(unit="people")
    england = register.roll_up(rows, "england", vintage, drawn=vintage)
    assert england["value"].isna().all() and england["flag"].tolist() == [f"incomplete: its parts cover {gone} (0.0%)"]
    assert register.roll_up(rows, "england", vintage, drawn=vintage, missing="zero")["value"].tolist() == [len(rows)]
    regions = register.roll_up(rows, "region", vintage, drawn=vintage)
    assert regions.loc[regions["value"].isna(), "place"].tolist() == [codes["region"][gone]]
    england = register.roll_up(regions.dropna(subset="value"), "england", vintage)
    assert f"{codes['region'][gone]} (0.0%)" in england["flag"].item() and england["value"].isna().all()


def test_closed_systems_and_groups_reach_a_region_by_their_own_date(draw):
    rows = draw("place | value | place_type | period\n15D | 8 | ccg | 2018-19\nQNQ | 8 | system | 2018-19").assign(unit="people")
    for kind, held in rows.groupby("place_type"):
        later = register.roll_up(held, "region", "2026-04", missing="zero").set_index("place")["value"]
        assert later.sum() == pytest.approx(8) and set(later.index) <= {"Y59"}, kind


def test_boundaries_before_any_published_membership(draw):
    rows = draw("place | value | place_type | period\nRTV | 1 | trust | 2018-19\n15D | 2 | ccg | 2018-19").assign(unit="people")
    homes = {
        kind: register.roll_up(held, "system", "2020-06", missing="zero")["place"].tolist()
        for kind, held in rows.groupby("place_type")
    }
    assert homes == {"trust": ["QYG"], "ccg": ["QNQ"]}


def test_one_authority_in_two_systems_is_whole_in_england(draw):
    rows = draw("place | value\nE07000244 | 10").assign(place_type="local_authority", unit="people")
    england = register.roll_up(rows, "england", missing="zero")
    assert england[["value", "apportioned", "flag"]].to_numpy().tolist() == [[10, 0, ""]]


def test_an_older_group_fills_its_part_of_a_system(draw):
    """Three groups of 2018 became one in 2021: together they are the whole of Frimley, each with its own people as weight."""
    rows = draw("place | value | place_type | period\n10C | 4 | ccg | 2018\n15D | 1 | ccg | 2018\n99M | 2 | ccg | 2018").assign(
        unit="per 100,000"
    )
    people = draw("place | value\n10C | 1\n15D | 2\n99M | 1")
    assert register.roll_up(rows, denominators=people)[["place", "value", "flag"]].to_numpy().tolist() == [["QNQ", 2, ""]]
    assert register.roll_up(rows.head(2), denominators=people)["value"].isna().all()


def test_rates_are_weighed(draw):
    rates = draw("place | value | place_type\nR0A | 4 | trust\nRM3 | 7 | trust").assign(unit="percent")
    days = draw("place | value | place_type\nR0A | 2 | trust\nRM3 | 1 | trust")
    assert register.roll_up(rates, denominators=days)["value"].tolist() == [5]
    with pytest.raises(PlaceError, match="cannot be added up"):
        register.roll_up(rates)


def test_practices_and_sub_icb_locations(draw):
    rows = draw("place | value | place_type\nA81001 | 1 | practice\nA81002 | 2 | practice")
    assert register.roll_up(rows).set_index("place")["value"].to_dict() == {"QHM": 3}
    subs = register.places(at="2023-04", type="sub_icb")["code"]
    rows = draw("place | value\n" + "\n".join(f"{code} | 1" for code in subs)).assign(place_type="sub_icb", unit="people")
    rolled = register.roll_up(rows, vintage="2026-04")
    assert len(rolled) == register.count_systems("2026-04") and np.isclose(rolled["value"].sum(), len(subs))


def test_what_cannot_be_done_is_said(draw):
    with pytest.raises(PlaceError, match="no figures of smaller places to roll up to system"):
        register.roll_up(draw("place | value\nQOP | 1"))
    with pytest.raises(PlaceError, match="not to 'county'"):
        register.roll_up(draw("place | value\nQOP | 1"), to="county")
    with pytest.raises(PlaceError, match="Ways: published, patients, emergency"):
        register.roll_up(draw("place | value\nR0A | 1").assign(place_type="trust"), by="magic")


def test_a_place_has_one_home_at_a_date(draw):
    groups = register.places("2019-05", "ccg")["code"]
    assert set(register.home_of(groups)) == set(register.places("2022-07", "system")["code"])
    assert register.home_of(["QNX", "RW3", "E54000057"], "2026-04", "region").tolist() == ["Y59", "Y62", "Y62"]
    assert register.home_of(["RJD"]).isna().all()  # divided between two systems in unknown parts
