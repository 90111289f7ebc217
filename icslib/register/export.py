"""The register as two CSV files that anyone can use alone, with their columns described."""

import json
from pathlib import Path

import pandas as pd

from .. import paths
from .facts import as_date, places, table

ABOUT = {
    "places.csv": {
        "code": "The code we use: ODS for NHS bodies, ONS for councils, regions of government and England",
        "name": "Name of this version",
        "also": "Other names and codes it goes by, separated by '|'",
        "place_type": "system (STP, then ICB), ccg, sub_icb, trust, local_authority, region, england, practice, pcn, provider, "
        "pct, other",
        "ons_code": "ONS code of this version, where it has one",
        "region": "NHS region, by code",
        "valid_from": "First day of this version; empty where no file of ours says",
        "valid_to": "Last day of this version; empty while open",
        "source": "Catalog ids of the files that say so, or a table stated by hand with its own sources",
    },
    "succession.csv": {
        "kind": "'became': the old place, or part of it, became the new one; 'lies in': the old place lies in the new one",
        "old": "Code of the older or smaller place",
        "new": "Code of the newer or larger place",
        "date": "Day from which it is so",
        "share": "Part of the old place concerned, 0 to 1; the shares of an old place, date and basis sum to 1; empty: not "
        "published",
        "back": "Part of the new place that came from the old one; 0 for a county, whose districts fill the same ground; "
        "empty: not known",
        "basis": "What the shares were counted in",
        "source": "Catalog ids or addresses of the files and pages that say so",
    },
}


def export_register(folder: Path | str) -> list[Path]:
    """Write ``places.csv``, ``succession.csv`` and ``datapackage.json`` (their columns described) into a folder.

    Returns the paths written. Dates are ISO days; a fact that no file gives is an empty cell.
    """
    other = table("place_aliases").groupby("code")["alias"].agg("|".join)
    named = places()
    named = named.assign(also=named["code"].map(other).fillna(""))
    became = table("succession").assign(kind="became")
    lies = table("membership").rename(columns={"part": "old", "whole": "new", "cover": "back"})
    lies = lies.assign(kind="lies in", date=lies["vintage"].map(as_date))
    pair = {"places.csv": named, "succession.csv": pd.concat([became, lies])}
    folder, written = Path(folder), []
    for name, frame in pair.items():
        with paths.written_aside(folder / name) as aside:
            frame[[*ABOUT[name]]].to_csv(aside, index=False, date_format="%Y-%m-%d", lineterminator="\n")
        written.append(folder / name)
    with paths.written_aside(folder / "datapackage.json") as aside:
        aside.write_text(json.dumps(_describe(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*written, folder / "datapackage.json"]


def _describe() -> dict:
    kind = dict.fromkeys(("share", "back"), "number") | dict.fromkeys(("valid_from", "valid_to", "date"), "date")
    field = lambda column, said: {"name": column, "type": kind.get(column, "string"), "description": said}  # noqa: E731
    return {
        "name": "icslib-places",
        "title": "Places of the English NHS and local government that know their dates, and what became of them",
        "licenses": [{"name": "OGL-UK-3.0", "title": "Contains public sector information licensed under the Open Government "
                                                     "Licence v3.0"}],
        "resources": [
            {"name": Path(name).stem, "path": name, "mediatype": "text/csv",
             "schema": {"fields": [field(column, said) for column, said in columns.items()]}}
            for name, columns in ABOUT.items()
        ],
    }  # fmt: skip
