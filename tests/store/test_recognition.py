import pytest

from icslib import catalog, sources, store
from icslib.errors import CatalogError, DriftError, SheetError
from icslib.expectations import SumError
from icslib.sheets import Page, open_pages
from icslib.store.recognition import recognise

from .conftest import REGIONS, sickness


def test_known_bytes_under_any_name_are_filed_and_their_table_rebuilt(project, tmp_path):
    dropped = tmp_path / "download (3).csv"
    dropped.write_bytes((project.official / "c.csv").read_bytes())
    (project.official / "c.csv").unlink()
    added = store.add(dropped)
    assert (added.source.id, added.new) == ("vacancies_regional", False)
    assert added.build.ok and len(store.load("vacancies_regional")) == 4


def test_a_known_layout_with_other_content_is_a_new_edition_beside_the_old(project, tmp_path):
    store.build()
    dropped = tmp_path / "whatever.csv"
    dropped.write_text(sickness("30/06/2024", 30))
    added = store.add(dropped)
    assert (added.source.id, added.new) == ("sickness_absence-2024-06", True)
    assert [source.id for source in catalog.of_table("sickness_absence")] == [f"sickness_absence-2024-0{n}" for n in (4, 5, 6)]
    assert set(store.load("sickness_absence")["period"]) == {"2024-04", "2024-05", "2024-06"}


def test_a_second_edition_keeps_the_id_of_the_first_and_shows_what_was_restated(project, tmp_path):
    store.build()
    dropped = tmp_path / "revised.csv"
    dropped.write_text(REGIONS.replace("2150.92", "2200.92"))
    added = store.add(dropped)
    assert [source.id for source in catalog.of_table("vacancies_regional")] == ["vacancies_regional", added.source.id]
    assert added.source.edition == "2016-04"
    change = store.revisions("vacancies_advertised", "Y59")["change"]
    assert change.tolist() == pytest.approx([50.0])


def test_a_known_publication_with_a_changed_layout_is_drift_and_nothing_is_filed(project, tmp_path):
    store.build()
    dropped = tmp_path / "changed.csv"
    dropped.write_text(sickness("30/06/2024", 30).replace("ORG_TYPE", "ORGANISATION_KIND"))
    with pytest.raises(
        DriftError, match=r"looks like sickness_absence .* column H renamed: 'ORG_TYPE' \(line \d+\) is now 'ORGANISATION_KIND'"
    ):
        store.add(dropped)
    assert not (project.official / "sickness_absence").exists()


def test_of_two_publications_alike_the_one_that_changed_least_is_named():
    titles = [title for _, title, _ in catalog.headers("emergency_trusts")["emergency_trusts"]]
    page = Page([["code" if title == "date" else title for title in titles], ["RAA", *["1"] * 7]])
    with pytest.raises(DriftError, match="looks like emergency_trusts"):
        recognise({"": page})


def test_an_unknown_file_is_described_and_what_is_offered_reads_it_once_pasted(project, tmp_path, monkeypatch):
    dropped = tmp_path / "beds by ward.csv"
    dropped.write_text("Ward,Beds\nA,12\nB,14\n")
    added = store.add(dropped)
    assert added.source is None
    assert "not a publication we know" in str(added) and "Ward" in added.description
    for path, text in added.stub.items():
        where = (tmp_path / "beds_by_ward.py") if path.endswith(".py") else project.home / path
        where.write_text((where.read_text() if where.exists() else "") + text.replace('edition = "…"', 'edition = "2024-25"'))
    monkeypatch.setattr("icslib.sources.__path__", [*sources.__path__, str(tmp_path)])
    added = store.add(dropped)
    assert (added.source.id, added.build.ok) == ("beds_by_ward", True)
    assert store.load("beds_by_ward")[["place", "measure", "period", "value"]].values.tolist() == [
        ["A", "Beds", "2024-25", 12],
        ["B", "Beds", "2024-25", 14],
    ]


def test_a_layout_that_does_not_print_its_year_asks_for_it(official, monkeypatch, tmp_path):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    pages = open_pages(catalog.need_file(catalog.get("backlog-2013-14")))
    with pytest.raises(CatalogError, match="does not print its year"):
        recognise(pages)
    source, frame = recognise(pages, edition="2017-18")
    assert source.table == "backlog" and set(frame["period"]) == {"2017-18"}


def test_a_year_in_the_titles_is_read_and_an_edition_of_a_layout_of_its_own_is_named(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    for id in ("loans-2018-19", "deprivation-2025"):
        assert recognise(open_pages(catalog.need_file(catalog.get(id))))[0].id == id
    with pytest.raises(CatalogError, match=r"the layout of backlog-2015-16 .*, which does not print its year"):
        recognise(open_pages(catalog.need_file(catalog.get("backlog-2015-16"))))


def test_a_publication_without_an_edition_takes_a_second_and_one_that_shows_a_layout_makes_no_table(project, tmp_path):
    text = (project.home / "data/raw/catalog.toml").read_text().replace('edition = "2016"\n', "", 1)
    (project.home / "data/raw/catalog.toml").write_text(text)
    dropped = tmp_path / "x.csv"
    dropped.write_text(REGIONS.replace("201604", "201704"))
    added = store.add(dropped)
    assert (added.source.id, added.build.ok) == ("vacancies_regional-2017-04", True)
    (project.home / "data/raw/catalog.toml").write_text(
        text.replace("[vacancies_regional]", "[vacancies_regional]\nshipped = false")
    )
    dropped.write_text(REGIONS.replace("201604", "201804"))
    added = store.add(dropped)
    assert added.build is None and "shipped = false" in str(added)


def test_a_file_with_known_titles_that_cannot_be_read_is_not_unknown(project, tmp_path):
    store.build()
    dropped = tmp_path / "twice.csv"
    text = sickness("30/06/2024", 30)
    dropped.write_text(text + text.splitlines()[1] + "\n")
    with pytest.raises(SheetError, match=r"looks like sickness_absence .*, but it cannot be read\. .* is there 2 times"):
        store.add(dropped)


def test_layouts_that_are_not_shipped_are_named_and_a_cut_file_is_told_from_a_new_layout(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    for table in ("tac_accounts", "waiting_extract"):
        assert recognise(open_pages(catalog.need_file(catalog.get(table))))[0].table == table
    with pytest.raises(SumError, match=r"looks like ambulance .* figures do not add up.*2024-05"):
        recognise(open_pages(catalog.need_file(catalog.get("ambulance"))))


def test_a_file_that_is_not_there(project, tmp_path):
    with pytest.raises(CatalogError, match="There is no file"):
        store.add(tmp_path / "nothing.csv")
