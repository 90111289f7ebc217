"""The same interface on a Dask cluster: same bytes over the wire, no shared disk, a lost worker costs a retry."""

import os
import shutil
import signal
import threading
import time

import pytest

from icslib.errors import RunError
from icslib.runs import Options, find_notebook, run_jobs
from icslib.runs.plan import make_job

distributed = pytest.importorskip("distributed")
YEAR = "year: int = 2020  # year [2010..2026]"
CODE = "import icslib.paths as paths\nprint(len(open(paths.raw('own.csv')).read()))"


@pytest.fixture
def cluster(project, tmp_path_factory):
    """A scheduler and two worker processes on loopback, with a copy of the project of their own."""
    away = tmp_path_factory.mktemp("away") / "project"
    (project.home / "data/raw/own.csv").write_text("a\n")
    shutil.copytree(project.home, away)
    asked = {"ICSLIB_HOME": str(away)}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, env=asked) as made:
        made.away = away
        yield made


def test_same_bytes_lost_workers_and_other_data(project, cluster):
    project.write("01-a", YEAR, CODE, "import matplotlib.pyplot as plt\nplt.plot([year, 1]);")
    jobs = [make_job(find_notebook("01-a"), {"year": year}) for year in (2020, 2011, 2012)]
    run_jobs(jobs, Options(jobs=2))
    here = project.files()
    shutil.rmtree(project.reports)
    on = Options(cluster=cluster.scheduler_address)
    batch = run_jobs(jobs, on)
    assert not batch.failed, [report.why for report in batch.failed]
    assert project.files() == here

    project.write("02-b", YEAR, "import time; time.sleep(2)", "year")
    slow = [make_job(find_notebook("02-b"), {"year": year}) for year in (2011, 2012)]
    with distributed.Client(cluster.scheduler_address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    timer = threading.Timer(1.5, lambda: os.kill(victim, signal.SIGKILL))
    timer.start()
    began = time.monotonic()
    batch = run_jobs(slow, on)
    timer.join()
    assert not batch.failed, [report.why for report in batch.failed]
    assert time.monotonic() - began > 3, "the worker was lost in the middle of a run"

    (cluster.away / "data/raw/own.csv").write_text("b\n")
    batch = run_jobs(jobs[:1], Options(cluster=cluster.scheduler_address, force=True))
    assert "made from another raw/own.csv" in batch.failed[0].why
    assert project.files()["01-a.html"] == here["01-a.html"]


def test_no_scheduler_is_a_sentence(project):
    job = make_job(find_notebook(project.write("01-a", YEAR, "year")), {})
    with pytest.raises(RunError, match=r"No scheduler answers at tcp://127\.0\.0\.1:9"):
        run_jobs([job], Options(cluster="tcp://127.0.0.1:9"))
