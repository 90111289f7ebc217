"""Sheets damaged at random: a value never changes without a typed error, a changed title or unit, or a line in the log.

Each mutation alters one thing in a sheet that reads well: a column moved, renamed or given another unit, a total row
put in, a mark changed, the sheet renamed, a row repeated, a digit damaged, the file cut short. What is then read must
be the same figures; or an :class:`IcsError` that names the place; or figures that differ openly.
"""

import random
import re
from collections import Counter

import pytest

from icslib import read_sheet
from icslib.errors import IcsError
from icslib.sheets import Reading, column_letter, open_pages, plain

from .draw import cells, xlsx

SHEETS = {
    "finance": """
        Table 3: system position, month 12 | | |
        System       | Plan £m | Outturn £m | Note
        Ambleton     | (5.0)   | (12.3)     | agreed
        Brackley     | (4.0)   | [x]        | agreed
        Castle Vale  | 11.5    | 10.75      | late
        Dunmere      | 7.25    | 6.5        | agreed
        Total        | 9.75    | [x]        |
        Source: NHS England | | |
    """,
    "groups": """
                  | 2022-23 |         | 2023-24 |
        Trust     | Beds    | Staff   | Beds    | Staff
        North     |         |         |         |
        Ambleton  | 512     | 3,204   | 498     | 3,311
        Brackley  | 630     | 4,411   | 641     | 4,502
        South     |         |         |         |
        Dunmere   | 218     | 1,977   | 220     | 2,004
        Exford    | 377     | 2,050   | 379     | 2,113
        England   | 1,737   | 11,642  | 1,738   | 11,930
    """,
    "long": """
        year | org_code | metric           | value
        2023 | QAA      | Beds             | 210.5
        2023 | QBB      | Beds             | 310.25
        2023 | QAA      | Staff            | 4120.75
        2023 | QBB      | Staff            | 5200.5
        2024 | QAA      | Beds             | 214.5
        2024 | QBB      | Beds             | 305.25
        2024 | QAA      | Staff            | [p]
        2024 | QBB      | Staff            | 5311.25
    """,
    "rates": """
        Area        | Deaths | Rate per 100,000 | Lower | Upper
        Ambleton    | 312    | 147.6 [p]        | 140.2 | 155.1
        Brackley    | 45     | 101.3            | 88.7  | 113.9
        Castle Vale | [c]    | [c]              | [c]   | [c]
        Dunmere     | 1,204  | 206.6            | 199.0 | 214.2
        1. Provisional figures are marked. | | | |
    """,
}


def known_figures(reading: Reading) -> dict[tuple, tuple]:
    """Each figure by its labels and title: value, flag, unit; repeated figures are kept apart by their order."""
    known: dict[tuple, tuple] = {}
    copies: Counter[tuple] = Counter()
    for table in reading.tables:
        tidy = table.tidy
        labels = [name for name in tidy.columns[: list(tidy.columns).index("title")] if name != "section"]
        for row in tidy.itertuples(index=False):
            line = dict(zip(tidy.columns, row, strict=True))
            name = (tuple(sorted(str(line[label]) for label in labels if str(line[label]))), str(line["title"]), line["period"])
            copies[name] += 1
            known[(*name, copies[name])] = (
                None if line["value"] != line["value"] else round(line["value"], 9),
                line["flag"],
                line["unit"],
            )
    return known


def to_bytes(grid: list[list[object]]) -> bytes:
    """The grid as text, every cell quoted."""
    return "".join(",".join('"' + plain(cell).replace('"', '""') + '"' for cell in row) + "\n" for row in grid).encode()


# Each mutation alters the grid in place and says what may openly differ: a set of cells (row, column), titles, or anything.
def move_column(grid, rng):
    a, b = rng.sample(range(len(grid[0])), 2)
    for row in grid:
        row.insert(b, row.pop(a))


def rename_column(grid, rng):
    row, spot = header_cell(grid, rng)
    grid[row][spot] = f"{grid[row][spot]} (new)"


def change_unit(grid, rng):
    row, spot = header_cell(grid, rng)
    grid[row][spot] = re.sub(r"£m|£000|per 100,000", "", str(grid[row][spot])) + rng.choice([" £000", " %", " £bn"])


def insert_total(grid, rng):
    spot = rng.choice(body_rows(grid))
    total = [f"{9_000 + i}.5" if is_figure(cell) else "" for i, cell in enumerate(grid[spot])]
    total[next((i for i, cell in enumerate(grid[spot]) if plain(cell) and not is_figure(cell)), 0)] = rng.choice(
        ["Total", "Sub-total", "Grand total"]
    )
    grid.insert(spot, total)


def change_mark(grid, rng):
    spots = [(r, c) for r in body_rows(grid) for c, cell in enumerate(grid[r]) if re.fullmatch(r"\[\w+\]", plain(cell))]
    if spots:
        row, spot = rng.choice(spots)
        grid[row][spot] = rng.choice(["[z]", "*", "..", "[w]", "-", "n/a", ""])


def repeat_row(grid, rng):
    spot = rng.choice(body_rows(grid))
    grid.insert(spot, list(grid[spot]))


def damage_digit(grid, rng):
    row, spot = figure_cell(grid, rng)
    text = plain(grid[row][spot])
    digit = rng.choice([i for i, letter in enumerate(text) if letter.isdigit()])
    grid[row][spot] = text[:digit] + rng.choice("OlIS?#x") + text[digit + 1 :]


def blank_row(grid, rng):
    grid.insert(rng.choice(body_rows(grid)), [""] * len(grid[0]))


def blank_column(grid, rng):
    spot = rng.randrange(len(grid[0]) + 1)
    for row in grid:
        row.insert(spot, "")


def swap_rows(grid, rng):
    a, b = rng.sample(body_rows(grid), 2)
    grid[a], grid[b] = grid[b], grid[a]


def add_note(grid, rng):
    grid.append(
        [rng.choice(["Note: revised in May.", "2. Excludes primary care.", "* Small numbers."]), *[""] * (len(grid[0]) - 1)]
    )


def empty_cell(grid, rng):
    row, spot = figure_cell(grid, rng)
    grid[row][spot] = ""


def is_figure(cell: object) -> bool:
    return bool(re.fullmatch(r"\(?-?[\d,]+(\.\d+)?\)?( \[\w+\])?", plain(cell))) or bool(re.fullmatch(r"\[\w+\]", plain(cell)))


def body_rows(grid) -> list[int]:
    """Rows under the header that hold about as many figures as any."""
    counts = [sum(is_figure(cell) for cell in row) for row in grid]
    return [i for i, count in enumerate(counts) if i and count * 2 >= max(counts)]


def header_cell(grid, rng) -> tuple[int, int]:
    row = body_rows(grid)[0] - 1
    while row > 0 and sum(bool(plain(cell)) for cell in grid[row]) < 3:
        row -= 1
    return row, rng.choice([i for i, cell in enumerate(grid[row]) if plain(cell)])


def figure_cell(grid, rng) -> tuple[int, int]:
    spots = [
        (r, c) for r in body_rows(grid) for c, cell in enumerate(grid[r]) if is_figure(cell) and re.search(r"\d", plain(cell))
    ]
    return rng.choice(spots)


MUTATIONS = [
    move_column, rename_column, change_unit, insert_total, change_mark, repeat_row, damage_digit, blank_row, blank_column, swap_rows, add_note, empty_cell,
]  # fmt: skip


def judge(grid: list[list[object]], mutation: str, before: Reading, changed: list[list[object]]) -> str:
    """Read the changed grid: ``same``, ``error`` or ``open``; an AssertionError for a value that changed silently."""
    try:
        after = read_sheet(to_bytes(changed))
    except IcsError as fault:
        assert str(fault)
        return "error"
    check_lineage(after, changed)
    old, new = known_figures(before), known_figures(after)
    if old == new:
        return "same"
    news = {(decision, cells) for decision, cells in zip(after.log["decision"], after.log["cells"], strict=True)}
    olds = {(decision, cells) for decision, cells in zip(before.log["decision"], before.log["cells"], strict=True)}
    for key in old.keys() & new.keys():
        (value, flag, _), (value_now, flag_now, unit_now) = old[key], new[key]
        title = key[1].removesuffix(" (2)")
        if (
            value == value_now
            or flag != flag_now
            or any(title in said or title.split(" | ")[0] in said for said, _ in news - olds)
        ):
            continue
        raise AssertionError(f"{mutation}: {key} was {value} and is now {value_now} {flag_now!r} {unit_now!r}\n{changed}")
    lost, gained = old.keys() - new.keys(), new.keys() - old.keys()
    printed = {round(number, 9) for row in changed for cell in row if (number := number_in(cell)) is not None}
    for key in gained:
        assert new[key][0] is None or new[key][0] in printed, (
            f"{mutation}: {key} is {new[key]}, which is printed nowhere\n{changed}"
        )
    if lost and not gained:
        shown = {str(cell) for table in after.tables for cell in table.flags["printed"]}
        removed = mutation in ("empty_cell", "change_mark")
        assert removed or news - olds or shown, f"{mutation}: {sorted(lost)[:3]} vanished without a word\n{changed}"
    return "open"


def check_lineage(after: Reading, changed: list[list[object]]) -> None:
    """Every figure is what is printed in the cell it names, under its title and beside its labels."""
    for table in after.tables:
        tidy = table.tidy
        labels = [name for name in tidy.columns[: list(tidy.columns).index("title")] if name != "section"]
        for line in tidy.to_dict("records"):
            row, spot = line["row"] - 1, LETTERS[line["column"]]
            printed = changed[row][spot]
            if line["value"] == line["value"]:
                assert round(line["value"], 9) == number_in(printed), (line, printed)
            else:
                assert line["flag"], line
            over = [plain(cells[spot]) for cells in changed[:row]]
            last = re.sub(r" \(\d\)$", "", line["title"].split(" | ")[-1])
            assert last in over or last.startswith("Column "), (line, over)
            for label in labels:
                above = [plain(cell) for cells in changed[: row + 1] for cell in cells]
                assert not line[label] or line[label] in above, (line, label)
            names = [plain(cell) for cell in changed[row] if plain(cell) and not is_figure(cell)]
            assert not names or any(name in [str(line[label]) for label in labels] for name in names) or not labels, (line, names)


LETTERS = {column_letter(i + 1): i for i in range(200)}


def number_in(cell: object) -> float | None:
    """The figure in a drawn cell, read here in the plainest way."""
    text = re.sub(r"\s*\[\w+\]", "", plain(cell)).replace(",", "")
    if re.fullmatch(r"\([\d.]+\)", text):
        return -float(text[1:-1])
    return float(text) if re.fullmatch(r"-?[\d.]+", text) and text.count(".") < 2 else None


def run_mutations(count: int, seed: int, sheets: dict[str, list[list[object]]]) -> dict[str, int]:
    """Outcomes of `count` mutations; every one is judged."""
    rng = random.Random(seed)
    readings = {name: read_sheet(to_bytes(grid)) for name, grid in sheets.items()}
    outcomes: dict[str, int] = {}
    for number in range(count):
        name = rng.choice(list(sheets))
        mutation = MUTATIONS[number % len(MUTATIONS)]
        changed = [list(row) for row in sheets[name]]
        mutation(changed, rng)
        outcome = judge(sheets[name], mutation.__name__, readings[name], changed)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def drawn() -> dict[str, list[list[object]]]:
    return {name: cells("\n".join(line.strip() for line in text.strip().split("\n"))) for name, text in SHEETS.items()}


def test_150_mutations_of_drawn_sheets():
    outcomes = run_mutations(150, seed=1, sheets=drawn())
    assert sum(outcomes.values()) == 150 and outcomes["same"] > 20


@pytest.mark.slow
def test_1000_mutations_of_drawn_sheets():
    assert sum(run_mutations(1000, seed=2, sheets=drawn()).values()) == 1000


REAL = {  # a file, a sheet, how many rows and columns of it
    "c_workforce/sickness_absence/nhs_sickness_absence_2024-04.csv": ("", 40, 11),
    "e_performance/ae_activity/ae_activity_2024-05.csv": ("", 30, 12),
    "b_finance/BBC_NHS debt 2018_19.xlsx": ("All loans", 60, 5),
    "d_outcomes/fingertips_life_expectancy.csv": ("", 40, 10),
    "e_local_government/CaitHRobinson_SpendingMillions.csv": ("", 40, 14),
}


def real_sheets(official) -> dict[str, list[list[object]]]:
    grids = {}
    for file, (sheet, rows, columns) in REAL.items():
        if (official / file).is_file():
            page = open_pages(official / file)[sheet]
            grids[file] = [[plain(cell) for cell in row[:columns]] for row in page.grid[:rows]]
    return grids


def test_60_mutations_of_official_sheets(official):
    assert sum(run_mutations(60, seed=3, sheets=real_sheets(official)).values()) == 60


@pytest.mark.slow
def test_500_mutations_of_official_sheets(official):
    assert sum(run_mutations(500, seed=4, sheets=real_sheets(official)).values()) == 500


@pytest.mark.parametrize("name", ["groups", "finance"])
def test_a_digit_changed_under_a_total_is_said_where_it_stands(name):
    grid = drawn()[name]
    for row in body_rows(grid):
        for spot, cell in enumerate(grid[row]):
            if is_figure(cell) and plain(grid[body_rows(grid)[-1]][spot]) not in ("", "[x]"):
                changed = [list(cells) for cells in grid]
                changed[row][spot] = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), plain(cell), count=1)
                totals = read_sheet(to_bytes(changed)).totals
                wrong = totals[totals["agrees"].eq(False)]
                assert wrong["in_column"].tolist() == [column_letter(spot + 1)], (row, spot, totals)


def test_a_renamed_sheet_reads_the_same():
    text = SHEETS["finance"]
    one, other = read_sheet(xlsx(T1=text)), read_sheet(xlsx(Annex=text))
    assert known_figures(one) == known_figures(other) and set(other.tidy["sheet"]) == {"Annex"}


def test_text_cut_short_gives_no_other_figure_without_a_word():
    grid = drawn()["long"]
    whole, before = to_bytes(grid), known_figures(read_sheet(to_bytes(grid)))
    for end in range(60, len(whole) - 1, 7):
        try:
            after = read_sheet(whole[:end])
        except IcsError:
            continue
        changed = [
            key
            for key, found in known_figures(after).items()
            if key in before and found[0] != before[key][0] and found[1] == before[key][1]
        ]
        warned = after.log["decision"].str.contains("cut short|shorter or longer", regex=True).any()
        assert not changed or warned, (whole[:end][-40:], changed)
