"""Readers of staff, vacancies, ambulances and accounts."""

import pytest
from drawing import draw, know, source, whole

from icslib import catalog, store
from icslib.errors import SheetError
from icslib.sheets import Page
from icslib.sources.ambulance import IDS, MEASURES, tidy_ambulance
from icslib.sources.monthly_series import tidy_monthly_series
from icslib.sources.staff_nationality import tidy_staff_nationality
from icslib.sources.tac_accounts import tidy_tac_accounts


def test_staff_keep_group_and_nationality():
    page = draw(
        "Month | Organisation code | Organisation name | Staff group | Nationality | FTE\n2017-SEP | RAA | Ambleton | Managers | British | 4.5",
        "Data",
    )
    frame = tidy_staff_nationality({"Data": page}, source("staff_nationality"))
    assert frame[["place", "period", "value", "staff_group", "nationality"]].values.tolist() == [
        ["RAA", "2017-09", 4.5, "Managers", "British"]
    ]


def test_england_had_a_million_staff_in_both_months():
    sums = store.load("staff_nationality").groupby("period")["value"].sum()
    assert sums.round(-3).to_dict() == {"2017-09": 1_053_000.0, "2018-06": 1_062_000.0}


def test_advertised_vacancies_are_far_from_the_headline():
    page = whole(
        "vacancies_regional",
        "region_code | region_name | month_key | vacancy_wte_total | vacancy_wte_nursing\nY59 | South East | 201604 | 2150.92 | 655.42",
    )
    assert tidy_monthly_series({"": page}, source("vacancies_regional"))["value"].tolist() == [2150.92, 655.42]
    sums = store.load("vacancies_regional").query("measure == 'vacancies_advertised'").groupby("period")["value"].sum()
    assert 5_000 < sums.min() < sums.max() < 30_000


def ambulance(england: int = 30) -> dict:
    rest = " | ".join(["500"] * (len(MEASURES) - 1))
    lines = [" | ".join([*IDS, *MEASURES])]
    for region, code, incidents in (
        ("Eng", "Eng", england),
        ("Y56", "RRU", 10),
        ("Y59", "RYE", 20),
        ("London", "Y56", 10),
        ("South East", "Y59", 20),
    ):
        lines.append(f"2024 | 1 | {region} | {code} | {incidents} | {rest}")
    lines[2] = lines[2].replace("500", ".", 1)
    return {"": whole("ambulance", "\n".join(lines))}


def test_services_regions_and_england_are_told_apart_and_a_dot_is_no_figure():
    frame = tidy_ambulance(ambulance(), source("ambulance"))
    kinds = frame.query("measure == 'ambulance_category_1_incidents'").set_index("place")["place_type"].to_dict()
    assert kinds == {"E92000001": "england", "RRU": "trust", "RYE": "trust", "Y56": "region", "Y59": "region"}
    assert frame[frame["flag"] != ""][["place", "measure", "flag"]].values.tolist() == [
        ["RRU", "ambulance_category_1_mean", "not available"]
    ]


def test_services_that_do_not_make_england_are_an_error():
    with pytest.raises(SheetError, match="category 1 incidents, trust"):
        tidy_ambulance(ambulance(england=40), source("ambulance"))


def test_whole_months_of_the_official_excerpt_add_up_and_the_cut_one_is_noticed(official, monkeypatch):
    from icslib.sheets import open_pages

    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    known = catalog.get("ambulance")
    page = open_pages(catalog.need_file(known))[""]
    with pytest.raises(SheetError, match="England 2024-05, category 1 incidents"):
        tidy_ambulance({"": page}, known)
    whole = Page([row for row in page.grid[:] if row[1] != "5"], "", page.file)
    frame = tidy_ambulance({"": whole}, known)
    january = frame.query("place == 'E92000001' and period == '2024-01'").set_index("measure")["value"]
    assert january[["ambulance_category_1_incidents", "ambulance_category_1_mean", "ambulance_category_2_mean"]].tolist() == [
        81_864,
        505,
        2_406,
    ]


FORM = [
    ["", "Note 3 Operating expenditure", "", "", "A08CY01", "A08PY01", "Maincode"],
    ["", "", "", "Expected sign", "Total", "Total", ""],
    ["", "", "", "", "2023/24", "2022/23", ""],
    ["", "", "", "", "£000", "£000", "Subcode"],
    ["", "Staff and executive directors costs", "", "+", 1500.0, 1250.0, "EXP0130"],
    ["", "A heading", "", "", "", "", ""],
    ["", "Hospitality", "", "+", "", 4.0, "EXP0380K"],
    ["", "", "", "", "", "", ""],
    ["", "Note 5.1 Average number", "", "", "A09CY06", "Maincode", ""],
    ["", "", "", "", "2023/24", "", ""],
    ["", "", "", "", "No.", "Subcode", ""],
    ["", "Nurses", "", "+", 321.0, "STA0540", ""],
]
CODES = ["Note 3 Operating expenditure", "A08CY01 | Total | (year) | £000", "A08PY01 | Total | (year) | £000"]


def test_a_filled_form_is_read_by_its_codes(monkeypatch):
    know(monkeypatch, tac_accounts__TAC08=[*CODES, "Note 5.1 Average number", "A09CY06 | (year) | No."])
    frame = tidy_tac_accounts({"TAC08": Page(FORM, "TAC08", "form.xlsx")}, source("tac_accounts", "2023-24"), place="RAA")
    assert frame[["measure", "maincode", "period", "value", "unit", "label", "row", "column"]].values.tolist() == [
        ["tac_exp0130", "A08CY01", "2023-24", 1.5, "GBP m", "Staff and executive directors costs", 5, "E"],
        ["tac_exp0130", "A08PY01", "2022-23", 1.25, "GBP m", "Staff and executive directors costs", 5, "F"],
        ["tac_exp0380k", "A08PY01", "2022-23", 0.004, "GBP m", "Hospitality", 7, "F"],
        ["tac_sta0540", "A09CY06", "2023-24", 321.0, "number", "Nurses", 12, "E"],
    ]


def test_the_published_file_is_read_whatever_it_calls_the_organisation():
    page = draw("""
OrgName  | WorkSheetName | TableID | MainCode | RowNumber | SubCode | ValueNumber
Ambleton | TAC08         | 1       | A08CY01  | 5         | EXP0130 | 1500
Ambleton | TAC08         | 1       | A08PY01  | 5         | EXP0130 | 1250
""")
    frame = tidy_tac_accounts({"All data": page}, source("tac_accounts", "2023-24"))
    assert frame[["place", "period", "value", "unit"]].values.tolist() == [
        ["Ambleton", "2023-24", 1500, "form unit"],
        ["Ambleton", "2022-23", 1250, "form unit"],
    ]


def test_an_empty_form_is_a_sentence_and_the_official_layout_has_its_codes(official, monkeypatch):
    from icslib.sheets import open_pages

    with monkeypatch.context() as patch, pytest.raises(SheetError, match="holds no figures in the layout of the accounts forms"):
        know(patch, tac_accounts__TAC08=CODES)
        tidy_tac_accounts({"TAC08": Page(FORM[:4], "TAC08")}, source("tac_accounts", "2023-24"))
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    known = catalog.get("tac_accounts")
    frame = tidy_tac_accounts(open_pages(catalog.need_file(known)), known)
    assert {"A02CY01", "A08PY01"} <= set(frame["maincode"]) and "SCI0140A" in set(frame["subcode"])
