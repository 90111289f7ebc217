"""The Long Term Workforce Plan's published figures as the start, the need and the yardstick of a projection.

Need at the start is the staff in post and the shortage the plan starts from; in the last year it is the middle of the
workforce that the plan says is required; between the two it grows evenly.
"""

import pandas as pd

from ..errors import NotIdentified
from .flow import Projection, net_flow, project_workforce


def project_plan(
    published: pd.DataFrame, history: pd.Series, *, years: int = 15, widen: pd.Series | None = None, draws: int = 20_000, seed: int = 1
) -> Projection:
    """Project staff against the plan's need: growth as in `history`, growth as the plan requires, and none.

    Parameters
    ----------
    published : observations
        Measures ``staff_in_post`` (all staff), ``workforce_shortage``, ``workforce_required``, ``workforce_growth_required_pct`` and
        ``workforce_shortfall`` (low and high end).
    history : Series of a past stock by year; its yearly growth, and how much that varied, is one scenario and the spread of all
    years : how many ahead of the plan's first year
    widen : factors of the fan by years ahead, such as ``back_test(...).widen``

    Raises
    ------
    NotIdentified
        When a figure of the plan is missing.
    """
    held = {name: rows for name, rows in published.groupby("measure")}
    wanted = ["staff_in_post", "workforce_shortage", "workforce_required", "workforce_growth_required_pct", "workforce_shortfall"]
    missing = [name for name in wanted if name not in held]
    if missing:
        raise NotIdentified(f"The plan's {', '.join(missing)} is not among the figures given. Use load('vacancies_national').")
    first = held["staff_in_post"].query("staff_group == 'all'").iloc[0]
    start, staff = int(first["end"].year), float(first["value"])
    need = staff + float(held["workforce_shortage"]["value"].iloc[0])
    required = held["workforce_required"]
    last = int(required["end"].iloc[0].year)
    growth = 100 * ((required["value"].mean() / need) ** (1 / (last - start)) - 1)
    recent = net_flow(history, "growth of those years")
    asked = float(held["workforce_growth_required_pct"]["value"].iloc[0])
    scenarios = {
        f"As staff grew {history.index.min()} to {history.index.max()}": recent,
        "As the plan requires": recent.assign(mean=asked, years=0).rename(index={recent.index[0]: "growth the plan requires"}),
        "With no net growth": recent.assign(mean=0.0, years=0).rename(index={recent.index[0]: "no net growth"}),
    }
    ends = held["workforce_shortfall"].groupby(held["workforce_shortfall"]["end"].dt.year)["value"]
    short = ends.agg(["min", "max"]).reset_index()
    short = short[short["min"] < short["max"]].set_axis(["year", "low", "high"], axis=1)
    beside = short.assign(what="shortfall", label="The Long Term Workforce Plan's shortfall if nothing changed")
    return project_workforce(
        staff, need, scenarios, need_growth=growth, start=start, years=years, widen=widen, draws=draws, seed=seed, published=beside
    )
