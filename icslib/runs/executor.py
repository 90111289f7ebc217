"""Where runs are made: threads here, each watching a child process of its own, or the workers of a Dask cluster."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from functools import partial

from .. import paths
from ..errors import RunError
from . import attempt as one
from .execute import Outcome, Task, describe_error
from .options import PLAIN, Options
from .page import load_renderer
from .plan import Job


def make_task(job: Job, options: Options = PLAIN) -> Task:
    """The self-contained order for one run."""
    mine = {} if options.cluster else {name: value for name, value in os.environ.items() if name.startswith("ICSLIB_")}
    home = {} if options.cluster else {"ICSLIB_HOME": str(paths.find_home())}
    environment = mine | home | {"ICSLIB_AS_OF": job.as_of}
    return Task(job.name, job.notebook.text, dict(job.given), options.kernel, environment)


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


def _runners(
    jobs: list[tuple[Job, str]], options: Options, nurseries: ExitStack
) -> Iterator[tuple[Task, Callable[[Task], Outcome]]]:
    """Each task with what runs it: a nursery for tasks that share cells, else an attempt in a child of its own."""
    tasks = [make_task(job, options) for job, _ in jobs]
    alone = partial(one.attempt, limits=options.limits)
    if options.cluster or not options.warm:
        yield from ((task, alone) for task in tasks)
        return
    from .sharing import Nursery, group

    for several, cells in group(tasks):
        run: Callable[[Task], Outcome] = alone
        if cells:
            nursery = Nursery(several[0], cells, options.limits)
            nurseries.callback(nursery.close)
            run = nursery.attempt
        yield from ((task, run) for task in several)


def run_all(jobs: list[tuple[Job, str]], options: Options) -> Iterator[tuple[Job, str, Outcome]]:
    """Run all jobs and give each outcome as it comes, with the job and why it was run; nothing is started for no jobs."""
    if not jobs:
        return
    one.STOP.clear()
    known = {job.name: (job, why) for job, why in jobs}
    with ExitStack() as nurseries, executor(options) as pool:
        waiting: dict[Future, tuple[Job, str]] = {}
        for task, run in _runners(jobs, options, nurseries):
            waiting[pool.submit(run, task)] = known[task.name]
        load_renderer()  # while the first are under way
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
