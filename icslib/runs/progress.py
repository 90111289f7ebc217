"""What a batch says while it goes and when it is done."""

import sys
from pathlib import Path

from .options import Batch, Report


def say(report: Report) -> str:
    """One line on one report."""
    took = f", {report.seconds:.1f} s" if report.seconds else ""
    noted = f", {report.warnings} warning{'s' * (report.warnings > 1)}" if report.warnings else ""
    return f"{report.done:8} {report.name} ({report.why}{took}{noted})"


def show_progress(total: int, stream=None):
    """A progress bar on a terminal, a line a report elsewhere; call the result with each report."""
    stream = stream or sys.stderr
    if not stream.isatty():
        return lambda report: print(say(report), file=stream, flush=True)
    from tqdm import tqdm

    bar = tqdm(total=total, unit="report", file=stream, leave=False)

    def step(report: Report) -> None:
        if report.done == "failed" or report.warnings:
            bar.write(say(report), file=stream)
        bar.set_postfix_str(report.name)
        bar.update()
        if bar.n >= total:
            bar.close()

    return step


def summary(batch: Batch, where: Path) -> str:
    """What was done and where to look."""
    counts = {done: sum(report.done == done for report in batch.reports) for done in ("run", "rendered", "kept", "failed")}
    words = {"run": "run", "rendered": "rendered again", "kept": "up to date", "failed": "failed"}
    said = ", ".join(f"{count} {words[done]}" for done, count in counts.items() if count)
    lines = [f"{len(batch.reports)} report{'s' * (len(batch.reports) != 1)}: {said}.", f"Look at {where / 'index.html'}"]
    if batch.trouble:
        lines.append(batch.trouble)
    if batch.failures:
        lines.append(f"What failed, and the command to try each again: {batch.failures}")
    return "\n".join(lines)
