"""Sickness absence from days: lost over available, added up before dividing, so that a large trust counts as large."""

import numpy as np
import pandas as pd

from .. import register
from ..errors import BasisError
from ..tidy import cell_refs, merge_cells

DRAWN = "2022-07"  # boundaries of the systems that the files print beside each organisation
LOST, AVAILABLE = "sickness_days_lost", "staff_days_available"


def sickness_by(absence: pd.DataFrame, vintage: str = DRAWN) -> pd.DataFrame:
    """Days lost, days available and the rate of each system over all months held.

    Parameters
    ----------
    absence : observations
        Measures ``sickness_days_lost`` and ``staff_days_available`` by organisation and month, with the column ``system``; rows
        where that is empty are national bodies and left out. An organisation without one of the two figures in a month is not
        counted in it.
    vintage : boundaries of the systems; days of systems that were joined or divided move by the register's shares of people

    Returns
    -------
    DataFrame
        ``place``, ``months`` (how many), ``lost``, ``available``, ``rate`` (percent), ``cells``.

    >>> days = pd.DataFrame({"place": "R1", "system": "Q1", "measure": [LOST, AVAILABLE], "value": [5.0, 100.0]})
    >>> days = days.assign(start=pd.Timestamp("2024-04-01"), end=pd.Timestamp("2024-04-30"))
    >>> days = days.assign(source="s", sheet="", column=["I", "J"], row=2)
    >>> sickness_by(days)[["place", "lost", "rate"]].values.tolist()
    [['Q1', 5.0, 5.0]]
    """
    held = absence[absence["measure"].isin([LOST, AVAILABLE])]
    if held.empty:
        raise BasisError(
            f"No days lost or available: give observations of {LOST} and {AVAILABLE}, such as load('sickness_absence')."
        )
    held = held.assign(cells=cell_refs(held))[held["system"] != ""].dropna(subset=["value"])
    held = held[held.groupby(["place", "start"])["measure"].transform("nunique") == 2]
    sums = held.groupby(["system", "start", "measure"], as_index=False).agg(
        value=("value", "sum"), end=("end", "first"), cells=("cells", merge_cells)
    )
    sums = sums.rename(columns={"system": "place"})
    if vintage != DRAWN:
        blank = dict.fromkeys(["lower", "upper"], np.nan) | dict.fromkeys(["flag", "source", "sheet", "column"], "")
        same = {"place_type": "system", "period": sums["start"].astype(str), "unit": "days", "basis": "outturn", "row": 0}
        sums = register.to_vintage(sums.assign(**same, **blank), vintage, drawn=DRAWN)
    days = sums.pivot_table(index="place", columns="measure", values="value", aggfunc="sum")
    about = sums.groupby("place").agg(months=("start", "nunique"), cells=("cells", merge_cells))
    out = about.assign(lost=days[LOST], available=days[AVAILABLE], rate=100 * days[LOST] / days[AVAILABLE])
    return out.reset_index()[["place", "months", "lost", "available", "rate", "cells"]]
