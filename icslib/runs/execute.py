"""One run, from notebook text to the bytes of the executed notebook: what happens inside the fresh child.

The bytes depend on nothing but the inputs: ids, counts and metadata are settled, addresses in memory are blanked, and the
facts of this run (times, warnings, what it read) go to the outcome, not into the report.
"""

import json
import random
import re
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .heavy import load_nbformat
from .inputs import everything, files_read, modules_loaded, tables_read
from .notebook import source

SPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


@dataclass(frozen=True)
class Task:
    """All that a run needs, self-contained so that it may travel to another machine."""

    name: str
    text: str
    given: Mapping[str, Any] = field(default_factory=dict)
    kernel: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of a run: the executed notebook as bytes, or the error and where it arose; and the facts of the run.

    The page, and the code it was made by, are added where the notebook is put in place.
    """

    name: str
    ipynb: bytes = b""
    html: bytes = b""
    before: str = ""
    error: dict | None = None
    modules: dict[str, str] = field(default_factory=dict)
    page_modules: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    warnings: list[dict] = field(default_factory=list)
    cells: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    peak_mb: float = 0.0
    attempts: int = 1
    began: float = 0.0

    def restart(self, name: str) -> None:
        """Be the outcome of the run `name` from now on."""
        self.name, self.began = name, time.perf_counter()


Started = Callable[[int, Any, Outcome], object]


def execute(task: Task, started: Started = lambda index, page, outcome: None) -> Outcome:
    """Run `task` here and give its outcome; an error in a cell is in the outcome, not raised.

    `started` is called before each cell with its index, the notebook and the outcome so far; it may change both.
    """
    began = time.time()
    outcome = Outcome(task.name)
    outcome.restart(task.name)
    with files_read() as read, _warnings_raised(outcome):
        try:
            seed_everything()
            page = run_cells(task, lambda index, page: started(index, page, outcome))
            outcome.cells = {
                cell.id: round(cell.metadata.papermill.get("duration") or 0, 4) for cell in page.cells if cell.cell_type == "code"
            }
            outcome.error = first_error(page)
            outcome.modules, outcome.tables = modules_loaded(began), tables_read()
            if task.kernel:
                outcome.modules, outcome.tables, outcome.files = everything()
            outcome.ipynb = settle(page)
        except Exception as fault:
            outcome.error = describe_error(fault, "starting")
    outcome.files = outcome.files or read
    outcome.seconds = round(time.perf_counter() - outcome.began, 3)
    return outcome


def run_cells(task: Task, started: Callable[[int, Any], object]):
    """The notebook with the given parameters put in, its cells run up to the first that fails."""
    from papermill.engines import papermill_engines

    from .shell import ShellEngine

    page = parameterized(task)
    if task.kernel:
        return papermill_engines.execute_notebook_with_engine(None, page, kernel_name=task.kernel, progress_bar=False)
    papermill_engines.register("icslib", ShellEngine)
    return papermill_engines.execute_notebook_with_engine(
        "icslib", page, kernel_name=SPEC["name"], progress_bar=False, started=started
    )


def parameterized(task: Task):
    """The notebook of `task` with the given parameters in a cell of their own, put in by papermill."""
    nbformat = load_nbformat()
    from papermill.parameterize import parameterize_notebook
    from papermill.translators import PythonTranslator, papermill_translators

    class Translator(PythonTranslator):
        """Papermill's words for parameters, and ours for dates, paths and tuples."""

        @classmethod
        def translate(cls, val):
            if isinstance(val, date):
                return f'__import__("datetime").date.fromisoformat("{val.isoformat()}")'
            if isinstance(val, Path):
                return f'__import__("pathlib").Path({cls.translate_escaped_str(str(val))})'
            if isinstance(val, tuple):
                return f"tuple({cls.translate(list(val))})"
            return super().translate(val)

    papermill_translators.register("python", Translator)
    page = nbformat.reads(task.text, as_version=4)
    page.metadata.update(kernelspec=SPEC, papermill={})
    for cell in page.cells:
        cell.metadata.setdefault("tags", [])
    if task.given:
        page = parameterize_notebook(page, dict(task.given), comment="Given for this run")
    page.metadata.papermill.parameters = {name: json_safe(value) for name, value in task.given.items()}
    name_cells(page)
    return page


def name_cells(page) -> None:
    """Give the cell of given parameters, and cells without one, an id that is the same every time."""
    for number, cell in enumerate(page.cells):
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "given"
        elif not cell.get("id"):
            cell.id = f"cell-{number:02}"


def settle(page) -> bytes:
    """The notebook as bytes that are the same for the same inputs, on any machine, on any day."""
    nbformat = load_nbformat()
    given = page.metadata.get("papermill", {}).get("parameters", {})
    page.metadata = nbformat.from_dict(
        {"kernelspec": SPEC, "language_info": {"name": "python"}, "papermill": {"parameters": given}}
    )
    page.nbformat, page.nbformat_minor = 4, 5
    for cell in page.cells:
        for trace in ("papermill", "execution"):
            cell.metadata.pop(trace, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                if isinstance(value, str) and kind.startswith("text/"):
                    output["data"][kind] = ADDRESS.sub("at 0x0", value)
            if "text" in output:
                output.text = ADDRESS.sub("at 0x0", output.text)
    return (nbformat.writes(page).rstrip("\n") + "\n").encode()


def first_error(page) -> dict | None:
    """The first failing cell, and the error."""
    for index, cell in enumerate(page.cells):
        if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                return place_error(page, index, output.ename, output.evalue, "\n".join(output.traceback))
        if cell.metadata.get("papermill", {}).get("exception"):
            return place_error(page, index, "UsageError", "the kernel refused the cell", "")
    return None


def place_error(page, index: int, kind: str, said: str, trace: str) -> dict[str, Any]:
    """An error in the cell at `index`, numbered as in the notebook on disk, which has no cell of given parameters."""
    given = sum("injected-parameters" in cell.metadata.get("tags", []) for cell in page.cells[:index])
    cell = page.cells[index]
    return write_error(cell.id, kind, said, trace, cell=index + 1 - given, source=cell.source)


def describe_error(fault: BaseException, where: str) -> dict[str, Any]:
    """An error that arose outside the cells."""
    return write_error(where, type(fault).__name__, str(fault), "".join(traceback.format_exception(fault)))


def write_error(
    where: str, kind: str, said: str, trace: str = "", *, cell: int | None = None, source: str = ""
) -> dict[str, Any]:
    """An error as the record and the list of failures hold it."""
    return {"cell": cell, "id": where, "source": source, "kind": kind, "said": said, "trace": trace}


def rewrite(text: str, executed: bytes) -> bytes | None:
    """The executed notebook with the prose, ids and tags of the notebook `text`; None if their code cells differ.

    Both are taken as plain JSON, which is quick, and written as nbformat would.
    """
    page, old = json.loads(text), json.loads(executed)
    ran = [cell for cell in old["cells"] if cell["cell_type"] == "code"]
    cells = page["cells"]
    for number, cell in enumerate(cells):
        cell.setdefault("id", f"cell-{number:02}")
        cell["source"] = source(cell).splitlines(keepends=True)
        for trace in ("papermill", "execution", *(["tags"] if not cell["metadata"].get("tags") else [])):
            cell["metadata"].pop(trace, None)
    if given := [cell for cell in ran if "injected-parameters" in cell["metadata"].get("tags", [])]:
        declared = next(at for at, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", []))
        cells.insert(declared + 1, given[0])
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    if [source(cell).rstrip() for cell in code] != [source(cell).rstrip() for cell in ran]:
        return None
    for cell, done in zip(code, ran, strict=True):
        cell["outputs"], cell["execution_count"] = done["outputs"], done["execution_count"]
    return (json.dumps({**old, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def json_safe(value):
    """`value` as JSON can hold it: dates and paths as text, tuples as lists."""
    if isinstance(value, (tuple, list)):
        return [json_safe(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def seed_everything() -> None:
    """Fix what a notebook may draw from without saying so."""
    import matplotlib
    import numpy as np

    random.seed(0)
    np.random.seed(0)
    matplotlib.rcParams["svg.hashsalt"] = "icslib"


@contextmanager
def _warnings_raised(outcome: Outcome) -> Iterator[None]:
    """Keep each warning for the manifest, and show it in the report without the path of this machine."""

    def show(message, category, filename, lineno, file=None, line=None):
        told = {"kind": category.__name__, "said": str(message), "where": f"{Path(filename).name}:{lineno}"}
        if told not in outcome.warnings:
            outcome.warnings.append(told)
        print(f"{category.__name__}: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
