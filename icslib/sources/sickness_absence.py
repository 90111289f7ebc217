"""Sickness absence by organisation and month: days lost, days available, and the rate.

Raw page    one CSV a month
Quirks      QZZ stands where a system should for national bodies; the date is the month's last day
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..periods import Period, month, parse_period
from ..sheets import Page
from ..tidy import observations

IDS = ["DATE", "ICS_CODE", "ORG_CODE", "ORG_TYPE"]
MEASURES = {
    "FTE_DAYS_LOST": ("sickness_days_lost", "FTE days"),
    "FTE_DAYS_AVAILABLE": ("staff_days_available", "FTE days"),
    "SICKNESS_ABSENCE_RATE_PERCENT": ("sickness_absence", "percent"),
}


def tidy_sickness_absence(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row an organisation, month and measure; ``system`` is the printed system code, ``kind`` the kind of organisation."""
    long = expect_table(need_sheet(pages), source, [*IDS, *MEASURES], key="ORG_CODE").melt(IDS)
    long["system"], long["kind"] = long["ICS_CODE"].where(long["ICS_CODE"] != "QZZ", ""), long["ORG_TYPE"]
    return observations(
        long,
        place=long["ORG_CODE"],
        place_type="provider",
        measure=long["title"].map(lambda title: MEASURES[title][0]),
        period=long["DATE"],
        read=_month,
        unit=long["title"].map(lambda title: MEASURES[title][1]),
        basis="outturn",
        source=source.id,
        extra=["system", "kind"],
    )


def _month(text: object) -> Period:
    end = parse_period(text).end
    return month(end.year, end.month)
