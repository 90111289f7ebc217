"""The gap, reconciled: vacancies, posts, staff in post and cover, each on a named series and edition.

The NHS vacancy collection counts posts not filled on the last day of a quarter. Adverts and ESR vacancies are other things and
are never joined to it. A count and a rate are put together only when the same page printed both; they imply

    posts = vacancies / rate          staff in post = posts - vacancies

and, since both were rounded, an interval for each. A figure printed again later with another value is a restatement: both
editions stay, and the later one is used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..numbers import write_number
from ..results import Result
from ..tidy import cell_refs, merge_cells

SERIES = "NHS vacancy collection"
HELD = ("vacancies", "vacancy_rate", "temporary_workforce")
BOUNDS = {"at least": "lower", "at most": "upper"}


@dataclass(frozen=True, eq=False)
class Gap(Result):
    """Vacancies by staff group through time, in whole-time equivalents and percent.

    Attributes
    ----------
    table : DataFrame, sorted by ``staff_group`` and ``day``
        One row a group and day, latest edition: ``series``, ``staff_group``, ``day``, ``vacancies``, ``rate``, ``posts``,
        ``posts_low``, ``posts_high``, ``in_post``, ``temporary``, ``covered`` (temporary over vacancies, percent),
        ``qualifier`` (``at least``, ``about``), ``editions`` (how many hold it), ``cells``.
    editions : DataFrame
        Every printing: ``staff_group``, ``day``, ``measure``, ``value``, ``rounding``, ``publisher``, ``published``,
        ``qualifier``, ``used``, ``cells``.
    coverage : DataFrame, index ``staff_group``, one column a quarter
        ``count and rate``, ``count``, ``rate`` or ``""``; the cells are those of ``editions``.
    """

    table: pd.DataFrame
    editions: pd.DataFrame
    coverage: pd.DataFrame
    unit: str = "FTE"
    place: str = "E92000001"

    @property
    def facts(self) -> pd.DataFrame:
        """Every printed figure beside ours of the same group and day: ``theirs``, ``ours``, ``apart``, ``stands``."""
        names = {"vacancies": "vacancies", "vacancy_rate": "rate", "temporary_workforce": "temporary"}
        held = self.table.melt(["staff_group", "day"], list(names.values()), "name", "ours")
        rows = self.editions.assign(name=self.editions["measure"].map(names)).merge(held, on=["staff_group", "day", "name"])
        rows["apart"] = rows["ours"] - rows["value"]
        near, bound = rows["apart"].abs() <= rows["rounding"] / 2, rows["qualifier"] != ""
        rows["stands"] = np.select(
            [rows["used"] & ~bound, bound & rows["used"], near], ["ours", "ours, a bound or rounded", "agrees"], "restated since"
        )
        front = ["staff_group", "day", "measure", "publisher", "published", "qualifier"]
        return rows.rename(columns={"value": "theirs"})[[*front, "theirs", "ours", "apart", "stands", "doubt", "cells"]]

    @property
    def finding(self) -> str:
        """The highest total held, with its rate, and the largest single group's highest and latest figure."""
        said = []
        for group in self.coverage.index[:2]:
            rows = self.table[(self.table["staff_group"] == group) & self.table["vacancies"].notna()]
            if rows.empty:
                continue
            top, last = rows.loc[rows["vacancies"].idxmax()], rows.iloc[-1]
            rate = f"{write_number(top['rate'], 'percent')}" if np.isfinite(top["rate"]) else ""
            count, when = write_number(top["vacancies"], places=0), f"at the end of {top['day']:%B %Y}"
            if group == "all":
                of = f", {rate} of all posts" if rate else ""
                most = f", the most in the {len(rows)} quarters we hold" if len(rows) > 1 else ""
                said.append(f"{count} NHS posts were vacant {when}{of}{most}.")
            else:
                later = f"{last['qualifier']} {write_number(last['vacancies'], places=0)}".strip()
                since = f"; {later} at the end of {last['day']:%B %Y}" if last["day"] > top["day"] else ""
                count = f"{top['qualifier']} {count}".strip()
                most = ", the highest count held" if len(rows) > 1 else ""
                said.append(f"{group.capitalize()}: {count}{f' ({rate})' if rate else ''} {when}{most}{since}.")
        return " ".join(said)


def measure_gap(vacancies: pd.DataFrame, place: str = "E92000001") -> Gap:
    """Put published vacancies, rates and temporary cover of one place together, by staff group and day.

    Parameters
    ----------
    vacancies : observations
        Measures ``vacancies`` and ``temporary_workforce`` (FTE) and ``vacancy_rate`` (percent), with ``staff_group``; where
        there, ``rounding``, ``publisher``, ``address``, ``published`` and ``flag`` are used. All of one series.
    place : code of the place

    Raises
    ------
    BasisError
        When the figures are not outturn, or of another series (a column ``series`` with several values).
    """
    held = vacancies[(vacancies["place"] == place) & vacancies["measure"].isin(HELD)].copy()
    if held.empty:
        raise BasisError(f"No vacancies of {place}: give observations of {', '.join(HELD)}, such as load('vacancies_national').")
    if "series" in held and held["series"].nunique() > 1:
        raise BasisError(
            f"These vacancies are of {sorted(held['series'].unique())}. Stock, adverts and ESR are different things: choose one."
        )
    if set(held["basis"]) != {"outturn"}:
        raise BasisError(f"Vacancies on the bases {sorted(set(held['basis']))} cannot be one series. Keep outturn.")
    defaults = {"rounding": 0.0, "publisher": "", "address": "", "published": "", "doubt": ""}
    held = held.assign(**{name: value for name, value in defaults.items() if name not in held})
    held["day"], held["cells"] = pd.to_datetime(held["end"]), cell_refs(held)
    held["qualifier"] = held["flag"].where(held["flag"].isin([*BOUNDS, "about", "nearly"]), "")
    held["exact"] = held["qualifier"] == ""
    held = held.sort_values(["staff_group", "day", "measure", "exact", "published", "row"])
    key = ["staff_group", "day", "measure"]
    held["used"] = ~held.duplicated(key, keep="last")
    columns = [*key, "value", "rounding", "publisher", "published", "qualifier", "doubt", "used", "cells"]
    return Gap(_combine(held), held[columns].reset_index(drop=True), _cover(held), place=place)


def _combine(held: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (group, day), part in held.groupby(["staff_group", "day"], sort=True):
        used = part[part["used"]].set_index("measure")
        count, rate, cover = (float(used["value"].get(name, np.nan)) for name in HELD)
        posts = _posts(part)
        told = {"series": SERIES, "staff_group": group, "day": day, "vacancies": count, "rate": rate}
        told |= dict(zip(["posts", "posts_low", "posts_high", "in_post"], posts, strict=True))
        told |= {"temporary": cover, "covered": 100 * cover / count, "qualifier": used["qualifier"].get("vacancies", "")}
        rows.append(told | {"editions": part["address"].nunique(), "cells": merge_cells(used["cells"])})
    return pd.DataFrame(rows)


def _posts(part: pd.DataFrame) -> tuple[float, float, float, float]:
    """Posts implied by the count and rate that one page printed together, both exact, the interval their rounding leaves, and
    staff in post.
    """
    for _, page in part[part["exact"]].groupby("address", sort=False):
        found = page.set_index("measure")
        if {"vacancies", "vacancy_rate"} <= set(found.index):
            (count, whole), (rate, tenth) = (found.loc[name, ["value", "rounding"]] for name in ("vacancies", "vacancy_rate"))
            posts, low, high = (100 * (count + way * whole / 2) / (rate - way * tenth / 2) for way in (0, -1, 1))
            return posts, low, high, posts - count
    return (np.nan,) * 4


def _cover(held: pd.DataFrame) -> pd.DataFrame:
    """What is held of each group and quarter, from the first quarter to the last, groups with most first."""
    main = held[held["measure"].isin(HELD[:2])]
    quarters = pd.period_range(main["day"].min(), main["day"].max(), freq="Q")
    words = {("vacancies",): "count", ("vacancy_rate",): "rate", ("vacancies", "vacancy_rate"): "count and rate"}
    seen = main.groupby(["staff_group", main["day"].dt.to_period("Q")])["measure"].agg(lambda m: words[tuple(sorted(set(m)))])
    grid = seen.unstack().reindex(columns=quarters).astype(object).fillna("")
    order = (grid != "").sum(axis=1).sort_values(ascending=False, kind="stable").index
    grid = grid.loc[sorted(order, key=lambda group: (group != "all", -int((grid.loc[group] != "").sum())))]
    grid.columns = [f"{quarter.end_time:%Y-%m}" for quarter in quarters]
    return grid
