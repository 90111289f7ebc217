"""Nothing counted twice: a predecessor beside its successor, a total beside its parts, two codes of one body."""

import pandas as pd

from ..errors import PlaceError
from .facts import BEGAN, OPEN, canonical, table

NOT_KEYS = {
    "place",
    "place_type",
    "start",
    "end",
    "value",
    "lower",
    "upper",
    "flag",
    "sheet",
    "row",
    "column",
    "cells",
    "apportioned",
}


def check_overlap(frame: pd.DataFrame, parts: bool = True, drawn: bool = False) -> pd.DataFrame:
    """Return `frame` (observations, or a panel with ``place`` and ``year``) if no body is in it twice.

    Rows are compared within one measure, period, unit, basis and source. Two places of which
    one became the other are refused if they never lived at one time, or if the older had closed
    before the period began; in the year of a merger both may rightly report. `parts` also
    refuses a total beside its parts; `drawn` says that all figures are on the boundaries of one
    date, so that a place may outlive its closing.

    Raises
    ------
    PlaceError
        Naming both places and the period.
    """
    rows = _rows(frame)
    code = canonical(rows["place"]).fillna(rows["place"])
    twice = rows.assign(code=code).groupby(["key", "code"])["place"].agg(["nunique", "unique"])
    if (twice["nunique"] > 1).any():
        body = twice[twice["nunique"] > 1].iloc[0]
        raise PlaceError(
            f"{' and '.join(map(str, body['unique']))} are two codes of one body, in {_said(rows, twice.index[twice['nunique'] > 1][0][0])}."
        )
    rows = rows.assign(place=code)
    _refuse(_outlived(_pairs(rows, _kin()), drawn), "the first became the second")
    if parts:
        _refuse(_pairs(rows, _contents()), "the first is part of the second")
    return frame


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Distinct places of each comparable group, with the group's first and last day."""
    if "year" in frame and "period" not in frame:
        year = frame["year"].astype(int)
        start = pd.to_datetime(dict(year=year - 1, month=4, day=1))
        held = frame[["place"]].assign(key=year, start=start, end=start + pd.DateOffset(years=1, days=-1), label=year.astype(str))
    else:
        names = [name for name in frame if name not in NOT_KEYS and not pd.api.types.is_float_dtype(frame[name])]
        key = frame.groupby(names, sort=False, dropna=False).ngroup() if names else 0
        held = frame[["place"]].assign(key=key, start=frame["start"], end=frame["end"])
        held["label"] = (
            frame["measure"].astype(str) + " " + frame["period"].astype(str) if "measure" in frame else frame["period"]
        )
    return held.drop_duplicates(["place", "key"])


def _kin() -> pd.DataFrame:
    """Every closed place with everything it became, however many steps on."""
    links = table("succession").loc[lambda f: f["old"] != f["new"], ["old", "new"]].drop_duplicates()
    every = step = links
    while len(step):
        step = step.merge(links.rename(columns={"old": "new", "new": "next"}), on="new")[["old", "next"]].rename(
            columns={"next": "new"}
        )
        step = (
            step[step["old"] != step["new"]]
            .merge(every, how="left", indicator=True)
            .query("_merge == 'left_only'")[["old", "new"]]
            .drop_duplicates()
        )
        every = pd.concat([every, step])
    closed = table("places").groupby("code")["valid_to"].max()
    return every[every["old"].map(closed).fillna(OPEN) < OPEN].rename(columns={"old": "one", "new": "other"})


def _contents() -> pd.DataFrame:
    """Every part with the wholes it lies in, up to region and England."""
    lies = table("membership")[["part", "whole"]].drop_duplicates()
    up = lies.rename(columns={"part": "whole", "whole": "top"})
    twice = lies.merge(up, on="whole")[["part", "top"]].rename(columns={"top": "whole"})
    coded = table("places").loc[lambda f: f["code"] != "E92000001", ["code"]].drop_duplicates()
    return pd.concat([lies, twice, pd.DataFrame(dict(part=coded["code"], whole="E92000001"))]).drop_duplicates().rename(
        columns={"part": "one", "whole": "other"})  # fmt: skip


def _pairs(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of places that stand in one group."""
    there = set(rows["place"])
    pairs = pairs[pairs["one"].isin(there) & pairs["other"].isin(there)]
    return rows.merge(pairs, left_on="place", right_on="one").merge(
        rows[["key", "place"]].rename(columns={"place": "other"}), on=["key", "other"]
    )


def _outlived(both: pd.DataFrame, drawn: bool) -> pd.DataFrame:
    """Of pairs of kin, those that cannot both rightly report in that period."""
    life = table("places").groupby("code").agg(first=("valid_from", "min"), last=("valid_to", "max"))
    died, born = both["one"].map(life["last"]).fillna(OPEN), both["other"].map(life["first"]).fillna(BEGAN)
    never_met = (died < born) & ~((both["start"] <= died) & (born <= both["end"]))
    return both[never_met] if drawn else both[never_met | (died < both["start"])]


def _refuse(both: pd.DataFrame, why: str) -> None:
    if both.empty:
        return
    hit = both.iloc[0]
    more = f" So are {len(both) - 1} more pairs." if len(both) > 1 else ""
    raise PlaceError(
        f"{hit['one']} and {hit['other']} would both be counted in {hit['label']}, but {why}.{more} "
        "Leave one of the two out, or move them to one vintage."
    )


def _said(rows: pd.DataFrame, key: int) -> str:
    return rows.loc[rows["key"] == key, "label"].iloc[0]
