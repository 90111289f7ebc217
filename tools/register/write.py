"""Put the kinds together, check them against each other, and write ``data/raw/reference``."""

from pathlib import Path

import pandas as pd

from icslib import paths

from . import authorities, check, commissioners, second, systems, trusts
from .files import MEMBERSHIP, PLACES, SUCCESSION, by, read


def build() -> dict[str, pd.DataFrame]:
    """Every table of the register."""
    sys_rows, sys_links = systems.build()
    com_rows, com_links = commissioners.build()
    practice_rows, practice_lies = commissioners.practices()
    trust_rows, trust_links, names = trusts.build()
    trust_lies, apart = trusts.systems_of()
    la_rows, la_links, la_lies = authorities.build()
    taken = set(sys_rows["code"]) | set(com_rows["code"]) | set(practice_rows["code"])
    trust_rows = trust_rows[~trust_rows["code"].isin(taken)]
    rows = pd.concat([sys_rows, com_rows, la_rows, trust_rows, practice_rows, commissioners.networks()])[PLACES]
    links = pd.concat([sys_links, com_links, la_links, trust_links])[SUCCESSION]
    lies = pd.concat([systems.memberships(), la_lies, trust_lies, practice_lies])[MEMBERSHIP]
    rows = _regions_from_systems(rows, lies)
    checks, apart_too = second.compare(rows, lies)
    return {
        "places": rows.drop_duplicates(["code", "valid_from"]).sort_values(["place_type", "code", "valid_from"]),
        "place_aliases": _aliases(rows, names),
        "succession": links.sort_values(["place_type", "date", "old", "new"]),
        "membership": lies[lies["share"] > 0].sort_values(["vintage", "basis", "part", "whole"]),
        "disagreements": pd.concat([apart, trusts.dates_disagree(), apart_too])
        .drop_duplicates()
        .sort_values(["fact", "other_from"]),
        "checks": checks,
    }


def _regions_from_systems(rows: pd.DataFrame, lies: pd.DataFrame) -> pd.DataFrame:
    region = rows[rows["place_type"] == "system"].drop_duplicates("code", keep="last").set_index("code")["region"]
    best = by(lies[lies["whole"].isin(region.index)].sort_values("share", ascending=False), "part", "whole")
    blank = rows["region"] == ""
    rows.loc[blank, "region"] = rows.loc[blank, "code"].map(best).map(region).fillna("")
    return rows


def _aliases(rows: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Other names and codes of a place: short names of systems, former names, ONS codes of other vintages."""
    short = systems.stated("stated_systems")
    ccg = read("ccg_mortality").query("CCG19NM != 'NA'").drop_duplicates("ccg19cd")
    more = [
        names[names["code"].isin(rows["code"])],
        pd.DataFrame(dict(alias=short["short_name"], code=short["code"], source="stated_systems")),
        pd.DataFrame(
            [dict(alias=ons, code=code, source="stated_ccgs; ccg_mortality") for ons, code in commissioners.ccg_codes().items()]
        ),
        pd.DataFrame(dict(alias=ccg["CCG19NM"], code=ccg["ccg19cd"].map(commissioners.ccg_codes()), source="ccg_mortality")),
        systems.nhs_regions().rename(columns={"ons": "alias"}).drop(columns="name").assign(source="reference_trusts22_region21"),
        pd.DataFrame([dict(alias="Shepway", code="E07000112", source="reference_lsoa11_2022")]),
    ]
    own = {(said, code) for name in ("name", "ons_code") for said, code in zip(rows[name].str.lower(), rows["code"], strict=True)}
    out = pd.concat(more).dropna().drop_duplicates(["alias", "code"])
    keep = [(alias.lower(), code) not in own and alias != code for alias, code in zip(out["alias"], out["code"], strict=True)]
    return out[keep].sort_values(["code", "alias"])


def write(folder: Path | None = None) -> dict[str, int]:
    """Write each table as CSV; returns bytes by name."""
    folder = folder or paths.raw("reference")
    return {name: _save(frame, folder / f"{name}.csv") for name, frame in build().items()}


def write_unresolved(folder: Path | None = None) -> int:
    """List the codes of official files that the written register does not know; returns bytes."""
    return _save(check.unresolved(), (folder or paths.raw("reference")) / "unresolved.csv")


def _save(frame: pd.DataFrame, target: Path) -> int:
    with paths.written_aside(target) as aside:
        frame.to_csv(aside, index=False, float_format="%.16g", lineterminator="\n")
    return target.stat().st_size
