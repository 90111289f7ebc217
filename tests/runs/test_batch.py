"""Batches, with real children: only what changed is run, failures are told and stop nothing, bytes never differ."""

import json
import os
import shutil
import subprocess

import pytest

from icslib.errors import ParameterError, RunError
from icslib.runs import Options, find_notebook, plan_batch, run, run_jobs, select_jobs
from icslib.runs.lock import locked
from icslib.runs.plan import make_job
from icslib.runs.record import read_record, write_record

YEAR = "year: int = 2020  # year [2010..2026]"
DRAWN = "import random, matplotlib.pyplot as plt\nprint(object(), hash('a'), random.random())\nplt.plot([year, 1])"
FAST = Options(jobs=2)


def decisions(jobs, reports):
    return {job.name: (what, why) for job, what, why in plan_batch(jobs, reports=reports)}


def test_only_what_changed_is_run_and_bytes_never_differ(project):
    helper = project.home / "notebooks/helper.py"
    helper.write_text("WORD = 'one'\n")
    table = project.home / "data/raw/own.csv"
    table.write_text("a\n1\n")
    project.write("01-a", YEAR, DRAWN)
    reading = f"import sys; sys.path.insert(0, {str(helper.parent)!r})\nimport helper, csv\nopen({str(table)!r}).read()"
    project.write("02-b", YEAR, reading, "year")

    def jobs():
        return [make_job(find_notebook("01-a"), {}), *(make_job(find_notebook("02-b"), {"year": year}) for year in (2020, 2011))]

    first = run_jobs(jobs(), FAST)
    assert [report.done for report in first.reports] == ["run"] * 3 and not first.failed
    made = project.files()
    assert set(made) == {f"{name}.{kind}" for name in ("01-a", "02-b", "02-b--year=2011") for kind in ("ipynb", "html")} | {
        "index.html"
    }

    for path in [*project.home.rglob("*.csv"), *project.home.rglob("*.ipynb"), helper]:
        os.utime(path, (1, 1))
    assert {what for what, _ in decisions(jobs(), project.reports).values()} == {"keep"}

    run_jobs(jobs(), Options(jobs=2, force=True))
    assert project.files() == made

    style = "icslib/render/templates/page.css"
    record = read_record(project.reports, "01-a")
    other = record | {"inputs": record["inputs"] | {"page_modules": record["inputs"]["page_modules"] | {style: "older"}}}
    write_record(project.reports, other)
    assert decisions(jobs(), project.reports)["01-a"] == ("render", f"{style} changed")
    write_record(project.reports, record)

    table.write_text("a\n2\n")
    assert decisions(jobs(), project.reports) == {
        "01-a": ("keep", "up to date"),
        "02-b": ("run", "raw/own.csv changed"),
        "02-b--year=2011": ("run", "raw/own.csv changed"),
    }
    table.write_text("a\n1\n")
    helper.write_text("WORD = 'two'\n")
    assert decisions(jobs(), project.reports)["02-b"] == ("run", "notebooks/helper.py changed")
    helper.write_text("WORD = 'one'\n")
    (project.reports / "01-a.html").write_text("cut short")
    assert decisions(jobs(), project.reports)["01-a"][0] == "render"
    (project.reports / "01-a.ipynb").unlink()
    assert decisions(jobs(), project.reports)["01-a"][0] == "run"

    project.write("02-b", YEAR, reading, "year", prose="Better words.")
    assert {what for name, (what, _) in decisions(jobs(), project.reports).items() if name != "01-a"} == {"render"}
    again = run_jobs(jobs(), FAST)
    assert sorted(report.done for report in again.reports) == ["rendered", "rendered", "run"]
    rendered = project.files()
    assert "Better words." in rendered["02-b.html"].decode() and rendered["01-a.html"] == made["01-a.html"]
    run_jobs(jobs(), Options(jobs=2, force=True))
    assert project.files() == rendered, "prose put around old results is what a whole run would give"

    project.write("02-b", YEAR, reading, "year + 1")
    assert decisions(jobs(), project.reports)["02-b"] == ("run", "a code cell changed")


def test_two_machines_make_the_same_bytes(project, tmp_path_factory, monkeypatch):
    made = []
    for zone, home in (("UTC", project.home), ("Asia/Tokyo", tmp_path_factory.mktemp("a place elsewhere"))):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("ICSLIB_HOME", str(home))
        machine = project if home == project.home else type(project)(home)
        machine.write(
            "01-a", YEAR, DRAWN, "import time; time.strftime('%z %c', time.gmtime(0)), sorted({'a', 'b', 'c'}, key=hash)"
        )
        run("01-a", year=2011)
        made.append({name: data for name, data in machine.files().items() if name != "index.html"})
    assert made[0] == made[1] and len(made[0]) == 2


def test_failures_are_told_stop_nothing_and_are_tried_again_alone(project):
    good = [make_job(find_notebook(project.write("01-a", YEAR, "year")), {})]
    project.write("02-b", YEAR, "import warnings; warnings.warn('soft & low')", "1 / (year - 2012)")
    bad = [make_job(find_notebook("02-b"), {"year": year}) for year in (2012, 2013)]
    magic = [make_job(find_notebook(project.write("03-c", YEAR, "%no_such_magic")), {})]
    killed = [make_job(find_notebook(project.write("04-d", YEAR, "year", "import os; os.kill(os.getpid(), 9)")), {})]
    hung = [make_job(find_notebook(project.write("05-e", YEAR, "import time; time.sleep(60)")), {})]
    greedy = [make_job(find_notebook(project.write("06-f", YEAR, "import time\nheld = b'x' * 10**9\ntime.sleep(60)")), {})]
    absent = [make_job(find_notebook(project.write("08-h", YEAR, "import icslib as ics\nics.load('no_such_table')")), {})]
    markup = [make_job(find_notebook(project.write("07-g", YEAR, "raise ValueError('<script>alert(1)</script>')")), {})]
    (project.reports / "02-b--year=2012.html").write_text("the old report")
    batch = run_jobs([*good, *bad, *magic, *killed, *greedy, *markup, *absent], Options(jobs=4, megabytes=900))
    batch.reports += run_jobs(hung, Options(seconds=6)).reports
    why = {report.name: report.why for report in batch.failed}
    assert {name: text.split(":")[:2] for name, text in why.items()} == {
        "02-b--year=2012": ["cell 4 (p-04)", " ZeroDivisionError"],
        "03-c": ["cell 3 (p-03)", " UsageError"],
        "04-d": ["cell 4 (p-04)", " KernelDied"],
        "05-e": ["cell 3 (p-03)", " TimedOut"],
        "06-f": ["cell 3 (p-03)", " OutOfMemory"],
        "07-g": ["cell 3 (p-03)", " ValueError"],
        "08-h": ["cell 3 (p-03)", " StoreError"],
    }
    assert (project.reports / "02-b--year=2012.html").read_text() == "the old report"
    assert read_record(project.reports, "04-d")["attempts"] == 2
    page = batch.failures.read_text()
    assert all(
        name in page and f"cell {cell}, id" in page
        for name, cell in (("03-c", 3), ("04-d", 4), ("05-e", 3), ("06-f", 3), ("08-h", 3))
    )
    assert "<script>" not in page and "&lt;script&gt;" in page and "soft &amp; low" in page
    assert "icslib run 02-b -p year=2012" in page and "year = 2012" in page
    assert read_record(project.reports, "02-b--year=2013")["warnings"][0]["said"] == "soft & low"
    log = [json.loads(line) for line in (project.reports / "runs/log.jsonl").read_text().splitlines()]
    assert len(log) == 9

    project.write("02-b", YEAR, "year")
    again = run_jobs(select_jobs(["02-b"], failed=True), FAST)
    assert [report.name for report in again.reports] == ["02-b--year=2012"] and not again.failed
    assert "02-b" not in again.failures.read_text(), "the page still lists the others"


def test_the_typed_names_give_a_report_or_a_sentence(project):
    project.write("01-a", YEAR, "assert year < 2020, 'too late'")
    with pytest.raises(ParameterError, match="Did you mean 'year'"):
        run("01-a", yaer=2011)
    with pytest.raises(RunError, match=r"01-a: cell 3 \(p-03\): AssertionError: too late"):
        run("01-a")
    report = run("01-a", year=2011)
    assert report.html.is_file() and report.html.name in report._repr_html_()
    assert run("01-a", year="2011").done == "kept"


def test_two_batches_at_once_are_refused_and_a_lock_left_behind_is_not_a_lock(project):
    lock = project.reports / "runs/lock"
    with locked(lock) as cut_short:
        assert not cut_short
        with pytest.raises(RunError, match=f"by process {os.getpid()}"), locked(lock):
            pass
    lock.write_text('{"pid": 1, "host": "gone", "since": "2020-01-01"}')
    with locked(lock) as cut_short:
        assert cut_short


def test_a_plan_that_asks_for_what_cannot_be_is_told_and_stops_no_other(project):
    project.write("01-a", YEAR, "year")
    project.write("02-b", "year = 2020  # year [2010..2026]\nyear += 1")
    plan = project.reports / "plan.toml"
    table = '[[report]]\nnotebook = "{}"\neach = {{year = {}}}\n'
    plan.write_text(table.format("01-a", [1999]) + table.format("02-b", [2011]) + table.format("01-a", [2011]))
    assert [what for _, what, _ in plan_batch(select_jobs())] == ["refuse", "refuse", "run"]
    batch = run_jobs(select_jobs(), FAST)
    assert [report.done for report in batch.reports] == ["failed", "failed", "run"]
    page = batch.failures.read_text()
    assert "is outside 2010 to 2026" in page and "cell 2, id <code>p-02</code>" in page and "year += 1" in page
    plan.write_text(table.format("01-a", [2011]))
    assert run_jobs(select_jobs(), FAST).failures is None


@pytest.fixture
def small_disk(project):
    """The reports of the project on a disk of 300 kB, where this may be set up."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(project.reports)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be set up here: mounting is not allowed")
    yield project
    subprocess.run(["umount", str(project.reports)], check=True)


def test_a_full_disk_is_told_and_leaves_the_old_report(small_disk):
    run(small_disk.write("01-a", YEAR, "year"))
    old = small_disk.files()
    batch = run_jobs([make_job(find_notebook(small_disk.write("01-a", YEAR, "print('x' * 400_000)")), {})], FAST)
    assert "No space left" in batch.failed[0].why and "old report" in batch.failed[0].why
    assert {name: data for name, data in small_disk.files().items() if name != "failures.html"} == old
    assert "No space left" in batch.failures.read_text() and not list(small_disk.reports.rglob(".*.part"))


def test_old_pages_are_kept_as_many_as_asked(project):
    for number in range(4):
        project.write("01-a", YEAR, str(number))
        run_jobs([make_job(find_notebook("01-a"), {})], Options(keep=2))
        page = project.reports / "01-a.html"
        os.utime(page, (number * 86400, number * 86400))
    assert [path.name for path in sorted((project.reports / "old").iterdir())] == [
        "01-a--made-1970-01-02T000000.html",
        "01-a--made-1970-01-03T000000.html",
    ]


def test_plain_kernels_and_cold_children_give_the_same_numbers(project):
    job = make_job(find_notebook(project.write("01-a", YEAR, "print('seen', year)", "[year] * 2")), {"year": 2011})
    run_jobs([job], FAST)
    warm = project.files()
    shutil.rmtree(project.reports / "runs")
    run_jobs([job], Options(warm=False))
    assert project.files() == warm
    run_jobs([job], Options(kernel="python3"))
    assert project.files() == warm
    assert "icslib/cli.py" in read_record(project.reports, job.name)["inputs"]["modules"], (
        "what a kernel reads is not seen, so all counts"
    )


def test_failed_reports_of_a_notebook_that_is_gone_are_forgotten(project):
    run_jobs([make_job(find_notebook(project.write("01-a", YEAR, "1 / 0")), {})])
    assert [job.name for job in select_jobs(failed=True)] == ["01-a"]
    (project.home / "notebooks/01-a.ipynb").unlink()
    assert select_jobs(failed=True) == []
    assert run_jobs([]).failures is None and not (project.reports / "failures.html").exists()
