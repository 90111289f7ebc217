"""Where the figures of a report come from: the sources it rests on, and the cells behind each linked number."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import isclose
from typing import Any, NamedTuple
from urllib.parse import quote

import pyarrow.parquet as pq

from .. import catalog, paths
from ..errors import IcsError
from ..exhibits.cells import cell_ranges, say_run, split_ref
from ..exhibits.markup import MADE, PRINTED, capitalise
from .page import environment

SCALES = (1.0, 100.0, 0.01, 1e-3, 1e-6, 1e-9, 1e3, 1e6)  # shares in percent, pounds in thousands and millions, and back


@dataclass
class Cells:
    """Collects the cells that the numbers of one exhibit link to, and gives each set of cells its address in the page."""

    exhibit: str
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: dict[str, dict] = field(default_factory=dict)

    def link(self, refs: Sequence[str], value: Any) -> str:
        """The address of these cells, which says whether `value` is printed in them; it stays when other cells are added."""
        known = tuple(sorted(set(refs)))
        kind = PRINTED if len(known) == 1 and holds(self._printing(known[0]).value, value) else MADE
        digest = urlsafe_b64encode(hashlib.sha256("\n".join((self.exhibit, *known)).encode()).digest()).decode()
        anchor = next(name for size in range(4, 40) if self.sets.setdefault(name := kind[1:] + digest[:size], known) == known)
        return f"#{anchor}"

    def listing(self) -> str:
        """Cells that hold a figure as it is shown, by source, sheet and publication; then sets of cells that one is made from."""
        if not self.sets:
            return ""
        printed: dict[tuple[str, str], dict[Printing, list[tuple[str, str]]]] = {}
        made = []
        for anchor, refs in self.sets.items():
            ranges = list(cell_ranges(refs))
            if anchor.startswith(PRINTED[1:]):
                source, sheet, cell = ranges[0]
                about = self._printing(refs[0])._replace(value=None)
                printed.setdefault((source, sheet), {}).setdefault(about, []).append((anchor, cell))
            else:
                made.append((anchor, len(refs), "; ".join(say_run(*run) for run in ranges)))
        return environment().get_template("cells.html.j2").render(printed=printed, made=made)

    def _printing(self, ref: str) -> "Printing":
        source = ref.partition("!")[0]
        if source not in self.known:
            self.known[source] = find_printings(source)
        return self.known[source].get(split_ref(ref), Printing())


def describe_publications(names: Iterable[str]) -> list[dict]:
    """What the catalog says of these sources and tables: one entry a publication, its files within."""
    found: dict[str, dict] = {}
    for about in sorted((file for name in names for file in _describe(name)), key=lambda file: file["id"]):
        about["title"] = capitalise(about["title"])
        whole = found.setdefault(about["table"], {**about, "anchor": f"source-{quote(about['table'])}", "files": {}})
        whole["files"][about["id"]] = about
    return list(found.values())


class Printing(NamedTuple):
    """What the store knows of one cell: its figure and, in a table of ours that gathers many publications, which one it is
    from.
    """

    value: float | None = None
    publisher: str = ""
    title: str = ""
    published: str = ""
    address: str = ""


def find_printings(source: str) -> dict[tuple[str, str, str, int], Printing]:
    """What the store knows of the cells of a source, by source, sheet, column and row; nothing of an unknown one."""
    try:
        path = paths.processed(f"{catalog.get(source).table}.parquet")
    except IcsError:
        return {}
    return _printings(str(path), source, path.stat().st_mtime_ns) if path.is_file() else {}


def holds(printed: float | None, shown: Any) -> bool:
    """Whether a cell holds the figure that is shown, in its unit or a larger or smaller one; a figure in words, as it is rounded.

    >>> holds(-563.4, -0.5634), holds(-563.4, "−£563m"), holds(-563.4, "−£564m"), holds(None, 3.0)
    (True, True, False, False)
    """
    if printed is None:
        return False
    if isinstance(shown, (int, float)):
        return any(isclose(printed * scale, shown, rel_tol=1e-9) for scale in SCALES)
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", shown)
    if len(numbers) != 1:
        return False
    said = float(numbers[0].replace(",", ""))
    half = 0.5 * 10.0 ** -len(numbers[0].partition(".")[2]) + 1e-9
    return any(abs(abs(printed) * scale - said) <= half for scale in SCALES)


@lru_cache(maxsize=64)
def _printings(path: str, source: str, _changed: int) -> dict[tuple, Printing]:
    keys, held = ["source", "sheet", "column", "row"], pq.read_schema(path).names
    there = [name for name in Printing._fields if name in held]
    rows = pq.read_table(path, columns=[*keys, *there], filters=[("source", "==", source)])
    cells, told = (zip(*(rows[name].to_pylist() for name in names), strict=True) for names in (keys, there))
    return {cell: Printing(**dict(zip(there, one, strict=True))) for cell, one in zip(cells, told, strict=True)}


def _describe(name: str) -> list[dict]:
    """The file of a source, or all files of a table."""
    fields = ("id", "table", "title", "publisher", "published", "edition", "licence", "file", "sha256", "address", "trust")
    try:
        sources = catalog.of_table(name) or [catalog.get(name)]
    except IcsError:
        unknown = {"id": name, "table": name, "title": name, "trust": "Not in the catalog of this project."}
        return [{**dict.fromkeys(fields, ""), **unknown}]
    return [{key: getattr(source, key) for key in fields} for source in sources]
