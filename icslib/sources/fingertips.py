"""Life expectancy, its gap, healthy life expectancy and preventable mortality by local authority, from Fingertips.

Raw page    one row an area, period, indicator and sex
Quirks      the sex stands under ``inequality``, but under ``unit`` for mortality; blanks for small or abolished areas;
            abolished districts beside their successors; most values are restated between editions
"""

import pandas as pd

from ..catalog import Source
from ..errors import DriftError, SheetError
from ..expectations import expect_table, need_sheet
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
    long["sex"] = long["unit"].map(SEXES).fillna(long["inequality"].map(SEXES))
    if long["sex"].isna().any():
        odd = long[long["sex"].isna()].iloc[0]
        raise SheetError(
            f"{source.file}, row {odd['row']}: neither unit ({odd['unit']!r}) nor inequality ({odd['inequality']!r}) is one of {list(SEXES)}. "
            f"Add the word to SEXES in icslib/sources/fingertips.py, or mend the row."
        )
    long["name"] = long["area_name"]
    indicator = long["indicator"].map({text: _known(text, source) for text in long["indicator"].unique()})
    about = pd.DataFrame(indicator.map(INDICATORS).tolist(), columns=["measure", "unit", "basis"], index=long.index)
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


def _known(text: object, source: Source) -> str:
    for name in INDICATORS:
        if str(text).startswith(name):
            return name
    raise DriftError(
        f"{source.file}: the indicator {text!r} is none of {list(INDICATORS)}. Add it to INDICATORS in icslib/sources/fingertips.py."
    )
