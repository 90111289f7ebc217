"""Many reports in one go: decide what needs doing, run it in parallel, put results in place one by one.

Nothing is lost if the batch is killed: each report is moved into place whole, its record after it, so the next batch goes on
where this one stopped. A failed run leaves the old report as it was and never stops the others.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .. import paths
from ..errors import IcsError, RunError
from . import attempt as one
from .execute import Outcome, Task, render, rewrite
from .failures import write_failures
from .inputs import FIND, hash_bytes, hash_file, modules_loaded
from .lock import locked
from .notebook import find_notebook
from .plan import Job, expand, make_job, read_plan
from .record import Record, decide, folder, log_batch, make_record, read_record, write_record
from .retention import set_aside


@dataclass(frozen=True)
class Options:
    """How a batch is run.

    ``jobs`` runs at once (0: one a core); ``seconds`` and ``megabytes`` one run may take (0: its share of the machine);
    ``cluster`` the address of a Dask scheduler; ``kernel`` a Jupyter kernel to use instead of the shell in the child;
    ``as_of`` the date whose editions are used; ``keep`` how many replaced pages of each report are kept.
    """

    jobs: int = 0
    force: bool = False
    seconds: float = 600.0
    megabytes: float = 0.0
    cluster: str = ""
    kernel: str = ""
    as_of: str = ""
    keep: int = 0
    warm: bool = one.warm.WARM

    def __post_init__(self):
        if min(self.jobs, self.seconds, self.megabytes, self.keep) < 0 or not self.seconds:
            raise IcsError("--jobs, --timeout, --memory and --keep are numbers above zero.")
        if self.as_of:
            try:
                date.fromisoformat(self.as_of)
            except ValueError as fault:
                raise IcsError(f"--as-of {self.as_of!r}: {fault}. Write a date such as 2024-03-31.") from None

    @property
    def workers(self) -> int:
        """Runs at once."""
        mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return self.jobs or mine or 1

    @property
    def limits(self) -> one.Limits:
        """What one run may take."""
        import psutil

        share = psutil.virtual_memory().total / 2**20 * 0.8 / self.workers
        return one.Limits(seconds=self.seconds, megabytes=self.megabytes or share, warm=self.warm)


@dataclass
class Report:
    """What became of one report: ``run``, ``rendered``, ``kept`` or ``failed``, and why."""

    name: str
    html: Path
    ipynb: Path
    done: str
    why: str
    changed: bool = False
    seconds: float = 0.0
    warnings: int = 0

    def _repr_html_(self) -> str:
        return f'<p><a href="{self.html.as_posix()}">{self.html.name}</a>: {self.done}, {self.why}</p>'


@dataclass
class Batch:
    """What became of all."""

    reports: list[Report] = field(default_factory=list)
    failures: Path | None = None
    trouble: str = ""

    @property
    def failed(self) -> list[Report]:
        """Reports that could not be made."""
        return [report for report in self.reports if report.done == "failed"]


def plan_batch(jobs: Iterable[Job], options: Options = Options(), reports: Path | None = None) -> list[tuple[Job, str, str]]:
    """Each job with what would be done, ``run``, ``render`` or ``keep``, and why."""
    where = reports or paths.reports()
    return [(job, *decide(job, where, options.as_of, options.kernel, options.force)) for job in jobs]


def select_jobs(
    notebooks: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    each: Mapping[str, Any] | None = None,
    failed: bool = False,
) -> list[Job]:
    """Jobs of the notebooks named, with these values, one for each of the values in `each`; the whole plan if none is named."""
    if failed:
        return [job for job in failed_jobs() if not notebooks or job.notebook.name in notebooks]
    if notebooks:
        return [job for name in notebooks for job in expand(find_notebook(name), values, each)]
    if values or each:
        raise IcsError("Parameters were given, but no notebook to give them to. Name one: icslib run NOTEBOOK -p name=value.")
    return read_plan()


def failed_jobs(reports: Path | None = None) -> list[Job]:
    """Jobs whose last run failed, as recorded."""
    return [
        make_job(find_notebook(record["notebook"]), record["parameters"], frozenset(record["parameters"]))
        for record in failed_records(reports or paths.reports())
    ]


def run_jobs(jobs: Iterable[Job], options: Options = Options(), reports: Path | None = None, progress=None) -> Batch:
    """Bring the reports of all `jobs` up to date.

    Parameters
    ----------
    jobs : what to make; two with one name are one
    reports : folder to write to; the project's ``reports`` if None
    progress : called with each :class:`Report` as it is done
    """
    where = reports or paths.reports()
    batch = Batch()
    with locked(folder(where) / "lock") as cut_short:
        if cut_short:
            sweep(where)
        planned = plan_batch({job.name: job for job in jobs}.values(), options, where)

        def take(report: Report) -> None:
            batch.reports.append(report)
            if progress:
                progress(report)

        to_run = []
        for job, what, why in planned:
            if what == "keep":
                take(_report(where, job, "kept", why))
            elif what == "render" and (report := _render_again(where, job, why, options)):
                take(report)
            else:
                to_run.append((job, why))
        for job, why, outcome in _run_all(to_run, options):
            take(_put(where, job, why, outcome, options))
        batch.failures = write_failures(where, failed_records(where))
        if any(report.changed for report in batch.reports) or not (where / "index.html").is_file():
            batch.trouble = _index(where)
        if to_run or any(report.done != "kept" for report in batch.reports):
            log_batch(where, batch.reports)
    return batch


def _index(where: Path) -> str:
    """Write the index; what stands in its way is told, and undoes no report."""
    from ..render import write_index

    try:
        write_index(where)
    except (OSError, IcsError) as fault:
        return f"The index could not be written: {fault}"
    return ""


def failed_records(where: Path) -> list[Record]:
    """Records of runs that failed and were not made good since."""
    records = (read_record(where, path.stem) for path in sorted(folder(where).glob("*.json")))
    return [record for record in records if record.get("status") == "failed"]


def sweep(where: Path) -> None:
    """Remove what a killed batch left half-written."""
    for place in (where, folder(where)):
        for part in place.glob(".*.part"):
            part.unlink(missing_ok=True)


def make_task(job: Job, options: Options = Options()) -> Task:
    """The self-contained order for one run."""
    environment = {"ICSLIB_AS_OF": options.as_of}
    if not options.cluster:
        environment |= {"ICSLIB_HOME": str(paths.find_home())}
    return Task(job.name, job.notebook.path.name, job.notebook.text, dict(job.given), options.kernel, environment)


@contextmanager
def executor(options: Options) -> Iterator[Executor]:
    """Where attempts are made: threads here, each watching a child process of its own, or the workers of a cluster."""
    if not options.cluster:
        with ThreadPoolExecutor(options.workers, thread_name_prefix="icslib-run") as pool:
            yield pool
        return
    try:
        from distributed import Client
    except ImportError:
        raise RunError("A cluster needs the package 'distributed': install icslib[cluster].") from None
    try:
        client = Client(options.cluster, timeout=5, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise RunError(
            f"No scheduler answers at {options.cluster} ({fault}). Start 'dask scheduler', or check the address."
        ) from None
    with client, client.get_executor(retries=1, pure=False) as pool:
        yield pool


def _run_all(jobs: list[tuple[Job, str]], options: Options) -> Iterator[tuple[Job, str, Outcome]]:
    if not jobs:
        return
    one.STOP.clear()
    with executor(options) as pool:
        waiting: dict[Future, tuple[Job, str]] = {
            pool.submit(one.attempt, make_task(job, options), options.limits): (job, why) for job, why in jobs
        }
        try:
            for future in as_completed(waiting):
                job, why = waiting[future]
                try:
                    outcome = future.result()
                except Exception as fault:
                    outcome = Outcome(
                        job.name,
                        error={
                            "cell": None,
                            "id": "executor",
                            "source": "",
                            "kind": type(fault).__name__,
                            "said": str(fault),
                            "trace": "",
                        },
                    )
                yield job, why, outcome
        except BaseException:
            one.STOP.set()
            for future in waiting:
                future.cancel()
            raise


def _report(where: Path, job: Job, done: str, why: str, **facts: Any) -> Report:
    return Report(job.name, where / f"{job.name}.html", where / f"{job.name}.ipynb", done, why, **facts)


def _put(where: Path, job: Job, why: str, outcome: Outcome, options: Options) -> Report:
    """Move one outcome into place; a full disk or other code on a worker make it a failure, and the old report stays."""
    facts = {"seconds": outcome.seconds, "warnings": len(outcome.warnings)}
    changed = False
    try:
        if not outcome.error:
            if options.cluster:
                _same_inputs(outcome)
            changed = _place(where, job.name, outcome.ipynb, outcome.html, options)
    except (OSError, RunError) as fault:
        outcome.error = {
            "cell": None,
            "id": "writing",
            "source": "",
            "kind": type(fault).__name__,
            "said": f"{fault}. The old report is as it was.",
            "trace": "",
        }
    try:
        record = make_record(job, outcome, options.as_of, options.kernel)
        write_record(where, record)
    except OSError as fault:
        outcome.error = outcome.error or {
            "cell": None,
            "said": f"{fault}: no record could be written.",
            "kind": "OSError",
            "id": "writing",
        }
    if outcome.error:
        cell = f"cell {outcome.error['cell']} ({outcome.error['id']}): " if outcome.error["cell"] else f"{outcome.error['id']}: "
        return _report(where, job, "failed", f"{cell}{outcome.error['kind']}: {outcome.error['said']}", **facts)
    return _report(where, job, "run", why, changed=changed, **facts)


def _same_inputs(outcome: Outcome) -> None:
    """Hold a run made elsewhere to the code and data that lie here."""
    for kind in ("modules", "tables", "files"):
        for name, seen in getattr(outcome, kind).items():
            if seen != hash_file(FIND[kind](name)):
                raise RunError(
                    f"It was made from another {name} than lies here. Bring the worker to the same code and data, or run again if it was just changed"
                )


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


def _render_again(where: Path, job: Job, why: str, options: Options) -> Report | None:
    """Put new prose around old results; None if it must be run after all."""
    import tempfile

    record = read_record(where, job.name)
    ipynb = rewrite(job.notebook.text, (where / f"{job.name}.ipynb").read_bytes())
    if ipynb is None:
        return None
    with tempfile.TemporaryDirectory(prefix="icslib-") as aside:
        html = render(job.name, ipynb, Path(aside))
    changed = _place(where, job.name, ipynb, html, options)
    loaded = modules_loaded()
    again = {name for name in loaded if name.split("/")[1] == "render"} | record["inputs"]["page_modules"].keys()
    record["inputs"] |= {
        "page": job.notebook.page,
        "page_modules": {name: hash_file(FIND["modules"](name)) for name in sorted(again)},
    }
    record["outputs"] = {"ipynb": hash_bytes(ipynb), "html": hash_bytes(html)}
    write_record(where, record)
    return _report(where, job, "rendered", why, changed=changed)


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
