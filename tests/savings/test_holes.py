"""The carried-forward hole: linear under one reading, bounded under the other, both in closed form."""

import numpy as np
import pytest

from icslib.errors import BasisError
from icslib.savings.holes import carry_forward
from icslib.savings.programme import DELIVERY, make_programme

SURE = DELIVERY.assign(mean=0.8, sd=1e-4)
MIX = {"high": 0.36, "medium": 0.25, "low": 0.39}


def test_both_readings_in_closed_form():
    found = carry_forward(make_programme({"QQA": 100.0}, MIX, 0.5), years=10, draws=200, delivery=SURE)
    ud = 0.5 * 0.8
    for year in (1, 3, 10):
        assert found.table.loc[("not replaced", year), "mean"] == pytest.approx(year * ud * 100, rel=1e-3)
        geometric = 100 * sum(ud**k for k in range(1, year + 1))
        assert found.table.loc[("rolled into the next ask", year), "mean"] == pytest.approx(geometric, rel=1e-3)
    assert found.limit == pytest.approx(100 * ud / (1 - ud))


def test_the_second_reading_is_bounded_and_the_first_is_not():
    table = carry_forward(make_programme({"QQA": 60.0, "QQB": 40.0}, MIX, 0.35), years=10, draws=2000).table
    rolled = table.loc["rolled into the next ask", "mean"]
    assert rolled.diff().iloc[-1] < 0.5 and table.loc["not replaced", "mean"].diff().iloc[-1] > 25
    assert (table["p10"] <= table["p50"]).all() and (table["p50"] <= table["p90"]).all()


def test_the_expected_hole_of_random_delivery_is_the_closed_form_of_the_means():
    """Delivery is drawn anew each year, so means multiply."""
    programme = make_programme({"QQA": 100.0}, MIX, 0.35)
    found = carry_forward(programme, years=5, draws=40_000)
    ud = 0.35 * (np.array(list(MIX.values())) @ DELIVERY["mean"])
    assert found.table.loc[("rolled into the next ask", 5), "mean"] == pytest.approx(
        100 * sum(ud**k for k in range(1, 6)), rel=0.005
    )


def test_nothing_one_off_leaves_no_hole():
    assert carry_forward(make_programme({"QQA": 100.0}, MIX, 0.0), draws=200).table["mean"].abs().max() == 0.0


def test_years_out_of_range_are_refused():
    with pytest.raises(BasisError, match="years is 0"):
        carry_forward(make_programme({"QQA": 1.0}, MIX, 0.3), years=0)
