"""From an outcome to files in place: what differs is written, whole or not at all, and the record after it."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import paths
from ..errors import IcsError, ParameterError, RunError
from .execute import Outcome, describe_error, rewrite, write_error
from .inputs import FIND, hash_bytes, hash_file, page_files
from .notebook import source
from .options import Options, Report
from .page import make_html
from .plan import Job
from .record import make_record, read_record, write_record

LOADED = time.time()


def report_on(where: Path, job: Job, done: str, why: str, **facts: Any) -> Report:
    """What to say of one report."""
    return Report(job.name, where / f"{job.name}.html", where / f"{job.name}.ipynb", done, why, **facts)


def refuse(job: Job) -> Outcome:
    """The outcome of a report whose values are refused: nothing was run, and the parameters cell is where to look."""
    tagged = [(at, cell) for at, cell in enumerate(job.notebook.cells, start=1) if cell in job.notebook.tagged("parameters")]
    where, cell = tagged[0] if tagged else (None, {"id": "no cell is tagged 'parameters'", "source": ""})
    error = write_error(cell.get("id", ""), ParameterError.__name__, job.refused, cell=where, source=source(cell))
    return Outcome(job.name, error=error)


def put(where: Path, job: Job, why: str, outcome: Outcome, options: Options) -> Report:
    """Move one outcome into place; a full disk or other code on a worker make it a failure, and the old report stays."""
    facts = {"seconds": outcome.seconds, "warnings": len(outcome.warnings)}
    changed = False
    try:
        if not outcome.error:
            if options.cluster:
                _same_inputs(outcome)
            outcome.html, outcome.before = make_html(where, job.name, outcome.ipynb)
            outcome.page_modules = page_files(LOADED)
            changed = _place(where, job.name, outcome.ipynb, outcome.html, options)
    except (OSError, RunError) as fault:
        outcome.error = describe_error(fault, "writing") | {"said": f"{fault}. The old report is as it was."}
    except Exception as fault:
        outcome.error = describe_error(fault, "rendering")
    try:
        write_record(where, make_record(job, outcome, options.kernel))
    except OSError as fault:
        outcome.error = outcome.error or describe_error(fault, "writing the record")
    if outcome.error:
        cell = f"cell {outcome.error['cell']} ({outcome.error['id']}): " if outcome.error["cell"] else f"{outcome.error['id']}: "
        return report_on(where, job, "failed", f"{cell}{outcome.error['kind']}: {outcome.error['said']}", **facts)
    return report_on(where, job, "run", why, changed=changed, **facts)


def _same_inputs(outcome: Outcome) -> None:
    """Hold a run made elsewhere to the code and data that lie here."""
    for kind in ("modules", "tables", "files"):
        for name, seen in getattr(outcome, kind).items():
            if seen != hash_file(FIND[kind](name)):
                raise RunError(f"It was made from another {name} than lies here. Bring the worker to the same code and data")


def _place(where: Path, name: str, ipynb: bytes, html: bytes, options: Options) -> bool:
    """Write what differs, the page first set aside if old pages are kept; True if anything changed."""
    changed = False
    for suffix, data in ((".ipynb", ipynb), (".html", html)):
        target = where / f"{name}{suffix}"
        if hash_file(target) == hash_bytes(data):
            continue
        if suffix == ".html" and options.keep:
            set_aside(target, options.keep)
        with paths.written_aside(target) as aside:
            aside.write_bytes(data)
        changed = True
    return changed


def set_aside(page: Path, keep: int) -> None:
    """Copy `page` to ``old/`` before it is replaced, named by when it was made, and keep the newest `keep` of its copies."""
    if not page.is_file():
        return
    made = datetime.fromtimestamp(page.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H%M%S")
    with paths.written_aside(page.parent / "old" / f"{page.stem}--made-{made}{page.suffix}") as aside:
        shutil.copyfile(page, aside)
    for old in sorted((page.parent / "old").glob(f"{page.stem}--made-*{page.suffix}"))[:-keep]:
        old.unlink()


def render_again(where: Path, job: Job, why: str, options: Options) -> Report | None:
    """Put new prose around old results; None if it must be run after all."""
    record = read_record(where, job.name)
    try:
        ipynb = rewrite(job.notebook.text, (where / f"{job.name}.ipynb").read_bytes())
        if ipynb is None:
            return None
        html, before = make_html(where, job.name, ipynb)
        changed = _place(where, job.name, ipynb, html, options)
        record["inputs"] |= {"page": job.notebook.page, "page_modules": page_files(LOADED)}
        record["outputs"] = {"ipynb": hash_bytes(ipynb), "html": hash_bytes(html), "before": before}
        write_record(where, record)
    except (OSError, IcsError) as fault:
        return report_on(where, job, "failed", f"rendering: {type(fault).__name__}: {fault}")
    return report_on(where, job, "rendered", why, changed=changed)
