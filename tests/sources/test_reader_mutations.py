"""Official pages damaged at random, given to their readers: no value changes silently.

The bytes themselves are guarded by sha256. Here a new edition is imagined, with a column moved, renamed or taken out, a
title or unit changed, a total row put in, a row repeated, the sheet renamed, or the file cut short: the reader must give the
same figures, fewer where rows were cut, or an error that names the place. Marks in place of figures must become flags.
ICSLIB_SEEDS says how many mutations a publication (20; run by hand with 200).
"""

import os
import random
from collections.abc import Callable

import pandas as pd
import pytest

from icslib import catalog
from icslib.errors import IcsError
from icslib.sheets import Page, open_pages
from icslib.store.builder import read_source
from icslib.tidy import KEY

TABLES = [
    "sickness_absence-2024-04",
    "loans-2018-19",
    "backlog-2015-16",
    "emergency-2024-04",
    "vacancies_regional",
    "life_expectancy_gap",
    "deprivation-2025",
]
ROWS, FOOT = 120, 5  # rows kept of each sheet, from its top and its end
MAY_LOSE_FIGURES = ("mark_cell", "cut_short")


def move_column(grid, rng):
    here, there = rng.randrange(len(grid[0])), rng.randrange(len(grid[0]))
    order = [spot for spot in range(len(grid[0])) if spot != here]
    order.insert(there, here)
    return [[row[spot] for spot in order] for row in grid]


def rename_column(grid, rng):
    spot, header = rng.randrange(len(grid[0])), _header(grid)
    return [[*row[:spot], f"New {row[spot]}", *row[spot + 1 :]] if index == header else row for index, row in enumerate(grid)]


def change_unit(grid, rng):
    header = _header(grid)
    spots = [i for i, cell in enumerate(grid[header]) if "£" in str(cell) or "PERCENT" in str(cell)] or [0]
    spot = rng.choice(spots)
    other = str(grid[header][spot]).replace("(£)", "(£000)").replace("PERCENT", "PER_1000") + ("" if spots != [0] else "x")
    return [[*row[:spot], other, *row[spot + 1 :]] if index == header else row for index, row in enumerate(grid)]


def drop_column(grid, rng):
    spot = rng.randrange(len(grid[0]))
    return [[*row[:spot], *row[spot + 1 :]] for row in grid]


def add_total(grid, rng):
    row = [f"{rng.randrange(10**6)}" for _ in grid[0]]
    row[0] = "Grand total"
    return [*grid, row]


def repeat_row(grid, rng):
    spot = rng.randrange(_header(grid) + 1, len(grid))
    return [*grid[: spot + 1], *grid[spot:]]


def mark_cell(grid, rng):
    spot, column = rng.randrange(_header(grid) + 1, len(grid)), rng.randrange(len(grid[0]))
    return [[*row[:column], "[c]", *row[column + 1 :]] if index == spot else row for index, row in enumerate(grid)]


def cut_short(grid, rng):
    return grid[: rng.randrange(_header(grid) + 2, len(grid))]


MUTATIONS: list[Callable] = [move_column, rename_column, change_unit, drop_column, add_total, repeat_row, mark_cell, cut_short]


def _header(grid) -> int:
    """The fullest of the first three rows holds the titles."""
    return max(range(min(3, len(grid))), key=lambda i: sum(bool(str(cell).strip()) for cell in grid[i]))


def values(frame: pd.DataFrame) -> pd.Series:
    """Figures by all that names them, their cells aside."""
    extra = [name for name in ("loan_type", "site", "sex") if name in frame]
    return frame[frame["value"].notna()].groupby([*KEY, *extra])["value"].agg(lambda group: tuple(sorted(group)))


@pytest.mark.parametrize("name", TABLES)
def test_no_value_changes_silently(name, official, monkeypatch):
    seeds = int(os.environ.get("ICSLIB_SEEDS", "20"))
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    source = catalog.get(name)
    pages = {
        sheet: Page([list(row) for row in [*page.grid[:ROWS], *page.grid[max(ROWS, len(page.grid) - FOOT) :]]], sheet, page.file)
        for sheet, page in open_pages(catalog.need_file(source)).items()
    }
    for module in ("loans", "backlog", "emergency"):
        monkeypatch.setattr(f"icslib.sources.{module}.expect_total", lambda *args, **options: {})
    before = values(read_source(source, pages))
    read = [sheet for sheet in pages if len(pages[sheet].grid) > 3]
    outcomes = {"same": 0, "fewer": 0, "error": 0}
    for seed in range(seeds):
        rng = random.Random(f"{name} {seed}")
        mutate, sheet = rng.choice(MUTATIONS), rng.choice(read)
        width = max(len(row) for row in pages[sheet].grid)
        grid = mutate([[*row, *[""] * (width - len(row))] for row in pages[sheet].grid], rng)
        try:
            after = values(read_source(source, {**pages, sheet: Page(grid, sheet, source.file)}))
        except IcsError as fault:
            assert len(str(fault)) > 40
            outcomes["error"] += 1
            continue
        both = before.index.intersection(after.index)
        assert len(after.index.difference(before.index)) == 0, f"{mutate.__name__}, seed {seed}: a figure from nowhere"
        kept = [set(after[key]) <= set(before[key]) for key in both]
        assert all(kept), f"{mutate.__name__}, seed {seed}: {both[kept.index(False)]} changed"
        fewer = len(after) < len(before)
        assert not fewer or mutate.__name__ in MAY_LOSE_FIGURES, (
            f"{mutate.__name__}, seed {seed}: {len(before) - len(after)} figures lost"
        )
        outcomes["fewer" if fewer else "same"] += 1
    assert outcomes["error"] > seeds // 20
