"""What was owed before systems began: loans of trusts, rolled up to the systems they now lie in.

Loans are counted as positions: a debt is negative. Whatever the register cannot place is kept as its own row, so
that systems always add up to the loan rows' own total for each year and kind of loan.
"""

import pandas as pd

from .. import paths, register
from ..errors import BasisError
from ..tidy import cell_refs, merge_cells

UNPLACED = "not placed"
KEY = ["period", "loan_type"]


def inherited_debt(loans: pd.DataFrame, to: str = "system", vintage: str = "2022-07") -> pd.DataFrame:
    """Closing loan balances of each place, as positions (GBP m, a debt negative).

    Parameters
    ----------
    loans : observations of ``load("loans")``
    to : "system", or "trust" for the trusts of `vintage`

    Returns
    -------
    DataFrame
        ``place``, ``period`` (31 March), ``loan_type``, ``value``, ``cells``. For each period and kind the values add up to
        minus the sum of the loan rows; what lies in no place is under ``not placed``.

    Raises
    ------
    BasisError
        When places and loan rows do not add up.
    """
    rows = loans[(loans["measure"] == "loan_closing") & (loans["place_type"] == "trust")]
    if rows.empty:
        raise BasisError("There are no closing balances of trusts among these loans. Load the table 'loans'.")
    loaned = rows.assign(cells=cell_refs(rows)).groupby(["place", *KEY])
    rows = rows.drop_duplicates(["place", *KEY]).set_index(["place", *KEY])
    rows = rows.assign(value=loaned["value"].sum(), cells=loaned["cells"].agg(merge_cells)).reset_index()
    moved = register.roll_up(apart(rows), to, vintage) if to == "system" else register.to_vintage(apart(rows), vintage, missing="zero")
    held = moved.groupby(["place", *KEY], as_index=False).agg(value=("value", "sum"), cells=("cells", merge_cells))
    whole = rows.groupby(KEY)["value"].sum()
    rest = whole - held.groupby(KEY)["value"].sum().reindex(whole.index, fill_value=0.0)
    lost = rest[rest.abs() > 1e-6].rename("value").reset_index().assign(place=UNPLACED)
    if (lost["value"] < 0).any():
        raise BasisError(f"Places hold more than was lent: {lost[lost['value'] < 0].to_dict('records')}. The register counts a trust twice.")
    missing = rows[rows["place"].isin(moved.attrs.get("left_out", ()))]
    lost["cells"] = [merge_cells(missing.loc[(missing["period"] == p) & (missing["loan_type"] == k), "cells"]) for p, k in lost[KEY].to_numpy()]
    out = pd.concat([held, lost[held.columns]], ignore_index=True)
    return out.assign(value=-out["value"]).sort_values([*KEY, "place"]).reset_index(drop=True)


def apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Each place's figures as a measure of their own, named by its code, to be moved one by one.

    Loans of a trust under its old code and of its successor in the same list are different loans, not one counted twice.
    """
    return rows.assign(measure=rows["place"]).drop(columns=[name for name in ("name",) if name in rows])


def homes_of(rows: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """The system of each place in `rows` (observations, one row a place): ``trust``, ``place`` and ``share``, more than one row where a boundary cuts."""
    moved = register.roll_up(apart(rows.assign(value=1.0, unit="count", lower=float("nan"), upper=float("nan"))), "system", vintage)
    return moved.rename(columns={"measure": "trust", "value": "share"})[["trust", "place", "share"]]


def loan_totals(loans: pd.DataFrame) -> pd.DataFrame:
    """The sum of the loan rows beside the printed headline of the same year and kind, with the reason where they part.

    Returns
    -------
    DataFrame
        ``period``, ``loan_type``, ``measure``, ``rows`` (sum), ``printed`` (NaN where no headline is held), ``difference``, ``reason``.
    """
    kept = loans[loans["measure"].isin(["loan_closing", "loan_opening"])].copy()
    kept["day"] = pd.to_datetime(kept["end"]) + pd.to_timedelta((kept["measure"] == "loan_opening").map({True: -1, False: 0}), unit="D")
    kept["period"] = kept["day"].dt.date.astype(str)
    by = ["period", "loan_type", "measure"]
    rows = kept[kept["place_type"] == "trust"].groupby(by)["value"].sum().rename("rows").reset_index()
    printed = kept[kept["place_type"] == "england"].groupby(KEY)["value"].first().rename("printed").reset_index()
    table = rows.merge(printed, on=KEY, how="left")
    table["difference"] = table["printed"] - table["rows"]
    table["measure"] = table["measure"].map({"loan_closing": "closing balance", "loan_opening": "opening balance"})
    reasons = pd.read_csv(paths.raw("reference", "loan_total_reasons.csv"))
    table = table.merge(reasons, on=KEY, how="left").fillna({"reason": ""})
    agrees = table["difference"].abs() < 0.0005
    table.loc[agrees, "reason"] = "the headline is the sum of the rows"
    table.loc[table["printed"].isna(), "reason"] = "no headline is held"
    unexplained = table[(table["reason"] == "") & table["printed"].notna()]
    if len(unexplained):
        row = unexplained.iloc[0]
        raise BasisError(
            f"The headline for {row['loan_type']} at {row['period']} is {row['printed']:g}, its rows sum to {row['rows']:g}, and no "
            "reason is written in data/raw/reference/loan_total_reasons.csv."
        )
    return table


def planned_by_system(plans: pd.DataFrame, size: pd.Series, vintage: str = "2022-07", measure: str = "surplus_pct") -> pd.DataFrame:
    """Planned positions of trusts (per cent of turnover) as means of their systems, weighted by the trusts' size.

    Parameters
    ----------
    plans : observations of ``load("provider_plans")``
    size : Series, index trust code
        What the mean is weighted by. Turnover by trust is not in our files: staff days available stand in for it.

    Returns
    -------
    DataFrame, index ``place``
        ``value`` (per cent, deficit negative), ``trusts``, ``zeros`` (trusts planning exactly zero), ``cells``.
    """
    rows = plans[plans["measure"] == measure]
    lost = sorted(set(rows["place"]) - set(size.dropna().index))
    if lost:
        raise BasisError(f"{len(lost)} trusts with a plan have no size to be weighted by: {', '.join(lost[:5])}. Leave them out, or give one.")
    homes = homes_of(rows, vintage)
    trusts = rows.set_index("place")
    homes["value"], homes["size"] = homes["trust"].map(trusts["value"]), homes["trust"].map(size) * homes["share"]
    homes["weighted"] = homes["value"] * homes["size"]
    homes["cell"] = homes["trust"].map(cell_refs(rows).set_axis(rows["place"]))
    by = homes.groupby("place")
    out = by.agg(trusts=("trust", "size"), zeros=("value", lambda values: int((values == 0).sum())), cells=("cell", merge_cells))
    out.insert(0, "value", by["weighted"].sum() / by["size"].sum())
    return out
