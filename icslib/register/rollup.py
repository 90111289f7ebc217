"""Roll observations up to larger places: trusts, practices, CCGs, districts and systems to systems, regions and England."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from ..errors import PlaceError
from . import steps
from .combine import Denominators, combine, mark, number
from .facts import ENOUGH, FAMILY, OPEN, as_date, places, remember, table
from .moves import divide, known_codes, plan_of
from .overlap import check_overlap

BY = {
    "published": "system under which it is published",
    "patients": "patients by where they live, all admissions",
    "emergency": "emergency attendances, type 1",
}
TILES = ["local_authority", "sub_icb", "system", "region"]  # kinds that fill the ground, so that a missing one is a hole


def roll_up(
    observations: pd.DataFrame,
    to: str = "system",
    vintage: str | date = "2022-07",
    by: str = "published",
    denominators: Denominators = None,
    missing: str = "unknown",
    drawn: str | date | None = None,
) -> pd.DataFrame:
    """Figures of trusts, practices, sub-ICB locations, CCGs, local authorities or systems as figures of larger places.

    Parameters
    ----------
    to : "system", "region" or "england"
    vintage : text or date
        Boundaries of the larger places.
    by : "published", "patients" or "emergency"
        How a trust belongs to systems: whole to the one it is published under; by where its
        admitted patients live; or by its type 1 emergency attendances (both fractional, hospitals only).
    denominators, drawn
        As in :func:`to_vintage`.
    missing : "unknown" or "zero"
        What a figure is when a local authority, sub-ICB location, system or region that belongs to it is not there:
        NaN with a flag that says what is missing, or the sum of the others. Trusts and practices need not all be there.

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
    if frame.empty:
        raise PlaceError(f"There are no figures of smaller places to roll up to {to}.")
    check_overlap(frame, drawn=drawn is not None)
    spread = _spread(frame, end, by, None if drawn is None else as_date(drawn))
    left = sorted({*frame["place"].unique()} - {*spread["was"].unique()})
    if spread.empty:
        raise PlaceError(
            f"None of {', '.join(left[:6])} lies in a {to} of {end.date()} by {BY[by]!r}. Check the codes, or choose another by=."
        )
    spread["place"] = _whole(spread["home"], to, end)
    goes = spread.groupby(["line", "place"], as_index=False, sort=False)["share"].sum()
    pieces = (
        frame.iloc[goes["line"]]
        .reset_index(drop=True)
        .assign(was=lambda f: f["place"], place=goes["place"], place_type=to, share=goes["share"])
    )
    made, goes["group"] = combine(pieces, denominators, frame)
    made["flag"] = mark(made["flag"], made["apportioned"] > 0, "apportioned")
    if missing == "unknown":
        made = _admit_holes(made, spread.merge(goes[["line", "place", "group"]], on=["line", "place"]), end, to)
    made.attrs["left_out"] = tuple(left)
    return made


def home_of(codes: Iterable[str], vintage: str | date = "2022-07", to: str = "system", by: str = "published") -> pd.Series:
    """The system or region in which each place lies, or the one with most of it where it straddles; missing where none is known.

    A code is taken on its own boundaries, the nearest to `vintage` that it had.

    >>> home_of(["E08000016", "02P", "R0A", "A81001"], "2022-07").tolist()
    ['QF7', 'QF7', 'QOP', 'QHM']
    """
    end, given = as_date(vintage), pd.Index(codes, name="place")
    if given.empty:
        return pd.Series(index=given, dtype=object)
    kinds = places().drop_duplicates("code", keep="last").set_index("code")["place_type"]
    frame = known_codes(pd.DataFrame({"place": given, "place_type": "", "end": end, "flag": ""}))
    spread = _spread(frame.assign(place_type=frame["place"].map(kinds).fillna("other")), end, by, None)
    spread["home"] = _whole(spread["home"], to, end)
    share = spread.groupby(["line", "home"])["share"].sum().reset_index()
    most = share.sort_values("share", kind="stable").drop_duplicates("line", keep="last").set_index("line")["home"]
    return most.reindex(range(len(given))).set_axis(given)


def _spread(frame: pd.DataFrame, end: pd.Timestamp, by: str, drawn: pd.Timestamp | None) -> pd.DataFrame:
    """Every row (``line``) as pieces in the systems of a date: ``was``, ``part`` then, ``home``, ``share`` of the row,
    ``cover`` of the home.
    """
    lies = _memberships(by)
    frame = frame.assign(place_type=frame["place_type"].replace(FAMILY), line=np.arange(len(frame)))
    pair = number(frame, ["place", "place_type", "end"])
    # Parts are moved to boundaries of which memberships are published; a trust only if it has none of its own, whatever it
    # became.
    until = {kind: max(end, lies["day"].min()) for kind in frame["place_type"].unique()} | {"system": end, "trust": OPEN}
    own = {*lies["part"].unique()} & {*frame["place"].unique()}  # few: isin is slow for many words
    moves = ~((frame["place_type"] == "trust") & frame["place"].isin(own))
    kinds = [(until[kind], moves & (frame["place_type"] == kind)) for kind in frame["place_type"].unique()]
    plans = [plan_of(frame[mine].reset_index(drop=True), pair[mine], day, drawn) for day, mine in kinds]
    plan = pd.concat(plans)
    parts, start = divide(frame, pair, plan)
    parts["fill"] = _fill(parts, start, until)
    homes = _homes(lies, set(parts["place"].unique()), end)
    out = (
        parts[["line", "was", "place", "place_type", "share", "fill"]]
        .rename(columns={"place": "part", "share": "of"})
        .merge(homes, on="part")
    )
    return out.assign(share=out["share"] * out["of"], cover=out["cover"] * out["fill"])


def _whole(home: pd.Series, to: str, end: pd.Timestamp) -> pd.Series | str:
    return home if to == "system" else "E92000001" if to == "england" else home.map(_regions(end))


@remember("membership", "places")
def _memberships(by: str) -> pd.DataFrame:
    """What lies in which system, trusts in the way asked for."""
    lies = table("membership")
    lies = lies[
        lies["whole"].isin(set(places(type="system")["code"])) & (~lies["basis"].isin(BY.values()) | (lies["basis"] == BY[by]))
    ]
    return lies.assign(day=lies["vintage"].map(as_date))


def _regions(end: pd.Timestamp) -> pd.Series:
    """NHS region of each system at a date."""
    return places(end, "system").set_index("code")["region"]


def _fill(parts: pd.DataFrame, start: np.ndarray, until: dict[str, pd.Timestamp]) -> np.ndarray:
    """How much of each place at the date wanted came from the old one that is there."""
    fill = np.where(start < 0, 1.0, np.nan)
    kinds = parts["place_type"].to_numpy()
    for kind, begin in {*zip(kinds[start >= 0], start[start >= 0], strict=True)}:
        mine = (kinds == kind) & (start == begin)
        back = steps.shares(kind, steps.segment(kind, until[kind]), int(begin)).set_index(["old", "new"])["share"]
        fill[mine] = back.reindex(pd.MultiIndex.from_frame(parts.loc[mine, ["place", "was"]])).to_numpy()
    return fill


def _homes(lies: pd.DataFrame, parts: set[str], end: pd.Timestamp) -> pd.DataFrame:
    """The system of each part at a date: columns part, home, share (of the part), cover (of the home); a system or region is
    its own.
    """
    near = lies[lies["part"].isin(parts)]
    off = (near["day"] - end).abs()
    near = near[off == off.groupby(near["part"]).transform("min")]
    own = sorted(parts & {*places(end, "system")["code"], *places(end, "region")["code"]})
    homes = [pd.DataFrame(dict(part=own, home=own, share=1.0, cover=1.0))]
    for day, mine in near.groupby("day"):  # systems of the membership's own date, moved to those of the date wanted
        way = steps.shares("system", steps.segment("system", day), steps.segment("system", end)).rename(
            columns={"old": "whole", "share": "on"}
        )
        both = mine.merge(way[["whole", "new", "on"]], on="whole", how="left")
        stays = both["new"].isna()
        share, cover = both["share"] * both["on"].fillna(1.0), both["cover"].where(stays)
        homes.append(pd.DataFrame(dict(part=both["part"], home=both["new"].fillna(both["whole"]), share=share, cover=cover)))
    return pd.concat(homes).groupby(["part", "home"], as_index=False).agg(share=("share", "sum"), cover=("cover", "max"))


def _admit_holes(made: pd.DataFrame, spread: pd.DataFrame, end: pd.Timestamp, to: str) -> pd.DataFrame:
    """Where parts tile the whole, a hole in the tiling is a missing figure, and a hole too small to matter is said."""
    tiles = spread[spread["place_type"].isin(TILES) & spread["cover"].notna()]
    if tiles.empty:
        return made
    cover = tiles.groupby(["group", "home"])["cover"].sum()
    due = cover
    if to != "system":
        every = pd.concat([places(end, "system"), places(end, "region")]).rename(columns={"code": "home"})
        ground = every["home"].str[0].where(every["place_type"] == "region", "")  # regions of the NHS and those of government
        every = every.assign(kind=every["place_type"] + ground, place=every["region"] if to == "region" else "E92000001")
        met = tiles.merge(every[["home", "kind"]], on="home")[["group", "place", "kind"]].drop_duplicates()
        wanted = met.merge(every[["home", "kind", "place"]], on=["kind", "place"])[["group", "home"]]
        due = cover.reindex(pd.MultiIndex.from_frame(wanted), fill_value=0.0)
    short = due[due < 0.999].sort_index()
    if short.empty:
        return made
    said = short.map("{:.1%}".format).reset_index(name="said")
    if to != "system":
        said["said"] = said["home"] + " (" + said["said"] + ")"
    words = ("incomplete: its parts cover " + said.groupby("group")["said"].agg(", ".join)).reindex(made.index, fill_value="")
    made["flag"] = mark(made["flag"], words != "", words)
    made.loc[short[short < ENOUGH].index.get_level_values("group").unique(), ["value", "lower", "upper"]] = np.nan
    return made
