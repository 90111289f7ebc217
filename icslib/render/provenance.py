"""The foot of a report: which sources it rests on, and the cell behind each linked number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from .. import catalog
from ..errors import IcsError
from ..exhibits.cells import cell_ranges

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
        """Linked single cells grouped by source and sheet, each with its anchor."""
        groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for anchor, refs in self.sets.items():
            ranges = list(cell_ranges(refs))
            if len(refs) == 1:
                source, sheet, cell = ranges[0]
                groups.setdefault((source, sheet), []).append((anchor, cell))
        return [{"source": source, "sheet": sheet, "cells": cells} for (source, sheet), cells in sorted(groups.items())]

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

    def describe_sources(self) -> list[dict]:
        """What the catalog says of every source named by an exhibit or behind a cell, in order of name."""
        named = {ref.partition("!")[0] for refs in self.sets.values() for ref in refs} | set(self.sources)
        return [_describe(name) for name in sorted(named)]


def _describe(name: str) -> dict:
    fields = ("title", "publisher", "published", "edition", "licence", "file", "sha256", "address", "trust")
    try:
        source = catalog.get(name)
        about = {key: getattr(source, key) for key in fields}
    except IcsError:
        about = {**dict.fromkeys(fields, ""), "title": name, "trust": "Not in the catalog of this project."}
    return {**about, "id": name, "anchor": f"source-{quote(name)}"}


def _cut(cells: str) -> str:
    if len(cells) <= LONGEST:
        return cells
    kept = cells[:LONGEST].rpartition(",")[0]
    return f"{kept} and {cells.count(',') - kept.count(',')} more runs of cells (all are in the download)"
