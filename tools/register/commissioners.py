"""CCGs of 2013 to 2022, the sub-ICB locations they became, and practices."""

from functools import cache

import pandas as pd

from icslib.register.names import plain

from .areas import lsoas, sub_codes
from .files import by, eve, lie_in, move, places, proper, read, stated

ICB = "2022-07-01"


@cache
def ccg_codes() -> dict[str, str]:
    """ODS code of each CCG by its ONS code: the list of 2013, those between by name, and the CCGs of 2021; the newest last."""
    first = stated("stated_ccgs")
    return dict(zip(first["ons_code"], first["code"], strict=True)) | codes_by_name() | sub_codes()


def codes_by_name() -> dict[str, str]:
    """ODS code of each CCG by its ONS code, where two files give it one name."""
    by_name = {plain(name)[0]: code for code, name in _names().items()}
    named = by(read("ccg_mortality").query("CCG19NM != 'NA'"), "ccg19cd", "CCG19NM")
    return {ons: by_name[plain(name)[0]] for ons, name in named.items() if plain(name)[0] in by_name}


@cache
def _names() -> dict[str, str]:
    staff = read("staff_nationality").drop_duplicates("Organisation code")
    seen = {c: n for c, n in zip(staff["Organisation code"], staff["Organisation name"], strict=True) if n.endswith(" CCG")}
    last = lsoas()["2021-04"].drop_duplicates("sub")
    first = stated("stated_ccgs").query("name != ''").set_index("code")["name"]
    return {**first, **seen, **dict(zip(last["sub"].map(sub_codes()), last["ccg_name"], strict=True))}


def ccg_people() -> pd.Series:
    """People registered with each CCG, by ODS code: 2018, or the last year listed of one that had closed."""
    rows = read("ccg_mortality").query("year <= '2018' and CCGpop not in ('', 'NA')").sort_values("year")
    return pd.Series(rows["CCGpop"].astype(float).to_numpy(), index=rows["ccg19cd"].map(ccg_codes())).groupby(level=0).last()


def build() -> tuple[pd.DataFrame, pd.DataFrame]:
    """CCGs and sub-ICB locations, and how they became each other."""
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
                         valid_from=born.get(code, "2013-04-01"), valid_to=eve(end)))  # fmt: skip
        if code in subs and code in died.index:
            rows[-1]["valid_to"] = "2022-06-30"
    return places(rows).assign(source="reference_ccg_icb; reference_org_succession; stated_ccgs; staff_nationality")


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
