"""What became what between two dates: steps of succession, one after the other.

A step at a date says for each old place how much of it went to each new one (``share``, of
the old) and how much of each new one came from each old (``back``, of the new). Going forward
multiplies shares, going back multiplies backs; places that no step touches stay themselves.
"""

from functools import cache

import pandas as pd

from .facts import BEGAN, OPEN, lives, table

NONE_KNOWN = "shares not published"


def families() -> set[str]:
    """Families of places that have any succession."""
    return set(_links())


def days(family: str) -> list[pd.Timestamp]:
    """The dates at which places of a family changed, earliest first."""
    return _links()[family][1]


def segment(family: str, day: pd.Timestamp) -> int:
    """How many changes of a family lie behind a day: boundaries are constant within a segment."""
    return sum(change <= day for change in days(family))


def expected(family: str, start: int, end: int) -> dict[str, set[str]]:
    """Which places in use at `start` a place of `end` is made of, all of which must be there for it to be whole.

    Not counties that gave way to unitaries: their districts tile the same ground.
    """
    return _expected(family, start, end, id(table("succession")))


@cache
def _expected(family: str, start: int, end: int, _table: int) -> dict[str, set[str]]:
    links = _links()[family][0]
    change = [BEGAN, *days(family), OPEN]
    life = lives()
    living = set(life.index[(life["first"] < change[start + 1]) & (life["last"] >= change[start])])
    tiling = set(links.loc[links["back"] != 0, "old"]) | (set(links["new"]) - set(links["old"]))
    way = shares(family, start, end)
    way = way[(way["share"] > 0) & way["old"].isin(living & tiling)]
    return way.groupby("new")["old"].agg(set).to_dict()


def _links() -> dict[str, tuple[pd.DataFrame, list[pd.Timestamp]]]:
    return _by_family(id(table("succession")))


@cache
def _by_family(_table: int) -> dict[str, tuple[pd.DataFrame, list[pd.Timestamp]]]:
    return {family: (links, sorted(links["date"].unique())) for family, links in table("succession").groupby("family")}


def shares(family: str, start: int, end: int) -> pd.DataFrame:
    """From the boundaries of segment `start` to those of segment `end`: ``old``, ``new``, ``share``, ``note``.

    Only places that change are listed, and the shares of each sum to 1. Where no file says
    how a place was divided it stays itself, and ``note`` says what it became or took in.
    """
    return _shares(family, start, end, id(table("succession")))


@cache
def _shares(family: str, start: int, end: int, _table: int) -> pd.DataFrame:
    links, ahead = _links()[family][0], start <= end
    links = links if ahead else links[links["back"] != 0]
    crossed = days(family)[min(start, end) : max(start, end)]
    here, there, part = ("old", "new", "share") if ahead else ("new", "old", "back")
    moved = pd.DataFrame(columns=["old", "new", "share", "note"]).astype({"share": float})
    for day in crossed if ahead else reversed(crossed):
        step = links[links["date"] == day]
        moved = pd.concat([moved, _themselves(set(step[here]) - set(moved["old"]))], ignore_index=True)
        moved = _take(moved, step, here, there, part)
    moved = pd.concat([moved, _themselves(set(moved["new"]) - set(moved["old"]))], ignore_index=True)
    return moved.groupby(["old", "new"], as_index=False).agg(share=("share", "sum"), note=("note", _join))


def _themselves(codes: set[str]) -> pd.DataFrame:
    """Places that begin as themselves."""
    mine = sorted(codes)
    return pd.DataFrame(dict(old=mine, new=mine, share=1.0, note="")).astype({"share": float})


def _take(moved: pd.DataFrame, step: pd.DataFrame, here: str, there: str, part: str) -> pd.DataFrame:
    unknown = step[step[part].isna()].groupby(here)[there].agg(lambda c: ", ".join(sorted(c)))
    word = "became" if here == "old" else "includes"
    notes = {code: f"{word} {others}: {NONE_KNOWN}" for code, others in unknown.items()}
    known = step[~step[here].isin(notes)].rename(columns={here: "new", there: "next", part: "by"})[["new", "next", "by"]]
    both = moved.merge(known, on="new", how="left")
    both["share"] = both["share"] * both["by"].fillna(1.0)
    both["note"] = [_join([note, notes.get(code, "")]) for note, code in zip(both["note"], both["new"], strict=True)]
    return both.assign(new=both["next"].fillna(both["new"]))[["old", "new", "share", "note"]]


def _join(notes) -> str:
    return "; ".join(dict.fromkeys(note for note in notes if note))
