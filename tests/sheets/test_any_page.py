"""Any page at all: read without a crash, nothing printed lost, every figure in its cell."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from icslib.numbers import parse_number
from icslib.sheets import Page, column_letter, plain
from icslib.sheets.reading import read_pages

CELLS = st.sampled_from(
    [
        "",
        "",
        "",
        "Ambleton",
        "Brackley",
        "Total",
        "Plan £m",
        "2023-24",
        "[c]",
        "-",
        "(5.0)",
        "12O4",
        "Note: x",
        "England",
        "£000",
        "1,204",
        " ",
        "x" * 200,
    ]
) | st.sampled_from([1.0, 2.0, 3.0, 5.0, 2019.0, 2020.0, 0.5, None, True])
PAGES = st.integers(1, 7).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=14)
)


@settings(deadline=None, max_examples=150)
@given(PAGES)
def test_any_page_is_read_and_nothing_is_lost(grid):
    reading = read_pages({"T1": Page(grid, "T1", "any")})
    letters = {column_letter(i + 1): i for i in range(len(grid[0]))}
    seen = set()
    for table in reading.tables:
        for line in table.tidy.itertuples():
            spot = (line.row - 1, letters[line.column])
            value, flag = parse_number(grid[spot[0]][spot[1]])
            assert flag == line.flag and (value == line.value or (math.isnan(value) and math.isnan(line.value)))
            assert spot not in seen
            seen.add(spot)
    drawn = reading.roles["T1"]
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            assert (drawn[r, c] == " ") == (not plain(cell)), (r, c, cell)
            if drawn[r, c] == "D":
                owners = [t for t in reading.tables if r + 1 in t.frame.index and column_letter(c + 1) in t.letters.values()]
                assert owners, (r, c)
