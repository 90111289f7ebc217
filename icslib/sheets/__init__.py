"""From a printed page to a table whose every value knows its cell.

:func:`read_sheet` reads any spreadsheet without configuration; a reader that knows what it wants
uses :func:`open_pages` and :meth:`Page.find_table`.
"""

from .book import open_pages
from .page import Page
from .printed import PrintedTable
from .reading import Reading, read_sheet
from .table import Table
from .titles import column_letter, plain

__all__ = ["Page", "PrintedTable", "Reading", "Table", "column_letter", "open_pages", "plain", "read_sheet"]
