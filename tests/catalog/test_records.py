import re

import pandas as pd
import pytest

from icslib import catalog
from icslib.catalog import read_catalog
from icslib.errors import CatalogError

BLOCK = '[t]\npublisher = "P"\ntitle = "T"\naddress = "A"\nlicence = "L"\n'
EDITION = '[[t.editions]]\nfile = "t.csv"\nsha256 = "00"\nsize = 1\n'


def write(tmp_path, text):
    path = tmp_path / "catalog.toml"
    path.write_text(text)
    return path


def test_one_edition_is_named_after_its_table_several_after_both(tmp_path):
    assert list(read_catalog(write(tmp_path, BLOCK + EDITION))) == ["t"]
    two = BLOCK + EDITION + 'edition = "a"\n' + EDITION + 'edition = "b"\n'
    assert list(read_catalog(write(tmp_path, two))) == ["t-a", "t-b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BLOCK + EDITION + "colour = 1\n", "unexpected keyword argument 'colour'"),
        (BLOCK.replace("licence", "license") + EDITION, "license"),
        (BLOCK + EDITION + 'edition = "a"\n' + EDITION + 'edition = "a"\n', "describes t-a twice"),
        (BLOCK + "[[t.editions\n", "cannot be read"),
    ],
)
def test_a_faulty_catalog_names_the_fault(tmp_path, text, words):
    with pytest.raises(CatalogError, match=words):
        read_catalog(write(tmp_path, text))


def test_every_source_says_who_what_where_and_under_what_licence():
    frame = catalog.list_sources()
    for field in ("publisher", "title", "address", "licence", "published", "trust", "file"):
        assert frame[field].str.strip().ne("").all(), field
    assert frame["sha256"].str.fullmatch(r"[0-9a-f]{64}").all()
    assert not frame["sha256"].duplicated().any()
    official = frame[frame["reader"] != "figures"]
    assert official["address"].str.startswith("https://").all() and official["download"].str.startswith("https://").all()


def test_every_reader_of_the_catalog_exists_and_every_measure_is_described():
    from importlib import import_module

    from icslib import store

    for reader in {source.reader for source in catalog.sources().values() if source.reader}:
        assert hasattr(import_module(f"icslib.sources.{reader}"), f"tidy_{reader}")
    known = catalog.reference("measures")
    assert not known["measure"].duplicated().any()
    assert set(known["direction"]) <= {"", "higher", "lower"}
    assert known["combine"].str.fullmatch(r"sum|level|mean|none|rate:\w+/\w+").all()
    held = store.tables().set_index("name")["measures"]
    for source in catalog.sources().values():
        if source.reader not in ("", "figures") and source.shipped:
            assert sorted(source.measures) == held[source.table], source.table
    used = {measure for measures in store.tables()["measures"] for measure in measures}
    assert used <= set(known["measure"])


def test_every_official_file_is_found_by_its_bytes(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    missing = [source.id for source in catalog.sources().values() if catalog.find_file(source) is None]
    assert missing == []


def test_an_unknown_id_gets_the_nearest(monkeypatch):
    with pytest.raises(CatalogError, match=re.escape("'beds2' is not in the catalog. Nearest: beds")):
        catalog.get("beds2")


def test_an_unknown_reference_table_is_a_sentence():
    with pytest.raises(CatalogError, match=r"nothing\.csv is missing"):
        catalog.reference("nothing")
    assert isinstance(catalog.reference("measures"), pd.DataFrame)
