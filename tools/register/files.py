"""Official files as frames, by catalog id; and the forms that every kind of place fills in."""

import re
from functools import cache

import pandas as pd
import pyreadr

from icslib import catalog, paths

PLACES = ["code", "name", "place_type", "ons_code", "region", "valid_from", "valid_to", "source"]
SUCCESSION = ["place_type", "old", "new", "date", "share", "back", "basis", "source"]
MEMBERSHIP = ["part", "whole", "vintage", "share", "cover", "basis", "source"]
SMALL = {"and", "of", "the", "for", "in", "on", "upon", "under", "with", "at", "by", "le"}
UPPER = {"nhs", "cic", "ccg", "pct", "icb", "csu", "uk", "gp", "wic", "ltd", "llp", "plc", "utc", "miu", "bmi", "ii", "iii"}


@cache
def read(source: str) -> pd.DataFrame:
    """The one table of an official file, all cells as text."""
    path = catalog.need_file(catalog.get(source))
    if path.suffix == ".rda":
        return next(iter(pyreadr.read_r(str(path)).values()))
    if path.suffix in (".xlsx", ".xls", ".XLS"):
        return pd.read_excel(path, sheet_name=1, dtype=str, engine="calamine")
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


@cache
def stated(name: str) -> pd.DataFrame:
    """A table of facts stated by hand, each with its source, kept beside the register."""
    return pd.read_csv(paths.raw("reference", f"{name}.csv"), dtype=str, keep_default_na=False)


def by(frame: pd.DataFrame, key: str, value: str) -> pd.Series:
    """A column by another, the first row of each key."""
    return frame.drop_duplicates(key).set_index(key)[value]


def each(table: str) -> list[tuple[str, pd.DataFrame]]:
    """Every edition of a publication: catalog id and frame."""
    return [(source.id, read(source.id)) for source in catalog.of_table(table)]


def proper(name: str) -> str:
    """A name printed in capitals, in ordinary writing.

    >>> proper("BEDFORDSHIRE, LUTON AND MILTON KEYNES INTEGRATED CARE BOARD")
    'Bedfordshire, Luton and Milton Keynes Integrated Care Board'
    """
    text = re.sub(r"\s+", " ", name).strip()
    if not text.isupper() and not text.istitle():
        return text

    def one(match: re.Match) -> str:
        word = match[0].lower()
        if word in UPPER:
            return word.upper()
        return word if word in SMALL and match.start() else word[:1].upper() + word[1:]

    return re.sub(r"[A-Za-z][A-Za-z']*", one, text)


def district_of(lsoa_name: pd.Series) -> pd.Series:
    """The district in an LSOA's name: 'Halton 001A' lies in Halton as it was at the census."""
    full = {
        name: f"{name}, {kind} of"
        for name, kind in (("Bristol", "City"), ("Herefordshire", "County"), ("Kingston upon Hull", "City"))
    }
    return lsoa_name.str.replace(r" \d{3}[A-Z]$", "", regex=True).replace(full)


def eve(day: str) -> str:
    """The day before."""
    return (pd.Timestamp(day) - pd.Timedelta(days=1)).date().isoformat()


def places(rows: pd.DataFrame | list[dict]) -> pd.DataFrame:
    """Rows of the register; a date or a region not known is blank."""
    return pd.DataFrame(rows).reindex(columns=PLACES).fillna("")


def move(mass: pd.DataFrame, kind: str, date: str, basis: str, source: str) -> pd.DataFrame:
    """Succession at one date from the mass (LSOAs, people) that went from each old place to each new.

    ``share`` is the part of the old place that went; ``back`` the part of the new place that came.
    """
    mass = mass.groupby(["old", "new"], as_index=False)["mass"].sum()
    mass["share"] = mass["mass"] / mass.groupby("old")["mass"].transform("sum")
    mass["back"] = mass["mass"] / mass.groupby("new")["mass"].transform("sum")
    touched = set(mass.loc[mass["old"] != mass["new"], ["old", "new"]].to_numpy().ravel())
    mass = mass[mass["old"].isin(touched) | mass["new"].isin(touched)]
    return mass.assign(place_type=kind, date=date, basis=basis, source=source)[SUCCESSION]


def lie_in(mass: pd.DataFrame, vintage: str, basis: str, source: str) -> pd.DataFrame:
    """Membership from the mass of each part in each whole (columns part, whole, mass).

    ``share`` is the part of the part that lies in the whole, ``cover`` the part of the whole that it fills.
    """
    mass = mass.groupby(["part", "whole"], as_index=False)["mass"].sum()
    mass["share"] = mass["mass"] / mass.groupby("part")["mass"].transform("sum")
    mass["cover"] = mass["mass"] / mass.groupby("whole")["mass"].transform("sum") if basis.startswith("LSOA") else float("nan")
    return mass.assign(vintage=vintage, basis=basis, source=source)[MEMBERSHIP]
