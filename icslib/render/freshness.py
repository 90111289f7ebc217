"""How fresh each processed table is: its last figure, its usual interval, and whether the next is overdue."""

from datetime import date

import pandas as pd
import pyarrow.parquet as pq

from .. import catalog, paths, store

INTERVALS = ((20, "one edition"), (45, "monthly"), (135, "quarterly"), (500, "yearly"), (10_000, "every few years"))


def list_freshness(on: date) -> list[dict]:
    """One entry a table of the store: title, publisher, published, last day, interval, and whether it is overdue on the day `on`.

    The interval is the median time between the ends of its last dozen periods. Overdue is more than a year and two
    intervals after the last figure: official statistics appear some months after the period they describe.
    """
    found = []
    for row in store.tables().itertuples():
        editions = catalog.of_table(row.name)
        newest = editions[-1] if editions else None
        ends = pq.read_table(paths.processed(f"{row.name}.parquet"), columns=["end"])["end"].to_pandas()
        days = pd.Series(sorted(ends.dropna().unique())[-12:]).diff().median()
        gap = 0 if pd.isna(days) else days.days
        last = pd.Timestamp(ends.max()).date()
        overdue = gap > 0 and (on - last).days > 365 + 2 * gap
        found.append({
            "title": row.title, "publisher": _told(newest, "publisher"), "published": _told(newest, "published"),
            "address": newest.address if newest and newest.address.startswith("https://") else "", "last": last.isoformat(),
            "interval": next(words for most, words in INTERVALS if gap <= most), "overdue": overdue,
            "state": "current" if gap else "one edition held",
        })  # fmt: skip
    return found


def _told(source: catalog.Source | None, field: str) -> str:
    """What the catalog says, or nothing where each row of the table says it for itself."""
    said = getattr(source, field, "")
    return "several" if "each row" in said and field == "publisher" else "" if "each row" in said else said
