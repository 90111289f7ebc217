"""Corrections by hand, as data: a cell, what it says, what it should say, and why.

``data/raw/reference/corrections.csv`` has the columns ``source, sheet, cell, seen, becomes,
reason``. A correction whose cell no longer says ``seen`` is an error: the publisher mended
it, or the file moved, and the line must go.

``known_oddities.csv`` marks figures that are as printed and yet not what they seem: ``source,
measure, place`` (empty for all), years ``first`` to ``last``, the ``flag`` and the ``reason``.
"""

import re

import pandas as pd

from ..catalog import reference, sources
from ..errors import DriftError
from ..sheets import Page, column_letter, plain


def correct(pages: dict[str, Page], source: str, corrections: pd.DataFrame | None = None) -> dict[str, Page]:
    """Pages with the corrections of `source` made; DriftError for one that is no longer needed."""
    listed = reference("corrections") if corrections is None else corrections
    mended = dict(pages)
    for line in listed[listed["source"] == source].itertuples():
        if not line.reason.strip():
            raise DriftError(f"corrections.csv alters {line.sheet}!{line.cell} of {source} and gives no reason. Write one.")
        page, cell = mended.get(line.sheet), re.fullmatch(r"([A-Z]+)([1-9]\d*)", line.cell)
        if page is None or cell is None:
            raise DriftError(
                f"corrections.csv names the cell {line.sheet}!{line.cell} of {source}; its sheets are {list(pages)}. Alter that line."
            )
        grid = [list(row) for row in page.grid]
        row = grid[int(cell[2]) - 1] if len(grid) >= int(cell[2]) else []
        spot = next((i for i in range(len(row)) if column_letter(i + 1) == cell[1]), -1)
        seen = plain(row[spot]) if spot >= 0 else ""
        if spot < 0 or seen != line.seen:
            raise DriftError(
                f"{source}, {line.sheet}!{line.cell} says {seen!r}, but corrections.csv expects {line.seen!r} there "
                f"({line.reason}). The correction is no longer needed, or the file moved: take out or alter its line."
            )
        row[spot] = line.becomes
        mended[line.sheet] = Page(grid, page.sheet, page.file)
    return mended


def stray_lines() -> list[str]:
    """What is wrong with lines of ``corrections.csv`` and ``known_oddities.csv`` that name no source of the catalog."""
    named = [(name, source) for name in ("corrections", "known_oddities") for source in reference(name)["source"].unique()]
    known = sources()
    return [
        f"{name}.csv names {id!r}, which is not in the catalog. Alter or take out its lines."
        for name, id in named
        if id not in known
    ]


def flag_corrected(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Observations with ``corrected`` in the flag of each figure whose cell we altered."""
    listed = reference("corrections")
    ours = listed[listed["source"] == source]
    if ours.empty:
        return frame
    cells = frame["sheet"] + "!" + frame["column"] + frame["row"].astype(str)
    hit = cells.isin(ours["sheet"] + "!" + ours["cell"])
    frame.loc[hit, "flag"] = frame.loc[hit, "flag"].map(lambda flag: f"{flag}; corrected" if flag else "corrected")
    return frame


def flag_oddities(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Observations with the flags of ``known_oddities.csv``; DriftError for a line that marks nothing."""
    listed = reference("known_oddities")
    for line in listed[listed["source"] == source].itertuples():
        hit = (frame["measure"] == line.measure) & frame["end"].dt.year.between(int(line.first), int(line.last))
        if line.place:
            hit &= frame["place"] == line.place
        if not hit.any():
            raise DriftError(
                f"{source}: known_oddities.csv marks {line.measure} {line.place} {line.first}, but no such figure is read. Take the line out."
            )
        frame.loc[hit, "flag"] = frame.loc[hit, "flag"].map(lambda flag, mark=line.flag: f"{flag}; {mark}" if flag else mark)
    return frame
