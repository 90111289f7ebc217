"""The command: what it prints, what it gives back to a scheduler, and what a killed one leaves behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from icslib.cli import main

YEAR = "year: int = 2020  # the year counted [2010..2026]"


@pytest.fixture
def planned(project):
    project.write("01-a", YEAR, "year")
    project.write("02-b", YEAR, "import time; time.sleep(0.2)", "1 / (year - 2012)")
    plan = '[[report]]\nnotebook = "01-a"\n[[report]]\nnotebook = "02-b"\neach = {year = [2011, 2013, 2014, 2015]}\n'
    (project.reports / "plan.toml").write_text(plan)
    return project


def test_help_of_a_notebook_and_the_plan_start_nothing(planned, capsys):
    assert main(["run", "01-a", "--help"]) == 0
    assert "-p year=2020" in capsys.readouterr().out
    assert main(["run", "--plan"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "run     01-a: never run here" and len(said) == 5
    assert not planned.files()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["01-z"], "Did you mean '01-a'"),
        (["01-a", "-p", "yeer=3"], "Did you mean 'year'"),
        (["01-a", "-p", "year"], "name=value"),
        (["-p", "year=2011"], "no notebook to give them to"),
        (["01-a", "--as-of", "soon"], "--as-of"),
        (["01-a", "--jobs", "-1"], "--jobs"),
    ],
)
def test_a_wrong_request_is_code_2_and_a_sentence(planned, capsys, asked, said):
    assert main(["run", *asked]) == 2
    assert said in capsys.readouterr().err
    assert not planned.files()


def test_a_failed_run_is_code_1_and_the_rest_is_done(planned, capsys):
    assert main(["run", "02-b", "--each", "year=2011,2012,2013"]) == 1
    printed = capsys.readouterr()
    assert "3 reports: 2 run, 1 failed." in printed.out and "failures.html" in printed.out
    assert "failed   02-b--year=2012 (cell 4 (p-04): ZeroDivisionError: division by zero" in printed.err
    assert main(["run", "02-b", "--each", "year=2011,2013"]) == 0
    assert "2 up to date" in capsys.readouterr().out


def test_a_killed_batch_leaves_whole_reports_and_goes_on_where_it_stopped(planned):
    assert main(["run"]) == 0
    whole = planned.files()
    main(["run", "--force", "01-a"])
    for path in [*planned.reports.glob("*.ipynb"), *planned.reports.glob("*.html"), *(planned.reports / "runs").glob("*.json")]:
        path.unlink()
    batch = subprocess.Popen(
        [sys.executable, "-m", "icslib", "run", "--jobs", "1"], env=os.environ, stderr=subprocess.PIPE, text=True
    )
    for line in batch.stderr:
        if line.startswith("run      02-b"):
            break
    batch.send_signal(signal.SIGKILL)
    batch.wait()
    time.sleep(0.3)
    left = {name: data for name, data in planned.files().items() if name != "index.html"}
    assert 0 < len(left) < 10 and all(whole[name] == data for name, data in left.items())
    assert main(["run"]) == 0
    assert planned.files() == whole
    assert not list(planned.reports.rglob("*.part"))
