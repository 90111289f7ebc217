"""Figures: printed in every form we know, read back the same; marks are never a figure."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icslib.numbers import MARKS, parse_number, parse_numbers, write_number

FIGURES = st.integers(-(10**9), 10**9).map(float) | st.decimals(-(10**9), 10**9, places=3).map(float)
AROUND = {
    "plain": "{}".format,
    "spaces": " {}\u00a0".format,
    "percent": "{}%".format,
    "pounds": "£{}".format,
    "marked": "{} [p]".format,
    "marked twice": "{} [p][r]".format,
    "note": "{}¹".format,
    "starred": "{}*".format,
    "note in words": "{} [note 2]".format,
}
NEGATIVE = {
    "minus": "-{}",
    "true minus": "−{}",
    "en dash": "–{}",
    "brackets": "({})",
    "brackets round pounds": "(£{})",
    "trailing": "{}-",
}


def printed(value: float, commas: bool) -> str:
    text = f"{abs(value):,.3f}" if commas else f"{abs(value):.3f}"
    return text.rstrip("0").rstrip(".")


@pytest.mark.parametrize("around", AROUND)
@given(value=FIGURES, commas=st.booleans())
def test_a_figure_in_any_dress_is_read_back(around, value, commas):
    text = AROUND[around](printed(abs(value), commas))
    assert parse_number(text)[0] == pytest.approx(abs(value), abs=1e-9)


@pytest.mark.parametrize("sign", NEGATIVE)
@given(value=FIGURES, commas=st.booleans())
def test_a_negative_in_any_dress_is_read_back(sign, value, commas):
    assert parse_number(NEGATIVE[sign].format(printed(value, commas))) == (pytest.approx(-abs(value), abs=1e-9), "")


@given(value=FIGURES, places=st.integers(0, 3))
def test_what_we_write_we_read(value, places):
    assert parse_number(write_number(value, places=places))[0] == pytest.approx(round(value, places), abs=0.5001 * 10**-places)


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_python_prints_is_read(value):
    assert parse_number(repr(value)) == (value, "") and parse_number(value) == (value, "")


@given(
    st.lists(st.one_of(FIGURES, st.text(max_size=8), st.sampled_from(sorted(MARKS)), st.none(), st.booleans(), FIGURES.map(str)))
)
def test_a_column_reads_as_its_cells_do(cells):
    column = parse_numbers(pd.Series(cells, dtype=object))
    for got_value, got_flag, cell in zip(column["value"], column["flag"], cells, strict=True):
        value, flag = parse_number(cell)
        assert got_flag == flag and (got_value == value or (math.isnan(got_value) and math.isnan(value))), cell


@given(
    st.lists(
        st.text(max_size=10)
        | FIGURES.map("{:,}".format)
        | st.sampled_from(["(1,204.5)", "-3", "007", "013.5", "-01", "1e5", "1E+05", "£000", "<5"])
    )
)
def test_text_columns_read_cell_by_cell(cells):
    as_text = parse_numbers(pd.Series(cells, dtype="str"))
    alone = pd.DataFrame([parse_number(cell) for cell in cells], columns=["value", "flag"])
    assert as_text["flag"].tolist() == alone["flag"].tolist()
    assert as_text["value"].equals(alone["value"].astype(float))


@pytest.mark.parametrize("mark", sorted(MARKS))
def test_a_mark_is_never_a_figure(mark):
    for text in (mark, mark.upper(), f" {mark} "):
        value, flag = parse_number(text)
        assert math.isnan(value) and flag == MARKS[mark]


@pytest.mark.parametrize(
    "text",
    [
        "12O4",
        "1,23",
        "1.2.3",
        "12,34,567.8.9",
        "--3",
        "(3)-",
        "007",
        "£000",
        "5E1",
        "1 2",
        "12 trusts",
        "inf",
        "£1.2m",
        "2016/17",
        "١٢",
        "½",
        "0x10",
        "1_000",
        True,
    ],
)
def test_what_is_no_figure_is_said_to_be_unreadable(text):
    value, flag = parse_number(text)
    assert math.isnan(value) and flag == "unreadable"
    column = parse_numbers(pd.Series([text, "x"], dtype=object))
    assert column["value"].isna().all() and column["flag"].tolist() == ["unreadable"] * 2


@given(st.text(max_size=12))
def test_any_text_gives_a_figure_or_a_flag_or_is_empty(text):
    value, flag = parse_number(text)
    assert not math.isnan(value) or flag or not text.translate(str.maketrans("", "", "\u2009\u202f\u2007")).strip()


def test_stacked_marks_notes_and_bounds():
    assert parse_number("9.1 [p][r]") == (9.1, "provisional; revised")
    assert parse_number("31²") == (31.0, "note 2") and parse_number("31 [note 12]") == (31.0, "note 12")
    assert parse_number("<5")[1] == "below 5" and parse_number("≥99.5%")[1] == "above 99.5"
    assert parse_number("7 [made up]") == (7.0, "unreadable")
