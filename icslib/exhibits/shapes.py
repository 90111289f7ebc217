"""What exhibits of results have in common: title, unit and sources as the result knows them; estimates by lag or horizon."""

from typing import Any

import pandas as pd

from ..tidy import merge_cells
from .charts import caterpillar
from .core import Exhibit
from .words import describe_intervals


def shown(result: Any, data: pd.DataFrame, **fields: Any) -> Exhibit:
    """A figure of a result where `draw` is among the fields, else a table.

    Unless given, the title is the result's headline, else the first sentence of its finding, the unit its own, and the sources
    its own, its cells, or those of the cells in `data`. Notes that say nothing are left out.
    """
    title = getattr(result, "headline", "") or first_sentence(result.finding)
    own = {"title": title, "unit": getattr(result, "unit", "")}
    own["sources"] = getattr(result, "sources", ()) or getattr(result, "cells", ()) or sources_of(data)
    fields["notes"] = tuple(note for note in fields.get("notes", ()) if note)
    return Exhibit(kind="figure" if "draw" in fields else "table", data=data, **{**own, **fields})


def first_sentence(text: str) -> str:
    """The first sentence, without its full stop."""
    return text.split(". ")[0].removesuffix(".")


def profile(result: Any, frame: pd.DataFrame, data: pd.DataFrame, xlabel: str, *, more: str = "", **fields: Any) -> Exhibit:
    """A figure of ``estimate`` with ``low``, ``high``, ``band_low``, ``band_high`` by lag, event or horizon (its index)."""
    unit = result.unit or "outcome units"
    alt = f"{describe_intervals(frame[frame['se'] > 0], unit)} {more}".strip()
    draw = lambda figure: caterpillar(figure.subplots(), frame, unit=unit, xlabel=xlabel)  # noqa: E731
    return shown(result, data, unit=unit, alt=alt, draw=draw, **fields)


def sources_of(cells: tuple[str, ...] | pd.DataFrame) -> tuple[str, ...]:
    """The catalog ids among cell references, or in the columns of a table that hold such."""
    if isinstance(cells, pd.DataFrame):
        cells = merge_cells(refs for name in cells if str(name).startswith("cells") for refs in cells[name].dropna())
    return tuple(sorted({ref.split("!", 1)[0] for ref in cells}))
