"""Every column of every publication in turn, damaged: one cell made nonsense, empty, huge, negative, a date or a truth; rows and sheets lost.

Each official file is cut to some forty rows and read. A damaged cell must leave the other figures as they were, and either be
seen in the figures of its own row (as printed, or flagged), or be an error that names the file, the sheet and the row. Sums
that are printed are not held here, since rows are cut away. ICSLIB_SEEDS=200 takes every column and kind of damage; by default some of each page.
"""

import importlib
import os
import random
import re
from datetime import datetime

import pytest

from icslib import catalog
from icslib.errors import IcsError
from icslib.sheets import Page, column_letter, open_pages
from icslib.store import builder

NAMES = [
    source.id
    for source in catalog.sources().values()
    if source.reader and not re.search(r"-2024-(0[5678]|1\d)|-2025-0|^backlog_text", source.id)  # one layout, one month
]
DAMAGE = ["Qx#7", "", "999999999999999", "-7", "199", datetime(1995, 3, 4, 5, 6), True]
MADE_OF_MANY = ("populations", "waiting_extract")  # a figure is the sum of many rows
BLANK_IS_NONE = ("provider_plans", "tac_accounts", "ccg_mortality")  # an empty cell is no figure, says the reader
COLUMNS, KINDS = (400, len(DAMAGE)) if os.environ.get("ICSLIB_SEEDS") else (3, 3)  # tried of each page, and of each column


def cut(source: catalog.Source, pages: dict[str, Page]) -> dict[str, Page]:
    """Pages with the rows of some forty figures: one period of beds, whole groups of waits, all of a form."""
    frame, cut = builder.read_source(source, pages), {}
    for sheet, page in pages.items():
        own, grid = frame[frame["sheet"] == sheet], page.grid
        if own.empty or source.reader in ("tac_accounts", *MADE_OF_MANY):
            rows = list(range(min(len(grid), 1500)))
        elif source.reader == "waiting" and source.table != "waiting_england":
            rows = list(range(next(row for row in range(30, len(grid)) if str(grid[row][0]) != str(grid[row - 1][0]))))
        else:
            own = own[own["period"] == own["period"].iloc[0]] if source.reader == "beds" else own
            england = own.loc[own["place"] == "E92000001", "row"][:12]
            rows = [*range(own["row"].min() - 1), *(row - 1 for row in sorted({*own["row"].unique()[:40], *england}))]
        width = max((len(grid[row]) for row in rows), default=0)
        cut[sheet] = Page([[*grid[row], *[""] * (width - len(grid[row]))] for row in rows], sheet, page.file)
    return cut


def printed(source: catalog.Source, pages: dict[str, Page]) -> tuple[list, list]:
    """The figures, whatever rows they stand in: what they are of, and their values."""
    frame = builder.read_source(source, pages).sort_values(["place", "measure", "period", "value"])
    return frame[["place", "measure", "period"]].values.tolist(), frame["value"].tolist()


def figures(source: catalog.Source, pages: dict[str, Page]) -> dict[tuple, tuple]:
    frame = builder.read_source(source, pages)
    key = ["place", "measure", "period"] if source.reader in MADE_OF_MANY else ["sheet", "row", "column"]
    return dict(zip(zip(*(frame[name] for name in key), strict=True), frame.astype(str).itertuples(index=False), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_damaged_or_lost_is_named_or_seen(name, official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    monkeypatch.setattr(builder, "flag_oddities", lambda frame, _: frame)
    source, rng = catalog.get(name), random.Random(name)
    module = importlib.import_module(f"icslib.sources.{source.reader}")
    if hasattr(module, "expect_total"):
        monkeypatch.setattr(module, "expect_total", lambda *_, **__: {})
    pages = cut(source, open_pages(catalog.need_file(source)))
    before = figures(source, pages)
    sheets = [sheet for sheet in pages if source.reader in MADE_OF_MANY or any(key[0] == sheet for key in before)]
    for sheet in sheets if len(sheets) < 3 else rng.sample(sheets, 3):
        rows = sorted({key[1] - 1 for key in before if key[0] == sheet} if source.reader not in MADE_OF_MANY else range(1, 400))
        damage_cells(source, pages, sheet, rows, before, rng)
        lose_rows(source, pages, sheet, rows, rng)


def damage_cells(source, pages, sheet, rows, before, rng):
    grid, file = pages[sheet].grid, pages[sheet].file
    columns = rng.sample(range(len(grid[0])), min(len(grid[0]), COLUMNS))
    for column, damage in [(column, damage) for column in columns for damage in rng.sample(DAMAGE, KINDS)]:
        row = rng.choice(rows)
        body = [[*cells[:column], damage, *cells[column + 1 :]] if at == row else cells for at, cells in enumerate(grid)]
        where = f"{column_letter(column + 1)}{row + 1} made {damage!r}"
        try:
            after = figures(source, {**pages, sheet: Page(body, sheet, file)})
        except IcsError as fault:
            named = rf"(row|rows|line|cell) \[?[A-Z]*{row + 1}\b|of row {row + 1}\b|row \d+: .* of the treatments of"
            assert file in str(fault) and re.search(named, str(fault)), f"{where}: {fault}"
            continue
        if source.reader in MADE_OF_MANY:
            assert before == after or not isinstance(damage, datetime | bool), where
            continue
        apart = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        assert all(key[:2] == (sheet, row + 1) for key in apart), f"{where} changed {apart}"
        lost = [key for key in before if key not in after]
        assert not lost or (damage == "" and source.reader in BLANK_IS_NONE) or not grid[row][column], f"{where} lost {lost}"


def lose_rows(source, pages, sheet, rows, rng):
    grid, file = pages[sheet].grid, pages[sheet].file
    others = {key: page for key, page in pages.items() if key != sheet}
    with pytest.raises(IcsError, match=re.escape(file) if others else "Else|The file"):
        builder.read_source(source, others | {"Else": Page([["x"]], "Else")})
    if source.reader == "tac_accounts":
        return
    empty = [*grid[: rows[-1]], [""] * len(grid[0]), *grid[rows[-1] :]]
    with pytest.raises(IcsError, match=r"under an empty row|no row stands under|add up"):
        builder.read_source(source, {**pages, sheet: Page(empty, sheet, file)})
    mixed = [*grid[: rows[0]], *rng.sample(grid[rows[0] :], len(grid) - rows[0])]
    (keys, values), before = printed(source, {**pages, sheet: Page(mixed, sheet, file)}), printed(source, pages)
    assert keys == before[0] and values == pytest.approx(before[1], rel=1e-12, abs=0, nan_ok=True)
