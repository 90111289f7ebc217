"""The published arithmetic of savings: what was asked, of what kind, and what came of it.

Takes the claims of the NAO's review and the national figures, as they were transcribed, and multiplies nothing
that is not printed there: shares times totals, with the cells of both.
"""

from dataclasses import dataclass

import pandas as pd

from ..errors import BasisError
from ..numbers import write_money
from ..periods import financial_year
from ..prices import march_year
from ..results import Result
from ..tidy import cell_refs, merge_cells
from .programme import DELIVERY, check_bands

DONE = {"efficiency_delivered": "as reported", "efficiency_substantiated_by_nao": "as far as the NAO could substantiate"}


@dataclass(frozen=True, eq=False)
class NationalSavings(Result):
    """The NAO's arithmetic for 2022-23.

    Attributes
    ----------
    table : DataFrame
        ``part``, ``amount`` (GBP m), ``share`` of the whole ask, ``how`` (printed, or the product of two printed figures),
        ``cells``.
    bands : dict
        Shares of the ICBs' savings by risk band; what is neither high nor medium is taken as low.
    """

    table: pd.DataFrame
    asked: float
    icb: float
    one_off: float
    bands: dict[str, float]
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """What was asked, the one-off part, the part of the ICBs' savings at risk."""
        high, medium = (self.bands[band] * self.icb for band in ("high", "medium"))
        return (
            f"Systems were asked to save {write_money(self.asked)} in 2022-23, {write_money(self.one_off)} of it one-off "
            f"({self.one_off / self.asked:.0%}). Of the boards' own {write_money(self.icb)}, {write_money(high)} was at high "
            "risk and "
            f"{write_money(medium)} at medium; how the other {write_money(self.asked - self.icb)} was rated is not published."
        )


def national_savings(claims: pd.DataFrame) -> NationalSavings:
    """The parts of the 2022-23 ask, from ``load("nao_claims")``.

    Raises
    ------
    BasisError
        When one of the five printed figures is missing or printed with two values.
    """
    asked, one_off, icb, high, medium = (
        _one(claims, name)
        for name in (
            "savings_required",
            "nonrecurrent_planned_savings",
            "icb_savings",
            "icb_savings_high_risk_pct",
            "icb_savings_medium_risk_pct",
        )
    )
    total, board = _millions(asked), _millions(icb)
    bands = {"high": high["value"] / 100, "medium": medium["value"] / 100}
    bands["low"] = 1 - sum(bands.values())
    product = "product of two printed figures"
    parts = [
        ("asked of all systems", total, "printed", (asked,)),
        ("of that, one-off", _millions(one_off), "printed", (one_off,)),
        ("of that, recurrent", total - _millions(one_off), "difference of two printed figures", (asked, one_off)),
        ("asked of ICBs", board, "printed", (icb,)),
        ("ICBs, high risk", board * bands["high"], product, (icb, high)),
        ("ICBs, medium risk", board * bands["medium"], product, (icb, medium)),
        ("ICBs, neither", board * bands["low"], product, (icb, high, medium)),
        ("asked of trusts, risk not published", total - board, "difference of two printed figures", (asked, icb)),
    ]
    table = pd.DataFrame(
        [(part, amount, amount / total, how, tuple(row["cell"] for row in rows)) for part, amount, how, rows in parts],
        columns=["part", "amount", "share", "how", "cells"],
    )
    return NationalSavings(table, total, board, _millions(one_off), bands, cells=merge_cells(table["cells"]))


@dataclass(frozen=True, eq=False)
class Delivered(Result):
    """Targets beside delivered totals, and what the assumptions would have given.

    Attributes
    ----------
    table : DataFrame, one row a pair of printed figures
        ``period``, ``fy``, ``target``, ``delivered`` (GBP m, NaN where not published), ``as_told`` (as reported, or as far as the
        auditor could substantiate), ``share`` delivered, ``assumed`` share, and ``high_implied``: what the high-risk band must
        have delivered if the other bands delivered as assumed.
    """

    table: pd.DataFrame
    assumed: float
    unit: str = "GBP m"
    cells: tuple[str, ...] = ()

    @property
    def gaps(self) -> list[str]:
        """Years since the first review without a delivered total that can be traced, up to the last that has one."""
        known = set(self.table.loc[self.table["delivered"].notna(), "fy"])
        return [financial_year(fy).label for fy in range(2023, int(max(known, default=0))) if fy not in known]

    @property
    def finding(self) -> str:
        """What share was delivered, and whether the assumptions agree."""
        shares = self.table.loc[self.table["as_told"] == DONE["efficiency_delivered"], "share"].dropna()
        years = self.table.loc[shares.index, "period"].nunique()
        if shares.empty:
            return "No year's target and delivery are both published in what we hold."
        inside = "inside" if shares.min() <= self.assumed <= shares.max() else "outside"
        words = (
            f"Of what was asked, {shares.min():.0%} to {shares.max():.0%} was reported as delivered in the {years} "
            f"year{'s' * (years != 1)} with both figures; our assumptions give {self.assumed:.0%}, {inside} that range."
        )
        audited = self.table[self.table["as_told"] == DONE["efficiency_substantiated_by_nao"]].dropna(subset="share")
        if len(audited):
            least = audited.loc[audited["share"].idxmin()]
            words += f" The NAO could substantiate only {least['share']:.0%} for {least['period']}."
        return words


def check_delivery(national: pd.DataFrame, bands: dict[str, float], delivery: pd.DataFrame = DELIVERY) -> Delivered:
    """Targets beside delivered totals, by year and source, and what the assumptions would have given.

    Parameters
    ----------
    national : observations, ``load("finances_national")``
    bands : shares by risk band the assumptions are applied to
    """
    check_bands(bands)
    assumed = sum(bands[band] * delivery.loc[band, "mean"] for band in bands)
    kept = national[national["measure"].isin(["efficiency_target", *DONE]) & (national["unit"] == "GBP m")]
    kept = kept.assign(fy=march_year(kept["end"]), cell=cell_refs(kept))
    kept = kept.drop_duplicates(["measure", "period", "value"])
    kept["as_told"] = kept["measure"].map(DONE).fillna("")
    told = kept["as_told"] != ""
    target = kept.loc[~told, ["period", "fy", "value", "cell"]].rename(columns={"value": "target", "cell": "a"})
    done = kept.loc[told, ["period", "fy", "value", "cell", "as_told"]].rename(columns={"value": "delivered", "cell": "b"})
    table = (
        target.merge(done, on=["period", "fy"], how="outer")
        .sort_values(["fy", "target", "as_told"])
        .fillna({"as_told": ""})
        .reset_index(drop=True)
    )
    cells = [tuple(ref for ref in refs if isinstance(ref, str)) for refs in zip(table.pop("a"), table.pop("b"), strict=True)]
    others = sum(bands[band] * delivery.loc[band, "mean"] for band in bands if band != "high")
    share = table["delivered"] / table["target"]
    table = table.assign(share=share, assumed=assumed, high_implied=(share - others) / bands["high"], cells=cells)
    return Delivered(table, assumed, cells=merge_cells(cells))


def _one(claims: pd.DataFrame, measure: str) -> pd.Series:
    rows = claims[claims["measure"] == measure]
    if rows["value"].nunique() != 1:
        seen = ", ".join(f"{value:g}" for value in rows["value"].unique()) or "none"
        raise BasisError(
            f"The claim {measure!r} should be one printed figure; {seen} held. Correct data/raw/figures/nao_claims.csv."
        )
    return rows.assign(cell=cell_refs(rows)).iloc[0]


def _millions(row: pd.Series) -> float:
    return float(row["value"]) * (1000.0 if row["unit"] == "GBP bn" else 1.0)
