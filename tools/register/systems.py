"""Systems: 44 footprints of 2016, 42 systems, 36 boards from April 2026.

A system has one ODS code through its life and a version for each name, boundary or ONS code.
Which LSOA lay in which system is published for 2021, July 2022 and 2024; for April 2026 it
is worked out from the announcements. Before 2021 the moved parts are CCGs, weighed by their 2018 population.
"""

import pandas as pd

from .areas import lsoas, sub_codes, successors
from .commissioners import ccg_people
from .files import by, eve, lie_in, move, places, proper, read, stated

STP, ICB, SPLIT = "2016-03-15", "2022-07-01", "2026-04-01"
# Members of the footprints of 2016, read from their names (CCG codes): whole 2018 mergers and the parts moved later.
NORTH = {
    "E54000045": ["00C", "00D", "00K", "00M", "03D"],
    "E54000046": ["00L", "99C", "13T", "00N", "00P", "00J"],
    "E54000047": ["01H"],
}


def build() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Versions of every system, and how they became each other."""
    return pd.concat([_stps(), _icbs(), _regions()]), pd.concat([_before_2021(), _since_2021()])


def _stps() -> pd.DataFrame:
    named = lsoas()["2021-04"].drop_duplicates("system").set_index("system")
    region = stated("stated_systems").set_index("code")["region"]
    first = by(read("reference_trust_stp_2017"), "STP_code", "STP").str.strip()
    # ONS codes that changed before 2021, from the lists of 2017, 2019 and 2020 in the files named
    recoded = {"QHM": [("2018-04-01", "E54000049"), ("2021-04-01", "E54000050")], "QOQ": [(STP, "E54000006"), ("2021-04-01", "E54000051")],
               "QWO": [(STP, "E54000005"), ("2021-04-01", "E54000054")], "QXU": [(STP, "E54000035"), ("2020-04-01", "E54000052")],
               "QNX": [(STP, "E54000033"), ("2020-04-01", "E54000053")]}  # fmt: skip
    rows = []
    for code, row in named.iterrows():
        spells = recoded.get(code, [(STP, row["ons"])])
        ends = [day for day, _ in spells[1:]] + [ICB]
        for (start, ons), end in zip(spells, ends, strict=True):
            name = row["stp_name"] if end == ICB else first.get(ons, row["stp_name"])
            rows.append(dict(code=code, name=name, ons_code=ons, region=region[code], valid_from=start, valid_to=eve(end)))
    rows += [dict(code=ons, name=first[ons], ons_code=ons, region="Y63", valid_from=STP, valid_to="2018-03-31") for ons in NORTH]
    return places(rows).assign(place_type="system", source="reference_lsoa11_2021; reference_trust_stp_2017; ccg_mortality")


def _icbs() -> pd.DataFrame:
    listed = read("reference_icb_register_2026").set_index("icb_code")
    rows = []
    for row in stated("stated_systems").itertuples():
        end = "2026-03-31" if listed.loc[row.code, "close_date"] else ""
        spells = [(ICB, row.ons_2022)]
        spells += [("2023-04-01", row.ons_2023)] if row.ons_2023 != row.ons_2022 else []
        spells += [(SPLIT, row.ons_2026)] if not end and row.ons_2026 not in ("", row.ons_2023) else []
        ends = [eve(day) for day, _ in spells[1:]] + [end]
        rows += [dict(code=row.code, name=row.name, ons_code=ons, region=row.region, valid_from=start, valid_to=last)
                 for (start, ons), last in zip(spells, ends, strict=True)]  # fmt: skip
    ours = stated("stated_systems").set_index("code")
    for code, row in listed.query("open_date == '20260401'").iterrows():
        olds = [old for old, news in successors().items() if code in news and len(news) == 1]
        rows.append(dict(code=code, name=proper(row["icb_name"]), ons_code=ours.loc[olds[0], "ons_2026"],
                         region=ours.loc[olds[0], "region"], valid_from=SPLIT, valid_to=""))  # fmt: skip
    return places(rows).assign(place_type="system", source="reference_icb_register_2026; stated_systems")


def nhs_regions() -> pd.DataFrame:
    """NHS regions of 2021: ``code``, ``name``, ``ons``."""
    seen = (
        read("reference_trusts22_region21")
        .drop_duplicates("nhs_region21_nhs_code")
        .query("nhs_region21_nhs_code.str.startswith('Y')")
    )
    return pd.DataFrame(
        dict(code=seen["nhs_region21_nhs_code"], name=seen["nhs_region21_name"], ons=seen["nhs_region21_ons_code"])
    )


def _regions() -> pd.DataFrame:
    areas = by(read("reference_fingertips_areas"), "AreaCode", "AreaName")
    late = {name.removesuffix(" NHS Region"): code for code, name in areas.items() if name.endswith(" NHS Region")}
    rows = [dict(code=r.code, name=r.name, ons_code=late.get(r.name, r.ons)) for r in nhs_regions().itertuples(index=False)]
    older = by(read("reference_fingertips_areas").query("AreaType == 'Regions'"), "AreaCode", "AreaName")
    rows += [dict(code=code, name=name.removesuffix(" Region"), ons_code=code) for code, name in older.items()]
    return pd.concat([
        places(rows).assign(place_type="region", source="reference_trusts22_region21; reference_fingertips_areas"),
        places([dict(code="E92000001", name="England", ons_code="E92000001", place_type="england", source="reference_fingertips_areas")]),
    ])  # fmt: skip


def _before_2021() -> pd.DataFrame:
    people = ccg_people()
    home = read("reference_ccg_icb").set_index("CCG Code")["ICB Code"]
    home = home[home.index.isin(people.index)]
    basis = "people registered 2018, CCGs read from the system's name"
    source = "ccg_mortality; reference_ccg_icb; reference_trust_stp_2017"

    def weigh(pairs: list[tuple[str, str, list[str]]]) -> pd.DataFrame:
        return pd.DataFrame([(old, new, people.reindex(ccgs).sum()) for old, new, ccgs in pairs], columns=["old", "new", "mass"])

    members = {code: [c for c in home.index[home == code]] for code in ("QNX", "QXU", "QOQ", "QWO", "QHM")}
    east_surrey, hambleton, harrogate = ["09L"], ["03D"], ["03E"]
    sussex, surrey = members["QNX"], [c for c in members["QXU"] if c != "09L"]
    york = [c for c in members["QOQ"] if c not in ("03D", "03E")]
    return pd.concat([
        move(weigh([(ons, "QHM", ccgs) for ons, ccgs in NORTH.items()]), "system", "2018-04-01", basis, source),
        move(weigh([("QNX", "QNX", sussex), ("QNX", "QXU", east_surrey), ("QXU", "QXU", surrey)]), "system", "2020-04-01", basis, source),
        move(weigh([("QHM", "QHM", members["QHM"]), ("QHM", "QOQ", hambleton), ("QWO", "QOQ", harrogate), ("QWO", "QWO", members["QWO"]),
                    ("QOQ", "QOQ", york)]), "system", "2021-04-01", basis, source),
    ])  # fmt: skip


def _since_2021() -> pd.DataFrame:
    at = lsoas()

    def between(first: str, last: str, date: str, basis: str, source: str) -> pd.DataFrame:
        both = at[first].merge(at[last], on="lsoa", suffixes=("_old", "_new"))
        mass = both.groupby(["system_old", "system_new"]).size().rename("mass").reset_index()
        return move(mass.rename(columns={"system_old": "old", "system_new": "new"}), "system", date, basis, source)

    return pd.concat([
        between("2021-04", "2022-07", ICB, "LSOAs of 2011", "reference_lsoa11_2021; reference_lsoa11_2022"),
        between("2022-07", "2024-04", "2023-04-01", "LSOAs unchanged 2011 to 2021", "reference_lsoa11_2022; reference_lsoa21_2024"),
        between("2024-04", "2026-04", SPLIT, "LSOAs of 2021", "reference_lsoa21_2024; stated_systems"),
    ])  # fmt: skip


def memberships() -> pd.DataFrame:
    """System to region at each vintage, district to system by LSOAs."""
    at, out = lsoas(), []
    region = places(_icbs())
    for vintage, frame in at.items():
        source = {"2021-04": "reference_lsoa11_2021", "2022-07": "reference_lsoa11_2022"}.get(vintage, "reference_lsoa21_2024")
        source += "; stated_systems" if vintage == "2026-04" else ""
        basis = "LSOAs of 2011" if vintage < "2024" else "LSOAs of 2021"
        year = 21 if vintage < "2023" else 23
        county = read(f"reference_ltla{year}_utla{year}").set_index(f"ltla{year}_code")[f"utla{year}_code"]
        both = frame.assign(sub=frame["sub"].map(sub_codes()), county=frame["la"].map(county))
        both["county"] = both["county"].where(both["county"].str.startswith("E10"))
        for part in ("la", "sub", "county"):
            mass = both.groupby([part, "system"]).size().rename("mass").reset_index()
            out.append(lie_in(mass.rename(columns={part: "part", "system": "whole"}), vintage, basis, source))
        day = f"{max(vintage, '2022-07')}-01"
        valid = region[(region["valid_from"] <= day) & ((region["valid_to"] == "") | (region["valid_to"] >= day))]
        out.append(
            lie_in(valid.rename(columns={"code": "part", "region": "whole"}).assign(mass=1), vintage, "whole", "stated_systems")
        )
    return pd.concat(out)
