"""What became what between two dates: steps of succession, one after the other.

A step at a date says for each old place how much of it went to each new one (``share``, of
the old) and how much of each new one came from each old (``back``, of the new). Going forward
multiplies shares, going back multiplies backs; places that no step touches stay themselves.
"""

from functools import cache

import pandas as pd

from .facts import BEGAN, OPEN, table

NONE_KNOWN = "shares not published"


def families() -> set[str]:
    """Families of places that have any succession."""
    return set(table("succession")["family"])


def days(family: str) -> list[pd.Timestamp]:
    """The dates at which places of a family changed, earliest first."""
    links = table("succession")
    return sorted(links.loc[links["family"] == family, "date"].unique())


def segment(family: str, day: pd.Timestamp) -> int:
    """How many changes of a family lie behind a day: boundaries are constant within a segment."""
    return sum(change <= day for change in days(family))


def living(family: str, at: int) -> set[str]:
    """Codes in use at some time in a segment."""
    change = [BEGAN, *days(family), OPEN]
    life = table("places").groupby("code").agg(first=("valid_from", "min"), last=("valid_to", "max"))
    return set(life.index[(life["first"] < change[at + 1]) & (life["last"] >= change[at])])


def tiles(family: str) -> set[str]:
    """Old places that their successors cannot do without: not counties, whose districts tile the same ground."""
    links = table("succession").query("family == @family")
    return set(links.loc[links["back"] != 0, "old"]) | (set(links["new"]) - set(links["old"]))


def shares(family: str, start: int, end: int) -> pd.DataFrame:
    """From the boundaries of segment `start` to those of segment `end`: ``old``, ``new``, ``share``, ``note``.

    Only places that change are listed, and the shares of each sum to 1. Where no file says
    how a place was divided it stays itself, and ``note`` says what it became or took in.
    """
    links = table("succession")
    return _shares(family, start, end, id(links))


@cache
def _shares(family: str, start: int, end: int, _table: int) -> pd.DataFrame:
    links = table("succession")
    links = links[links["family"] == family]
    ahead = start <= end
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
    extra = both["new"].map(notes).fillna("")
    both["note"] = [_join([note, more]) for note, more in zip(both["note"], extra, strict=True)]
    return both.assign(new=both["next"].fillna(both["new"]))[["old", "new", "share", "note"]]


def _join(notes) -> str:
    return "; ".join(dict.fromkeys(note for note in notes if note))
