"""Layouts of strangers, one pathology each, drawn in ``layouts/*.txt`` and read without configuration.

A drawing begins with ``== its name`` and is written as a workbook (see :mod:`.draw`; ``[Name]`` begins another sheet),
or as text where its name ends so. Under ``--`` stands what must be read, table by table, and nothing else may be:

- ``B: title; period; unit`` says of a column how its figures are titled, dated and measured;
- ``4: label/label; period; unit`` says how a row is labelled, and its period and unit where the row states them
  (a column's ``-01`` goes on the row's year);
- ``B4 = 12.5; provisional`` says what a cell reads as, where it prints no plain figure;
- ``total 7: adds up``, ``sum column: D`` name what is a total, ``note 1: T1!B2`` the cells that cite a note.
"""

import re
from pathlib import Path

import pytest

from icslib import read_sheet
from icslib.sheets import PrintedTable, Reading
from icslib.sheets.guard import column_number

from .draw import NUMBER, csv, xlsx

TEXT = " (text parted by ;)"


def layouts() -> dict[str, tuple[str, str]]:
    """Name to drawing and truth, of every layout."""
    files = sorted((Path(__file__).parent / "layouts").glob("*.txt"))
    drawn = [piece for file in files for piece in re.split(r"^== ", file.read_text("utf-8"), flags=re.M)[1:]]
    return {piece.partition("\n")[0]: tuple(piece.partition("\n")[2].split("\n--\n")) for piece in drawn}


LAYOUTS = layouts()


def open_drawing(name: str) -> bytes:
    """A drawing as the bytes of a file."""
    drawn = LAYOUTS[name][0].replace("\\u00a0", "\u00a0")
    if name.endswith(TEXT):
        return csv(drawn, delimiter=";")
    sheets = re.split(r"^\[(.+)\]\n", drawn, flags=re.M)[1:] or ["T1", drawn]
    return xlsx(**dict(zip(sheets[::2], sheets[1::2], strict=True)))


def expected_figures(truth: list[str], grid: list[list[object]]) -> dict[str, tuple]:
    """Cell to labels, title, period, value, flag and unit, as the truth says."""
    said = [line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in truth if " = " not in line]
    rows = {int(name): [*words.split("; "), "", ""] for name, words in said if name.isdigit()}
    columns = {name: [*words.split("; "), "", ""] for name, words in said if re.fullmatch("[A-Z]+", name)}
    odd = {name: words.split("; ", 1) for line in truth if " = " in line for name, words in [line.split(" = ", 1)]}
    marks = {"[c]": "suppressed", "[x]": "not available", "": None}
    found = {}
    for row, (label, date, measure, *_) in rows.items():
        for letter, (title, period, unit, *_) in columns.items():
            cell = grid[row - 1][column_number(letter.encode()) - 1]
            value, flag = (cell, "") if isinstance(cell, float) else (None, marks.get(cell, cell))
            if isinstance(cell, str) and NUMBER.fullmatch(bare := re.sub(r"^\((.+)\)$", r"-\1", cell.replace(",", ""))):
                value, flag = float(bare), ""
            if f"{letter}{row}" in odd:
                number, flag = [*odd[f"{letter}{row}"], ""][:2]
                value = float(number) if number else None
            if flag is not None:
                found[f"{letter}{row}"] = (
                    label,
                    title,
                    date + period if period.startswith("-") else date or period,
                    value,
                    flag,
                    measure or unit,
                )
    return found


def read_figures(table: PrintedTable) -> dict[str, tuple]:
    """The same of a table as read."""
    tidy = table.tidy
    labels = list(tidy.columns[: list(tidy.columns).index("title")])
    return {
        f"{line['column']}{line['row']}": (
            "/".join(line[name] for name in labels if line[name]),
            line["title"],
            line["period"],
            line["value"] if line["value"] == line["value"] else None,
            line["flag"],
            line["unit"],
        )
        for line in tidy.to_dict("records")
    }


def check_table(table: PrintedTable, truth: list[str], reading: Reading) -> None:
    """One table against the lines that say what it holds."""
    grid = [["" if cell is None else cell for cell in row] for row in reading.grid[table.sheet].grid]
    assert read_figures(table) == expected_figures(truth, grid)
    verdicts = {"adds up": True, "differs": False, "not checked": None}
    totals = {int(line.split()[1][:-1]): verdicts[line.split(": ")[1]] for line in truth if line.startswith("total ")}
    assert dict(zip(table.checks["row"], table.checks["agrees"], strict=True)) == totals
    sums = [line.removeprefix("sum column: ") for line in truth if line.startswith("sum column")]
    assert [table.letters[title] for title in table.total_columns] == sums


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_read_as_it_is_meant(name):
    reading, truths = read_sheet(open_drawing(name)), LAYOUTS[name][1].strip().split("\n\n")
    assert len(reading.tables) == len(truths)
    for table, truth in zip(reading.tables, truths, strict=True):
        check_table(table, truth.split("\n"), reading)
    cites = dict(zip(reading.notes["key"], reading.notes["cites"], strict=True))
    for key, citing in re.findall(r"^note (\w+):(.*)$", LAYOUTS[name][1], flags=re.M):
        assert list(cites[key]) == [cell for cell in citing.strip().split(", ") if cell]
    unread = sum(int((roles == "U").sum()) for roles in reading.roles.values())
    assert unread == reading.log["decision"].str.contains("no figure and no known mark").sum()


def test_a_truth_that_says_otherwise_fails():
    reading, truth = read_sheet(open_drawing("of which rows")), LAYOUTS["of which rows"][1].strip().split("\n")
    for old, new in [("B: 2022; 2022", "B: 2022; 2023"), ("2: Doctors", "2: Nurses"), ("total 7: adds up", "total 6: adds up")]:
        with pytest.raises(AssertionError):
            check_table(reading.tables[0], [line.replace(old, new) for line in truth], reading)
