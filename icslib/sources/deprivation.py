"""English Indices of Deprivation: score, share of people in the most deprived tenth, and extent, 2010 to 2025.

Raw page    one row a lower-tier authority (2010, 2015, 2019) or an integrated care board (2025), a column a domain and kind
Quirks      2010 and 2015 were put onto the boundaries of 2021, 2019 onto those of 2023, by a public package; the score is a
            mean of small areas and not on one scale between editions; ranks and counts are left out
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..periods import calendar_year
from ..register import canonical
from ..sheets import Page
from ..tidy import observations

UNITS = {"score": "score", "most_deprived_share": "share", "extent": "share"}


def tidy_deprivation(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area and measure: ``imd_score``, ``imd_health_score``, ``imd_most_deprived_share``, ``imd_extent``, …"""
    long = expect_table(need_sheet(pages), source).melt("place")
    systems = long["place"].str.startswith("E54").all()
    return observations(
        long,
        place=canonical(long["place"]) if systems else long["place"],
        place_type="system" if systems else "local_authority",
        measure=long["title"],
        period=calendar_year(int(source.edition[:4])),
        unit=long["title"].map(lambda name: next(unit for kind, unit in UNITS.items() if name.endswith(kind))),
        basis="estimate",
        source=source.id,
    )
