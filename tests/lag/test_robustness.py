"""Every choice at once, one place at a time, and the tests an estimate should pass."""

import numpy as np
import pytest
from test_distributed import PANEL, planted

from icslib.errors import NotIdentified
from icslib.lag.challenges import challenge_lag
from icslib.lag.distributed import estimate_lag
from icslib.lag.robustness import specification_curve
from icslib.lag.survey import survey_lags


def test_a_real_effect_keeps_its_sign_over_every_specification():
    curve = specification_curve(
        PANEL, "x", "y", longest=(5, 8), year_by=(None, "region"), controls=((), ("z by year",)),
        shapes=("almon 2", "smooth"),
    )  # fmt: skip
    assert len(curve.specs) == 2 * 2 * 2 * 2 * 2 * 2 == len(curve.made)
    made = curve.made
    assert (made["estimate"] < 0).all() and (made["high"] < 0).mean() > 0.9
    assert made["estimate"].is_monotonic_increasing
    assert f"Over {len(curve.made)} reasonable ways" in curve.finding and "100% of them below zero" in curve.finding
    assert curve.by_choice.loc[("longest lag", "8"), "median"] < curve.by_choice.loc[("longest lag", "5"), "median"]


def test_what_specifications_share_changes_no_number():
    gap = PANEL.assign(y=PANEL["y"].where((PANEL["place"] != "P03") | (PANEL["year"] > 2009)), weight=1.0 + PANEL["year"] % 3)
    curve = specification_curve(
        gap, "x", "y", longest=(3, 5), year_by=(None, "region"), controls=((), ("z by year",)), weights=(None, "weight"),
        shapes=("almon 2", "smooth", "unrestricted"),
    )  # fmt: skip
    for spec in curve.made.iloc[::9].to_dict("records"):
        basis, _, degree = spec["shape"].partition(" ")
        last = int(spec["longest lag"])
        alone = estimate_lag(
            gap, "x", "y", range(0, last + 1), basis=basis, degree=int(degree or 2), trends=spec["trends"] == "yes",
            year_by="region" if spec["comparison"] == "within region" else None,
            weights="weight" if spec["weights"] == "weight" else None,
            interacted=("z",) if spec["controls"] == "z by year" else (),
            exclude=() if spec["years left out"] == "none" else (2020, 2021),
        )  # fmt: skip
        total = alone.cumulative(0, last)
        assert [spec[name] for name in total._fields] == pytest.approx(list(total), rel=1e-8) and spec["rows"] == alone.rows


def test_specifications_the_panel_cannot_carry_are_counted_not_hidden():
    short = PANEL[PANEL["year"] >= 2018]
    curve = specification_curve(short, "x", "y", longest=(3, 9), shapes=("unrestricted",), trends=(False,), exclude=((),))
    assert curve.specs["reason"].ne("").sum() == 1 and "1 more are not identified" in curve.details
    with pytest.raises(NotIdentified, match="None of 1 specifications is identified"):
        specification_curve(short, "x", "y", longest=(9,), shapes=("unrestricted",), trends=(False,), exclude=((),))


def test_one_place_that_makes_the_result_is_found():
    panel = planted(kernel=np.zeros(11), seed=3)
    loud = panel["place"] == "P07"
    panel.loc[loud, "x"] *= 8
    panel.loc[loud, "y"] += 0.5 * panel.loc[loud, "x"]
    row = challenge_lag(panel, "x", "y", lags=range(0, 2), draws=0).rows.loc["each place left out"]
    without = estimate_lag(panel[~loud], "x", "y", range(0, 2)).cumulative(0, 1).estimate
    assert row["reading"].startswith("furthest without P07") and row["estimate"] == pytest.approx(without, abs=1e-10)
    assert row["low"] <= row["estimate"] <= row["high"] and not row["passes"]


def test_a_real_effect_passes_and_a_regional_confounder_is_caught():
    panel = planted(kernel=HUMP_NOW, places=42, seed=5).assign(
        other=lambda d: d["y"] * 0 + np.random.default_rng(1).normal(size=len(d))
    )
    good = challenge_lag(panel, "x", "y", lags=range(0, 3), region="region", attribute="z", negative="other", draws=29)
    assert good.rows.loc["region by year", "passes"] and good.rows.loc["exposures dealt at random", "p"] < 0.1
    assert good.rows.loc["negative control", "passes"]
    shock = np.random.default_rng(2).normal(0, 3, (6, 25))
    both = shock[panel["region"].str[1:].astype(int), panel["year"] - 2000]
    confounded = planted(kernel=np.zeros(11), seed=6).assign(x=lambda d: d["x"] + both, y=lambda d: d["y"] + both)
    bad = challenge_lag(confounded, "x", "y", lags=range(0, 3), region="region", draws=9)
    assert (
        not bad.rows.loc["region by year", "passes"]
        and "Against it" in bad.finding
        and "comparison within regions" in bad.finding
    )


HUMP_NOW = np.array([0, 1.0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0])


def test_every_panel_goes_through_the_same_gate_and_tests():
    cases = {
        "true": {"panel": planted(kernel=HUMP_NOW, seed=7), "exposure": "x", "outcome": "y", "region": "region"},
        "null": {"panel": planted(kernel=np.zeros(11), seed=8), "exposure": "x", "outcome": "y"},
        "short": {"panel": PANEL[PANEL["year"] >= 2023], "exposure": "x", "outcome": "y"},
    }
    rows = survey_lags(cases, longest=3).rows
    assert rows.loc["true", "low"] > 0 and rows.loc["true", "reading"] != "silent"
    assert rows.loc["null", "reading"] == "silent" and rows.loc["short", ["used", "reading"]].tolist() == ["none", "silent"]
