"""Vacancies advertised, by region and month since April 2016: all staff, and nurses.

Raw page    one row a region and month
Quirks      an advertised or payroll series of some ten thousand posts, not the headline stock of about a hundred thousand: never
            beside it in one chart; the two indices are a project's own and are left out
"""

import pandas as pd

from ..catalog import Source, headers
from ..periods import parse_period
from ..sheets import Page
from ..sheets.expectations import expect_table
from ..tidy import observations

MEASURES = {"vacancy_wte_total": "vacancies_advertised", "vacancy_wte_nursing": "vacancies_advertised_nursing"}


def tidy_vacancies_regional(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a region, month and measure, whole-time equivalents."""
    ids = ["region_code", "month_key"]
    long = expect_table(pages[""], [*ids, *MEASURES], reader=__name__, headers=headers(source.table)).melt(ids, values=list(MEASURES))
    return observations(
        long,
        place=long["region_code"],
        place_type="region",
        measure=long["title"].map(MEASURES),
        period=long["month_key"].map({text: parse_period(str(text)) for text in long["month_key"].unique()}),
        unit="WTE",
        basis="outturn",
        source=source.id,
    )
