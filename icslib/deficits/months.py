"""The path through a year, and how far boards' straight line has missed.

Half-way through a year boards report the variance to date and the eye doubles it. The straight
line ``to date x 12 / month`` is compared with what the year came to wherever both are published,
beside the plainer guess that nothing more is lost. A few years give a range, not an interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..numbers import write_money
from ..results import Result
from ..tidy import merge_cells

GUESSES = ("straight_line", "no_more")


@dataclass(frozen=True, eq=False)
class MonthPath(Result):
    """Variances to date, the two guesses made from them, and their errors where the year is closed.

    Attributes
    ----------
    table : DataFrame, one row per place, year, month and printed figure
        ``to_date``, ``straight_line``, ``no_more``, ``outturn`` (NaN where not published),
        ``error_straight_line`` and ``error_no_more`` (guess minus outturn: negative means too gloomy); GBP m.
        ``cells:to_date`` and ``cells:outturn`` where the figures given came with ``cells``.
    errors : DataFrame, index guess
        ``figures``, ``years``, ``mean``, ``mean_absolute``, ``lowest``, ``highest``.
    """

    table: pd.DataFrame
    errors: pd.DataFrame
    unit: str = "GBP m"

    @property
    def finding(self) -> str:
        """How far the straight line missed, beside the plainer guess."""
        line, still = self.errors.loc["straight_line"], self.errors.loc["no_more"]
        if not line["figures"]:
            return f"{len(self.table)} figures to date, none of a year whose outturn we hold: the straight line cannot be judged."
        side = f"too {'gloomy' if line['mean'] < 0 else 'hopeful'}"
        way = (
            f"every time {side}"
            if line["lowest"] * line["highest"] > 0
            else f"{side} by {write_money(abs(line['mean']))} on balance"
        )
        return (
            f"Over {line['figures']:.0f} mid-year figures of {line['years']:.0f} closed years the straight line missed by "
            f"{write_money(line['mean_absolute'])} on average, {way}; "
            f"expecting nothing more to be lost missed by {write_money(still['mean_absolute'])}. "
            f"{line['years']:.0f} years give a range, not an interval."
        )


def month_path(to_date: pd.DataFrame, outturn: pd.DataFrame | None = None) -> MonthPath:
    """Extrapolate each variance to date by the straight line and judge it where the year has closed.

    Parameters
    ----------
    to_date : DataFrame
        ``place``, ``fy``, ``month`` (1 April to 12 March), ``value`` (GBP m, adverse negative); other columns are kept.
    outturn : DataFrame
        ``place``, ``fy``, ``value``: the same variance for the whole year; one row a place and year.

    >>> path = pd.DataFrame({"place": ["E"], "fy": [2023], "month": [6], "value": [-650.0]})
    >>> end = pd.DataFrame({"place": ["E"], "fy": [2023], "value": [-530.0]})
    >>> month_path(path, end).table[["straight_line", "error_straight_line"]].values.tolist()
    [[-1300.0, -770.0]]
    """
    wrong = to_date.loc[~to_date["month"].between(1, 12), "month"]
    if len(wrong):
        raise BasisError(f"Months of a financial year run from 1 (April) to 12 (March); {sorted(set(wrong))} seen.")
    ends = pd.DataFrame(columns=["place", "fy", "value"]) if outturn is None else outturn
    ends = ends[[name for name in ("place", "fy", "value", "cells") if name in ends]]
    if ends.duplicated(["place", "fy"]).any():
        both = ends[ends.duplicated(["place", "fy"], keep=False)]
        raise BasisError(
            f"{both['place'].iloc[0]} {both['fy'].iloc[0]} has two outturns: {both['value'].tolist()}. Choose one source."
        )
    ends = ends.rename(columns={"value": "outturn", "cells": "cells:outturn"}).astype({"outturn": float})
    table = to_date.rename(columns={"value": "to_date", "cells": "cells:to_date"}).merge(ends, on=["place", "fy"], how="left")
    table["straight_line"], table["no_more"] = table["to_date"] * 12 / table["month"], table["to_date"]
    for guess in GUESSES:
        table[f"error_{guess}"] = table[guess] - table["outturn"]
    table = table.sort_values(["place", "fy", "month"]).reset_index(drop=True)
    closed = table.dropna(subset="outturn")
    missed = closed[[f"error_{guess}" for guess in GUESSES]].set_axis(list(GUESSES), axis=1)
    counts = {"figures": len(closed), "years": len(closed[["place", "fy"]].drop_duplicates())}
    errors = missed.agg(["mean", "min", "max"]).T.rename(columns={"min": "lowest", "max": "highest"})
    return MonthPath(table, errors.assign(mean_absolute=missed.abs().mean(), **counts))


def months_to_date(named: pd.DataFrame) -> pd.DataFrame:
    """Systems' variances to date among named positions, with their month read from the period's last day."""
    rows = named.query("kind == 'year to date' and what == 'variance from plan' and scope == 'system'").copy()
    rows["month"] = (pd.to_datetime(rows["end"]).dt.month - 4) % 12 + 1
    exact = rows["period"].astype(str).str.fullmatch(r"\d{4}-\d{2} M\d{1,2}")
    return rows[exact].reset_index(drop=True)


def year_end_variance(named: pd.DataFrame, plan_from: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Systems' variance of the whole year from plan: as printed, or outturn less plan where only those are.

    Parameters
    ----------
    named : positions with their bases, from :func:`~icslib.deficits.basis.name_bases`
    plan_from : period to publisher, for a year whose plan is printed with two values

    Returns
    -------
    DataFrame
        ``place``, ``fy``, ``period``, ``value`` (GBP m, adverse negative), ``how`` (which figures, on which bases), ``cells``.

    Raises
    ------
    BasisError
        When a year's plan or outturn has two values and no publisher was named: nothing is chosen silently.
    """
    rows = named[(named["scope"] == "system") & named["period"].astype(str).str.fullmatch(r"\d{4}-\d{2}")]
    out = []
    for (place, fy, period), year in rows.groupby(["place", "fy", "period"]):
        printed = year.query("what == 'variance from plan' and kind == 'outturn'")
        known = year.query("what == 'position' and support != 'before'")
        ends, plans = (known[known["kind"] == kind] for kind in ("outturn", "plan"))
        if plan_from and period in plan_from:
            plans = plans[plans["publisher"] == plan_from[period]]
        if len(printed):
            value, how, used = _single(printed, period), "as printed", printed
        elif len(ends) and len(plans):
            value = _single(ends, period) - _single(plans, period)
            how = f"outturn (support {ends['support'].iloc[0]}) less plan (support {plans['support'].iloc[0]})"
            used = pd.concat([ends, plans])
        else:
            continue
        out.append({"place": place, "fy": fy, "period": period, "value": value, "how": how, "cells": merge_cells(used["cells"])})
    return pd.DataFrame(out, columns=["place", "fy", "period", "value", "how", "cells"])


def _single(rows: pd.DataFrame, period: str) -> float:
    values = rows["value"].unique()
    if len(values) != 1:
        kind = rows["kind"].iloc[0]
        told = ", ".join(f"{v:g} ({p})" for v, p in zip(rows["value"], rows.get("publisher", rows["source"]), strict=True))
        raise BasisError(f"The {kind} of {period} is printed as {told}. Name the publisher meant: plan_from={{{period!r}: ...}}.")
    return float(values[0])
