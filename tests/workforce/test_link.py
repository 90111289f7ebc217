"""Links of staffing with outcomes: the outside oracle, a planted lag and a planted lead, mergers left out."""

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS

from icslib.errors import NotIdentified
from icslib.workforce.link import _within_sd, link_staffing


def drawn(places=40, years=10, lag=1, size=3.0, seed=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 10, (places, years + 6)) + rng.normal(0, 50, (places, 1))
    y = (
        np.roll(x, lag, axis=1) * size / 10
        + rng.normal(0, 2, x.shape)
        + rng.normal(0, 5, (places, 1))
        + rng.normal(0, 3, (1, years + 6))
    )
    inner = slice(3, 3 + years)
    index = pd.MultiIndex.from_product([[f"P{i:02d}" for i in range(places)], range(2014, 2014 + years)], names=["place", "year"])
    return pd.DataFrame({"staff": x[:, inner].ravel(), "wait": y[:, inner].ravel()}, index=index).reset_index()


def test_the_estimate_is_that_of_two_way_fixed_effects():
    frame = drawn()
    ours = link_staffing(frame, "staff", ["wait"], lags=[0, 1]).table.iloc[1]
    moved = (
        frame.assign(before=frame.groupby("place")["staff"].shift(1), now=frame["staff"]).dropna().set_index(["place", "year"])
    )
    sd = _within_sd(frame.pivot(index="place", columns="year", values="staff").to_numpy())
    theirs = PanelOLS(moved["wait"], moved[["now", "before"]] / sd, entity_effects=True, time_effects=True).fit()
    assert ours["estimate"] == pytest.approx(theirs.params["before"], rel=1e-9)
    assert ours["rows"] == len(moved)


@pytest.mark.parametrize("lag", [1, -1, 0])
def test_the_planted_lag_or_lead_is_the_one_that_stands(lag):
    result = link_staffing(drawn(lag=lag), "staff", ["wait"])
    clear = result.table[result.table["holm"] < 0.05]
    assert clear["lag"].tolist() == [lag]
    assert clear.iloc[0]["low"] < 3.0 < clear.iloc[0]["high"]
    assert ("lead" in result.finding) == (lag < 0)


def test_nothing_planted_seldom_stands():
    stands = [link_staffing(drawn(size=0.0, seed=s), "staff", ["wait"]).table["holm"].min() < 0.05 for s in range(20)]
    assert np.mean(stands) <= 0.15


def test_a_merger_jump_drives_the_first_sample_and_not_the_second():
    frame = drawn(size=0.0)
    late = (frame["place"] == "P00") & (frame["year"] >= 2018)
    frame.loc[late, "staff"] += 400
    frame.loc[late, "wait"] += 40
    table = link_staffing(frame, "staff", ["wait"], lags=[0], jumps=[("P00", 2018)]).table.set_index("sample")
    assert abs(table.loc["all", "estimate"]) > 4 * abs(table.loc["without jumps", "estimate"])
    assert table.loc["without jumps", "rows"] == 400 - 6


def test_how_far_a_merger_moved_the_staff_and_what_stands_without_it_are_said():
    frame = drawn(lag=0)
    late = (frame["place"] == "P00") & (frame["year"] >= 2018)
    frame.loc[late, "staff"] += 400
    result = link_staffing(frame, "staff", ["wait"], jumps=[("P00", 2018)])
    (before, after), own = result.jumped[0], frame[frame["place"] == "P00"].set_index("year")["staff"]
    assert (before, after) == (own[2017], own[2018]) and after - before > 300
    assert "Without the systems that merged the strongest is wait the same year: p-value below 0.001" in result.finding


def test_a_gap_is_not_filled_and_too_few_places_are_refused():
    frame = drawn()
    frame.loc[frame["year"] == 2018, "staff"] = np.nan
    assert link_staffing(frame, "staff", ["wait"], lags=[1]).table.iloc[0]["rows"] == 40 * 8
    with pytest.raises(NotIdentified, match="Only 3 places"):
        link_staffing(drawn(places=3), "staff", ["wait"])
