"""The register against the official files it was built from."""

import filecmp

import pandas as pd
import pytest

from icslib import catalog, paths, register
from icslib.errors import CatalogError

from .conftest import drawn_on

TABLES = ["places", "place_aliases", "succession", "membership", "disagreements", "checks"]


@pytest.fixture(scope="module")
def tools(official):
    """The module that builds the register, with the official files at hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ICSLIB_OFFICIAL", str(official))
        patch.setenv("ICSLIB_HOME", str(paths.find_home()))
        patch.syspath_prepend(str(paths.find_home()))
        from tools.register import write

        try:
            catalog.need_file(catalog.get("reference_lsoa21_2024"))
        except CatalogError as fault:
            pytest.skip(str(fault))
        yield write


@pytest.mark.filterwarnings("ignore")
def test_what_is_shipped_is_what_the_files_make(tools, tmp_path):
    sizes = tools.write(tmp_path)
    assert sum(sizes.values()) < 3_000_000
    changed = [
        name for name in TABLES if not filecmp.cmp(tmp_path / f"{name}.csv", paths.raw("reference", f"{name}.csv"), shallow=False)
    ]
    assert not changed, f"run 'python -m tools.register': {changed} are not what the official files make"


@pytest.mark.filterwarnings("ignore")
def test_every_code_of_every_file_resolves_or_is_listed_with_its_reason(tools, tmp_path):
    tools.write_unresolved(tmp_path)
    assert filecmp.cmp(tmp_path / "unresolved.csv", paths.raw("reference", "unresolved.csv"), shallow=False)
    listed = pd.read_csv(paths.raw("reference", "unresolved.csv"), keep_default_na=False)
    assert (listed["reason"] != "").all()


def test_small_areas_counted_before_and_after_agree(tools):
    """Moving the areas of each system of 2021 gives the areas of each board of 2022."""
    from tools.register.areas import lsoas

    at = lsoas()
    counted = {vintage: frame["system"].value_counts() for vintage, frame in at.items()}
    for here, there in (("2021-04", "2022-07"), ("2024-04", "2026-04")):
        moved = register.to_vintage(drawn_on(here, counted[here]), there, drawn=here).set_index("place")["value"].sort_index()
        assert moved.index.tolist() == sorted(counted[there].index) and moved.tolist() == pytest.approx(
            counted[there].sort_index().tolist()
        )


def test_shares_by_small_areas_agree_with_shares_by_registered_people(tools):
    """The boards divided in 2026, weighed by the people of their practices instead."""
    from tools.register.areas import FRIMLEY
    from tools.register.files import read

    rows = read("populations-2023-24")
    people = rows["pop 2022/23"].astype(float)
    district = {name: code for code, names in FRIMLEY.items() for name in names}
    parts = {
        "QNQ": rows["LTLA21"].map(district),
        "QJG": rows["CCG21"].map({"06T": "D7T5G"}).fillna("T6Y0W"),
        "QM7": rows["CCG21"].map({"07H": "D7T5G"}).fillna("S1Y5D"),
    }
    links = register.lineage_of("QNQ").links, register.lineage_of("QJG").links, register.lineage_of("QM7").links
    shipped = pd.concat(links).drop_duplicates(["old", "new"]).set_index(["old", "new"])["share"]
    for code, new in parts.items():
        mine = rows["ICS22"] == code
        counted = people[mine].groupby(new[mine]).sum() / people[mine].sum()
        assert (counted - shipped[code]).abs().max() < 0.015, code
