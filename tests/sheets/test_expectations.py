import pytest

from icslib.errors import DriftError, SheetError
from icslib.sheets import Page
from icslib.sheets.expectations import expect_table, expect_total
from icslib.sheets.titles import describe_drift

TITLES = ["Code", "Name", "Plan £m", "Outturn £m"]


def page(*titles: str) -> Page:
    return Page([["A table"], list(titles), ["RAA", "Ambleton", "1", "2", "3", "4"][: len(titles)]], "S", "f.csv")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (["Code", "Name", "Plan £m", "Outturn £m"], []),
        (["Code", "Name", "Planned £m", "Outturn £m"], ["column C renamed: 'Plan £m' is now 'Planned £m'"]),
        (["Code", "Name", "Outturn £m"], ["column C removed: 'Plan £m'"]),
        (["Code", "Name", "Note", "Plan £m", "Outturn £m"], ["column C added: 'Note'"]),
        (["Code", "Name", "Outturn £m", "Plan £m"], ["'Outturn £m' moved from column D to C"]),
        (["Name", "Plan £m", "Outturn £m", "Code", "Extra"], ["'Code' moved from column A to D", "column E added: 'Extra'"]),
    ],
)
def test_each_kind_of_drift_is_named(seen, said):
    assert describe_drift(TITLES, seen) == said


def test_the_same_titles_give_the_table_and_blank_columns_do_not_matter():
    table = expect_table(page("Code", "Name", "Plan £m", "", "Outturn £m"), TITLES, reader="icslib.sources.x")
    assert table.letters["Outturn £m"] == "E"


@pytest.mark.parametrize(
    "titles", [(*TITLES, "New"), ("Code", "Name", "Plan £m", "Result £m"), ("Code", "Name", "Outturn £m", "Plan £m")]
)
def test_drift_names_the_file_to_alter_and_the_new_row(titles):
    with pytest.raises(
        DriftError, match=r"f\.csv, sheet 'S', row 2: the titles changed: .* Alter the titles in icslib/sources/x\.py"
    ):
        expect_table(page(*titles), TITLES, reader="icslib.sources.x")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (["Name", "Code", "Outturn £m", "Note"], "column D added: 'Note'"),
        (["Name", "Code", "Plan £m", "Result £m"], "column D renamed: 'Outturn £m' is now 'Result £m'"),
        (["Name", "Code", "Planned £m", "Outturn £m"], "column C added: 'Planned £m'"),
        (["Name", "Outturn £m", "Plan £m", "Code"], "'Plan £m' moved from column C to C; 'Outturn £m' moved from column D to B"),
    ],
)
def test_the_whole_header_is_held_against_those_known_though_few_columns_are_read(seen, said):
    kept, known = ["Name", "Code", "Outturn £m"], [["Name", "Code", "Plan £m", "Outturn £m"], ["Name", "Code"]]
    assert list(expect_table(page("Name", "Code", "Outturn £m"), kept, reader="r", headers=known).frame) == kept
    with pytest.raises(DriftError) as fault:
        expect_table(page(*seen), kept, reader="r", headers=known)
    assert said in str(fault.value) and "data/raw/reference/headers.csv" in str(fault.value)


def test_another_page_altogether_is_no_drift():
    with pytest.raises(SheetError, match="no row holds the titles") as fault:
        expect_table(page("Ward", "Beds"), TITLES, reader="r")
    assert not isinstance(fault.value, DriftError)


def test_totals_agree_within_what_rounding_allows():
    assert expect_total("England", 1000.0, 1000.4)["difference"] == 0.4
    with pytest.raises(
        SheetError, match=r"England: the rows add up to 1,002\.00 but 1,000\.00 is printed \(difference \+2\.00\)"
    ):
        expect_total("England", 1000.0, 1002.0)
    with pytest.raises(SheetError):
        expect_total("England", 1000.0, float("nan"))
