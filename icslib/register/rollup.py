"""Roll observations up to larger places: trusts, practices, CCGs and districts to systems, regions and England."""

from datetime import date

import numpy as np
import pandas as pd

from ..errors import PlaceError
from . import steps
from .combine import Denominators, combine, mark
from .facts import ENOUGH, as_date, places, table
from .moves import known_codes
from .overlap import check_overlap

BY = {
    "published": "system under which it is published",
    "patients": "patients by where they live, all admissions",
    "emergency": "emergency attendances, type 1",
}


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
    frame = known_codes(observations[~observations["place_type"].isin([to, "england"])])
    check_overlap(frame)
    homes = _homes(frame["place"].unique(), end, by, to)
    left = sorted(set(frame["place"]) - set(homes["part"]))
    pieces = frame.rename(columns={"place": "was"}).merge(homes.rename(columns={"part": "was", "whole": "place"}), on="was")
    if pieces.empty:
        raise PlaceError(
            f"None of {', '.join(left[:6])} lies in a {to} of {end.date()} by {BY[by]!r}. Check the codes, or choose another by=."
        )
    kinds = frame.drop_duplicates("place").set_index("place")["place_type"]
    made, group = combine(pieces.assign(place_type=to).drop(columns="cover"), denominators, frame)
    made["flag"] = mark(made["flag"], made["apportioned"] > 0, "apportioned")
    if missing == "unknown":
        made = _admit_uncovered(made, pieces, group, kinds)
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
    out = [lies.head(0)]
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
    out = [pd.DataFrame(columns=["origin", "part", "by", "fill"])]
    for family in sorted(steps.families()) if parts else ():
        way = steps.shares(family, 0, len(steps.days(family)))
        mine = way[way["old"].isin(parts)]
        mine = mine[[new in held for new in mine["new"]]]
        if mine.empty:
            continue
        back = steps.shares(family, len(steps.days(family)), 0).rename(columns={"old": "new", "new": "old", "share": "fill"})
        mine = mine.merge(back[["old", "new", "fill"]], on=["old", "new"], how="left")
        out.append(pd.DataFrame(dict(origin=mine["old"], part=mine["new"], by=mine["share"], fill=mine["fill"])))
    return pd.concat(out[1:] or out)


def _admit_uncovered(made: pd.DataFrame, pieces: pd.DataFrame, group: np.ndarray, kinds: pd.Series) -> pd.DataFrame:
    """Where parts tile the whole (districts, sub-ICB locations), a hole in the tiling is a missing figure."""
    tiled = pieces["was"].map(kinds).isin(["local_authority", "sub_icb", "ccg"]).to_numpy() & pieces["cover"].notna().to_numpy()
    cover = np.bincount(group[tiled], weights=pieces["cover"].to_numpy(float)[tiled], minlength=len(made))
    short = (np.bincount(group[tiled], minlength=len(made)) > 0) & (cover < 0.999)
    words = pd.Series(
        [f"incomplete: its parts cover {c:.1%}" if s else "" for c, s in zip(cover, short, strict=True)], index=made.index
    )
    made["flag"] = mark(made["flag"], short, words)
    made.loc[short & (cover < ENOUGH), ["value", "lower", "upper"]] = np.nan
    return made
