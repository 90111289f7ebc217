"""Projections from earlier years: no peeking, the naive forecast beside, and fans widened by a rule that holds on figures it was not learnt from."""

import numpy as np
import pandas as pd
import pytest

from icslib.errors import NotIdentified
from icslib.workforce.backtest import back_test, factor


def stocks(growth):
    return pd.DataFrame(100 * np.cumprod(1 + np.asarray(growth) / 100, axis=0), index=range(2010, 2010 + len(growth)))


def test_the_back_test_beats_naive_on_a_trend_and_says_so():
    rng = np.random.default_rng(3)
    growth = rng.normal(3.0, 0.5, (14, 20))
    tested = back_test(stocks(growth), draws=400)
    assert (tested.table["ratio"] < 0.5).all() and tested.table["inside"].between(85, 100).all()
    assert (tested.misses["origin"] + tested.misses["horizon"] <= 2023).all()
    assert "last value" in tested.finding


def test_no_future_figure_reaches_a_projection():
    stock = pd.Series(np.linspace(100, 130, 12), index=range(2012, 2024))
    changed = stock.copy()
    changed[2023] = 999.0
    early, late = (back_test(s, horizons=(1,), draws=200).misses.query("origin < 2022")["projected"] for s in (stock, changed))
    pd.testing.assert_series_equal(early, late)


def test_the_factor_is_an_order_statistic():
    scores = np.arange(1, 40) / 10  # 39 scores: the 38th smallest holds 95% of 40
    assert factor(scores) == 3.8 and factor(scores[:5]) == 1.0 and factor(np.array([2.0, 3.0])) == 3.0


def test_widened_fans_hold_what_plain_ones_do_not():
    """Growth that drifts, which one mean of the past does not know: the plain fan is too narrow far out, the widened one holds in series left out."""
    rng = np.random.default_rng(5)
    drift = np.cumsum(rng.normal(0, 1.0, (16, 200)), axis=0)
    table = back_test(stocks(2 + drift), draws=300).table
    assert table.loc[5, "inside"] < 88 and table.loc[5, "widen"] > 1.3
    assert table["others"].between(92, 98).all() and table["later"].between(85, 100).all()


def test_where_plain_fans_hold_they_are_left_as_they_are():
    rng = np.random.default_rng(6)
    table = back_test(stocks(rng.normal(2.0, 1.5, (16, 200))), draws=300).table
    assert table["inside"].between(92, 98).all() and table["widen"].between(1.0, 1.2).all()


def test_one_series_or_one_origin_says_what_it_cannot():
    table = back_test(
        pd.Series(np.linspace(100, 130, 8) + np.arange(8) % 2, index=range(2012, 2020)), horizons=(3,), draws=50
    ).table
    assert np.isnan(table.loc[3, "others"]) and np.isnan(table.loc[3, "later"])
    with pytest.raises(NotIdentified, match="No series has"):
        back_test(pd.Series([1.0, 2.0, 3.0], index=[2020, 2021, 2022]))
