"""Questions to the store: SQL over its tables, and how a figure was restated between editions."""

import re
from typing import Any

import pandas as pd
from rapidfuzz import process

from ..catalog import get, reference
from ..errors import StoreError
from .shelf import load, resources, tables


def sql(query: str) -> pd.DataFrame:
    """The answer of a ``select`` over the processed tables, and over ``measures`` and ``places`` of the register (DuckDB).

    Only the tables named in `query` are read; nothing is written, and nothing outside the store can be reached.
    ``show tables`` lists the tables, ``describe loans`` the columns of one.

    >>> sql("select count(distinct place) as systems from system_panel")
       systems
    0       42
    """
    import duckdb

    known = {name.lower(): name for name in [*resources(), "measures", "places"]}
    if not isinstance(query, str):
        raise StoreError(f"A question is text, such as 'select * from loans', not {type(query).__name__}.")
    named = {known[word] for word in re.findall(r"\w+", query.lower()) if word in known}
    if re.match(r"\s*show\s+tables", query.lower()):
        return tables()
    closed: dict[str, Any] = {"enable_external_access": False, "python_enable_replacements": False}
    with duckdb.connect(config=closed) as connection:
        try:
            asked = connection.extract_statements(query)
            if [one.type.name for one in asked] != ["SELECT"]:
                raise StoreError(f"One select is answered, not {', '.join(one.type.name.lower() for one in asked) or 'nothing'}.")
            for name in sorted(named):
                connection.register(name, reference(name) if name in ("measures", "places") else load(name))
            return connection.execute(query).df()
        except duckdb.CatalogException as fault:
            lost = re.search(r"Table with name (\S+) does not exist", str(fault))
            if not lost:
                raise StoreError(str(fault)) from fault
            near = ", ".join(found for found, *_ in process.extract(lost[1].lower(), list(known), limit=3))
            raise StoreError(f"The store has no table {lost[1]!r}. Nearest: {near}. ics.tables() lists all.") from fault
        except duckdb.Error as fault:
            raise StoreError(str(fault)) from fault


def revisions(measure: str, place: str) -> pd.DataFrame:
    """How figures of `measure` for `place` were restated: one row a period printed in more than one edition.

    Returns
    -------
    DataFrame, index ``period``, a column an edition (oldest first) and ``change``: the newest less the oldest, in
    ``attrs["unit"]``. Empty if no period was printed twice.
    """
    holding = [name for name, entry in resources().items() if measure in entry["measures"]]
    if not holding:
        raise StoreError(f"No processed table holds {measure!r}. 'icslib check' lists tables; ics.tables() their measures.")
    rows = pd.concat([frame[(frame["measure"] == measure) & (frame["place"] == place)] for frame in map(load, holding)])
    if rows.empty:
        raise StoreError(f"{measure} has no figures for {place!r} in {', '.join(holding)}. ics.find_place() gives codes.")
    order = rows.groupby("source")["end"].max().sort_values(kind="stable").index
    wide = rows.pivot_table(index="period", columns="source", values="value", aggfunc="first", sort=False)[list(order)]
    wide = wide[wide.notna().sum(axis=1) > 1].dropna(axis=1, how="all").sort_index()
    if wide.empty:
        return wide
    wide.columns = pd.Index([get(id).edition or id for id in wide.columns], name="edition")
    wide["change"] = wide.ffill(axis=1).iloc[:, -1] - wide.bfill(axis=1).iloc[:, 0]
    wide.attrs["unit"] = rows["unit"].iloc[0]
    return wide
