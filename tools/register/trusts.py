"""NHS trusts, care trusts, ambulance services, other providers and the bodies before them.

A trust's name is taken from the newest file that writes it in ordinary letters. Its system at
July 2022 is the one under which NHS Digital published its sickness absence; other files
confirm or disagree, and every disagreement is kept.
"""

import re
from functools import cache

import pandas as pd

from .areas import lsoas
from .files import MEMBERSHIP, by, each, eve, places, proper, read, stated

FIRST = "2009-04-01"  # successions before this reach no figure we hold
PCTS_CLOSED = "2013-03-31"  # Health and Social Care Act 2012; the bed files show none later
STATUTORY = r"Authority|NHS England|Commissioning Support|\bCSU\b|Health Education|Department|Commission|Institute|Agency|NHS Digital|Property"
SHARED = {"QZZ": "Special health authorities and other statutory bodies (a pseudo-code of the workforce files)"}


@cache
def seen() -> pd.DataFrame:
    """Every organisation in files that name organisations: code, name, source; newest and best written first."""

    def take(source: str, frame: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
        return pd.DataFrame(dict(code=frame[code].str.strip(), name=frame[name].str.strip(), source=source)).drop_duplicates()

    out = [take(s, f, "ORG_CODE", "ORG_NAME") for s, f in reversed(each("sickness_absence"))]
    out += [take("reference_trusts22_region21", read("reference_trusts22_region21"), "nhs_trust22_code", "nhs_trust22_name"),
            take("reference_trusts22_stp21", read("reference_trusts22_stp21"), "nhs_trust22_code", "nhs_trust22_name"),
            take("reference_trust_stp_2017", read("reference_trust_stp_2017"), "code", "Trust"),
            take("staff_nationality", read("staff_nationality"), "Organisation code", "Organisation name"),
            take("reference_org_register_2026", read("reference_org_register_2026"), "org_code", "org_name")]  # fmt: skip
    out += [take(s, f, "Org Code", "Org name") for s, f in reversed(each("emergency"))]
    out += [take("waiting_trusts", read("waiting_trusts"), "nhs_trust22_code", "nhs_trust22_name"),
            take("provider_plans", read("provider_plans"), "org_code", "org_name"),
            take("ambulance", read("ambulance"), "Org Code", "Org Name")]  # fmt: skip
    beds = read("beds").sort_values("year", ascending=False)
    out += [take("beds", beds, "org_code", "org_name"), *(take(s, f, "code", "name") for s, f in _estates())]
    rows = pd.concat(out)
    rows = rows[rows["code"].str.fullmatch(r"[A-Z0-9]{3,6}") & ~rows["code"].str.fullmatch(r"Y5\d|Y6\d|TOTAL|ENG")]
    return rows[~rows["name"].str.fullmatch(r"|-|\d+|TOTAL|England", case=False)]


def _estates() -> list[tuple[str, pd.DataFrame]]:
    from icslib import catalog
    from icslib.sheets import open_pages

    out = []
    for source in catalog.of_table("backlog"):
        path = catalog.need_file(source)
        if path.suffix == ".csv":
            lines = [line.split("$") for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines()]
        else:
            lines = open_pages(path)["Trust Data"].grid
        rows = [(str(line[0]), str(line[1])) for line in lines if re.fullmatch(r"[A-Z0-9]{3}", str(line[0]))]
        out.append((source.id, pd.DataFrame(rows, columns=["code", "name"])))
    return out


def build() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Organisations, their succession, and every other name they went by."""
    orgs, steps = seen(), _steps()
    left = steps[steps["old"] != steps["new"]]
    born, died = left.groupby("new")["date"].min(), left.groupby("old")["date"].max()
    dated = _dated()
    listed = read("reference_org_register_2026").set_index("org_code")["org_type"]
    rows = []
    codes = [c for c in orgs["code"].unique() if not re.fullmatch(r"Q..", c)] + sorted(set(SHARED))
    codes += sorted({*steps["old"], *steps["new"]} - set(codes))
    first = orgs.drop_duplicates("code").set_index("code")
    for code in codes:
        name = SHARED.get(code) or (proper(first.loc[code, "name"]) if code in first.index else code)
        end = eve(died[code]) if code in died and code not in born.index.intersection(
            steps.loc[steps["old"] == code, "new"]) else ""  # fmt: skip
        start = born[code] if code in born and not dated.get(code, "9999") < born[code][:7] else ""
        kind = _type(code, name, listed)
        end = end or (PCTS_CLOSED if kind == "pct" else "")
        rows.append(dict(code=code, name=name, place_type=kind, valid_from=start, valid_to=end,
                         source=first.loc[code, "source"] if code in first.index else "reference_org_succession"))  # fmt: skip
    names = orgs.assign(name=orgs["name"].map(proper)).drop_duplicates(["code", "name"])
    return places(rows), steps, names.rename(columns={"name": "alias"})[["alias", "code", "source"]]


def _type(code: str, name: str, listed: pd.Series) -> str:
    if re.fullmatch(r"5[A-Z0-9]{2}|TA[A-Z0-9]|T[A-Z]{2}", code) and re.search(
        r"\bPCT\b|PRIMARY CARE TRUST|CARE TRUST PLUS", name, re.I
    ):
        return "pct"
    named = re.search("TRUST|NHS", name, re.I) or listed.get(code, "") in ("NHS Trust", "Care Trust")
    if re.fullmatch(r"R[A-Z0-9]{2}", code) or (re.fullmatch(r"T[A-Z0-9]{2}", code) and named):
        return "trust"
    if code in SHARED or re.search(STATUTORY, name, re.I):
        return "other"
    return "pct" if re.fullmatch(r"5[A-Z0-9]{2}", code) else "provider"


def _dated() -> dict[str, str]:
    """First day on which a dated file shows each organisation."""
    beds = read("beds")
    months = pd.to_datetime(beds["period_end"] + " " + beds["year"], format="%B %Y")
    first = pd.Series(months.dt.date.astype(str).to_numpy(), index=beds["org_code"]).groupby(level=0).min()
    return first.to_dict()


@cache
def _steps() -> pd.DataFrame:
    """Succession of trusts: ODS first, S. Burn's hand-checked paths and stated facts for what it leaves out."""
    ods = read("reference_org_succession").astype({"date": str}).rename(columns={"old_code": "old", "new_code": "new"})
    ods = ods.assign(source="reference_org_succession")
    burn = read("reference_org_changes")
    paths = pd.concat([
        pd.DataFrame(dict(old=burn[f"new_code_{n}"], new=burn[f"new_code_{n + 1}"], date=burn[f"date_change_{n + 1}"])) for n in range(3)
    ]).query("new not in ('', 'NA')").drop_duplicates().assign(source="reference_org_changes")  # fmt: skip
    said = stated("stated_succession").query("place_type == 'trust'")
    rows = pd.concat([ods[["old", "new", "date", "source"]], paths])
    trust = r"R[A-Z0-9]{2}|T[A-Z0-9]{2}"
    rows = rows[rows["old"].str.fullmatch(trust) & rows["new"].str.fullmatch(trust) & (rows["date"] >= FIRST)]
    rows = rows[~rows["old"].isin(said["old"])]
    pairs = rows.groupby(["old", "new"], sort=False).agg(date=("date", "first"), source=("source", "; ".join)).reset_index()
    pieces = pairs.groupby("old")["new"].transform("size")
    pairs["share"] = (1.0 / pieces).where(pieces == 1)
    pairs["basis"] = ["whole" if n == 1 else "shares not published" for n in pieces]
    said = said.assign(share=pd.to_numeric(said["share"])).drop(columns=["back", "note"])
    return pd.concat([pairs, said]).assign(place_type="trust", back=float("nan"))


def _divided(rows: pd.DataFrame) -> pd.DataFrame:
    """A trust divided in unknown shares still lies in one system if all its successors do."""
    home = by(rows, "part", "whole")
    steps = _steps()
    unknown = steps[steps["share"].isna()]
    split = unknown["new"].map(home).groupby(unknown["old"]).agg(["nunique", "first", "count", "size"])
    split = split[(split["nunique"] == 1) & (split["count"] == split["size"]) & ~split.index.isin(home.index)]
    return pd.DataFrame(dict(part=split.index, whole=split["first"], source="stated_succession"))


def dates_disagree() -> pd.DataFrame:
    """Successions that two files date differently."""
    burn = read("reference_org_changes")
    rows = pd.DataFrame(dict(old=burn["new_code_0"], new=burn["new_code_1"], burn=burn["date_change_1"]))
    ods = read("reference_org_succession").astype({"date": str})
    both = rows.merge(ods, left_on=["old", "new"], right_on=["old_code", "new_code"])
    both = both[(both["burn"] != both["date"]) & (both["date"] >= FIRST)]
    return pd.DataFrame(dict(fact="date of succession " + both["old"] + " to " + both["new"], kept=both["date"], kept_from="reference_org_succession",
                             other=both["burn"], other_from="reference_org_changes"))  # fmt: skip


def systems_of() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each trust's system at July 2022 (one, and by where its patients live), and the files that disagree."""
    code_of = by(lsoas()["2021-04"].drop_duplicates("system"), "ons", "system").to_dict()
    icb = by(lsoas()["2022-07"].drop_duplicates("system"), "ons", "system").to_dict()
    said = []
    for source, frame in each("sickness_absence"):
        frame = frame[~frame["ICS_CODE"].isin(SHARED)]
        said.append(pd.DataFrame(dict(part=frame["ORG_CODE"], whole=frame["ICS_CODE"], source=source)))
    listed = read("reference_org_register_2026")
    shares = read("reference_trust_ics_weights").query("Trust_ICS_N == '1'")
    stp17 = read("reference_trust_stp_2017")
    before = {"E54000045": "QHM", "E54000046": "QHM", "E54000047": "QHM", "E54000006": "QOQ", "E54000005": "QWO", "E54000035": "QXU",
              "E54000033": "QNX"}  # fmt: skip
    stp21 = read("reference_trusts22_stp21")
    said += [
        pd.DataFrame(dict(part=listed["org_code"], whole=listed["icb_code_2022"], source="reference_org_register_2026")),
        pd.DataFrame(
            dict(part=stp21["nhs_trust22_code"], whole=stp21["stp21_code"].map(code_of), source="reference_trusts22_stp21")
        ),
        pd.DataFrame(dict(part=shares["Trust_code"], whole=shares["ICS_code2"], source="reference_trust_ics_weights")),
        pd.DataFrame(dict(part=listed["org_code"], whole=listed["icb_code"], source="reference_org_register_2026")),
        pd.DataFrame(dict(part=stp17["code"], whole=stp17["STP_code"].map(before | code_of), source="reference_trust_stp_2017")),
    ]
    rows = pd.concat(said)
    rows = rows[rows["whole"].fillna("").str.fullmatch("Q..") & ~rows["part"].str.fullmatch("Q..")].drop_duplicates()
    rows = pd.concat([rows, _divided(rows)])
    lead = rows.drop_duplicates("part").assign(vintage="2022-07", share=1.0, basis="system under which it is published")
    both = rows.merge(lead[["part", "whole", "source"]], on="part", suffixes=("", "_kept"))
    apart = both[both["whole"] != both["whole_kept"]].drop_duplicates(["part", "whole", "source"])
    apart = pd.DataFrame(dict(fact="system of " + apart["part"] + " at 2022-07", kept=apart["whole_kept"], kept_from=apart["source_kept"],
                              other=apart["whole"], other_from=apart["source"]))  # fmt: skip
    homes = read("reference_trusts22_icb22")
    homes = pd.DataFrame(dict(part=homes["nhs_trust22_code"], whole=homes["icb22_code"].map(icb), share=homes["proportion_trust_came_from_icb"].astype(float),
                              vintage="2022-07", basis="patients by where they live, all admissions", source="reference_trusts22_icb22"))  # fmt: skip
    doors = read("reference_trust_ics_weights")
    doors = pd.DataFrame(dict(part=doors["Trust_code"], whole=doors["ICS_code2"], share=doors["Weighting"].astype(float),
                              vintage="2022-07", basis="emergency attendances, type 1", source="reference_trust_ics_weights"))  # fmt: skip
    return pd.concat([lead, homes, doors]).reindex(columns=MEMBERSHIP), apart
