"""Random numbers of the national reports, each followed to its cells, and the cells read by other means than ours."""

import csv
import json
import math
import random
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlrd

from icslib import catalog, paths
from icslib.exhibits.cells import split_ref
from icslib.exhibits.core import MIME
from icslib.render.numbering import number_exhibits
from icslib.render.provenance import SCALES, Printing, find_printings, holds


def linked_numbers() -> list[tuple[str, tuple[str, ...], float]]:
    """Every number of the national reports that is printed in its one cell, as the page says, or is the sum of its cells."""
    found = set()
    for report in paths.reports().glob("0[0-8]-*.ipynb"):
        outputs = (
            output for cell in json.loads(report.read_text(encoding="utf-8"))["cells"] for output in cell.get("outputs", [])
        )
        records = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})] * ("--" not in report.stem)
        for record in records:
            for place, name in enumerate(record["columns"]):
                cells = record["cells"].get(f"cells:{name}", record["cells"].get("cells", []))
                for refs, row in zip(cells, record["rows"], strict=True) if cells else ():
                    if refs and isinstance(row[place], float) and rests_on(tuple(refs), row[place]):
                        found.add((f"{report.stem}, {record['title']}, {name}", tuple(refs), row[place]))
    return sorted(found)


def test_every_figure_and_table_with_numbers_names_cells_they_rest_on_or_the_file_of_ours():
    reports = sorted(paths.reports().glob("*.ipynb"))
    if not reports:
        pytest.skip("no reports made here: 'icslib run' makes them")
    bare = [
        f"{report.stem}, {one.number}"
        for report in reports
        for one in number_exhibits(json.loads(report.read_text(encoding="utf-8"))["cells"])
        if not one.record["behind"]
        and not any(refs for column in one.record["cells"].values() for refs in column)
        and "data/raw/reference/" not in " ".join(one.record["notes"])
        and any(isinstance(value, float) for row in one.record["rows"] for value in row)
    ]
    assert not bare


printings = cache(find_printings)


@cache
def rests_on(refs: tuple[str, ...], value: float) -> bool:
    known = [printings(ref.partition("!")[0]).get(split_ref(ref), Printing()).value for ref in refs]
    return holds(known[0], value) if len(refs) == 1 else None not in known and agrees(sum(known), value)


def agrees(held: float, value: float) -> bool:
    return any(math.isclose(held * scale, value, rel_tol=1e-6) for scale in SCALES)


def is_official(refs: tuple[str, ...]) -> bool:
    return not any(paths.raw("figures", catalog.get(ref.partition("!")[0]).file).is_file() for ref in refs)


@cache
def grid(path: Path, sheet: str) -> list[list]:
    """A file as rows of cells, read by the csv module, openpyxl or xlrd alone."""
    if path.suffix.lower() == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return [list(row) for row in (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)]
    if path.suffix.lower() == ".xls":
        page = xlrd.open_workbook(path)
        page = page.sheet_by_name(sheet) if sheet else page.sheet_by_index(0)
        return [page.row_values(row) for row in range(page.nrows)]
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as packed:
            text = packed.read(packed.namelist()[0])
    else:
        text = path.read_bytes()
    try:
        return list(csv.reader(text.decode("utf-8-sig").splitlines(keepends=True)))
    except UnicodeDecodeError:
        return list(csv.reader(text.decode("latin-1").splitlines(keepends=True)))


def read_cell(ref: str) -> float:
    source, sheet, column, row = split_ref(ref)
    about = catalog.get(source)
    ours = paths.raw("figures", about.file)
    spot = 0
    for letter in column:
        spot = spot * 26 + ord(letter) - 64
    held = grid(ours if ours.is_file() else catalog.need_file(about), sheet)[row - 1][spot - 1]
    printed = str(held).replace(",", "").replace("£", "").replace("%", "").strip()
    if printed == "-":  # how accounts write nought
        return 0.0
    return -float(printed[1:-1]) if printed.startswith("(") else float(printed)


def check_fifty(numbers: list) -> None:
    if not numbers:
        pytest.skip("no such numbers in the national reports made here: 'icslib run' makes them")
    for where, refs, value in random.Random(20221005).sample(numbers, min(50, len(numbers))):
        held = sum(read_cell(ref) for ref in refs)
        assert agrees(held, value), (where, refs[:5], held, value)


def test_fifty_random_numbers_lead_to_a_cell_of_ours_that_holds_them():
    check_fifty([one for one in linked_numbers() if not is_official(one[1])])


def test_fifty_random_numbers_lead_to_official_cells_that_hold_them_or_add_up_to_them(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    check_fifty([one for one in linked_numbers() if is_official(one[1])])
