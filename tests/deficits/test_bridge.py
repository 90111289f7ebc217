"""Bridges add up to the pound; the straight line is judged where the year has closed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import icslib as ics
from icslib.deficits.basis import Basis, Positions, name_bases
from icslib.deficits.bridge import REST, bridge
from icslib.deficits.months import month_path, months_to_date, year_end_variance
from icslib.errors import BasisError


def at(values, kind="plan", period="2023-24", **basis):
    return Positions(pd.Series(values), Basis(kind, **basis), period, (f"typed!!{kind}",))


def test_a_bridge_over_two_bases_names_each_step_and_the_rest():
    made = bridge(
        at({"E": -2200.0}, support="before"),
        at({"E": 0.0}, support="after"),
        at({"E": -563.0}, "outturn", support="after"),
        known={"support held back": -91.0},
    )
    table = made.table
    assert table["step"].tolist() == [
        "plan 2023-24, before support", "support in the plan of 2023-24", "support held back", REST, "outturn 2023-24, after support",
    ]  # fmt: skip
    assert table["value"].tolist() == [-2200.0, 2200.0, -91.0, -472.0, -563.0]
    assert made.cells == ("typed!!outturn", "typed!!plan")
    assert "−£2.2bn" in made.finding and "(£2.2bn)" in made.finding and made.support == 2200.0


@settings(deadline=None)
@given(st.lists(st.floats(-5000, 5000), min_size=2, max_size=2), st.lists(st.floats(-900, 900), max_size=6))
def test_every_bridge_sums_exactly_in_pounds(ends, steps):
    made = bridge(at({"A": ends[0]}), at({"A": ends[1]}, "outturn"), known={f"s{i}": s for i, s in enumerate(steps)}).table
    inside = made[made["role"] == "step"]["pounds"].sum()
    assert made["pounds"].iloc[0] + inside == made["pounds"].iloc[-1] == round(ends[1] * 1_000_000)
    assert made["running"].iloc[-1] == made["value"].iloc[-1]


def test_a_bridge_needs_both_ends_one_scope_and_no_gap():
    with pytest.raises(BasisError, match="two positions"):
        bridge(at({"A": 1.0}))
    with pytest.raises(BasisError, match="differ in scope"):
        bridge(at({"A": 1.0}), at({"A": 1.0}, scope="provider"))
    with pytest.raises(BasisError, match="B has only one"):
        bridge(at({"A": 1.0, "B": 2.0}), at({"A": 1.0}))
    with pytest.raises(BasisError, match="A has a gap"):
        bridge(at({"A": float("nan")}), at({"A": 1.0}))


PATH = pd.DataFrame(
    [["E", 2023, 6, -650.0], ["E", 2024, 4, -800.0], ["E", 2024, 10, -1100.0], ["E", 2025, 4, -490.0]],
    columns=["place", "fy", "month", "value"],
)
ENDS = pd.DataFrame([["E", 2023, -530.0], ["E", 2024, -700.0]], columns=["place", "fy", "value"])


def test_the_straight_line_is_judged_by_hand_sums():
    path = month_path(PATH, ENDS)
    assert path.table["straight_line"].tolist() == [-1300.0, -2400.0, -1320.0, -1470.0]
    assert path.errors.loc["straight_line", ["figures", "years"]].tolist() == [3, 2]
    assert path.errors.loc["straight_line", "mean"] == pytest.approx((-770 - 1700 - 620) / 3)
    assert path.errors.loc["no_more", "mean_absolute"] == pytest.approx((120 + 100 + 400) / 3)
    assert "missed by £1.0bn on average, every time too gloomy" in path.finding
    assert pd.isna(path.table["outturn"].iloc[-1])


def test_the_line_that_errs_both_ways_is_said_to():
    ends = ENDS.assign(value=[-1900.0, -700.0])
    assert "too gloomy by £573m on balance" in month_path(PATH, ends).finding


YEAR_END = """
QQA | system | variance_from_plan | outturn | 2022-23 | -534  | GBP m | Board |
QQA | system | surplus            | outturn | 2022-23 | -621  | GBP m | Board |
QQA | system | surplus            | plan    | 2022-23 | -100  | GBP m | Board |
QQA | system | surplus            | plan    | 2023-24 | -650  | GBP m | Press |
QQA | system | surplus            | plan    | 2023-24 | -720  | GBP m | Weekly |
QQA | system | surplus            | outturn | 2023-24 | -1400 | GBP m | Board |
QQA | system | surplus            | plan    | 2024-25 | -10   | GBP m | Board |
"""


def test_the_year_end_is_as_printed_or_outturn_less_a_named_plan(figures, rules):
    named = name_bases(
        figures(YEAR_END), pd.concat([rules, rules.head(1).assign(measure="variance_from_plan", what="variance from plan")])
    )
    with pytest.raises(BasisError, match=r"plan of 2023-24 is printed as -650 \(Press\), -720 \(Weekly\)"):
        year_end_variance(named)
    found = year_end_variance(named, plan_from={"2023-24": "Weekly"})
    assert found["value"].tolist() == [-534.0, -680.0] and found["fy"].tolist() == [2023, 2024]
    assert found["how"].tolist() == ["as printed", "outturn (support after) less plan (support not stated)"]


def test_without_a_closed_year_the_line_is_not_judged():
    assert "cannot be judged" in month_path(PATH).finding


def test_impossible_months_and_two_outturns_are_refused():
    with pytest.raises(BasisError, match=r"\[13\] seen"):
        month_path(PATH.assign(month=13))
    with pytest.raises(BasisError, match=r"E 2023 has two outturns: \[-530.0, -534.0\]"):
        month_path(PATH, pd.concat([ENDS, ENDS.head(1).assign(value=-534.0)]))


def test_the_month_is_read_from_the_last_day():
    rows = pd.DataFrame(
        {"period": ["2022-23 M6", "2022-23 M12", "2022-23"], "end": pd.to_datetime(["2022-09-30", "2023-03-31", "2023-03-31"])}
    )
    rows = rows.assign(kind="year to date", what="variance from plan", scope="system", value=[-1.0, -2.0, -3.0], fy=2023)
    assert months_to_date(rows)["month"].tolist() == [6, 12]


def test_the_outturn_links_to_its_own_cell_and_not_to_the_figure_to_date():
    to_date = pd.DataFrame(
        {"place": ["E", "E"], "fy": [2023, 2024], "month": [6, 6], "value": [-650.0, -900.0], "cells": [("f!!E2",), ("f!!E3",)]}
    )
    end = pd.DataFrame({"place": ["E"], "fy": [2023], "value": [-530.0], "cells": [("f!!E9", "f!!E10")]})
    path = ics.month_path(to_date, end)
    assert path.table["cells:to_date"].tolist() == [("f!!E2",), ("f!!E3",)] and "cells" not in path.table
    assert path.table["cells:outturn"].iloc[0] == ("f!!E9", "f!!E10")
    assert ics.plot(path).record()["cells"] == {
        "cells:to_date": [["f!!E2"], ["f!!E3"]],
        "cells:outturn": [["f!!E10", "f!!E9"], []],
    }
