"""From processed tables to a panel: one function where files meet frames."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from ..catalog import reference
from ..errors import BasisError, StoreError
from ..panel import build_panel
from ..tidy import cell_refs, merge_cells, only
from .tables import load, resources

FULL_YEAR = 360  # days that the parts of a year must cover before they are added up


class Cells(dict):
    """Source cells by (place, year, measure); carried in ``panel.attrs["cells"]`` and never copied."""

    def __deepcopy__(self, memo: dict) -> "Cells":
        return self


@dataclass(frozen=True)
class _Choice:
    """What was asked for, the same for every measure; ``joins`` gathers what was spliced."""

    places: str
    vintage: str
    basis: str | None
    edition: str
    table: str | None
    whole_years: bool = True
    joins: dict = field(default_factory=dict)


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
    first, last : years, each the year of the March that ends it; calendar years keep their own number and spans that of their last year
    places : kind of place; a measure published only for smaller places is rolled up to it
    vintage : boundaries, such as ``"2022-07"``
    basis : keep only this basis; needed where a measure comes on several
    edition : ``"newest"``, an edition's name, or ``"joined"``: years that only older editions hold are added, each place's level
        shifted by the mean difference over the years both hold; ``attrs["joins"]`` says by how much
    table : the processed table to take, where several hold the measure

    Returns
    -------
    DataFrame with ``place, year`` and a float column a measure. ``attrs``: ``units``, ``spans``, ``vintage``, ``tables`` (measure to table),
    ``joins``, and ``cells``: the source cells of each figure by (place, year, measure), for :func:`icslib.trace`.
    """
    choice = _Choice(places, vintage, basis, edition, table)
    pieces, tables = [], {}
    for measure in measures:
        rows, tables[measure] = _by_year(measure, choice)
        pieces.append(rows[rows["year"].between(first, last)])
    long = pd.concat(pieces, ignore_index=True)
    if long.empty:
        raise StoreError(f"No figures of {list(measures)} for {places} in {first} to {last}. 'icslib.tables()' says what years each table holds.")
    edges = pd.DataFrame({"place": long["place"].iloc[0], "year": [first, last]})
    known = long[["place", "year", "measure", "value", "unit", "start", "end"]]
    missing = edges[~edges["year"].isin(long["year"])].assign(measure=measures[0], value=float("nan"), unit=known["unit"].iloc[0])
    panel = build_panel(pd.concat([known, missing], ignore_index=True), gaps="keep", vintage=vintage)
    for measure in measures:
        if measure not in panel:
            panel[measure] = float("nan")
    panel = panel[["place", "year", *measures]]
    keys = zip(long["place"], long["year"], long["measure"], strict=True)
    panel.attrs.update(tables=tables, joins=choice.joins, cells=Cells(zip(keys, long["cells"], strict=True)))
    return panel


def _by_year(measure: str, choice: _Choice) -> tuple[pd.DataFrame, str]:
    """Rows of one measure with ``place, year, measure, value, unit, start, end, cells``, and the table they come from."""
    combine = _combine(measure)
    if combine.startswith("rate:"):  # add up what is above and below the line, then divide
        parts = combine.removeprefix("rate:").split("/")
        (above, name), (below, _) = (_by_year(part, replace(choice, whole_years=False)) for part in parts)
        both = above.merge(below, on=["place", "year"], suffixes=("", " below"))
        both["value"] = 100 * both["value"] / both["value below"]
        both["cells"] = [merge_cells(pair) for pair in zip(both["cells"], both["cells below"], strict=True)]
        return both.assign(measure=measure, unit="percent")[list(above.columns)], name
    name, rows = _find(measure, choice)
    rows = rows[rows["value"].notna() & ~rows["flag"].str.contains("structural zero")]
    rows = rows.assign(cells=rows["cells"] if "cells" in rows else cell_refs(rows))
    if only(rows, "place_type") != choice.places:
        rows = _roll_up(rows, choice)
    printed = rows[["place", "period", "source"]].drop_duplicates()
    if not printed.duplicated(["place", "period"]).any():  # parts of one series, not editions that restate each other
        rows = rows.assign(source=name)
    years = _one_a_year(rows.assign(year=_year(rows)), measure, combine, choice.whole_years)
    if years.empty:
        raise StoreError(f"{measure} in {name} is printed for parts of years that do not make a whole one, so it has no yearly total. Use load({name!r}).")
    return _choose_edition(years, measure, choice), name


def _combine(measure: str) -> str:
    known = reference("measures").set_index("measure")["combine"]
    if measure not in known:
        from rapidfuzz import process

        near = ", ".join(found for found, *_ in process.extract(measure, list(known.index), limit=3))
        raise StoreError(f"{measure!r} is not a measure we know. Nearest: {near}. data/raw/reference/measures.csv lists all.")
    return known[measure]


def _find(measure: str, choice: _Choice) -> tuple[str, pd.DataFrame]:
    """The one table that holds `measure` for `places`, or for smaller places that can be rolled up; and its rows."""
    places, basis, table = choice.places, choice.basis, choice.table
    holding = {name: entry for name, entry in resources().items() if measure in entry["measures"] and table in (None, name)}
    found = []
    for name in holding:
        frame = load(name)
        rows = frame[(frame["measure"] == measure) & (frame["basis"].eq(basis) if basis else True)]
        kinds = set(rows["place_type"]) - {"england", "region", "other"}
        if places in set(rows["place_type"]):
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
        raise BasisError(f"{measure} for {places} is in {len(chosen)} tables: {[name for name, _ in chosen]}. Pass table= one of them.")
    only(chosen[0][1], "basis")
    return chosen[0]


def _roll_up(rows: pd.DataFrame, choice: _Choice) -> pd.DataFrame:
    from .. import places

    return places.roll_up(rows, to=choice.places, vintage=choice.vintage)


def _year(rows: pd.DataFrame) -> pd.Series:
    """The year of each row: that of its end, or for parts of a year that of the March which ends the financial year."""
    part = (rows["end"] - rows["start"]).dt.days < FULL_YEAR
    return rows["end"].dt.year + (part & (rows["end"].dt.month > 3)).astype(int)


def _one_a_year(rows: pd.DataFrame, measure: str, combine: str, whole_years: bool) -> pd.DataFrame:
    """Add up (or average) what a place has in one year and edition: loans, sites, months."""
    key = ["place", "year", "source"]
    if combine == "none" and rows.duplicated([*key, "period"]).any():
        spot = rows[rows.duplicated([*key, "period"])].iloc[0]
        raise StoreError(f"{measure} is printed more than once for {spot['place']} in {spot['period']} and cannot be added up. Choose rows first.")
    days = (rows["end"] - rows["start"]).dt.days + 1
    stock = (days == 1).all()
    if stock:  # counted on a day: the last day of each year stands for it
        rows = rows[rows["end"] == rows.groupby(key)["end"].transform("max")]
    groups = rows.groupby(key, sort=True)
    out = groups.agg(
        value=("value", "sum" if combine == "sum" else "mean"),
        unit=("unit", "first"),
        start=("start", "min"),
        end=("end", "max"),
        cells=("cells", merge_cells),
    ).reset_index()
    if combine == "sum" and not stock and whole_years:
        held = rows.assign(days=days).drop_duplicates([*key, "period"]).groupby(key)["days"].sum().to_numpy()
        out = out[held >= FULL_YEAR]
    return out.assign(measure=measure)


def _choose_edition(years: pd.DataFrame, measure: str, choice: _Choice) -> pd.DataFrame:
    edition = choice.edition
    columns = ["place", "year", "measure", "value", "unit", "start", "end", "cells"]
    editions = list(dict.fromkeys(years.sort_values("end", kind="stable").groupby("source")["end"].max().sort_values().index))
    if edition not in ("newest", "joined"):
        wanted = [name for name in editions if name == edition or name.endswith(f"-{edition}")]
        if not wanted:
            raise StoreError(f"{measure} has no edition {edition!r}. It has {editions}; or pass 'newest' or 'joined'.")
        return years.loc[years["source"] == wanted[0], columns]
    newest = years[years["source"] == editions[-1]]
    if edition == "newest" or len(editions) == 1:
        return newest[columns]
    for older in reversed(editions[:-1]):
        old = years[years["source"] == older]
        both = newest.merge(old, on=["place", "year"], suffixes=("", " old"))
        shift = (both["value"] - both["value old"]).groupby(both["place"]).mean()
        choice.joins[measure] = {"older": older, "places": len(shift), "overlap_years": sorted(both["year"].unique().tolist()),
                          "mean_shift": round(float(shift.mean()), 4)}  # fmt: skip
        held = pd.MultiIndex.from_frame(newest[["place", "year"]])
        extra = old[~pd.MultiIndex.from_frame(old[["place", "year"]]).isin(held) & old["place"].isin(shift.index)]
        newest = pd.concat([newest, extra.assign(value=extra["value"] + extra["place"].map(shift))])
    return newest[columns]
