"""Capacity, demand and performance of the 42 systems, 2012 to 2023, as put together by one of them.

Raw page    one row a year, system and metric
Quirks      whether a year is calendar or financial is not stated, so it is kept as a calendar year; a printed NA is
            not available; "(£k) per population" is pounds per head. Names of metrics and known oddities are data:
            ``metric_names.csv`` and ``known_oddities.csv`` in data/raw/reference
"""

import pandas as pd

from ..catalog import Source, reference
from ..expectations import expect_table, look_up, need_sheet
from ..sheets import Page, plain
from ..tidy import observations

IDS = ["year", "org", "metric", "domain"]


def tidy_system_panel(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a year, system and measure; ``domain`` is capacity, demand or performance."""
    names = reference("metric_names").query("table == 'system_panel'").set_index("printed")
    long = expect_table(need_sheet(pages), source, [*IDS, "value"]).melt(IDS)
    long["metric"] = long["metric"].map(plain)
    long["domain"] = long["domain"].str.lower()
    return observations(
        long,
        place=long["org"],
        place_type="system",
        measure=look_up(long, "metric", names["measure"].to_dict(), "data/raw/reference/metric_names.csv"),
        period=long["year"],
        unit=long["metric"].map(names["unit"]),
        basis="estimate",
        source=source.id,
        extra=["domain"],
        blank="not available",
    )
