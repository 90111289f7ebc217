"""From a printed page to a table whose every value knows its cell."""

from .book import open_pages
from .page import Page
from .table import Table
from .titles import column_letter, plain

__all__ = ["Page", "Table", "column_letter", "open_pages", "plain"]
