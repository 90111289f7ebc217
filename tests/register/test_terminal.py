"""``icslib places``: what the register says, in the terminal."""

import json

import pandas as pd

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


def test_the_register_is_exported_as_a_described_pair(tmp_path, capsys):
    assert main(["places", "--export", str(tmp_path)]) == 0
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["path"] for resource in described["resources"]] == ["places.csv", "succession.csv"]
    for resource in described["resources"]:
        frame = pd.read_csv(tmp_path / resource["path"], keep_default_na=False, low_memory=False)
        assert list(frame.columns) == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])
    became = frame[(frame["kind"] == "became") & (frame["old"] == "QNQ")]
    assert became["new"].tolist() == ["QRL", "S0E4D", "S9B9J"] and (became["date"] == "2026-04-01").all()
    assert {*frame["old"], *frame["new"]} <= set(pd.read_csv(tmp_path / "places.csv", keep_default_na=False)["code"])
