"""Life expectancy, its gap, healthy life expectancy and preventable mortality by local authority, from Fingertips.

Raw page    one row an area, period, indicator and sex
Quirks      the sex stands under ``inequality``, but under ``unit`` for mortality; blanks for small or abolished areas;
            abolished districts beside their successors; most values are restated between editions
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, look_up, need_sheet
from ..sheets import Page
from ..tidy import observations

IDS = ["area_code", "area_name", "period", "indicator", "unit", "inequality"]
INDICATORS = {  # printed indicator: measure, unit, basis
    "Life expectancy at birth": ("life_expectancy", "years", "estimate"),
    "Healthy life expectancy at birth": ("healthy_life_expectancy", "years", "estimate"),
    "Inequality in life expectancy at birth": ("life_expectancy_gap", "years", "estimate"),
    "Under 75 mortality rate from causes considered preventable": ("preventable_mortality", "per 100,000", "outturn"),
}
SEXES = {"Male": "male", "Female": "female", "Persons": "persons"}
PLACE_TYPES = {"E92": "england", "E12": "region", "E10": "county"}


def tidy_fingertips(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an area, period and measure; men and women are measures of their own (``life_expectancy_male``)."""
    long = expect_table(need_sheet(pages), source, [*IDS, "value"]).melt(IDS)
    long["name"], long["sex"] = long["area_name"], long["unit"].where(long["unit"].isin(list(SEXES)), long["inequality"])
    long["sex"] = look_up(long, "sex", SEXES, "SEXES in icslib/sources/fingertips.py")
    long["indicator"] = long["indicator"].str.extract(f"^({'|'.join(INDICATORS)})", expand=False).fillna(long["indicator"])
    known = look_up(long, "indicator", INDICATORS, "INDICATORS in icslib/sources/fingertips.py")
    about = pd.DataFrame(known.tolist(), columns=["measure", "unit", "basis"], index=long.index)
    return observations(
        long,
        place=long["area_code"],
        place_type=long["area_code"].str[:3].map(PLACE_TYPES).fillna("local_authority"),
        measure=about["measure"].where(long["sex"] == "persons", about["measure"] + "_" + long["sex"]),
        period=long["period"],
        unit=about["unit"],
        basis=about["basis"],
        source=source.id,
        extra=["sex", "name"],
        blank="not available",
    )
