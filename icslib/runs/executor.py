"""Where runs are made: threads here, each watching a child process of its own, or the workers of a Dask cluster."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager

from .. import paths
from ..errors import RunError
from . import attempt as one
from .execute import Outcome, Task, describe_error
from .options import PLAIN, Options
from .plan import Job


def make_task(job: Job, options: Options = PLAIN) -> Task:
    """The self-contained order for one run."""
    environment = {"ICSLIB_AS_OF": job.as_of}
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


def run_all(jobs: list[tuple[Job, str]], options: Options) -> Iterator[tuple[Job, str, Outcome]]:
    """Run all jobs and give each outcome as it comes, with the job and why it was run; nothing is started for no jobs."""
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
                    outcome = Outcome(job.name, error=describe_error(fault, "executor"))
                yield job, why, outcome
        except BaseException:
            one.STOP.set()
            for future in waiting:
                future.cancel()
            raise
