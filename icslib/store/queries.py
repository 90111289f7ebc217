"""Questions to the store: SQL over its tables, and how a figure was restated between editions."""

import re

import pandas as pd

from ..catalog import get, reference
from ..errors import StoreError
from .shelf import load, resources


def sql(query: str) -> pd.DataFrame:
    """The answer of a ``select`` over the processed tables, and over ``measures`` and ``places`` of the register (DuckDB).

    Only the tables named in `query` are read; nothing outside the store can be reached.

    >>> sql("select count(distinct place) as systems from system_panel")
       systems
    0       42
    """
    import duckdb

    named = set(re.findall(r"\w+", query))
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        for name in sorted(named & set(resources())):
            connection.register(name, load(name))
        for name in sorted(named & {"measures", "places"}):
            connection.register(name, reference(name))
        try:
            return connection.execute(query).df()
        except duckdb.Error as fault:
            raise StoreError(
                f"{fault} The store has the tables {', '.join(sorted(resources()))}, and measures and places."
            ) from fault


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
