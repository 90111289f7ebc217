"""Facts of the register against a second file: how many were compared, and each that disagrees."""

from collections.abc import Iterator

import pandas as pd

from .areas import lsoas, sub_codes
from .commissioners import codes_by_name
from .files import by, each, read, stated

COLUMNS = ["fact", "kept", "kept_from", "other", "other_from"]


def compare(rows: pd.DataFrame, lies: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables: a row for each kind of fact (compared, agreed), and a row for each disagreement."""
    counts, apart = [], [pd.DataFrame(columns=COLUMNS)]
    for kind, kept_from, kept, other_from, other in _pairs(rows, lies):
        both = pd.DataFrame(dict(kept=kept, kept_from=kept_from, other=other, other_from=other_from)).dropna()
        wrong = both[both["kept"] != both["other"]]
        counts.append((kind, kept_from, other_from, len(both), len(both) - len(wrong)))
        apart.append(wrong.assign(fact=f"{kind} of " + wrong.index.astype(str))[COLUMNS])
    return pd.DataFrame(counts, columns=["fact", "kept_from", "checked_against", "compared", "agreed"]), pd.concat(apart)


def _pairs(rows: pd.DataFrame, lies: pd.DataFrame) -> Iterator[tuple[str, str, pd.Series, str, pd.Series]]:
    """Kind of fact, source, values by code; second source, values by code."""
    ours, mid, new = stated("stated_systems").set_index("code"), lsoas()["2022-07"], lsoas()["2024-04"]
    tool = read("populations-2023-24")
    yield "ONS code of system at 2022-07", "stated_systems", ours["ons_2022"], "reference_lsoa11_2022", by(mid, "system", "ons")
    yield "ONS code of system at 2024-04", "stated_systems", ours["ons_2023"], "reference_lsoa21_2024", by(new, "system", "ons")
    yield "name of system", "stated_systems", ours["name"], "reference_lsoa11_2022", by(mid, "system", "icb_name")
    registered = by(read("reference_icb_register_2026"), "icb_code", "icb_name")
    yield "name of system, in capitals", "stated_systems", ours["name"].str.upper(), "reference_icb_register_2026", registered
    staff = pd.concat([frame for _, frame in each("sickness_absence")])
    yield "region of system", "stated_systems", ours["region"], "sickness_absence", by(staff, "ICS_CODE", "NHSE_REGION_CODE")
    yield "region of system", "stated_systems", ours["region"], "populations-2023-24", by(tool, "ICS22", "R22")
    home = by(lies[(lies["vintage"] == "2022-07") & (lies["share"] > 0.5)], "part", "whole")
    boards = by(read("reference_ccg_icb"), "CCG Code", "ICB Code")
    yield "system of CCG at 2022-07", "reference_lsoa11_2022", home, "reference_ccg_icb", boards
    late = by(read("populations-2025-26"), "Practice_Code", "ICB")
    yield "system of practice", "populations-2023-24", by(tool, "Practice_Code", "ICS22"), "populations-2025-26", late
    first = by(stated("stated_ccgs"), "ons_code", "code")
    yield "ODS code of CCG", "stated_ccgs", first, "ccg_mortality, by name", pd.Series(codes_by_name())
    areas = read("reference_fingertips_areas").query("AreaTypeCode == 'nhs-sub-integrated-care-boards'")
    listed = pd.Series(areas["AreaName"].str.extract(r"- (\w+)$")[0].to_numpy(), index=areas["AreaCode"])
    yield "ODS code of sub-ICB location", "reference_lsoa21_2024", pd.Series(sub_codes()), "reference_fingertips_areas", listed
    trusts = by(read("reference_trusts22_region21"), "nhs_trust22_code", "nhs_region21_nhs_code")
    yield "region of trust", "sickness_absence", home.map(ours["region"]), "reference_trusts22_region21", trusts
    chain, then = (
        by(read("reference_ltla_succession"), "ltla22_code", "ltla23_code"),
        by(read("reference_ltla22_ltla23"), "ltla22_code", "ltla23_code"),
    )
    yield "successor of district in 2023", "reference_ltla_succession", chain, "reference_ltla22_ltla23", then
    names = by(read("reference_ltla_succession"), "ltla21_code", "ltla21_name")
    yield "name of district", "reference_ltla_succession", names, "populations-2023-24", by(tool, "LAD21", "LTLA21")
    yield "name of district", "reference_ltla_succession", names, "reference_lsoa11_2021", by(lsoas()["2021-04"], "la", "la_name")
    seen = by(rows[rows["place_type"] == "trust"], "code", "name").str.upper()
    yield (
        "name of trust, in capitals",
        "sickness_absence",
        seen,
        "reference_org_register_2026",
        by(read("reference_org_register_2026"), "org_code", "org_name"),
    )
