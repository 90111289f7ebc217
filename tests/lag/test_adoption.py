"""Staggered adoption: a hand sum, pyfixest, waves that leave nobody untreated, and dealing waves at random."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest

from icslib.errors import NotIdentified, PanelError
from icslib.lag.adoption import METHODS, event_study, randomise_adoption
from icslib.lag.challenges import challenge_adoption

pytestmark = pytest.mark.filterwarnings("ignore")
WAVES = np.repeat([2017, 2018, 2019, 2020, 2021], [8, 6, 6, 10, 12])  # 42 systems, as designated


def designated(effect=0.0, waves=WAVES, seed=0, noise=0.3):
    """Years 2010 to 2024; the effect grows by `effect` each year from the year of adoption, twice as fast in the first wave."""
    rng, years = np.random.default_rng(seed), np.arange(2010, 2025)
    since = np.maximum(years - waves[:, None] + 1, 0) * np.where(waves == waves.min(), 2, 1)[:, None]
    since = np.nan_to_num(since)
    y = rng.normal(size=(len(waves), 1)) + 0.1 * (years - 2010) + effect * since
    y = y + noise * rng.normal(size=(len(waves), len(years)))
    place, year = np.indices(y.shape).reshape(2, -1)
    return pd.DataFrame({"place": [f"P{i:02d}" for i in place], "year": years[year], "y": y.ravel(), "adopted": waves[place]})


def test_two_places_and_four_years_are_a_hand_sum():
    panel = pd.DataFrame({
        "place": list("AAAABBBB"), "year": [1, 2, 3, 4] * 2, "y": [1.0, 1, 5, 9, 2, 2, 3, 4], "adopted": [3.0] * 4 + [np.nan] * 4,
    })  # fmt: skip
    r = event_study(panel, "y", events=range(-2, 3))
    assert r.profile["estimate"].loc[[-2, -1, 0, 1]].tolist() == [0, 0, 3, 6]
    assert r.profile["se"].drop(-1).isna().all()  # one place on each side shows no spread
    assert not r.profile.loc[2, "supported"] and "the figures end in 4" in r.finding


def test_once_the_last_wave_adopts_later_effects_are_not_identified_whatever_a_regression_prints():
    panel = designated()
    for method in METHODS:
        r = event_study(panel, "y", method=method)
        assert r.longest == 3 and r.last_untreated == 2020
        assert r.profile.loc[4:, "estimate"].isna().all() and not r.profile.loc[4:, "supported"].any()
        assert "Nothing can be known beyond year 3 after places were adopted: all places were adopted by 2021" in r.finding
    short = event_study(panel[panel["year"] <= 2019], "y")
    assert short.longest == 2 and "beyond year 2 after places were adopted: the figures end in 2019" in short.finding
    table = panel.assign(unit=pd.factorize(panel["place"])[0], rel=panel["year"] - panel["adopted"])
    printed = pf.feols("y ~ i(rel, ref=-1) | unit + year", table, vcov={"CRV1": "unit"}).coef()
    assert np.isfinite(printed.filter(like="::6").iloc[0])  # a plain regression does print one


def test_planted_effects_that_differ_by_wave_are_recovered():
    panel = designated(effect=-0.2, noise=0.05)
    r = event_study(panel, "y")
    truth = {0: (8 * 2 + 22) / 30, 3: 8.0}  # first wave twice as fast; year 3 rests on it alone
    for event, size in truth.items():
        row = r.profile.loc[event]
        assert row["low"] < -0.2 * size < row["high"]
    assert (r.profile.loc[-5:-2, "band_low"] < 0).all() and (r.profile.loc[-5:-2, "band_high"] > 0).all()


def test_group_time_with_never_adopting_controls_equals_sun_abraham():
    waves = np.r_[WAVES[:20].astype(float), np.full(22, np.inf)]
    panel = designated(effect=-0.1, waves=waves).assign(adopted=lambda d: d["adopted"].replace(np.inf, np.nan))
    ours = event_study(panel, "y", controls="never", events=range(-4, 5))
    theirs = event_study(panel, "y", method="sun_abraham", events=range(-4, 5))
    np.testing.assert_allclose(ours.profile["estimate"], theirs.profile["estimate"], atol=1e-8)
    np.testing.assert_allclose(ours.profile["se"], theirs.profile["se"], rtol=0.1)  # theirs pools the year effects


def test_pyfixest_is_run_on_the_years_with_an_untreated_place():
    panel = designated(effect=-0.1)
    table = panel[panel["year"] <= 2020].assign(
        unit=lambda d: pd.factorize(d["place"])[0] + 1,
        g=lambda d: d["adopted"].where(d["adopted"] < 2021, 0),
        rel=lambda d: np.where(d["g"] > 0, d["year"] - d["g"], np.inf),
        treat=lambda d: (d["g"] > 0) & (d["year"] >= d["g"]),
    )
    direct = pf.did2s(table, "y", "~ 0 | unit + year", "~ i(rel, ref=-1.0)", "treat", "unit").coef()
    ours = event_study(panel, "y", method="did2s").profile["estimate"]
    for event in range(4):
        assert ours[event] == pytest.approx(direct[next(n for n in direct.index if n.endswith(f"::{float(event)}"))], abs=1e-10)


def test_comparison_within_groups_is_the_weighted_mean_of_each_group_alone():
    panel = designated(effect=-0.1).assign(region=lambda d: np.where(d["place"].str[1:].astype(int) % 2, "N", "S"))
    both = event_study(panel, "y", year_by="region").profile
    parts = [event_study(panel[panel["region"] == r], "y").profile for r in "NS"]
    for event in range(4):
        size = [one.loc[event, "treated"] for one in parts]
        by_hand = np.average([one.loc[event, "estimate"] for one in parts], weights=size)
        assert both.loc[event, "estimate"] == pytest.approx(by_hand) and both.loc[event, "treated"] == sum(size)


def test_a_drift_by_an_attribute_of_early_places_is_taken_out_as_a_regression_on_the_controls_would():
    waves = np.r_[np.full(20, 2018.0), np.full(22, np.inf)]
    z = np.random.default_rng(5).normal(size=42) + (waves < 3000)
    panel = designated(waves=waves, noise=0.05).assign(adopted=lambda d: d["adopted"].replace(np.inf, np.nan))
    panel["z"] = z[panel["place"].str[1:].astype(int)]
    panel["y"] += 0.2 * panel["z"] * (panel["year"] - 2010)
    naive, free = event_study(panel, "y").average, event_study(panel, "y", interacted=["z"])
    assert naive[2] > 0.1 and free.average[2] < 0 < free.average[3] and free.placebo > 0.01
    wide = panel.pivot(index="place", columns="year", values="y")
    change, treated = (wide[2020] - wide[2017]).to_numpy(), waves < 3000
    line = np.polyfit(z[~treated], change[~treated], 1)
    assert free.profile.loc[2, "estimate"] == pytest.approx((change - np.polyval(line, z))[treated].mean())


def test_places_that_adopt_together_are_one_cluster():
    panel = designated()
    twins = pd.concat([panel, panel.assign(place=panel["place"] + "b")]).assign(board=lambda d: d["place"].str[:3])
    one, two = event_study(panel, "y"), event_study(twins, "y", cluster="board")
    assert two.average[0] == pytest.approx(one.average[0]) and two.average[1] == pytest.approx(one.average[1], rel=0.06)
    assert event_study(twins, "y").average[1] < 0.8 * one.average[1]  # as if twins were twice the evidence
    assert 0 < randomise_adoption(twins, "y", draws=19, cluster="board")["p"] <= 1
    with pytest.raises(NotIdentified, match="Waves differ within half"):
        randomise_adoption(panel.assign(half=panel["place"].str[1:].astype(int) % 2), "y", cluster="half")
    with pytest.raises(NotIdentified, match="all puts all 42 places into one cluster"):
        event_study(panel.assign(all="all"), "y", cluster="all")


def test_designation_is_set_beside_its_rivals():
    number = lambda d: d["place"].str[1:].astype(int)  # noqa: E731
    panel = designated().assign(region=lambda d: number(d) % 3, z=lambda d: number(d) % 7)
    tests = challenge_adoption(panel, "y", region="region", attribute="z", draws=19).rows
    assert tests.index.tolist()[1:4] == ["placebo years", "region by year", "z by year"] and tests["passes"].notna().all()
    assert tests.loc["as estimated", "low"] < tests.loc["two stages (did2s)", "estimate"] < tests.loc["as estimated", "high"]
    with pytest.raises(NotIdentified, match="go with method"):
        event_study(panel, "y", method="did2s", year_by="region")


def test_local_projections_of_pyfixest_go_by_calendar_where_a_year_is_missing():
    panel = designated(effect=-0.5, noise=0.01)
    gone = panel[(panel["year"] != 2015) | (panel["place"] > "P20")]
    whole, holed = (event_study(p, "y", method="lp_did").profile["estimate"] for p in (panel, gone))
    np.testing.assert_allclose(holed.loc[-4:3], whole.loc[-4:3], atol=0.05)  # a shift by rows would be out by a year's effect


def test_waves_dealt_at_random_find_a_real_effect_and_reject_a_null_one_rarely():
    assert randomise_adoption(designated(effect=-0.2), "y", draws=199)["p"] < 0.02
    p = [randomise_adoption(designated(seed=seed), "y", draws=39)["p"] for seed in range(25)]
    assert np.mean(np.array(p) <= 0.1) <= 0.28 and np.mean(p) > 0.35


def test_adoption_that_cannot_be_studied_is_said():
    with pytest.raises(NotIdentified, match="No place has a year in adopted"):
        event_study(designated().assign(adopted=np.nan), "y")
    with pytest.raises(NotIdentified, match="method='twfe' is not known"):
        event_study(designated(), "y", method="twfe")
    with pytest.raises(PanelError, match="adopted must not change within a place"):
        event_study(designated().assign(adopted=lambda d: d["year"]), "y")
    same_day = event_study(designated(waves=np.full(10, 2017)), "y")
    assert same_day.longest == -1 and "No effect on y can be known" in same_day.finding
