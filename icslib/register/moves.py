"""Move observations to the boundaries of another date, and roll them up to larger places."""

from datetime import date

import numpy as np
import pandas as pd

from ..errors import PlaceError
from . import steps
from .combine import Denominators, cells_of, combine, keys, mark
from .facts import FAMILY, as_date, canonical, places, table
from .overlap import check_overlap

BY = {
    "published": "system under which it is published",
    "patients": "patients by where they live, all admissions",
    "emergency": "emergency attendances, type 1",
}


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
    frame = _known(observations)
    family = frame["place_type"].replace(FAMILY)
    movable = family.isin(steps.families())
    check_overlap(frame[movable], parts=False, drawn=drawn is not None)
    plan = _plan(frame, family, end, None if drawn is None else as_date(drawn))
    moved = _apply(frame, plan)
    late = end >= pd.Timestamp("2022-07-01")
    moved.loc[moved["place_type"].isin(["ccg", "sub_icb"]), "place_type"] = "sub_icb" if late else "ccg"
    return _settle(frame, moved, plan, denominators, missing)


def _known(observations: pd.DataFrame) -> pd.DataFrame:
    """The observations with every code as the register writes it; an unknown code is an error."""
    frame = observations.reset_index(drop=True)
    printed = pd.Series(frame["place"].unique())
    code = canonical(printed)
    lost = printed[code.isna() & printed.isin(frame.loc[frame["place_type"].replace(FAMILY).isin(steps.families()), "place"])]
    if len(lost):
        raise PlaceError(
            f"{len(lost)} codes are not in the register: {', '.join(sorted(lost)[:6])}. "
            "See data/raw/reference/unresolved.csv for those known to be odd, or leave the rows out."
        )
    return frame.assign(place=frame["place"].map(dict(zip(printed, code.fillna(printed), strict=True))))


def _plan(frame: pd.DataFrame, family: pd.Series, end: pd.Timestamp, drawn: pd.Timestamp | None) -> pd.DataFrame:
    """For each distinct (place, end of period): where it goes, with which share. Columns pair, new, share, note, start."""
    pair = frame.groupby(["place", family.rename("family"), "end"], sort=False).ngroup().to_numpy()
    firsts = pd.Series(pair).drop_duplicates()
    rows = (
        pd.DataFrame(dict(place=frame["place"], family=family, day=frame["end"]))
        .iloc[firsts.index]
        .assign(pair=firsts.to_numpy())
    )
    life = table("places").groupby("code").agg(first=("valid_from", "min"), last=("valid_to", "max"))
    day = pd.Series(drawn, index=rows.index) if drawn is not None else rows["day"].clip(
        rows["place"].map(life["first"]).fillna(rows["day"]), rows["place"].map(life["last"]).fillna(rows["day"]))  # fmt: skip
    out = []
    for kind, mine in rows.groupby("family"):
        if kind not in steps.families():
            continue
        start = np.searchsorted(
            np.array(steps.days(kind), dtype="datetime64[ns]"), day[mine.index].to_numpy("datetime64[ns]"), side="right"
        )
        for begin in np.unique(start):
            way = steps.shares(kind, int(begin), steps.segment(kind, end))
            out.append(mine[start == begin].assign(start=begin).merge(way.rename(columns={"old": "place"}), on="place"))
    plan = pd.concat(out) if out else rows.head(0).assign(new="", share=1.0, note="", start=0)
    plan.attrs["pair"] = pair
    plan.attrs["end"] = end.isoformat()
    return plan


def _apply(frame: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Every row as one or more pieces: ``place`` is the new place, ``was`` the old, ``share`` how much goes."""
    pair = plan.attrs["pair"]
    target = plan.sort_values("pair", kind="stable")
    where, first, times = np.unique(target["pair"].to_numpy(), return_index=True, return_counts=True)
    size = np.ones(pair.max() + 1 if len(pair) else 0, dtype=int)
    begin = np.full(len(size), -1)
    size[where], begin[where] = times, first
    row = np.repeat(np.arange(len(frame)), size[pair])
    offset = np.arange(len(row)) - np.repeat(np.cumsum(size[pair]) - size[pair], size[pair])
    spot = np.where(begin[pair][row] >= 0, begin[pair][row] + offset, -1)
    moved = frame if len(row) == len(frame) else frame.iloc[row].reset_index(drop=True)
    moved = moved.assign(was=moved["place"], share=1.0)
    hit = spot >= 0
    for name, column in (("place", "new"), ("share", "share")):
        values = moved[name].to_numpy(dtype=object if name == "place" else float, copy=True)
        values[hit] = target[column].to_numpy()[spot[hit]]
        moved[name] = values
    notes = np.full(len(moved), "", dtype=object)
    notes[hit] = target["note"].to_numpy()[spot[hit]]
    if (notes != "").any():
        moved["flag"] = mark(moved["flag"], notes != "", pd.Series(notes, index=moved.index))
    return moved


def _settle(
    frame: pd.DataFrame, moved: pd.DataFrame, plan: pd.DataFrame, denominators: Denominators, missing: str
) -> pd.DataFrame:
    """Combine the pieces of places that changed; let the others pass."""
    touched = moved["place"].isin(set(plan["new"])).to_numpy()
    still = moved[~touched].drop(columns=["was", "share"])
    still = still.assign(cells=cells_of(still), apportioned=still.get("apportioned", 0.0))
    if not touched.any():
        return still.reset_index(drop=True)
    pieces = moved[touched]
    made = combine(pieces, denominators, frame)
    made["flag"] = mark(made["flag"], made["apportioned"] > 0, "apportioned").where(
        ~made["flag"].str.contains("apportioned"), made["flag"]
    )
    if missing == "unknown":
        made = _admit_gaps(made, pieces, plan)
    return pd.concat([still, made[[*still.columns]]], ignore_index=True)


def _admit_gaps(made: pd.DataFrame, pieces: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """A figure with a part missing is not a figure: NaN, with the missing places named."""
    end = pd.Timestamp(plan.attrs["end"])
    names = keys(made)
    seen = pieces.groupby(names, sort=False, dropna=False)["was"].agg(set)
    family = made["place_type"].replace(FAMILY)
    start = plan.groupby("new")["start"].max()
    flags, values = made["flag"].tolist(), made["value"].to_numpy(copy=True)
    expected: dict[tuple[str, str], set[str]] = {}
    for spot, (kind, place, had) in enumerate(zip(family, made["place"], seen, strict=True)):
        if (kind, place) not in expected:
            way = steps.shares(kind, int(start[place]), steps.segment(kind, end))
            expected[kind, place] = set(way.loc[(way["new"] == place) & (way["share"] > 0), "old"]) & steps.living(
                kind, int(start[place])
            )
        lost = expected[kind, place] - had
        if lost:
            values[spot] = np.nan
            flags[spot] = "; ".join(filter(None, [flags[spot], f"incomplete: no figure for {', '.join(sorted(lost))}"]))
    hurt = made["value"].notna().to_numpy() & np.isnan(values)
    made = made.assign(value=values, flag=flags)
    made.loc[hurt, ["lower", "upper"]] = np.nan
    return made


def roll_up(
    observations: pd.DataFrame,
    to: str = "system",
    vintage: str | date = "2022-07",
    by: str = "published",
    denominators: Denominators = None,
    missing: str = "unknown",
) -> pd.DataFrame:
    """Figures of trusts, practices, sub-ICB locations, CCGs or local authorities as figures of larger places.

    Parameters
    ----------
    to : "system", "region" or "england"
    vintage : text or date
        Boundaries of the larger places.
    by : "published", "patients" or "emergency"
        How a trust belongs to systems: whole to the one it is published under; by where its
        admitted patients live; or by its type 1 emergency attendances (both fractional, hospitals only).
    denominators, missing
        As in :func:`to_vintage`. A local authority or sub-ICB location that is not there makes
        its system incomplete; trusts and practices need not all be there.

    Returns
    -------
    DataFrame as from :func:`to_vintage`, ``place_type`` being `to`. Places that lie in no system
    are left out and named in ``attrs["left_out"]``.

    Raises
    ------
    PlaceError
        A code is unknown, two rows overlap, a rate has no denominator, or nothing lies in a system.
    """
    if to not in ("system", "region", "england"):
        raise PlaceError(f"Figures are rolled up to 'system', 'region' or 'england', not to {to!r}.")
    if by not in BY:
        raise PlaceError(f"by={by!r} is not a way to divide trusts. Ways: {', '.join(BY)}.")
    end = as_date(vintage)
    frame = _known(observations[~observations["place_type"].isin([to, "england"])])
    check_overlap(frame)
    homes = _homes(frame["place"].unique(), end, by, to)
    left = sorted(set(frame["place"]) - set(homes["part"]))
    pieces = frame.rename(columns={"place": "was"}).merge(homes.rename(columns={"part": "was", "whole": "place"}), on="was")
    if pieces.empty:
        raise PlaceError(
            f"None of {', '.join(left[:6])} lies in a {to} of {end.date()} by {BY[by]!r}. Check the codes, or choose another by=."
        )
    kinds = frame.drop_duplicates("place").set_index("place")["place_type"]
    made = combine(pieces.assign(place_type=to).drop(columns="cover"), denominators, frame)
    made["flag"] = mark(made["flag"], made["apportioned"] > 0, "apportioned")
    if missing == "unknown":
        made = _admit_uncovered(made, pieces.assign(place_type=to), kinds)
    made.attrs["left_out"] = tuple(left)
    return made


def _homes(parts: np.ndarray, end: pd.Timestamp, by: str, to: str) -> pd.DataFrame:
    """Where each part lies at a date: columns part, whole, share, cover (share of the whole it fills)."""
    frame = table("membership")
    systems = frame[frame["whole"].isin(set(places(type="system")["code"]))]
    if by == "published":
        systems = systems[~systems["basis"].isin([BY["patients"], BY["emergency"]])]
    else:
        trusts = systems["basis"].isin(BY.values())
        systems = systems[~trusts | (systems["basis"] == BY[by])]
    held = set(systems["part"])
    direct = [part for part in parts if part in held]
    chained = _successors([part for part in parts if part not in held], held)
    wanted = pd.concat([pd.DataFrame(dict(origin=direct, part=direct, by=1.0, fill=1.0)), chained])
    near = systems.assign(day=systems["vintage"].map(as_date))
    near["off"] = (near["day"] - end).abs()
    near = near[near["off"] == near.groupby("part")["off"].transform("min")]
    lies = wanted.merge(near, on="part")
    lies = lies.assign(share=lies["share"] * lies["by"], cover=lies["cover"] * lies["fill"])[
        ["origin", "whole", "share", "cover", "day"]
    ].rename(columns={"origin": "part"})
    lies = _carry(lies, end)
    if to != "system":
        homes = (
            frame[frame["whole"].isin(set(places(type="region")["code"]))]
            .sort_values("vintage")
            .drop_duplicates("part", keep="last")
        )
        lies["whole"] = "E92000001" if to == "england" else lies["whole"].map(homes.set_index("part")["whole"])
        lies["cover"] = np.nan
    return lies.groupby(["part", "whole"], as_index=False).agg(share=("share", "sum"), cover=("cover", "max"))


def _carry(lies: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Systems of the membership's own date, moved to the systems of the date wanted."""
    out = []
    for day, mine in lies.groupby("day"):
        way = steps.shares("system", steps.segment("system", day), steps.segment("system", end)).rename(
            columns={"old": "whole", "share": "on"}
        )
        both = mine.merge(way, on="whole", how="left")
        whole = both["new"].fillna(both["whole"])
        out.append(
            both.assign(share=both["share"] * both["on"].fillna(1.0), whole=whole, cover=both["cover"].where(both["new"].isna()))
        )
    return pd.concat(out)


def _successors(parts: list[str], held: set[str]) -> pd.DataFrame:
    """What each part became in the end, for parts that closed before any membership was published."""
    out = []
    for family in sorted(steps.families()):
        way = steps.shares(family, 0, len(steps.days(family)))
        mine = way[way["old"].isin(parts) & way["new"].isin(held)]
        back = steps.shares(family, len(steps.days(family)), 0).rename(columns={"old": "new", "new": "old", "share": "fill"})
        mine = mine.merge(back[["old", "new", "fill"]], on=["old", "new"], how="left")
        out.append(pd.DataFrame(dict(origin=mine["old"], part=mine["new"], by=mine["share"], fill=mine["fill"])))
    return pd.concat(out)


def _admit_uncovered(made: pd.DataFrame, pieces: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    """Where parts tile the whole (districts, sub-ICB locations), a hole in the tiling is a missing figure."""
    tiled = pieces["was"].map(kinds).isin(["local_authority", "sub_icb"]).to_numpy() & pieces["cover"].notna().to_numpy()
    cover = (
        pieces.assign(cover=np.where(tiled, pieces["cover"], np.nan))
        .groupby(keys(made), sort=False, dropna=False)["cover"]
        .sum(min_count=1)
    )
    short = cover.to_numpy() < 0.999
    words = pd.Series(
        [f"incomplete: its parts cover {c:.0%}" if s else "" for c, s in zip(cover, short, strict=True)], index=made.index
    )
    made["flag"] = mark(made["flag"], short, words)
    made.loc[short, ["value", "lower", "upper"]] = np.nan
    return made
