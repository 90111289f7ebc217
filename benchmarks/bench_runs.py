"""Runs: 42 system profiles against papermill as people use it, and runs that meet trouble.

    python benchmarks/bench_runs.py [profiles] [tiny[=1000]] [kills[=100]] [faults]

Ratios within one run, on this machine, with whatever else it does. Loops that would take an hour are measured on a sample of
systems and scaled to 42; the table says so. ``tiny`` is 1,000 runs, 8 at once. ``kills`` ends 100 batches at random moments.
``faults`` plants one of each kind and prints where the failure page puts it.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
NAME = "06-system-profile"
SAMPLE = ["QOP", "QWE", "QF7"]
COMMAND = [sys.executable, "-m", "icslib"]
LOOP = """
import sys, time
began = time.perf_counter()
import papermill
from icslib.render import render_report
from pathlib import Path
loaded, done = time.perf_counter(), []
for system in sys.argv[3:]:
    out = Path(sys.argv[2]) / f"{system}.ipynb"
    papermill.execute_notebook(sys.argv[1], out, {"system": system}, kernel_name="python3", progress_bar=False)
    render_report(out, out.with_suffix(".html"))
    done.append(time.perf_counter())
print(loaded - began, (done[-1] - loaded) / len(done))
"""


def small_project(home: Path) -> Path:
    """A project of its own: this one's code, data and notebooks as they are now, and an empty folder of reports."""
    (home / "notebooks").mkdir(parents=True)
    (home / "reports").mkdir()
    shutil.copytree(ROOT / "data", home / "data", ignore=shutil.ignore_patterns("official"))
    shutil.copytree(ROOT / "icslib", home / "icslib")
    shutil.copyfile(ROOT / "requirements.lock", home / "requirements.lock")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copyfile(path, home / "notebooks" / path.name)
    return home


@dataclass
class Cost:
    """Seconds by the clock, seconds of computing, and what was printed."""

    clock: float
    cpu: float
    said: str = ""

    def times(self, count: int) -> "Cost":
        """The cost of so many."""
        return Cost(self.clock * count, self.cpu * count)


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "ICSLIB_HOME": str(home),
        "PYTHONPATH": str(home),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "",
    }


def timed(command: list[str], home: Path, fails: bool = False) -> Cost:
    """Seconds by the clock, and of computing by the command and all it started (sampled, so a little low)."""
    began, spent = time.perf_counter(), {}
    with tempfile.TemporaryFile("w+") as said:
        run = psutil.Popen(command, env=environment(home), cwd=home, stdout=said, stderr=said, text=True)
        while run.poll() is None:
            with contextlib.suppress(psutil.Error):
                for one in [run, *run.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error):
                        times = one.cpu_times()
                        spent[one.pid] = times.user + times.system
            time.sleep(0.05)
        said.seek(0)
        words = said.read()
    if run.returncode and not fails:
        raise SystemExit(f"{' '.join(command)}\n{words[-4000:]}")
    return Cost(time.perf_counter() - began, sum(spent.values()), words)


def profiles(home: Path) -> list[tuple[str, Cost, str]]:
    """The cost of 42 profiles, each way."""
    ours = [*COMMAND, "run", NAME, "--each", "system"]
    notebook = str(home / f"notebooks/{NAME}.ipynb")
    rows = [("icslib run, from nothing", timed(ours, home), "42 run and rendered")]
    rows.append(("icslib run, nothing to do", timed(ours, home), "42 up to date"))
    page = json.loads(Path(notebook).read_text())
    page["cells"][0]["source"] = ["".join(page["cells"][0]["source"]), "\n\nOne more sentence."]
    Path(notebook).write_text(json.dumps(page))
    rows.append(
        (
            "icslib run, after a prose edit, one report",
            timed([*COMMAND, "run", NAME, "-p", "system=QF7"], home),
            "1 rendered again, none run",
        )
    )
    rows.append(("icslib run, after a prose edit, the others", timed(ours, home), "41 rendered again, none run"))
    for what, done, _ in rows[1:]:
        assert what.split(", ")[1].split()[0] in ("nothing", "after") and " run" not in done.said.splitlines()[-2], done.said
    out, tool = home / "loop", Path(sys.executable).parent
    out.mkdir()
    made = str(out / "QOP.ipynb")
    alone = [
        timed([str(tool / "papermill"), notebook, made, "-p", "system", "QOP", "-k", "python3", "--no-progress-bar"], home),
        timed([str(tool / "jupyter"), "nbconvert", "--to", "html", made], home),
    ]
    each = Cost(sum(one.clock for one in alone), sum(one.cpu for one in alone))
    rows.append(("papermill and nbconvert, a command each", each.times(42), "1 measured, scaled to 42"))
    rows.append(("papermill's API, one process", loop(notebook, out, home, 42), f"{len(SAMPLE)} measured, scaled to 42"))
    with ThreadPoolExecutor(2) as pool:
        pair = list(pool.map(lambda part: loop(notebook, out / part, home, 21), ["a", "b"]))
    both = Cost(max(one.clock for one in pair), sum(one.cpu for one in pair))
    rows.append(("papermill's API, two processes", both, f"{len(SAMPLE)} each measured, scaled to 21 each"))
    return rows


def loop(notebook: str, out: Path, home: Path, count: int) -> Cost:
    """The cost of `count` profiles by papermill's API in one process: starting it, and so many times the mean of the sample."""
    out.mkdir(exist_ok=True)
    cost = timed([sys.executable, "-c", LOOP, notebook, str(out), *SAMPLE], home)
    load, each = map(float, cost.said.split()[-2:])
    share = (load + each * count) / (load + each * len(SAMPLE))
    return Cost(load + each * count, cost.cpu * share)


def write_tiny(home: Path, code: str, name: str = "90-tiny") -> None:
    cells = [
        {"cell_type": "code", "id": "t-1", "metadata": {"tags": ["parameters"]}, "source": "n: int = 0  # which [0..100000]"},
        {"cell_type": "code", "id": "t-2", "metadata": {}, "source": code},
    ]
    page = {
        "cells": [{**cell, "outputs": [], "execution_count": None} for cell in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (home / f"notebooks/{name}.ipynb").write_text(json.dumps(page))


def tiny(home: Path, count: int = 1000) -> None:
    """Many tiny runs, 8 at once: how many failed, and the rate."""
    write_tiny(home, "n * 2")
    cost = timed([*COMMAND, "run", "90-tiny", "--each", f"n={','.join(map(str, range(count)))}", "--jobs", "8"], home, fails=True)
    records = [json.loads(path.read_text()) for path in (home / "reports/runs").glob("90-tiny*.json")]
    failed = [record["report"] for record in records if record["status"] != "done"]
    again = sum(record["attempts"] > 1 for record in records)
    wrong = 0
    for n in range(count):
        page = json.loads((home / f"reports/90-tiny--n={n}.ipynb").read_text())
        wrong += page["cells"][-1]["outputs"][0]["data"]["text/plain"] != [str(2 * n)]
    print(f"{count} tiny runs, 8 at once: {len(records) - len(failed)} done, {len(failed)} failed, {again} tried twice, {wrong} wrong; "
          f"{cost.clock:.0f} s, {cost.clock / count * 1000:.0f} ms each, {cost.cpu / count * 1000:.0f} ms of computing")  # fmt: skip


def kills(home: Path, count: int = 100, size: int = 6) -> None:
    """Kill batches at random moments, from the first child to the list of reports; look at what is left; resume."""
    write_tiny(home, "import time\ntime.sleep(0.3)\n[n] * 2000")
    command = [*COMMAND, "run", "90-tiny", "--each", f"n={','.join(map(str, range(size)))}", "--jobs", "2"]
    reports = home / "reports"

    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in reports.glob("*.*") if path.suffix in (".ipynb", ".html")}

    def wipe() -> None:
        shutil.rmtree(reports)
        reports.mkdir()

    wipe()
    timed(command, home)
    whole, damaged, unlike, cut, left = files(), 0, 0, 0, []
    draw = random.Random(1)
    for _ in range(count):
        wipe()
        done = draw.randrange(size + 1)
        batch = subprocess.Popen(
            command, env=environment(home), cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        while not (reports / "runs/lock").exists() and batch.poll() is None:
            time.sleep(0.01)
        for _ in range(done):
            batch.stderr.readline()
        time.sleep(draw.uniform(0, 0.1 if done else 3.0))
        cut += batch.poll() is None
        batch.send_signal(signal.SIGKILL)
        batch.wait()
        left.append(len(list(reports.glob("90-tiny*.ipynb"))))
        damaged += any(whole.get(name) != data for name, data in files().items() if name.startswith("90-tiny"))
        timed(command, home)
        unlike += files() != whole
    print(f"{count} kills, {cut} of them while it ran, {sum(0 < one < size for one in left)} with some reports in place: "
          f"{damaged} left a damaged report, {unlike} resumed to other bytes")  # fmt: skip


FAULTS = {
    "cell raises": "if n == 1: raise ValueError('planted')",
    "kernel killed": "import os\nos.kill(os.getpid(), 9)",
    "hang": "import time\ntime.sleep(600)",
    "out of memory": "held = b'x' * 10**9\nimport time\ntime.sleep(600)",
    "missing data": "import icslib as ics\nics.load('no_such_table')",
    "bad magic": "%no_such_magic",
    "bad parameter": "n",
}


def faults(home: Path) -> None:
    """One of each kind of trouble in one plan, and where the failure page says it is."""
    names = {}
    for number, (fault, code) in enumerate(FAULTS.items()):
        name = f"8{number}-{fault.replace(' ', '-')}"
        write_tiny(home, code, name)
        names[fault] = f"{name}--n={-1 if fault == 'bad parameter' else 1}"
    table = '[[report]]\nnotebook = "{}"\nparameters = {{n = {}}}\n'
    plan = "".join(table.format(*name.split("--n=")) for name in names.values())
    (home / "reports/plan.toml").write_text(plan)
    timed([*COMMAND, "run", "--timeout", "8", "--memory", "900"], home, fails=True)
    page = (home / "reports/failures.html").read_text()
    for fault, name in names.items():
        record = json.loads((home / f"reports/runs/{name}.json").read_text())
        error = record["error"]
        found = record["command"] in page and f"cell {error['cell']}" in page
        print(f"{fault:16} {'located' if found else 'NOT LOCATED'}: cell {error['cell']}, {error['kind']}: {error['said'][:80]}")
    full_disk(home)


def full_disk(home: Path) -> None:
    """Reports on a disk of 300 kB that is full (needs the right to mount)."""
    write_tiny(home, "n", "70-disk")
    reports = home / "reports"
    shutil.rmtree(reports)
    reports.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(reports)], capture_output=True, check=False
    ).returncode:
        print(f"{'full disk':16} not tried: mounting is not allowed here")
        return
    try:
        timed([*COMMAND, "run", "70-disk"], home)
        old = (reports / "70-disk.html").read_bytes(), (reports / "70-disk.ipynb").read_bytes()
        write_tiny(home, "print('x' * 400_000)", "70-disk")
        done = subprocess.run(
            [*COMMAND, "run", "70-disk"], env=environment(home), cwd=home, capture_output=True, text=True, check=False
        )
        kept = old == ((reports / "70-disk.html").read_bytes(), (reports / "70-disk.ipynb").read_bytes())
        said = "No space left" in done.stderr and "70-disk" in (reports / "failures.html").read_text()
        print(
            f"{'full disk':16} {'located' if said else 'NOT LOCATED'}, exit {done.returncode}: old report {'kept' if kept else 'LOST'}"
        )
    finally:
        subprocess.run(["umount", str(reports)], check=False)


def main() -> None:
    asked = sys.argv[1:] or ["profiles", "tiny", "kills", "faults"]
    for name in asked:
        with tempfile.TemporaryDirectory(prefix="icslib-bench-") as folder:
            home = small_project(Path(folder) / "project")
            if name != "profiles":
                what, _, count = name.partition("=")
                {"tiny": tiny, "kills": kills, "faults": faults}[what](home, *([int(count)] if count else []))
                continue
            rows = profiles(home)
            first = rows[0][1]
            print(f"{'':42} {'clock':>9} {'times':>7} {'computing':>10} {'times':>7}")
            for what, cost, how in rows:
                ratios = cost.clock / first.clock, cost.cpu / first.cpu
                print(f"{what:42} {cost.clock:8.1f}s {ratios[0]:7.2f} {cost.cpu:9.1f}s {ratios[1]:7.2f}   {how}", flush=True)
            one, others = rows[2][1], rows[3][1]
            print(f"A prose edit: {(others.clock - one.clock) / 40 * 1000:.0f} ms by the clock for each report after the first")


if __name__ == "__main__":
    main()
