"""Nothing is counted twice, and what is rightly there twice is not refused."""

import pandas as pd
import pytest

from icslib import register
from icslib.errors import PlaceError


def refuses(rows, words):
    with pytest.raises(PlaceError, match=words):
        register.check_overlap(rows)


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (
            "E07000004 | 80 | 2015 to 2017\nE06000060 | 81 | 2015 to 2017",
            "E07000004 and E06000060 would both be counted in surplus 2015 to 2017",
        ),
        ("RV7 | 1 | 2018-19\nR1L | 2 | 2018-19", "RV7 and R1L"),  # grandparents too
        ("RVY | 1 | 2024-25\nRBN | 2 | 2024-25", "RVY and RBN"),
        ("QMJ | 1 | 2023-24\nZ9B2Z | 2 | 2023-24", "QMJ and Z9B2Z would both be counted.*the first became the second"),
        ("E92000001 | 9 | 2023-24\nQOP | 1 | 2023-24", "QOP and E92000001 .*the first is part of the second"),
        ("QOP | 9 | 2023-24\nR0A | 1 | 2023-24", "R0A and QOP"),
        ("E10000003 | 9 | 2023-24\nE07000008 | 1 | 2023-24", "E07000008 and E10000003"),
        ("Y62 | 9 | 2023-24\nR0A | 1 | 2023-24", "R0A and Y62"),
        ("E54000057 | 9 | 2023-24\nQOP | 9 | 2023-24", "(QOP and E54000057|E54000057 and QOP) are two codes of one body"),
        ("E54000052 | 9 | 2023-24\nE54000063 | 9 | 2023-24", "two codes of one body"),
        ("E54000028 | 1 | 2023-24\nE54000071 | 2 | 2023-24", "QMJ and Z9B2Z"),  # seen through ONS codes
    ],
)
def test_a_predecessor_a_total_or_a_second_code_is_refused(draw, drawn, words):
    refuses(draw("place | value | period\n" + drawn), words)


def test_in_the_year_of_a_merger_both_may_report(draw):
    register.check_overlap(draw("place | value | period\nRM2 | 1 | 2017-18\nRW3 | 1 | 2017-18\nR0A | 2 | 2017-18"))


def test_neighbours_that_exchanged_land_may_stand_together(draw):
    register.check_overlap(draw("place | value\nQOP | 1\nQJ2 | 2\nQF7 | 3\nQT1 | 4"))


def test_different_figures_do_not_clash(draw):
    register.check_overlap(draw("place | value | measure\nE92000001 | 9 | vacancies\nQOP | 1 | surplus"))
    register.check_overlap(draw("place | value | period\nQMJ | 9 | 2025-26\nZ9B2Z | 1 | 2026-27"))
    register.check_overlap(draw("place | value\nE92000001 | 9\nQOP | 1"), parts=False)


def test_a_panel_is_checked_by_year():
    panel = pd.DataFrame(dict(place=["QMJ", "Z9B2Z", "QOP"], year=[2024, 2024, 2024], surplus=[1.0, 2.0, 3.0]))
    refuses(panel, "QMJ and Z9B2Z would both be counted in 2024")
    register.check_overlap(panel[panel["place"] != "QMJ"])


def test_moving_refuses_what_would_be_counted_twice(draw):
    with pytest.raises(PlaceError, match="QMJ and Z9B2Z"):
        register.to_vintage(draw("place | value\nQMJ | 1\nQRV | 1\nZ9B2Z | 2"), "2026-04")
    with pytest.raises(PlaceError, match="two codes of one body"):
        register.to_vintage(draw("place | value\nQOP | 1\nE54000057 | 2"), "2026-04")


def test_a_note_does_not_hide_a_double_count(draw):
    refuses(draw("place | value | note\nQMJ | 1 | from a paper\nZ9B2Z | 2 | from the press"), "QMJ and Z9B2Z")
