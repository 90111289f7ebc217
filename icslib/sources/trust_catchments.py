"""Catchment populations of acute trusts: people of small areas, shared among trusts by where they were admitted.

Raw page    one row a trust; a column a kind of admission
Quirks      the year of the people is not in the workbook: the 2022 edition shares out those of 2020
"""

import pandas as pd

from ..catalog import Source
from ..errors import CatalogError
from ..expectations import expect_table, need_sheet
from ..periods import calendar_year
from ..sheets import Page
from ..tidy import observations

YEARS = {"2022": 2020}  # edition: year of the people shared out


def tidy_trust_catchments(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a trust and kind of admission; the trust's ``name`` as printed."""
    long = expect_table(need_sheet(pages), source).melt(["place", "name"])
    if source.edition[:4] not in YEARS:
        raise CatalogError(
            f"Catchments of {source.edition!r}: the year of the people is not known. "
            "Add the edition to YEARS in icslib/sources/trust_catchments.py."
        )
    return observations(
        long,
        place=long["place"],
        place_type="trust",
        measure=long["title"],
        period=calendar_year(YEARS[source.edition[:4]]),
        unit="people",
        basis="estimate",
        source=source.id,
        extra=["name"],
    )
