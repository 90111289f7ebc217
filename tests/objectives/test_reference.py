"""Targets against history: hand counts, the noise-only benchmark by brute force, shrinkage and refusals."""

import numpy as np
import pandas as pd
import pytest
from test_visibility import history

from icslib.errors import NotIdentified, PanelError
from icslib.objectives.reference import _fit_in, _noise_alone, _predict, _shrink, outlook
from icslib.stats.process import Process

PANEL = history(places=60)


def test_windows_are_counted_by_hand():
    r = outlook(PANEL, "rate", 5, -0.10)
    wide = np.log(PANEL.pivot(index="place", columns="year", values="rate").to_numpy())
    met = wide[:, 5:] - wide[:, :-5] <= np.log(0.9)
    assert r.share == pytest.approx(met.mean()) and r.windows == met.size == 600
    np.testing.assert_array_equal(r.by_place["achieved"], met.sum(axis=1))
    assert (r.by_place["independent"] == 2).all() and r.independent == 120 and r.calendar == 2
    assert r.low < r.share < r.high and (r.high - r.low) > 2 * 1.96 * np.sqrt(
        0.25 * 0.2 / 600
    )  # wider than as if all 600 were trials


def test_overlapping_windows_are_not_independent_trials():
    assert [_fit_in(np.zeros(15), h) for h in (1, 3, 5, 10, 15)] == [14, 4, 2, 1, 0]
    assert _fit_in(np.array([np.nan, 1, 2, np.nan, 3, np.nan]), 3) == 1


def test_noise_alone_equals_brute_force():
    process = Process(0.5, 0.0, 0.05, 0.0, -0.01, 0.02, np.array([1.0, 1.5]), 1, 2, 15)
    path = np.cumsum(np.random.default_rng(1).normal(-0.01, 0.02, 15))
    rng = np.random.default_rng(2)
    drawn = path + 0.05 * process.scale[:, None] * rng.standard_normal((40_000, 2, 15))
    by_force = (drawn[..., 5:] - drawn[..., :-5] <= np.log(0.9)).mean(axis=(0, 2))
    np.testing.assert_allclose(_noise_alone(process, np.tile(path, (2, 1)), 5, np.log(0.9), -1.0), by_force, atol=0.005)


def test_noise_alone_explains_a_panel_that_is_noise_and_not_one_with_drifts():
    still = outlook(history(places=150, slope=0.0, noise=0.08), "rate", 5, -0.15)
    assert abs(still.share - still.noise_share) < 0.05
    moving = outlook(history(places=150, slope=0.04, noise=0.02), "rate", 5, -0.15)
    assert moving.share > moving.noise_share + 0.15


def test_chance_on_trend_is_calibrated():
    """Ends of simulated histories against what was predicted from their first ten years."""
    process, hits = Process(0.7, 0.03, 0.04, 0.01, -0.01, 0.02, np.ones(200), 1, 200, 15), []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        path = np.cumsum(rng.normal(-0.01, 0.02, 15))
        y = process.simulate(np.arange(15), 1, rng)[0] + path
        known = np.where(np.arange(15) < 10, y, np.nan)
        expected, spread = _predict(process, known, 5)
        hits.append((np.abs(y[:, 14] - y[:, 9] - expected) <= 1.96 * spread).mean())
    assert np.mean(hits) == pytest.approx(0.95, abs=0.04)


def test_shares_of_places_with_few_windows_shrink_to_all_places():
    chance = np.random.default_rng(1).binomial(2, 0.2, 300) / 2  # every place the same, two windows each
    few = _shrink(chance, np.full(300, 2), 0.2)
    assert np.ptp(few) < 0.15 and few[chance == 1].min() > few[chance == 0].max()
    assert _shrink(np.array([1.0, 0.0] * 20), np.full(40, 50), 0.5)[0] > 0.95  # many windows, places that truly differ


def test_the_ladder_gets_steeper_and_takes_noise_out():
    r = outlook(PANEL, "rate", 5, -0.10, horizons=(3, 5, 10, 20))
    rungs = r.targets("P00")
    known = rungs.drop(20)
    assert (known["modest"] >= known["stretching"]).all() and (known["stretching"] >= known["unprecedented"]).all()
    assert rungs.loc[20, ["modest", "stretching"]].isna().all()  # no window is that long
    wide = np.log(PANEL.pivot(index="place", columns="year", values="rate").to_numpy())
    assert np.log(known.loc[5, "unprecedented"] / known.loc[5, "now"]) > (wide[:, 5:] - wide[:, :-5]).min()


def test_years_left_out_start_and_end_no_window_and_a_rise_can_be_a_target():
    assert outlook(PANEL, "rate", 5, -0.10, exclude=[2020, 2021]).windows == 60 * 8
    assert "2020, 2021 left out" in outlook(PANEL, "rate", 5, -0.10, exclude=[2020, 2021]).details
    up, down = outlook(PANEL, "rate", 5, 0.05), outlook(PANEL, "rate", 5, -0.05)
    assert up.share < down.share


def test_places_like_this_one_can_be_named_by_an_attribute():
    fast = PANEL.assign(poor=lambda d: d["place"].str[1:].astype(int) % 2 * 1.0)
    fast.loc[fast["poor"] == 1, "rate"] *= np.exp(-0.05 * (fast["year"] - 2010))
    r = outlook(fast, "rate", 5, -0.15, like="poor")
    by = r.by_place["like"].groupby(fast.groupby("place")["poor"].first()).mean()
    assert by[1.0] > 0.8 and by[0.0] < 0.3


def test_what_cannot_be_asked_is_said():
    with pytest.raises(NotIdentified, match="No place has figures 20 years apart"):
        outlook(PANEL, "rate", 20)
    spans = PANEL.copy()
    spans.attrs["spans"] = {"rate": 3}
    with pytest.raises(NotIdentified, match="One figure of rate spans 3 years, so windows of 2 years overlap themselves"):
        outlook(spans, "rate", 2)
    with pytest.raises(PanelError, match="'Q99' is not in this panel"):
        outlook(PANEL, "rate").targets("Q99")
    assert isinstance(outlook(PANEL, "rate").by_place, pd.DataFrame)
