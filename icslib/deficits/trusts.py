"""One row a trust: what it owed then, what it plans now, and what may go with it."""

import pandas as pd

from .. import register
from ..errors import BasisError
from ..tidy import cell_refs, merge_cells
from .basis import Basis, Positions
from .debts import UNPLACED, homes_of, inherited_debt
from .positions import per_head

REVENUE = "interim revenue support"
DAYS = 365.25 / 12
UNITS = {
    "planned_surplus_pct": "percent", "variance_pct": "percent", "owed": "GBP per FTE", "backlog": "GBP per FTE",
    "sickness_absence": "percent", "need_index": "England = 1", "acute": "1 if acute",
}  # fmt: skip


def owed(debts: pd.DataFrame, places: pd.Index | list[str], day: str = "2019-03-31", kinds: tuple[str, ...] = (REVENUE,)) -> Positions:
    """What each place owed on one day, as positions (GBP m, a debt negative); a place without a listed loan owed nothing.

    Parameters
    ----------
    debts : from :func:`~icslib.deficits.debts.inherited_debt`
    places : every place that could have borrowed
    kinds : kinds of loan; revenue support is the one that met deficits, the others paid for buildings and cash
    """
    rows = debts[(debts["period"] == day) & debts["loan_type"].isin(kinds) & (debts["place"] != UNPLACED)]
    if rows.empty:
        held = debts[["period", "loan_type"]].drop_duplicates().to_numpy().tolist()
        raise BasisError(f"No loans of kind {kinds} are held for {day}. Held: {held}.")
    values = rows.groupby("place")["value"].sum().reindex(places, fill_value=0.0)
    return Positions(values, Basis("outturn", "trust loans", "none", what="debt"), day, merge_cells(rows["cells"]))


def debt_panel(debts: pd.DataFrame, places: pd.Index | list[str], populations: pd.DataFrame, per: str = "registered", vintage: str = "2022-07") -> pd.DataFrame:
    """What each place owed on each day we know, as a panel: ``place``, ``year`` (of the March), ``debt`` (a size, not negative), GBP per head or GBP m."""
    days = sorted(debts.loc[debts["loan_type"] == REVENUE, "period"].unique())
    known = [scaled(owed(debts, places, day), populations, per, vintage) for day in days]
    panel = pd.concat([pd.DataFrame({"place": p.values.index, "year": int(p.period[:4]), "debt": -p.values.to_numpy()}) for p in known], ignore_index=True)
    panel.attrs["units"] = {"debt": known[0].basis.unit}
    return panel


def trust_table(loans: pd.DataFrame, plans: pd.DataFrame, staff: pd.DataFrame, need: pd.Series | None = None, vintage: str = "2022-07") -> pd.DataFrame:
    """Trusts with a planned position in 2025-26, with what they owed in March 2019 and what may go with a deficit.

    Parameters
    ----------
    loans, plans, staff : observations of ``loans``, ``provider_plans`` and ``sickness_absence``
    need : Series, index system; need index of the trust's system

    Returns
    -------
    DataFrame
        ``place``, ``year`` (2026), ``system`` (the one that holds most of it), ``kind`` (``acute`` or ``other``), ``planned_surplus_pct``, ``variance_pct`` (to date), ``owed``
        (GBP per full-time equivalent, a debt negative), ``size`` (full-time equivalents, from staff days available),
        ``backlog`` (GBP per full-time equivalent, 2024-25), ``sickness_absence`` (per cent), ``need_index``, ``acute`` (0 or 1), ``cells``.
    """
    wide = plans.pivot_table(index="place", columns="measure", values="value")
    table = pd.DataFrame({"planned_surplus_pct": wide["surplus_pct"], "variance_pct": wide["surplus_variance_pct"]}).dropna(how="all")
    days = staff.pivot_table(index="place", columns="measure", values="value", aggfunc="sum")
    months = staff[staff["measure"] == "staff_days_available"].groupby("place")["period"].nunique()
    fte = (days["staff_days_available"] / months / DAYS).reindex(table.index)
    lost = list(table.index[fte.isna()])
    if lost:
        raise BasisError(f"No staff figures for {', '.join(lost[:5])}: their debts and backlog cannot be put on their size.")
    table["size"] = fte
    table["sickness_absence"] = 100 * (days["sickness_days_lost"] / days["staff_days_available"]).reindex(table.index)
    told = staff.drop_duplicates("place").set_index("place")["kind"].reindex(table.index)
    table["kind"] = told.str.lower().where(told == "Acute", "other")
    table["acute"] = (table["kind"] == "acute").astype(float)
    table["backlog"] = wide["backlog_total"].reindex(table.index) * 1e6 / fte
    was = owed(inherited_debt(loans, "trust", "2025-10"), table.index)
    table["owed"] = was.values * 1e6 / fte
    homes = homes_of(plans[plans["measure"] == "surplus_pct"], vintage).sort_values("share").drop_duplicates("trust", keep="last")
    table["system"] = homes.set_index("trust")["place"].reindex(table.index)
    table["need_index"] = table["system"].map(need) if need is not None else float("nan")
    printed = plans[plans["measure"].isin(["surplus_pct", "backlog_total"])]
    cells = cell_refs(printed).groupby(printed["place"]).agg(merge_cells)
    table["cells"] = cells.reindex(table.index)
    out = table.rename_axis("place").reset_index().assign(year=2026)
    out.attrs["units"] = UNITS
    told = {"planned_surplus_pct": plans, "variance_pct": plans, "backlog": plans, "owed": loans, "debt": loans, "sickness_absence": staff}
    out.attrs["tables"] = {name: frame["source"].iloc[0] for name, frame in told.items()}
    return out


def heads(populations: pd.DataFrame, kind: str = "registered", vintage: str = "2022-07", period: str = "2022-23") -> pd.Series:
    """People of each system: ``registered`` with a practice, or ``need-weighted`` (the allocation tool's final weighted population)."""
    measures = {"registered": "population_registered", "need-weighted": "population_weighted"}
    if kind not in measures:
        raise BasisError(f"People are counted as {' or '.join(measures)}, not as {kind!r}.")
    rows = populations[(populations["measure"] == measures[kind]) & (populations["place_type"] == "system") & (populations["period"] == period)]
    if rows.empty:
        raise BasisError(f"No {kind} people of systems are held for {period}. Held: {', '.join(sorted(set(populations['period'])))}.")
    return register.to_vintage(rows, vintage).set_index("place")["value"]


def scaled(positions: Positions, populations: pd.DataFrame, per: str = "registered", vintage: str = "2022-07") -> Positions:
    """Positions per ``registered`` or ``need-weighted`` head, or as they are for ``total``."""
    return positions if per == "total" else per_head(positions, heads(populations, per, vintage), per)
