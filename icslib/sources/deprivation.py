"""English Indices of Deprivation: score, share of people in the most deprived tenth, and extent, 2010 to 2025.

Raw page    one row a lower-tier authority (2010, 2015, 2019) or an integrated care board (2025), a column a domain and kind
Quirks      2010 and 2015 were put onto the boundaries of 2021, 2019 onto those of 2023, by a public package; the score is a
            mean of small areas and not on one scale between editions; ranks and counts are left out
"""

import re

import pandas as pd

from ..catalog import Source, headers
from ..errors import DriftError, SheetError
from ..periods import calendar_year
from ..register import canonical
from ..sheets import Page
from ..sheets.expectations import expect_table
from ..tidy import observations

# Title of each edition's columns, with the domain where it is one of several.
FORMS = {
    "score": r"(?:(?P<domain>.+)_)?Score|(?P<later>.+)_average_score",
    "most_deprived_share": r"(?:(?P<domain>.+)_)?Proportion|(?P<later>.+)_proportion_of_lso_as_in_most_deprived.*",
    "extent": r"Extent|imd_2025_extent",
}
DOMAINS = {
    "": "", "imd": "", "income": "_income", "employment": "_employment", "education": "_education", "education_skills_and_training": "_education",
    "health": "_health", "health_deprivation_and_disability": "_health", "crime": "_crime", "housing_and_access": "_housing",
    "barriers_to_housing_and_services": "_housing", "environment": "_environment", "living_environment": "_environment",
}  # fmt: skip
ALL = len(FORMS) + 2 * 7  # overall, and score and share of each of seven domains
UNITS = {"score": "score", "most_deprived_share": "share", "extent": "share"}


def tidy_deprivation(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area and measure: ``imd_score``, ``imd_health_score``, ``imd_most_deprived_share``, ``imd_extent``, …"""
    page = next(iter(pages.values()))
    titles = page.row_text(0)
    measures = {title: name for title in titles if (name := _measure(title))}
    if not measures:
        raise SheetError(f"{source.file}: no column is a score, share or extent of deprivation. The header reads {titles[:8]}.")
    if len(measures) not in (len(FORMS), ALL):
        raise DriftError(
            f"{source.file}: {len(measures)} columns are scores, shares or extents, not {len(FORMS)} (overall only) or {ALL} (with domains): "
            f"{sorted(measures.values())}. Alter FORMS or DOMAINS in icslib/sources/deprivation.py."
        )
    table = expect_table(page, [titles[0], *measures], reader=__name__, headers=headers(source.table))
    long = table.melt(titles[0], values=list(measures))
    systems = titles[0].startswith("icb")
    measure = long["title"].map(measures)
    return observations(
        long,
        place=canonical(long[titles[0]]) if systems else long[titles[0]],
        place_type="system" if systems else "local_authority",
        measure=measure,
        period=calendar_year(int(source.edition)),
        unit=measure.map(lambda name: next(unit for kind, unit in UNITS.items() if name.endswith(kind))),
        basis="estimate",
        source=source.id,
    )


def _measure(title: str) -> str | None:
    for kind, form in FORMS.items():
        match = re.fullmatch(form, title)
        if match:
            found = match.groupdict()
            domain = (found.get("domain") or found.get("later") or "").lower()
            return f"imd{DOMAINS[domain]}_{kind}" if domain in DOMAINS else None
    return None
