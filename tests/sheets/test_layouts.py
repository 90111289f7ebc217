"""One pathology of layout a test, drawn; each read without configuration."""

import io
import zipfile

from icslib import read_sheet

from .draw import PLAIN, PLAIN_FIGURES, csv, figures, read, said, xlsx


def test_plain_table():
    reading = read(PLAIN)
    assert figures(reading) == PLAIN_FIGURES
    assert reading.tidy["row"].tolist() == [2, 3, 2, 3] and reading.tidy["column"].tolist() == ["B", "B", "C", "C"]


def test_title_over_and_notes_under():
    reading = read("""
        Table 3: system position, month 12 | |
        System   | Plan £m | Outturn £m
        Ambleton | (5.0)   | (12.3)
        Brackley | (4.0)   | [x]
        Source: NHS England | |
        Figures are unaudited. | |
    """)
    assert figures(reading) == [
        ("Ambleton", "Plan £m", -5),
        ("Brackley", "Plan £m", -4),
        ("Ambleton", "Outturn £m", -12.3),
        ("Brackley", "Outturn £m", None),
    ]
    assert reading.tables[0].title == "Table 3: system position, month 12"
    assert reading.notes["key"].tolist() == ["source", ""] and reading.notes["text"].tolist()[1] == "Figures are unaudited."


def test_title_rows_apart_from_the_table():
    reading = read("""
        NHS England | |
         | |
        Table 1: beds | |
         | |
        Trust    | Open | Occupied
        Ambleton | 510  | 498
        Brackley | 620  | 601
    """)
    assert figures(reading)[0] == ("Ambleton", "Open", 510) and reading.tables[0].title.endswith("Table 1: beds")


def test_two_header_rows_with_merged_groups():
    reading = read("""
                 | 2023-24 | <       | 2024-25 | <
        System   | Plan    | Outturn | Plan    | Outturn
        Ambleton | 5       | 4       | 6       | 5
        Brackley | 6       | 7       | 8       | 9
    """)
    assert list(reading.table)[1:] == ["2023-24 | Plan", "2023-24 | Outturn", "2024-25 | Plan", "2024-25 | Outturn"]
    assert reading.units["period"].tolist() == ["2023-24", "2023-24", "2024-25", "2024-25"]


def test_two_header_rows_with_groups_not_merged():
    reading = read("""
                 | 2023-24 |         | 2024-25 |
        System   | Plan    | Outturn | Plan    | Outturn
        Ambleton | 5       | 4       | 6       | 5
        Brackley | 6       | 7       | 8       | 9
    """)
    assert list(reading.table)[1:] == ["2023-24 | Plan", "2023-24 | Outturn", "2024-25 | Plan", "2024-25 | Outturn"]


def test_years_as_numbers_in_the_header():
    reading = read("""
        Council  | 2012   | 2013   | 2014
        Ambleton | 309.65 | 292.64 | 318.08
        Brackley | 273.69 | 279.89 | 276.60
    """)
    assert reading.units["period"].tolist() == ["2012", "2013", "2014"]
    assert figures(reading)[0] == ("Ambleton", "2012", 309.65)


def test_counted_columns_one_to_four():
    reading = read("""
        Hospital | 1  | 2  | 3  | 4
        Ambleton | 31 | 29 | 38 | 41
        Brackley | 27 | 28 | 26 | 25
    """)
    assert figures(reading)[0] == ("Ambleton", "1", 31) and len(reading.tidy) == 8


def test_printed_total_is_set_aside_and_adds_up():
    reading = read("""
        System   | Plan | Outturn
        Ambleton | 5    | 4
        Brackley | 6    | 7
        Total    | 11   | 11
    """)
    assert figures(reading) == PLAIN_FIGURES
    assert reading.totals[["row", "label", "members", "agrees"]].values.tolist() == [[4, "Total", 2, True]]


def test_total_that_does_not_add_up_is_reported_with_the_difference():
    reading = read("""
        System      | Plan | Outturn
        Ambleton    | 5    | 4
        Brackley    | 6    | 7
        Grand Total | 11   | 14
    """)
    assert reading.totals[["agrees", "largest_difference", "in_column"]].values.tolist() == [[False, -3.0, "C"]]
    assert said(reading, "does not add up: column C differs by -3")


def test_total_with_a_withheld_part_is_not_called_wrong():
    reading = read("""
        System   | Staff
        Ambleton | 40
        Brackley | [c]
        Total    | 46
    """)
    assert reading.totals["agrees"].tolist() == [None]


def test_region_subtotals_over_their_members_and_england_under_all():
    reading = read("""
        Area         | Beds | Staff
        North region | 30   | 310
        Ambleton     | 10   | 110
        Brackley     | 20   | 200
        South region | 70   | 650
        Castle Vale  | 30   | 320
        Dunmere      | 40   | 330
        England      | 100  | 960
    """)
    assert set(reading.tidy["Area"]) == {"Ambleton", "Brackley", "Castle Vale", "Dunmere"}
    assert reading.totals["agrees"].all() and len(reading.totals) == 3


def test_total_without_a_label():
    reading = read("""
        Trust    | Code | Closing balance £000
        Ambleton | RAA  | 510935
        Brackley | RBB  | 424561
        Dunmere  | RDD  | 274400
                 |      | 1209896
    """)
    assert len(reading.tidy) == 3 and reading.totals["by"].tolist() == ["sum"]


def test_subtotals_by_result_line_and_grand_total():
    reading = read("""
        Trust      | Site | Backlog £ | Area m²
        RAA        | S1   | 100       | 11
        RAA        | S2   | 250       | 20
        RAA Result |      | 350       | 31
        RBB        | S3   | 40        | 5
        RBB        | S4   | 60        | 9
        RBB Result |      | 100       | 14
        Grand Total |     | 450       | 45
    """)
    assert len(reading.tidy) == 8 and reading.totals["agrees"].tolist() == [True] * 3


def test_total_column_is_named_and_left_out():
    reading = read("""
        Trust    | Medical | Nursing | Total
        Ambleton | 12      | 30      | 42
        Brackley | 15      | 41      | 56
    """)
    assert set(reading.tidy["title"]) == {"Medical", "Nursing"}
    assert reading.tables[0].total_columns == ("Total",) and reading.table["Total"].tolist() == [42, 56]


def test_totals_inside_a_long_table():
    reading = read("""
        Trust    | Treatment | Waiting
        Ambleton | Cardiac   | 120
        Ambleton | Hips      | 95
        Ambleton | Total     | 215
        Brackley | Cardiac   | 80
        Brackley | Hips      | 70
        Brackley | Total     | 150
    """)
    assert len(reading.tidy) == 4 and reading.totals["agrees"].tolist() == [True, True]


def test_section_headings_are_carried_down():
    reading = read("""
        Staff group     | 2023 | 2024
        Acute           |      |
        Doctors         | 12   | 13
        Nurses          | 30   | 31
        Mental health   |      |
        Doctors         | 4    | 5
        Nurses          | 9    | 10
    """)
    assert figures(reading, "section", "Staff group")[:4] == [
        ("Acute", "Doctors", "2023", 12), ("Acute", "Nurses", "2023", 30), ("Mental health", "Doctors", "2023", 4), ("Mental health", "Nurses", "2023", 9),
    ]  # fmt: skip


def test_headings_groups_total_marks_and_notes_together():
    reading = read("""
        Table 3: system position, month 12 (£ million) | | | |
                     | 2022-23 | <       | 2023-24 | <
        System       | Plan    | Outturn | Plan    | Outturn¹
        North        |         |         |         |
        Ambleton     | (5.0)   | (12.3)  | 4       | 12O4
        Brackley     | (4.0)   | [x]     | 6       | 7
        South        |         |         |         |
        Dunmere      | 1       | 2.5     | 3       | 4 [p]
        Total        | (8.0)   | [x]     | 13      | 11
        1. Before audit. | | | |
        Source: NHS England | | | |
    """)
    assert reading.table["section"].tolist() == ["North", "North", "South"] and reading.units["unit"].eq("GBP m").all()
    assert reading.totals["agrees"].tolist() == [True] and reading.notes["cites"].tolist() == [("T1!E3",), ()]
    assert sorted(set(reading.roles["T1"].ravel())) == list(" DGHLMNSTU")


def test_merged_row_labels_are_carried_down():
    reading = read("""
        Region | System   | Plan
        North  | Ambleton | 5
        ^      | Brackley | 6
        South  | Dunmere  | 7
    """)
    assert reading.table["Region"].tolist() == ["North", "North", "South"] and said(reading, "repeat the cell above")


def test_outline_labels_left_empty():
    reading = read_sheet(
        csv("""
Region | System   | Plan
North  | Ambleton | 5
       | Brackley | 6
South  | Dunmere  | 7
       | Exford   | 9
""")
    )
    assert reading.table["Region"].tolist() == ["North", "North", "South", "South"]


def test_empty_rows_inside_a_table():
    reading = read("""
        System   | Plan | Outturn
        Ambleton | 5    | 4
                 |      |
        Brackley | 6    | 7
                 |      |
        Total    | 11   | 11
    """)
    assert figures(reading) == PLAIN_FIGURES and reading.totals["agrees"].tolist() == [True]


def test_spacer_column_inside_a_table():
    reading = read("""
        System   | Plan |  | Outturn
        Ambleton | 5    |  | 4
        Brackley | 6    |  | 7
    """)
    assert figures(reading) == PLAIN_FIGURES and reading.tidy["column"].tolist() == ["B", "B", "D", "D"]


def test_table_away_from_the_corner():
    reading = read("""
        | | | |
        | | | |
        | | System   | Plan | Outturn
        | | Ambleton | 5    | 4
        | | Brackley | 6    | 7
    """)
    assert figures(reading) == PLAIN_FIGURES and reading.tidy["column"].tolist() == ["D", "D", "E", "E"]


TWO = [("Ambleton", "Plan", 5), ("Brackley", "Plan", 6)], [("Ambleton", "Beds", 51), ("Brackley", "Beds", 62)]


def test_two_tables_one_over_the_other():
    reading = read("""
        Table 1: plans |
        System   | Plan
        Ambleton | 5
        Brackley | 6
                 |
        Table 2: beds |
        System   | Beds
        Ambleton | 51
        Brackley | 62
    """)
    assert [t.title for t in reading.tables] == ["Table 1: plans", "Table 2: beds"] and figures(reading) == TWO[0] + TWO[1]


def test_two_tables_with_no_empty_row_between():
    reading = read("""
        Table 1: plans | |
        System   | Plan    | Outturn
        Ambleton | 5       | 4
        Brackley | 6       | 7
        Table 2: beds | |
        System   | Open    | Occupied
        Ambleton | 51      | 48
        Brackley | 62      | 60
    """)
    assert len(reading.tables) == 2 and figures(reading)[4:6] == [("Ambleton", "Open", 51), ("Brackley", "Open", 62)]


def test_two_tables_side_by_side():
    reading = read("""
        Table 1: plans |   |  | Table 2: beds |
        System   | Plan    |  | System   | Beds
        Ambleton | 5       |  | Ambleton | 51
        Brackley | 6       |  | Brackley | 62
    """)
    assert figures(reading) == TWO[0] + TWO[1] and [t.title for t in reading.tables] == ["Table 1: plans", "Table 2: beds"]
    assert reading.tidy["column"].tolist() == ["B", "B", "E", "E"]


def test_side_by_side_of_different_length():
    reading = read("""
        Trust    | Loans |  | Number in debt: |
        Ambleton | 11    |  | 2016/17         | 97
        Brackley | 12    |  | 2017/18         | 102
        Dunmere  | 13    |  |                 |
        Exford   | 17    |  |                 |
    """)
    assert [len(t.frame) for t in reading.tables] == [4, 2] and reading.tables[1].title == "Number in debt:"


def test_header_printed_again_on_the_next_page():
    reading = read("""
        System   | Plan | Outturn
        Ambleton | 5    | 4
        System   | Plan | Outturn
        Brackley | 6    | 7
    """)
    assert figures(reading) == PLAIN_FIGURES and said(reading, "header printed again")


def test_long_table_with_year_and_code_columns():
    reading = read("""
        year | org_code | metric | value | unit
        2023 | QAA      | Beds   | 210   | beds
        2023 | QBB      | Beds   | 310   | beds
        2024 | QAA      | Beds   | 220   | beds
    """)
    assert reading.tidy["period"].tolist() == ["2023", "2023", "2024"] and reading.tidy["unit"].tolist() == ["beds"] * 3
    assert reading.tables[0].values == ("value",)


def test_words_only():
    reading = read("""
        CCG | ICB | Name
        99C | QHM | Ambleton
        00C | QHM | Brackley
        00D | QOP | Dunmere
    """)
    assert reading.table["ICB"].tolist() == ["QHM", "QHM", "QOP"] and len(reading.tidy) == 0


def test_notes_sheet_empty_sheet_and_data_sheet():
    reading = read_sheet(xlsx(Notes="Notes\nWeighting is by activity.", Pivot="", Data=PLAIN))
    assert (
        len(reading.tables) == 1
        and reading.tables[0].sheet == "Data"
        and "Weighting is by activity." in reading.notes["text"].tolist()
    )
    assert figures(read_sheet(xlsx(Notes="Notes", Data=PLAIN), sheet="Data")) == PLAIN_FIGURES


def test_titles_printed_twice_and_titles_missing():
    reading = read("""
        System   | Total | Total |
        Ambleton | 5     | 4     | 1
        Brackley | 6     | 8     | 2
    """)
    assert list(reading.table) == ["System", "Total", "Total (2)", "Column D"] and said(reading, "has no title")


def test_no_header_at_all():
    reading = read("""
        Ambleton | 5 | 4
        Brackley | 6 | 7
    """)
    assert said(reading, "no header row") and reading.tidy["value"].tolist() == [5, 6, 4, 7]


def test_zip_of_text_and_workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parcel:
        parcel.writestr("a/plans.csv", csv(PLAIN))
        parcel.writestr("beds.xlsx", xlsx(T1=PLAIN))
        parcel.writestr("readme.md", "not a table")
    reading = read_sheet(file.getvalue())
    assert figures(reading) == PLAIN_FIGURES * 2 and set(reading.tidy["sheet"]) == {"a/plans.csv", "beds.xlsx/T1"}
