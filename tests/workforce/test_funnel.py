"""Funnel plots: the pooled value, over-dispersion against an outside oracle, planted outliers."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from icslib.errors import NotIdentified
from icslib.workforce.funnel import funnel


def drawn(places=60, rate=0.05, spread=0.0, seed=1, size=(2_000, 80_000)):
    rng = np.random.default_rng(seed)
    n = rng.integers(*size, places)
    p = np.sin(np.arcsin(np.sqrt(rate)) + rng.normal(0, spread, places)) ** 2
    return pd.DataFrame({"place": [f"P{i}" for i in range(places)], "events": rng.binomial(n, p), "denominator": n})


def test_the_centre_is_the_pooled_proportion():
    frame = pd.DataFrame({"place": ["A", "B", "C"], "events": [5, 10, 30], "denominator": [100, 100, 400]})
    assert funnel(frame, "events", "denominator").pooled == pytest.approx(7.5)


def test_variance_between_places_is_dersimonian_and_lairds():
    frame = drawn(spread=0.02, size=(3_000, 3_001))
    ours = funnel(frame, "events", "denominator", winsorise=0.0)
    y, s2 = np.arcsin(np.sqrt(frame["events"] / frame["denominator"])), 1 / (4 * frame["denominator"])
    pulled = y - y.mean() + np.arcsin(np.sqrt(frame["events"].sum() / frame["denominator"].sum()))  # theirs centres on the mean
    theirs = combine_effects(y.to_numpy(), s2.to_numpy(), method_re="dl").tau2
    apart = ((y.mean() - (pulled.mean())) ** 2) * len(y) / (len(y) - 1)
    assert ours.tau2 == pytest.approx(theirs + apart, rel=1e-6)


def test_limits_are_those_of_the_nhs_r_communitys_funnelplotr_for_proportions():
    """Its steps for a proportion with over-dispersion, one after the other, as its source has them; `numpy.quantile` is R's type 7."""
    frame = drawn(spread=0.015, seed=4)
    x, n = frame["events"].to_numpy(float), frame["denominator"].to_numpy(float)
    target, s = np.arcsin(np.sqrt(x.sum() / n.sum())), 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(x / n)) - target) / s
    pulled = np.minimum(np.maximum(z, np.quantile(z, 0.1)), np.quantile(z, 0.9))
    phi = (pulled**2).sum() / len(z)
    tau2 = max(0.0, (len(z) * phi - (len(z) - 1)) / ((1 / s**2).sum() - (1 / s**4).sum() / (1 / s**2).sum()))
    ours = funnel(frame, "events", "denominator")
    assert (ours.phi, ours.tau2) == pytest.approx((phi, tau2), rel=1e-12) and tau2 > 0
    rows = ours.by_place.reindex(frame["place"])
    for label, reach in (("95", 1.959964), ("998", 3.090232)):
        for side, sign in (("low", -1), ("high", 1)):
            assert rows[f"{side}_{label}"].to_numpy() == pytest.approx(
                100 * np.sin(target + sign * reach * np.sqrt(s**2 + tau2)) ** 2, rel=1e-6
            )


def test_chance_alone_leaves_places_within_their_limits():
    stands = pd.concat([funnel(drawn(seed=i), "events", "denominator").by_place["stands"] for i in range(30)])
    assert 0.02 < (stands != "within").mean() < 0.08
    assert stands.str.contains("99.8").mean() < 0.01


def test_true_spread_is_found_and_widens_the_limits():
    calm, spread = (funnel(drawn(spread=s), "events", "denominator") for s in (0.0, 0.02))
    assert calm.phi < 2 < spread.phi
    assert np.sqrt(funnel(drawn(spread=0.02), "events", "denominator", winsorise=0.0).tau2) == pytest.approx(0.02, rel=0.2)
    assert (spread.limits["high_998"] >= spread.limits["plain_high_998"]).all()


def test_a_planted_outlier_stands_out_of_a_spread_field():
    frame = drawn(spread=0.01)
    frame.loc[0, ["events", "denominator"]] = [4_000, 40_000]
    result = funnel(frame, "events", "denominator", name="Sickness")
    assert result.by_place.loc["P0", "stands"] == "above 99.8%" and "P0" in result.finding


def test_what_is_no_proportion_is_refused():
    with pytest.raises(NotIdentified, match="0 <= events <= denominator"):
        funnel(pd.DataFrame({"place": list("ABC"), "events": [5, 1, 1], "denominator": [4, 4, 4]}), "events", "denominator")
