"""The ledger as a table and a figure. It stands here and not with the other drawings, because the ledger stands above them."""

import numpy as np
import pandas as pd

from ..exhibits import Exhibit, plot, table
from ..exhibits.charts import bars
from ..exhibits.shapes import shown
from ..exhibits.words import describe_ranking
from ..tidy import merge_cells
from .ledger import UNDOUBTED, Ledger
from .wording import HOLDS, write_figure


def _written(value: float, unit: str, rounding: float, least: int) -> str | None:
    """A figure as precise as the claim it answers, percentages with at least `least` digits; None where there is none."""
    if np.isnan(value):
        return None
    digits = max(0, -int(np.floor(np.log10(rounding)))) if rounding > 0 else 0
    return write_figure(value, unit, places=max(digits, least if unit == "percent" else 0))


def _said(result: Ledger) -> str:
    hold = sum(result.counts[name] for name in HOLDS)
    return f"{hold} of {len(result.table)} statements hold: each verdict with its reason"


@table.register
def _(result: Ledger, verdict: str = "") -> Exhibit:
    """The ledger, or the claims of one `verdict`."""
    rows = result.table[result.table["verdict"] == verdict] if verdict else result.table
    near = rows["nearest"].map(lambda text: f"nearest: {text}" if text else "")
    told = zip(rows["why"], rows["reason"], near, strict=True)
    note = [". ".join(part[:1].upper() + part[1:] for part in parts if part) for parts in told]
    said = rows.assign(said_by=(rows["publisher"] + ", " + rows["published"]).str.removesuffix(", "), note=note).reset_index()
    for name, least in (("claimed", 0), ("ours", 1)):
        told = zip(said[name], said["unit"], said["rounding"], strict=True)
        said[name] = [_written(value, unit, rounding, least) for value, unit, rounding in told]
    said["cells:claimed"] = said["cells:ours"] = said["cells"]
    told = said[["claim", "statement", "said_by", "claimed", "ours", "verdict", "note", "since", "cells:claimed", "cells:ours"]]
    return shown(
        result,
        told,
        title=f"{len(rows)} of {len(result.table)} statements: {verdict}" if verdict else _said(result),
        subtitle="Statements in our words; ours is what other pages' figures give on the same definition",
        notes=("A figure stands for the interval that its rounding leaves; about means a tenth either way.",),
        sources=("nao_claims",),
    )


@plot.register
def _(result: Ledger) -> Exhibit:
    """How many claims have each verdict."""
    counts = pd.Series(result.counts, name="statements")
    return shown(
        result,
        counts.rename_axis("verdict").reset_index(),
        title=result.finding,
        subtitle=f"{len(result.table)} quantitative statements by verdict",
        unit="statements",
        notes=(UNDOUBTED,),
        sources=merge_cells(result.table["cells"]),
        alt=describe_ranking(counts.astype(float), "statements", "verdicts"),
        draw=lambda figure: bars(figure.subplots(), counts, unit="statements"),
    )
