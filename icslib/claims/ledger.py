"""The claims ledger: every statement we hold of the NAO's October 2022 review and the commentary on it, checked again.

Which figure answers which claim is data (``data/raw/reference/claim_rules.csv``), not code. A rule names operands, such as
``vacancies_national: measure=vacancy_rate; staff_group=all; period=2022-06-30``, and one of the :data:`FORMULAS`. The page that
made the claim never answers it. Every printed figure stands for the interval that its rounding and its qualifier leave, and a
formula of intervals is taken at their corners. Verdicts:

reproduced
    our figure, rounded as the claim is, is the claim
consistent
    the two intervals overlap
differs
    they do not; by how much is said
superseded
    they do not, and our figure is a published revision
cannot be checked
    we hold no figure on this definition from another page; why, and the nearest, are said
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from .. import store
from ..catalog import reference
from ..errors import StoreError
from ..profile import published_label
from ..results import Result
from ..tidy import cell_refs, merge_cells
from .wording import FAILS, sum_up, tell_failed, tell_unchecked, tell_why, write_figure

VERDICTS = ("reproduced", "consistent", "differs", "superseded", "cannot be checked")
LOOSE = 0.1  # "about a quarter": a tenth either way
OPEN = {"at least": (0.0, np.inf), "at most": (-np.inf, 0.0), "about": (-LOOSE, LOOSE), "nearly": (-LOOSE, 0.0)}

FORMULAS: dict[str, Callable[..., float]] = {
    "take": lambda a: a,
    "share": lambda a, b: 100 * a / b,
    "rise": lambda a, b: 100 * a / (b - a),
    "growth": lambda a, b: 100 * (a / b - 1),
    # of cash figures a and b, prices having risen by g (%)
    "real growth": lambda a, b, g: 100 * (a / b / (1 + g / 100) - 1),
    # high and significant backlog of the year before: total, share of both (%), high, growth of high and of significant (%)
    "back": lambda total, share, high, up, rise: high / (1 + up / 100) + (total * share / 100 - high) / (1 + rise / 100),
}
ONE = ("place", "measure", "period", "unit", "basis", "prices", "staff_group", "sex")  # an operand must agree on these
SEVERAL = {"least": "min", "most": "max"}
UNDOUBTED = "A statement that cannot be checked is not doubted: no other page we hold prints a figure on its definition."


@dataclass(frozen=True)
class Figure:
    """A figure with the interval it stands for, and where it was printed."""

    value: float
    low: float
    high: float
    unit: str
    words: str
    flag: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Ledger(Result):
    """The claims and what became of them.

    Attributes
    ----------
    table : DataFrame, index ``claim``
        ``statement`` (in our words), ``claimed``, ``unit``, ``rounding``, ``publisher``, ``published``, ``ours``, ``low``,
        ``high`` (what ours may be), ``verdict``, ``apart`` (ours less claimed, where both are figures),
        ``why`` (the verdict, in words; empty where there is no figure of ours), ``reason``, ``nearest``, ``since``,
        ``address``, ``cells``.
    """

    table: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return {verdict: int((self.table["verdict"] == verdict).sum()) for verdict in VERDICTS}

    @property
    def finding(self) -> str:
        """How many claims hold, do not, and cannot be checked."""
        return sum_up(self.counts)

    @property
    def findings(self) -> tuple[str, ...]:
        """What a reader should know first: how many hold, each that does not and why, and what keeps the rest from a check."""
        off, kept = (self.table[self.table["verdict"].isin(names)] for names in (FAILS, ["cannot be checked"]))
        rest = [tell_unchecked(kept), UNDOUBTED] if len(kept) else []
        return (self.finding, *map(tell_failed, off.itertuples()), *rest)

    def lines(self, verdict: str = "") -> list[str]:
        """The ledger as text, one claim a line; only those of one `verdict` if it is given."""
        out = []
        for claim, row in self.table[self.table["verdict"].isin([verdict] if verdict else VERDICTS)].iterrows():
            ours = "" if np.isnan(row["ours"]) else f" Ours: {write_figure(row['ours'], row['unit'])}."
            tail = "".join(
                f" {word}: {row[name]}."
                for word, name in (("Why", "why"), ("Note", "reason"), ("Nearest", "nearest"), ("Since", "since"))
                if row[name]
            )
            out.append(
                f"{claim}  {row['verdict'].upper()}  {row['statement']} "
                f"({', '.join(filter(None, (row['publisher'], row['published'])))}).{ours}{tail}"
            )
        return [*out, "", self.finding]


def check_claims(
    claims: pd.DataFrame | None = None, rules: pd.DataFrame | None = None, load: Callable[[str], pd.DataFrame] = store.load
) -> Ledger:
    """Check every claim by its rule.

    Parameters
    ----------
    claims : observations with ``claim`` and ``statement``; by default ``load("nao_claims")``
    rules : ``claim``, ``formula``, ``operands``, ``reason``, ``nearest``, ``since``; by default
        ``data/raw/reference/claim_rules.csv``
    load : gives a processed table by name

    Raises
    ------
    StoreError
        When a claim has no rule, or a rule names a figure that is not held.
    """
    claims = load("nao_claims") if claims is None else claims
    rules = (reference("claim_rules") if rules is None else rules).fillna("").set_index("claim")
    lost = sorted(set(claims["claim"]) ^ set(rules.index))
    if lost:
        raise StoreError(f"Claims and rules do not match: {', '.join(lost)}. Give each claim one line in claim_rules.csv.")
    held = cache(load)
    rows = [_check(row, rules.loc[row["claim"]], held) for _, row in claims.iterrows()]
    return Ledger(pd.DataFrame(rows).set_index("claim"))


def _check(claim: pd.Series, rule: pd.Series, load: Callable[[str], pd.DataFrame]) -> dict:
    said = _figure(claim)
    ours = _answer(rule, claim["address"], load) if rule["formula"] else None
    row = {name: claim[name] for name in ("claim", "statement")} | {"claimed": said.value, "unit": claim["unit"]}
    row |= {name: claim[name] for name in ("rounding", "publisher", "published", "address")}
    row |= {"ours": ours.value, "low": ours.low, "high": ours.high} if ours else dict.fromkeys(("ours", "low", "high"), np.nan)
    verdict, apart = _judge(said, ours, claim), ours.value - said.value if ours else np.nan
    why = tell_why(verdict, said.flag, apart, ours.low, ours.high, claim["unit"]) if ours else ""
    row |= {"verdict": verdict, "apart": apart, "why": why, "reason": rule["reason"]}
    nearest, since = (_told(rule[name], load) for name in ("nearest", "since"))
    cells = merge_cells([said.cells, *([ours.cells] if ours else []), *(figure.cells for figure in (*nearest, *since))])
    return row | {"nearest": _words(nearest), "since": _words(since), "cells": cells}


def _judge(said: Figure, ours: Figure | None, claim: pd.Series) -> str:
    if ours is None:
        return "cannot be checked"
    if not said.flag and not ours.flag and abs(ours.value - said.value) <= claim["rounding"] / 2 * (1 + 1e-9):
        return "reproduced"
    if ours.low <= said.high and said.low <= ours.high:
        return "consistent"
    return "superseded" if ours.flag == "revised" else "differs"


def _answer(rule: pd.Series, address: str, load: Callable[[str], pd.DataFrame]) -> Figure:
    if rule["formula"] in SEVERAL:
        return _end(_rows(rule["operands"], load, ""), rule["formula"])
    parts = [_one(text, load, address) for text in rule["operands"].split(" | ")]
    formula = FORMULAS[rule["formula"]]
    corners = [formula(*values) for values in product(*((part.low, part.high) for part in parts))]
    flags = [part.flag for part in parts if part.flag]
    flag = "revised" if "revised" in flags else flags[0] if flags else ""
    value, cells = formula(*(part.value for part in parts)), merge_cells(part.cells for part in parts)
    return Figure(value, min(corners), max(corners), parts[0].unit, "", flag, cells)


def _one(text: str, load: Callable[[str], pd.DataFrame], address: str = "") -> Figure:
    """The latest printing of one figure that is not on the page `address`."""
    rows = _rows(text, load, "" if text.startswith("nao_claims") else address)
    mixed = [name for name in ONE if name in rows and rows[name].nunique() > 1]
    if mixed:
        raise StoreError(
            f"The rule {text!r} finds figures that differ in {', '.join(mixed)}. Add {mixed[0]}=... to it in claim_rules.csv."
        )
    dated = rows.get("published", pd.Series("", index=rows.index)).astype(str)
    return _figure(rows.loc[dated.sort_values(kind="stable").index[-1]])


def _rows(text: str, load: Callable[[str], pd.DataFrame], address: str) -> pd.DataFrame:
    """Rows of a table that fit ``table: name=value; name=value``; England unless a place or place_type is named."""
    table, _, wanted = text.partition(":")
    pairs = dict(pair.strip().split("=", 1) for pair in wanted.split(";"))
    pairs.pop("count", None)
    if not {"place", "place_type"} & set(pairs):
        pairs["place"] = "E92000001"
    rows, within = load(table.strip()), pairs.pop("within", "")
    for name, value in pairs.items():
        rows = rows[rows[name].astype(str) == value]
    if within:
        rows = rows[rows["start"].dt.year == int(within)]
    if address and "address" in rows:
        rows = rows[rows["address"] != address]
    if rows.empty:
        raise StoreError(
            f"The rule {text!r} finds no figure{' from another page' if address else ''}. Mend claim_rules.csv, or the table "
            "it names."
        )
    return rows


def _end(rows: pd.DataFrame, which: str) -> Figure:
    """The ``least`` or the ``most`` of several figures."""
    return _figure(rows.loc[rows["value"].idxmin() if which == "least" else rows["value"].idxmax()])


def _figure(row: pd.Series) -> Figure:
    value, half = float(row["value"]), float(row.get("rounding", 0.0) or 0.0) / 2
    down, up = (side * (abs(value) or 1.0) for side in OPEN[row["flag"]]) if row["flag"] in OPEN else (-half, half)
    return Figure(value, value + down, value + up, row["unit"], _say(row), row["flag"], (cell_refs(row.to_frame().T).iloc[0],))


def _say(row: pd.Series) -> str:
    flag = f"{row['flag']} " if row["flag"] in OPEN else ""
    group = row.get("staff_group", "")
    about = "" if group in ("", "all") else f" of {group}"
    about += "" if row["place"] == "E92000001" else f", {row.get('place_name') or row['place']}"
    basis = "" if row["basis"] in ("outturn", "survey", "estimate", "recommendation") else f", {row['basis']}"
    amount = write_figure(row["value"], row["unit"]).removesuffix(" systems")  # the label says what is counted
    return f"{published_label(row['measure']) or row['measure']}{about}: {flag}{amount} ({row['period']}{basis})"


def _told(text: str, load: Callable[[str], pd.DataFrame]) -> list[Figure]:
    """The figures of ``nearest`` or ``since``, each in words; ``count=`` says what of several rows is told."""
    out = []
    for part in filter(None, text.split(" | ")):
        rows = _rows(part, load, "")
        how = part.partition("count=")[2].strip()
        if how in SEVERAL:
            out.append(_end(rows, how))
        elif how in ("below zero", "sum"):
            about = (
                f"{published_label(rows['measure'].iloc[0])} of the {rows['place'].nunique()} systems we hold "
                f"({rows['period'].iloc[0]}, {rows['basis'].iloc[0]})"
            )
            total, unit, below = float(rows["value"].sum()), rows["unit"].iloc[0], rows[rows["value"] < 0]["place"].nunique()
            words = f": {below} in deficit" if how == "below zero" else f" together {write_figure(total, unit)}"
            out.append(Figure(total, np.nan, np.nan, unit, about + words, "", merge_cells(cell_refs(rows))))
        else:
            out.append(_one(part, load))
    return out


def _words(figures: list[Figure]) -> str:
    return "; ".join(figure.words for figure in figures)
