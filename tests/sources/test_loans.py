import pandas as pd
import pytest
from drawing import draw, source

from icslib import store
from icslib.errors import SheetError
from icslib.sources.loans import tidy_loans

LOANS = """
Org Name     | Code | Loan Type | Loan Amount | Term | Opening Balance | Drawn in Year 2016-17 | Repaid in Year 2016-17 | SUM of Closing balance @31/03/2017
Ambleton NHS | RAA  | Rev       | 8000        | 3/0  | -               | 8000                  | -                      | 8000
Ambleton NHS | RAA  | Rev       | 2000        | 3/0  | 500             | 1,500                 | 250                    | 1750
"""
NORMAL = """
Trust Name   | Org code | Loan type | Closing balance as of 31/03/17
Brackley NHS | RBB      | Cap       | 300
"""
PIVOT = """
Org Name     | SUM of SUM of Closing balance | |
Ambleton NHS | 9750                          | |
Grand Total  | {total}                       | |
"""


def book(total: int = 9750) -> dict:
    pages = {"Data": LOANS, "Normal course of business to ad": NORMAL, "IRSL(USE)": PIVOT.format(total=total)}
    return {name: draw(text, name) for name, text in pages.items()}


def test_a_dash_is_nil_and_thousands_become_millions():
    frame = tidy_loans(book(), source("loans", "2016-17"))
    loans = frame[frame["place"] == "RAA"].pivot(index="row", columns="measure", values="value")
    assert loans.loc[2].to_dict() == {"loan_opening": 0, "loan_drawn": 8, "loan_repaid": 0, "loan_closing": 8}
    assert frame.loc[frame["measure"] == "loan_closing", ["place", "value", "loan_type", "column"]].values.tolist() == [
        ["RAA", 8.0, "interim revenue support", "I"],
        ["RAA", 1.75, "interim revenue support", "I"],
        ["RBB", 0.3, "normal course of business", "D"],
    ]


def test_balances_stand_on_their_days_and_flows_in_their_year():
    frame = tidy_loans(book(), source("loans", "2016-17")).drop_duplicates("measure").set_index("measure")
    assert frame.loc["loan_opening", "end"] == pd.Timestamp("2016-04-01")
    assert frame.loc["loan_closing", "end"] == pd.Timestamp("2017-03-31")
    assert frame.loc["loan_drawn", "period"] == "2016-17"


def test_a_grand_total_that_the_loans_do_not_make_is_an_error():
    with pytest.raises(SheetError, match=r"add up to 9\.75 but 9\.90 is printed"):
        tidy_loans(book(total=9900), source("loans", "2016-17"))


@pytest.mark.parametrize(
    ("period", "kind", "total"),
    [
        ("2017-03-31", "interim revenue support", 4723.027),
        ("2017-03-31", "normal course of business", 3049.002),
        ("2019-03-31", "interim revenue support", 10144.201),
        ("2019-03-31", "normal course of business", 3041.507),
        ("2019-03-31", "interim capital support", 793.073),
    ],
)
def test_national_totals_by_year_and_type(period, kind, total):
    loans = store.load("loans").query("place_type == 'trust' and measure == 'loan_closing'")
    rows = loans[(loans["period"] == period) & (loans["loan_type"] == kind)]
    assert rows["value"].sum() == pytest.approx(total, abs=0.001)


def test_the_england_figure_of_2017_18_is_what_trusts_open_the_next_year_with():
    loans = store.load("loans")
    england = loans.query("place_type == 'england' and period == '2018-03-31'")["value"].item()
    opening = loans.query("measure == 'loan_opening' and period == '2018-04-01' and loan_type == 'interim revenue support'")
    assert opening["value"].sum() == pytest.approx(england, abs=0.001)
