"""The store: observations built once from official files, shipped, loaded, proved and traced."""

from .builder import build
from .lineage import stamp, trace
from .panels import load_panel
from .tables import load, reads, tables

__all__ = ["build", "load", "load_panel", "reads", "stamp", "tables", "trace"]
