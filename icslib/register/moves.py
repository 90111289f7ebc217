"""Move observations to the boundaries of another date."""

from datetime import date

import numpy as np
import pandas as pd

from ..errors import PlaceError
from . import steps
from .combine import Denominators, cells_of, combine, mark, number
from .facts import ENOUGH, FAMILY, as_date, canonical, lives, places
from .overlap import check_overlap


def to_vintage(
    observations: pd.DataFrame,
    vintage: str | date,
    denominators: Denominators = None,
    drawn: str | date | None = None,
    missing: str = "unknown",
) -> pd.DataFrame:
    """The same figures on the boundaries of another date.

    Counts move by the shares of the register (their total is kept), rates by share times
    denominator. A place that joins others is added to them; one that is divided gives each
    successor its share, and ``apportioned`` says how much of each value came so (0 to 1).

    Parameters
    ----------
    observations : DataFrame
        Rows by the contract of :mod:`icslib.tidy`. Systems, CCGs and sub-ICB locations, trusts
        and local authorities move; every other type of place stays.
    vintage : text or date
        Boundaries wanted, such as ``"2026-04"``.
    denominators : optional
        For rates whose places come together: a frame with ``place`` and ``value`` (and ``period``)
        on the old boundaries, the name of a measure among the observations, or a dict of these by measure.
    drawn : text or date, optional
        Boundaries the figures were drawn on. Without it, those in force at the end of each
        period, or the nearest at which the code was in use.
    missing : "unknown" or "zero"
        What a figure is when one of the places it is made of has none: NaN with a flag, or
        the sum of the others.

    Returns
    -------
    DataFrame with the observations' columns, ``cells`` (all cells a figure was made from) and ``apportioned``.

    Raises
    ------
    PlaceError
        A code is unknown, two rows overlap, or a rate has no denominator.
    """
    end = as_date(vintage)
    check_overlap(observations[observations["place_type"].isin(_movable())], parts=False, drawn=drawn is not None)
    frame = known_codes(observations)
    frame["place_type"] = frame["place_type"].replace(FAMILY)
    pair = number(frame, ["place", "place_type", "end"])
    plan = plan_of(frame, pair, end, None if drawn is None else as_date(drawn))
    changed = np.isin(pair, plan["pair"].to_numpy()) | frame["place"].isin(set(plan["new"])).to_numpy()
    made = _settle(frame[changed], pair[changed], plan, end, denominators, missing, frame)
    still = frame[~changed]
    still = still.assign(cells=cells_of(still), apportioned=still.get("apportioned", 0.0))
    out = pd.concat([still, made[[*still.columns]]], ignore_index=True) if len(made) else still.reset_index(drop=True)
    if end < as_date("2022-07"):
        out["place_type"] = out["place_type"].replace({new: old for old, new in FAMILY.items()})
    return out


def carry_over(values: pd.Series, vintage: str | date, drawn: str | date = "2022-07", place_type: str = "system") -> pd.DataFrame:
    """What is said of places (the year each was designated, its region) on the boundaries of another date.

    A place made of others has the value of its parts if they agree; what differs is not averaged.
    Parts below two in a hundred of a place are named and do not count.

    Parameters
    ----------
    values : Series, index place
        A number or a word of each place on the boundaries of `drawn`.

    Returns
    -------
    DataFrame, index place
        Every place of `vintage`: ``value`` (missing where its parts differ), ``parts`` (how many), and ``made_of``
        (each part, its value and its share of the place, by the weights of the register).

    >>> waves = carry_over(pd.Series({"QMJ": 2020, "QRV": 2020, "QUE": 2021}), "2026-04")
    >>> waves.loc["Z9B2Z", "value"], waves.loc["S1Y5D", "value"]
    (np.float64(2020.0), np.float64(nan))
    """
    began, end = steps.segment(place_type, as_date(drawn)), steps.segment(place_type, as_date(vintage))
    now = places(vintage, place_type)["code"]
    way = steps.shares(place_type, end, began).rename(columns={"old": "place", "new": "part"})
    alone = now[~now.isin(way["place"])]
    way = pd.concat([way[way["place"].isin(now) & (way["share"] > 0)], pd.DataFrame(dict(place=alone, part=alone, share=1.0))])
    way["value"] = way["part"].map(values)
    way["made_of"] = [
        f"{part} {value} ({share:.1%})" for part, value, share in zip(way["part"], way["value"], way["share"], strict=True)
    ]
    way = way.sort_values(["place", "share"], ascending=[True, False])
    out = way.groupby("place").agg(parts=("part", "size"), made_of=("made_of", "; ".join))
    agreed = way.groupby(["place", "value"])["share"].sum().loc[lambda share: share > ENOUGH].reset_index("value")
    return out.assign(value=agreed["value"])[["value", "parts", "made_of"]]


def _movable() -> set[str]:
    return steps.families() | set(FAMILY)


def known_codes(observations: pd.DataFrame) -> pd.DataFrame:
    """The observations with every code as the register writes it; an unknown code is an error."""
    frame = observations.reset_index(drop=True)
    spot, printed = pd.factorize(frame["place"])
    code = canonical(pd.Series(printed))
    lost = code.isna().to_numpy()
    if lost.any():
        of_kind = frame.loc[lost[spot] & frame["place_type"].isin(_movable()).to_numpy(), "place"].unique()
        if len(of_kind):
            raise PlaceError(
                f"{len(of_kind)} codes are not in the register: {', '.join(sorted(of_kind)[:6])}. "
                "See data/raw/reference/unresolved.csv for those known to be odd, or leave the rows out."
            )
    known = code.fillna(pd.Series(printed)).to_numpy()
    return frame.assign(place=known[spot]) if (known != printed).any() else frame.copy(deep=False)


def plan_of(frame: pd.DataFrame, pair: np.ndarray, end: pd.Timestamp, drawn: pd.Timestamp | None) -> pd.DataFrame:
    """For each distinct (place, type, end of period) that changes: ``pair``, ``place``, ``place_type``, ``new``, ``share``,
    ``note``, ``start``.
    """
    rows = frame.loc[pd.Series(pair).drop_duplicates().index, ["place", "place_type", "end"]]
    rows["pair"] = pair[rows.index]
    life = lives()
    first, last = rows["place"].map(life["first"]).fillna(rows["end"]), rows["place"].map(life["last"]).fillna(rows["end"])
    day = pd.Series(drawn, index=rows.index) if drawn is not None else rows["end"].clip(first, last)
    out = [pd.DataFrame(columns=["pair", "place", "place_type", "new", "share", "note", "start"])]
    for kind in sorted({*rows["place_type"].unique()} & steps.families()):
        mine, until = rows[rows["place_type"] == kind], steps.segment(kind, end)
        start = np.searchsorted(
            np.array(steps.days(kind), "datetime64[ns]"), day[mine.index].to_numpy("datetime64[ns]"), side="right"
        )
        for begin in np.unique(start):
            way = steps.shares(kind, int(begin), until).rename(columns={"old": "place"})
            out.append(mine[start == begin].assign(start=begin).merge(way, on="place"))
    return pd.concat(out[1:] or out, ignore_index=True).sort_values("pair", kind="stable", ignore_index=True)


def _settle(
    rows: pd.DataFrame,
    pair: np.ndarray,
    plan: pd.DataFrame,
    end: pd.Timestamp,
    denominators: Denominators,
    missing: str,
    frame: pd.DataFrame,
) -> pd.DataFrame:
    """Divide rows by the plan and put the pieces together as figures of the new places."""
    if rows.empty:
        return rows
    pieces, start = divide(rows, pair, plan)
    made, group = combine(pieces, denominators, frame)
    made["flag"] = mark(made["flag"], (made["apportioned"] > 0) & ~made["flag"].str.contains("apportioned"), "apportioned")
    return _admit_gaps(made, pieces, group, start, end) if missing == "unknown" else made


def divide(rows: pd.DataFrame, pair: np.ndarray, plan: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Every row as one or more pieces (``place`` is the new place, ``was`` the old, ``share`` how much goes); and the segment
    each began in.
    """
    if plan.empty:
        return rows.assign(was=rows["place"], share=1.0).reset_index(drop=True), np.full(len(rows), -1)
    where, first, times = np.unique(plan["pair"].to_numpy(int), return_index=True, return_counts=True)
    size, begin = np.ones(pair.max() + 1, dtype=int), np.full(pair.max() + 1, -1)
    size[where], begin[where] = times, first
    row = np.repeat(np.arange(len(rows)), size[pair])
    nth = np.arange(len(row)) - np.repeat(np.cumsum(size[pair]) - size[pair], size[pair])
    planned = begin[pair[row]] >= 0
    spot = np.where(planned, begin[pair[row]] + nth, 0)
    pieces = rows.iloc[row].reset_index(drop=True)
    pieces["was"] = pieces["place"]
    pieces["place"] = np.where(planned, plan["new"].to_numpy(object)[spot], pieces["place"].to_numpy(object))
    pieces["share"] = np.where(planned, plan["share"].to_numpy(float)[spot], 1.0)
    if (plan["note"] != "").any():
        notes = pd.Series(np.where(planned, plan["note"].to_numpy(object)[spot], ""), index=pieces.index)
        pieces["flag"] = mark(pieces["flag"], notes != "", notes)
    return pieces, np.where(planned, plan["start"].to_numpy(int)[spot], -1)


def _admit_gaps(
    made: pd.DataFrame, pieces: pd.DataFrame, group: np.ndarray, start: np.ndarray, end: pd.Timestamp
) -> pd.DataFrame:
    """A figure with a part missing is not a figure: NaN, with the missing places named."""
    begun = np.full(len(made), -1)
    np.maximum.at(begun, group, start)
    kind_of, kinds = pd.factorize(made["place_type"])
    until = {kind: steps.segment(kind, end) for kind in kinds if kind in steps.families()}
    said = pd.DataFrame(dict(group=group, was=pieces["was"], new=pieces["place"])).drop_duplicates(["group", "was"])
    words = np.full(len(made), "", dtype=object)
    for code, begin in np.unique(np.stack([kind_of, begun], axis=1)[begun >= 0], axis=0):
        kind = kinds[code]
        expected = steps.expected(kind, int(begin), until[kind])
        mine = (kind_of == code) & (begun == begin)
        wanted = made["place"].map({new: len(olds) for new, olds in expected.items()}).fillna(0).to_numpy()
        due = pd.DataFrame([(new, old) for new, olds in expected.items() for old in olds], columns=["new", "was"])
        had = np.bincount(said.merge(due, on=["new", "was"])["group"], minlength=len(made))
        short = np.flatnonzero(mine & (had < wanted))
        seen = said[said["group"].isin(short)].groupby("group")["was"].agg(set)
        for spot in short:
            words[spot] = f"incomplete: no figure for {', '.join(sorted(expected[made['place'].iat[spot]] - seen[spot]))}"
    short = words != ""
    if short.any():
        made["flag"] = mark(made["flag"], short, pd.Series(words, index=made.index))
        made.loc[short, ["value", "lower", "upper"]] = np.nan
    return made
