"""The raw register: what every source is, where its file lies, and how to fetch it."""

from .editions import add_edition
from .fetching import Fetched, fetch
from .files import find_file, hash_file, namesakes, need_file, raw_files
from .records import Source, Title, get, headers, list_sources, of_table, read_catalog, reference, sources

__all__ = [
    "Fetched",
    "Source",
    "Title",
    "add_edition",
    "fetch",
    "find_file",
    "get",
    "hash_file",
    "headers",
    "list_sources",
    "namesakes",
    "need_file",
    "of_table",
    "raw_files",
    "read_catalog",
    "reference",
    "sources",
]
