"""A place is found however people write it, and never guessed."""

import pytest

from icslib import register
from icslib.errors import PlaceError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Greater Manchester", "QOP"),
        ("NHS GREATER MANCHESTER INTEGRATED CARE BOARD", "QOP"),
        ("Greater Manchester Health and Social Care Partnership", "QOP"),
        ("E54000057", "QOP"),
        ("e54000007", "QOP"),
        (" qop ", "QOP"),
        ("Bath & North East Somerset, Swindon & Wiltshire", "QOX"),
        ("BATH AND NORTH EAST SOMERSET SWINDON AND WILTSHIRE ICB", "QOX"),
        ("Bath and NE Somerset, Swindon and Wilts", "QOX"),
        ("Grater Manchester", "QOP"),
        ("Staffordshire and Stoke on Trent", "QNC"),
        ("Cornwall and the Isles of Scilly", "QT6"),
        ("Somerset ICB", "QSL"),
        ("NHS Thames Valley Integrated Care Board", "S0E4D"),
        ("Barts Health", "R1H"),
        ("southport and ormskirk hospital nhs trust", "RVY"),
        ("St Helens", "E08000013"),
        ("NHS Tees Valley CCG", "16C"),
        ("Shepway", "E07000112"),
        ("England", "E92000001"),
        ("South East NHS Region", "Y59"),
    ],
)
def test_found(text, code):
    assert register.find_place(text).code == code


def test_the_version_is_that_of_the_date():
    assert register.find_place("QOP", at="2020-04").name == "Greater Manchester Health and Social Care Partnership"
    assert register.find_place("QOP", at="2022-07").ons_code == "E54000057"
    assert register.find_place("Frimley", at="2023-04").code == "QNQ"


def test_unknown_is_an_error_with_near_names():
    with pytest.raises(PlaceError, match=r"'Mancunia' is not a place in the register\. Nearest: "):
        register.find_place("Mancunia")
    with pytest.raises(PlaceError, match=r"Bath and North East Somerset, Swindon and Wiltshire.*\(QOX\)"):
        register.find_place("Bath and NE Somerset", place_type="system")


def test_ambiguous_lists_the_candidates_with_dates():
    with pytest.raises(PlaceError, match=r"2 places: E10000019 .*; QJM .*2022-07-01 to now"):
        register.find_place("Lincolnshire")
    assert register.find_place("Lincolnshire", place_type="system").code == "QJM"


def test_a_place_before_its_time_is_said():
    with pytest.raises(PlaceError, match=r"was not there on 2024-04-01: S0E4D .*2026-04-01 to now"):
        register.find_place("Thames Valley ICB", at="2024-04")


@pytest.mark.parametrize("text", ["", "   ", "NHS", "the", "(&)", "ICB"])
def test_nothing_is_not_a_place(text):
    with pytest.raises(PlaceError):
        register.find_place(text)


def test_every_open_name_finds_its_own_place():
    for kind in ("system", "region"):
        for row in register.places(at="2026-04", type=kind).itertuples():
            assert row.code in _found(row.name, kind)


def _found(name: str, kind: str) -> str:
    try:
        return register.find_place(name, place_type=kind).code
    except PlaceError as said:
        return str(said)
