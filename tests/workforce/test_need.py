"""Staffing against need: the outside oracle, planted distances, bounds that hold the truth."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from icslib import store
from icslib.errors import NotIdentified, PanelError
from icslib.workforce import breaks_in_series, compare_staffing


def drawn(places=42, years=8, between=10.0, within=6.0, rho=0.0, seed=1):
    rng = np.random.default_rng(seed)
    need, u = rng.normal(1, 0.1, places), rng.normal(0, between, places)
    e = np.zeros((places, years))
    e[:, 0] = rng.normal(0, within, places)
    for t in range(1, years):
        e[:, t] = rho * e[:, t - 1] + rng.normal(0, within * np.sqrt(1 - rho**2), places)
    frame = pd.DataFrame(
        {"place": np.repeat([f"P{i:02d}" for i in range(places)], years), "year": np.tile(np.arange(2015, 2015 + years), places)}
    )
    frame["need"] = np.repeat(need, years)
    frame["staff"] = 500 + 200 * frame["need"] + 3 * (frame["year"] - 2015) + np.repeat(u, years) + e.ravel()
    return frame, pd.Series(u, index=[f"P{i:02d}" for i in range(places)])


def test_without_likeness_it_is_the_mixed_model_of_statsmodels():
    frame, _ = drawn()
    ours = compare_staffing(frame, "staff", ["need"], alike=False)
    scaled = (frame["need"] - frame["need"].mean()) / frame["need"].std(ddof=0)
    x = np.column_stack([scaled, pd.get_dummies(frame["year"], dtype=float)])
    theirs = MixedLM(frame["staff"], x, groups=frame["place"]).fit(reml=True)
    assert ours.terms.loc["need", "estimate"] == pytest.approx(theirs.params.iloc[0], rel=1e-4)
    assert ours.between**2 == pytest.approx(theirs.cov_re.iloc[0, 0], rel=2e-3)
    assert ours.within**2 == pytest.approx(theirs.scale, rel=1e-3)
    blup = pd.Series({place: effect.iloc[0] for place, effect in theirs.random_effects.items()})
    assert np.allclose(ours.by_place["distance"].sort_index(), blup.sort_index(), atol=0.02)


def test_planted_distances_are_found_and_shrunk():
    frame, truth = drawn()
    result = compare_staffing(frame, "staff", ["need"])
    found = result.by_place["distance"].reindex(truth.index)
    assert np.corrcoef(found, truth - truth.mean())[0, 1] > 0.95
    assert (result.by_place["distance"].abs() <= result.by_place["gap"].abs() + 1e-9).all()
    assert result.between == pytest.approx(10, rel=0.35) and result.within == pytest.approx(6, rel=0.15)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_intervals_hold_planted_distances_as_often_as_they_say(rho):
    held = []
    for seed in range(12):
        frame, truth = drawn(years=10, rho=rho, seed=seed)
        rows = compare_staffing(frame, "staff", ["need"]).by_place.reindex(truth.index)
        held.append(((rows["low"] <= truth) & (truth <= rows["high"])).mean())
    assert 0.90 < np.mean(held) < 0.99


def test_without_likeness_years_that_resemble_each_other_make_intervals_too_narrow():
    frame, _ = drawn(rho=0.7)
    naive, honest = (compare_staffing(frame, "staff", ["need"], alike=flag).by_place for flag in (False, True))
    assert (honest["high"] - honest["low"]).mean() > 1.1 * (naive["high"] - naive["low"]).mean()


def test_a_suppressed_figure_widens_its_places_interval_so_that_it_holds_the_full_data_answer():
    frame, _ = drawn()
    full = compare_staffing(frame, "staff", ["need"]).by_place
    hidden = frame.assign(staff_lower=frame["staff"] - 15, staff_upper=frame["staff"] + 5)
    gone = (hidden["place"] == "P03") & hidden["year"].isin([2016, 2017])
    hidden.loc[gone, "staff"] = np.nan
    result = compare_staffing(hidden, "staff", ["need"])
    row = result.by_place.loc["P03"]
    assert row["bounded"] == 2 and row["low"] < full.loc["P03", "distance"] < row["high"]
    assert row["high"] - row["low"] > full.loc["P03", "high"] - full.loc["P03", "low"] + 3
    assert result.rows == len(frame)


def test_a_merger_year_can_be_left_out_and_is_named():
    frame, _ = drawn()
    frame.loc[(frame["place"] == "P05") & (frame["year"] == 2019), "staff"] += 500
    jumped, without = (compare_staffing(frame, "staff", ["need"], leave_out=out) for out in ((), [("P05", 2019)]))
    assert jumped.by_place.loc["P05", "distance"] > without.by_place.loc["P05", "distance"] + 10
    assert without.left_out == ("P05 2019",) and "P05 2019" in without.finding


def test_per_weighted_head_the_distance_is_from_englands_own_figure():
    frame, truth = drawn()
    result = compare_staffing(frame.assign(staff=frame["staff"] - 200 * frame["need"]), "staff", [])
    assert result.terms.empty and np.corrcoef(result.by_place["distance"].reindex(truth.index), truth)[0, 1] > 0.95


def test_every_year_from_a_jump_on_can_be_left_out():
    frame, _ = drawn()
    result = compare_staffing(frame, "staff", ["need"], jumps=[("P05", 2019)])
    assert result.by_place.loc["P05", "years"] == 4 and result.left_out == ("P05 2019 to 2022",)


def test_known_breaks_are_flags_of_the_shipped_panel():
    held = store.load("system_panel")
    assert {("QH8", 2020), ("QNQ", 2015)} <= set(breaks_in_series(held, "acute_staff"))
    assert breaks_in_series(held, "gps") == []


def test_the_england_line_weighs_places_by_people_in_the_last_year():
    frame, _ = drawn()
    result = compare_staffing(frame.assign(people=np.repeat(np.arange(1, 43), 8)), "staff", ["need"], people="people")
    last = frame[frame["year"] == 2022].set_index("place")["staff"]
    assert result.england == pytest.approx(np.average(last, weights=np.arange(1, 43)))
    assert result.by_place["latest"].reindex(last.index).equals(last.rename("latest"))


def test_a_year_before_the_measure_existed_is_not_imputed_and_nobody_is_blamed():
    frame, _ = drawn()
    frame.loc[frame["year"] == 2015, "staff"] = np.nan
    result = compare_staffing(frame, "staff", ["need"])
    assert result.years == 7 and result.left_out == ()


def test_what_the_data_cannot_carry_is_refused():
    frame, _ = drawn(places=3)
    with pytest.raises(NotIdentified, match="3 places"):
        compare_staffing(frame, "staff", ["need"])
    frame, _ = drawn()
    with pytest.raises(NotIdentified, match="same for every place"):
        compare_staffing(frame.assign(need=1.0), "staff", ["need"])
    with pytest.raises(PanelError, match="no column"):
        compare_staffing(frame, "staff", ["deprivation"])
    with pytest.raises(PanelError, match="lower bound above"):
        compare_staffing(frame.assign(staff=np.nan, staff_lower=2.0, staff_upper=1.0), "staff", ["need"])
