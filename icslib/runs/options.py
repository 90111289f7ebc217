"""How a batch is run, and what becomes of its reports."""

import os
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import quote

from ..errors import IcsError
from .attempt import Limits
from .warm import WARM


@dataclass(frozen=True)
class Options:
    """How a batch is run.

    ``jobs`` runs at once (0: one a core); ``seconds`` and ``megabytes`` one run may take (0: its share of the machine);
    ``cluster`` the address of a Dask scheduler; ``kernel`` a Jupyter kernel to use instead of the shell in the child;
    ``keep`` how many replaced pages of each report are kept.
    """

    jobs: int = 0
    force: bool = False
    seconds: float = 600.0
    megabytes: float = 0.0
    cluster: str = ""
    kernel: str = ""
    keep: int = 0
    warm: bool = WARM

    def __post_init__(self):
        if min(self.jobs, self.seconds, self.megabytes, self.keep) < 0 or not self.seconds:
            raise IcsError("--jobs, --timeout, --memory and --keep are numbers above zero.")

    @property
    def workers(self) -> int:
        """Runs at once."""
        mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return self.jobs or mine or 1

    @property
    def limits(self) -> Limits:
        """What one run may take."""
        import psutil

        share = psutil.virtual_memory().total / 2**20 * 0.8 / self.workers
        return Limits(seconds=self.seconds, megabytes=self.megabytes or share, warm=self.warm)


PLAIN = Options()


@dataclass
class Report:
    """What became of one report: ``run``, ``rendered``, ``kept`` or ``failed``, and why."""

    name: str
    html: Path
    ipynb: Path
    done: str
    why: str
    changed: bool = False
    seconds: float = 0.0
    warnings: int = 0

    def __str__(self) -> str:
        took = f", {self.seconds:.1f} s" if self.seconds else ""
        noted = f", {self.warnings} warning{'s' * (self.warnings > 1)}" if self.warnings else ""
        return f"{self.done:8} {self.name} ({self.why}{took}{noted})"

    def _repr_html_(self) -> str:
        link = quote(Path(os.path.relpath(self.html)).as_posix())
        return f'<p><a href="{link}">{escape(self.html.name)}</a>: {self.done}, {escape(self.why)}</p>'


@dataclass
class Batch:
    """What became of all, and where the reports lie."""

    where: Path
    reports: list[Report] = field(default_factory=list)
    failures: Path | None = None
    trouble: str = ""

    @property
    def failed(self) -> list[Report]:
        """Reports that could not be made."""
        return [report for report in self.reports if report.done == "failed"]

    def __str__(self) -> str:
        words = {"run": "run", "rendered": "rendered again", "kept": "up to date", "failed": "failed"}
        counts = {word: sum(report.done == done for report in self.reports) for done, word in words.items()}
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        return "\n".join(filter(None, [
            f"{len(self.reports)} report{'s' * (len(self.reports) != 1)}: {said}.",
            f"Look at {self.where / 'index.html'}",
            self.trouble,
            f"What failed, and the command to try each again: {self.failures}" if self.failures else "",
        ]))  # fmt: skip
