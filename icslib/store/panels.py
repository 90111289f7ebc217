"""From processed tables to a panel: one function where files meet frames."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import pandas as pd

from .. import register
from ..catalog import reference
from ..errors import BasisError, StoreError
from ..panel import build_panel
from ..tidy import COLUMNS, cell_refs, merge_cells, only
from .shelf import load, resources

DRAWN = "2022-07"  # tables by system hold the boards of July 2022, also for years before
# flags of printed figures that do not measure what the measure says
UNFIT = "structural zero|repeats the year before|part of the whole"
FULL_YEAR = 360  # days that the parts of a year must cover before they are added up


class Kept(dict):
    """What is said of the figures of a panel, carried in its ``attrs`` and never copied."""

    def __deepcopy__(self, memo: dict) -> "Kept":
        return self


@dataclass(frozen=True)
class _Choice:
    """What was asked for, the same for every measure; ``left_out`` gathers places that lie in no larger one, ``weighed`` what
    rates were weighed by.
    """

    places: str
    vintage: str
    basis: str | None
    edition: str
    table: str | None
    whole_years: bool = True
    left_out: dict = field(default_factory=dict)
    weighed: dict = field(default_factory=dict)


def load_panel(
    measures: Sequence[str],
    first: int,
    last: int,
    places: str = "system",
    vintage: str = "2022-07",
    basis: str | None = None,
    *,
    edition: str = "newest",
    table: str | None = None,
) -> pd.DataFrame:
    """Measures by place and year, on one set of boundaries, with gaps as NaN.

    Parameters
    ----------
    measures : names in ``data/raw/reference/measures.csv``
    first, last : years, each the year of the March that ends it; calendar years keep their own number and spans that of their
        last year
    places : kind of place; a measure published only for smaller places is rolled up to it
    vintage : boundaries, such as ``"2022-07"``
    basis : keep only this basis; needed where a measure comes on several
    edition : ``"newest"``, or an edition's name; editions that restate each other are never mixed here
        (:func:`icslib.splice_editions` joins them by a stated rule)
    table : the processed table to take, where several hold the measure

    Returns
    -------
    DataFrame with ``place, year`` and a float column a measure. ``attrs``: ``units``, ``spans``, ``vintage``, ``tables`` (measure
    to table), ``left_out`` (measure to places that lie in none of the larger ones), ``weighed`` (measure to the people its rates
    were weighed by where places come together, as ``measures.csv`` says; ``~`` before it: they stand in for a denominator nobody
    published), ``apportioned`` (measure to (place, year) to how much of the figure came by the shares of a divided place, 0 to 1;
    none: not listed), and ``cells``: the source cells of each figure by (place, year, measure), for :func:`icslib.trace`.
    """
    choice = _Choice(places, vintage, basis, edition, table)
    pieces, tables = [], {}
    for measure in measures:
        rows, tables[measure] = _by_year(measure, choice)
        pieces.append(rows[rows["year"].between(first, last)])
    long = pd.concat(pieces, ignore_index=True)
    if long.empty:
        raise StoreError(
            f"No figures of {list(measures)} for {places} in {first} to {last}. ics.tables() says what years each table holds."
        )
    panel = build_panel(long[["place", "year", "measure", "value", "unit", "start", "end"]], gaps="keep", vintage=vintage)
    grid = pd.MultiIndex.from_product([panel["place"].unique(), range(first, last + 1)], names=["place", "year"])
    panel = panel.set_index(["place", "year"]).reindex(grid).reindex(columns=list(measures)).reset_index()
    spots = list(zip(long["place"], long["year"], long["measure"], strict=True))
    parts: dict[str, dict] = {}
    for (place, year, measure), share in zip(spots, long["apportioned"], strict=True):
        if share > 0:
            parts.setdefault(measure, {})[place, year] = share
    cells = Kept(zip(spots, long["cells"], strict=True))
    panel.attrs.update(tables=tables, left_out=choice.left_out, weighed=choice.weighed, apportioned=Kept(parts), cells=cells)
    return panel


def _by_year(measure: str, choice: _Choice) -> tuple[pd.DataFrame, str]:
    """Rows of one measure with ``place, year, measure, value, unit, start, end, cells, apportioned``, and the table they come from."""
    combine = _told(measure)["combine"]
    if combine.startswith("rate:"):  # add up what is above and below the line, then divide
        parts = combine.removeprefix("rate:").split("/")
        (above, name), (below, _) = (_by_year(part, replace(choice, whole_years=False)) for part in parts)
        both = above.merge(below, on=["place", "year"], suffixes=("", " below"))
        both["value"] = 100 * both["value"] / both["value below"]
        both["cells"] = [merge_cells(pair) for pair in zip(both["cells"], both["cells below"], strict=True)]
        both["apportioned"] = both[["apportioned", "apportioned below"]].max(axis=1)
        return both.assign(measure=measure, unit="percent")[list(above.columns)], name
    name, rows = _find(measure, choice)
    rows = rows[rows["value"].notna()]
    if choice.places == "system" and "system" in rows:
        # Bodies as the system printed beside them; one without is national and left out.
        rows = rows[rows["system"] != ""].assign(place=lambda f: f["system"], place_type="system")
    rows = _one_a_place(rows.assign(cells=[(cell,) for cell in (rows["cells"] if "cells" in rows else cell_refs(rows))]), combine)
    rows = _choose_edition(rows, measure, choice)
    if only(rows, "place_type") != choice.places:
        rows = _roll_up(rows, measure, choice)
    elif choice.places == "system" and choice.vintage != DRAWN:
        rows = register.to_vintage(rows, choice.vintage, denominators=_denominator(measure, rows, choice), drawn=DRAWN)
    years = _one_a_year(rows.assign(year=_year(rows)), measure, combine, choice.whole_years)
    if years.empty:
        raise StoreError(
            f"{measure} in {name} is printed for parts of years that do not make a whole one, so it has no yearly total. Use load({name!r})."
        )
    return years, name


def _choose_edition(rows: pd.DataFrame, measure: str, choice: _Choice) -> pd.DataFrame:
    """All rows, if their files are parts of one series; if they restate each other, those of the edition asked for."""
    if not rows[["place", "period", "source"]].drop_duplicates().duplicated(["place", "period"]).any():
        return rows
    editions = list(rows.groupby("source")["end"].max().sort_values(kind="stable").index)
    wanted = (
        editions[-1:]
        if choice.edition == "newest"
        else [e for e in editions if e == choice.edition or e.endswith(f"-{choice.edition}")]
    )
    if not wanted:
        raise StoreError(f"{measure} has no edition {choice.edition!r}. It has {editions}; the default is 'newest'.")
    return rows[rows["source"] == wanted[0]]


def _told(measure: str) -> pd.Series:
    """What ``measures.csv`` says of a measure."""
    known = reference("measures").set_index("measure")
    if measure not in known.index:
        from rapidfuzz import process

        near = ", ".join(found for found, *_ in process.extract(measure, list(known.index), limit=3))
        raise StoreError(f"{measure!r} is not a measure we know. Nearest: {near}. data/raw/reference/measures.csv lists all.")
    return known.loc[measure]


def _find(measure: str, choice: _Choice) -> tuple[str, pd.DataFrame]:
    """The one table that holds `measure` for `places`, or for smaller places that can be rolled up; and its rows."""
    places, basis, table = choice.places, choice.basis, choice.table
    holding = {name: entry for name, entry in resources().items() if measure in entry["measures"] and table in (None, name)}
    found = []
    for name in holding:
        rows = load(name).loc[lambda frame: frame["measure"] == measure]
        rows = rows[(rows["basis"].eq(basis) if basis else True) & ~rows["flag"].str.contains(UNFIT)]
        there = set(rows["place_type"].unique())
        kinds = {"system"} if "system" in there else there - {"england", "region", "other"}
        if places in there:
            found.append((0, name, rows[rows["place_type"] == places]))
        elif len(kinds) == 1 and places in ("system", "region", "england"):
            found.append((1, name, rows[rows["place_type"].isin(kinds)]))
    if not found:
        raise StoreError(
            f"No processed table holds {measure} for {places}" + (f" on the basis {basis!r}" if basis else "") + ". "
            f"It is in {sorted(holding) or 'no table'}; 'icslib check' lists tables with their measures and kinds of place."
        )
    best = min(rank for rank, *_ in found)
    chosen = [(name, rows) for rank, name, rows in found if rank == best]
    if len(chosen) > 1:
        raise BasisError(
            f"{measure} for {places} is in {len(chosen)} tables: {[name for name, _ in chosen]}. Pass table= one of them."
        )
    only(chosen[0][1], "basis")
    return chosen[0]


def _one_a_place(rows: pd.DataFrame, combine: str) -> pd.DataFrame:
    """Add up what one place has in one period of one source: loans, sites. Extra columns go, so that places can be rolled up."""
    key = ["place", "period", "source"]
    if not rows.duplicated(key).any():
        return rows[[*COLUMNS, "cells"]]
    if combine not in ("sum", "level"):
        spot = rows[rows.duplicated(key)].iloc[0]
        raise StoreError(
            f"{spot['measure']} is printed more than once for {spot['place']} in {spot['period']} and cannot be added up. Load the table and choose rows."
        )
    groups = rows.groupby(key, sort=False)
    first = groups[[name for name in COLUMNS if name not in key]].first().reset_index()
    return first.assign(value=groups["value"].sum().to_numpy(), cells=groups["cells"].agg(merge_cells).to_numpy())[
        [*COLUMNS, "cells"]
    ]


def _roll_up(rows: pd.DataFrame, measure: str, choice: _Choice) -> pd.DataFrame:
    """Smaller places as larger ones, by the register; rates are weighed by their denominator, and refused where there is none (those of trusts)."""
    rows, left = _settle_predecessors(rows, _told(measure)["combine"])
    weights = _denominator(measure, rows, choice)
    drawn = DRAWN if (rows["place_type"] == "system").all() else None
    made = register.roll_up(rows, choice.places, choice.vintage, denominators=weights, drawn=drawn)
    choice.left_out[measure] = (*left, *made.attrs.get("left_out", ()))
    return made


def _denominator(measure: str, rows: pd.DataFrame, choice: _Choice) -> pd.DataFrame | None:
    """What the rates of a measure are weighed by, if ``measures.csv`` names it and a table holds it for places of this kind."""
    named = _told(measure)["denominator"]
    sizes = _sizes(named.removeprefix("~"), only(rows, "place_type"), frozenset(rows["place"]))
    if sizes is not None:
        choice.weighed[measure] = named
    return sizes


@cache
def _sizes(measure: str, place_type: str, wanted: frozenset[str]) -> pd.DataFrame | None:
    """The last figure of a measure for each place in the first edition that holds it, and on boundaries since until all `wanted` have one."""
    for name in (name for name, entry in resources().items() if measure in entry["measures"]):
        rows = load(name)
        rows = rows[(rows["measure"] == measure) & (rows["place_type"] == place_type)]
        if len(rows):
            rows = (
                rows[rows["source"] == rows["source"].iloc[0]]
                .sort_values("end")
                .drop_duplicates("place", keep="last")[[*COLUMNS]]
            )
            sizes = rows[["place", "value"]]
            for day in (day for day in register.changes(place_type) if day > rows["end"].min()):
                if wanted <= set(sizes["place"]):
                    break
                sizes = pd.concat([sizes, register.to_vintage(rows, day)[["place", "value"]]]).drop_duplicates("place")
            return sizes
    return None


def _settle_predecessors(rows: pd.DataFrame, combine: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows in which no place stands beside its successor twice.

    A place printed beside a successor it never met (districts beside the council of later years) is left out; a count still
    printed under the name of a place that had closed (a loan in the old trust's name) goes to its successor.
    """
    life = register.places().groupby("code").agg(first=("valid_from", "min"), last=("valid_to", "max"))
    kin = reference("succession").query("old != new")[["old", "new"]].drop_duplicates()
    beside = rows[["place", "period", "source"]].rename(columns={"place": "new"})
    both = rows.reset_index().merge(kin, left_on="place", right_on="old").merge(beside, on=["new", "period", "source"])
    closed, opened = both["old"].map(life["last"]), both["new"].map(life["first"])
    late = (closed < both["start"]) & (combine in ("sum", "level"))
    gone = both[(closed < opened) & ~late]
    late = both[late].drop_duplicates("index").set_index("index")
    rows = rows.assign(place=late["new"].reindex(rows.index).fillna(rows["place"])).drop(index=gone["index"].unique())
    return _one_a_place(rows, combine), sorted(gone["old"].unique())


def _year(rows: pd.DataFrame) -> pd.Series:
    """The year of each row: that of its end, or for parts of a year that of the March which ends the financial year."""
    part = (rows["end"] - rows["start"]).dt.days < FULL_YEAR
    return rows["end"].dt.year + (part & (rows["end"].dt.month > 3)).astype(int)


def _one_a_year(rows: pd.DataFrame, measure: str, combine: str, whole_years: bool) -> pd.DataFrame:
    """Add up (or average) the parts of a year."""
    key = ["place", "year"]
    days = (rows["end"] - rows["start"]).dt.days + 1
    stock = (days == 1).all()
    if stock:  # counted on a day: the last day of each year stands for it
        rows = rows[rows["end"] == rows.groupby(key)["end"].transform("max")]
    size = rows["value"].abs()
    by_shares = size * rows.get("apportioned", 0.0)
    groups = rows.assign(size=size, by_shares=by_shares).groupby(key, sort=True)
    out = groups.agg(
        value=("value", "sum" if combine == "sum" else "mean"),
        unit=("unit", "first"),
        start=("start", "min"),
        end=("end", "max"),
        size=("size", "sum"),
        by_shares=("by_shares", "sum"),
    ).reset_index()
    doubled = rows.duplicated(key).any()  # merging cells place by place is slow, and seldom needed
    out["cells"] = (groups["cells"].agg(merge_cells) if doubled else rows.sort_values(key)["cells"]).to_numpy()
    out["apportioned"] = (out.pop("by_shares") / out.pop("size")).fillna(0.0)
    if combine == "sum" and not stock and whole_years:
        held = rows.assign(days=days).drop_duplicates([*key, "period"]).groupby(key)["days"].sum().to_numpy()
        out = out[held >= FULL_YEAR]
    return out.assign(measure=measure)
