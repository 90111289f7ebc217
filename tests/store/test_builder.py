import json

import pytest

from icslib import catalog, store
from icslib.errors import CatalogError, StoreError

from .conftest import HEADERS, REGIONS, sickness


def status(report) -> dict[str, str]:
    return dict(zip(report.tables["table"], report.tables["status"], strict=True))


def test_a_build_writes_tables_and_a_check_proves_them(project):
    assert status(store.build()) == {"sickness_absence": "built", "vacancies_regional": "built"}
    assert status(store.build()) == {"sickness_absence": "same", "vacancies_regional": "same"}
    assert status(store.build(check=True)) == {"sickness_absence": "proved", "vacancies_regional": "proved"}
    frame = store.load("sickness_absence")
    assert frame.query("measure == 'sickness_absence'")["value"].tolist() == [5.0, 2.0, 4.0, 2.0]
    assert (
        "sickness_absence",
        json.loads((project.home / "data/processed/datapackage.json").read_text())["resources"][0]["hash"][7:],
    ) in store.reads()


def test_the_same_files_give_the_same_bytes(project):
    store.build()
    before = {path.name: path.read_bytes() for path in (project.home / "data/processed").iterdir()}
    for path in (project.home / "data/processed").iterdir():
        path.unlink()
    store.build()
    assert before == {path.name: path.read_bytes() for path in (project.home / "data/processed").iterdir()}


def test_files_are_known_by_their_bytes_not_their_names(project):
    (project.official / "deep").mkdir()
    (project.official / "a.csv").rename(project.official / "deep" / "renamed by somebody.csv")
    assert status(store.build())["sickness_absence"] == "built"


def test_a_table_whose_files_are_absent_stays_as_shipped(project):
    store.build()
    (project.official / "a.csv").unlink()
    report = store.build()
    assert status(report) == {"sickness_absence": "kept", "vacancies_regional": "same"}
    assert report.ok and len(store.load("sickness_absence")) == 12
    assert "official file absent: a.csv" in report.tables["message"].tolist()


def test_a_broken_source_stops_that_source_only(project):
    project.add("vacancies_regional", "2017", "d.csv", REGIONS.replace("month_key", "when"))
    report = store.build()
    assert status(report) == {"sickness_absence": "built", "vacancies_regional": "failed"}
    assert not report.ok
    assert "month_key" in str(report)


def test_a_check_sees_a_reader_that_makes_something_else(project):
    store.build()
    project.reference("headers", HEADERS.replace("vacancy_wte_total,vacancies_advertised", "vacancy_wte_total,something_else"))
    report = store.build(check=True)
    assert status(report)["vacancies_regional"] == "differs"
    assert "something_else" in str(report)


def test_damage_to_a_shipped_table_is_seen_by_check_and_by_load(project):
    store.build()
    path = project.home / "data/processed/vacancies_regional.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert status(store.build(check=True))["vacancies_regional"] == "failed"
    with pytest.raises(StoreError, match="is damaged: its sha256 is"):
        store.load("vacancies_regional")
    assert status(store.build())["vacancies_regional"] == "built"


def test_a_missing_file_says_what_where_and_what_to_do(project):
    (project.official / "a.csv").unlink()
    with pytest.raises(CatalogError, match=r"no official file a.csv .*sha256.*icslib fetch sickness_absence-2024-04"):
        catalog.need_file(catalog.get("sickness_absence-2024-04"))


def test_a_damaged_file_says_expected_and_seen(project):
    (project.official / "a.csv").write_text(sickness("30/04/2024", 51))
    with pytest.raises(CatalogError, match=r"a.csv in .* is damaged or another edition. Expected .* it has \d+ bytes"):
        catalog.need_file(catalog.get("sickness_absence-2024-04"))


def test_a_damaged_file_stops_its_table_and_the_shipped_one_stands(project):
    store.build()
    (project.official / "a.csv").write_text(sickness("30/04/2024", 51))
    report = store.build()
    assert status(report) == {"sickness_absence": "failed", "vacancies_regional": "same"}
    assert "is damaged or another edition" in str(report)
    assert len(store.load("sickness_absence")) == 12


def test_an_unknown_table_gets_suggestions(project):
    store.build()
    with pytest.raises(StoreError, match="Nearest: sickness_absence"):
        store.load("sickness")
    with pytest.raises(CatalogError, match="Nearest: sickness_absence-2024-04"):
        store.build(["sickness_absence-2024-4"])


def test_a_correction_is_made_flagged_and_fails_when_no_longer_needed(project):
    project.reference("corrections", "source,sheet,cell,seen,becomes,reason\nsickness_absence-2024-04,,I2,50,55,typed wrongly\n")
    store.build()
    lost = store.load("sickness_absence").query("measure == 'sickness_days_lost' and place == 'RAA'")
    assert lost[["value", "flag"]].values.tolist() == [[55.0, "corrected"], [40.0, ""]]
    project.reference("corrections", "source,sheet,cell,seen,becomes,reason\nsickness_absence-2024-04,,I2,49,55,typed wrongly\n")
    report = store.build()
    assert status(report)["sickness_absence"] == "failed"
    assert "I2 says '50', but corrections.csv expects '49'" in str(report)


def test_a_correction_without_a_reason_or_of_no_source_is_refused(project):
    head = "source,sheet,cell,seen,becomes,reason\n"
    project.reference("corrections", head + "sickness_absence-2024-04,,I2,50,55,\n")
    report = store.build()
    assert status(report) == {"sickness_absence": "failed", "vacancies_regional": "built"} and "gives no reason" in str(report)
    project.reference("corrections", head + "sickness_absence-2023,,I2,50,55,typed wrongly\n")
    report = store.build(check=True)
    assert not report.ok and "corrections.csv names 'sickness_absence-2023', which is not in the catalog" in str(report)


def test_an_oddity_is_flagged_and_fails_when_it_marks_nothing(project):
    line = "source,measure,place,first,last,flag,reason\nsickness_absence-2024-05,sickness_absence,RAA,2024,2024,break in series,a merger\n"
    project.reference("known_oddities", line)
    store.build()
    assert store.load("sickness_absence").query("flag != ''")[["place", "period", "flag"]].values.tolist() == [
        ["RAA", "2024-05", "break in series"]
    ]
    project.reference("known_oddities", line.replace("RAA", "RZZ"))
    assert status(store.build())["sickness_absence"] == "failed"


def test_what_is_shipped_is_what_the_readers_make_of_the_official_files(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    report = store.build(check=True)
    assert set(report.tables["status"]) == {"proved"}, str(report)
    assert len(report.tables) >= 41
