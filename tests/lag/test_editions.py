"""Editions joined by a rule that is tested on the years both hold."""

import numpy as np
import pandas as pd
import pytest

from icslib.errors import BasisError, PanelError
from icslib.lag.editions import chain_changes, splice_editions


def editions(ratio, places=30, noise=0.002, seed=1):
    """Older 2010 to 2022 and newer 2014 to 2024 of one truth; `ratio(place, year)` is newer over older."""
    rng = np.random.default_rng(seed)
    place, year = np.indices((places, 15)).reshape(2, -1)
    truth = pd.DataFrame({"place": place, "year": 2010 + year, "rate": 100 * np.exp(rng.normal(0, 0.2, places)[place])})
    older = truth.assign(rate=truth["rate"] / ratio(place, 2010 + year) * np.exp(noise * rng.normal(size=len(truth))))
    return truth, older[older["year"] <= 2022], truth[truth["year"] >= 2014]


TILT = np.random.default_rng(9).normal(0, 0.02, 30)


@pytest.mark.parametrize(
    ("ratio", "rule"),
    [
        (lambda place, year: 1.0 + 0 * year, "as printed"),
        (lambda place, year: 1.03 + 0 * year, "one ratio"),
        (lambda place, year: np.exp(TILT[place]), "ratio by place"),
        (lambda place, year: 1 + 0.01 * (year - 2011), "ratio with a trend"),
    ],
)
def test_the_rule_that_made_the_gap_is_chosen_and_closes_it(ratio, rule):
    truth, older, newer = editions(ratio)
    found = splice_editions(older, newer, "rate")
    assert found.rule == rule or (rule == "as printed" and found.rules.loc["as printed", "error"] < 0.3)
    joined = found.panel.merge(truth, on=["place", "year"], suffixes=("", "_true"))
    assert len(joined) == len(truth) and (joined["rate"] / joined["rate_true"] - 1).abs().max() < 0.02
    assert (found.first, found.newer_from, found.last) == (2010, 2014, 2024)
    assert f"Rule: {found.rule}" in found.finding


def test_newer_figures_stand_as_printed():
    _, older, newer = editions(lambda place, year: 1.03 + 0 * year)
    kept = splice_editions(older, newer, "rate").panel.query("year >= 2014")["rate"]
    np.testing.assert_array_equal(kept, newer.sort_values(["place", "year"])["rate"])


def test_editions_that_cannot_be_joined_are_refused():
    _, older, newer = editions(lambda place, year: 1.0 + 0 * year)
    with pytest.raises(BasisError, match="share 2 years; at least 5"):
        splice_editions(older[older["year"] <= 2015], newer, "rate")
    with pytest.raises(PanelError, match="zero or less somewhere"):
        splice_editions(older.assign(rate=0.0), newer, "rate")
    other = newer.copy()
    other.attrs["units"] = {"rate": "percent"}
    with pytest.raises(BasisError, match="in None and percent"):
        splice_editions(older, other, "rate")


def test_changes_carry_a_level_back_and_a_missing_start_is_said():
    levels = pd.DataFrame({"place": "A", "year": [2016, 2017, 2018], "spend": [999.0, 110.0, 120.0]})
    changes = pd.DataFrame({"place": "A", "year": [2015, 2016, 2017], "change": [25.0, -50.0, 10.0]})
    made = chain_changes(levels, changes, "spend", "change", 2017)
    assert made["spend"].round(9).tolist() == [160.0, 200.0, 100.0, 110.0, 120.0]
    with pytest.raises(PanelError, match="must both have figures for 2020"):
        chain_changes(levels, changes, "spend", "change", 2020)
