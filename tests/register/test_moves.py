"""Moving between vintages: counts keep their total, rates their denominator, intervals their width."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from icslib import register, tidy
from icslib.errors import PlaceError

from .conftest import drawn_on

VINTAGES = ["2016-04", "2018-06", "2020-06", "2021-06", "2022-07", "2024-04", "2026-04"]


def systems(at, values, unit="FTE"):
    """Observations of every system at a vintage, drawn on it."""
    codes = register.places(at=at, type="system")["code"]
    return drawn_on(at, pd.Series(np.resize(values, len(codes)), codes), unit)


def plain(frame):
    return frame[["place", "value"]].sort_values("place", ignore_index=True)


numbers = st.lists(st.floats(-1e6, 1e6), min_size=44, max_size=44)


@settings(max_examples=12, deadline=None)
@given(numbers, st.sampled_from(VINTAGES), st.sampled_from(VINTAGES))
def test_there_and_back_keeps_the_total(values, here, there):
    first = systems(here, values)
    away = register.to_vintage(first, there, drawn=here)
    home = register.to_vintage(away, here, drawn=there)
    size = np.abs(values).sum() + 1
    assert set(away["place"]) == set(register.places(at=there, type="system")["code"])
    assert set(home["place"]) == set(first["place"])
    assert abs(away["value"].sum() - first["value"].sum()) / size < 1e-9
    assert abs(home["value"].sum() - first["value"].sum()) / size < 1e-9


@settings(max_examples=12, deadline=None)
@given(numbers, st.lists(st.sampled_from(VINTAGES), min_size=3, max_size=3, unique=True).map(sorted), st.booleans())
def test_two_steps_are_one(values, stops, backward):
    first, middle, last = reversed(stops) if backward else stops
    figures = systems(first, values)
    once = register.to_vintage(figures, last, drawn=first)
    twice = register.to_vintage(register.to_vintage(figures, middle, drawn=first), last, drawn=middle)
    assert_frame_equal(plain(once), plain(twice), rtol=1e-9, atol=1e-6)
    assert once["cells"].map(len).sum() >= len(figures)


@settings(max_examples=5, deadline=None)
@given(numbers, st.lists(st.floats(1, 1e6), min_size=44, max_size=44))
def test_two_steps_are_one_for_rates(values, people):
    rates, size = systems("2016-04", values, unit="percent"), systems("2016-04", people)
    once = register.to_vintage(rates, "2026-04", denominators=size, drawn="2016-04")
    middle = register.to_vintage(rates, "2020-06", denominators=size, drawn="2016-04")
    moved = register.to_vintage(size, "2020-06", drawn="2016-04")
    twice = register.to_vintage(middle, "2026-04", denominators=moved, drawn="2020-06")
    assert_frame_equal(plain(once), plain(twice), rtol=1e-7, atol=1e-6)


def test_a_rate_is_what_its_parts_make(draw):
    """A rate moved equals the moved count above the line over the moved count below it."""
    above, below = systems("2022-07", np.arange(1.0, 45.0)), systems("2022-07", np.arange(50.0, 94.0))
    rate = above.assign(unit="percent", value=100 * above["value"] / below["value"])
    moved = register.to_vintage(rate, "2026-04", denominators=below, drawn="2022-07")
    parts = [plain(register.to_vintage(f, "2026-04", drawn="2022-07"))["value"] for f in (above, below)]
    np.testing.assert_allclose(plain(moved)["value"], 100 * parts[0] / parts[1], rtol=1e-12)


def test_a_merger_adds_and_names_every_cell(move):
    moved = move("""
        place | value
        QMJ   | -3.5
        QRV   | 10
        QOP   | 4""").set_index("place")
    assert moved["value"].to_dict() == {"QOP": 4, "Z9B2Z": 6.5}
    assert moved.loc["Z9B2Z", "cells"] == ("drawn!S!B2", "drawn!S!B3")
    assert moved.loc["Z9B2Z", "apportioned"] == 0 and moved.loc["Z9B2Z", "flag"] == ""
    assert (moved.loc["QOP", ["sheet", "row", "column"]].tolist(), moved.loc["QOP", "cells"]) == (["S", 4, "B"], ("drawn!S!B4",))


@pytest.mark.parametrize(
    ("giver", "taker", "share"),
    [("QF7", "QT1", 70 / 923), ("QOP", "QJ2", 21 / 1694), ("QUA", "QHL", 92 / 804), ("QUE", "QPM", 9 / 507)],
    ids=["Bassetlaw", "Glossop", "West Birmingham", "Wansford"],
)
def test_part_of_a_system_moves_by_its_small_areas(move, giver, taker, share):
    moved = move(f"place | value | period\n{giver} | 100 | 2021-22\n{taker} | 1000 | 2021-22", "2022-07").set_index("place")
    assert moved.loc[taker, "value"] == pytest.approx(1000 + 100 * share)
    assert moved.loc[giver, "value"] == pytest.approx(100 * (1 - share))
    assert moved.loc[taker, "flag"] == moved.loc[giver, "flag"] == "apportioned"
    assert moved.loc[taker, "apportioned"] == pytest.approx(100 * share / (1000 + 100 * share))
    assert moved.loc[giver, "apportioned"] == 1


def test_a_figure_with_a_part_missing_is_not_a_figure(draw):
    rows = draw("place | value\nQMJ | 5")
    strict = register.to_vintage(rows, "2026-04")
    assert strict["value"].isna().all() and strict["flag"].tolist() == ["incomplete: no figure for QRV"]
    assert register.to_vintage(rows, "2026-04", missing="zero")["value"].tolist() == [5]


def test_a_withheld_part_withholds_the_sum_and_keeps_its_bounds(move):
    moved = move("""
        place | value | lower | upper | flag
        QMJ   | 5     |       |       |
        QRV   |       | 1     | 7     | suppressed""")
    assert moved["value"].isna().all() and moved["flag"].tolist() == ["suppressed"]
    assert moved[["lower", "upper"]].to_numpy().tolist() == [[6, 12]]


def test_intervals_of_independent_figures(move):
    moved = move("""
        place | value | lower | upper
        QMJ   | 10    | 7     | 13
        QRV   | 20    | 16    | 25""")
    assert moved[["value", "lower", "upper"]].to_numpy().tolist() == [[30, 30 - 5, 30 + np.hypot(3, 5)]]


def test_a_rate_without_its_denominator_is_refused(draw):
    rates = draw("place | value\nQMJ | 4\nQRV | 6", unit="percent").assign(unit="percent", measure="sickness_absence")
    with pytest.raises(PlaceError, match=r"sickness_absence is in percent.*QMJ, QRV come together in Z9B2Z.*denominators="):
        register.to_vintage(rates, "2026-04")
    with pytest.raises(PlaceError, match="No denominator for sickness_absence of QRV in 2023-24"):
        register.to_vintage(rates, "2026-04", denominators=draw("place | value\nQMJ | 4"))
    people = draw("place | value\nQMJ | 100\nQRV | 300")
    assert register.to_vintage(rates, "2026-04", denominators=people)["value"].tolist() == [5.5]


def test_a_denominator_may_be_a_measure_beside_it(draw):
    both = draw("""
        place | value | measure  | unit
        QMJ   | 4     | sickness | percent
        QRV   | 6     | sickness | percent
        QMJ   | 100   | days     | days
        QRV   | 300   | days     | days""")
    moved = register.to_vintage(both, "2026-04", denominators={"sickness": "days"}).set_index("measure")
    assert moved["value"].to_dict() == {"sickness": 5.5, "days": 400}


def test_a_rate_of_one_place_needs_no_denominator(draw):
    moved = register.to_vintage(draw("place | value\nQOP | 5").assign(unit="percent"), "2022-07")
    assert moved["value"].tolist() == [5]


def test_a_chain_of_mergers_is_followed(draw):
    """RV7 joined RWN in 2010, and RWN with RRD became R1L in 2017."""
    moved = register.to_vintage(draw("place | value | place_type | period\nRV7 | 1 | trust | 2009-10"), "2022-07", missing="zero")
    assert moved["place"].tolist() == ["R1L"]


def test_a_division_without_published_shares_is_said_not_guessed(move):
    moved = move("place | value | place_type | period\nRYQ | 9 | trust | 2012-13", "2022-07")
    assert moved["place"].tolist() == ["RYQ"] and moved["value"].tolist() == [9]
    assert moved["flag"].tolist() == ["became RJ2, RJZ, RPG: shares not published"]


def test_figures_apart_stay_apart(move):
    moved = move("""
        place | value | basis   | sex
        QMJ   | 1     | plan    | f
        QRV   | 2     | plan    | f
        QMJ   | 10    | outturn | f
        QRV   | 20    | outturn | f
        QMJ   | 100   | plan    | m
        QRV   | 200   | plan    | m""")
    assert sorted(moved["value"]) == [3, 30, 300]
    assert list(moved.columns) == [*tidy.COLUMNS, "sex", "cells", "apportioned"]


def test_other_places_pass_untouched(draw):
    rows = draw("place | value | place_type\nE92000001 | 9 | england\nY56 | 3 | region\nA81001 | 1 | practice")
    moved = register.to_vintage(rows, "2026-04")
    assert_frame_equal(moved[[*tidy.COLUMNS]], rows[[*tidy.COLUMNS]])


def test_an_unknown_code_is_named(move):
    with pytest.raises(PlaceError, match=r"1 codes are not in the register: Q99"):
        move("place | value\nQ99 | 1")


def test_districts_follow_their_mergers_there_and_back(draw):
    rows = draw("""
        place     | value | unit   | place_type      | period
        E07000026 | 34    | people | local_authority | 2021
        E07000028 | 38    | people | local_authority | 2021
        E07000029 | 28    | people | local_authority | 2021""")
    moved = register.to_vintage(rows, "2024-04")
    assert moved[["place", "value"]].to_numpy().tolist() == [["E06000063", 100]]
    home = register.to_vintage(moved, "2021-04", drawn="2024-04")
    assert home["place"].tolist() == ["E07000026", "E07000028", "E07000029"] and home["value"].sum() == pytest.approx(100)


def test_a_ccg_becomes_its_sub_icb_location(move):
    moved = move(
        "place | value | place_type | period\n00W | 1 | ccg | 2015-16\n01M | 2 | ccg | 2015-16\n01N | 3 | ccg | 2015-16",
        "2022-07",
    )
    assert moved[["place", "place_type", "value"]].to_numpy().tolist() == [["14L", "sub_icb", 6]]


def test_moving_is_idempotent(draw):
    once = register.to_vintage(systems("2022-07", range(1, 43)), "2026-04", drawn="2022-07")
    assert_frame_equal(plain(register.to_vintage(once, "2026-04", drawn="2026-04")), plain(once))


def test_an_empty_table_moves_to_an_empty_table(draw):
    empty = systems("2022-07", [1.0]).head(0)
    assert register.to_vintage(empty, "2026-04").empty


def test_what_only_describes_a_place_does_not_keep_figures_apart(move):
    moved = move("""
        place | value | place_name           | title
        QMJ   | 1     | North Central London | Board paper
        QRV   | 2     | North West London    | Board paper""")
    assert moved["value"].tolist() == [3]
    assert moved["place_name"].tolist() == ["North Central London; North West London"] and moved["title"].tolist() == [
        "Board paper"
    ]


def test_what_a_figure_needs_depends_on_its_own_year(move):
    """In 2017-18 Harrogate and Hambleton (in one of the three northern footprints) were elsewhere; from 2021-22 on the board of Humber needs nobody else."""
    moved = move("place | value | period\nQOQ | 1 | 2017-18\nQOQ | 2 | 2021-22", "2022-07").set_index("period")
    assert moved.loc["2017-18", "flag"] == "incomplete: no figure for E54000045, E54000046, E54000047, QWO" and np.isnan(
        moved.loc["2017-18", "value"]
    )
    assert moved.loc["2021-22", "value"] == 2 and moved.loc["2021-22", "flag"] == ""


def test_denominators_of_several_kinds_are_refused(draw):
    rates = draw("place | value\nQMJ | 4\nQRV | 6").assign(unit="percent")
    people = draw("place | value | measure\nQMJ | 100 | all\nQRV | 300 | all\nQMJ | 50 | women\nQRV | 150 | women")
    with pytest.raises(PlaceError, match="2 different values for QMJ"):
        register.to_vintage(rates, "2026-04", denominators=people)


def test_denominators_may_carry_ons_codes(draw):
    rates = draw("place | value\nQMJ | 4\nQRV | 6").assign(unit="percent")
    moved = register.to_vintage(rates, "2026-04", denominators=draw("place | value\nE54000028 | 100\nE54000027 | 300"))
    assert moved["value"].tolist() == [5.5]


def test_what_is_said_of_places_is_carried_only_where_all_parts_agree():
    said = pd.Series({"QRL": "first", "QNQ": "second", "QU9": "second", "QNX": "third", "QXU": "second"})
    later = register.carry_over(said, "2026-04")
    assert later["value"].reindex(["S0E4D", "QRL"]).tolist()[0] == "second" and pd.isna(later.loc["QRL", "value"])
    assert later.loc["QRL", "made_of"] == "QRL first (91.5%); QNQ second (8.5%)"
    assert len(later) == register.count_systems("2026-04")
    corner = register.carry_over(said, "2024-04").loc["QNX"]  # a corner of Surrey came in 2023: named, too small to count
    assert corner["value"] == "third" and corner["parts"] == 2


def test_what_is_said_of_places_stays_on_their_own_boundaries():
    wave = pd.Series({code: number for number, code in enumerate(register.places("2022-07", "system")["code"])})
    same = register.carry_over(wave, "2022-07")
    pd.testing.assert_series_equal(same["value"].sort_index(), wave.sort_index(), check_names=False, check_index_type=False)
