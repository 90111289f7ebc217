"""One row a trust: what it owed then, what it plans now and what may go with it; and its plans as its system's."""

import pandas as pd

from .. import register
from ..errors import BasisError
from ..tidy import cell_refs, merge_cells
from .debts import apart, inherited_debt, owed

DAYS = 365.25 / 12
PLAN, VARIANCE = "surplus_pct", "surplus_variance_pct"
UNITS = {
    "planned_surplus_pct": "percent", "variance_pct": "percent", "owed": "GBP per FTE", "debt": "GBP per FTE",
    "backlog": "GBP per FTE", "sickness_absence": "percent",
    "acute": "1 if acute",
}  # fmt: skip
NAMES = {  # what the columns of the table are called
    "planned_surplus_pct": "the planned position",
    "debt": "debt per staff member in March 2019",
    "backlog": "maintenance backlog per staff member",
    "sickness_absence": "sickness absence",
    "acute": "being an acute trust",
    "need_index": "need index of the system",
    "imd_score": "deprivation of the system",
    "health_index_distance_to_gp_services": "nearness of general practices (low where rural)",
}


def homes_of(rows: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """The system of each place in `rows` (observations, one row a place): ``trust``, ``place`` and ``share``, more than one row
    where a boundary cuts.
    """
    moved = register.roll_up(
        apart(rows.assign(value=1.0, unit="count", lower=float("nan"), upper=float("nan"))), "system", vintage
    )
    return moved.rename(columns={"measure": "trust", "value": "share"})[["trust", "place", "share"]]


def trust_size(staff: pd.DataFrame) -> pd.Series:
    """Full-time equivalents of each trust, from staff days available over the months it printed: rows of
    ``load("sickness_absence")`` to a Series, index trust.
    """
    days = staff[staff["measure"] == "staff_days_available"].groupby("place")
    return days["value"].sum() / days["period"].nunique() / DAYS


def _refs(rows: pd.DataFrame, measure: str) -> pd.Series:
    """The cells of a measure by place."""
    rows = rows[rows["measure"] == measure]
    return cell_refs(rows).groupby(rows["place"]).agg(merge_cells)


def _both(one: pd.Series, other: pd.Series) -> pd.Series:
    """The cells of a figure made of two."""
    pairs = (tuple(refs for refs in pair if isinstance(refs, tuple)) for pair in zip(one, other, strict=True))
    return pd.Series([merge_cells(pair) for pair in pairs], one.index, dtype=object)


def trust_table(
    loans: pd.DataFrame, plans: pd.DataFrame, staff: pd.DataFrame, about: pd.DataFrame | None = None, vintage: str = "2022-07"
) -> pd.DataFrame:
    """Trusts with a planned position in 2025-26, with what they owed in March 2019 and what may go with a deficit.

    Parameters
    ----------
    loans, plans, staff : observations of ``loans``, ``provider_plans`` and ``sickness_absence``
    about : panel of systems on `vintage`; the latest figure of each of its measures is given to the system's trusts

    Returns
    -------
    DataFrame
        ``place``, ``year`` (2026), ``system`` (the one that holds most of it), ``kind`` (``acute`` or ``other``),
        ``planned_surplus_pct``, ``variance_pct`` (to date), ``owed``
        and ``debt`` (GBP per full-time equivalent, negative and as a size), ``size`` (full-time equivalents, from staff days
        available), ``backlog`` (GBP per full-time equivalent, 2024-25), ``sickness_absence`` (per cent), ``acute`` (0 or 1), the
        measures of `about`, ``cells`` (of the planned position), ``cells:owed``.
    """
    wide = plans.pivot_table(index="place", columns="measure", values="value")
    table = pd.DataFrame({"planned_surplus_pct": wide[PLAN], "variance_pct": wide[VARIANCE]}).dropna(how="all")
    days = staff.pivot_table(index="place", columns="measure", values="value", aggfunc="sum")
    fte = trust_size(staff).reindex(table.index)
    lost = list(table.index[fte.isna()])
    if lost:
        raise BasisError(f"No staff figures for {', '.join(lost[:5])}: their debts and backlog cannot be put on their size.")
    table["size"] = fte
    each = {name: _refs(staff, name).reindex(table.index) for name in ("sickness_days_lost", "staff_days_available")}
    each |= {name: _refs(plans, name).reindex(table.index) for name in (PLAN, VARIANCE, "backlog_total")}
    table["cells:size"] = each["staff_days_available"]
    table["sickness_absence"] = 100 * (days["sickness_days_lost"] / days["staff_days_available"]).reindex(table.index)
    told = staff.drop_duplicates("place").set_index("place")["kind"].reindex(table.index)
    table["kind"] = told.str.lower().where(told == "Acute", "other")
    table["acute"] = (table["kind"] == "acute").astype(float)
    table["backlog"] = wide["backlog_total"].reindex(table.index) * 1e6 / fte
    was = owed(inherited_debt(loans, "trust", "2025-10"), table.index)
    table["owed"] = was.values * 1e6 / fte
    table["cells:owed"] = _both(was.cells_of.reindex(table.index), table["cells:size"])
    table["debt"] = -table["owed"]
    homes = homes_of(plans[plans["measure"] == PLAN], vintage).sort_values("share").drop_duplicates("trust", keep="last")
    table["system"] = homes.set_index("trust")["place"].reindex(table.index)
    table["cells"] = each[PLAN]
    behind = {
        "planned_surplus_pct": each[PLAN],
        "variance_pct": each[VARIANCE],
        "debt": table["cells:owed"],
        "backlog": _both(each["backlog_total"], table["cells:size"]),
        "sickness_absence": _both(each["sickness_days_lost"], each["staff_days_available"]),
    }
    cells = {(trust, 2026, name): refs for name, own in behind.items() for trust, refs in own.items() if isinstance(refs, tuple)}
    about = pd.DataFrame(columns=["place", "year"]) if about is None else about
    held = about.attrs
    for name in about.columns.drop(["place", "year"]):
        last = about.dropna(subset=name).sort_values("year").groupby("place").last()
        table[name] = table["system"].map(last[name])
        of = {place: held.get("cells", {}).get((place, year, name), ()) for place, year in last["year"].items()}
        cells |= {(trust, 2026, name): of.get(home, ()) for trust, home in table["system"].items()}
    out = table.rename_axis("place").reset_index().assign(year=2026)
    units, moved = {**UNITS, **held.get("units", {})}, held.get("apportioned", {})
    out.attrs |= {"cells": cells, "units": units, "names": NAMES, "apportioned": moved}
    return out


def planned_by_system(plans: pd.DataFrame, size: pd.Series, vintage: str = "2022-07") -> pd.DataFrame:
    """Planned positions of trusts, and where they stand against them, as means of their systems weighted by the trusts' size.

    Parameters
    ----------
    plans : observations of ``load("provider_plans")``
    size : Series, index trust code
        What the mean is weighted by. Turnover by trust is not in our files: staff days available stand in for it.

    Returns
    -------
    DataFrame, index ``place``
        ``value`` (plan, per cent of turnover, deficit negative), ``variance`` (position to date less plan, behind is negative),
        ``trusts``, ``zeros`` (trusts planning exactly zero), ``cells`` (of the plan), ``cells:variance``.
    """
    rows = {measure: plans[plans["measure"] == measure].set_index("place") for measure in (PLAN, VARIANCE)}
    lost = sorted(set(rows[PLAN].index) - set(size.dropna().index))
    if lost:
        raise BasisError(
            f"{len(lost)} trusts with a plan have no size to be weighted by: {', '.join(lost[:5])}. Leave them out, or give one."
        )
    homes = homes_of(rows[PLAN].reset_index(), vintage)
    homes["size"] = homes["trust"].map(size) * homes["share"]
    homes["zero"] = homes["trust"].map(rows[PLAN]["value"] == 0)
    by = homes.groupby("place")
    out = pd.DataFrame({"trusts": by["trust"].size(), "zeros": by["zero"].sum()})
    for spot, (name, cells, measure) in enumerate((("value", "cells", PLAN), ("variance", "cells:variance", VARIANCE))):
        known = homes.assign(
            value=homes["trust"].map(rows[measure]["value"]), cell=homes["trust"].map(cell_refs(rows[measure]))
        ).dropna(subset="value")
        weighed = known["value"] * known["size"]
        out.insert(spot, name, weighed.groupby(known["place"]).sum() / known.groupby("place")["size"].sum())
        out[cells] = known.groupby("place")["cell"].agg(merge_cells).reindex(out.index)
    return out
