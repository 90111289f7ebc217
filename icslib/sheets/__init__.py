"""From a printed page to a table whose every value knows its cell."""

from .book import open_pages
from .page import Page
from .table import Table

__all__ = ["Page", "Table", "open_pages"]
