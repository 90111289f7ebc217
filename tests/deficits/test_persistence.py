"""Persistence: planted answers, outside oracles, and composition that must not pass for persistence."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icslib.deficits.concentration import concentration
from icslib.deficits.persistence import persistence, rank_correlation, transition
from icslib.errors import BasisError, NotIdentified


def series(values, names=None):
    return pd.Series(values, index=names or [f"P{i:03d}" for i in range(len(values))], dtype=float)


def drawn(rho, n=150, seed=3):
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(n)
    return series(a), series(rho * a + np.sqrt(1 - rho**2) * rng.standard_normal(n))


def test_rho_and_p_agree_with_scipy():
    a, b = drawn(0.3, 60)
    whole = persistence(a, b).table.loc["all places"]
    oracle = stats.spearmanr(a, b)
    assert whole["rho"] == pytest.approx(oracle.statistic)
    assert whole["p"] == pytest.approx(oracle.pvalue, abs=0.01)


def test_ties_such_as_exact_zeros_agree_with_scipy():
    a, b = drawn(0.5, 80)
    b = b.where(b.abs() > 0.6, 0.0)
    assert persistence(a, b).table["rho"].iloc[0] == pytest.approx(stats.spearmanr(a, b).statistic)


def test_the_interval_covers_the_planted_correlation():
    true = 6 / np.pi * np.arcsin(0.5 / 2)
    held = [
        rank_correlation(pd.concat(dict(zip(("before", "after"), drawn(0.5, 60, seed), strict=True)), axis=1), draws=9)
        for seed in range(800)
    ]
    covered = np.mean([row["low"] <= true <= row["high"] for row in held])
    assert 0.93 <= covered <= 0.97


def test_composition_alone_is_not_called_persistence():
    rng = np.random.default_rng(5)
    acute = np.repeat([True, False], 60)
    a, b = (series(np.where(acute, -5.0, 0.0) + rng.standard_normal(120)) for _ in range(2))
    found = persistence(a, b, group=series(acute).map({1.0: "acute", 0.0: "other"})).table
    assert found.loc["all places", "low"] > 0.5
    for part in ("acute", "other", "within groups"):
        assert found.loc[part, "low"] < 0 < found.loc[part, "high"], part


def test_persistence_inside_groups_survives_taking_them_apart():
    a, b = drawn(0.8, 200)
    kind = series(np.arange(200) % 2).map({0.0: "one", 1.0: "two"})
    found = persistence(a, b + kind.map({"one": 3.0, "two": 0.0}), group=kind).table
    assert found.loc["within groups", "low"] > 0.6 and found.loc["one", "low"] > 0.5


def test_one_sided_places_are_named_and_few_or_flat_ones_refused():
    a, b = drawn(0.5, 20)
    assert persistence(a, b.drop("P003")).left_out == ("P003",)
    with pytest.raises(NotIdentified, match="Only 5 places have both"):
        persistence(a.head(5), b)
    with pytest.raises(NotIdentified, match="plans is 0 everywhere"):
        persistence(a, b * 0, names=("debts", "plans"))


def test_transition_by_hand_and_its_chance():
    before, after = series([-6, -5, -4, -3, -2, -1]), series([-6, -1, -5, -4, -3, -2])
    matrix, staying = transition(before, after)
    assert matrix.iloc[0].tolist() == [0.5, 0.0, 0.5] and (matrix.sum(axis=1) == 1).all()
    assert staying["chance"] == pytest.approx(1 / 3)


def test_the_chance_range_holds_95_of_shuffles():
    a, b = drawn(0.0, 42)
    staying = transition(a, b)[1]
    rng = np.random.default_rng(1)
    worst = np.argsort(a.to_numpy())[:14]
    shuffled = np.array([np.isin(rng.permutation(42)[:14], worst).mean() for _ in range(4000)])
    assert shuffled.mean() == pytest.approx(staying["chance"], abs=0.01)
    assert np.mean((shuffled >= staying["chance_low"]) & (shuffled <= staying["chance_high"])) >= 0.95
    assert np.mean((shuffled > staying["chance_low"]) & (shuffled < staying["chance_high"])) < 0.95


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.9])
def test_reversion_alone_matches_a_simulation(rho):
    rng = np.random.default_rng(7)
    r = 2 * np.sin(np.pi * rho / 6)
    x = rng.standard_normal(400_000)
    y = r * x + np.sqrt(1 - r**2) * rng.standard_normal(400_000)
    cut = stats.norm.ppf(1 / 3)
    told = transition(*drawn(0.2, 30), rho=rho)[1]["reversion"]
    assert told == pytest.approx(np.mean(y[x < cut] < cut), abs=0.004)


def test_gini_by_closed_forms():
    n = 50
    assert concentration(series(range(1, n + 1)), draws=50).gini == pytest.approx((n - 1) / (3 * n))
    assert concentration(series([5.0] * 9), draws=50).gini == pytest.approx(0.0)
    assert concentration(series([0.0] * 9 + [7.0]), draws=50).gini == pytest.approx(0.9)


def test_weights_make_equal_debts_per_head_equal():
    people = series([1.0, 2.0, 3.0, 4.0])
    even = concentration(people * 10, people, worst=1, draws=50)
    assert even.gini == pytest.approx(0.0) and even.top["share"] == even.top["fair"] == pytest.approx(0.4)


def test_the_curve_ends_at_one_and_the_worst_ten_are_the_largest():
    found = concentration(series(np.arange(20.0)), worst=10, draws=200)
    assert found.curve.iloc[-1][["share_of_weight", "share_of_amount"]].tolist() == pytest.approx([1, 1])
    assert found.top["share"] == pytest.approx(sum(range(10, 20)) / sum(range(20)))
    assert found.low <= found.gini <= found.high + 0.02


def test_shares_of_debts_need_sizes():
    with pytest.raises(BasisError, match="P001 is -1"):
        concentration(series([1.0, -1.0]))
    with pytest.raises(BasisError, match="zero everywhere"):
        concentration(series([0.0, 0.0]))
