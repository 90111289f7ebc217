"""The manifest: one JSON record a report, of what it was made from, what came of it, and what the run saw.

The record is also the cache. A report is up to date when its cells, its parameters, every source file it loaded, every table
and data file it read, and the lock are as recorded, and its two files are those that were written. Times never count.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import paths
from .execute import Outcome, json_safe
from .inputs import FIND, find_data, find_module, hash_bytes, hash_file
from .parameters import read_parameters
from .plan import Job

Record = dict[str, Any]


def folder(reports: Path) -> Path:
    """Where records, the log and the lock lie."""
    return reports / "runs"


def lock() -> str:
    """The environment a report is made in: the lock file's hash and the version of Python."""
    return f"{hash_file(paths.find_home() / 'requirements.lock')[:16]} python {sys.version_info[0]}.{sys.version_info[1]}"


def read_record(reports: Path, name: str) -> Record:
    """The record of the report `name`; empty if there is none or it is damaged."""
    try:
        return json.loads((folder(reports) / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_record(reports: Path, record: Record) -> None:
    """Put a record in place, whole or not at all."""
    with paths.written_aside(folder(reports) / f"{record['report']}.json") as aside:
        aside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def make_record(job: Job, outcome: Outcome, kernel: str = "") -> Record:
    """What is known of one run."""
    declared = [] if job.refused else read_parameters(job.notebook)
    given = {str(value) for one in declared if one.constraint == "path" and (value := job.given.get(one.name))}
    return {
        "report": job.name,
        "notebook": job.notebook.address,
        "parameters": {name: json_safe(value) for name, value in job.given.items()},
        "command": job.command,
        "status": "failed" if outcome.error else "done",
        "error": outcome.error,
        "inputs": {
            "code": job.notebook.code,
            "page": job.notebook.page,
            "lock": lock(),
            "as_of": job.as_of,
            "kernel": kernel,
            "modules": outcome.modules,
            "page_modules": outcome.page_modules,
            "tables": outcome.tables,
            "files": outcome.files | {name: hash_file(find_data(name)) for name in sorted(given)},
        },
        "outputs": {"ipynb": hash_bytes(outcome.ipynb), "html": hash_bytes(outcome.html), "before": outcome.before},
        "warnings": outcome.warnings,
        "seconds": outcome.seconds,
        "seconds_by_cell": outcome.cells,
        "peak_mb": outcome.peak_mb,
        "attempts": outcome.attempts,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def decide(job: Job, reports: Path, kernel: str = "", force: bool = False) -> tuple[str, str]:
    """What to do for `job`, and why: ``run``, ``render`` (prose or page changed, not the results), ``keep`` or ``refuse``."""
    if job.refused:
        return "refuse", job.refused
    record = read_record(reports, job.name)
    if force:
        return "run", "forced"
    if not record:
        return "run", "never run here"
    if record["status"] != "done":
        return "run", "failed last time"
    inputs = record["inputs"]
    for kind, now, changed in (
        ("code", job.notebook.code, "a code cell changed"),
        ("lock", lock(), "the environment changed"),
        ("as_of", job.as_of, "another date"),
        ("kernel", kernel, "another kernel"),
    ):
        if inputs[kind] != now:
            return "run", changed
    if record["parameters"] != {name: json_safe(value) for name, value in job.given.items()}:
        return "run", "other parameters"
    for kind in ("modules", "tables", "files"):
        for name, was in inputs[kind].items():
            if (now := hash_file(FIND[kind](name))) != was:
                return "run", f"{name} {'changed' if now else 'is gone'}"
    if hash_file(reports / f"{job.name}.ipynb") != record["outputs"]["ipynb"]:
        return "run", "the executed notebook is missing or was altered"
    if inputs["page"] != job.notebook.page:
        return "render", "only the prose changed"
    for name, was in inputs["page_modules"].items():
        if hash_file(find_module(name)) != was:
            return "render", f"{name} changed"
    if hash_file(reports / f"{job.name}.html") != record["outputs"]["html"]:
        return "render", "the page is missing or was altered"
    return "keep", "up to date"


def log_batch(reports: Path, done: list) -> None:
    """Add one line of JSON for each report of a batch to the log."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [
        {"at": at, "report": one.name, "done": one.done, "why": one.why, "seconds": one.seconds, "warnings": one.warnings}
        for one in done
    ]
    with open(folder(reports) / "log.jsonl", "a", encoding="utf-8") as log:
        log.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
