"""An exhibit: one figure or table with everything a reader needs to check it.

It is a record; :mod:`.markup` writes it as HTML and :mod:`.svg` draws it. In a notebook it shows
itself, and leaves beside the HTML a machine-readable copy (:data:`MIME`) from which the report,
the workbook and the comparison of two runs are made.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from ..errors import CatalogError, ExhibitError
from ..style import WIDE
from .cells import cell_ranges
from .markup import write_exhibit
from .svg import draw_svg

MIME = "application/vnd.icslib.exhibit+json"
IN_SHORT = "application/vnd.icslib.in-short+json"


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A figure or a table that states its finding.

    Attributes
    ----------
    kind : "figure" or "table"
    title : str
        The finding, as a sentence.
    subtitle : str
        The measure, where and when.
    data : DataFrame
        The tidy data shown in the table. A column ``cells`` (tuples of references
        ``source!sheet!H12``) names the cells behind the numbers of its row; ``cells:value`` those
        behind the column ``value``. They are shown as links, never as columns.
    unit : str
    notes : tuple of str
        What the reader must know: the publisher's footnotes and flags, gaps, kind of uncertainty.
    sources : tuple of str
        Catalog ids, and references to the cells that numbers without cells of their own in `data` are made from, such as a
        model's panel; where none is given, those of the cells in `data`.
    alt : str
        What the figure shows, for who cannot see it; from the data (see :mod:`.words`).
    draw : callable, optional
        Takes an empty matplotlib ``Figure`` and draws on it, with the helpers of :mod:`.charts`.
    size : (width, height) in inches
    """

    kind: str
    title: str
    data: pd.DataFrame
    subtitle: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    alt: str = ""
    draw: Callable[[Any], None] | None = field(default=None, repr=False)
    size: tuple[float, float] = WIDE

    def __post_init__(self) -> None:
        if self.kind not in ("figure", "table"):
            raise ExhibitError(f"An exhibit is a 'figure' or a 'table', not {self.kind!r}.")
        if self.kind == "figure" and not (self.draw and self.alt):
            raise ExhibitError(f"The figure {self.title!r} needs draw= and alt= (what it shows, in words made from the data).")

    def __repr__(self) -> str:
        rows = len(self.data)
        about = ", ".join(filter(None, [self.unit, f"{rows} row{'' if rows == 1 else 's'}"]))
        return f"{self.kind.capitalize()}: {self.title} ({about})"

    def record(self) -> dict:
        """The exhibit as plain lists and text: what a report is made from (no drawing)."""
        shown = [name for name in self.data.columns if not _is_cells(name)]
        cells = {str(name): [_refs(refs) for refs in self.data[name]] for name in self.data.columns if _is_cells(name)}
        linked = sorted({ref for column in cells.values() for refs in column for ref in refs})
        behind = {ref for ref in self.sources if "!" in ref}.difference(linked)
        return {
            "kind": self.kind,
            "title": self.title,
            "subtitle": self.subtitle,
            "unit": self.unit,
            "notes": [self.notes] if isinstance(self.notes, str) else list(self.notes),
            "sources": [
                {"id": name, "text": describe_source(name)}
                for name in dict.fromkeys(ref.partition("!")[0] for ref in self.sources or linked)
            ],
            "alt": self.alt,
            "columns": [str(name) for name in shown],
            "rows": [[_plain(value) for value in row] for row in self.data[shown].itertuples(index=False, name=None)],
            "cells": cells,
            "behind": [list(run) for run in cell_ranges(behind)],
        }

    def svg(self) -> str:
        """The drawing as an SVG element with text as text; the same bytes for the same data."""
        return draw_svg(self.draw, self.size, self.alt) if self.draw else ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict:
        record = self.record()
        return {"text/plain": repr(self), "text/html": write_exhibit(record, self.svg()), MIME: record}


@dataclass(frozen=True)
class InShort:
    """The findings of a report as a short list; the report lifts it to its top."""

    findings: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.findings)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict:
        items = "".join(f"<li>{escape(finding)}</li>" for finding in self.findings)
        return {
            "text/plain": repr(self),
            "text/markdown": "\n".join(f"- {escape(finding)}" for finding in self.findings),
            "text/html": f'<ul class="in-short">{items}</ul>',
            IN_SHORT: list(self.findings),
        }


def in_short(*results: Any) -> InShort:
    """List the findings of results, exhibits (their titles) or sentences, in this order, each ending as a sentence.

    >>> in_short("40 systems over 6 years.", "31 of 42 in deficit.")
    40 systems over 6 years.
    31 of 42 in deficit.
    """
    said = (one if isinstance(one, str) else getattr(one, "finding", None) or one.title for one in results)
    return InShort(tuple(one if one.endswith((".", "?", "!")) else f"{one}." for one in said))


def describe_source(name: str) -> str:
    """A source, or a table of several editions, for the foot of a figure: title, publisher, date; else its id."""
    from .. import catalog

    try:
        source = next(iter(catalog.of_table(name)), None) or catalog.get(name)
    except CatalogError:
        return name
    about = "; ".join(part for part in (source.publisher, source.published) if not re.search("each row|^not stated$|^$", part))
    return f"{source.title} ({about})" if about else source.title


def _is_cells(name: object) -> bool:
    return str(name) == "cells" or str(name).startswith("cells:")


def _refs(refs: str | Iterable[str] | float | None) -> list[str]:
    if isinstance(refs, str):
        return [refs] if refs else []
    return sorted(set(refs)) if isinstance(refs, Iterable) else []


def _plain(value: Any) -> Any:
    """One value as JSON can hold it: missing is None, a date is ISO text."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, (bool, int, float, str)) else str(value)
