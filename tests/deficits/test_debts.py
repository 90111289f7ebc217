"""Inherited debt: places add up to the loan rows, headline and rows part for a written reason."""

import pandas as pd
import pytest

import icslib as ics
from icslib import store
from icslib.deficits.association import explain_deficits
from icslib.deficits.debts import borrowing_panel, inherited_debt, loan_totals, owed
from icslib.deficits.people import heads, scaled
from icslib.deficits.trusts import planned_by_system, trust_table
from icslib.errors import BasisError
from icslib.register import canonical
from icslib.tidy import observations

LOANS = """
R1H | 2019-03-31 | interim revenue support   | 10.0 | Barts Health
R1H | 2019-03-31 | interim revenue support   | 2.5  | Barts Health
RWD | 2019-03-31 | interim revenue support   | 4.0  | United Lincolnshire
RWD | 2019-03-31 | normal course of business | 1.0  | United Lincolnshire
"""


@pytest.fixture
def loans():
    rows = [[cell.strip() for cell in line.split("|")] for line in LOANS.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=["place", "period", "loan_type", "value", "name"]).astype({"value": float})
    frame["start"] = frame["end"] = pd.to_datetime(frame["period"])
    frame = frame.assign(
        place_type="trust", measure="loan_closing", unit="GBP m", basis="outturn", flag="", lower=float("nan"), upper=float("nan")
    )
    return frame.assign(source="typed", sheet="", row=range(2, 6), column="D")


def test_debts_are_negative_positions_that_know_their_cells(loans):
    debts = inherited_debt(loans).set_index(["place", "loan_type"])
    assert debts.loc[("QMF", "interim revenue support"), "value"] == -12.5
    assert debts.loc[("QMF", "interim revenue support"), "cells"] == ("typed!!D2", "typed!!D3")
    assert debts["value"].sum() == -17.5


def test_a_place_without_a_loan_owed_nothing_and_kinds_stay_apart(loans):
    found = owed(inherited_debt(loans), ["QMF", "QJM", "QNQ"])
    assert found.values.to_dict() == {"QMF": -12.5, "QJM": -4.0, "QNQ": 0.0}
    assert owed(inherited_debt(loans), ["QJM"], kinds=("normal course of business",)).values.tolist() == [-1.0]
    with pytest.raises(BasisError, match=r"No loans of kind .* are held for 2010-03-31"):
        owed(inherited_debt(loans), ["QJM"], day="2010-03-31")


def test_a_headline_that_parts_from_its_rows_needs_a_written_reason(loans):
    headline = loans.head(1).assign(place="E92000001", place_type="england", value=16.5)
    assert loan_totals(pd.concat([loans, headline])).table["reason"].tolist() == [
        "the headline is the sum of the rows",
        "no headline is held",
    ]
    with pytest.raises(
        BasisError, match=r"headline for interim revenue support at 2019-03-31 is 20, its rows sum to 16.5, and no reason"
    ):
        loan_totals(pd.concat([loans, headline.assign(value=20.0)]))


@pytest.mark.parametrize("to, vintage", [("system", "2022-07"), ("system", "2026-04"), ("trust", "2025-10")])
def test_the_real_loans_add_up_to_their_own_totals_for_each_year_and_kind(to, vintage):
    real = store.load("loans")
    whole = loan_totals(real).table.set_index(["period", "loan_type"])["rows"]
    placed = -inherited_debt(real, to, vintage, openings=True).groupby(["period", "loan_type"])["value"].sum()
    assert len(placed) == 9 and set(placed.index.get_level_values("period")) == {f"{year}-03-31" for year in range(2016, 2020)}
    pd.testing.assert_series_equal(placed, whole, check_names=False)
    closings = -inherited_debt(real, to, vintage).groupby(["period", "loan_type"])["value"].sum()
    pd.testing.assert_series_equal(closings, whole.loc[["2017-03-31", "2019-03-31"]], check_names=False)


def test_each_real_headline_is_the_sum_or_has_its_reason():
    totals = loan_totals(store.load("loans"))
    table = totals.table
    assert (
        totals.finding == "2 of 3 printed headlines are the sum of their loan rows; that of 2017-03-31 is £54.3m below its own."
    )
    assert table["printed"].notna().sum() == 3 and (table["reason"] != "").all()
    parted = table[table["difference"].abs() > 0.001]
    assert parted["period"].tolist() == ["2017-03-31"] and parted["difference"].iloc[0] == pytest.approx(10.0 - 64.272)


def test_the_reason_holds_in_the_official_book(official):
    book = pd.read_excel(next(official.rglob("*NHS loans - ALL DATA.xlsx")), sheet_name="ALL TRUSTS", engine="calamine")
    told = book.set_index("Org name")["2016/17"].dropna() / 1e6
    real = store.load("loans").query(
        "period == '2017-03-31' and measure == 'loan_closing' and loan_type == 'interim revenue support' and place_type == 'trust'"
    )
    rows = real.groupby("name")["value"].sum()

    def apart(word):
        mine = rows[rows.index.str.contains(word)]
        return sum(value for name, value in told.items() if word in str(name)) - mine.sum(), mine

    missing, names = apart("George")
    assert missing == pytest.approx(-64.272) and names.filter(like="Healthcare").sum() == pytest.approx(64.272)
    assert apart("Rotherham")[0] == pytest.approx(10.0)


@pytest.fixture(scope="module")
def real():
    return {name: store.load(name) for name in ("loans", "provider_plans", "sickness_absence", "populations")}


def test_planned_positions_are_means_by_size(real):
    size = pd.Series(1.0, index=real["provider_plans"]["place"].unique())
    even = planned_by_system(real["provider_plans"], size)
    plain = real["provider_plans"].query("measure == 'surplus_pct'")
    behind = real["provider_plans"].query("measure == 'surplus_variance_pct'")["value"]
    assert (even["variance"] * even["trusts"]).sum() == pytest.approx(behind.sum()) and even["cells:variance"].map(
        len
    ).sum() == len(behind)
    assert even["trusts"].sum() == len(plain) and even["zeros"].sum() == (plain["value"] == 0).sum()
    assert (even["value"] * even["trusts"]).sum() == pytest.approx(plain["value"].sum())
    with pytest.raises(BasisError, match="trusts with a plan have no size"):
        planned_by_system(real["provider_plans"], size.iloc[5:])


def test_one_row_a_trust_whole_and_in_a_system(real):
    table = trust_table(real["loans"], real["provider_plans"], real["sickness_absence"])
    assert table["place"].is_unique and len(table) == 150 and table["system"].nunique() == 42
    assert (table["owed"] <= 0).all() and table["sickness_absence"].between(2, 10).all()
    assert table["size"].sum() == pytest.approx(1.12e6, rel=0.05)


@pytest.mark.parametrize("vintage", ["2024-04", "2026-04"])
def test_a_trust_that_a_boundary_cuts_is_counted_once(real, vintage):
    table = trust_table(real["loans"], real["provider_plans"], real["sickness_absence"], vintage=vintage)
    assert table["place"].is_unique and table["system"].notna().all()
    size = table.set_index("place")["size"]
    planned = planned_by_system(real["provider_plans"], size, vintage)
    assert len(planned) == table["system"].nunique() and planned["value"].between(-20, 4).all()


def test_people_follow_the_boundaries_and_the_kind_asked_for(real):
    now, later = heads(real["populations"]), heads(real["populations"], vintage="2026-04")
    assert (len(now), len(later)) == (42, 36) and now.sum() == pytest.approx(later.sum())
    assert heads(real["populations"], "need-weighted").sum() == pytest.approx(now.sum())
    with pytest.raises(BasisError, match="not as 'people'"):
        heads(real["populations"], "people")
    debts = owed(inherited_debt(real["loans"]), now.index)
    assert scaled(debts, real["populations"], "total") is debts
    assert (scaled(debts, real["populations"]).values * now).sum() / 1e6 == pytest.approx(debts.total())


def panel(**columns):
    return pd.DataFrame({"place": ["QMF", "QMF", "QJM", "QJM"], "year": [2018, 2019, 2018, 2019], **columns})


def test_what_was_borrowed_in_a_year_is_the_change_of_debt_beside_the_backlog_before(loans):
    people = loans.head(2).assign(
        place=["QMF", "QJM"],
        place_type="system",
        measure="population_registered",
        period="2022-23",
        value=[2e6, 5e5],
        unit="persons",
    )
    start = loans.assign(measure="loan_opening", period="2018-04-01", value=[4.0, 0.5, 3.0, 1.0])
    start["start"] = start["end"] = pd.Timestamp("2018-04-01")
    debts = inherited_debt(pd.concat([loans, start]), openings=True)
    estates = panel(backlog_high_risk=[1.0, 9.0, 2.0, 9.0], backlog_low_risk=[3.0, 9.0, 0.0, 9.0]).assign(
        year=lambda p: p["year"] - 1
    )
    found = borrowing_panel(
        debts, estates, panel(acute_days_sick=[400.0, 500.0, 300.0, 350.0], acute_staff_days=[100.0, 100.0, 100.0, 100.0]), people
    )
    assert found["year"].tolist() == [2019, 2019]
    found = found.set_index("place")
    assert found["borrowed"].to_dict() == {"QJM": 2.0, "QMF": 4.0} and found["sickness_absence"].to_dict() == {
        "QJM": 3.5,
        "QMF": 5.0,
    }
    assert found["backlog"].to_dict() == {"QJM": 4.0, "QMF": 2.0}
    with pytest.raises(BasisError, match=r"no two years running.*openings=True"):
        borrowing_panel(inherited_debt(loans), estates, panel(acute_days_sick=1.0, acute_staff_days=1.0), people)


@pytest.mark.parametrize("vintage, systems", [("2022-07", 42), ("2026-04", 36)])
def test_the_real_panel_carries_every_system_over_three_years(real, vintage, systems):
    estates = ics.load_panel(
        ["backlog_high_risk", "backlog_significant_risk", "backlog_moderate_risk", "backlog_low_risk"],
        2014,
        2017,
        vintage=vintage,
        table="backlog",
    )
    staff = ics.load_panel(["acute_days_sick", "acute_staff_days"], 2017, 2019, vintage=vintage)
    found = borrowing_panel(
        inherited_debt(real["loans"], vintage=vintage, openings=True), estates, staff, real["populations"], vintage
    )
    assert len(found) == 3 * systems and found.notna().all().all()
    people = heads(real["populations"], vintage=vintage)
    borrowed = (found["borrowed"] * found["place"].map(people)).groupby(found["year"]).sum() / 1e6
    totals = loan_totals(real["loans"]).table.query("loan_type == 'interim revenue support'").set_index("period")["rows"]
    assert borrowed.tolist() == pytest.approx(totals.diff().dropna().tolist())
    told = explain_deficits(found, "borrowed", ["backlog", "sickness_absence"])
    assert (told.places, told.years, told.left_out) == (systems, 3, ())
    assert (
        bool(told.apportioned)
        == (vintage == "2026-04")
        == ("Partly apportioned from divided places: yearly borrowing to meet deficits (up to " in told.basis)
    )


def test_distance_to_doctors_stands_for_rurality(official):
    """The Health Index score of nearness is complete by system; the census' rural share is printed for part of the old groups."""
    book = pd.read_csv(next(official.rglob("Annual_Mortality_and_Control_Variables_ccg.csv")), low_memory=False)
    columns = {"Total_Rural_population_2011": "rural", "Total_Urban_population_2011": "urban"}
    people = book[book["ccg19cd"].str.startswith("E38")].dropna(subset=list(columns)).drop_duplicates("ccg19cd")
    long = people.melt("ccg19cd", value_vars=list(columns)).assign(flag="", sheet="", row=range(2 * len(people)), column="T")
    census = observations(
        long,
        place=canonical(long["ccg19cd"]),
        place_type="ccg",
        measure=long["variable"].map(columns),
        period="2018",
        unit="persons",
        basis="estimate",
        source="ccg_mortality",
    )
    by = ics.roll_up(census, "system").pivot(index="place", columns="measure", values="value").dropna()
    share = by["rural"] / by.sum(axis=1)
    near = ics.load_panel(["health_index_distance_to_gp_services"], 2020, 2020).set_index("place")[
        "health_index_distance_to_gp_services"
    ]
    assert near.notna().sum() == 42 and len(share) == 31
    assert share.corr(near) == pytest.approx(-0.93, abs=0.01) and share.corr(near, method="spearman") < -0.9
