"""One task in a child of its own, watched: time, memory, sudden death. Works the same in a thread here or on a cluster."""

import faulthandler
import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from . import warm
from .execute import Outcome, Task, execute, parameterized, place_error, write_error

STOP = threading.Event()
LOOK = 0.25
FLOOR_MB, PATIENCE = 300.0, 60.0  # memory left below which no run is started, for so many seconds


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
    """One try: its outcome, and whether the process died by itself."""
    with tempfile.TemporaryDirectory(prefix="icslib-run-", ignore_cleanup_errors=True) as folder:
        wait_for_memory()
        hear, tell = warm.context(limits.warm).Pipe(duplex=False)
        watch = Watch(task, limits, Path(folder))
        with hear:
            try:
                child = warm.start(work, tell, task, folder, warm=limits.warm)
            except (OSError, EOFError) as fault:
                return watch.lost("KernelDied", f"No process could be started ({fault!r})."), True
            finally:
                tell.close()
            assert child.pid
            try:
                return watch.follow(child.pid, hear, lambda: _exit(child))
            finally:
                if child.is_alive():
                    end(child.pid)
                child.join()


class Watch:
    """Follows one child: which cell it is in, how much memory it takes, how long it has been going."""

    def __init__(self, task: Task, limits: Limits, folder: Path):
        self.task, self.limits, self.log = task, limits, folder / "log.txt"
        self.began = time.monotonic()
        self.cell: int | None = None
        self.peak = 0.0
        self.ready = ""

    def follow(self, pid: int, hear, how: Callable[[], str] = lambda: "its end was not seen") -> tuple[Outcome, bool]:
        """Listen to the process `pid` until it answers, dies, or breaks a limit; `how` says how it died."""
        import psutil

        self.began = time.monotonic()
        while True:
            if hear.poll(LOOK):
                try:
                    word, news = hear.recv()
                except (EOFError, OSError):
                    return self.lost("KernelDied", f"The process died ({how()})."), True
                if word == "ready":
                    self.ready = news
                    return Outcome(self.task.name), False
                if word == "done":
                    news.peak_mb = round(max(self.peak, news.peak_mb), 1)
                    return news, False
                self.cell = news
            with suppress(psutil.Error):
                self.peak = max(self.peak, psutil.Process(pid).memory_info().rss / 2**20)
            if broken := self.broken():
                return self.lost(*broken), False

    def broken(self) -> tuple[str, str] | None:
        """The limit that is broken, as the kind and the words of an error."""
        if STOP.is_set():
            return "Stopped", "The batch was stopped."
        if self.peak > self.limits.megabytes:
            allowed = f"{self.limits.megabytes:,.0f} MB is the limit of one run (--memory)"
            return "OutOfMemory", f"It took {self.peak:,.0f} MB, and {allowed}."
        if time.monotonic() - self.began > self.limits.seconds:
            return "TimedOut", f"It was still running after {self.limits.seconds:g} seconds, the limit of one run (--timeout)."
        return None

    def lost(self, kind: str, said: str) -> Outcome:
        """The outcome of a child that did not answer: the cell it was in, and the last it wrote."""
        trace = self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
        if self.cell is None:
            error = write_error("before the first cell", kind, said, trace)
        else:
            error = place_error(parameterized(self.task), self.cell, kind, said, trace)
        return Outcome(self.task.name, error=error, seconds=round(time.monotonic() - self.began, 3), peak_mb=round(self.peak, 1))


def work(tell, task: Task, folder: str) -> None:
    """What the child does: its own folder, its own log for what libraries write past Python, the run, the answer."""
    settle_in(folder, task.environment)
    tell.send(("done", execute(task, lambda index, page, outcome: tell.send(("cell", index)))))


def settle_in(folder: str, environment: Mapping[str, str]) -> None:
    """Make this process a run's own: it ends with its parent, works in `folder`, and logs there."""
    warm.end_with_parent()
    # A run is short and makes much that lives to its end: looking for rubbish often costs a fifth of it.
    gc.set_threshold(100_000, 20, 20)
    with suppress(OSError, AttributeError):
        os.setsid()
    os.chdir(folder)
    if "ICSLIB_HOME" in environment:  # the server may have been started under other settings
        for name in [name for name in os.environ if name.startswith("ICSLIB_") and name not in environment]:
            del os.environ[name]
    os.environ.update(environment)
    if hasattr(time, "tzset"):
        time.tzset()
    with open("log.txt", "ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    faulthandler.enable(open(2, "w", closefd=False))  # noqa: SIM115


def end(pid: int) -> None:
    """End the process `pid` and whatever it started."""
    import psutil

    with suppress(psutil.Error):
        first = psutil.Process(pid)
        for one in [*first.children(recursive=True), first]:
            with suppress(psutil.Error):
                one.kill()


def wait_for_memory() -> None:
    """Start no further run while the machine is short of memory and others may still give some back."""
    import psutil

    until = time.monotonic() + PATIENCE
    while psutil.virtual_memory().available < FLOOR_MB * 2**20 and time.monotonic() < until and not STOP.is_set():
        time.sleep(LOOK)


def _exit(child: BaseProcess) -> str:
    import signal

    child.join(5)
    code = child.exitcode
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"signal {-code}, {signal.Signals(-code).name}"
    return f"exit code {code}"
