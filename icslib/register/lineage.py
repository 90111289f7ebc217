"""Where a place came from and what it became, as a small graph."""

from dataclasses import dataclass, field

import pandas as pd

from ..results import Result
from .facts import Place, place_of, table
from .names import find_place


@dataclass(frozen=True, eq=False)
class Lineage(Result):
    """Ancestors and successors of one place.

    Attributes
    ----------
    place : Place
        The place asked about.
    places : DataFrame, index ``code``
        Every place of the graph: ``name``, ``place_type``, ``valid_from``, ``valid_to`` over all its versions.
    links : DataFrame
        ``old``, ``new``, ``date``, ``share`` of the old, ``back`` of the new (NaN: no file says), ``basis``, ``source``.
        A place that keeps part of itself at a date has no link to itself.
    """

    place: Place
    places: pd.DataFrame = field(repr=False)
    links: pd.DataFrame = field(repr=False)

    @property
    def finding(self) -> str:
        """What the place came from and what it became, with dates and shares."""
        said = [*self._said("new", "old", "took in"), *self._said("old", "new", "gave")]
        return f"{self.place.code} {self.place.name}: {'; '.join(said) or 'no succession in our files'}."

    def _said(self, here: str, there: str, verb: str) -> list[str]:
        mine = self.links[self.links[here] == self.place.code].sort_values("date")
        out = []
        for row in mine.to_dict("records"):
            part = {"not published": "an unpublished part"}.get(said := write_share(row["share"]), said)
            name = self.places.loc[row[there], "name"]
            whole = f"{row[there]} ({name})" if verb == "took in" else f"itself to {row[there]} ({name})"
            out.append(f"{verb} {part} of {whole} on {row['date'].date()}")
        return out


def write_share(share: float) -> str:
    """How much of a place passed, in a word or a number."""
    return "not published" if pd.isna(share) else "all" if share > 0.9995 else f"{share:.1%}"


def lineage_of(text: str, at: str | None = None, place_type: str | None = None) -> Lineage:
    """The ancestors and successors of a place, found as :func:`icslib.find_place` finds it.

    >>> lineage_of("QT1").links[["old", "new", "share"]].round(3).values.tolist()
    [['QF7', 'QT1', 0.076]]
    """
    place = find_place(text, at, place_type)
    every = table("succession")
    every = every[every["old"] != every["new"]]
    up = _walk(every, place.code, "new", "old")
    down = _walk(every, place.code, "old", "new")
    links = every.loc[sorted(set(up) | set(down))].drop(columns="family").sort_values("date").reset_index(drop=True)
    versions = table("places")
    codes = {place.code, *links["old"], *links["new"]}
    first = versions[versions["code"].isin(codes)].sort_values("valid_from").groupby("code")
    how = {"name": "last", "place_type": "last", "valid_from": "first", "valid_to": "max"}
    rows = first.agg(how)
    return Lineage(place, rows, links)


def _walk(links: pd.DataFrame, code: str, here: str, there: str) -> list[int]:
    """Links reached from a place in one direction of time, each step later (or earlier) than the last."""
    found: list[int] = []
    edge: list[tuple[str, pd.Timestamp | None]] = [(code, None)]
    while edge:
        spot, day = edge.pop()
        mine = links[links[here] == spot]
        if day is not None:
            mine = mine[mine["date"] > day] if here == "old" else mine[mine["date"] < day]
        fresh = mine[~mine.index.isin(found)]
        found += list(fresh.index)
        edge += [(row[there], row["date"]) for row in fresh.to_dict("records")]
    return found


def describe_place(text: str, at: str | None = None, place_type: str | None = None) -> str:
    """All that the register says of a place, as lines: its versions, what it came from and became, where it lies."""
    found = lineage_of(text, at, place_type)
    code = found.place.code
    lines = [str(place_of(row)) + (f", ONS {row['ons_code']}" if row["ons_code"] not in ("", code) else "")
             for _, row in table("places").query("code == @code").sort_values("valid_from").iterrows()]  # fmt: skip
    lines += [f"  {said}" for said in (*found._said("new", "old", "took in"), *found._said("old", "new", "gave"))]
    lies = table("membership").query("part == @code")
    names = table("places").drop_duplicates("code", keep="last").set_index("code")["name"]
    held: dict[str, list[str]] = {}
    for (vintage, basis), mine in lies.groupby(["vintage", "basis"]):
        wholes = mine.sort_values("share", ascending=False)
        said = ", ".join(f"{row.share:.0%} {row.whole} {names[row.whole]}" for row in wholes.head(4).itertuples())
        said += " and others" if len(wholes) > 4 else ""
        held.setdefault(said if basis == "whole" else f"{said} ({basis})", []).append(vintage)
    lines += [f"  lies in {said}, at {', '.join(vintages)}" for said, vintages in held.items()]
    lines.append(f"  sources: {table('places').query('code == @code')['source'].iloc[-1]}")
    return "\n".join(lines)
