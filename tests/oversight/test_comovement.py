"""Outcomes and targets of one system: correlations by hand, drawing together by brute force, coverage in simulation, periods that do not overlap."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import icslib as ics
from icslib.errors import NotIdentified
from icslib.oversight.comovement import draw_together

LOWER = ["deaths", "waits"]


def panel_of(deaths, waits, first=2014, **spans):
    places, years = deaths.shape
    frame = pd.DataFrame(
        {"place": np.repeat([f"P{i:02}" for i in range(places)], years), "year": np.tile(range(first, first + years), places)}
    )
    frame = frame.assign(deaths=deaths.ravel(), waits=waits.ravel())
    frame.attrs["spans"] = spans
    return frame


def drawn(rho, places=42, years=10, seed=1):
    """Levels whose yearly changes correlate by `rho` (one figure, or one a place), beside moves that all share."""
    rng = np.random.default_rng(seed)
    y, e = rng.standard_normal((2, places, years))
    x = np.asarray(rho).reshape(-1, 1) * y + np.sqrt(1 - np.asarray(rho).reshape(-1, 1) ** 2) * e
    shared = 5 * rng.standard_normal((2, 1, years))
    return panel_of(*(np.cumsum(part + move, axis=1) for part, move in zip((y, x), shared, strict=True)))


def moved(panel, **words):
    return ics.move_together(panel, ["deaths"], ["waits"], lower=LOWER, **words)


def test_correlations_equal_those_of_standard_scores_by_hand():
    panel = drawn(0.5, places=12)
    found = moved(panel)
    scores = {}
    for name in ("deaths", "waits"):
        change = panel.pivot(index="place", columns="year", values=name).diff(axis=1).iloc[:, 1:]
        scores[name] = (change - change.mean()) / change.std(ddof=0)
    whole = stats.pearsonr(scores["deaths"].to_numpy().ravel(), scores["waits"].to_numpy().ravel())
    assert found.pairs.loc[0, "together"] == pytest.approx(whole.statistic, abs=1e-9)
    by_hand = [stats.pearsonr(scores["deaths"].loc[place], scores["waits"].loc[place]) for place in scores["deaths"].index]
    assert found.by_place["own"].tolist() == pytest.approx([r.statistic for r in by_hand])
    low, high = by_hand[0].confidence_interval()  # Fisher's, without the allowance for neighbouring years
    assert found.by_place["own_high"][0] - found.by_place["own_low"][0] == pytest.approx(high - low, rel=0.15)


def test_a_better_target_and_a_better_outcome_are_together_whichever_way_they_count():
    panel = drawn(0.9)
    assert moved(panel).pairs.loc[0, "together"] > 0.8
    turned = ics.move_together(panel.assign(life=-panel["deaths"]), ["life"], ["waits"], lower=LOWER)
    assert turned.pairs.loc[0, "together"] == pytest.approx(moved(panel).pairs.loc[0, "together"])
    assert "Deaths" not in moved(panel).headline and "deaths and waits moved together" in moved(panel).headline


def test_systems_are_drawn_together_as_brute_force_has_it():
    """The posterior by sampling the spread, the mean and each place in turn, on the eight schools of Rubin (1981)."""
    y, s = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    rng, tau, mu, kept = np.random.default_rng(1), 8.0, 8.0, []
    for _ in range(40_000):
        precision = 1 / s**2 + 1 / tau**2
        theta = rng.normal((y / s**2 + mu / tau**2) / precision, precision**-0.5)
        mu = rng.normal(theta.mean(), tau / np.sqrt(len(y)))
        tau = max(np.sqrt(((theta - mu) ** 2).sum() / rng.chisquare(len(y) - 1)), 1e-3)  # flat prior on tau
        kept.append(theta)
    mean, sd = draw_together(y, s)
    assert mean == pytest.approx(np.mean(kept, axis=0), abs=0.35) and sd == pytest.approx(np.std(kept, axis=0), rel=0.06)


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_intervals_hold_the_planted_correlation(spread):
    """95% intervals of all together, of one system's own, and drawn together, over 60 drawn worlds of 42 systems and 9 changes."""
    rng = np.random.default_rng(7)
    own, together, drawn_in = [], [], []
    for seed in range(60):
        rho = np.tanh(np.arctanh(0.2) + spread * rng.standard_normal(42))
        found = moved(drawn(rho, seed=seed))
        rows = found.by_place
        own.append(((rows["own_low"] <= rho) & (rho <= rows["own_high"])).mean())
        drawn_in.append(((rows["low"] <= rho) & (rho <= rows["high"])).mean())
        together.append(found.pairs["low"][0] <= rho.mean() <= found.pairs["high"][0])
    assert 0.92 <= np.mean(own) <= 0.98 and np.mean(together) >= 0.88
    assert (
        0.92 <= np.mean(drawn_in) <= (0.98 if spread else 1.0)
    )  # no spread at all is the edge of the model: too wide there, never too narrow
    assert (rows["high"] - rows["low"]).mean() < 0.9 * (rows["own_high"] - rows["own_low"]).mean()


def test_figures_of_three_years_are_compared_over_periods_that_do_not_overlap():
    """The outcome is the mean of three drawn years; its change is of 2016 to 2019 to 2022, beside the target's mean over the same years."""
    yearly = drawn(0.9, years=9)
    rolled = yearly.assign(deaths=yearly.groupby("place")["deaths"].transform(lambda v: v.rolling(3).mean()))
    rolled.attrs["spans"] = {"deaths": 3}
    found = moved(rolled)
    row = found.pairs.iloc[0]
    assert (row["span"], row["changes"], row["systems"]) == (3, 2, 42) and row["together"] > 0.7
    assert found.own.empty and np.isnan(row["needed"]) and "No system has enough changes" in found.finding
    wide = {
        name: yearly.pivot(index="place", columns="year", values=name)
        .T.rolling(3)
        .mean()
        .T[[2016, 2019, 2022]]
        .diff(axis=1)
        .iloc[:, 1:]
        for name in ("deaths", "waits")
    }
    scores = [((change - change.mean()) / change.std(ddof=0)).to_numpy().ravel() for change in wide.values()]
    assert row["together"] == pytest.approx(np.corrcoef(scores)[0, 1])


def test_gaps_and_few_places_are_said():
    panel = drawn(0.5)
    gone = panel.assign(waits=panel["waits"].where((panel["place"] != "P00") | (panel["year"] > 2020)))
    found = moved(gone)
    assert found.by_place.set_index("place").loc["P00", "changes"] == 2 and np.isnan(found.by_place["own"][0])
    with pytest.raises(NotIdentified, match="Fewer than five places"):
        moved(panel[panel["place"] < "P04"])


def test_the_real_panel_has_every_pair_and_says_what_few_years_can_show():
    waits = ["rtt_over_18_weeks_share", "ae_over_4_hours_share"]
    panel = ics.load_panel(["preventable_mortality", "healthy_life_expectancy_female", *waits], 2010, 2024)
    found = ics.move_together(
        panel, ["preventable_mortality", "healthy_life_expectancy_female"], waits, lower=["preventable_mortality", *waits]
    )
    pairs = found.pairs.set_index(["outcome", "target"])
    assert (
        pairs["systems"].tolist() == [42, 42, 21, 21]
        and pairs["changes"].tolist() == [9, 7, 2, 1]
        and pairs["span"].tolist() == [1, 1, 3, 3]
    )
    assert found.by_place["own"].notna().sum() == 84 and (pairs["needed"].dropna() > 0.6).all()
    outturns = ics.load("finances_by_ics").query("measure == 'surplus' and basis == 'outturn' and place_type == 'system'")
    assert (
        outturns.groupby("place")["period"].nunique().max() < 2
    )  # too few for finance to be among the targets: said in the report
    shown = ics.plot(found, asked="QF7")
    assert shown.svg().startswith("<svg") and len(ics.table(found).data) == 42 and len(ics.table(found, asked="QF7").data) == 4
