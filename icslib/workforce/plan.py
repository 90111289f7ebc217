"""The Long Term Workforce Plan's published figures as the start, the need and the yardstick of a projection.

Need at the start is the staff in post and the shortage the plan starts from; in the last year it is the middle of the
workforce that the plan says is required; between the two it grows evenly.
"""

from typing import Any

import pandas as pd

from ..errors import NotIdentified
from ..tidy import cell_refs, merge_cells
from .flow import Projection, net_flow, project_workforce


def project_plan(published: pd.DataFrame, history: pd.Series, *, years: int = 15, **how: Any) -> Projection:
    """Project staff against the plan's need: growth as in `history`, growth as the plan requires, and none.

    Parameters
    ----------
    published : observations
        Measures ``staff_in_post`` (all staff), ``workforce_shortage``, ``workforce_required``,
        ``workforce_growth_required_pct`` and
        ``workforce_shortfall`` (low and high end).
    history : Series of a past stock by year; its yearly growth, and how much that varied, is one scenario and the spread of all
    years : how many ahead of the plan's first year
    how : ``widen``, ``draws`` and ``seed`` of :func:`.flow.project_workforce`

    Raises
    ------
    NotIdentified
        When a figure of the plan is missing.
    """
    held = _figures(published)
    start, staff, need = _start(held)
    recent = net_flow(history, "growth of those years")
    asked = float(held["workforce_growth_required_pct"]["value"].iloc[0])
    scenarios = {
        f"As staff grew {history.index.min()} to {history.index.max()}": recent,
        "As the plan requires": recent.assign(mean=asked, years=0).rename(index={recent.index[0]: "growth the plan requires"}),
        "With no net growth": recent.assign(mean=0.0, years=0).rename(index={recent.index[0]: "no net growth"}),
    }
    short = beside(held["workforce_shortfall"]).query("low < high")
    own = tuple(cell_refs(pd.concat(list(held.values())))) if "source" in published else ()
    how["cells"] = merge_cells((own, history.attrs.get("cells", ())))
    how["need_growth"] = plan_growth(published)
    return project_workforce(staff, need, scenarios, start=start, years=years, published=short, **how)


def plan_growth(published: pd.DataFrame) -> float:
    """Yearly growth of the plan's need for all staff, percent: from staff and shortage at its start to the middle of the
    required.
    """
    held = _figures(published)
    start, _, need = _start(held)
    required = held["workforce_required"]
    return float(100 * ((required["value"].mean() / need) ** (1 / (int(required["end"].iloc[0].year) - start)) - 1))


def beside(published: pd.DataFrame) -> pd.DataFrame:
    """Published shortfalls to set beside a projection, a row a year and publisher: ``year``, ``what``, ``low``, ``high``,
    ``label``.
    """
    rows = published[published["measure"] == "workforce_shortfall"]
    by = rows.get("publisher", pd.Series("NHS England", index=rows.index)).str.replace(r" \(.*", "", regex=True)
    by = by.replace("NHS England", "The Long Term Workforce Plan") + "'s shortfall if nothing changed"
    told = rows.assign(year=rows["end"].dt.year, label=by).groupby(["year", "label"])["value"].agg(low="min", high="max")
    return told.reset_index().assign(what="shortfall")


def _figures(published: pd.DataFrame) -> dict[str, pd.DataFrame]:
    held = dict(iter(published[published["staff_group"] == "all"].groupby("measure")))
    wanted = ["staff_in_post", "workforce_shortage", "workforce_required", "workforce_growth_required_pct", "workforce_shortfall"]
    missing = [name for name in wanted if name not in held]
    if missing:
        raise NotIdentified(f"The plan's {', '.join(missing)} is not among the figures given. Use load('vacancies_national').")
    return {name: held[name] for name in wanted}


def _start(held: dict[str, pd.DataFrame]) -> tuple[int, float, float]:
    """Year, staff and need at the plan's start."""
    first, short = held["staff_in_post"].iloc[0], held["workforce_shortage"]["value"].iloc[0]
    return int(first["end"].year), float(first["value"]), float(first["value"] + short)
