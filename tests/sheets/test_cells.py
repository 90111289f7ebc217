"""What cells hold: figures, marks, notes, units, periods, codes; one pathology a test, drawn."""

import numpy as np
import pytest

from icslib import read_sheet

from .draw import PLAIN, PLAIN_FIGURES, csv, figures, read, said


def test_three_header_rows_of_year_kind_and_unit():
    reading = read("""
        Statement   | 2023/24 | 2022/23 | Code
                    | Audited | Audited |
                    | £000    | £000    |
        Income      | 1200    | 1100    | SCI01
        Expenditure | 1300    | 1250    | SCI02
    """)
    assert (
        list(reading.table)[-2:] == ["2023/24 | Audited | £000", "2022/23 | Audited | £000"]
        or "2023/24 | Audited | £000" in reading.table
    )
    assert reading.units["unit"].tolist() == ["GBP thousand"] * 2 and reading.units["scale"].tolist() == [1000.0] * 2
    assert reading.units["period"].tolist() == ["2023-24", "2022-23"]


def test_analysis_function_shorthand_stacked():
    reading = read("""
        Area        | Rate
        Ambleton    | 12.5 [p]
        Brackley    | [c]
        Castle Vale | [low]
        Dunmere     | 9.1 [p][r]
        Exford      | [z]
        Farley      | 8 [u] [b]
    """)
    assert reading.tidy["flag"].tolist() == [
        "provisional", "suppressed", "low", "provisional; revised", "not applicable", "low reliability; break in series",
    ]  # fmt: skip
    assert reading.tidy["value"].tolist()[0] == 12.5 and np.isnan(reading.tidy["value"][1])


def test_older_marks_are_flags_never_zero():
    marks = ["*", "..", ":", "-", "~", "n/a", "Not Applicable", "#N/A", "<5", "N/A"]
    reading = read("Area | Count\n" + "\n".join(f"Area {i} | {mark}" for i, mark in enumerate(marks)) + "\nLast | 12\nOther | 14")
    assert reading.tidy["value"][: len(marks)].isna().all() and (reading.tidy["flag"][: len(marks)] != "").all()
    assert reading.tidy["flag"][8] == "below 5"


def test_forms_of_numbers():
    drawn = {"1,204.5": 1204.5, "(12.3)": -12.3, "12.3-": -12.3, "–12.3": -12.3, "−7": -7, "£1,000": 1000, "-£5": -5, "45%": 45, "'31": 31, "1\u00a0204": 1204, "(£3)": -3}  # fmt: skip
    reading = read("Area | Figure\n" + "\n".join(f"Area {i} | {text}" for i, text in enumerate(drawn)))
    assert reading.tidy["value"].tolist() == list(drawn.values()) and (reading.tidy["flag"] == "").all()


def test_superscript_notes_are_bound_to_what_cites_them():
    reading = read("""
        System   | Plan £m¹ | Outturn £m
        Ambleton | 5        | 4²
        Brackley | 6        | 7
        1. Agreed in March. | |
        2. Before audit. | |
    """)
    assert list(reading.table) == ["System", "Plan £m", "Outturn £m"] and reading.table["Outturn £m"].tolist() == [4, 7]
    assert reading.notes[["key", "text", "cites"]].values.tolist() == [
        ["1", "Agreed in March.", ("T1!B1",)],
        ["2", "Before audit.", ("T1!C2",)],
    ]


def test_note_shorthand_in_header_label_and_figure():
    reading = read("""
        System            | Plan [note 1]
        Ambleton [note 2] | 5
        Brackley          | 6 [note 2]
        [note 1] Agreed in March. |
        [note 2] Merged in July.  |
    """)
    assert reading.table["System"].tolist() == ["Ambleton", "Brackley"] and list(reading.table) == ["System", "Plan"]
    assert reading.notes["cites"].tolist() == [("T1!B1",), ("T1!A2", "T1!B3")] or reading.notes["cites"].tolist() == [
        ("T1!B1",),
        ("T1!B3", "T1!A2"),
    ]


def test_a_cited_note_that_nobody_explains_is_logged():
    assert said(read("System | Plan [note 9]\nAmbleton | 5\nBrackley | 6"), "no line explains it")


def test_unit_from_the_title_unless_the_column_states_its_own():
    reading = read("""
        Table 2: income by system (£ million) | | |
        System   | Plan | Outturn | Change %
        Ambleton | 50   | 45      | -10
        Brackley | 60   | 66      | 10
    """)
    assert reading.units["unit"].tolist() == ["GBP m", "GBP m", "percent"]


@pytest.mark.parametrize(
    ("title", "unit", "scale"),
    [("Debt £m", "GBP m", 1e6), ("Debt £000", "GBP thousand", 1e3), ("Debt (£'000s)", "GBP thousand", 1e3), ("Debt £bn", "GBP bn", 1e9), ("Debt (£)", "GBP", 1),
     ("Deaths per 100,000 population", "per 100,000", 1), ("Vacancy rate (%)", "percent", 1), ("Staff (FTE)", "FTE", 1), ("£ per head", "GBP per head", 1)],
)  # fmt: skip
def test_units_and_scales(title, unit, scale):
    reading = read(f"System | {title}\nAmbleton | 5\nBrackley | 6")
    assert reading.units[["unit", "scale"]].values.tolist() == [[unit, scale]] and reading.tidy["value"].tolist() == [5, 6]


def test_unit_stated_by_the_row():
    reading = read("""
        Measure          | Ambleton | Brackley
        Income (£m)      | 51       | 62
        Vacancy rate (%) | 8.1      | 9.2
    """)
    assert reading.tidy["unit"].tolist() == ["GBP m", "percent", "GBP m", "percent"]


def test_dates_in_the_header_are_periods():
    reading = read("""
        System   | @2024-04-30 | @2024-05-31
        Ambleton | 5           | 4
        Brackley | 6           | 7
    """)
    assert reading.units["period"].tolist() == ["2024-04-30", "2024-05-31"]


@pytest.mark.parametrize(
    ("printed", "label"),
    [("2015 - 17", "2015 to 2017"), ("X2009.2011", "2009 to 2011"), ("2022/23 Q1", "2022-23 Q1"), ("April 2021", "2021-04"),
     ("Closing balance @31/03/2019", "2019-03-31"), ("31 Mar 2024", "2024-03-31"), ("Drawn in year 2018-19", "2018-19")],
)  # fmt: skip
def test_periods_in_titles(printed, label):
    assert read(f"System | {printed}\nAmbleton | 5\nBrackley | 6").units["period"].tolist() == [label]


def test_dates_that_were_ranges():
    reading = read("""
        Age        | Deaths
        0-4        | 11
        @2024-09-05 | 12
        @2014-10-01 | 13
        15-19      | 14
    """)
    assert reading.table["Age"].tolist() == ["0-4", "5-9", "10-14", "15-19"] and said(
        reading, "which a spreadsheet turned into a date"
    )


def test_codes_are_not_figures():
    reading = read("""
        Org code | Name     | Staff
        '007     | Ambleton | 12
        5E1      | Brackley | 14
        '0AR     | Dunmere  | 9
    """)
    assert reading.table["Org code"].tolist() == ["007", "5E1", "0AR"] and reading.tables[0].values == ("Staff",)


def test_damaged_figure_is_left_out_flagged_and_logged():
    reading = read("""
        System   | Plan | Outturn
        Ambleton | 12O4 | 4
        Brackley | 6    | 7
        Dunmere  | 8    | 9
    """)
    assert reading.flags[["row", "column", "flag", "printed"]].values.tolist() == [[2, "B", "unreadable", "12O4"]]
    assert said(reading, "'12O4' is no figure") and np.isnan(reading.table["Plan"].iloc[0])


def test_row_printed_twice_is_logged():
    assert said(read(PLAIN.rstrip() + "\nBrackley | 6 | 7\n"), "repeat an earlier row")


def test_delimiters_byte_order_mark_and_mixed_encodings():
    for delimiter in "$;\t|":
        drawn = "\n".join(line.replace("|", delimiter).replace(" ", "") for line in PLAIN.strip().split("\n"))
        assert figures(read_sheet(drawn.encode("utf-8-sig"))) == PLAIN_FIGURES
    mixed = "Name,Cost £\nCafé Ambleton,5\n".encode() + "Café Brackley,6\n".encode("cp1252")
    reading = read_sheet(mixed)
    assert reading.table["Name"].tolist() == ["Café Ambleton", "Café Brackley"] and said(reading, "not UTF-8")
    assert figures(read_sheet(csv(PLAIN, encoding="utf-16"))) == PLAIN_FIGURES


def test_ragged_text_with_title_lines():
    reading = read_sheet(b"Table 1: plans\n\nSystem,Plan,Outturn\nAmbleton,5,4\nBrackley,6,7\nSource: NHS England\n")
    assert (
        figures(reading) == PLAIN_FIGURES
        and reading.notes["key"].tolist() == ["source"]
        and said(reading, "rows are shorter or longer")
    )


def test_quoted_cells_with_commas_and_line_breaks():
    reading = read_sheet(b'System,"Plan,\nagreed"\n"Ambleton, north","1,204"\nBrackley,"(6)"\n')
    assert figures(reading) == [("Ambleton, north", "Plan, agreed", 1204), ("Brackley", "Plan, agreed", -6)]


def test_portrait_names_each_part_by_letter_and_escapes_text():
    html = read("Table <b>1</b> |\nSystem | Plan\nAmbleton & co | 5\nBrackley | [x]\nTotal | 5")._repr_html_()
    assert "<b>T</b>" in html and "<b>H</b>" in html and "<b>S</b>" in html and "<b>M</b>" in html
    assert "&lt;b&gt;1" in html and "Ambleton &amp; co" in html and "<b>1</b>" not in html


def test_terms_that_a_spreadsheet_took_for_dates():
    reading = read("""
        Trust    | Term        | Loan
        Ambleton | 3/0         | 8000
        Brackley | @2017-06-02 | 5899
        Dunmere  | 5/0         | 3850
    """)
    assert reading.table["Term"].tolist() == ["3/0", "2/6", "5/0"]


def test_units_in_what_a_long_table_measures():
    reading = read("""
        org | metric                         | value
        QAA | Doctors (per 100,000 people)   | 16.2
        QAA | Occupancy (%)                  | 91.5
        QAA | Beds                           | 210
    """)
    assert reading.tidy["unit"].tolist() == ["per 100,000", "percent", ""]
