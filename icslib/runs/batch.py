"""Many reports in one go: decide what needs doing, run it in parallel, put results in place one by one.

Nothing is lost if the batch is killed: each report is moved into place whole, its record after it, so the next batch goes on
where this one stopped. A failed run leaves the old report as it was and never stops the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import paths
from ..errors import IcsError, ParameterError, RunError
from .executor import run_all
from .lock import locked
from .notebook import find_notebook
from .options import PLAIN, Batch, Options, Report
from .placement import put, refuse, render_again, report_on
from .plan import Job, expand, make_job, read_plan
from .record import Record, decide, folder, log_batch, read_record


def plan_batch(jobs: Iterable[Job], options: Options = PLAIN, reports: Path | None = None) -> list[tuple[Job, str, str]]:
    """Each job with what would be done, ``run``, ``render``, ``keep`` or ``refuse``, and why."""
    where = reports or paths.reports()
    return [(job, *decide(job, where, options.kernel, options.force)) for job in jobs]


def select_jobs(
    notebooks: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    each: Mapping[str, Any] | None = None,
    failed: bool = False,
    as_of: str = "",
) -> list[Job]:
    """Jobs of the notebooks named, with these values, one for each of the values in `each`; the whole plan if none is named."""
    if failed:
        return [job for job in failed_jobs() if not notebooks or job.notebook.name in notebooks]
    if notebooks:
        return [job for name in notebooks for job in expand(find_notebook(name), values, each, as_of)]
    if values or each:
        raise IcsError("Parameters were given, but no notebook to give them to. Name one: icslib run NOTEBOOK -p name=value.")
    return [replace(job, as_of=as_of or job.as_of) for job in read_plan()]


def failed_jobs() -> list[Job]:
    """Jobs whose last run failed, as recorded; what can no longer be asked for, its notebook or parameter gone, is forgotten."""
    where, jobs = paths.reports(), []
    for record in failed_records(where):
        given = record["parameters"]
        try:
            jobs.append(make_job(find_notebook(record["notebook"]), given, given, record["inputs"]["as_of"]))
        except IcsError:
            (folder(where) / f"{record['report']}.json").unlink()
    return jobs


def run_jobs(jobs: Iterable[Job], options: Options = PLAIN, reports: Path | None = None, progress=None) -> Batch:
    """Bring the reports of all `jobs` up to date.

    Parameters
    ----------
    jobs : what to make; two with one name are one
    reports : folder to write to; the project's ``reports`` if None
    progress : called with each :class:`Report` as it is done
    """
    where = reports or paths.reports()
    batch = Batch(where)
    with locked(folder(where) / "lock") as cut_short:
        if cut_short:
            sweep(where)
        forget_refused(where)
        planned = plan_batch(_distinct(jobs), options, where)

        def take(report: Report) -> None:
            batch.reports.append(report)
            if progress:
                progress(report)

        to_run = []
        for job, what, why in planned:
            if what == "keep":
                take(report_on(where, job, "kept", why))
            elif what == "refuse":
                take(put(where, job, why, refuse(job), options))
            elif what == "render" and (report := render_again(where, job, why, options)):
                take(report)
            else:
                to_run.append((job, why))
        for job, why, outcome in run_all(to_run, options):
            take(put(where, job, why, outcome, options))
        stale = cut_short or any(report.changed for report in batch.reports) or not (where / "index.html").is_file()
        try:
            batch.failures = write_failures(where)
            if any(report.done != "kept" for report in batch.reports):
                log_batch(where, batch.reports)
            if stale:
                from ..render import write_index

                write_index(where)
        except (OSError, IcsError) as fault:
            batch.trouble = f"The list of reports or of failures could not be written: {fault}"
    return batch


def _distinct(jobs: Iterable[Job]) -> Iterable[Job]:
    """Each job once; two notebooks whose reports would go by one name are an error."""
    named: dict[str, Job] = {}
    for job in jobs:
        if named.setdefault(job.name, job).notebook.path != job.notebook.path:
            raise IcsError(f"{job.notebook.path} and {named[job.name].notebook.path} would both be {job.name}. Rename one.")
    return named.values()


def failed_records(where: Path) -> list[Record]:
    """Records of runs that failed and were not made good since."""
    records = (read_record(where, path.stem) for path in sorted(folder(where).glob("*.json")))
    return [record for record in records if record.get("status") == "failed"]


def write_failures(where: Path) -> Path | None:
    """Write ``failures.html``: for each failed run the cell, the error, the parameters and the command to try again. None if
    none failed.
    """
    records, path = failed_records(where), where / "failures.html"
    if not records:
        path.unlink(missing_ok=True)
        return None
    from ..render import write_page

    return write_page(path, "failures.html.j2", records=records)


def forget_refused(where: Path) -> None:
    """Remove records of reports that were refused before anything ran; those that still are come back."""
    for record in failed_records(where):
        if record["error"]["kind"] == ParameterError.__name__:
            (folder(where) / f"{record['report']}.json").unlink()


def sweep(where: Path) -> None:
    """Remove what a killed batch left half-written."""
    for place in (where, folder(where)):
        for part in place.glob(".*.part"):
            part.unlink(missing_ok=True)


def run(notebook: str, /, **parameters) -> Report:
    """Run one notebook with these parameters and give its report; parameters are checked before anything starts.

    The report lies in ``reports/``, under a name that tells every parameter that is not the default. What is up to date is
    not run again. In Jupyter the result shows as a link.

    Raises
    ------
    ParameterError
        A parameter is unknown, of the wrong kind, or out of range.
    RunError
        A cell failed; the message names it.
    """
    batch = run_jobs([make_job(find_notebook(notebook), parameters)])
    if batch.failed:
        raise RunError(f"{batch.failed[0].name}: {batch.failed[0].why}. See {batch.failures}.")
    return batch.reports[0]
