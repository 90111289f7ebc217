"""CCGs of 2013 to 2022, the sub-ICB locations they became, and practices."""

from functools import cache

import pandas as pd

from .files import lie_in, move, places, proper, read

ICB = "2022-07-01"


@cache
def sub_codes() -> dict[str, str]:
    """ODS code of each sub-ICB location or CCG of 2021 by its ONS code."""
    from .systems import lsoas

    at = lsoas()
    now = pd.concat([at["2022-07"], at["2024-04"]]).drop_duplicates("sub").set_index("sub")["sub_code"].to_dict()
    both = at["2021-04"].merge(at["2022-07"], on="lsoa", suffixes=("", "_new"))
    then = both.groupby("sub")["sub_code"].agg(lambda s: s.mode()[0]).to_dict()
    return then | now


@cache
def ccg_codes() -> dict[str, str]:
    """ODS code of each CCG by its ONS code, older CCGs matched by name."""
    named = _names()
    by_name = {_plain(name): code for code, name in named.items()}
    older = read("ccg_mortality").drop_duplicates("ccg19cd").set_index("ccg19cd")
    names = read("ccg_mortality").query("CCG19NM != 'NA'").drop_duplicates("ccg19cd").set_index("ccg19cd")["CCG19NM"]
    matched = {ons: by_name[_plain(names[ons])] for ons in older.index if ons in names and _plain(names[ons]) in by_name}
    return matched | sub_codes()


def _plain(name: str) -> str:
    return " ".join(name.upper().removeprefix("NHS ").removesuffix(" CCG").replace("&", "AND").replace(",", " ").split())


@cache
def _names() -> dict[str, str]:
    staff = read("staff_nationality").drop_duplicates("Organisation code")
    seen = {c: n for c, n in zip(staff["Organisation code"], staff["Organisation name"], strict=True) if n.endswith(" CCG")}
    tool = read("populations-2023-24").drop_duplicates("CCG21")
    return seen | dict(zip(tool["CCG21"], tool["Former CCG"], strict=True))


def build() -> tuple[pd.DataFrame, pd.DataFrame]:
    """CCGs and sub-ICB locations, and how they became each other."""
    from .systems import ccg_people, lsoas

    at = lsoas()
    steps = read("reference_org_succession").astype({"date": str})
    known = {code for code in {*read("reference_ccg_icb")["CCG Code"], *_names()} if len(code) in (3, 5)}
    steps = steps[steps["old_code"].isin(known) & steps["new_code"].isin(known) & (steps["date"] >= "2013-04-02")]
    people = ccg_people()
    mass = pd.DataFrame(
        dict(old=steps["old_code"], new=steps["new_code"], mass=steps["old_code"].map(people), date=steps["date"])
    )
    links = []
    for (date, _), merged in mass.groupby(["date", "new"]):
        basis = "people registered, last year listed" if merged["mass"].notna().all() else "equal parts: people not published"
        merged = merged if merged["mass"].notna().all() else merged.assign(mass=1.0)
        links.append(move(merged, "ccg", date, basis, "reference_org_succession; ccg_mortality"))
    both = at["2021-04"].merge(at["2022-07"], on="lsoa", suffixes=("_old", "_new"))
    for frame, old, new, date, basis, source in [
        (both, "sub_old", "sub_new", ICB, "LSOAs of 2011", "reference_lsoa11_2021; reference_lsoa11_2022"),
        (at["2022-07"].merge(at["2024-04"], on="lsoa", suffixes=("_old", "_new")), "sub_old", "sub_new", "2023-04-01",
         "LSOAs unchanged 2011 to 2021", "reference_lsoa11_2022; reference_lsoa21_2024"),
    ]:  # fmt: skip
        counts = pd.DataFrame(dict(old=frame[old].map(sub_codes()), new=frame[new].map(sub_codes()), mass=1))
        links.append(move(counts, "sub_icb", date, basis, source))
    return pd.concat([_ccgs(known, steps), _subs()]), pd.concat(links)


def _ccgs(known: set[str], steps: pd.DataFrame) -> pd.DataFrame:
    ons = {code: name for name, code in ccg_codes().items()}
    born, died = steps.groupby("new_code")["date"].min(), steps.groupby("old_code")["date"].max()
    subs = set(read("reference_lsoa11_2022")["sicbl22_code_h"])
    rows = []
    for code in sorted(known):
        end = died.get(code, ICB)
        rows.append(dict(code=code, name=_names().get(code, code), place_type="ccg", ons_code=ons.get(code, ""),
                         valid_from=born.get(code, "2013-04-01"), valid_to=(pd.Timestamp(end) - pd.Timedelta(days=1)).date().isoformat()))  # fmt: skip
        if code in subs and code in died.index:
            rows[-1]["valid_to"] = "2022-06-30"
    return places(rows).assign(source="reference_ccg_icb; reference_org_succession; staff_nationality")


def _subs() -> pd.DataFrame:
    seen = read("reference_lsoa11_2022").drop_duplicates("sicbl22_code_h")
    rows = [
        dict(code=r.sicbl22_code_h, name=r.sicbl22_name, place_type="sub_icb", ons_code=r.sicbl22_code, valid_from=ICB)
        for r in seen.itertuples()
    ]
    return places(rows).assign(source="reference_lsoa11_2022; reference_lsoa21_2024")


def practices() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every practice of the two allocation tools, and the sub-ICB location and system it belonged to."""
    early, late = read("populations-2023-24"), read("populations-2025-26")
    both = pd.concat([late, early[~early["Practice_Code"].isin(late["Practice_Code"])]])
    region = dict(zip(early["ICS22"], early["R22"], strict=True))
    system = both["ICB"].fillna(both["ICS22"])
    rows = pd.DataFrame(
        dict(
            code=both["Practice_Code"],
            name=both["GP_Practice_Name"].map(proper),
            place_type="practice",
            region=system.map(region),
        )
    )
    said = [
        ("2022-07", "populations-2023-24", early["Practice_Code"], early["ICS22"]),
        ("2024-04", "populations-2025-26", late["Practice_Code"], late["ICB"]),
        ("2026-04", "populations-2025-26; stated_systems", late["Practice_Code"], _in_2026(late)),
    ]
    lies = pd.concat(
        [lie_in(pd.DataFrame(dict(part=part, whole=whole, mass=1)), when, "whole", source) for when, source, part, whole in said]
    )
    return places(rows).assign(source="populations-2025-26; populations-2023-24"), lies


def _in_2026(practices: pd.DataFrame) -> pd.Series:
    """The board of 2026 of each practice: that of the small areas of its old system in its own district."""
    from .systems import lsoas

    before, after = lsoas()["2024-04"], lsoas()["2026-04"]
    both = pd.DataFrame(dict(old=before["system"], district=before["la_name"], new=after["system"]))
    by_district = both.groupby(["old", "district"])["new"].agg(lambda s: s.mode()[0])
    by_system = both.groupby("old")["new"].agg(lambda s: s.mode()[0])
    spots = pd.MultiIndex.from_frame(practices[["ICB", "LTLA"]])
    return pd.Series(by_district.reindex(spots).to_numpy(), index=practices.index).fillna(practices["ICB"].map(by_system))


def networks() -> pd.DataFrame:
    """Primary care networks, and combined authorities, as Fingertips lists them."""
    areas = read("reference_fingertips_areas").set_axis(["children", "code", "name", "level", "tree", "type", "kind"], axis=1)
    kinds = {"nhs-primary-care-networks": "pcn", "combined-authorities": "other"}
    mine = areas[areas["kind"].isin(kinds)]
    return places(mine.assign(place_type=mine["kind"].map(kinds), name=mine["name"].map(proper))).assign(
        source="reference_fingertips_areas"
    )
