"""What was owed before systems began: loans of trusts, rolled up to the systems they now lie in.

Loans are counted as positions: a debt is negative. Whatever the register cannot place is kept as its own row, so
that systems always add up to the loan rows' own total for each year and kind of loan.
"""

from dataclasses import dataclass

import pandas as pd

from .. import paths, register
from ..errors import BasisError
from ..numbers import write_money
from ..results import Result
from ..tidy import cell_refs, merge_cells
from .basis import Basis, Positions
from .people import heads, scaled

UNPLACED, REVENUE = "not placed", "interim revenue support"
KEY = ["period", "loan_type"]
BORROWED = {  # what the columns of a panel of borrowing are called; changes inside systems
    "borrowed": "yearly borrowing to meet deficits",
    "backlog": "a growing maintenance backlog two years before",
    "sickness_absence": "rising sickness in acute trusts",
    "share_most_deprived": "a rising share of people in deprived areas",
    "share_aged_60_plus": "a rising share of people aged 60 and over",
}
LAG = 2  # years by which the backlog comes before the borrowing
WORDS = {"loan_closing": "closing balance", "loan_opening": "opening balance"}


def balances(loans: pd.DataFrame) -> pd.DataFrame:
    """Opening and closing balances with the day they stand for as ``period``: an opening one is that of the evening before."""
    kept = loans[loans["measure"].isin(WORDS)]
    day = pd.to_datetime(kept["end"]) - pd.to_timedelta((kept["measure"] == "loan_opening").astype(int), unit="D")
    return kept.assign(start=day, end=day, period=day.dt.date.astype(str))


def inherited_debt(loans: pd.DataFrame, to: str = "system", vintage: str = "2022-07", openings: bool = False) -> pd.DataFrame:
    """Loan balances of each place, as positions (GBP m, a debt negative).

    Parameters
    ----------
    loans : observations of ``load("loans")``
    to : "system", or "trust" for the trusts of `vintage`
    openings : also the opening balances of a year, for days and kinds of which no closing balance is held

    Returns
    -------
    DataFrame
        ``place``, ``period`` (31 March), ``loan_type``, ``value``, ``apportioned`` (share of it that a divided place gave),
        ``cells``. For each period and kind the values add up to
        minus the sum of the loan rows; what lies in no place is under ``not placed``.

    Raises
    ------
    BasisError
        When places and loan rows do not add up.
    """
    rows = balances(loans[loans["place_type"] == "trust"])
    closing = rows["measure"] == "loan_closing"
    if not closing.any():
        raise BasisError("There are no closing balances of trusts among these loans. Load the table 'loans'.")
    extra = ~closing & ~pd.MultiIndex.from_frame(rows[KEY]).isin(pd.MultiIndex.from_frame(rows.loc[closing, KEY]))
    rows = rows[closing | extra] if openings else rows[closing]
    loaned = rows.assign(cells=cell_refs(rows)).groupby(["place", *KEY])
    rows = rows.drop_duplicates(["place", *KEY]).set_index(["place", *KEY])
    rows = rows.assign(value=loaned["value"].sum(), cells=loaned["cells"].agg(merge_cells)).reset_index()
    moved = (
        register.roll_up(apart(rows), to, vintage)
        if to == "system"
        else register.to_vintage(apart(rows), vintage, missing="zero")
    )
    moved = moved.assign(apportioned=moved["value"] * moved["apportioned"])
    held = moved.groupby(["place", *KEY], as_index=False).agg(
        value=("value", "sum"), apportioned=("apportioned", "sum"), cells=("cells", merge_cells)
    )
    held["apportioned"] = (held["apportioned"] / held["value"]).fillna(0.0)
    whole = rows.groupby(KEY)["value"].sum()
    rest = whole - held.groupby(KEY)["value"].sum().reindex(whole.index, fill_value=0.0)
    lost = rest[rest.abs() > 1e-6].rename("value").reset_index().assign(place=UNPLACED, apportioned=0.0)
    if (lost["value"] < 0).any():
        raise BasisError(
            f"Places hold more than was lent: {lost[lost['value'] < 0].to_dict('records')}. The register counts a trust twice."
        )
    missing = rows[rows["place"].isin(moved.attrs.get("left_out", ()))]
    lost["cells"] = [
        merge_cells(missing.loc[(missing["period"] == p) & (missing["loan_type"] == k), "cells"]) for p, k in lost[KEY].to_numpy()
    ]
    out = pd.concat([held, lost[held.columns]], ignore_index=True)
    return out.assign(value=-out["value"]).sort_values([*KEY, "place"]).reset_index(drop=True)


def apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Each place's figures as a measure of their own, named by its code, to be moved one by one.

    Loans of a trust under its old code and of its successor in the same list are different loans, not one counted twice.
    """
    return rows.assign(measure=rows["place"]).drop(columns=[name for name in ("name",) if name in rows])


def owed(
    debts: pd.DataFrame, places: pd.Index | list[str], day: str = "2019-03-31", kinds: tuple[str, ...] = (REVENUE,)
) -> Positions:
    """What each place owed on one day, as positions (GBP m, a debt negative), with the cells of its loans; a place without a
    listed loan owed nothing.

    Parameters
    ----------
    debts : from :func:`inherited_debt`
    places : every place that could have borrowed
    kinds : kinds of loan; revenue support is the one that met deficits, the others paid for buildings and cash
    """
    rows = debts[(debts["period"] == day) & debts["loan_type"].isin(kinds) & (debts["place"] != UNPLACED)]
    if rows.empty:
        held = debts[["period", "loan_type"]].drop_duplicates().to_numpy().tolist()
        raise BasisError(f"No loans of kind {kinds} are held for {day}. Held: {held}.")
    values = rows.groupby("place")["value"].sum().reindex(places, fill_value=0.0)
    basis = Basis("outturn", "trust loans", "none", what="debt")
    return Positions(values, basis, day, merge_cells(rows["cells"]), rows.groupby("place")["cells"].agg(merge_cells))


def debt_panel(
    debts: pd.DataFrame,
    places: pd.Index | list[str],
    populations: pd.DataFrame,
    per: str = "registered",
    vintage: str = "2022-07",
) -> pd.DataFrame:
    """What each place owed on each day we know, as a panel: ``place``, ``year`` (of the March), ``debt`` (a size, not
    negative), GBP per head or GBP m.
    """
    days = sorted(debts.loc[debts["loan_type"] == REVENUE, "period"].unique())
    known = [scaled(owed(debts, places, day), populations, per, vintage) for day in days]
    panel = pd.concat(
        [pd.DataFrame({"place": p.values.index, "year": int(p.period[:4]), "debt": -p.values.to_numpy()}) for p in known],
        ignore_index=True,
    )
    panel.attrs["units"] = {"debt": known[0].basis.unit}
    panel.attrs["cells"] = {(place, int(p.period[:4]), "debt"): refs for p in known for place, refs in p.cells_of.items()}
    return panel


def borrowing_panel(
    debts: pd.DataFrame,
    estates: pd.DataFrame,
    pressures: pd.DataFrame,
    populations: pd.DataFrame,
    vintage: str = "2022-07",
) -> pd.DataFrame:
    """What each system borrowed in a year to meet deficits, the one record of deficits by system and year that we hold.

    Parameters
    ----------
    debts : from :func:`inherited_debt`, with ``openings=True``, so that every March is there
    estates : panel of the parts of the maintenance backlog (columns ``backlog_...``, GBP m)
    pressures : panel with ``acute_days_sick`` (per 10,000 people), ``acute_staff_days`` (per 100 people) and what else may go
    with borrowing

    Returns
    -------
    DataFrame
        ``place``, ``year``, ``borrowed`` (revenue support loans at the year's end less those at its start, GBP per registered
        head; more debt is positive), ``backlog`` (GBP per registered head, two years before), ``sickness_absence`` (per cent of
        days, acute trusts), the other measures of `pressures`. People are those of one year, so a change is never one of people.
    """
    people = heads(populations, vintage=vintage)
    debt = debt_panel(debts, people.index, populations, vintage=vintage)
    known, owing = debt.pivot(index="place", columns="year", values="debt"), debt.attrs["cells"]
    years = [year for year in known if year - 1 in known]
    if not years:
        raise BasisError(
            f"Debts are held for {list(known)}: no two years running, so what was borrowed in a year is not known. Ask for "
            "openings=True."
        )
    borrowed = known.diff(axis=1)[years].stack().rename("borrowed").reset_index()
    parts = [name for name in estates if name.startswith("backlog_")]
    worth = estates[parts].sum(axis=1, skipna=False) * 1e6 / estates["place"].map(people)
    before = estates[["place"]].assign(year=estates["year"] + LAG, backlog=worth)
    beside = pressures.assign(sickness_absence=pressures["acute_days_sick"] / pressures["acute_staff_days"])
    panel = borrowed.merge(before, on=["place", "year"], how="left").merge(beside, on=["place", "year"], how="left")
    held, told = pressures.attrs, estates.attrs
    units = {"borrowed": debt.attrs["units"]["debt"], "backlog": debt.attrs["units"]["debt"], "sickness_absence": "percent"}
    shares = debts.assign(year=debts["period"].str[:4].astype(int))[["place", "year", "apportioned"]].query("apportioned > 0")
    given, moved = (attrs.get("apportioned", {}) for attrs in (told, held))
    own = {
        "borrowed": shares.groupby(["place", "year"])["apportioned"].max().to_dict(),
        "backlog": given.get(parts[0], {}),
        "sickness_absence": moved.get("acute_days_sick", {}),
    }
    printed, of = held.get("cells", {}), people.attrs["cells"]
    cells = {
        (place, year, "borrowed"): merge_cells(owing.get((place, at, "debt"), ()) for at in (year, year - 1))
        for place in people.index
        for year in years
    }
    for place in people.index:
        for year in estates["year"].unique():
            both = (told.get("cells", {}).get((place, year, name), ()) for name in parts)
            cells[place, year + LAG, "backlog"] = merge_cells((*both, of.get(place, ())))
        for year in pressures["year"].unique():
            both = (printed.get((place, year, name), ()) for name in ("acute_days_sick", "acute_staff_days"))
            cells[place, year, "sickness_absence"] = merge_cells(both)
    panel.attrs |= {
        "units": {**held.get("units", {}), **units},
        "names": BORROWED,
        "apportioned": {**moved, **own},
        "cells": {**printed, **cells},
    }
    return panel


@dataclass(frozen=True, eq=False)
class LoanTotals(Result):
    """Sums of loan rows beside the printed headlines.

    Attributes
    ----------
    table : DataFrame
        ``period``, ``loan_type``, ``measure``, ``rows`` (sum, GBP m), ``printed`` (NaN where no headline is held),
        ``difference``, ``reason``, ``cells:rows``, ``cells:printed``.
    """

    table: pd.DataFrame
    unit: str = "GBP m"

    @property
    def finding(self) -> str:
        """How many headlines agree with their rows, and by how much the widest does not."""
        held = self.table.dropna(subset="printed")
        wide = held[held["difference"].abs() >= 0.0005]
        words = f"{len(held) - len(wide)} of {len(held)} printed headlines are the sum of their loan rows"
        if wide.empty:
            return words + "."
        row = wide.loc[wide["difference"].abs().idxmax()]
        return (
            f"{words}; that of {row['period']} is {write_money(abs(row['difference']))} "
            f"{'below' if row['difference'] < 0 else 'above'} its own."
        )


def loan_totals(loans: pd.DataFrame) -> LoanTotals:
    """The sum of the loan rows beside the printed headline of the same year and kind, with the reason where they part.

    Raises
    ------
    BasisError
        When they part and no reason is written.
    """
    kept = balances(loans)
    kept = kept.assign(cells=cell_refs(kept))
    rows, printed = (kept[kept["place_type"] == kind] for kind in ("trust", "england"))
    rows = rows.groupby([*KEY, "measure"], as_index=False).agg(rows=("value", "sum"), refs=("cells", merge_cells))
    headlines = printed.groupby(KEY, as_index=False).agg(printed=("value", "first"), told=("cells", merge_cells))
    table = rows.merge(headlines, on=KEY, how="left")
    table["difference"] = table["printed"] - table["rows"]
    table["measure"] = table["measure"].map(WORDS)
    reasons = pd.read_csv(paths.raw("reference", "loan_total_reasons.csv"))
    table = table.merge(reasons, on=KEY, how="left").fillna({"reason": ""})
    table.loc[table["difference"].abs() < 0.0005, "reason"] = "the headline is the sum of the rows"
    table.loc[table["printed"].isna(), "reason"] = "no headline is held"
    unexplained = table[table["reason"] == ""]
    if len(unexplained):
        row = unexplained.iloc[0]
        raise BasisError(
            f"The headline for {row['loan_type']} at {row['period']} is {row['printed']:g}, its rows sum to {row['rows']:g}, "
            "and no "
            "reason is written in data/raw/reference/loan_total_reasons.csv."
        )
    return LoanTotals(table.rename(columns={"refs": "cells:rows", "told": "cells:printed"}))
