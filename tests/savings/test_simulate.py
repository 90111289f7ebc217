"""Savings at risk: moments in closed form, shared shocks by quadrature, and seeds that hold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icslib.errors import BasisError
from icslib.savings.programme import DELIVERY, make_programme
from icslib.savings.sensitivity import scenarios, tornado
from icslib.savings.simulate import simulate_savings

MIX = {"high": 0.36, "medium": 0.25, "low": 0.39}
ONE = make_programme({"QQA": 100.0}, MIX, 0.35)
ASK = np.array([36.0, 25.0, 39.0])
MEAN, SD = DELIVERY["mean"].to_numpy(), DELIVERY["sd"].to_numpy()


def spread(found):
    return found.by_place["error"].iloc[0] * np.sqrt(found.draws)


def share_of(band):
    """The distribution of a band's share, from scipy."""
    row = DELIVERY.loc[band]
    m, v = row["mean"] / row["most"], (row["sd"] / row["most"]) ** 2
    size = m * (1 - m) / v - 1
    return stats.beta(m * size, (1 - m) * size, scale=row["most"])


def covariance(band_a, band_b, rho):
    """Covariance of two bands' shares under a Gaussian copula, by two-dimensional Gauss-Hermite quadrature."""
    x, w = np.polynomial.hermite_e.hermegauss(80)
    a, b = np.meshgrid(x, x, indexing="ij")
    weight = np.outer(w, w) / (2 * np.pi)
    second = rho * a + np.sqrt(1 - rho**2) * b
    shares = [share_of(band).ppf(stats.norm.cdf(score)) for band, score in ((band_a, a), (band_b, second))]
    return float((weight * shares[0] * shares[1]).sum()) - share_of(band_a).mean() * share_of(band_b).mean()


def test_mean_and_variance_of_independent_schemes_in_closed_form():
    found = simulate_savings(ONE, draws=200_000, correlation=0.0)
    row = found.by_place.loc["QQA"]
    assert row["delivered"] == pytest.approx(ASK @ MEAN, abs=4 * row["error"])
    assert spread(found) == pytest.approx(np.sqrt(ASK**2 @ SD**2), rel=0.01)
    assert row["one_off"] == pytest.approx(0.35 * row["delivered"], rel=1e-6)


@pytest.mark.parametrize("rho", [0.3, 0.5, 0.9])
def test_variance_of_correlated_schemes_by_quadrature(rho):
    found = simulate_savings(ONE, draws=200_000, correlation=rho)
    bands = list(MIX)
    variance = sum(
        ASK[i] * ASK[j] * (SD[i] ** 2 if i == j else covariance(bands[i], bands[j], rho)) for i in range(3) for j in range(3)
    )
    assert spread(found) == pytest.approx(np.sqrt(variance), rel=0.012)


def test_percentiles_of_one_band_are_those_of_its_beta():
    found = simulate_savings(make_programme({"QQA": 100.0}, {"high": 1.0}, 0.3), draws=200_000, correlation=0.7).by_place.loc[
        "QQA"
    ]
    assert found[["p10", "p50", "p90"]].tolist() == pytest.approx(
        (100 * share_of("high").ppf([0.1, 0.5, 0.9])).tolist(), abs=0.35
    )


def test_the_chance_of_breaking_even_is_that_of_the_beta():
    programme = make_programme({"QQA": 100.0}, {"medium": 1.0}, 0.3)
    for planned in (-10.0, 0.0, 5.0):
        told = simulate_savings(programme, planned=planned).by_place.loc["QQA"]
        assert told["break_even"] == pytest.approx(share_of("medium").sf(1 - planned / 100), abs=0.006)
        assert told["position"] == pytest.approx(planned - 100 + told["delivered"])


def test_places_share_a_shock_or_do_not():
    many = make_programme({f"Q{i:02d}": 100.0 for i in range(42)}, {"high": 1.0}, 0.3)
    rho = covariance("high", "high", 0.25) / DELIVERY.loc["high", "sd"] ** 2
    found = simulate_savings(many, draws=40_000, correlation=0.5, common=0.5).together
    sd = found["error"] * np.sqrt(40_000)
    assert sd["independent"] == pytest.approx(25 * np.sqrt(42), rel=0.02)
    assert sd["common"] == pytest.approx(25 * np.sqrt(42 + 42 * 41 * rho), rel=0.02)
    assert found.loc["common", "delivered"] == pytest.approx(found.loc["independent", "delivered"])


def test_without_a_common_shock_both_sums_agree():
    many = make_programme({f"Q{i}": 100.0 for i in range(10)}, MIX, 0.3)
    found = simulate_savings(many, draws=50_000, common=0.0).together
    assert found.loc["common", "p10"] == pytest.approx(found.loc["independent", "p10"], rel=0.005)


def test_one_seed_one_answer_and_a_place_is_the_same_alone():
    many = make_programme({"QQA": 100.0, "QQB": 50.0}, MIX, 0.3)
    one, two, other = (simulate_savings(many, draws=2000, seed=seed).by_place for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not np.allclose(one["p10"], other["p10"])
    alone = simulate_savings(many[many["place"] == "QQB"], draws=2000).by_place
    pd.testing.assert_frame_equal(one.loc[["QQB"]], alone)


def test_the_stated_monte_carlo_error_is_the_spread_over_seeds():
    means = [simulate_savings(ONE, draws=2000, seed=seed).by_place.loc["QQA"] for seed in range(120)]
    told = np.mean([row["error"] for row in means])
    assert np.std([row["delivered"] for row in means]) == pytest.approx(told, rel=0.15)


def test_bad_requests_are_sentences():
    with pytest.raises(BasisError, match=r"correlation is 1.5"):
        simulate_savings(ONE, draws=1000, correlation=1.5)
    with pytest.raises(BasisError, match="50 draws are too few"):
        simulate_savings(ONE, draws=50)
    with pytest.raises(BasisError, match="No planned position is given for QQA"):
        simulate_savings(ONE, draws=1000, planned=pd.Series({"QQZ": 1.0}))


def test_the_tornado_names_the_assumption_that_was_planted_to_matter():
    programme = make_programme({"QQA": 100.0}, {"high": 0.9, "medium": 0.05, "low": 0.05}, 0.3)
    found = tornado(programme, draws=5000, measure="delivered")
    assert found.table.index[0] == "mean delivered, high risk"
    row = found.table.iloc[0]
    assert (row["at_low"], row["at_high"]) == pytest.approx((found.base - 13.5, found.base + 13.5), abs=0.7)
    assert found.table.loc["spread of delivery, low risk", "swing"] < 0.2
    assert found.table.loc["correlation of schemes", "swing"] < 0.7


def test_moving_the_high_share_keeps_the_ask():
    found = tornado(ONE, draws=500).table.loc["share of the ask at high risk"]
    assert (found["low"], found["high"]) == pytest.approx((0.26, 0.46)) and found["at_high"] < found["at_low"]


def test_scenarios_move_the_position_by_their_shock():
    savings = simulate_savings(ONE, draws=5000)
    made = scenarios(savings, {"pay": -5.0, "support withdrawn": -10.0})
    found = made.table
    assert made.finding.startswith("The largest single shock is support withdrawn (−£10.0m)")
    assert found["position"].diff().iloc[1] == pytest.approx(-5.0)
    assert found.loc["all at once", "position"] == pytest.approx(found.loc["as planned", "position"] - 15.0)
    share = savings.together.loc["common", "delivered"] / 100
    assert found.loc["pay", "asked_again"] * share * 100 == pytest.approx(5.0)
    with pytest.raises(BasisError, match="No shock"):
        scenarios(savings, {})
