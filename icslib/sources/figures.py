"""Figures of reports, press and board papers, transcribed by us: one row a figure, each with its own publisher.

Raw page    a CSV of ours; money in GBP m, a deficit negative; `rounding` is the step to which the figure was printed (0: an exact count)
Quirks      figures that contradict each other stay as two rows; `doubt` says in our words what to beware of
"""

import pandas as pd

from ..catalog import Source
from ..errors import SheetError
from ..expectations import expect_table, need_sheet
from ..numbers import parse_numbers
from ..sheets import Page
from ..tidy import observations

KEPT = ["place", "place_type", "measure", "unit", "period", "basis"]
BOUNDS = ["lower", "upper"]


def tidy_figures(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a figure; ``publisher``, ``title``, ``address``, ``published``, ``doubt``, ``note`` and the rest are kept.

    ``flag`` holds the qualifier that was printed with the figure: ``about``, ``at least``, ``revised``, ``provisional``.
    """
    table = expect_table(need_sheet(pages), source, key="place")
    titles = list(table.frame)
    long = table.melt([title for title in titles if title not in ("value", "flag")], into="figure", values=["value"])
    asserted = table.frame["flag"].fillna("").astype(str).to_numpy()
    unreadable = long["value"].isna()
    if unreadable.any():
        row = long[unreadable].iloc[0]
        raise SheetError(
            f"{source.file}, row {row['row']}: {row['measure']} has no readable value. Mend the line or take it out."
        )
    long["flag"] = asserted
    for bound in BOUNDS:
        long[bound] = parse_numbers(long[bound])["value"]
    long["rounding"] = parse_numbers(long["rounding"])["value"]
    extra = [title for title in titles if title not in (*KEPT, *BOUNDS, "value", "flag")]
    told = [name for name in extra if name != "rounding"]
    long[told] = long[told].fillna("")
    return observations(long, **{name: long[name] for name in KEPT}, source=source.id, extra=extra)
