"""Fifty numbers of the national reports, each followed to its cell, and the cell read by other means than ours."""

import csv
import json
import math
import random
import zipfile
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from icslib import catalog, paths
from icslib.exhibits.cells import split_ref
from icslib.exhibits.core import MIME

# Columns that repeat what is printed; the others of a row are made from it, and link to what they are made from.
PRINTED = ("value", "vacancies", "to_date", "theirs", "target")
SCALES = (1.0, 1e-3, 1e-6, 1e-9, 1e3, 1e6, 100.0, 0.01)  # pounds to £m, shares to percent, and the like


def linked_numbers(report: Path) -> list[tuple[str, str, float]]:
    """Every number of the exhibits of a report that rests on one cell: exhibit, reference, value."""
    found = []
    for cell in json.loads(report.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(MIME)
            for spot, row in enumerate(record["rows"] if record else []):
                for name, value in zip(record["columns"], row, strict=True):
                    own = record["cells"].get(f"cells:{name}", record["cells"].get("cells") if name in PRINTED else None)
                    refs = own[spot] if own else []
                    if len(refs) == 1 and isinstance(value, float):
                        found.append((f"{report.stem}, {record['title']}, {name}", refs[0], value))
    return found


@cache
def grid(path: Path, sheet: str) -> list[list]:
    """A file as rows of cells, read by the csv module or by calamine alone."""
    if path.suffix.lower() == ".csv":
        text = path.read_bytes()
        return list(
            csv.reader((text.decode("utf-8-sig") if _is_utf8(text) else text.decode("latin-1")).splitlines(keepends=True))
        )
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as packed:
            return list(csv.reader(packed.read(packed.namelist()[0]).decode("utf-8-sig").splitlines(keepends=True)))
    book = CalamineWorkbook.from_path(str(path))
    page = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
    return page.to_python(skip_empty_area=False)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_cell(path: Path, sheet: str, column: str, row: int) -> float:
    spot = 0
    for letter in column:
        spot = spot * 26 + ord(letter) - 64
    printed = str(grid(path, sheet)[row - 1][spot - 1]).replace(",", "").replace("£", "").replace("%", "").strip()
    return -float(printed[1:-1]) if printed.startswith("(") else float(printed)


def test_fifty_random_numbers_lead_to_a_cell_that_holds_them(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    reports = sorted(path for path in paths.reports().glob("0[1-5]-*.ipynb") if path.stem.count("-") <= 2)
    numbers = [one for report in reports for one in linked_numbers(report)]
    if len(numbers) < 50:
        pytest.skip("the national reports are not made here: 'icslib run' makes them")
    for where, ref, value in random.Random(20221005).sample(sorted(set(numbers)), 50):
        source, sheet, column, row = split_ref(ref)
        about = catalog.get(source)
        ours = paths.raw("figures", about.file)
        held = read_cell(ours if ours.is_file() else catalog.need_file(about), sheet, column, row)
        assert any(math.isclose(held * scale, value, rel_tol=1e-6) for scale in SCALES), (where, ref, held, value)
