"""Workbooks of a report's tables, and a plain word where a PDF cannot be made."""

import re
import zipfile

import nbformat
import pytest
from drawn_reports import SURPLUS, small
from python_calamine import CalamineWorkbook

from icslib.errors import RenderError
from icslib.render import export_report
from icslib.render.paper import find_browser, write_pdf


@pytest.fixture
def report(tmp_path):
    def make(values=SURPLUS):
        nbformat.write(small(values), tmp_path / "01-deficits.ipynb")
        return str(tmp_path / "01-deficits.ipynb")

    return make


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_each_exhibit_is_a_sheet_with_title_unit_notes_table_and_cells(report, tmp_path, ending):
    book = CalamineWorkbook.from_path(str(export_report(report(), tmp_path / f"out{ending}")))
    assert book.sheet_names == ["Cover", "Contents", "Notes", "Figure 1", "Table 1"]
    rows = book.get_sheet_by_name("Figure 1").to_python()
    assert [row[0] for row in rows[:4]] == [
        "Two of three systems are in deficit",
        "Outturn, 2023-24",
        "Unit: £ million.",
        "Unaudited.",
    ]
    assert rows[5] == ["system", "surplus", "cells"] and rows[6] == ["Ambleton", -12.3, "positions!Table 3!C5"]
    assert "Two of three systems are in deficit." in [row[0] for row in book.get_sheet_by_name("Cover").to_python()]


def test_a_formula_in_the_data_stays_text(report, tmp_path):
    made = export_report(report(SURPLUS.rename(index={"Ambleton": "=1+1"})), tmp_path / "out.xlsx")
    with zipfile.ZipFile(made) as packed:
        pages = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/worksheets/")]
    assert not any(re.search(r"<f[ >]", page) for page in pages)
    assert CalamineWorkbook.from_path(str(made)).get_sheet_by_name("Figure 1").to_python()[6][0] == "=1+1"


def test_another_kind_of_file_or_no_report_is_refused(report, tmp_path):
    with pytest.raises(RenderError, match=r"written as \.pdf, \.docx, \.xlsx, \.ods"):
        export_report(report(), tmp_path / "out.doc")
    with pytest.raises(RenderError, match="Make the report first"):
        export_report(str(tmp_path / "none.ipynb"), tmp_path / "out.xlsx")
    with pytest.raises(RenderError, match="Make the report first"):
        write_pdf(tmp_path / "none.html", tmp_path / "out.pdf")


def test_without_a_browser_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("ICSLIB_CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(RenderError, match=r"ICSLIB_CHROMIUM is .*nowhere, which is not there"):
        find_browser()
    monkeypatch.delenv("ICSLIB_CHROMIUM")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RenderError, match="print the page from any browser"):
        find_browser()


def test_a_browser_that_fails_leaves_the_old_pdf(monkeypatch, tmp_path):
    page, pdf, broken = tmp_path / "a.html", tmp_path / "a.pdf", tmp_path / "browser"
    page.write_text("<p>x")
    pdf.write_text("old")
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("ICSLIB_CHROMIUM", str(broken))
    with pytest.raises(RenderError, match=r"printed nothing for a\.html; it said: no display"):
        write_pdf(page, pdf)
    assert pdf.read_text() == "old" and sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.pdf", "browser"]
