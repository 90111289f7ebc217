"""An executed notebook as the parts of a report: title, findings, parameters, body, contents, provenance."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat import reader

from ..errors import RenderError
from ..exhibits.core import IN_SHORT, MIME
from ..exhibits.markup import write_exhibit
from ..exhibits.svg import take_svg
from ..paths import written_aside
from ..register.short import short_names
from ..store.lineage import STAMP
from .numbering import number_exhibits
from .page import dress_page, environment
from .prose import Heading, clean_html, write_prose, write_text
from .provenance import Cells, describe_publications

PARAMETER = re.compile(r"^(\w+)\s*(?::\s*([^=#]+?))?\s*=\s*(.+?)\s*(?:#\s*(.*?))?\s*$")
CONSTRAINT = re.compile(r"\s*\[([^\[\]]+)\]$")


@dataclass
class Report:
    """The parts of one report, ready for the template."""

    title: str = "Report"
    question: str = ""
    findings: list[str] = field(default_factory=list)
    failure: str = ""
    parameters: list[dict] = field(default_factory=list)
    body: list[Markup] = field(default_factory=list)
    contents: list[Heading] = field(default_factory=list)
    stamp: dict = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)

    @property
    def publications(self) -> list[dict]:
        """What the catalog says of every source named by an exhibit or behind a cell."""
        return describe_publications(self.sources)


def render_report(ipynb: Path, html: Path, changes: dict | None = None) -> Path:
    """Write the HTML of an executed notebook; the same notebook gives the same bytes.

    Parameters
    ----------
    ipynb : executed notebook; one that stopped at an error is rendered too, with the error at its top
    html : file to write; left as it was if anything goes wrong
    changes : what :func:`icslib.changes.compare_reports` found against the report before, shown as a section

    Raises
    ------
    RenderError
        If `ipynb` is not a notebook.
    """
    try:
        page = make_page(Path(ipynb).read_text(encoding="utf-8"), changes)
    except (OSError, RenderError) as fault:
        raise RenderError(f"{ipynb} is not a notebook that can be read ({fault}). Run it again with 'icslib run'.") from fault
    with written_aside(Path(html)) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return Path(html)


def make_page(notebook: str, changes: dict | None = None) -> str:
    """The text of the page of an executed notebook, given as the text of its file; as :func:`render_report`."""
    try:
        read = reader.reads(notebook)
    except (reader.NotJSONError, AttributeError) as fault:
        raise RenderError(f"This is not the text of a notebook: {fault}.") from fault
    return dress_report(read, changes)


def dress_report(notebook: Any, changes: dict | None = None) -> str:
    """The text of the page of an executed notebook that is read already."""
    return dress_page(environment().get_template("report.html.j2").render(report=read_report(notebook), changes=changes))


def read_report(notebook: Any) -> Report:
    """Take an executed notebook apart."""
    report = Report(parameters=read_parameters(notebook))
    about = {one["name"]: one["value"] for one in report.parameters}.get("system", "(empty)")
    numbers = {one.cell: (one.number, one.anchor) for one in number_exhibits(notebook.cells)}
    taken = {"in-short", "contents", "parameters", "changes", "sources"}
    for spot, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", ()))
        if any(tag.startswith("papermill-error") for tag in tags) or tags & {"parameters", "injected-parameters"}:
            continue
        if cell.cell_type == "markdown":
            _add_prose(report, cell.source, numbers, taken)
        elif cell.cell_type == "code":
            _add_code(report, cell, cell.get("id") or f"cell-{spot}", numbers, lifted="in-short" in tags)
    _flush_code(report)
    if about != "(empty)":
        report.title += f": {short_names([about])[about]}"
    return report


def read_parameters(notebook: Mapping) -> list[dict]:
    """Name, value, default, description and bounds of each parameter: its tagged cell, and what papermill put in."""
    given = notebook["metadata"].get("papermill", {}).get("parameters", {})
    cells = (cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", ()))
    matches = (PARAMETER.match(line) for cell in cells for line in "".join(cell["source"]).splitlines())
    return [_describe_parameter(match, given) for match in matches if match]


def _describe_parameter(match: re.Match, given: dict) -> dict:
    name, written, words = match[1], match[3], match[4] or ""
    try:
        default = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        default = written
    bounds = CONSTRAINT.search(words)
    return {
        "name": name,
        "value": _say(given.get(name, default)),
        "given": name in given and given[name] != default,
        "default": _say(default),
        "description": CONSTRAINT.sub("", words),
        "bounds": bounds[1].replace("..", " to ") if bounds else "",
    }


def _say(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value) or "(empty)"


def _add_prose(report: Report, source: str, numbers: dict, taken: set[str]) -> None:
    title = re.match(r"\s*#\s+(.+?)\s*(?:\n|$)", source)
    if title and report.title == "Report":
        report.title = re.sub(r"^\d+\s+", "", title[1]).strip()
        source = source[title.end() :]
        report.question, headings = write_prose(source, numbers, taken)
        report.contents += headings
        return
    source = re.sub(r"(?m)^#+\s*In short\s*$", "", source)  # what stood under it is lifted to the top
    html, headings = write_prose(source, numbers, taken)
    report.body.append(html)
    report.contents += [heading for heading in headings if heading.level <= 3]


def _add_code(report: Report, cell: Any, name: str, numbers: dict, lifted: bool) -> None:
    report.code.append(cell.source.strip())
    place, before = 0, len(report.body)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if lifted and IN_SHORT in data:
            report.findings += data[IN_SHORT]
        elif MIME in data:
            place += 1
            number, anchor = numbers[name if place == 1 else f"{name}-{place}"]
            report.body.append(_show_exhibit(report, data, number, anchor))
        elif output.output_type == "error":
            report.failure = report.failure or f"{output.ename}: {output.evalue}"
            stopped = '<div class="failed" id="failed"><p>This cell stopped: <strong>{}</strong></p>{}</div>'
            report.body.append(Markup(stopped).format(
                f"{output.ename}: {output.evalue}", write_text("\n".join(output.traceback))))  # fmt: skip
        elif STAMP in data:
            report.stamp = data[STAMP]
            report.sources.update(dict.fromkeys(data[STAMP]["sources"]))
        else:
            report.body.append(show_output(output))
    if len(report.body) > before:
        _flush_code(report)


def _show_exhibit(report: Report, data: dict, number: str, anchor: str) -> Markup:
    record = data[MIME]
    drawing = take_svg(data.get("text/html", ""), number.rpartition(" ")[2]) if record["kind"] == "figure" else ""
    report.sources.update(dict.fromkeys(one["id"] for one in record["sources"]))
    above = report.contents[-1] if report.contents else None
    if above is None:
        above = Heading(2, "", "")
        report.contents.append(above)
    above.exhibits.append((anchor, number, shorten(record["title"])))
    cells = Cells(anchor)
    page = Markup(write_exhibit(record, drawing, number=number, anchor=anchor, links=cells))
    report.sources.update(dict.fromkeys(ref.partition("!")[0] for refs in cells.sets.values() for ref in refs))
    return page


def shorten(title: str, most: int = 72) -> str:
    """A title short enough for a contents list: its first clause, else its first words.

    >>> shorten("Deficits grew in 31 of 42 systems; the largest step is a change to the plan of 2025-26, after support")
    'Deficits grew in 31 of 42 systems'
    """
    if len(title) <= most:
        return title
    ends = (found.start() for found in re.finditer(r"; |\. |: ", title[: most + 1]))
    whole = [end for end in ends if end >= most / 3 and title[:end].count("(") == title[:end].count(")")]
    return title[: whole[0]] if whole else title[:most].rpartition(" ")[0] + " …"


def show_output(output: Any) -> Markup:
    """One output that is no exhibit, as safe HTML: the richest form it has."""
    if output.output_type == "stream":
        return write_text(output.text, "quiet" if output.name == "stderr" else "")
    data = output.get("data", {})
    if "text/html" in data:
        return clean_html(data["text/html"])
    if "text/markdown" in data:
        return write_prose(data["text/markdown"], {}, set())[0]
    if "image/png" in data:
        packed = re.sub(r"[^A-Za-z0-9+/=]", "", data["image/png"])
        return Markup('<p><img alt="{}" src="data:image/png;base64,{}"></p>').format(data.get("text/plain", "figure"), packed)
    return write_text(data.get("text/plain", ""))


def _flush_code(report: Report) -> None:
    """Show the code since the last output, folded, beneath what it made."""
    source = "\n\n".join(filter(None, report.code))
    report.code.clear()
    if source:
        report.body.append(
            Markup('<details class="code"><summary>Code</summary><pre>{}</pre></details>').format(_highlight(source))
        )


@lru_cache(maxsize=512)
def _highlight(source: str) -> Markup:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    coloured = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(re.sub(r'<span class="(?!c1|kn?|ow|s[12]|m[if])\w+">([^<]*)</span>', r"\1", coloured).strip())
