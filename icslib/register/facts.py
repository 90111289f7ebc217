"""The register's tables, and the places in force at a date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

from .. import paths
from ..errors import PlaceError

P = ParamSpec("P")
T = TypeVar("T")
BEGAN, OPEN = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")
ENOUGH = 0.98  # a hole or a strange part below two in a hundred (City of London, Isles of Scilly) is said, and the figure kept
# Places of one family carry on as one another: a CCG lives on as a sub-ICB location.
FAMILY = {"ccg": "sub_icb"}


@dataclass(frozen=True)
class Place:
    """One version of a place: from ``valid_from`` to ``valid_to`` it had this name, type and ONS code.

    ``None`` for a date means that no file of ours says (start) or that it is still open (end).
    """

    code: str
    name: str
    place_type: str
    region: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    ons_code: str = ""

    def __str__(self) -> str:
        began = self.valid_from.isoformat() if self.valid_from else "before our files"
        return f"{self.code} {self.name} ({self.place_type}, {began} to {self.valid_to or 'now'})"


def table(name: str) -> pd.DataFrame:
    """One of the register's files, read again only when it has changed."""
    path = paths.raw("reference", f"{name}.csv")
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as fault:
        raise PlaceError(
            f"The register's file {path.name} is not in {path.parent}. Take it from the repository again."
        ) from fault


@cache
def _read(path: Path, _changed: int) -> pd.DataFrame:
    frame = pd.read_csv(path, keep_default_na=False, na_values={"share": [""], "back": [""], "cover": [""]})
    for name in ("valid_from", "date"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name].replace("", BEGAN.date().isoformat()))
    if "valid_to" in frame:
        frame["valid_to"] = pd.to_datetime(frame["valid_to"].replace("", OPEN.date().isoformat()))
    if "place_type" in frame:
        frame["family"] = frame["place_type"].replace(FAMILY)
    return frame


def remember(*names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function made of these tables for the same arguments, until a table changes."""

    def keep(make: Callable[P, T]) -> Callable[P, T]:
        kept: dict[tuple, T] = {}

        @wraps(make)
        def call(*given: P.args, **named: P.kwargs) -> T:
            seen = (*given, *(id(table(name)) for name in names))
            if seen not in kept:
                kept[seen] = make(*given, **named)
            return kept[seen]

        return call

    return keep


@remember("places")
def lives() -> pd.DataFrame:
    """First and last day of every code over all its versions: index code, columns ``first``, ``last``."""
    return table("places").groupby("code").agg(first=("valid_from", "min"), last=("valid_to", "max"))


@lru_cache(maxsize=4096)
def as_date(when: str | date) -> pd.Timestamp:
    """A vintage or a date as a day: ``"2022-07"`` is its first day.

    >>> as_date("2022-07").date()
    datetime.date(2022, 7, 1)
    """
    try:
        day = pd.Timestamp(str(when)) if len(str(when)) > 4 else pd.NaT
    except ValueError:
        day = pd.NaT
    if pd.isna(day):
        raise PlaceError(
            f"{when!r} is not a date for boundaries. Write a vintage such as '2022-07', or a day such as '2026-04-01'."
        )
    return day.normalize()


def places(at: str | date | None = None, type: str | None = None) -> pd.DataFrame:
    """Every place in force at a date, one row a place; without a date, every version of every place.

    Columns ``code``, ``name``, ``place_type``, ``ons_code``, ``region`` (code), ``valid_from``,
    ``valid_to`` (NaT when not known, or still open), ``source``. `type` is one of those of the
    register: system, region, england, sub_icb, ccg, trust, local_authority, practice, provider, pct, other.

    >>> len(places(at="2022-07", type="system")), len(places(at="2026-04", type="system"))
    (42, 36)
    """
    frame = table("places")
    if type is not None:
        known, frame = frame, frame[frame["place_type"] == type]
        if frame.empty:
            raise PlaceError(f"{type!r} is not a type of place. Types: {', '.join(sorted(known['place_type'].unique()))}.")
    if at is not None:
        day = as_date(at)
        frame = frame[(frame["valid_from"] <= day) & (day <= frame["valid_to"])]
    frame = frame.drop(columns="family").reset_index(drop=True)
    return frame.assign(
        valid_from=frame["valid_from"].mask(frame["valid_from"] == BEGAN),
        valid_to=frame["valid_to"].mask(frame["valid_to"] == OPEN),
    )


def count_systems(at: str | date) -> int:
    """How many systems there were on a day; never type the number.

    >>> count_systems("2016-04"), count_systems("2022-07"), count_systems("2026-04")
    (44, 42, 36)
    """
    return len(places(at, "system"))


def place_of(row: pd.Series) -> Place:
    """A row of the register as a :class:`Place`."""
    began, ended = row["valid_from"], row["valid_to"]
    return Place(row["code"], row["name"], row["place_type"], row["region"],
                 None if began == BEGAN else began.date(), None if ended == OPEN else ended.date(), row["ons_code"])  # fmt: skip


@remember("places", "place_aliases")
def codes() -> dict[str, str]:
    """Every code that a file may print, ODS or ONS, in capitals, to the register's own code."""
    frame, other = table("places"), table("place_aliases")
    coded = other[other["alias"].str.fullmatch(r"[EWU]\d{5,8}")]
    known = dict(zip(coded["alias"], coded["code"], strict=True))
    known |= dict(zip(frame["ons_code"], frame["code"], strict=True)) | dict(zip(frame["code"], frame["code"], strict=True))
    known.pop("", None)
    return known


def canonical(printed: pd.Series) -> pd.Series:
    """Printed codes as the register's own (an ICB's ONS code becomes its ODS code); NaN where unknown.

    >>> canonical(pd.Series(["E54000057", "qop", "E06000001"])).tolist()
    ['QOP', 'QOP', 'E06000001']
    """
    return printed.astype(str).str.strip().str.upper().map(codes())
