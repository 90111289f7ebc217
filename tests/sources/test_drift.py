"""Every header row that a reader knows, changed title by title: an error that names the title, the place and the lines to paste.

Each layout of headers.csv is drawn with one row under it; each official file is also taken as it is, cut to its top. In
both, every title is taken out, renamed and changed with its neighbour, and one is put in. What the error says to paste,
pasted, gives the figures that were read before.
"""

import csv
import importlib
import random
import re

import pytest
from drawing import source

from icslib import catalog
from icslib.errors import DriftError, IcsError
from icslib.sheets import Page, open_pages
from icslib.sheets.titles import flatten
from icslib.tidy import KEY

SOURCES = {entry.id: entry for entry in catalog.sources().values() if entry.reader}
ROWS = {
    layout: [title for _, title, _ in titles]
    for entry in SOURCES.values()
    for layout, titles in catalog.headers(entry.table, entry.reader).items()
}
NEW = "A new title"


def add(row: list, spot: int) -> list:
    return [*row[: spot + 1], NEW, *row[spot + 1 :]]


def remove(row: list, spot: int) -> list:
    return [*row[:spot], *row[spot + 1 :]]


def rename(row: list, spot: int) -> list:
    return [*row[:spot], NEW, *row[spot + 1 :]]


def swap(row: list, spot: int) -> list:
    return [*row[:spot], row[spot + 1], row[spot], *row[spot + 2 :]]


def owner(layout: str) -> tuple[str, str]:
    """Table and the rest of a layout's name: the edition, and the sheet where there are several."""
    owners = {entry.reader: entry.table for entry in SOURCES.values()} | {entry.table: entry.table for entry in SOURCES.values()}
    name = max((name for name in owners if f"{layout}-".startswith(f"{name}-")), key=len)
    rest = layout[len(name) + 1 :]
    return owners.get(rest, owners[name]), rest


def drawn(layout: str) -> tuple[catalog.Source, dict[str, Page], str]:
    """A source, its pages with nothing but titles and one row of nil, and the sheet of the layout."""
    table, rest = owner(layout)
    edition, _, sheet = rest.partition(" ")
    titles = [re.sub(r" \(\d\)$", "", title) for title in ROWS[layout]]
    if table == "tac_accounts" and "MainCode" not in titles:
        return (
            source(table, "2023-24"),
            {rest: Page([[*titles, "Maincode"], [*[""] * len(titles), "Subcode"]], rest)},
            rest,
        )
    edition = edition if edition in {entry.edition for entry in catalog.of_table(table)} else catalog.of_table(table)[0].edition
    sheets = {sheet: ROWS[layout]} if table == "loans" else {}
    for name, row in ROWS.items():
        if table == "loans" and name.startswith(f"loans-{edition} "):
            sheets[name.partition(" ")[2]] = row
    if table != "loans":
        sheet = "Data" if table == "staff_nationality" else "Site Data" if "Site Code" in titles else ""
        sheets = {sheet: titles}
    pages = {
        name: Page([row, ["RAA" if "code" in title.lower() else "0" for title in row]], name) for name, row in sheets.items()
    }
    return source(table, edition), pages, sheet


def official_pages(entry: catalog.Source, official, monkeypatch) -> dict[str, Page]:
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    pages = open_pages(catalog.need_file(entry))
    rows = {name: page.grid[:] if entry.reader == "tac_accounts" else page.grid[:12] for name, page in pages.items()}
    return {name: Page([list(row) for row in rows[name]], name, page.file) for name, page in pages.items()}


def headed(page: Page) -> tuple[int, list[int]]:
    """The row of the titles, and the columns they stand in; of an accounts form, those of its first table."""
    for index, row in enumerate(page.grid):
        if "Maincode" in row:
            return index, [spot for spot, cell in enumerate(row[: row.index("Maincode")]) if cell][1:]
        top = [page.row_text(above) for above in range(max(0, index - 1), index + 1)]
        if any([title for title in flatten(rows) if title] in ROWS.values() for rows in (top[-1:], top)):
            return index, [spot for spot, title in enumerate(page.row_text(index)) if title]
    return -1, []


def read(entry: catalog.Source, pages: dict[str, Page]):
    return getattr(importlib.import_module(f"icslib.sources.{entry.reader}"), f"tidy_{entry.reader}")(pages, entry)


def change_each(entry: catalog.Source, pages: dict[str, Page], sheet: str, most: int = 150) -> int:
    """Change `most` titles of one sheet in each way; how many changes there were."""
    known = [ROWS[layout] for layout in catalog.headers(entry.table, entry.reader)]
    page, done = pages[sheet], 0
    others = pages if entry.reader == "loans" else {}
    grid = [list(row) + [""] * (max(map(len, page.grid)) - len(row)) for row in page.grid]
    at, spots = headed(Page(grid, sheet))
    end = next(
        (index for index, row in enumerate(grid) if index > at and "Maincode" in row), len(grid)
    )  # of the first table of a form
    for change in (add, remove, rename, swap):
        can = spots[: -1 if change is swap else None]
        for spot in can if len(can) <= most else random.Random(f"{entry.id} {sheet}").sample(can, most):
            body = [
                change(row, spot) if index == at or (index < end and change is not rename) else row
                for index, row in enumerate(grid)
            ]
            body = [["" if cell == NEW and index != at else cell for cell in row] for index, row in enumerate(body)]
            if [cell for cell in body[at] if cell] in [*known, [cell for cell in grid[at] if cell]]:
                continue  # what another edition prints, or a blank column or the same title changed places
            with pytest.raises(DriftError) as fault:
                read(entry, {**others, sheet: Page(body, sheet, "f.csv")})
            said = str(fault.value)
            assert f"sheet {sheet!r}, row {at + 1}: the titles changed" in said and "headers.csv" in said, said
            quoted = r"""["']([^;]+? \| )?{}( \|[^;]+?)?( \(\d+\))?["']"""  # under a group, over a unit; a form repeats its codes
            old, new = (quoted.format(re.escape([*cells, ""][spot])) for cells in (grid[at], body[at]))
            put = quoted.format(NEW)
            told = {
                add: f"added: {put}, after {old}",
                remove: f"removed: {old}|{old} .* moved",
                rename: rf"{old} \(line \d+\) is now {put}|added: {put}",
                swap: rf"({old}|{new})[^;]* moved from column|removed: ({old}|{new})",  # removed, if it moved to another group
            }[change]
            assert re.search(told, said), said
            done += 1
    return done


@pytest.mark.parametrize("layout", ROWS)
def test_each_change_of_a_drawn_header_is_drift(layout):
    entry, pages, sheet = drawn(layout)
    assert change_each(entry, pages, sheet) >= len(ROWS[layout])


@pytest.mark.parametrize(
    "name", [name for name in SOURCES if not re.search(r"-2024-(0[5678]|1\d)|-2025-0", name)]
)  # one layout, one month
def test_each_change_of_an_official_header_is_drift(name, official, monkeypatch):
    entry = SOURCES[name]
    pages = official_pages(entry, official, monkeypatch)
    done = [change_each(entry, pages, sheet, most=12) for sheet, page in pages.items() if headed(page)[1]]
    assert sum(done) > 10


def read_again(entry: catalog.Source, pages: dict[str, Page], sheet: str, grid: list, monkeypatch) -> object:
    """What a page with changed titles gives once the lines that its error offers are in headers.csv."""
    changed = {**pages, sheet: Page(grid, sheet, "f.csv")}
    with pytest.raises(DriftError, match="put these lines") as fault:
        read(entry, changed)
    pasted = list(csv.reader(str(fault.value).split(":\n")[1].splitlines()))
    known = catalog.headers(entry.table, entry.reader) | {
        pasted[0][0]: [catalog.Title(n, *line[1:]) for n, line in enumerate(pasted)]
    }
    with monkeypatch.context() as patch:
        patch.setattr("icslib.expectations.headers", lambda *_: known)
        return figures(entry, changed)


def figures(entry: catalog.Source, pages: dict[str, Page]) -> object:
    """The figures by what names them; or, of pages of nil that cannot be read, the error."""
    try:
        frame = read(entry, pages)
    except (IcsError, LookupError, ValueError, TypeError) as fault:
        assert "the titles changed" not in str(fault)
        return type(fault)
    named = [*KEY, *(name for name in ("loan_type", "site") if name in frame)]
    return frame[frame["value"].notna()].groupby(named)["value"].apply(sorted).to_dict()


@pytest.mark.parametrize("layout", [name for name in ROWS if not name.startswith("tac_accounts-TAC")])
def test_what_drift_says_to_paste_lets_a_drawn_page_be_read(layout, monkeypatch):
    entry, pages, sheet = drawn(layout)
    (at, spots), before = headed(pages[sheet]), figures(entry, pages)
    for change in (add, rename, swap):
        grid = [change(list(row), spots[len(spots) // 2]) for row in pages[sheet].grid]
        grid[at + 1] = ["0" if cell == NEW else cell for cell in grid[at + 1]]
        assert read_again(entry, pages, sheet, grid, monkeypatch) == before


@pytest.mark.parametrize(
    ("name", "sheet", "spot"),
    [("loans-2018-19", "Interim capital support", 9), ("backlog-2016-17", "", 71), ("sickness_absence-2024-04", "", 8), ("emergency-2024-04", "", 6),
     ("vacancies_regional", "", 3), ("deprivation-2025", "imd2025_england_icb24", 4), ("council_spending", "", 9), ("populations-2025-26", "", 11),
     ("healthy_life_expectancy-newer", "", 6), ("waiting_extract", "rtt_2023-04.csv", 5), ("ambulance", "", 3)],
)  # fmt: skip
def test_what_drift_says_to_paste_gives_an_official_file_the_same_figures(name, sheet, spot, official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    entry = SOURCES[name]
    pages = open_pages(catalog.need_file(entry))
    sheet = sheet if sheet in pages else next(iter(pages))
    before = figures(entry, pages)
    at, spots = headed(Page([list(row) for row in pages[sheet].grid[:5]], sheet))
    for change in (rename, swap):
        rows = [list(row) for row in pages[sheet].grid[:]]
        grid = [change(row, spots[spot]) if change is swap or index == at else row for index, row in enumerate(rows)]
        assert read_again(entry, pages, sheet, grid, monkeypatch) == before
