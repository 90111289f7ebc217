"""The store: observations built once from official files, shipped, loaded, proved and traced."""

from .builder import build
from .export import export
from .lineage import stamp, trace
from .panels import load_panel
from .queries import revisions, sql
from .recognition import add
from .shelf import load, reads, tables

__all__ = ["add", "build", "export", "load", "load_panel", "reads", "revisions", "sql", "stamp", "tables", "trace"]
