"""Figures and tables of an executed notebook in order, with the numbers and anchors that pages, workbooks and traces share."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..exhibits.core import MIME


class Numbered(NamedTuple):
    """One exhibit: its cell (``01-05``, or ``01-05-2`` for the second there), number, anchor and record."""

    cell: str
    number: str
    anchor: str
    record: dict


def number_exhibits(cells: Iterable[Mapping]) -> list[Numbered]:
    """Number the exhibits of these cells; figures and tables count apart.

    The anchor comes from the cell's id, so it outlives new neighbours; the number does not.
    """
    found, counts = [], {"figure": 0, "table": 0}
    for spot, cell in enumerate(cells):
        name = cell.get("id") or f"cell-{spot}"
        records = [output["data"][MIME] for output in cell.get("outputs", []) if MIME in output.get("data", {})]
        for place, record in enumerate(records, 1):
            kind, key = record["kind"], name if place == 1 else f"{name}-{place}"
            counts[kind] += 1
            found.append(Numbered(key, f"{kind.capitalize()} {counts[kind]}", f"{kind}-{key}", record))
    return found
