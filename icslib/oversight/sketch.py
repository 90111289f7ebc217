"""A page of realistic objectives: few, local, beyond the core targets, from what places like this one ever did."""

from dataclasses import dataclass

import pandas as pd

from ..errors import PanelError
from ..numbers import write_number
from ..register.short import short_names
from ..results import Result

RUNGS = ["now", "trend", "modest", "stretching", "unprecedented"]


@dataclass(frozen=True, eq=False)
class Sketch(Result):
    """Rungs of an objective.

    Attributes
    ----------
    table : DataFrame
        ``place``, ``horizon`` (years), the rungs in the outcome's unit, and ``visible``: whether going from now to the stretching rung could be
        told from noise in this place by itself; known at the horizon of the outlook only, None at others.
    """

    table: pd.DataFrame
    outcome: str
    unit: str = ""
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """How many places could see a stretching aim met, alone."""
        rows = self.table
        if rows["place"].nunique() == 1:
            aim = rows[rows["visible"].notna()].iloc[0]
            alone = "could be told" if aim["visible"] else "could not be told"
            by = f"by then it {alone} from ordinary movement in this system by itself"
            return f"{self.headline}, as one in ten like periods did; {by}."
        return f"{self.headline}, against ordinary movement; elsewhere only several systems together could show it."

    @property
    def headline(self) -> str:
        """The stretching aim of one system, or in how many it would show."""
        rows = self.table
        what = self.outcome.replace("_", " ")
        if rows["place"].nunique() == 1:
            aim = rows[rows["visible"].notna()].iloc[0]
            name = short_names([aim["place"]])[aim["place"]]
            return f"A stretching aim for {name} is {what} of {write_number(aim['stretching'], self.unit, 0)} in {aim['horizon']:.0f} years, from {aim['now']:.0f} now"
        return f"A stretching aim over {rows['horizon'].iloc[0]:.0f} years would show in {int(rows['visible'].sum())} of {len(rows)} systems alone"


def sketch_objectives(
    ladder: pd.DataFrame,
    by_place: pd.DataFrame,
    place: str = "",
    horizon: int = 5,
    *,
    outcome: str = "the outcome",
    unit: str = "",
    sources: tuple[str, ...] = (),
) -> Sketch:
    """The rungs of one place by horizon, or of every place at one horizon.

    Parameters
    ----------
    ladder : index (``place``, ``horizon``), columns ``now``, ``trend``, ``modest``, ``stretching``, ``unprecedented``, as an outlook holds them
    by_place : index ``place``; ``detectable``, the change (fraction) that could be told from noise in that place by `horizon`
    place : a code, or empty for all
    """
    known = ladder.index.get_level_values("place")
    horizons = sorted(set(ladder.index.get_level_values("horizon")))
    if place and place not in known:
        raise PanelError(f"{place!r} has no ladder. There is one for {', '.join(map(str, known.unique()[:5]))} and others.")
    if horizon not in horizons:
        raise PanelError(f"There is no rung for {horizon} years; there are {horizons}.")
    rows = ladder.loc[[place]] if place else ladder[ladder.index.get_level_values("horizon") == horizon]
    rows = rows[RUNGS].reset_index()
    change = (rows["stretching"] / rows["now"] - 1).abs()
    visible = (change >= rows["place"].map(by_place["detectable"]).abs()).astype(object)
    rows["visible"] = visible.where(rows["horizon"] == horizon, None)
    return Sketch(rows, outcome, unit, sources)
