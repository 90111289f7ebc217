import pytest

from icslib.errors import DriftError, SheetError
from icslib.sheets import Page
from icslib.sheets.expectations import describe_drift, expect_table, expect_total

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
        DriftError, match=r"f\.csv, sheet 'S': the titles changed: .* Alter the list of titles in icslib/sources/x\.py"
    ):
        expect_table(page(*titles), TITLES, reader="icslib.sources.x")


def test_columns_left_out_may_stand_anywhere_and_a_new_one_is_still_drift():
    kept = ["Code", "Outturn £m"]
    table = expect_table(page("Name", "Outturn £m", "Plan £m", "Code"), kept, reader="r", left_out=["Name", "Plan £m"])
    assert list(table.frame) == kept
    with pytest.raises(DriftError, match="column C added: 'Note'"):
        expect_table(page("Name", "Outturn £m", "Code", "Note"), kept, reader="r", left_out=["Name", "Plan £m"])


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
