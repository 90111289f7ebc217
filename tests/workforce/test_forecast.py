"""Rolling-origin accuracy: the models find what was planted, and see nothing of the future."""

import numpy as np
import pandas as pd
import pytest

from icslib.errors import NotIdentified, ParameterError
from icslib.workforce.forecast import forecast_series


def monthly(values):
    return pd.Series(values, index=pd.period_range("2016-04", periods=len(values), freq="M"), name="Vacancies")


def seasonal(months=108, trend=1.5, seed=5):
    t = np.arange(months)
    return monthly(500 + trend * t + 40 * np.sin(2 * np.pi * t / 12) + np.random.default_rng(seed).normal(0, 4, months))


def test_a_planted_season_and_trend_are_found_by_the_models_that_know_them():
    made = forecast_series(seasonal(), horizons=(1, 12), origins=2)
    scaled = made.accuracy["scaled"].unstack()
    assert made.best in ("ets", "arima") and scaled.loc[made.best].mean() < 0.6
    assert scaled.loc["naive", 12] > scaled.loc[made.best, 12]
    assert (made.ahead["low"] < made.ahead["mean"]).all() and len(made.ahead) == 12


def test_the_scaled_error_of_repeating_last_year_is_near_one_on_a_random_walk_of_years():
    rng = np.random.default_rng(0)
    made = forecast_series(
        monthly(100 + np.repeat(rng.normal(0, 5, 12).cumsum(), 12)), models=("seasonal",), horizons=(12,), origins=4
    )
    assert 0.2 < made.accuracy["scaled"].iloc[0] < 3


def test_intervals_hold_about_as_often_as_they_say():
    inside = [
        forecast_series(seasonal(seed=s), models=("arima",), horizons=(1, 3), origins=3).accuracy["inside"].mean()
        for s in range(2)
    ]
    assert np.mean(inside) > 80


def test_the_future_does_not_reach_an_origin():
    plain, bent = seasonal(), seasonal()
    bent.iloc[-1] = 9_999.0
    one, two = (
        forecast_series(s, models=("naive", "seasonal"), horizons=(1,), origins=1) for s in (plain.iloc[:-1], bent.iloc[:-1])
    )
    pd.testing.assert_frame_equal(one.accuracy, two.accuracy)


def test_gaps_short_series_and_unknown_models_are_refused():
    with pytest.raises(NotIdentified, match="have no figure"):
        forecast_series(seasonal().drop(pd.Period("2018-01", "M")))
    with pytest.raises(NotIdentified, match="cannot judge"):
        forecast_series(seasonal(50))
    with pytest.raises(ParameterError, match="not known"):
        forecast_series(seasonal(), models=("prophet",))
