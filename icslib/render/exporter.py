"""The nbconvert exporter of our reports, with its own template.

``render_report`` is what the library calls; ``jupyter nbconvert --to icslib.render.exporter.ReportExporter``
does the same for one file.
"""

from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets import default

from ..errors import RenderError
from ..paths import written_aside
from .page import dress_page, environment
from .report import read_report


class ReportExporter(TemplateExporter):
    """Executed notebook to one offline HTML file that needs no script and no address."""

    export_from_notebook = "ICS report"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    @default("template_file")
    def _template_file(self) -> str:
        return "report.html.j2"

    def _create_environment(self) -> Any:
        return environment()

    def from_notebook_node(self, nb: Any, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:  # type: ignore[override]
        """The page of one notebook, as nbconvert wants it."""
        resources = {**(resources or {}), "output_extension": ".html"}
        page = self.template.render(report=read_report(nb), changes=resources.get("changes"))
        return dress_page(page), resources


@cache
def _exporter() -> ReportExporter:
    return ReportExporter()


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
        read = nbformat.reader.reads(notebook)
    except (nbformat.reader.NotJSONError, AttributeError) as fault:
        raise RenderError(f"This is not the text of a notebook: {fault}.") from fault
    return _exporter().from_notebook_node(read, {"changes": changes})[0]
