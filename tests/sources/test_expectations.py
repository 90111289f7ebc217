import pytest
from drawing import know, source

from icslib.errors import DriftError, SheetError
from icslib.expectations import expect_table, expect_total
from icslib.sheets import Page
from icslib.sheets.titles import compare_titles, lettered

TITLES = ["Code", "Name", "Plan £m", "Outturn £m"]
X = source("sickness_absence", "2026-01")


def page(*titles: str) -> Page:
    return Page([["A table"], list(titles), ["RAA", "Ambleton", "1", "2", "3", "4"][: len(titles)]], "S", "f.csv")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (["Code", "Name", "Plan £m", "Outturn £m"], []),
        (["Code", "Name", "Planned £m", "Outturn £m"], ["column C renamed: 'Plan £m' (line 4) is now 'Planned £m'"]),
        (["Code", "Name", "Outturn £m"], ["column C removed: 'Plan £m' (line 4)"]),
        (["Code", "Name", "Note", "Plan £m", "Outturn £m"], ["column C added: 'Note', after 'Name'"]),
        (["Code", "Name", "Outturn £m", "Plan £m"], ["'Outturn £m' (line 5) moved from column D to C"]),
        (["Name", "Plan £m", "Outturn £m", "Code", "Extra"],
         ["'Code' (line 2) moved from column A to D", "column E added: 'Extra', after 'Code'"]),
        (["Note", "Code", "Name", "", "Plan £m", "Outturn £m"], ["column A added: 'Note', first"]),
    ],
)  # fmt: skip
def test_each_kind_of_drift_is_named(seen, said):
    assert compare_titles(lettered(TITLES), lettered(seen), {title: line for line, title in enumerate(TITLES, 2)})[0] == said


def test_a_known_row_gives_the_table_by_its_names_and_blank_columns_do_not_matter(monkeypatch):
    know(monkeypatch, sickness_absence=dict(zip(TITLES, ["place", "", "", "outturn"], strict=True)))
    table = expect_table(page("Code", "Name", "Plan £m", "", "Outturn £m"), X)
    assert (list(table.frame), table.letters) == (["place", "outturn"], {"place": "A", "outturn": "E"})
    assert list(expect_table(page(*TITLES), X, ["Name", "outturn"]).frame) == ["Name", "outturn"]


@pytest.mark.parametrize(
    ("seen", "said", "pasted"),
    [
        (
            ["Code", "Name", "Plan £m", "Outturn £m", "New"],
            "column E added: 'New'",
            "Outturn £m,outturn\nsickness_absence-2026-01 S,New,\n",
        ),
        (["Code", "Name", "Plan £m", "Result, £m"], "'Outturn £m' (line 5) is now 'Result, £m'", '"Result, £m",outturn\n'),
        (["Code", "Name", "Planned £m", "Outturn £m"], "'Plan £m' (line 4) is now 'Planned £m'", "Planned £m,\n"),
        (["Code", "Name", "Outturn £m", "Plan £m"], "'Outturn £m' (line 5) moved from column D to C", "Outturn £m,outturn\n"),
    ],
)
def test_drift_names_the_change_and_the_lines_to_paste(monkeypatch, seen, said, pasted):
    know(
        monkeypatch,
        sickness_absence=dict(zip(TITLES, ["place", "", "", "outturn"], strict=True)),
        sickness_absence__old=["Code", "Name"],
    )
    with pytest.raises(DriftError, match=r"f\.csv, sheet 'S', row 2: the titles changed") as fault:
        expect_table(page(*seen), X)
    said_of_lines = "lines 2 to 5 of data/raw/reference/headers.csv (sickness_absence)"
    assert said in str(fault.value) and pasted in str(fault.value) and said_of_lines in str(fault.value)


def test_what_a_reader_asks_for_and_is_gone_is_shown_in_the_reader(monkeypatch):
    know(monkeypatch, sickness_absence=["ORG_CODE", "DATE", "FTE_DAYS_LOST"])
    lines = r"see what rests on FTE_DAYS_LOST, which is gone \(icslib/sources/sickness_absence\.py, line \d+\)"
    with pytest.raises(DriftError, match=lines):
        expect_table(page("ORG_CODE", "DATE"), X, ["ORG_CODE", "FTE_DAYS_LOST"])
    know(monkeypatch, sickness_absence=["ORG_CODE", "DATE"])
    with pytest.raises(DriftError, match=r"lines 2 to 3 of .* call no column 'FTE_DAYS_LOST' .*, line"):
        expect_table(page("ORG_CODE", "DATE"), X, ["ORG_CODE", "FTE_DAYS_LOST"])


def test_another_page_altogether_is_no_drift(monkeypatch):
    know(monkeypatch, sickness_absence=TITLES)
    with pytest.raises(SheetError, match="no row holds the titles") as fault:
        expect_table(page("Ward", "Beds"), X)
    assert not isinstance(fault.value, DriftError)


def test_totals_agree_within_what_rounding_allows():
    assert expect_total("England", 1000.0, 1000.4)["difference"] == 0.4
    with pytest.raises(
        SheetError, match=r"England: the rows add up to 1,002\.00 but 1,000\.00 is printed \(difference \+2\.00\)"
    ):
        expect_total("England", 1000.0, 1002.0)
    with pytest.raises(SheetError):
        expect_total("England", 1000.0, float("nan"))
