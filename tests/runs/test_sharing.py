"""Cells shared by many reports: run once, forked from, and not a byte of difference."""

import shutil
import types

import pytest

from icslib.runs import Options, expand, find_notebook, run_jobs
from icslib.runs.executor import make_task
from icslib.runs.record import read_record
from icslib.runs.sharing import depends, group, load_named

YEAR = "year: int = 2020  # year [2010..2026]\nfirst: int = 1  # first [1..9]"
SHARED = """
import os, random, threading, pandas as pd, matplotlib.pyplot as plt, pyarrow.parquet as pq
import warnings; warnings.warn("shared")
marks = open(os.environ["ICSLIB_MARKS"], "a"); marks.write("x"); marks.close()
pd.DataFrame({"a": range(1000)}).to_parquet("t.parquet")
frame = pd.read_parquet("t.parquet") + random.random() + first
plt.plot(frame)
"""
OWN = "frame['a'].sum() + year + random.random()"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("panel = load(first)", False),
        ("panel = load(year)", True),
        ("def f():\n    return year", True),
        ("panel.query('fy == @year')", True),
        ("panel.query('year == 2020')", False),
        ("year = 3", True),
        ("globals()['ye' + 'ar']", True),
        ("%time year", True),
        ("import __main__", True),
    ],
)
def test_a_cell_is_shared_only_if_its_code_shows_it_cannot_depend(code, told):
    assert depends(code, {"year"}) is told


def test_what_later_cells_name_is_loaded_before_the_children_part():
    lazy, touched = types.ModuleType("lazy"), []
    lazy.__getattr__ = touched.append
    cells = [{"cell_type": "markdown", "source": "lazy.prose"}, {"cell_type": "code", "source": "%time lazy.magic"}]
    load_named(
        [*cells, {"cell_type": "code", "source": "lazy.plot(other.table(lazy.result), unknown.name)"}], {"lazy": lazy, "other": 3}
    )
    assert touched == ["plot", "result"]


def jobs(project, own=OWN):
    project.write("01-a", YEAR, "import math", SHARED, own, "year")
    return expand(find_notebook("01-a"), {}, {"year": [2011, 2012, 2013, 2014]})


def test_shared_or_not_the_bytes_and_records_are_the_same(project, monkeypatch):
    marks = project.home / "marks"
    monkeypatch.setenv("ICSLIB_MARKS", str(marks))
    asked = jobs(project)
    assert [cells for _, cells in group(make_task(job) for job in asked)] == [5]
    assert [cells for _, cells in group(make_task(job) for job in asked[:2])] == [0]
    batch = run_jobs(asked, Options(jobs=2))
    assert not batch.failed, [report.why for report in batch.failed]
    assert marks.read_text() == "x", "the shared cells ran once"
    shared = project.files()
    records = {job.name: read_record(project.reports, job.name) for job in asked}
    shutil.rmtree(project.reports)
    for job in asked:
        run_jobs([job])
    assert marks.read_text() == "x" * 5
    assert project.files() == shared
    for job in asked:
        alone = read_record(project.reports, job.name)
        assert alone["inputs"] == records[job.name]["inputs"]
        assert alone["warnings"] == records[job.name]["warnings"]


def test_a_child_that_dies_or_fails_touches_no_other(project, monkeypatch):
    monkeypatch.setenv("ICSLIB_MARKS", str(project.home / "marks"))
    batch = run_jobs(jobs(project, "import os\nif year == 2012: os.kill(os.getpid(), 9)\n1 / (year - 2013)"), Options(jobs=2))
    why = {report.name: report.why for report in batch.failed}
    assert set(why) == {"01-a--year=2012", "01-a--year=2013"}
    assert "cell 5 (p-05): KernelDied" in why["01-a--year=2012"] and "ZeroDivisionError" in why["01-a--year=2013"]


def test_a_shared_cell_that_fails_fails_each_report_by_itself(project, monkeypatch):
    monkeypatch.delenv("ICSLIB_MARKS", raising=False)
    batch = run_jobs(jobs(project), Options(jobs=2))
    assert len(batch.failed) == 4 and all("cell 4 (p-04): KeyError" in report.why for report in batch.failed)
