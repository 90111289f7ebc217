"""Local authorities: districts, unitaries, boroughs and counties, 2009 to 2024.

Mergers are whole, so shares forward are 1; the way back is by the LSOAs of 2011, whose names
say in which district they lay at the census.
"""

import pandas as pd

from .files import by, district_of, lie_in, move, places, read, stated

YEARS = range(16, 25)


def build() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Authorities, their succession, and the county each district lies in."""
    chain = read("reference_ltla_succession")
    chain = chain[chain["ltla16_code"].str.startswith("E")]
    rows, links = {}, []
    lsoas = district_of(read("reference_lsoa11_2022")["lsoa11_name"]).value_counts()
    lsoas = lsoas.rename(index={"Shepway": "Folkestone and Hythe"})
    for year in YEARS:
        for code, name in chain[[f"ltla{year}_code", f"ltla{year}_name"]].drop_duplicates().to_numpy():
            began = "" if year == YEARS[0] else f"20{year}-04-01"
            rows.setdefault(code, dict(code=code, valid_from=began, valid_to=""))["name"] = name
        if year == YEARS[0]:
            continue
        before, after = f"ltla{year - 1}_code", f"ltla{year}_code"
        changed = chain[chain[before] != chain[after]]
        if changed.empty:
            continue
        for code in changed[before].unique():
            rows[code]["valid_to"] = f"20{year}-03-31"
        mass = pd.DataFrame(dict(old=changed[before], new=changed[after], mass=changed["ltla16_name"].map(lsoas)))
        source = "reference_ltla_succession; reference_lsoa11_2022"
        links.append(move(mass.dropna(), "local_authority", f"20{year}-04-01", "LSOAs of 2011", source))
    districts = places(rows.values()).assign(place_type="local_authority", source="reference_ltla_succession")
    counties, lies = _counties(set(districts["code"]))
    links += _closed_counties(chain, lsoas)
    out = pd.concat([districts, counties]).drop_duplicates("code")
    ended = stated("stated_counties").set_index("county")["until"]
    out = out.assign(
        ons_code=out["code"], valid_to=[ended.get(code, end) for code, end in zip(out["code"], out["valid_to"], strict=True)]
    )
    return out, pd.concat(links), lies


def _closed_counties(chain: pd.DataFrame, lsoas: pd.Series) -> list[pd.DataFrame]:
    """Counties that gave way to unitaries, by the LSOAs of their districts.

    ``back`` is 0: on the way back a unitary's figures go to its districts, which tile it already.
    """
    listed = read("reference_ltla21_utla21").groupby("utla21_code")["ltla21_code"].agg(list)
    last = chain[["ltla16_code", "ltla16_name", "ltla21_code", "ltla24_code"]].drop_duplicates("ltla16_code")
    out = []
    for row in stated("stated_counties").itertuples():
        held = last["ltla16_code"].isin(row.districts.split()) if row.districts else last["ltla21_code"].isin(listed[row.county])
        mine = last[held]
        mass = pd.DataFrame(dict(old=row.county, new=mine["ltla24_code"], mass=mine["ltla16_name"].map(lsoas)))
        date = str((pd.Timestamp(row.until) + pd.Timedelta(days=1)).date())
        out.append(move(mass, "local_authority", date, "LSOAs of 2011", f"{row.source}; reference_lsoa11_2022").assign(back=0.0))
    return out


def _counties(known: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, lies = [], []
    for vintage, source, year in (("2021-04", "reference_ltla21_utla21", 21), ("2024-04", "reference_ltla23_utla23", 23)):
        frame = read(source)
        frame = frame[frame[f"utla{year}_code"].str.startswith("E10")]
        named = by(frame, f"utla{year}_code", f"utla{year}_name")
        rows += [dict(code=code, name=name, place_type="local_authority", source=source) for code, name in named.items()]
        whole = pd.DataFrame(dict(part=frame[f"ltla{year}_code"], whole=frame[f"utla{year}_code"], mass=1))
        lies.append(lie_in(whole, vintage, "whole", source))
    spent = read("council_spending")
    rows += [dict(code=c, name=n, place_type="local_authority", source="council_spending") for c, n in spent[["ons_code", "ons_name"]].to_numpy()
             if c not in known]  # fmt: skip
    return places(rows).drop_duplicates("code"), pd.concat(lies)
