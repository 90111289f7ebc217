"""One place among all: peers by hand, ranks by scipy, gaps and strangers told."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import icslib as ics
from icslib.errors import PanelError

NEED = ["old", "poor"]


def panel(**columns):
    frame = pd.DataFrame({"place": list("ABCDEF") * 2, "year": [2022] * 6 + [2023] * 6})
    frame = frame.assign(old=[20, 21, 25, 30, 31, 20] * 2, poor=[10, 11, 30, 40, 9, 50] * 2, beds=np.arange(12.0), **columns)
    frame.attrs = {"units": {"beds": "per 1,000"}, "cells": {("A", 2023, "beds"): ("own!!B7",)}}
    return frame


def test_peers_are_the_nearest_in_standard_scores():
    near = ics.find_peers(panel(), "A", NEED, count=5)
    known = panel().query("year == 2023").set_index("place")[NEED]
    scores = known.apply(stats.zscore)
    by_hand = np.sqrt(((scores - scores.loc["A"]) ** 2).mean(axis=1)).drop("A").sort_values()
    pd.testing.assert_series_equal(near, by_hand, check_names=False)
    assert near.index[0] == "B"


def test_a_planted_twin_is_the_first_peer_whatever_its_performance():
    frame = panel()
    frame.loc[frame["place"] == "F", NEED] = [20, 10]
    frame.loc[frame["place"] == "F", "beds"] = 1e6
    near = ics.find_peers(frame, "A", NEED, count=2)
    assert near.index[0] == "F" and near.iloc[0] == 0


def test_standing_is_rank_median_and_score_in_the_latest_year_of_the_place():
    frame = panel(late=[1.0, 2, 3, 4, 5, 6, np.nan, 1, 1, 1, 1, 1])
    standing = ics.profile_place(frame, "A", ["beds", "late"], by=NEED, peers=2).standing
    beds = frame.query("year == 2023").set_index("place")["beds"]
    assert standing.loc["beds", ["year", "value", "rank", "places"]].tolist() == [2023, 6.0, 1, 6]
    assert standing.loc["beds", "median"] == beds.median() and standing.loc["beds", "peers"] == beds[["B", "C"]].median()
    assert standing.loc["beds", "score"] == pytest.approx(stats.zscore(beds)[0])
    assert standing.loc["beds", "cells"] == ("own!!B7",)
    assert standing.loc["late", ["year", "rank"]].tolist() == [2022, 1]


def test_what_is_not_there_is_told():
    frame = panel(none=np.nan)
    told = ics.profile_place(frame, "A", ["beds", "none"], by=NEED, peers=2)
    assert (
        told.left_out == ("none",)
        and told.finding
        == "A is furthest from the middle on beds (6.0 per 1,000 in 2023, lowest of 6 places; peers 7.5). No figure: none."
    )
    with pytest.raises(PanelError, match="Z is not in the panel"):
        ics.profile_place(frame, "Z", ["beds"], by=NEED)
    with pytest.raises(PanelError, match="no figure of one of none"):
        ics.find_peers(frame, "A", ["none"])
    with pytest.raises(PanelError, match="holds no figure"):
        ics.profile_place(frame, "A", ["none"], by=NEED)


def test_best_and_worst_are_told_by_the_better_end_of_each_measure():
    frame = panel(
        gps=[1.0, 2, 3, 4, 5, 6] * 2, preventable_mortality=[10.0, 20, 30, 40, 50, 60] * 2, acute_staff=[3.0, 1, 2, 4, 5, 6] * 2
    )
    told = ics.profile_place(frame, "A", ["beds", "gps", "preventable_mortality", "acute_staff"], by=NEED, peers=2)
    assert (
        "A stands best on under-75 mortality from preventable causes (10.0 in 2023, lowest of 6 places; peers 25.0)"
        in told.finding
    )
    assert "and worst on general practitioners (1.0 in 2023, lowest of 6 places; peers 2.5)." in told.finding
    assert (
        told.beside_peers(["gps", "acute_staff", "absent"])
        == "Beside its 2 peers A has fewer general practitioners (1.0; peers 2.5) and more acute staff (3.0; peers 1.5)."
    )
    with pytest.raises(PanelError, match="holds no figure of absent"):
        told.beside_peers(["absent"])


def test_the_footing_ranks_plan_and_debt_from_the_deepest():
    planned = pd.DataFrame({"value": [-1.24, 0.5, -3.0], "trusts": [2, 1, 4], "cells": [("p!!E2",)] * 3}, index=list("ABC"))
    owed = pd.Series({"A": -563.0, "B": 0.0, "C": -10.0})
    told = ics.place_footing("A", planned, owed, {"A": ("l!!E3",), "C": ("l!!E4",)})
    assert (
        told.table["rank"].tolist()
        == [2, 1]
        == planned["value"].rank()[["A"]].astype(int).tolist() + owed.rank()[["A"]].astype(int).tolist()
    )
    assert told.finding == (
        "For 2025-26 the 2 trusts of A planned a deficit of 1.2% of turnover before support (2nd deepest of 3); "
        "in March 2019 they owed £563m in loans that met deficits (largest of 3)."
    )
    assert (
        "the trust of B planned a surplus of 0.5% of turnover before support; in March"
        in (other := ics.place_footing("B", planned, owed)).finding
        and "owed nothing" in other.finding
    )
    assert ics.table(told).sources == ("l", "p")
    with pytest.raises(PanelError, match="Z has no planned position"):
        ics.place_footing("Z", planned, owed)


def test_a_measure_that_is_the_same_everywhere_has_no_score_and_breaks_nothing():
    frame = panel(flat=3.0)
    assert ics.profile_place(frame, "A", ["beds", "flat"], by=[*NEED, "flat"], peers=2).standing["score"].isna().tolist() == [
        False,
        True,
    ]


def test_figures_say_in_words_what_they_show():
    told = ics.profile_place(panel(), "A", ["beds", "old"], by=NEED, peers=2)
    standing, path = ics.plot(told), ics.plot(told, show="path", measures=["beds"])
    assert "Beds 6.0 per 1,000, number 1 of 6 from the lowest" in standing.alt and standing.sources == ("own!!B7",)
    assert standing.svg().count("<svg") == path.svg().count("<svg") == 1
    assert set(path.data["place"]) == {"A", "B", "C"}
    assert ics.table(told).data["system"].tolist() == ["A", "B", "C"]
