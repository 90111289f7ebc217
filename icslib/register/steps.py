"""What became what between two dates: steps of succession, one after the other.

A step at a date says for each old place how much of it went to each new one (``share``, of
the old) and how much of each new one came from each old (``back``, of the new). Going forward
multiplies shares, going back multiplies backs; places that no step touches stay themselves.
"""

import pandas as pd

from .facts import BEGAN, FAMILY, OPEN, lives, remember, table

NONE_KNOWN = "shares not published"


def families() -> set[str]:
    """Families of places that have any succession."""
    return set(_links())


def days(family: str) -> list[pd.Timestamp]:
    """The dates at which places of a family changed, earliest first."""
    return _links()[family][1]


def changes(place_type: str) -> list[pd.Timestamp]:
    """The dates at which places of a type changed, earliest first; none for a type that never did."""
    kind = FAMILY.get(place_type, place_type)
    return days(kind) if kind in families() else []


def segment(family: str, day: pd.Timestamp) -> int:
    """How many changes of a family lie behind a day: boundaries are constant within a segment."""
    return sum(change <= day for change in days(family))


@remember("succession", "places")
def expected(family: str, start: int, end: int) -> dict[str, set[str]]:
    """Which places in use at `start` a place of `end` is made of, all of which must be there for it to be whole.

    Not counties that gave way to unitaries: their districts tile the same ground.
    """
    links = _links()[family][0]
    change = [BEGAN, *days(family), OPEN]
    life = lives()
    living = set(life.index[(life["first"] < change[start + 1]) & (life["last"] >= change[start])])
    tiling = set(links.loc[links["back"] != 0, "old"]) | (set(links["new"]) - set(links["old"]))
    way = shares(family, start, end)
    way = way[(way["share"] > 0) & way["old"].isin(living & tiling)]
    return way.groupby("new")["old"].agg(set).to_dict()


@remember("succession")
def _links() -> dict[str, tuple[pd.DataFrame, list[pd.Timestamp]]]:
    return {family: (links, sorted(links["date"].unique())) for family, links in table("succession").groupby("family")}


@remember("succession")
def shares(family: str, start: int, end: int) -> pd.DataFrame:
    """From the boundaries of segment `start` to those of segment `end`: ``old``, ``new``, ``share``, ``note``.

    Only places that change are listed, and the shares of each sum to 1. Where no file says
    how a place was divided it stays itself, and ``note`` says what it became or took in.
    """
    ahead, crossed = start <= end, days(family)[min(start, end) : max(start, end)]
    moved: list[tuple[str, str, float, str]] = []
    for day in crossed if ahead else reversed(crossed):
        known, notes = _one_step(family, day, ahead)
        moved += _themselves({*known, *notes} - {old for old, *_ in moved})
        moved = [
            (old, there, share * by, _join([note, notes.get(new, "")]))
            for old, new, share, note in moved
            for there, by in known.get(new, [(new, 1.0)])
        ]
    moved += _themselves({new for _, new, *_ in moved} - {old for old, *_ in moved})
    notes_of: dict[tuple[str, str], list[str]] = {}
    for old, new, _, note in moved:
        notes_of.setdefault((old, new), []).append(note)
    frame = pd.DataFrame(moved, columns=["old", "new", "share", "note"]).astype({"old": "str", "new": "str", "share": float})
    whole = frame.groupby(["old", "new"], as_index=False)["share"].sum()
    return whole.assign(note=[_join(notes_of[pair]) for pair in zip(whole["old"], whole["new"], strict=True)])


def _themselves(codes: set[str]) -> list[tuple[str, str, float, str]]:
    """Places that begin as themselves."""
    return [(code, code, 1.0, "") for code in sorted(codes)]


@remember("succession")
def _one_step(family: str, day: pd.Timestamp, ahead: bool) -> tuple[dict[str, list[tuple[str, float]]], dict[str, str]]:
    """Where each place goes on one day, or came from, and how much of it; and what to say of those for which no shares are
    published.
    """
    links = _links()[family][0]
    step = links[links["date"] == day]
    here, there, part, word = ("old", "new", "share", "became") if ahead else ("new", "old", "back", "includes")
    known: dict[str, list[tuple[str, float]]] = {}
    for code, other, by in zip(step[here], step[there], step[part], strict=True):
        if by != 0 or ahead:
            known.setdefault(code, []).append((other, by))
    unknown = {code: sorted(other for other, by in parts if by != by) for code, parts in known.items()}
    notes = {code: f"{word} {', '.join(others)}: {NONE_KNOWN}" for code, others in unknown.items() if others}
    return {code: parts for code, parts in known.items() if code not in notes}, notes


def _join(notes) -> str:
    return "; ".join(dict.fromkeys(note for note in notes if note))
