"""Inherited debt: places add up to the loan rows, headline and rows part for a written reason."""

import pandas as pd
import pytest

from icslib import store
from icslib.deficits import heads, inherited_debt, loan_totals, owed, planned_by_system, scaled, trust_table
from icslib.errors import BasisError

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
    frame = frame.assign(place_type="trust", measure="loan_closing", unit="GBP m", basis="outturn", flag="", lower=float("nan"), upper=float("nan"))
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
    assert loan_totals(pd.concat([loans, headline]))["reason"].tolist() == ["the headline is the sum of the rows", "no headline is held"]
    with pytest.raises(BasisError, match=r"headline for interim revenue support at 2019-03-31 is 20, its rows sum to 16.5, and no reason"):
        loan_totals(pd.concat([loans, headline.assign(value=20.0)]))


@pytest.mark.parametrize("to, vintage", [("system", "2022-07"), ("system", "2026-04"), ("trust", "2025-10")])
def test_the_real_loans_add_up_to_their_own_totals_for_each_year_and_kind(to, vintage):
    real = store.load("loans")
    rows = real[(real["measure"] == "loan_closing") & (real["place_type"] == "trust")]
    whole = rows.groupby(["period", "loan_type"])["value"].sum()
    placed = -inherited_debt(real, to, vintage).groupby(["period", "loan_type"])["value"].sum()
    pd.testing.assert_series_equal(placed, whole, check_names=False)


def test_each_real_headline_is_the_sum_or_has_its_reason():
    table = loan_totals(store.load("loans"))
    assert table["printed"].notna().sum() == 3 and (table["reason"] != "").all()
    parted = table[table["difference"].abs() > 0.001]
    assert parted["period"].tolist() == ["2017-03-31"] and parted["difference"].iloc[0] == pytest.approx(10.0 - 64.272)


def test_the_reason_holds_in_the_official_book(official):
    book = pd.read_excel(next(official.rglob("*NHS loans - ALL DATA.xlsx")), sheet_name="ALL TRUSTS", engine="calamine")
    told = book.set_index("Org name")["2016/17"].dropna() / 1e6
    real = store.load("loans").query("period == '2017-03-31' and measure == 'loan_closing' and loan_type == 'interim revenue support' and place_type == 'trust'")
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
