"""Small areas (LSOAs): the system, sub-ICB location and district each lay in, at every published vintage.

For April 2026 the system is worked out from the parts named in the announcements
(sub-ICB locations, and for Frimley districts).
"""

from functools import cache

import pandas as pd

from .files import by, district_of, proper, read, stated

# The announcements name the parts; the CCGs of those names are what the LSOA files know.
TO_ESSEX = {"NHS North East Essex CCG", "NHS West Essex CCG"}
FRIMLEY = {
    "S0E4D": {"Bracknell Forest", "Slough", "Windsor and Maidenhead"},
    "QRL": {"Hart", "Rushmoor"},
    "S9B9J": {"Surrey Heath", "Waverley", "Guildford", "Runnymede"},
}


@cache
def lsoas() -> dict[str, pd.DataFrame]:
    """LSOA, system, sub-ICB (ONS code) and district at each published vintage; 2026-04 as announced."""
    old = read("reference_lsoa11_2021").set_axis(["n", "lsoa", "ccg_name", "sub", "stp_name", "ons", "la_name", "la"], axis=1)
    names = ["n", "lsoa", "sub_name", "sub", "sub_code", "icb_name", "ons", "system"]
    mid = read("reference_lsoa11_2022").set_axis([*names, "la_name", "la"], axis=1)
    new = read("reference_lsoa21_2024").set_axis(names, axis=1)
    both = old.merge(mid[["lsoa", "system"]], on="lsoa")
    code = both.groupby("ons")["system"].agg(lambda s: s.mode()[0])
    old["system"] = old["ons"].map(code)
    new["la_name"] = district_of(new["n"])
    merged = by(read("reference_ltla22_ltla23"), "ltla22_code", "ltla23_code")
    new["la"] = new["la_name"].map(by(mid, "la_name", "la")).map(merged)
    late = new.assign(system=_in_2026(new, old))
    return {"2021-04": old, "2022-07": mid, "2024-04": new, "2026-04": late}


@cache
def successors() -> dict[str, list[str]]:
    """Codes that each system of 2022 became part of in April 2026."""
    opened = read("reference_icb_register_2026").query("open_date == '20260401'")
    named = opened["icb_name"].map(proper).str.removesuffix(" Integrated Care Board")
    code = dict(zip(named, opened["icb_code"], strict=True))
    code["NHS Hampshire and Isle of Wight"] = "QRL"
    became = stated("stated_systems").set_index("code")["became"]
    return {place: [new for name, new in code.items() if f"{name} ICB" in text] or [place] for place, text in became.items()}


def _in_2026(new: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    essex = set(old.loc[old["ccg_name"].isin(TO_ESSEX), "sub"])
    by_district = {district: code for code, names in FRIMLEY.items() for district in names}

    def one(system: str, sub: str, district: str) -> str:
        news = successors()[system]
        if len(news) == 1:
            return news[0]
        if system == "QNQ":
            return by_district[district]
        rest = next(code for code in news if code != "D7T5G")
        return "D7T5G" if sub in essex else rest

    return pd.Series([one(*row) for row in zip(new["system"], new["sub"], new["la_name"], strict=True)], index=new.index)


@cache
def sub_codes() -> dict[str, str]:
    """ODS code of each sub-ICB location or CCG of 2021 by its ONS code."""
    at = lsoas()
    now = by(pd.concat([at["2022-07"], at["2024-04"]]), "sub", "sub_code").to_dict()
    both = at["2021-04"].merge(at["2022-07"], on="lsoa", suffixes=("", "_new"))
    then = both.groupby("sub")["sub_code"].agg(lambda s: s.mode()[0]).to_dict()
    return then | now
