"""Funnels: over-dispersion by an outside oracle, and few trusts that must not look like an outlier."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from icslib.deficits.spread import spread_of
from icslib.errors import NotIdentified


def trusts(tau, systems=40, seed=1, sd=3.0):
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 9, systems)
    system = np.repeat([f"Q{i:02d}" for i in range(systems)], count)
    values = np.repeat(rng.normal(-2, tau, systems), count) + rng.normal(0, sd, len(system))
    index = [f"R{i:03d}" for i in range(len(system))]
    return pd.Series(values, index), pd.Series(system, index)


def test_the_over_dispersion_is_dersimonian_and_laird():
    found = spread_of(*trusts(2.0))
    oracle = combine_effects(found.by_place["estimate"], found.sd**2 / found.by_place["size"], method_re="chi2")
    assert found.tau**2 == pytest.approx(oracle.tau2) and found.mean == pytest.approx(oracle.mean_effect_re)


def test_means_are_weighted_and_sizes_effective():
    values, system = pd.Series([0.0, -6.0, *range(10)], dtype=float), pd.Series(["A", "A", *["B"] * 10])
    found = spread_of(values, system, pd.Series([2.0, 1.0, *[1.0] * 10])).by_place
    assert found.loc["A", "estimate"] == -2.0 and found.loc["A", "size"] == pytest.approx(9 / 5) and found.loc["B", "size"] == 10


def test_planted_spreads_are_found_and_chance_alone_is_not_called_difference():
    found = [spread_of(*trusts(2.0, seed=seed)) for seed in range(40)]
    assert np.mean([f.tau**2 for f in found]) == pytest.approx(4.0, rel=0.2) and np.mean(
        [f.sd**2 for f in found]
    ) == pytest.approx(9.0, rel=0.1)
    none = [spread_of(*trusts(0.0, seed=seed)) for seed in range(40)]
    assert np.mean([(f.by_place["outside"] != "").mean() for f in none]) < 0.05


def test_weights_leave_the_spread_inside_systems_unbiased():
    rng = np.random.default_rng(4)
    found = []
    for seed in range(40):
        values, system = trusts(0.0, seed=seed)
        found.append(spread_of(values, system, pd.Series(rng.uniform(0.2, 3, len(values)), values.index)).sd ** 2)
    assert np.mean(found) == pytest.approx(9.0, rel=0.07)


def test_a_lone_trust_is_not_told_apart_and_a_large_outlier_is_named():
    values, system = trusts(0.5, systems=20, sd=1.0)
    values = pd.concat([values, pd.Series([-12.0] * 6, [f"X{i}" for i in range(6)]), pd.Series([-4.0], ["Y"])])
    system = pd.concat([system, pd.Series(["Q99"] * 6, [f"X{i}" for i in range(6)]), pd.Series(["QYY"], ["Y"])])
    found = spread_of(values, system)
    assert found.by_place.loc["Q99", "outside"] == "below" and found.by_place.loc["QYY", "outside"] == ""
    assert "Q99" in found.finding


def test_too_few_trusts_are_refused():
    with pytest.raises(NotIdentified, match="4 trusts in 2 systems leave 2"):
        spread_of(pd.Series([1.0, 2, 3, 4]), pd.Series(["A", "A", "B", "B"]))
