"""A report for those who need a file to print, to write in or to calculate with: PDF, Word, or a workbook of all its tables."""

import json
from pathlib import Path

from .. import paths
from ..errors import RenderError
from ..exhibits.cells import say_run
from ..exhibits.core import IN_SHORT
from ..exhibits.markup import name_cells
from ..store.export import ONE_TABLE, WORKBOOKS, Sheet, write_notes, write_workbook
from ..style import UNIT_WORDS
from .numbering import number_exhibits
from .paper import write_pdf
from .word import write_docx


def export_report(report: str, target: Path) -> Path:
    """Write the report of this name, or path, as ``.pdf``, ``.docx``, ``.xlsx`` or ``.ods``.

    Raises
    ------
    RenderError
        If the report is not there, or the file is to be of another kind.
    """
    made = Path(report) if Path(report).suffix else paths.reports(f"{report}.html")
    if paper := {".pdf": write_pdf, ".docx": write_docx}.get(target.suffix.lower()):
        return paper(made.with_suffix(".html"), target)
    if target.suffix.lower() not in WORKBOOKS:
        raise RenderError(f"{target.name}: reports are written as .pdf, .docx, {', '.join(WORKBOOKS)}. Name the file so.")
    return write_tables(made.with_suffix(".ipynb"), target)


def write_tables(ipynb: Path, target: Path) -> Path:
    """Write the data of every figure and table of an executed notebook, one sheet each, with cover and notes.

    Text is never a formula. The cells behind each row are in its last columns.
    """
    try:
        cells = json.loads(ipynb.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as fault:
        raise RenderError(
            f"{ipynb} is not a notebook that can be read ({fault}). Make the report first with 'icslib run'."
        ) from fault
    bundles = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    exhibits = number_exhibits(cells)
    findings = [finding for bundle in bundles for finding in bundle.get(IN_SHORT, [])]
    contents: list[list[object]] = [["Sheet", "Title", "Unit"]]
    contents += [[one.number, one.record["title"], one.record["unit"]] for one in exhibits]
    sources = sorted({source["id"] for one in exhibits for source in one.record["sources"]})
    sheets = [
        Sheet(
            "Cover",
            (ipynb.stem, *findings, "The sheet Contents lists the tables; the sheet Notes says where the figures come from."),
        ),
        Sheet("Contents", ("Contents", ONE_TABLE), contents),
        Sheet("Notes", ("Notes", ONE_TABLE), write_notes(sources)),
    ]
    sheets += [_sheet(one.number, one.record) for one in exhibits]
    return write_workbook(target, ipynb.stem, sheets)


def _sheet(name: str, record: dict) -> Sheet:
    unit = UNIT_WORDS.get(record["unit"], record["unit"])
    lines = (
        record["title"],
        *filter(None, (record["subtitle"], unit and f"Unit: {unit}.", *record["notes"])),
        *(f"Numbers without cells of their own are made from {say_run(*run)}." for run in record.get("behind", [])),
        ONE_TABLE,
    )
    traced = list(record["cells"])
    rows: list[list[object]] = [[*record["columns"], *traced]]
    for spot, row in enumerate(record["rows"]):
        shown = ["[x]" if value is None else str(value) if isinstance(value, bool) else value for value in row]
        rows.append([*shown, *(name_cells(record["cells"][column][spot]) for column in traced)])
    return Sheet(name, lines, rows)
