"""The lag gate and the distributed lag: planted answers, outside oracles, awkward panels."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from linearmodels.panel import PanelOLS

from icslib.errors import NotIdentified, PanelError
from icslib.lag.basis import make_basis
from icslib.lag.distributed import estimate_lag
from icslib.lag.gate import supported_lags
from icslib.panel import build_panel

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
HUMP = np.array([0, 0, 0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0, 0]) * -1  # years three to eight


def planted(places=42, years=15, kernel=HUMP, noise=1.0, seed=1):
    """A panel whose outcome follows `kernel` of a slowly moving exposure known ten years earlier."""
    rng, reach = np.random.default_rng(seed), len(kernel) - 1
    x = rng.normal(size=(places, years + reach))
    for t in range(1, x.shape[1]):
        x[:, t] += 0.6 * x[:, t - 1]
    y = np.full_like(x, np.nan)
    y[:, reach:] = np.stack([x[:, t - reach : t + 1][:, ::-1] @ kernel for t in range(reach, x.shape[1])], axis=1)
    y = y + rng.normal(size=(places, 1)) + rng.normal(size=x.shape[1]) + noise * rng.normal(size=x.shape)
    place, year = np.indices(x.shape).reshape(2, -1)
    frame = {"place": [f"P{i:02d}" for i in place], "year": 2010 - reach + year, "x": x.ravel(), "y": y.ravel()}
    return pd.DataFrame(frame).assign(region=[f"R{i % 6}" for i in place], z=place % 7)


PANEL = planted()


def lagged(panel, lags):
    table = panel.sort_values(["place", "year"]).copy()
    for lag in lags:
        earlier = table[["place", "year", "x"]].assign(year=table["year"] + lag).rename(columns={"x": f"x{lag}"})
        table = table.merge(earlier, on=["place", "year"], how="left")
    return table.dropna(subset=["y", *[f"x{lag}" for lag in lags]])


def test_a_planted_lag_of_three_to_eight_years_is_found():
    r = estimate_lag(PANEL, "x", "y")
    total = r.cumulative(3, 10)
    assert total.low < -1.2 < total.high and abs(total.estimate + 1.2) < 0.35
    assert r.peak[1] <= 6 and r.peak[2] >= 5
    truth = (HUMP * range(11)).sum() / HUMP.sum()
    assert r.mean_lag[1] < truth < r.mean_lag[2]
    assert (r.profile["band_low"] < HUMP).all() and (r.profile["band_high"] > HUMP).all()
    assert "Over lags 0 to 10 the association of one unit of x with y is" in r.finding


@pytest.mark.parametrize("gaps", [False, True])
def test_unrestricted_lags_equal_pyfixest_and_linearmodels(gaps):
    panel = PANEL.sample(frac=0.97, random_state=1) if gaps else PANEL
    names = [f"x{lag}" for lag in range(6)]
    table = lagged(panel, range(6))
    ours = estimate_lag(panel, "x", "y", lags=range(6))
    theirs = pf.feols(
        f"y ~ {' + '.join(names)} | place + year", table, vcov={"CRV1": "place"}, demeaner=pf.MapDemeaner(fixef_tol=1e-12)
    )
    np.testing.assert_allclose(ours.profile["estimate"], theirs.coef(), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.profile["se"], theirs.se(), rtol=1e-8)
    np.testing.assert_allclose(ours.profile[["low", "high"]], theirs.confint(), rtol=1e-7, atol=1e-9)
    indexed = table.set_index(["place", "year"])
    other = PanelOLS(indexed["y"], indexed[names], entity_effects=True, time_effects=True).fit(
        cov_type="clustered", cluster_entity=True, group_debias=True, debiased=False
    )
    np.testing.assert_allclose(ours.profile["estimate"], other.params, rtol=1e-8, atol=1e-10)
    ours_factor, their_factor = ours.rows - 6 - ours.years, ours.rows - ours.places - ours.years + 1
    np.testing.assert_allclose(ours.profile["se"] ** 2 * ours_factor, other.std_errors**2 * their_factor, rtol=1e-8)


def test_almon_equals_the_restricted_regression_built_by_hand():
    table = lagged(PANEL, range(11))
    block = table[[f"x{lag}" for lag in range(11)]].to_numpy()
    for power in range(4):
        table[f"z{power}"] = block @ (np.arange(11.0) / 5 - 1) ** power
    theirs = pf.feols(
        "y ~ z0 + z1 + z2 + z3 | place + year", table, vcov={"CRV1": "place"}, demeaner=pf.MapDemeaner(fixef_tol=1e-12)
    )
    powers = (np.arange(11.0) / 5 - 1)[:, None] ** np.arange(4)
    ours = estimate_lag(PANEL, "x", "y", basis="almon", degree=3)
    np.testing.assert_allclose(ours.profile["estimate"], powers @ theirs.coef(), rtol=1e-8, atol=1e-9)
    ends = estimate_lag(PANEL, "x", "y", basis="almon", degree=3, ends="both").profile["estimate"]
    fitted = np.polyfit(range(11), ends, 3)
    np.testing.assert_allclose(np.polyval(fitted, [-1, 11]), 0, atol=1e-9)


def test_a_spline_with_as_many_terms_as_lags_is_unrestricted_and_is_linear_beyond_its_ends():
    free = estimate_lag(PANEL, "x", "y", lags=range(5)).profile
    np.testing.assert_allclose(estimate_lag(PANEL, "x", "y", lags=range(5), basis="spline", degree=4).profile["se"], free["se"])
    shape = make_basis("spline", range(11), 3)
    assert np.linalg.matrix_rank(shape) == 4
    assert np.linalg.lstsq(shape, 2.0 + 3.0 * np.arange(11), rcond=None)[1] == pytest.approx(0, abs=1e-18)


def test_smoothing_is_unrestricted_without_a_price_and_recovers_the_hump():
    smooth, free = estimate_lag(PANEL, "x", "y", basis="smooth"), estimate_lag(PANEL, "x", "y")
    off = lambda r: float(((r.profile["estimate"] - HUMP) ** 2).sum())  # noqa: E731
    assert smooth.penalty > 0 and off(smooth) < off(free)


@pytest.mark.parametrize("errors", ["cr1", "cr2", "wild"])
def test_every_kind_of_error_gives_a_cumulative_interval_around_the_estimate(errors):
    r = estimate_lag(PANEL, "x", "y", errors=errors, draws=999)
    total = r.cumulative(3, 10)
    assert total.low < total.estimate < total.high and total.p < 0.05
    assert total.estimate == pytest.approx(r.profile["estimate"].loc[3:10].sum())


def test_rows_in_any_order_give_the_same_and_lags_go_by_calendar():
    shuffled = PANEL.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(estimate_lag(shuffled, "x", "y").profile, estimate_lag(PANEL, "x", "y").profile)
    without = PANEL[PANEL["year"] != 2012]
    table = lagged(without, range(3))
    assert estimate_lag(without, "x", "y", lags=range(3)).rows == len(table)
    assert 2013 in set(table["year"]) or 2014 not in set(table["year"])  # 2013 needs 2012 at lag 1


def test_the_gate_refuses_ten_years_on_a_six_year_panel():
    short = PANEL[PANEL["year"] >= 2019]
    gate = supported_lags(short, "x", "y")
    assert gate.refuses(10) and not gate.refuses(0)
    assert gate.lags["place_years"].tolist() == [252, 210, 168, 126, 84, 42, 0, 0, 0, 0, 0]
    with pytest.raises(NotIdentified, match=r"Lags 6 to 10 not identified .* Ask for lags 0 to 4, or choose a basis"):
        estimate_lag(short, "x", "y")
    continued = estimate_lag(short, "x", "y", basis="almon", degree=1, extrapolate=True)
    assert continued.profile["supported"].tolist() == [True] * 5 + [False] * 6
    assert "Lags 5 to 10 are not identified: they continue the fitted curve." in continued.finding


def test_the_gate_knows_that_a_switch_thrown_everywhere_leaves_nothing_to_compare():
    panel = PANEL.assign(on=lambda d: (d["year"] >= 2017 + d["z"] % 5).astype(float))  # waves 2017 to 2021
    gate = supported_lags(panel, "on", "y", lags=range(0, 8))
    assert gate.last_untreated == 2020
    assert gate.refused == [4, 5, 6, 7]
    assert "every place is on after 2020" in gate.verdict
    assert gate.pre_period == 7


def test_near_duplicate_lags_are_called_weak():
    flat = PANEL.assign(x=PANEL.groupby("place")["x"].cumsum().groupby(PANEL["place"]).cumsum())
    gate = supported_lags(flat, "x", "y")
    assert (gate.lags["status"] == "weak").sum() > 5 and "hardly told apart" in gate.verdict


def test_placebo_leads_are_free_and_tested_together():
    r = estimate_lag(PANEL, "x", "y", lags=range(-2, 9), basis="almon", degree=3)
    assert r.profile.index[0] == -2 and 0 < r.placebo < 1
    assert estimate_lag(PANEL, "x", "y").placebo is None
    assert r.peak[1] >= 0 and r.mean_lag[0] == pytest.approx(np.average(range(9), weights=r.profile["estimate"].loc[0:]))
    early = PANEL.sort_values(["place", "year"]).assign(x=lambda d: d.groupby("place")["x"].shift(3))
    assert estimate_lag(early, "x", "y", lags=range(-4, 6)).placebo is not None


def test_region_by_year_and_attribute_by_year_equal_pyfixest():
    table = lagged(PANEL, range(4)).assign(region_year=lambda d: d["region"] + d["year"].astype(str))
    names = " + ".join(f"x{lag}" for lag in range(4))
    exact = pf.MapDemeaner(fixef_tol=1e-12)
    theirs = pf.feols(f"y ~ {names} | place + region_year", table, vcov={"CRV1": "place"}, demeaner=exact)
    ours = estimate_lag(PANEL, "x", "y", lags=range(4), year_by="region")
    np.testing.assert_allclose(ours.profile[["estimate", "se"]], np.column_stack([theirs.coef(), theirs.se()]), rtol=1e-7)
    theirs = pf.feols(f"y ~ {names} + i(year, z) | place + year", table, vcov={"CRV1": "place"}, demeaner=exact)
    ours = estimate_lag(PANEL, "x", "y", lags=range(4), interacted=["z"])
    np.testing.assert_allclose(ours.profile["estimate"], theirs.coef().iloc[:4], rtol=1e-6)


def test_overlapping_periods_average_the_exposure_over_the_same_years():
    panel = planted(noise=0.0)
    annual = panel.pivot(index="place", columns="year", values="y")
    three = annual.T.rolling(3).mean().T.stack().rename("life").reset_index()
    joined = build_panel(panel[["place", "year", "x"]].merge(three, how="left"), gaps="keep")
    joined.attrs["spans"] = {"life": 3}
    r = estimate_lag(joined, "x", "life")
    np.testing.assert_allclose(r.profile["estimate"], HUMP, atol=1e-8)


def test_leaving_out_a_year_leaves_out_every_figure_that_covers_it():
    panel = PANEL.copy()
    panel.attrs["spans"] = {"y": 3}
    assert supported_lags(PANEL, "x", "y", [0], exclude=[2015]).lags.loc[0, "years"] == 14
    assert supported_lags(panel, "x", "y", [0], exclude=[2015]).lags.loc[0, "years"] == 12


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d: d.assign(x=1.0), {}, "x is 1 in every place and year"),
        (lambda d: d.assign(x=d["year"] * 1.0), {}, "does not vary once place and year effects are out"),
        (lambda d: d.assign(region="all"), {"cluster": "region"}, "lie in 1 cluster"),
        (lambda d: d, {"basis": "cubic"}, "basis='cubic' is not known"),
        (lambda d: d, {"errors": "hc3"}, "errors='hc3' is not known"),
        (lambda d: d, {"basis": "almon", "degree": 11}, "degree=11 needs more than 11 lags"),
        (lambda d: d, {"lags": []}, "No lag was asked for"),
        (lambda d: d, {"basis": "smooth", "errors": "wild"}, "goes with errors"),
        (lambda d: d, {"interacted": ["region"]}, "region is not a number that differs between places"),
        (lambda d: d[d["place"].isin(["P01", "P02"])], {"lags": [0, 1]}, "What the 2 clusters say cancels exactly"),
        (lambda d: d[d["year"] >= 2018], {"lags": range(-1, 6)}, "No place holds lags -1 to 5 together in two years"),
    ],
)
def test_bad_requests_are_answered_in_a_sentence(change, options, message):
    with pytest.raises(NotIdentified, match=message):
        estimate_lag(change(PANEL), "x", "y", **options)


def test_rows_that_are_no_panel_are_named_before_anything_is_estimated():
    twice = pd.concat([PANEL, PANEL.iloc[[100]]])
    with pytest.raises(PanelError, match=r"1 place-years are given more than once: P04 2000"):
        estimate_lag(twice, "x", "y")
    with pytest.raises(PanelError, match=r"1050 of 1050 rows have a year that is not an integer: P00 2000-01, "):
        estimate_lag(PANEL.assign(year=PANEL["year"].astype(str) + "-01"), "x", "y")
    with pytest.raises(PanelError, match=r"The panel has no column \['spend'\]"):
        supported_lags(PANEL, "spend", "y")
    with pytest.raises(PanelError, match=r"x is infinite in 1 rows: P00 2003\. Leave such figures empty"):
        supported_lags(PANEL.assign(x=PANEL["x"].where(PANEL.index != 3, np.inf)), "x", "y")
    with pytest.raises(PanelError, match=r"1 places have no region: P07\. Fill it or leave them out"):
        estimate_lag(PANEL.assign(region=PANEL["region"].where(PANEL["place"] != "P07")), "x", "y", year_by="region")
    with pytest.raises(PanelError, match=r"x holds text in 1 rows: P00 2000: 'high'"):
        supported_lags(PANEL.assign(x=["high", *PANEL["x"].iloc[1:]]), "x", "y")
