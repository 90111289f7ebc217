"""``icslib places``: what the register says, in the terminal."""

from icslib.cli import main


def test_a_place_is_described(capsys):
    assert main(["places", "QOP"]) == 0
    said = capsys.readouterr().out
    assert "QOP NHS Greater Manchester Integrated Care Board (system, 2022-07-01 to now), ONS E54000057" in said
    assert "gave 1.2% of itself to QJ2" in said and "lies in 100% Y62 North West" in said


def test_places_are_listed(capsys):
    assert main(["places", "--at", "2026-04", "--type", "system"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 37


def test_an_unknown_place_is_a_wrong_request(capsys):
    assert main(["places", "Atlantis"]) == 2
    assert "Nearest" in capsys.readouterr().err
