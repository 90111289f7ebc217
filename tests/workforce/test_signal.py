"""XmR charts: limits and flags as published, baselines only by stated rule."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icslib.errors import NotIdentified, ParameterError
from icslib.workforce.signal import RULES, _in_runs, _in_trends, _two_of_three, xmr

# The twenty normal draws of R's set.seed(123), whose limits plotthedots prints: mean 0.142, limits -3.01 and 3.29.
NORMAL = [-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285, -0.44566197,
          1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141]  # fmt: skip


def test_limits_are_those_that_plotthedots_publishes_for_this_series():
    base = xmr(pd.Series(NORMAL)).baselines.iloc[0]
    assert (round(base["mean"], 3), round(base["lower"], 2), round(base["upper"], 2)) == (0.142, -3.01, 3.29)


@pytest.mark.parametrize(("near", "flagged"), [
    ([0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0, 0]),
    ([0, 0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]),
    ([1, 0, 0, 1], [0, 0, 0, 0]),
    ([1, 0, 0, 1, 1], [0, 0, 0, 1, 1]),
])  # fmt: skip
def test_two_of_three_flags_the_points_near_the_limit_as_plotthedots_does(near, flagged):
    assert _two_of_three(np.array(near, bool), np.ones(len(near))).astype(int).tolist() == flagged


def test_two_near_opposite_limits_are_no_signal():
    assert not _two_of_three(np.array([True, False, True]), np.array([1, -1, -1])).any()


@pytest.mark.parametrize(
    ("side", "flagged"),
    [([1] * 6, 0), ([1] * 6 + [-1], 0), ([1] * 8 + [-1], 8), ([-1] * 8 + [1], 8), ([1] * 3 + [0] + [1] * 3, 0)],
)
def test_seven_on_one_side_are_a_shift_and_six_are_not(side, flagged):
    assert _in_runs(np.array(side), 7).sum() == flagged


@pytest.mark.parametrize(("value", "flagged"), [
    ([1, 2, 3, 4, 5, 6], []),
    ([1, 2, 3, 3, 4, 5, 6], []),
    ([1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6]),
    ([2, 1, 2, 3, 4, 5, 6, 7, 3], [1, 2, 3, 4, 5, 6, 7]),
    ([2, 7, 6, 5, 4, 3, 2, 1, 3], [1, 2, 3, 4, 5, 6, 7]),
])  # fmt: skip
def test_seven_rising_or_falling_are_a_trend(value, flagged):
    assert np.flatnonzero(_in_trends(np.array(value, float))).tolist() == flagged


def test_a_planted_shift_is_found_and_a_calm_series_is_not():
    rng = np.random.default_rng(4)
    calm = pd.Series(rng.normal(5, 0.2, 24))
    moved = pd.concat([calm, pd.Series(rng.normal(6, 0.2, 12))], ignore_index=True)
    chart = xmr(moved, baseline=24, better="lower")
    assert chart.points["shift"].iloc[24:].all() and chart.points["icon"].iloc[-1] == "concern"
    assert xmr(calm, better="lower").points["outside limits"].sum() == 0


def test_a_jump_is_left_out_of_the_moving_range():
    steady = [10.0, 10.2, 9.9, 10.1, 10.0, 10.2, 9.9, 30.0, 10.1, 10.0, 10.2, 9.9]
    assert xmr(pd.Series(steady)).baselines.iloc[0]["upper"] < 14 < np.mean(steady) + 2.66 * np.abs(np.diff(steady)).mean()


def test_limits_are_set_anew_only_by_a_stated_rule():
    moved = pd.Series([2.0, 1.0] * 8 + [12.0, 11.0] * 8)
    assert len(xmr(moved).baselines) == 1
    asked = xmr(moved, rebase=[16])
    assert asked.baselines["mean"].tolist() == [1.5, 11.5] and asked.points["signal"].eq("").all()
    ruled = xmr(moved, rebase="shift").baselines
    assert ruled["first"].tolist() == [0, 16] and ruled["reason"].iloc[1] == "start of a shift that lasts"


def test_a_gap_breaks_the_moving_range_and_is_named():
    chart = xmr(pd.Series([1.0, 2.0, np.nan, 9.0, 10.0]))
    assert chart.baselines.iloc[0]["upper"] - chart.baselines.iloc[0]["mean"] == pytest.approx(2.66)
    assert chart.gaps == (2,) and chart.points["icon"].isna().sum() == 1


@pytest.mark.parametrize(("better", "icon"), [("higher", "improvement"), ("lower", "concern"), ("", "high")])
def test_the_icon_says_in_words_what_a_signal_means(better, icon):
    assert xmr(pd.Series([5.0, 5.2, 4.9, 5.1, 5.0, 9.0]), better=better).points["icon"].iloc[-1] == icon


def test_a_false_alarm_on_independent_normal_points_is_as_rare_as_three_sigma_says():
    rng = np.random.default_rng(1)
    outside = [xmr(pd.Series(rng.normal(size=60))).points["outside limits"].mean() for _ in range(60)]
    assert 0.0005 < np.mean(outside) < 0.008


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-1e3, 1e3), min_size=8, max_size=40).filter(lambda v: np.ptp(v) > 1e-3),
    st.floats(0.1, 50),
    st.floats(-100, 100),
)
def test_flags_do_not_depend_on_the_unit(values, scale, shift):
    plain = xmr(pd.Series(values).round(3))
    scaled = xmr(pd.Series(values).round(3) * 2.0 ** round(np.log2(scale)))
    assert plain.points[list(RULES)].equals(scaled.points[list(RULES)])


def test_what_cannot_be_charted_is_said():
    with pytest.raises(NotIdentified, match="no moving range"):
        xmr(pd.Series([1.0, np.nan, 3.0]))
    with pytest.raises(ParameterError, match="time order"):
        xmr(pd.Series([1.0, 2.0], index=[2, 1]))
    with pytest.raises(ParameterError, match="no point at"):
        xmr(pd.Series([1.0, 2.0, 3.0]), rebase=[7])


def test_observations_keep_the_cell_of_every_point():
    held = pd.DataFrame({"start": pd.to_datetime(["2024-05-01", "2024-04-01"]), "value": [3.0, 1.0], "measure": "posts"})
    held = held.assign(source="s", sheet="", column="B", row=[3, 2])
    points = xmr(held).points
    assert points["value"].tolist() == [1.0, 3.0] and points["cells"].tolist() == ["s!!B2", "s!!B3"]
