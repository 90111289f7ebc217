import pandas as pd
import pytest

from icslib import store
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
    assert rows[2:] == [["name", "value", "flag"], ["=1+1", 1.5, ""], ["@Ambleton", "[c]", "suppressed"], ["plain", -2.0, ""]]
    assert ["[c]", "suppressed"] in [list(row)[:2] for row in pages["Notes"].grid]


def test_no_cell_of_a_workbook_is_a_formula_and_none_is_merged(tmp_path):
    from zipfile import ZipFile

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
