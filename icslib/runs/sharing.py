"""Cells that are the same in many reports of one notebook, run once.

Reports of a notebook often differ in one parameter that is first used halfway: before that each loads the same panels. They
are then forked, each a fresh process, from one that has run the cells up to that point. What a cell may depend on is read from
its code; where that cannot be told, nothing is shared. The bytes of a report are the same either way.
"""

import ast
import gc
import json
import os
import random
import re
import signal
import tempfile
import threading
import types
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

from . import warm
from .attempt import Limits, Watch, attempt, end, settle_in, wait_for_memory
from .execute import Outcome, Task, execute, parameterized
from .notebook import source

UNTOLD = {"globals", "locals", "vars", "exec", "eval", "compile", "dir", "get_ipython", "__main__", "In", "_ih"}
FEWEST = 3


def depends(code: str, names: Collection[str]) -> bool:
    """Whether a cell may depend on one of `names`: it says the name, says it in a query, or its code does not tell.

    >>> depends("panel = load(first_year)", {"system"}), depends("panel.query('place == @system')", {"system"})
    (False, True)
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return True
    asked = re.compile(rf"@\s*({'|'.join(map(re.escape, names))})\b")
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.alias(name=name) | ast.Attribute(attr=name) if name in UNTOLD:
                return True
            case ast.Name(id=name) | ast.arg(arg=name) if name in names:
                return True
            case ast.Constant(value=str(text)) if asked.search(text):
                return True
    return False


def split(text: str, names: Collection[str]) -> int:
    """Index of the first code cell of a run of the notebook `text` that may depend on `names`; 0 if nothing before it is worth
    sharing.

    In a run a cell of given parameters stands behind the one that declares them, so later cells are one further on.
    """
    cells = json.loads(text)["cells"]
    declared = next((at for at, cell in enumerate(cells) if "parameters" in cell.get("metadata", {}).get("tags", [])), len(cells))
    code = [at for at, cell in enumerate(cells) if at > declared and cell["cell_type"] == "code" and source(cell).strip()]
    first = next((at for at in code if depends(source(cells[at]), names)), None)
    return first + 1 if first is not None and first > code[0] else 0


def group(tasks: Iterable[Task]) -> list[tuple[list[Task], int]]:
    """Tasks that may share cells, with the index of the first cell they do not share; 0 where they share none."""
    alike: dict[tuple, list[Task]] = {}
    for task in tasks:
        alike.setdefault((task.text, task.kernel, tuple(task.given), tuple(sorted(task.environment.items()))), []).append(task)
    found = []
    for several in alike.values():
        first = several[0]
        varied = {name for name in first.given if any(task.given[name] != first.given[name] for task in several)}
        found.append((several, split(first.text, varied) if len(several) >= FEWEST and varied and not first.kernel else 0))
    return found


def load_named(cells: Iterable[Any], names: Mapping[str, Any]) -> None:
    """Look up what code cells name of the modules among `names`, such as ``ics.plot``: what is loaded when first named is then
    loaded once.

    >>> load_named([{"cell_type": "code", "source": "ics.plot(result)"}], {"ics": __import__("icslib")})
    """
    for cell in cells:
        with suppress(SyntaxError):
            for node in ast.walk(ast.parse(source(cell) if cell["cell_type"] == "code" else "")):
                match node:
                    case ast.Attribute(value=ast.Name(id=name), attr=wanted) if isinstance(names.get(name), types.ModuleType):
                        with suppress(Exception):
                            getattr(names[name], wanted)


class Nursery:
    """A process that has run the shared cells of some tasks; :meth:`attempt` forks a child from it for each."""

    def __init__(self, task: Task, cells: int, limits: Limits):
        self.task, self.cells, self.limits = task, cells, limits
        self.folder = tempfile.TemporaryDirectory(prefix="icslib-shared-", ignore_cleanup_errors=True)
        self.lock = threading.Lock()
        self.started = False
        self.address = ""
        self.child: Any = None

    def attempt(self, task: Task) -> Outcome:
        """Run `task` in a child of the nursery; in a child of its own if there is no nursery or the child died."""
        with self.lock:
            if not self.started:
                self.started = True
                self._start()
        if self.address:
            with suppress(OSError, EOFError):
                outcome, died = self._once(task)
                if not died:
                    return outcome
        return attempt(task, self.limits)

    def _start(self) -> None:
        hear, tell = warm.context().Pipe(duplex=False)
        with hear, suppress(OSError, EOFError):
            self.child = warm.start(nurse, tell, self.task, self.folder.name, self.cells)
            tell.close()
            watch = Watch(self.task, self.limits, Path(self.folder.name))
            watch.follow(self.child.pid, hear)
            self.address = watch.ready

    def _once(self, task: Task) -> tuple[Outcome, bool]:
        with tempfile.TemporaryDirectory(prefix="icslib-run-", ignore_cleanup_errors=True) as folder:
            wait_for_memory()
            with Client(self.address) as hear:
                hear.send((task, folder))
                pid = hear.recv()
                try:
                    return Watch(task, self.limits, Path(folder)).follow(pid, hear)
                finally:
                    end(pid)

    def close(self) -> None:
        """End the process."""
        if self.child is not None:
            end(self.child.pid)
            self.child.join()
        self.folder.cleanup()


def nurse(tell, task: Task, folder: str, cells: int) -> None:
    """What the nursery does: run the shared cells, then fork a child for every task it is sent. Each child goes on from there."""
    settle_in(folder, task.environment)
    branch = Branch(tell, folder, cells)
    outcome = execute(task, branch)
    branch.tell.send(("done", outcome))


class Branch:
    """Called before each cell: at the first that is not shared, waits for tasks and comes back once in each child."""

    def __init__(self, tell, folder: str, cells: int):
        self.tell, self.folder, self.cells = tell, folder, cells

    def __call__(self, index: int, page, outcome: Outcome) -> None:
        """Go on in the children; the nursery itself never comes back from its last shared cell."""
        from .shell import Shell

        if self.cells and index >= self.cells:
            load_named(page.cells[index:], Shell.instance().user_ns)
            task = self._serve()
            self.cells = 0
            outcome.restart(task.name)
            self._give(task, page)
        self.tell.send(("cell", index))

    def _serve(self) -> Task:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gc.freeze()
        drawn = random.getstate()
        with Listener(str(Path(self.folder) / "socket"), "AF_UNIX", backlog=64) as listener:
            self.tell.send(("ready", listener.address))
            while True:
                tell = listener.accept()
                try:
                    task, folder = tell.recv()
                except (OSError, EOFError):
                    continue
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    random.setstate(drawn)  # a fork seeds it anew
                    self.tell = tell
                    tell.send(os.getpid())
                    settle_in(folder, task.environment)
                    return task
                tell.close()

    def _give(self, task: Task, page) -> None:
        """Put the task's own parameters where those of the nursery were."""
        from .shell import Shell

        own = parameterized(task)
        page.metadata.papermill.parameters = own.metadata.papermill.parameters
        for cell, mine in zip(page.cells, own.cells, strict=True):
            if "injected-parameters" in cell.metadata.get("tags", []):
                cell.source = mine.source
                Shell.instance().run_cell(mine.source, store_history=False, silent=True)
