"""The full extract of waiting for treatment (RTT): a zipped CSV a month, added up by provider.

Raw page    one row a provider, commissioner, part and treatment, with a column a week waited
Quirks      C_999 is the total of the treatments and is held against them; only the part for all incomplete pathways is read; the
            weeks are counted from the titles; blanks are nil
"""

import re
from dataclasses import replace

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, expect_total, need_figures, need_sheet
from ..periods import parse_period
from ..sheets import Page
from ..tidy import observations

IDS = ["Period", "Provider Org Code", "Commissioner Org Code", "RTT Part Type", "Treatment Function Code"]
INCOMPLETE, TOTAL = "Part_2", "C_999"
WEEK = r"Gt (\d+) To (\d+) Weeks SUM 1|Gt (\d+) Weeks SUM 1"
LIMITS = {"rtt_waiting": 0, "rtt_over_18_weeks": 18, "rtt_over_52_weeks": 52, "rtt_over_65_weeks": 65, "rtt_over_78_weeks": 78}


def tidy_waiting_extract(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a provider and measure; ``cells`` names the columns and rows that were added up."""
    page = need_sheet(pages)
    weeks = {title: int(match[1] or match[3]) for title in page.row_text(0) if (match := re.fullmatch(WEEK, title))}
    table = expect_table(page, source, [*IDS, *weeks], key="Provider Org Code")
    rows = table.frame[table.frame["RTT Part Type"] == INCOMPLETE]
    counts = need_figures(replace(table, frame=rows), list(weeks), empty=0.0)
    total = rows["Treatment Function Code"] == TOTAL
    totals = [expect_total("treatments of all providers", counts[total].sum().sum(), counts[~total].sum().sum(), within=0)]
    rows, counts = rows[total], counts[total]
    pieces = []
    for measure, limit in LIMITS.items():
        columns = [title for title, week in weeks.items() if week >= limit]
        value = counts[columns].sum(axis=1).groupby(rows["Provider Org Code"]).sum()
        first, last = table.letters[columns[0]], table.letters[columns[-1]]
        whose = f"[{table.letters['Provider Org Code']}=" + value.index + f",{table.letters['RTT Part Type']}={INCOMPLETE},"
        whose += f"{table.letters['Treatment Function Code']}={TOTAL}]"
        span = f"{first}{table.frame.index.min()}:{last}{table.frame.index.max()}"
        pieces.append(pd.DataFrame({"place": value.index, "value": value.to_numpy(), "measure": measure, "column": first,
                                    "cells": source.id + "!" + page.sheet + "!" + span + whose}))  # fmt: skip
    long = pd.concat(pieces, ignore_index=True).assign(flag="", sheet=page.sheet)
    long["row"] = long["place"].map(rows.reset_index().groupby("Provider Org Code")["row"].min())
    frame = observations(
        long,
        place=long["place"],
        place_type="provider",
        measure=long["measure"],
        period=parse_period(rows["Period"].iloc[0]),
        unit="patients",
        basis="outturn",
        source=source.id,
        extra=["cells"],
    )
    frame.attrs["totals"] = totals
    return frame
