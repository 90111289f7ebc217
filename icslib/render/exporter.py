"""The nbconvert exporter of our reports, for who works with nbconvert.

``jupyter nbconvert --to icslib.render.exporter.ReportExporter REPORT.ipynb`` gives the page that ``render_report`` writes.
"""

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import default

from .report import dress_report


class ReportExporter(Exporter):
    """Executed notebook to one offline HTML file that needs no script and no address."""

    export_from_notebook = "ICS report"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:  # type: ignore[override]
        """The page of one notebook, as nbconvert wants it."""
        resources = {**(resources or {}), "output_extension": ".html"}
        return dress_report(nb, resources.get("changes")), resources
