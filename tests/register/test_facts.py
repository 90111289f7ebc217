"""The register's own facts: counts at dates, versions that do not overlap, shares that sum to one."""

import pandas as pd
import pytest

from icslib import register
from icslib.errors import PlaceError
from icslib.register import facts, steps

FAMILIES = ["system", "sub_icb", "local_authority", "trust"]


def test_systems_at_each_vintage():
    counted = {at: register.count_systems(at) for at in ("2016-04", "2018-04", "2022-07", "2024-04", "2026-03-31", "2026-04")}
    assert counted == {"2016-04": 44, "2018-04": 42, "2022-07": 42, "2024-04": 42, "2026-03-31": 42, "2026-04": 36}


def test_one_row_a_place_at_any_date():
    for at in ("2013-04", "2017-10", "2020-04", "2022-06-30", "2022-07-01", "2023-04", "2026-04"):
        frame = register.places(at=at)
        assert not frame["code"].duplicated().any(), at


def test_a_version_ends_before_the_next_begins():
    frame = facts.table("places").sort_values(["code", "valid_from"])
    following = frame.groupby("code")["valid_from"].shift(-1)
    assert (following.isna() | (frame["valid_to"] < following)).all()
    assert (frame["valid_from"] <= frame["valid_to"]).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_of_each_place_sum_to_one(family):
    last = len(steps.days(family))
    for start, end in [(0, last), (last, 0), *((i, i + 1) for i in range(0, last, 3)), *((i + 1, i) for i in range(0, last, 3))]:
        way = steps.shares(family, start, end)
        assert (way.groupby("old")["share"].sum() - 1).abs().max() < 1e-12
        assert (way["share"] >= 0).all()


def test_printed_shares_sum_to_one_at_every_date():
    links = facts.table("succession").dropna(subset=["share"])
    assert (links.groupby(["family", "old", "date"])["share"].sum() - 1).abs().max() < 1e-9
    backs = facts.table("succession").query("back > 0")
    assert (backs.groupby(["family", "new", "date"])["back"].sum() - 1).abs().max() < 1e-9
    lies = facts.table("membership")
    regional = lies["whole"].str.fullmatch(r"Y\d\d")
    assert (lies[~regional].groupby(["part", "vintage", "basis"])["share"].sum() - 1).abs().max() < 1e-9


def test_every_code_of_a_link_is_a_place():
    codes = set(facts.table("places")["code"])
    links, lies = facts.table("succession"), facts.table("membership")
    assert {*links["old"], *links["new"], *lies["part"], *lies["whole"]} <= codes


@pytest.mark.parametrize(
    ("code", "successor"), [("RVY", "RBN"), ("RA3", "RA7"), ("RA4", "RH5"), ("RBA", "RH5"), ("R1C", "RW1"), ("RBB", "RD1")]
)
def test_hard_trusts_have_a_successor(code, successor):
    assert successor in register.lineage_of(code).links["new"].tolist()


def test_a_pseudo_code_is_typed_as_one():
    assert register.find_place("QZZ").place_type == "other"


def test_old_boundaries_have_their_own_ons_code():
    known = {"2019-04": "E54000035", "2020-04": "E54000052", "2022-07": "E54000052", "2023-04": "E54000063"}
    assert {at: register.find_place("QXU", at=at).ons_code for at in known} == known


def test_canonical_leaves_what_it_does_not_know():
    assert register.canonical(pd.Series(["E54000064", "e38000068", "ZZZ"])).tolist()[:2] == ["QNX", "01F"]
    assert register.canonical(pd.Series(["ZZZ"])).isna().all()


def test_what_is_not_a_date_or_a_type_is_said():
    with pytest.raises(PlaceError, match="not a date for boundaries"):
        register.places(at="soon")
    with pytest.raises(PlaceError, match="not a date for boundaries"):
        register.places(at=2022)
    with pytest.raises(PlaceError, match="Types: "):
        register.places(type="village")


def test_a_missing_register_says_which_file(tmp_path, monkeypatch):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "catalog.toml").touch()
    monkeypatch.setenv("ICSLIB_HOME", str(tmp_path))
    with pytest.raises(PlaceError, match=r"places\.csv"):
        register.count_systems("2022-07")


def test_fourteen_practices_of_frimley_go_to_hampshire():
    """The number that the board itself announced (see data/raw/reference/stated_systems.csv)."""
    lies = facts.table("membership")
    home = {at: lies[lies["vintage"] == at].drop_duplicates("part").set_index("part")["whole"] for at in ("2024-04", "2026-04")}
    practices = register.places(type="practice")["code"]
    moved = practices.map(home["2026-04"])[practices.map(home["2024-04"]) == "QNQ"]
    assert (moved == "QRL").sum() == 14
