"""The page of failed runs: which cell, what it said, with which parameters, and the command to try again."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from .. import paths, style
from .record import Record

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Failed runs</title>
<style>
body {{ font: 1rem/1.5 {fonts}; color: {ink}; background: {paper}; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
section {{ border-top: 1px solid {rule}; padding: 0 0 1rem; }}
pre {{ border: 1px solid {rule}; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }}
dt {{ font-weight: bold; }}
dd {{ margin: 0 0 .5rem; }}
</style>
</head>
<body>
<main>
<h1>Failed runs</h1>
<p>{count}. The reports of earlier runs, where there are any, are as they were. 
To try all again: <code>icslib run --failed</code>.</p>
{sections}
</main>
</body>
</html>
"""

SECTION = """<section>
<h2>{report}</h2>
<dl>
<dt>Where</dt><dd>{where}</dd>
<dt>What it said</dt><dd>{kind}: {said}</dd>
<dt>Parameters</dt><dd>{parameters}</dd>
<dt>To try it again</dt><dd><pre>{command}</pre></dd>
</dl>
{source}{trace}{warnings}
</section>"""


def write_failures(reports: Path, records: Iterable[Record]) -> Path | None:
    """Write ``failures.html`` for failed `records`, or remove it if there are none; gives where to look."""
    records = list(records)
    path = reports / "failures.html"
    if not records:
        path.unlink(missing_ok=True)
        return None
    count = "One run failed" if len(records) == 1 else f"{len(records)} runs failed"
    page = PAGE.format(
        ink=style.INK,
        paper=style.PAPER,
        rule=style.RULE,
        fonts=style.FONTS,
        count=count,
        sections="\n".join(map(_section, records)),
    )
    with paths.written_aside(path) as aside:
        aside.write_text(page, encoding="utf-8")
    return path


def _section(record: Record) -> str:
    error = record["error"]
    given = ", ".join(f"{name} = {value!r}" for name, value in record["parameters"].items()) or "all as in the notebook"
    warned = "".join(
        f"<li>{escape(one['kind'])}: {escape(one['said'])} ({escape(one['where'])})</li>" for one in record["warnings"]
    )
    return SECTION.format(
        report=escape(record["report"]),
        where=f"cell {error['cell']}, id <code>{escape(error['id'])}</code>" if error["cell"] else escape(error["id"]),
        kind=escape(error["kind"]),
        said=escape(error["said"]),
        parameters=escape(given),
        command=escape(record["command"]),
        source=f"<p>The cell:</p><pre>{escape(error['source'])}</pre>" if error["source"] else "",
        trace=f"<details><summary>All it said</summary><pre>{escape(error['trace'])}</pre></details>" if error["trace"] else "",
        warnings=f"<p>Warnings before it:</p><ul>{warned}</ul>" if warned else "",
    )
