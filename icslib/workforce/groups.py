"""Staff by group: what is published of each group's staff, joiners and leavers, and where they lead.

Each flow is a yearly share of staff. Leavers and the joiners that a source names (newly trained, from abroad) stand at the mean
of the years held;

    other joiners and all else = net growth + leavers - named joiners

so that together they make the net growth that was. That remainder carries how much the whole varied: flows move together (more
join where more leave), and the few years held cannot say how closely, so their sum is drawn and not each alone. Where no
leavers are published beside the stock, net growth is the one flow. Need starts at staff and the shortage published for the
group, else at staff and vacancies within a year, else at staff; it grows with the population at least and, at most, as the Long
Term Workforce Plan's need for all staff does, or as the group's own establishment did, its posts implied by vacancies and their
rate, if that is faster.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..results import Result
from ..tidy import cell_refs, merge_cells
from .flow import Projection, net_flow, project_workforce
from .gap import measure_gap
from .plan import beside, plan_growth

STOCKS = ("staff_in_post", "registrants")
NAMED = {"joiners_from_training": "newly trained", "joiners_from_abroad": "from abroad"}
FLOWS = ("leavers", "leaver_rate", "joiners", *NAMED, "joiners_from_abroad_share")
PLANNED = ("workforce_shortfall", "workforce_increase_planned", "workforce_growth_planned_pct")
OTHER, LEAVERS, REST = "adult social care", "leavers", "other joiners and all else"
LEAST = 3  # figures of a stock
YEAR = pd.Timedelta(days=366)
CALLED = {
    "medical": "hospital doctors", "registered nursing": "registered nurses", "registered nursing and "
                                                                              "midwifery": "nurses and midwives on the register"
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Groups(Result):
    """Published staff and flows by staff group.

    Attributes
    ----------
    stocks : DataFrame, index year, one column a group with three figures or more
    units : Series, index group
    rates : DataFrame, index year, one column a group: leavers as a percent of staff, printed or counted over the stock a year
    before
    figures : DataFrame
        Every figure used: observations with ``staff_group``, ``year`` (of the period's end) and ``cells``.
    coverage : DataFrame, index group
        ``staff``, ``leavers``, ``joiners``, ``newly trained``, ``from abroad``, ``published outlook`` (years held, in words),
        ``missing`` and ``cells``.
    """

    stocks: pd.DataFrame
    units: pd.Series
    rates: pd.DataFrame
    figures: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def yearly(self) -> pd.DataFrame:
        """The stocks with a figure for every year from their first to their last: those that can be tested more than a year
        ahead.
        """
        return self.stocks[[name for name in self.stocks if np.diff(self.stocks[name].dropna().index).max() == 1]]

    @property
    def finding(self) -> str:
        """How many groups have a history, and which of them named flows."""
        flowing = [CALLED.get(name, name) for name in self.stocks if name in self.rates]
        without = ", ".join(self.coverage.index.difference(self.stocks.columns))
        return (
            f"{self.stocks.shape[1]} staff groups have enough figures of their staff to be projected; leavers are held beside "
            f"them for {len(flowing)} "
            f"({', '.join(flowing)}), so the others are projected by net growth "
            f"alone.{f' Not projected: {without}.' if without else ''}"
        )

    def flows(self, name: str) -> pd.DataFrame:
        """The flows of a group, for :func:`.flow.project_workforce`; they add up to its net growth."""
        stock = self.stocks[name].dropna()
        net = net_flow(stock)
        if name not in self.rates:
            return net
        left = self.rates[name].dropna()
        joined = net["mean"].iloc[0] + left.mean()
        rows = {LEAVERS: {"mean": -left.mean(), "years": len(left)}}
        held = self.figures[self.figures["staff_group"] == name].sort_values("year").groupby("measure")
        for measure, called in NAMED.items():
            if measure in held.groups:
                part = held.get_group(measure).set_index("year")["value"]
                told = (100 * part / stock.rename(lambda year: year + 1)).dropna()
                rows[called] = {"mean": told.mean(), "years": len(told)}
            elif f"{measure}_share" in held.groups:
                rows[called] = {"mean": joined * held.get_group(f"{measure}_share")["value"].iloc[-1] / 100, "years": 1}
        named = pd.DataFrame(rows).T.assign(kind="share", sd=0.0)
        rest = net.rename(index={net.index[0]: REST}).assign(mean=joined - named["mean"].drop(LEAVERS).sum())
        return pd.concat([named.assign(changes=named["years"]), rest])[list(net)].rename_axis("flow")


def measure_groups(published: pd.DataFrame) -> Groups:
    """Staff, leavers and joiners by staff group.

    Parameters
    ----------
    published : observations
        With ``staff_group``, such as load('vacancies_national'): ``staff_in_post`` (FTE) or ``registrants``, ``leavers``,
        ``leaver_rate``, the kinds of ``joiners``, and the plan's figures. A year is that of the period's end.
    """
    held = published[published["measure"].isin([*STOCKS, *FLOWS, *PLANNED]) & ~published["staff_group"].isin(["all", OTHER])]
    held = held[~((held["measure"] == "staff_in_post") & (held["unit"] != "FTE"))]
    held = held.assign(year=held["end"].dt.year, cells=cell_refs(held)).reset_index(drop=True)
    stock = held[held["measure"].isin(STOCKS)]
    wide = stock.pivot_table(index="year", columns="staff_group", values="value", aggfunc="last")
    wide = wide.loc[:, wide.notna().sum() >= LEAST]
    wide.attrs["cells"] = tuple(stock["cells"])
    units = stock.groupby("staff_group")["unit"].first().reindex(wide.columns)
    rates = pd.DataFrame({name: _rates(held[held["staff_group"] == name], wide[name].dropna(), units[name]) for name in wide})
    return Groups(wide, units, rates.dropna(axis=1, how="all"), held, _cover(held, wide, rates))


def _rates(held: pd.DataFrame, stock: pd.Series, unit: str) -> pd.Series:
    """Leavers a year in percent of the stock a year before, and where they cannot be counted, as printed."""
    left = held[(held["measure"] == "leavers") & (held["unit"] == unit)].groupby("year")["value"].last()
    counted = 100 * left / stock.rename(lambda year: year + 1).reindex(left.index)
    return counted.dropna().combine_first(held[held["measure"] == "leaver_rate"].groupby("year")["value"].last()).astype(float)


def _cover(held: pd.DataFrame, stocks: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "staff": STOCKS, "leavers": ("leavers", "leaver_rate"), "joiners": ("joiners",),
        "newly trained": ("joiners_from_training",),
        "from abroad": ("joiners_from_abroad", "joiners_from_abroad_share"), "published outlook": PLANNED,
    }  # fmt: skip
    rows = {}
    for name, part in held.groupby("staff_group"):
        told = {label: _years(part.loc[part["measure"].isin(measures), "year"]) for label, measures in columns.items()}
        lacks = [label for label in list(columns)[:-1] if not told[label]]
        if name not in stocks:
            lacks[:0] = [] if "staff" in lacks else [f"staff of {LEAST} years"]
        elif name not in rates or rates[name].isna().all():
            lacks += ["leavers beside the staff they left"] if told["leavers"] else []
        rows[name] = told | {"missing": ", ".join(lacks), "cells": merge_cells(part["cells"])}
    table = pd.DataFrame(rows).T.rename_axis("staff group")
    return table.loc[sorted(table.index, key=lambda name: (name not in stocks, name))]


def _years(years: pd.Series) -> str:
    seen = sorted(set(years))
    if not seen:
        return ""
    span = f"{seen[0]} to {seen[-1]}" if len(seen) > 1 else str(seen[0])
    return span if len(seen) < 3 or seen[-1] - seen[0] == len(seen) - 1 else f"{span}, not every year"


def project_group(
    groups: Groups,
    published: pd.DataFrame,
    name: str,
    *,
    years: int = 10,
    widen: pd.Series | None = None,
    draws: int = 20_000,
) -> Projection:
    """Project a group's staff against need: as it went, with fewest leavers, as the plan expects, beside the shortfalls
    published for it.

    Parameters
    ----------
    groups : of :func:`measure_groups`
    published : the observations they were made of, with the plan's figures for all staff (``workforce_required`` and the like)
    years : ahead of the group's last figure; as many more as it takes to reach a shortfall published for it
    widen : factors of the fan by years ahead, such as ``back_test(groups.stocks).widen``; not used for a group whose figures
    are not yearly, as
        it cannot be among those tested further than a year ahead

    Raises
    ------
    NotIdentified
        For a group without three figures of its staff.
    """
    if name not in groups.stocks:
        known = ", ".join(groups.stocks)
        raise NotIdentified(
            f"{name!r} has no three figures of its staff. Choose one of: {known}; or put its figures where the others are."
        )
    stock, own = groups.stocks[name].dropna(), published[published["staff_group"] == name]
    start, staff = int(stock.index[-1]), float(stock.iloc[-1])
    shortfalls = beside(own)
    last = max([start + years, *shortfalls["year"]])
    short, behind = _shortage(own, groups.figures, staff)
    people = published[published["measure"] == "population_growth_expected"]
    more = people.iloc[0] if len(people) else None
    least = 0.0 if more is None else _yearly(1 + more["value"] / 100, more["end"].year - more["start"].year)
    most, told = max((plan_growth(published), "as the plan's need for all staff"), _establishment(published, name))
    used = groups.figures[groups.figures["staff_group"] == name]["cells"]
    return project_workforce(
        staff, staff + short, _scenarios(groups, published, name, start, staff), need_growth=(least, most), start=start,
        years=last - start, widen=widen if name in groups.yearly else None, draws=draws, published=shortfalls,
        unit=groups.units[name],
        name=CALLED.get(name, name), premise="" if short else f"as if none were short in {start}",
        needs=("as the population", told),
        cells=merge_cells([*used, *behind]),
    )  # fmt: skip


def _establishment(published: pd.DataFrame, name: str) -> tuple[float, str]:
    """Yearly growth of a group's posts, percent, between the first and the last day whose vacancies and rate imply them, and
    those years in words.
    """
    rows = published[(published["staff_group"] == name) & published["measure"].isin(["vacancies", "vacancy_rate"])]
    if rows["measure"].value_counts().min() < 2 or rows["measure"].nunique() < 2:
        return -np.inf, ""
    posts = measure_gap(rows).table.dropna(subset=["posts"]).set_index("day")["posts"]
    years = (posts.index[-1] - posts.index[0]).days / 365.25 if len(posts) else 0.0
    if years < 1:
        return -np.inf, ""
    return _yearly(posts.iloc[-1] / posts.iloc[0], years), f"as its posts grew {posts.index[0].year} to {posts.index[-1].year}"


def _yearly(ratio: float, years: float) -> float:
    """Percent a year that make `ratio` in so many years."""
    return float(100 * (ratio ** (1 / years) - 1))


def _shortage(own: pd.DataFrame, figures: pd.DataFrame, staff: float) -> tuple[float, list[str]]:
    """What is short at the start, and its cells: a published shortage, else vacancies, or a vacancy rate, within a year of the
    last stock.
    """
    stocks = figures[figures["measure"].isin(STOCKS) & figures["staff_group"].isin(own["staff_group"])]
    away = (own["end"] - stocks["end"].max()).abs()
    for measure, reach in (("workforce_shortage", pd.Timedelta.max), ("vacancies", YEAR), ("vacancy_rate", YEAR)):
        near = away[(own["measure"] == measure) & (away <= reach)]
        if len(near):
            row = own.loc[near.idxmin()]
            size = staff * row["value"] / (100 - row["value"]) if measure == "vacancy_rate" else row["value"]
            return float(size), list(cell_refs(own.loc[[near.idxmin()]]))
    return 0.0, []


def _scenarios(groups: Groups, published: pd.DataFrame, name: str, start: int, staff: float) -> dict[str, pd.DataFrame]:
    stock, flows = groups.stocks[name].dropna(), groups.flows(name)
    figure = published[published["staff_group"].isin([name, "all"])].set_index("measure")
    net = net_flow(stock, "growth the plan expects")
    told = {f"As it went {stock.index[0]} to {start}": flows}
    if LEAVERS in flows.index and groups.rates[name].count() > 1:
        told["With the fewest leavers held"] = _changed(flows, LEAVERS, mean=-groups.rates[name].min())
    if "newly trained" in flows.index and "training_places_growth_planned" in figure.index:
        more = figure.loc[["training_places_growth_planned"]].iloc[0]
        path = _path(1 + more["value"] / 100, more["end"].year - start)
        told["With training places as planned"] = _changed(flows, "newly trained", **path)
    if "from abroad" in flows.index and "joiners_from_abroad_share_planned" in figure.index:
        share = figure.loc[["joiners_from_abroad_share_planned"]].iloc[0]
        others = flows["mean"].drop([LEAVERS, "from abroad"]).sum()
        ratio = others * share["value"] / (100 - share["value"]) / flows.loc["from abroad", "mean"]
        told["With recruits from abroad as planned"] = _changed(flows, "from abroad", **_path(ratio, share["end"].year - start))
    if "workforce_growth_planned_pct" in figure.index:
        told["As the plan expects"] = net.assign(mean=figure.loc[["workforce_growth_planned_pct"], "value"].mean(), years=0)
    if "workforce_increase_planned" in figure.index:
        more = figure.loc[["workforce_increase_planned"]].iloc[0]
        told["As the plan expects"] = net.assign(mean=_yearly(1 + more["value"] / staff, more["end"].year - start), years=0)
    if len(told) == 1:
        told["With no net growth"] = net.rename(index={net.index[0]: "no net growth"}).assign(mean=0.0, years=0)
    return told


def _path(ratio: float, years: int) -> dict[str, float]:
    """Growth that reaches `ratio` times a flow's mean after `years`, and stays there."""
    return {"growth": _yearly(ratio, years), "until": years}


def _changed(flows: pd.DataFrame, flow: str, **values: float) -> pd.DataFrame:
    """The flows with other values for one of them."""
    out = flows.copy()
    for column, value in values.items():
        out.loc[flow, column] = value
    return out
