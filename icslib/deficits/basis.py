"""On what basis a financial position is stated, and why two bases are never added.

A position is a plan, a draft, a forecast, a year to date or an outturn; of an ICB, of
providers or of a whole system; before or after support funding; in cash or in the prices of
one year. Each combination is a :class:`Basis`. :class:`Positions` are figures on one basis:
adding, subtracting or ranking across bases is refused, and :func:`icslib.deficits.bridge` is
the way to ask for the difference openly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import partial

import pandas as pd

from .. import paths
from ..errors import BasisError
from ..prices import CASH, Deflator, deflate, march_year
from ..register.combine import cells_of
from ..tidy import merge_cells, only

KINDS = ("draft plan", "revised draft plan", "plan", "plan to date", "year to date", "forecast", "estimate", "outturn")
FIELDS = ("what", "kind", "scope", "support", "unit", "prices")
SCOPES = {"trust": "provider", "provider": "provider", "region": "systems of a region"}
TO_MILLIONS = {"GBP m": 1.0, "GBP bn": 1000.0, "GBP k": 0.001, "GBP": 1e-6}


@dataclass(frozen=True, order=False)
class Basis:
    """What a figure states: all six must agree before two figures are put together.

    >>> Basis("outturn", scope="system", support="after").name
    'outturn, system, after support funding, GBP m, cash'
    """

    kind: str
    scope: str = "system"
    support: str = "not stated"
    what: str = "position"
    unit: str = "GBP m"
    prices: str = CASH

    @property
    def name(self) -> str:
        """The basis in words."""
        told = {"not stated": "support funding not stated", "none": "no support funding that year"}
        support = told.get(self.support, f"{self.support} support funding")
        kind = self.kind if self.what == "position" else f"{self.what}, {self.kind}"
        return f"{kind}, {self.scope}, {support}, {self.unit}, {self.prices}"

    def differences(self, other: "Basis") -> list[str]:
        """Where two bases part, in words.

        >>> Basis("plan").differences(Basis("outturn"))
        ["kind ('plan' and 'outturn')"]
        """
        pairs = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return [f"{name} ({mine!r} and {theirs!r})" for name, mine, theirs in pairs if mine != theirs]


@dataclass(frozen=True, eq=False)
class Positions:
    """Figures of several places on one basis for one period; deficit negative.

    Attributes
    ----------
    values : Series, index ``place``
    basis : Basis
    period : str
    cells : tuple of str
        Where the figures were printed.
    cells_of : Series, index ``place``
        The same for each place, where that is known.
    """

    values: pd.Series
    basis: Basis
    period: str = ""
    cells: tuple[str, ...] = ()
    cells_of: pd.Series = field(default_factory=partial(pd.Series, dtype=object))

    def _together(self, other: "Positions", doing: str) -> None:
        if not isinstance(other, Positions):
            raise BasisError(f"Cannot {doing} positions and {type(other).__name__}: say on which basis the other figure stands.")
        parted = self.basis.differences(other.basis)
        if parted:
            raise BasisError(
                f"Cannot {doing} these figures: they differ in {'; '.join(parted)}. Choose one basis, or ask for bridge(...) "
                "to see the step between them."
            )
        strangers = self.values.index.symmetric_difference(other.values.index)
        if len(strangers):
            raise BasisError(f"Cannot {doing} these figures: {', '.join(map(str, strangers[:5]))} stands in only one of them.")

    def _with(self, other: "Positions", doing: str, sign: str, work: Callable) -> "Positions":
        self._together(other, doing)
        return replace(
            self,
            values=work(self.values, other.values.reindex(self.values.index)),
            period=f"{self.period} {sign} {other.period}",
            cells=merge_cells([self.cells, other.cells]),
            cells_of=pd.Series(dtype=object),
        )

    def __add__(self, other: "Positions") -> "Positions":
        return self._with(other, "add", "+", pd.Series.add)

    def __sub__(self, other: "Positions") -> "Positions":
        return self._with(other, "subtract", "−", pd.Series.sub)

    def __lt__(self, other: "Positions") -> pd.Series:  # a > b is b < a
        self._together(other, "compare")
        return self.values < other.values.reindex(self.values.index)

    def total(self) -> float:
        """The sum over places; a gap in any place makes it a gap, so that a part is never taken for the whole."""
        return float(self.values.sum(skipna=False))


def name_bases(figures: pd.DataFrame, names: pd.DataFrame | None = None) -> pd.DataFrame:
    """The money positions among `figures`, each on its named basis; GBP m, cash, deficit negative.

    Parameters
    ----------
    figures : observations; ``note``, ``publisher`` and ``title`` are used where there
    names : DataFrame, optional
        Rules: ``measure``; ``basis``, ``period`` (a prefix of the label), ``note`` (a part of the publisher's
        note) and ``place_type``, each empty for any; then what the figure is: ``what``, ``scope`` (``by place``: from the place's
        type), ``support``, ``reason``. A later rule wins. By default ``data/raw/reference/position_bases.csv``.

    Returns
    -------
    DataFrame
        The observations of named measures with ``what``, ``kind``, ``scope``, ``support``, ``prices``, ``fy``,
        ``basis_name`` and ``cells``. A measure that is not named is left out here; a kind of figure that we do
        not know is an error.
    """
    rules = (
        pd.read_csv(paths.raw("reference", "position_bases.csv"), keep_default_na=False) if names is None else names.fillna("")
    )
    held = figures[figures["measure"].isin(rules["measure"])].copy()
    notes = held["note"].fillna("") if "note" in held else pd.Series("", index=held.index)
    held["kind"] = held["basis"]
    for column in ("what", "scope", "support"):
        held[column] = ""
    for rule in rules[rules["measure"].isin(held["measure"].unique())].itertuples():
        rows = (held["measure"] == rule.measure) & held["period"].astype(str).str.startswith(rule.period)
        rows &= notes.str.contains(rule.note, regex=False)
        for column in ("basis", "place_type"):
            if getattr(rule, column):
                rows &= held[column] == getattr(rule, column)
        held.loc[rows, ["what", "scope", "support"]] = [rule.what, rule.scope, rule.support]
    held["scope"] = held["scope"].where(held["scope"] != "by place", held["place_type"].map(SCOPES).fillna("system"))
    unknown = sorted(set(held["kind"]) - set(KINDS))
    if unknown:
        raise BasisError(f"These kinds of figure are not known: {unknown}. Known: {', '.join(KINDS)}.")
    strange = sorted(set(held["unit"]) - set(TO_MILLIONS))
    if strange:
        raise BasisError(f"A position is money; {strange} are not. Name only measures of money in position_bases.csv.")
    size = held["unit"].map(TO_MILLIONS)
    for column in ("value", "lower", "upper"):
        held[column] = held[column] * size
    held["unit"], held["prices"], held["fy"] = "GBP m", CASH, march_year(held["end"])
    held["cells"] = cells_of(held)
    return rename_bases(held.reset_index(drop=True))


def basis_of_row(row: pd.Series) -> Basis:
    """The basis that one named row stands on."""
    return Basis(**{name: row[name] for name in FIELDS})


def take(named: pd.DataFrame, period: str, **asked: str) -> Positions:
    """The positions of one period on one basis, as `name_bases` named them.

    `asked` narrows by any column (``kind="plan"``, ``support="after"``, ``source="..."``); whatever
    still differs is an error that lists the choices, and so is a place printed twice with two values.
    """
    rows = named[named["period"] == period]
    for column, value in asked.items():
        rows = rows[rows[column] == value]
    wanted = ", ".join([period, *(f"{k} {v!r}" for k, v in asked.items())])
    if rows.empty:
        raise BasisError(f"No position is held for {wanted}. Held: {'; '.join(sorted(set(named['period'])))}.")
    basis = Basis(**{name: only(rows, name) for name in FIELDS})
    twice = rows.groupby("place")["value"].nunique()
    if (twice > 1).any():
        place = twice.idxmax()
        both = rows.loc[rows["place"] == place]
        raise BasisError(
            f"{place} is printed with {twice.max()} values for {wanted}: "
            + "; ".join(f"{v:g} ({s})" for v, s in zip(both["value"], both["source"], strict=True))
            + ". Say which source is meant."
        )
    once = rows.drop_duplicates("place").set_index("place")
    return Positions(once["value"], basis, period, merge_cells(once["cells"]))


def rename_bases(named: pd.DataFrame) -> pd.DataFrame:
    """`named` with ``basis_name`` written anew from what it is made of."""
    return named.assign(basis_name=[basis_of_row(row).name for _, row in named.iterrows()])


def in_prices(named: pd.DataFrame, price_year: int | None, by: Deflator | None) -> pd.DataFrame:
    """Named positions in the prices of one year, or as they are when no year is asked for."""
    if price_year is None:
        return named
    if by is None:
        raise BasisError("Say by which deflator edition, such as deflator('OBR November 2025').")
    return rename_bases(deflate(named, price_year, by))
