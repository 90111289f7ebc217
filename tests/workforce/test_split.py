"""Decompositions: exact sums, hand sums on few rows, and what each part means."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icslib.errors import NotIdentified, ParameterError
from icslib.workforce.split import decompose


def frame(rows):
    return pd.DataFrame(rows, columns=["group", "year", "vacant", "posts"])


TWO = frame([("nurses", 2019, 10, 100), ("doctors", 2019, 5, 100), ("nurses", 2022, 15, 150), ("doctors", 2022, 5, 50)])


def test_rates_that_stand_still_move_only_by_mix():
    still = TWO.assign(vacant=TWO["posts"] * TWO["group"].map({"nurses": 0.1, "doctors": 0.05}))
    split = decompose(still, "vacant", "posts", "group", 2019, 2022)
    assert split.steps["within"] == pytest.approx(0) and split.steps["mix"] == pytest.approx(split.after - split.before)


def test_one_group_by_hand():
    one = frame([("all", 2019, 10, 100), ("all", 2022, 20, 125)])
    split = decompose(one, "vacant", "posts", "group", 2019, 2022, of="gap")
    level = (0.84 - 0.9) / np.log(0.84 / 0.9)
    assert split.steps["posts"] == pytest.approx(100 * level * np.log(1.25))
    assert split.steps["staff"] == pytest.approx(-100 * level * np.log(105 / 90))
    assert (split.before, split.after, split.steps["mix"]) == (10.0, 16.0, pytest.approx(0))


def test_posts_that_grow_with_staff_still_raise_the_rate():
    still = frame([("all", 2019, 10, 100), ("all", 2022, 20, 110)])
    split = decompose(still, "vacant", "posts", "group", 2019, 2022, of="gap")
    assert split.steps["posts"] > 0 and split.steps["staff"] == pytest.approx(0)


def test_parts_can_be_named_as_their_reader_calls_them():
    split = decompose(TWO, "vacant", "posts", "group", 2019, 2022, parts={"mix": "moves"})
    assert list(split.steps.index) == ["within", "moves"] == list(split.by_group.columns) and "moves" in split.finding


def test_days_lost_split_into_sickness_and_headcount():
    days = frame([("A", 2014, 4, 100), ("B", 2014, 5, 100), ("A", 2023, 12, 200), ("B", 2023, 6, 100)])
    split = decompose(days, "vacant", "posts", "group", 2014, 2023, of="total", unit="days")
    assert split.steps.sum() == pytest.approx(9.0) and split.steps["rate"] == pytest.approx(0.02 * 150 + 0.01 * 100)
    assert split.finding == "vacant rose from 9.0 in 2014 to 18.0 days in 2023: size +5.2, rate +4.0, mix −0.2."


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(1, 1e6)] * 2, *[st.floats(0.001, 0.999)] * 2), min_size=1, max_size=12),
    st.sampled_from(["rate", "gap", "total"]),
)
def test_parts_sum_to_the_change_whatever_the_figures(groups, of):
    rows = [
        (f"g{i}", year, size * rate, size)
        for i, (d0, d1, r0, r1) in enumerate(groups)
        for year, size, rate in ((1, d0, r0), (2, d1, r1))
    ]
    split = decompose(frame(rows), "vacant", "posts", "group", 1, 2, of=of)
    assert abs(split.residual) <= 1e-9 * max(1, split.before, split.after)
    assert split.by_group.to_numpy().sum() == pytest.approx(split.after - split.before, abs=1e-9 * max(1, split.after))


def test_a_group_seen_once_is_left_out_and_named():
    split = decompose(pd.concat([TWO, frame([("porters", 2022, 1, 10)])]), "vacant", "posts", "group", 2019, 2022)
    assert split.left_out == ("porters",) and "porters" in split.finding


def test_what_cannot_be_taken_apart_is_refused():
    with pytest.raises(ParameterError, match="Choose one of"):
        decompose(TWO, "vacant", "posts", "group", 2019, 2022, of="ratio")
    with pytest.raises(NotIdentified, match="in both 2019 and 2030"):
        decompose(TWO, "vacant", "posts", "group", 2019, 2030)
    with pytest.raises(NotIdentified, match="must be above zero"):
        decompose(frame([("A", 1, 5, 5), ("A", 2, 5, 6)]), "vacant", "posts", "group", 1, 2, of="gap")


def test_the_cells_behind_both_periods_are_kept_from_the_frame_or_its_panel():
    frame = pd.DataFrame({"g": ["A", "A", "A"], "year": [1, 2, 3], "n": [1.0, 2.0, 3.0], "d": [10.0, 10.0, 10.0]})
    assert decompose(frame.assign(cells=[("s!!A1",), ("s!!A2",), ("s!!A3",)]), "n", "d", "g", 1, 3).cells == ("s!!A1", "s!!A3")
    frame.attrs["cells"] = {("A", 1, "n"): ("p!!B1",), ("A", 2, "n"): ("p!!B2",), ("B", 3, "n"): ("p!!B3",)}
    assert decompose(frame, "n", "d", "g", 1, 3).cells == ("p!!B1",)
