"""Pages cut into tables by a reader that knows what it wants; what opening a file gives."""

import bz2
import contextlib
import gzip
import lzma
import re

import numpy as np
import pandas as pd
import pyreadr
import pytest
from pandas.testing import assert_frame_equal

from icslib import read_sheet
from icslib.errors import DriftError, SheetError
from icslib.sheets import column_letter, open_pages

from .draw import csv, ods, page, xlsb, xlsx

FINANCE = page("""
    Table 3: system position, month 12 | | |
    Code | System       | Plan £m | Outturn £m
    R1   | North region | (9.0)   | (14.2)
    QAA  | Ambleton     | (5.0)   | (12.3)
    QBB  | Brackley     | (4.0)   | [x]
         | Unassigned   | 1       | 2
    QCC  | Castle Vale  | 3       | 4
    Notes: unaudited | | |
""")
TITLES = ["System", "Plan £m", "Outturn £m"]


def test_rows_totals_and_letters():
    table = FINANCE.find_table(TITLES, subtotals=["North region"])
    assert table.frame["System"].tolist() == ["Ambleton", "Brackley", "Unassigned", "Castle Vale"]
    assert table.totals["Plan £m"].tolist() == ["(9.0)"] and table.letters == {"System": "B", "Plan £m": "C", "Outturn £m": "D"}


def test_a_row_without_its_key_is_kept_aside_and_does_not_end_the_table():
    table = FINANCE.find_table([*TITLES, "Code"], key="Code", subtotals=["R1"])
    assert table.frame["Code"].tolist() == ["QAA", "QBB", "QCC"]
    assert table.unkeyed["System"].tolist() == ["Unassigned"] and table.notes == ((8, "Notes: unaudited"),)


def test_melt_keeps_the_cell_of_every_figure():
    long = FINANCE.find_table(TITLES, subtotals=["North region"]).melt("System", into="basis")
    assert list(long) == ["System", "basis", "value", "flag", "sheet", "row", "column"] and len(long) == 8
    line = long[(long["System"] == "Brackley") & (long["basis"] == "Outturn £m")].iloc[0]
    assert (line["flag"], line["sheet"], line["row"], line["column"]) == ("not available", "T1", 5, "D")


def test_a_total_that_is_not_listed_is_an_error_that_says_what_to_add():
    drawn = page("System | Plan\nAmbleton | 5\nGrand Total | 5")
    with pytest.raises(DriftError, match=r"row 3: 'Grand Total' reads like a printed total.*Add it"):
        drawn.find_table(["System", "Plan"])
    assert len(drawn.find_table(["System", "Plan"], subtotals=[re.compile("Grand .*")]).totals) == 1


def test_header_of_two_rows_by_group_or_by_last_part():
    drawn = page("""
              | 2023-24 |         | 2024-25 |
        Trust | Plan    | Outturn | Plan    | Code
        RAA   | 5       | 4       | 6       | x
    """)
    table = drawn.find_table(["Trust", "2023-24 | Plan", "2024-25 | Plan", "Code"])
    assert table.letters["2024-25 | Plan"] == "D" and table.frame.loc[3, "2024-25 | Plan"] == 6
    with pytest.raises(SheetError, match=r"'Plan' stands in columns \['B', 'D'\].*Write which is meant"):
        drawn.find_table(["Trust", "2023-24 | Plan", "Plan"])


def test_a_title_printed_twice_must_be_named():
    drawn = page("Trust | Total | Total\nRAA | 5 | 6")
    with pytest.raises(SheetError, match="stands in columns"):
        drawn.find_table(["Trust", "Total"])
    assert drawn.find_table(["Trust", "Total (1)", "Total (2)"]).frame.loc[2].tolist() == ["RAA", 5, 6]


def test_a_renamed_title_is_drift_with_the_line_to_alter():
    with pytest.raises(
        DriftError,
        match=r"row \d: the titles changed: column D renamed: 'Outturn' is now 'Outturn £m'\. Alter the titles in this reader",
    ):
        FINANCE.find_table(["System", "Plan £m", "Outturn"])


def test_a_page_without_the_table_says_how_it_starts():
    with pytest.raises(SheetError, match=r"no row holds the titles \['Beds'\].*starts \['Table 3"):
        FINANCE.find_table(["Beds"])


def test_one_page_whatever_the_file(tmp_path):
    drawn = "Code | Name | Plan\n007 | Ambleton | 1,204\nRBB | Brackley | (6)"
    (tmp_path / "plans.csv").write_bytes(csv(drawn, delimiter="$"))
    frames = [
        open_pages(tmp_path / "plans.csv")[""].find_table(["Code", "Plan"]).melt("Code"),
        open_pages(xlsx(T1=drawn.replace("007", "'007")), "plans.xlsx")["T1"].find_table(["Code", "Plan"]).melt("Code"),
        open_pages(ods(drawn), "plans.ods")["T1"].find_table(["Code", "Plan"]).melt("Code"),
    ]
    for frame in frames:
        assert frame[["Code", "value", "row", "column"]].values.tolist() == [["007", 1204.0, 2, "C"], ["RBB", -6.0, 3, "C"]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_r_data_as_a_page_with_its_titles_in_row_one(tmp_path, pack):
    frame = pd.DataFrame({"code": ["E1", "E2"], "value": [1.5, float("nan")], "n": [3, 4]})
    pyreadr.write_rdata(str(tmp_path / "x.rda"), frame, df_name="index")
    found = open_pages(pack((tmp_path / "x.rda").read_bytes()), "x.rda")["index"]
    assert [list(row) for row in found.grid] == [["code", "value", "n"], ["E1", "1.5", "3"], ["E2", "", "4"]]


def test_columns_and_rows_of_text_pages_agree():
    found = open_pages(b"a,b\n1,2\n3,4\n", "x.csv")[""]
    assert found.grid[1] == ("1", "2") and found.grid[-1] == ("3", "4") and next(iter(found.grid)) == ("a", "b")
    below = found.frame({"b": 1}, np.array([1, 2]))
    assert below["b"].tolist() == ["2", "4"] and below.index.tolist() == [2, 3]


def test_a_binary_workbook_reads_as_the_same_sheet_in_xlsx():
    drawn = "Table 3 | | \nSystem | Plan £m | Outturn £m\nAmbleton | (5.0) | -12.3\nBrackley | -4 | [x]\nTotal | -9 | -12.3"
    one, other = read_sheet(xlsb(drawn)), read_sheet(xlsx(T1=drawn))
    assert_frame_equal(one.tidy, other.tidy)
    said = one.log["decision"].tolist()
    assert "percent formats are not read" in said[0] and said[1:] == other.log["decision"].tolist()
    assert one.totals["agrees"].tolist() == [True]
    assert one.tidy["value"].tolist()[:3] == [-5.0, -4.0, -12.3] and set(one.tidy["sheet"]) == {"T1"}


def test_letters_of_columns():
    assert [column_letter(n) for n in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_official_csvs_read_as_the_csv_module_reads_them(official):
    import csv as plain_csv
    import io

    for path in sorted(official.rglob("*.csv")):
        raw = path.read_bytes()
        if path.stat().st_size < 600_000 and b"$$" not in raw[:200]:
            with contextlib.suppress(UnicodeDecodeError):
                rows = [tuple(row) for row in plain_csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))]
                assert [row[: len(want)] for row, want in zip(open_pages(path)[""].grid, rows, strict=True)] == rows, path.name
