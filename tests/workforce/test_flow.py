"""Stock and flow: hand sums, fans that cover, back-tests beside the naive forecast."""

import numpy as np
import pandas as pd
import pytest

from icslib.errors import NotIdentified, ParameterError
from icslib.workforce.flow import net_flow, project_workforce


def flows(*rows):
    return pd.DataFrame(rows, columns=["flow", "kind", "mean", "sd", "years"]).set_index("flow")


EVEN = flows(("leavers", "share", -10.0, 0.0, 0), ("training", "number", 6.0, 0.0, 0), ("abroad", "number", 5.0, 0.0, 0))


def at(projection, what, year, scenario=None):
    rows = projection.paths[(projection.paths["what"] == what) & (projection.paths["year"] == year)]
    return rows.set_index("scenario").loc[scenario] if scenario else rows.iloc[0]


def test_three_years_by_hand():
    made = project_workforce(100.0, 110.0, {"even": EVEN}, need_growth=2.0, start=2022, years=3, draws=10)
    by_hand = 100.0
    for _ in range(3):
        by_hand = by_hand * 0.9 + 11
    assert at(made, "staff", 2025)["median"] == pytest.approx(by_hand)
    assert at(made, "shortfall", 2025)["median"] == pytest.approx(110 * 1.02**3 - by_hand)


def test_a_flow_that_grows_and_the_resting_point_of_a_stock():
    grown = project_workforce(0.0, 0.0, {"g": EVEN.iloc[1:].assign(growth=10.0)}, start=2022, years=2, draws=10)
    assert at(grown, "staff", 2024)["median"] == pytest.approx(11 + 12.1)
    rest = project_workforce(100.0, 0.0, {"even": EVEN}, start=2022, years=200, draws=10)
    assert at(rest, "staff", 2222)["median"] == pytest.approx(110.0)  # joiners over the leaving rate


def test_the_growth_the_plan_requires_makes_the_workforce_it_requires():
    made = project_workforce(1.4e6, 0.0, {"required": flows(("net", "share", 3.5, 0.0, 0))}, start=2022, years=15, draws=10)
    assert 2.3e6 < at(made, "staff", 2037)["median"] < 2.4e6


def test_95_percent_fans_cover_95_percent_of_planted_futures():
    rng = np.random.default_rng(7)
    held = []
    for _ in range(200):
        growth = rng.normal(2.0, 1.5, 13)
        stock = pd.Series(100 * np.cumprod(np.concatenate([[1], 1 + growth / 100])), index=range(2010, 2024))
        fan = at(
            project_workforce(stock[2018], 0.0, {"net": net_flow(stock.loc[:2018])}, start=2018, years=5, draws=400),
            "staff",
            2023,
        )
        held.append(fan["low_95"] <= stock[2023] <= fan["high_95"])
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_same_seed_gives_the_same_fan():
    moving = flows(("net", "share", 2.0, 1.5, 9))
    one, two = (project_workforce(100, 120, {"n": moving}, start=2022, years=5, draws=500).paths for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_a_published_shortfall_is_set_beside_the_fan():
    beside = pd.DataFrame({"year": [2032], "what": ["shortfall"], "low": [0.0], "high": [100.0], "label": ["The plan"]})
    made = project_workforce(100, 120, {"even": EVEN, "none": EVEN.iloc[1:]}, start=2022, years=10, draws=10, published=beside)
    assert made.comparison == "The plan, 0 to 100 in 2032, overlaps the fan of even."


def test_a_fan_is_widened_about_its_median_by_the_factor_of_each_year():
    moving = flows(("net", "share", 2.0, 1.5, 9))
    factors = pd.Series([1.5, 3.0], index=[1, 5])
    plain, wide = (project_workforce(100, 120, {"n": moving}, start=2022, years=7, widen=w, draws=500) for w in (None, factors))
    for year, factor in ((2023, 1.5), (2025, 2.25), (2027, 3.0), (2029, 3.0)):
        one, other = at(plain, "staff", year), at(wide, "staff", year)
        assert other["median"] == pytest.approx(one["median"])
        assert other["high_95"] - other["median"] == pytest.approx(factor * (one["high_95"] - one["median"]))
    assert at(wide, "shortfall", 2023)["low_95"] == pytest.approx(120 - at(wide, "staff", 2023)["high_95"])


def test_a_history_with_gaps_weighs_changes_by_their_years_as_weighted_least_squares_does():
    import statsmodels.api as sm

    stock = pd.Series([273_626.0, 275_386.0, 300_555.0, 311_724.0], index=[2010, 2015, 2020, 2021])
    growth, gaps = (
        100 * ((stock / stock.shift()) ** (1 / pd.Series([np.nan, 5, 5, 1], index=stock.index)) - 1).dropna(),
        [5, 5, 1],
    )
    oracle, ours = sm.WLS(growth.to_numpy(), np.ones(3), weights=gaps).fit(), net_flow(stock).iloc[0]
    assert (ours["mean"], ours["sd"] ** 2) == pytest.approx((oracle.params[0], oracle.scale))
    assert ours["sd"] / np.sqrt(ours["years"]) == pytest.approx(oracle.bse[0]) and ours["changes"] == oracle.df_resid + 1


def test_95_percent_fans_of_a_history_with_gaps_cover_95_percent_of_planted_futures():
    rng, held = np.random.default_rng(8), []
    for _ in range(300):
        stock = pd.Series(100 * np.cumprod(1 + rng.normal(2.0, 1.5, 17) / 100), index=range(2008, 2025))
        known = stock[[2008, 2011, 2014, 2017, 2018, 2019]]
        fan = at(project_workforce(known[2019], 0.0, {"net": net_flow(known)}, start=2019, years=5, draws=400), "staff", 2024)
        held.append(fan["low_95"] <= stock[2024] <= fan["high_95"])
    assert 0.92 <= np.mean(held) <= 0.98


def test_a_need_known_between_bounds_widens_the_shortfall_by_them():
    moving = flows(("net", "share", 2.0, 1.5, 9))
    made = project_workforce(100, 110, {"n": moving}, need_growth=(1.0, 3.0), start=2022, years=3, draws=500)
    staff, need, short = (at(made, what, 2025) for what in ("staff", "need", "shortfall"))
    assert (need["low_95"], need["median"], need["high_50"]) == pytest.approx((110 * 1.01**3, 110 * 1.02**3, 110 * 1.03**3))
    assert short["low_95"] == pytest.approx(need["low_95"] - staff["high_95"]) and short["high_50"] == pytest.approx(
        need["high_50"] - staff["low_50"]
    )


def test_what_cannot_be_projected_is_said():
    with pytest.raises(ParameterError, match="need the columns"):
        project_workforce(1, 1, {"bad": pd.DataFrame({"mean": [1]})}, start=2022)
    with pytest.raises(ParameterError, match="at least one scenario"):
        project_workforce(1, 1, {}, start=2022)
    with pytest.raises(NotIdentified, match="three years"):
        net_flow(pd.Series([1.0, 2.0], index=[2020, 2021]))
