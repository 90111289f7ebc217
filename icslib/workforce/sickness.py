"""Sickness absence from days: lost over available, added up before dividing, so that a large trust counts as large."""

import numpy as np
import pandas as pd

from .. import register
from ..errors import BasisError
from ..tidy import cell_refs, merge_cells

DRAWN = "2022-07"  # boundaries of the systems that the files print beside each organisation
LOST, AVAILABLE = "sickness_days_lost", "staff_days_available"


def sickness_by(absence: pd.DataFrame, by: str | None = "system", per: str = "month", vintage: str = DRAWN) -> pd.DataFrame:
    """Days lost, days available and the rate of each system (or other column) and month, or over all months.

    Parameters
    ----------
    absence : observations
        Measures ``sickness_days_lost`` and ``staff_days_available`` by organisation and month, with the column `by`.
    by : column to add up over; rows where it is empty are national bodies and left out. None for England as a whole, with them.
    per : "month" or "all"
    vintage : boundaries of the systems; days of systems that were joined or divided move by the register's shares of people

    Returns
    -------
    DataFrame
        ``place``, ``month`` (first day; with ``per="all"`` the column ``months`` counts them instead), ``lost``, ``available``, ``rate``
        (percent), ``organisations`` (not on other boundaries than those printed), ``cells``. An organisation without one of the two figures in a month is not counted in it.

    >>> days = pd.DataFrame({"place": "R1", "system": "Q1", "measure": [LOST, AVAILABLE], "value": [5.0, 100.0]})
    >>> days = days.assign(start=pd.Timestamp("2024-04-01"), source="s", sheet="", column=["I", "J"], row=2)
    >>> sickness_by(days)[["place", "lost", "rate"]].values.tolist()
    [['Q1', 5.0, 5.0]]
    """
    held = absence[absence["measure"].isin([LOST, AVAILABLE])]
    if held.empty:
        raise BasisError(f"No days lost or available: give observations of {LOST} and {AVAILABLE}, such as load('sickness_absence').")
    held = held.assign(cells=cell_refs(held), group="E92000001" if by is None else held[by], month=held["start"])
    held = held[held["group"] != ""]
    whole = held.groupby(["place", "month"])["measure"].transform("nunique") == 2
    held = held[whole & held.groupby(["place", "month"])["value"].transform(lambda v: v.notna().all())]
    moved = by == "system" and vintage != DRAWN
    if moved:
        sums = held.groupby(["group", "month", "measure"], as_index=False).agg(value=("value", "sum"), end=("end", "first"), cells=("cells", merge_cells))
        blank = dict.fromkeys(["lower", "upper"], np.nan) | dict.fromkeys(["flag", "source", "sheet", "column"], "")
        rows = sums.assign(place=sums["group"], place_type="system", period=sums["month"].astype(str), start=sums["month"], unit="days", basis="outturn", row=0, **blank)
        held = register.to_vintage(rows, vintage, drawn=DRAWN).assign(group=lambda f: f["place"])
    keys = ["group", "month"] if per == "month" else ["group"]
    days = held.pivot_table(index=keys, columns="measure", values="value", aggfunc="sum")
    about = held.groupby(keys).agg(months=("month", "nunique"), organisations=("place", "nunique"), cells=("cells", merge_cells))
    out = about.assign(lost=days[LOST], available=days[AVAILABLE], rate=100 * days[LOST] / days[AVAILABLE])
    front = ["place", "month" if per == "month" else "months", "lost", "available", "rate", *([] if moved else ["organisations"]), "cells"]
    return out.reset_index().rename(columns={"group": "place"})[front]

