"""A place is found however people write it, and never guessed."""

import random

import pytest

from icslib import register
from icslib.errors import PlaceError, PlaceWarning
from icslib.register.names import plain


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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Greter Manchster", "QOP"),
        ("Grater Manchester", "QOP"),
        ("NHS Cheshire and Mersyeside ICB - 01X", "01X"),
        ("Brats Health NHS Trust", "R1H"),
    ],
)
def test_a_slip_is_read_as_the_one_place_near_it_and_said(text, code):
    with pytest.warns(PlaceWarning, match=rf"{text!r} was read as .*\({code}\)"):
        assert register.find_place(text).code == code


@pytest.mark.parametrize(
    "text", ["Bostin", "Cannock Chase CG", "Kant", "NHS Cheshire and Merseyside ICB - 77X", "NHS Nottingham ICB"]
)
def test_what_may_be_two_places_or_is_not_near_is_not_a_slip(text):
    with pytest.raises(PlaceError, match="Nearest: "):
        register.find_place(text)


@pytest.mark.filterwarnings("ignore::icslib.errors.PlaceWarning")
def test_no_slip_at_random_finds_a_wrong_place():
    """One slip, or two, in names of every kind: the place itself, or an error; never another place."""
    dice, names = random.Random(4), register.places().drop_duplicates("name")
    known = {plain(name)[0] for name in names["name"]}
    read = 0
    for row in names.sample(100, random_state=4).itertuples():
        text = _slip(row.name, dice) if dice.random() < 0.7 else _slip(_slip(row.name, dice), dice)
        found = _found(text, None) if plain(text)[0] not in known else ""
        assert len(found) > 9 or found in ("", row.code, _found(row.name, None)), text
        read += found == row.code
    assert read > 50


def _slip(name: str, dice: random.Random) -> str:
    at = dice.choice([spot for spot, letter in enumerate(name) if letter.isalpha()])
    before, letter, after = name[:at], name[at], name[at + 1 :]
    return dice.choice(
        [
            before + after,
            before + letter + letter + after,
            before + dice.choice("AEIORST") + after,
            before + after[:1] + letter + after[1:],
        ]
    )


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


def _found(name: str, kind: str | None) -> str:
    try:
        return register.find_place(name, place_type=kind).code
    except PlaceError as said:
        return str(said)
