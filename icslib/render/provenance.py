"""The foot of a report: which sources it rests on, and the cell behind each linked number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

import pyarrow.parquet as pq

from .. import catalog, paths
from ..errors import IcsError
from ..exhibits.cells import cell_ranges, split_ref

LONGEST = 600  # characters of a list of cells written out; the CSV of the exhibit has all


@dataclass
class Cells:
    """Collects the cells that numbers link to, and gives each set of cells its address in the page."""

    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)

    def link(self, refs: Sequence[str]) -> str:
        """The address of these cells; made from the references, so it stays when others are added."""
        known = tuple(sorted(set(refs)))
        anchor = "c-" + hashlib.sha256("\n".join(known).encode()).hexdigest()[:8]
        self.sets[anchor] = known
        return f"#{anchor}"

    def single(self) -> list[dict]:
        """Linked single cells grouped by source, sheet and, where each row was printed elsewhere, publication; each with its anchor."""
        groups: dict[tuple, list[tuple[str, str]]] = {}
        for anchor, refs in self.sets.items():
            ranges = list(cell_ranges(refs))
            if len(refs) == 1:
                source, sheet, cell = ranges[0]
                groups.setdefault((source, sheet, *printed_in(refs[0])), []).append((anchor, cell))
        names = ("source", "sheet", "publisher", "title", "published", "address")
        return [{**dict(zip(names, group, strict=True)), "cells": cells} for group, cells in sorted(groups.items())]

    def joint(self) -> list[dict]:
        """Linked sets of several cells, each with its anchor, written as ranges."""
        return [
            {
                "anchor": anchor,
                "count": len(refs),
                "parts": [(source, sheet, _cut(cells)) for source, sheet, cells in cell_ranges(refs)],
            }
            for anchor, refs in self.sets.items()
            if len(refs) > 1
        ]

    def publications(self) -> list[dict]:
        """What the catalog says of every source named by an exhibit or behind a cell: one entry a publication, its files within."""
        named = {ref.partition("!")[0] for refs in self.sets.values() for ref in refs} | set(self.sources)
        found: dict[str, dict] = {}
        for about in sorted((file for name in named for file in _describe(name)), key=lambda file: file["id"]):
            whole = found.setdefault(about["table"], {**about, "anchor": f"source-{quote(about['table'])}", "files": {}})
            whole["files"][about["id"]] = about
        return list(found.values())


def printed_in(ref: str) -> tuple[str, str, str, str]:
    """Publisher, title, date and address of the row of a cell in a table of ours that gathers many publications; else empty."""
    source, sheet, column, row = split_ref(ref)
    path = paths.processed(f"{source}.parquet")
    known = _publications(str(path), path.stat().st_mtime_ns) if path.is_file() else {}
    return known.get((sheet, column, row), ("", "", "", ""))


@lru_cache(maxsize=64)
def _publications(path: str, _changed: int) -> dict[tuple, tuple[str, str, str, str]]:
    told = ["publisher", "title", "published", "address"]
    if not set(told) <= set(pq.read_schema(path).names):
        return {}
    frame = pq.read_table(path, columns=["sheet", "column", "row", *told]).to_pandas()
    return {(sheet, column, row): tuple(rest) for sheet, column, row, *rest in frame.itertuples(index=False)}


def _describe(name: str) -> list[dict]:
    """The file of a source, or all files of a table."""
    fields = ("id", "table", "title", "publisher", "published", "edition", "licence", "file", "sha256", "address", "trust")
    try:
        sources = catalog.of_table(name) or [catalog.get(name)]
    except IcsError:
        unknown = {"id": name, "table": name, "title": name, "trust": "Not in the catalog of this project."}
        return [{**dict.fromkeys(fields, ""), **unknown}]
    return [{key: getattr(source, key) for key in fields} for source in sources]


def _cut(cells: str) -> str:
    if len(cells) <= LONGEST:
        return cells
    kept = cells[:LONGEST].rpartition(",")[0]
    return f"{kept} and {cells.count(',') - kept.count(',')} more runs of cells (all are in the download)"
