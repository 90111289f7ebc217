"""The commands of the data side: what they print and what they return."""

import pytest

from icslib.cli import main


def test_build_then_check_then_damage(project, capsys):
    assert main(["build"]) == 0
    assert "2 tables: 2 built." in capsys.readouterr().out
    assert main(["check"]) == 0
    assert "2 tables: 2 proved." in capsys.readouterr().out
    path = project.home / "data/processed/vacancies_regional.parquet"
    path.write_bytes(b"nothing")
    assert main(["check"]) == 1
    assert "vacancies_regional.parquet is damaged" in capsys.readouterr().out


def test_one_table_can_be_built_and_an_unknown_one_is_a_wrong_request(project, capsys):
    assert main(["build", "vacancies_regional"]) == 0
    assert "1 table: 1 built." in capsys.readouterr().out
    assert main(["build", "vacancies"]) == 2
    assert "Nearest: vacancies_regional" in capsys.readouterr().err


def test_sources_lists_publisher_and_licence(project, capsys):
    assert main(["sources"]) == 0
    assert "sickness_absence-2024-04" in capsys.readouterr().out


def test_add_says_what_a_file_is_or_offers_a_reader(project, tmp_path, capsys):
    main(["build"])
    assert main(["add", str(project.official / "c.csv")]) == 0
    assert "is the file of vacancies_regional" in capsys.readouterr().out
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("Ward,Beds\nA,12\n")
    assert main(["add", str(unknown)]) == 1
    assert "def tidy_unknown(" in capsys.readouterr().out


def test_fetch_without_an_address_says_where_to_take_the_file_from(project, capsys):
    (project.official / "c.csv").unlink()
    assert main(["fetch", "vacancies_regional"]) == 1
    assert "the catalog has no address for its file" in capsys.readouterr().out


def test_export_writes_a_table(project, tmp_path, capsys):
    main(["build"])
    assert main(["export", "vacancies_regional", str(tmp_path / "v.csv")]) == 0
    assert (tmp_path / "v.csv").read_text(encoding="utf-8-sig").startswith("place,place_type,measure")
    assert main(["export", "vacancies_regional", str(tmp_path / "v.doc")]) == 1


def report(project, cells: dict) -> None:
    import json

    from icslib.exhibits.core import MIME

    record = {"kind": "figure", "title": "A finding", "sources": [{"id": "vacancies_regional", "text": "V"}], "cells": cells}
    notebook = {"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": [{"data": {MIME: record}}]}]}
    path = project.home / "reports" / "01-a.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize("name", [["figure", "1"], ["Figure 1"], ["figure-1"]])
def test_trace_lists_the_cells_of_a_figure(project, capsys, name):
    main(["build"])
    report(project, {"cells:value": [["vacancies_regional!!D2"], ["vacancies_regional!!D3"]]})
    capsys.readouterr()
    assert main(["trace", "01-a", *name]) == 0
    out = capsys.readouterr().out
    assert "vacancies_regional title" in out and "D2" in out and "2150.92" in out


def test_trace_of_what_is_not_there(project, capsys):
    main(["build"])
    assert main(["trace", "02-b", "figure 1"]) == 1
    assert "There is no report '02-b'" in capsys.readouterr().err
    report(project, {})
    assert main(["trace", "01-a", "table", "1"]) == 1
    assert "has no exhibit 'table 1'. It has figure 1." in capsys.readouterr().err
    assert main(["trace", "01-a", "figure", "1"]) == 1
    assert "names no cells. What it rests on: vacancies_regional" in capsys.readouterr().err
