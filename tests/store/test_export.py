from datetime import date
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from lxml import etree

from icslib import read_sheet, store
from icslib.errors import StoreError
from icslib.sheets import open_pages

FRAME = pd.DataFrame({"name": ["=1+1", "@Ambleton", "plain"], "value": [1.5, float("nan"), -2.0], "flag": ["", "suppressed", ""]})


def test_csv_is_safe_from_formulas_and_says_why_a_figure_is_missing(tmp_path):
    text = store.export(FRAME, tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == ["name,value,flag", "'=1+1,1.5,", "'@Ambleton,[c],suppressed", "plain,-2.0,"]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_workbooks_have_a_cover_notes_and_one_table_a_sheet(tmp_path, ending):
    pages = open_pages(store.export(FRAME, tmp_path / f"t.{ending}", title="A title"))
    assert list(pages) == ["Cover", "Notes", "Data"]
    rows = [list(row)[:3] for row in pages["Data"].grid]
    assert rows[0][0] == "A title"
    assert rows[2][0] == "Where a cell is empty there is nothing to say."
    assert rows[3:] == [["name", "value", "flag"], ["=1+1", 1.5, ""], ["@Ambleton", "[c]", "suppressed"], ["plain", -2.0, ""]]
    assert ["[c]", "suppressed"] in [list(row)[:2] for row in pages["Notes"].grid]


def test_no_cell_of_a_workbook_is_a_formula_and_none_is_merged(tmp_path):
    with ZipFile(store.export(FRAME, tmp_path / "t.xlsx")) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        styles = book.read("xl/styles.xml").decode()
        tables = [name for name in book.namelist() if name.startswith("xl/tables/")]
    assert "<f>" not in sheets and "mergeCell" not in sheets
    assert len(tables) == 2
    assert 'quotePrefix="1"' in styles


def test_observations_lose_technical_columns_and_gain_their_cell(tmp_path):
    text = store.export("provider_plans", tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "place,place_type,measure,period,value,unit,basis,source,name,cell"


def test_an_unknown_ending_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(StoreError, match=r"\.csv, \.xlsx, \.ods"):
        store.export(FRAME, tmp_path / "t.docx")
    assert list(tmp_path.iterdir()) == []


TEXTS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "x\ty", "  =x", "|x", "a\nb", "two  spaces", "<&\"'>", "-3.5", ""]
HARD = pd.DataFrame(
    {
        "=name": TEXTS,
        "@value": [1.5, -2.0, -1e-9, 1e15, *range(8)],
        "is": [True, False] * 6,
        "day": pd.Timestamp("2024-04-01"),
        "count": np.arange(12),
    }
)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
def test_what_was_written_is_read_back_by_pandas_and_by_ours(tmp_path, ending):
    made = store.export(HARD, tmp_path / f"t.{ending}", title="=A title")
    workbook = {"sheet_name": "Data", "header": 3, "engine": "calamine"}
    held = pd.read_csv(made, keep_default_na=False) if ending == "csv" else pd.read_excel(made, **workbook, keep_default_na=False)
    quote = "'" if ending == "csv" else ""
    texts = [text.replace("\t", " ") for text in TEXTS]
    assert held[f"{quote}=name"].tolist() == [quote * text.strip().startswith(("=", "+", "-", "@", "|")) + text for text in texts]
    assert held[f"{quote}@value"].tolist() == HARD["@value"].tolist()
    assert [str(value) for value in held["is"]] == ["True", "False"] * 6 and set(held["day"].astype(str)) == {"2024-04-01"}
    ours = read_sheet(made, **({} if quote else {"sheet": "Data"})).table
    assert ours["count"].tolist() == list(range(12)) and ours[f"{quote}@value"].tolist() == HARD["@value"].tolist()


def test_an_excel_workbook_keeps_to_the_checklist_of_the_analysis_function(tmp_path):
    book = openpyxl.load_workbook(store.export("loans", tmp_path / "t.xlsx"))
    assert book.properties.title and book.active.title == "Cover" and book.sheetnames == ["Cover", "Notes", "Data"]
    for page in book:
        assert not page.merged_cells.ranges and page.freeze_panes is None and page.auto_filter.ref is None
        assert page["A1"].font.b and page["A1"].font.name == "Arial" and page["A2"].font.sz == 12
        assert not any(line.hidden for line in [*page.column_dimensions.values(), *page.row_dimensions.values()])
        for table in page.tables.values():
            assert (
                table.autoFilter is None
                and table.headerRowCount != 0
                and table.ref.startswith("A")
                and page[table.ref.split(":")[0]].value
            )
            assert int(table.ref.split(":")[1].strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) == page.max_row
    assert len(book["Data"].tables) == len(book["Notes"].tables) == 1


def test_an_opendocument_workbook_keeps_to_it_too_and_is_the_same_each_time(tmp_path):
    from odf.opendocument import load
    from odf.table import DatabaseRange, Table, TableHeaderRows

    made = store.export("vacancies_regional", tmp_path / "t.ods")
    assert made.read_bytes() == store.export("vacancies_regional", tmp_path / "u.ods").read_bytes()
    book = load(str(made))
    assert [page.getAttribute("name") for page in book.getElementsByType(Table)] == ["Cover", "Notes", "Data"]
    assert len(book.getElementsByType(TableHeaderRows)) == len(book.getElementsByType(DatabaseRange)) == 2
    with ZipFile(made) as parts:
        assert parts.namelist()[0] == "mimetype"
        for name in ("content.xml", "styles.xml", "meta.xml"):
            etree.fromstring(parts.read(name))
        content, styles, meta = (parts.read(f"{name}.xml").decode() for name in ("content", "styles", "meta"))
    assert "number-columns-spanned" not in content and "formula" not in content and "<dc:title>" in meta and ">en-GB<" in meta
    assert 'fo:font-size="12pt"' in styles and 'display-name="Heading 1"' in styles


def test_what_a_workbook_cannot_hold_is_an_error_and_what_no_program_prints_is_left_out(tmp_path):
    with pytest.raises(StoreError, match="a name of its own; these have none: 'a'"):
        store.export(pd.DataFrame([[1, 2]], columns=["a", "A"]), tmp_path / "t.xlsx")
    with pytest.raises(StoreError, match=r"a text of 40,000\. Write it as .csv"):
        store.export(pd.DataFrame({"a": ["x" * 40_000]}), tmp_path / "t.ods")
    numbers = pd.Series([np.float64(1.5), np.int64(2)], dtype=object)
    odd = pd.DataFrame({"a": ["x\x0by", None], "b": [np.inf, 1.0], "c": [date(2024, 4, 1), pd.NaT], "d": numbers})
    for ending in ("xlsx", "ods"):
        rows = open_pages(store.export(odd, tmp_path / f"o.{ending}"))["Data"].grid[-2:]
        assert [list(row)[:4] for row in rows] == [["xy", "inf", "2024-04-01", 1.5], ["[x]", 1.0, "", 2.0]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.ods", "o.xlsx"]
