"""One task in a child of its own, watched: time, memory, sudden death. Works the same in a thread here or on a cluster."""

import faulthandler
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import warm
from .execute import Outcome, Task

STOP = threading.Event()
LOOK = 0.25


@dataclass(frozen=True)
class Limits:
    """What one run may take: seconds, megabytes; how often a process that died is tried again; warm or cold start."""

    seconds: float = 600.0
    megabytes: float = 4096.0
    tries: int = 2
    warm: bool = warm.WARM


def attempt(task: Task, limits: Limits = Limits()) -> Outcome:
    """Run `task` in a fresh child; a child that dies without a word is tried once more. Nothing is raised for a failed run."""
    outcome = Outcome(task.name)
    for number in range(1, limits.tries + 1):
        outcome, died = _once(task, limits)
        outcome.attempts = number
        if not died or STOP.is_set():
            break
    return outcome


def _once(task: Task, limits: Limits) -> tuple[Outcome, bool]:
    import psutil

    folder = tempfile.mkdtemp(prefix="icslib-run-")
    hear, tell = warm.context(limits.warm).Pipe(duplex=False)
    began, cell, peak = time.monotonic(), None, 0.0
    try:
        _wait_for_memory()
        child = warm.start(work, tell, task, folder, warm=limits.warm)
        tell.close()
        watched = psutil.Process(child.pid)
        try:
            while True:
                if hear.poll(LOOK):
                    try:
                        word, news = hear.recv()
                    except EOFError:
                        child.join(5)
                        return _lost(
                            task, cell, f"The process died ({_signal(child.exitcode)}).", "KernelDied", folder, peak, began
                        ), True
                    if word == "done":
                        news.peak_mb = round(max(peak, news.peak_mb), 1)
                        return news, False
                    cell = news
                with suppress(psutil.Error):
                    peak = max(peak, watched.memory_info().rss / 2**20)
                if STOP.is_set():
                    return _lost(task, cell, "The batch was stopped.", "Stopped", folder, peak, began), False
                if peak > limits.megabytes:
                    said = f"It took {peak:,.0f} MB, and {limits.megabytes:,.0f} MB is the limit of one run (--memory)."
                    return _lost(task, cell, said, "OutOfMemory", folder, peak, began), False
                if time.monotonic() - began > limits.seconds:
                    said = f"It was still running after {limits.seconds:g} seconds, the limit of one run (--timeout)."
                    return _lost(task, cell, said, "TimedOut", folder, peak, began), False
        finally:
            _end(child)
    finally:
        hear.close()
        shutil.rmtree(folder, ignore_errors=True)


def work(tell, task: Task, folder: str) -> None:
    """What the child does: its own folder, its own log for what libraries write past Python, the run, the answer."""
    warm.end_with_parent()
    with suppress(OSError, AttributeError):
        os.setsid()
    os.chdir(folder)
    os.environ.update(task.environment)
    if hasattr(time, "tzset"):
        time.tzset()
    with open("log.txt", "ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    faulthandler.enable(open(2, "w", closefd=False))  # noqa: SIM115
    from .execute import execute

    tell.send(("done", execute(task, lambda index: tell.send(("cell", index)))))


def _lost(task: Task, index: int | None, said: str, kind: str, folder: str, peak: float, began: float) -> Outcome:
    """The outcome of a child that did not answer: the cell it was in, and the last it wrote."""
    import nbformat

    log = Path(folder) / "log.txt"
    trace = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    error: dict[str, Any] = {
        "cell": None,
        "id": "before the first cell",
        "source": "",
        "kind": kind,
        "said": said,
        "trace": trace,
    }
    if index is not None:
        cells = nbformat.reads(task.text, as_version=4).cells
        if task.given:
            at = next((n for n, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])), -1)
            cells.insert(at + 1, nbformat.v4.new_code_cell("# the given parameters", id="given"))
        error |= {"cell": index + 1, "id": cells[index].get("id", ""), "source": cells[index].source}
    return Outcome(task.name, error=error, seconds=round(time.monotonic() - began, 3), peak_mb=round(peak, 1))


def _end(child) -> None:
    """End the child and whatever it started."""
    import psutil

    if child.is_alive():
        with suppress(psutil.Error):
            for one in psutil.Process(child.pid).children(recursive=True):
                with suppress(psutil.Error):
                    one.kill()
        child.kill()
    child.join()


def _wait_for_memory(floor_mb: float = 300.0, patience: float = 60.0) -> None:
    """Start no further run while the machine is short of memory and others may still give some back."""
    import psutil

    until = time.monotonic() + patience
    while psutil.virtual_memory().available < floor_mb * 2**20 and time.monotonic() < until and not STOP.is_set():
        time.sleep(LOOK)


def _signal(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    import signal

    with suppress(ValueError):
        return f"signal {-code}, {signal.Signals(-code).name}"
    return f"signal {-code}"
