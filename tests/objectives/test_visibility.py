"""When a real improvement shows: simulation against formula, the order of things, and refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icslib.errors import NotIdentified
from icslib.objectives.power import ramp_weights
from icslib.objectives.visibility import first_visible_year
from icslib.stats.process import Process


def history(places=42, years=15, noise=0.05, slope=0.003, shock=0.02, seed=1):
    """Rates per 100,000: level of each place, a national path, own drifts and noise, on the logarithm."""
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.normal(-0.01, shock, years))
    log = np.log(150) + rng.normal(0, 0.2, (places, 1)) + path + slope * rng.normal(size=(places, 1)) * np.arange(years)
    log = log + noise * rng.normal(size=(places, years))
    place, year = np.indices(log.shape).reshape(2, -1)
    frame = {"place": [f"P{i:02d}" for i in place], "year": 2010 + year, "rate": np.exp(log.ravel())}
    return pd.DataFrame(frame).assign(region=[f"R{i % 6}" for i in place])


PANEL = history()


def test_weights_equal_least_squares_when_errors_are_independent():
    process = Process(0.5, 0.0, 2.0, 0.0, 0.0, 0.1, np.ones(42), 1, 42, 15)
    weights, variance = ramp_weights(process, np.ones(6, dtype=bool), 4)
    ramp = np.r_[np.zeros(6), 1, 2, 3, 4]
    x = np.column_stack([np.ones(10), ramp])
    np.testing.assert_allclose(weights, np.linalg.pinv(x)[1], atol=1e-8)
    assert variance == pytest.approx(4.0 * np.linalg.inv(x.T @ x)[1, 1], rel=1e-6)


def test_years_without_a_figure_carry_no_weight_and_show_it_later():
    process = Process(0.5, 0.0, 2.0, 0.0, 0.0, 0.1, np.ones(42), 1, 42, 15)
    known = np.array([True, True, False, True, False, True])
    weights, _ = ramp_weights(process, known, 4)
    x = np.column_stack([np.ones(10), np.r_[np.zeros(6), 1, 2, 3, 4]])[np.r_[known, [True] * 4]]
    np.testing.assert_allclose(weights[np.r_[known, [True] * 4]], np.linalg.pinv(x)[1], atol=1e-8)
    assert weights[[2, 4]].tolist() == [0, 0]
    gone = [2016, 2017, 2018, 2020]
    holes = PANEL.assign(rate=PANEL["rate"].where(~PANEL["year"].isin(gone)))
    whole = first_visible_year(PANEL, "rate", treated=10, draws=200, exclude=gone)
    less = first_visible_year(holes, "rate", treated=10, draws=200)
    assert (less.power["detectable"] == whole.power["detectable"]).all()  # a gap is a gap, whoever made it
    two = PANEL.assign(rate=PANEL["rate"].where((PANEL["place"] > "P01") | ~PANEL["year"].between(2012, 2019)))
    alone = first_visible_year(two, "rate", treated=1, draws=200).by_place
    assert alone[["P00", "P01"]].min() >= alone.median()


def test_simulation_agrees_with_the_non_central_t():
    r = first_visible_year(PANEL, "rate", treated=10, horizons=range(1, 9), draws=6000)
    np.testing.assert_allclose(r.power["power"], r.power["closed"], atol=0.03)
    np.testing.assert_allclose(r.power["size"], 0.05, atol=0.015)


def test_power_at_the_detectable_change_is_the_power_asked_for():
    r = first_visible_year(PANEL, "rate", treated=10, horizons=[5], draws=500)
    at = first_visible_year(PANEL, "rate", float(r.power["detectable"].iloc[0]), treated=10, horizons=[5], draws=500)
    assert at.power["closed"].iloc[0] == pytest.approx(0.8, abs=1e-6)


def test_more_places_a_longer_baseline_and_no_shared_movement_show_it_sooner():
    year = lambda **options: first_visible_year(PANEL, "rate", draws=400, **options).first_year or 99  # noqa: E731
    assert year(treated=10) < year(treated=1)
    assert year(treated=10, baseline=10) <= year(treated=10, baseline=3)
    assert year(treated=10) <= year(treated=10, shared=0.3)
    alone = first_visible_year(PANEL, "rate", treated=1, draws=500)
    assert len(alone.by_place) == 42 and alone.by_place.min() <= alone.first_year <= alone.by_place.max()


def test_shared_movement_is_estimated_from_an_attribute():
    rng = np.random.default_rng(2)
    shock = {(region, year): s for region in range(6) for year, s in zip(range(2010, 2025), rng.normal(0, 0.08, 15), strict=True)}
    moved = PANEL.assign(
        rate=[v * np.exp(shock[int(r[1]), y]) for v, r, y in zip(PANEL["rate"], PANEL["region"], PANEL["year"], strict=True)]
    )
    assert first_visible_year(PANEL, "rate", shared="region", draws=200).shared < 0.15
    assert first_visible_year(moved, "rate", shared="region", draws=200).shared > 0.4


def test_all_places_at_once_are_refused_or_left_to_the_national_path():
    with pytest.raises(NotIdentified, match="42 of 42 places improve at once, so none is left to compare with"):
        first_visible_year(PANEL, "rate", treated="all")
    r = first_visible_year(PANEL, "rate", treated="all", before_after=True, horizons=range(1, 9), draws=8000)
    np.testing.assert_allclose(r.power["power"], r.power["closed"], atol=0.02)
    rough = first_visible_year(history(shock=0.08), "rate", treated="all", before_after=True, draws=500)
    assert rough.first_year is None and "the national path hides it: it moves by" in rough.finding
    spread = r.process.national_shock * np.sqrt(1 / 5 + 1 / 9)
    by_hand = stats.nct.sf(stats.t.ppf(0.975, 8), 8, -np.log(0.98) / spread) + stats.nct.cdf(
        -stats.t.ppf(0.975, 8), 8, -np.log(0.98) / spread
    )
    assert r.power.loc[5, "closed"] == pytest.approx(by_hand)


def test_an_outcome_without_a_logarithm_and_too_many_places_are_refused():
    with pytest.raises(NotIdentified, match="rate is not positive everywhere"):
        first_visible_year(PANEL.assign(rate=0.0), "rate")
    one = first_visible_year(PANEL, "rate", treated="P03", draws=200)
    assert one.treated == 1 and one.who == "one place alone"
    with pytest.raises(NotIdentified, match="'P99'] are not places of this panel"):
        first_visible_year(PANEL, "rate", treated=["P03", "P99"])
    with pytest.raises(NotIdentified, match="60 places are to improve, and the panel has 42"):
        first_visible_year(PANEL, "rate", treated=60)
