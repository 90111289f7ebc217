"""A page of realistic objectives: few, local, beyond the core targets, from what places like this one ever did."""

import pandas as pd

from ..errors import PanelError

RUNGS = ["now", "trend", "modest", "stretching", "unprecedented"]


def sketch_objectives(ladder: pd.DataFrame, by_place: pd.DataFrame, place: str = "", horizon: int = 5) -> pd.DataFrame:
    """The rungs of one place by horizon, or of every place at one horizon.

    Parameters
    ----------
    ladder : index (``place``, ``horizon``), columns ``now``, ``trend``, ``modest``, ``stretching``, ``unprecedented``, as an outlook holds them
    by_place : index ``place``; ``detectable``, the change (fraction) that could be told from noise in that place by then
    place : a code, or empty for all

    Returns
    -------
    DataFrame
        ``place`` or ``horizon``, the rungs in the outcome's unit, and ``visible alone``: whether going from now to the stretching rung could
        be told from noise in this place by itself.
    """
    known = ladder.index.get_level_values("place")
    if place and place not in known:
        raise PanelError(f"{place!r} has no ladder. There is one for {', '.join(map(str, known.unique()[:5]))} and others.")
    if not place and horizon not in ladder.index.get_level_values("horizon"):
        raise PanelError(f"There is no rung for {horizon} years; there are {sorted(set(ladder.index.get_level_values('horizon')))}.")
    rows = ladder.loc[place] if place else ladder.xs(horizon, level="horizon")
    told = by_place.loc[place, "detectable"] if place else by_place["detectable"].reindex(rows.index)
    out = rows[RUNGS].round(1)
    change = rows["stretching"] / rows["now"] - 1
    out["visible alone"] = (change.abs() >= abs(told)).map({True: "yes", False: "no"})
    return out.reset_index()
