import pandas as pd
import pytest
from drawing import source, whole
from pandas.testing import assert_series_equal

from icslib import catalog, store
from icslib.errors import DriftError, SheetError
from icslib.sheets import Page
from icslib.sources.monthly_series import tidy_monthly_series
from icslib.sources.waiting import tidy_waiting
from icslib.sources.waiting_extract import tidy_waiting_extract

TRUSTS = """
nhs_trust22_code | nhs_trust22_name | date | year | month | treatment | waits_over_18_weeks | waits_over_52_weeks
RAA | AMBLETON | 2019-10-01 | 2019 | Oct | Cardiology  | 12 | 1
RAA | AMBLETON | 2019-10-01 | 2019 | Oct | Dermatology | 8  | 0
RAA | AMBLETON | 2019-10-01 | 2019 | Oct | Total       | 20 | 1
"""


def test_only_the_total_is_read_and_it_is_the_sum():
    frame = tidy_waiting({"x": whole("waiting_trusts", TRUSTS)}, source("waiting_trusts"))
    assert frame[["place", "measure", "value", "period", "row"]].values.tolist() == [
        ["RAA", "rtt_all_parts_over_18_weeks", 20, "2019-10", 4],
        ["RAA", "rtt_all_parts_over_52_weeks", 1, "2019-10", 4],
    ]


def test_treatments_that_do_not_make_the_total_are_an_error():
    with pytest.raises(SheetError, match="add up to 20; Total says 21"):
        tidy_waiting({"x": whole("waiting_trusts", TRUSTS.replace("| 20 |", "| 21 |"))}, source("waiting_trusts"))


def test_waits_within_and_over_18_weeks_make_the_total_of_england():
    text = "month | type_of_wait | count"
    for kind, count in (("No. within 18 weeks", 6), ("No. > 18 weeks", 4), ("No. > 52 weeks", 1), ("Total waiting", 10)):
        text += f"\n2024-04-01 | {kind} | {count}"
    frame = tidy_waiting({"": whole("waiting_england", text)}, source("waiting_england"))
    assert (len(frame), frame.attrs["totals"][0]["difference"]) == (4, 0)
    for damaged in (text.replace("| 4\n", "| 7\n"), text.replace("2024-04-01 | No. > 18 weeks | 4\n", "")):
        with pytest.raises(SheetError, match="waiting in 2024-04-01, by time: the rows add up to"):
            tidy_waiting({"": whole("waiting_england", damaged)}, source("waiting_england"))


def test_regions_get_a_code():
    page = whole(
        "waiting_regions",
        TRUSTS.replace("nhs_trust22_code | nhs_trust22_name", "nhs_region20_name | ").replace("RAA", "East of England"),
    )
    assert set(tidy_waiting({"x": page}, source("waiting_regions"))["place"]) == {"Y61"}


def test_blank_long_waits_are_not_available():
    page = whole(
        "waiting_history",
        "org_code | month_key | total_incomplete | within_18wk | over_52wk | over_65wk | over_78wk\nRAA | 202603 | 10 | 6 | 1 | |",
    )
    frame = tidy_monthly_series({"": page}, source("waiting_history")).set_index("measure")
    assert frame.loc["rtt_over_65_weeks", "flag"] == "not available"
    assert frame.loc["rtt_waiting", ["value", "period"]].tolist() == [10, "2026-03"]


def extract(total: int = 105) -> dict:
    weeks = [f"Gt {n:02d} To {n + 1:02d} Weeks SUM 1" for n in range(104)] + ["Gt 104 Weeks SUM 1"]
    ids = "Period | Provider Org Code | Commissioner Org Code | RTT Part Type | Treatment Function Code | "
    lines = [ids + " | ".join(weeks)]
    for part, function, number in (("Part_2", "C_100", 1), ("Part_2", "C_999", total // 105), ("Part_1A", "C_999", 9)):
        lines.append(f"RTT-April-2023 | RAA | 00Q | {part} | {function} | " + " | ".join([str(number)] * 105))
    return {"x.csv": whole("waiting_extract", "\n".join(lines), "x.csv")}


def test_the_full_extract_is_added_up_by_weeks_waited():
    frame = tidy_waiting_extract(extract(), source("waiting_extract")).set_index("measure")
    assert frame["value"].to_dict() == {
        "rtt_waiting": 105, "rtt_over_18_weeks": 87, "rtt_over_52_weeks": 53, "rtt_over_65_weeks": 40, "rtt_over_78_weeks": 27,
    }  # fmt: skip
    assert frame.loc["rtt_over_52_weeks", "cells"] == "waiting_extract!x.csv!BN2:DN4[D=RAA,J=Part_2,L=C_999]"


def test_an_extract_whose_treatments_do_not_make_the_total_or_whose_weeks_have_a_gap_is_an_error():
    with pytest.raises(SheetError, match="treatments of all providers"):
        tidy_waiting_extract(extract(total=210), source("waiting_extract"))
    page = extract()["x.csv"]
    grid = [["week 7" if cell == "Gt 07 To 08 Weeks SUM 1" else cell for cell in row] for row in page.grid]
    with pytest.raises(DriftError, match=r"'Gt 07 To 08 Weeks SUM 1' \(line \d+\) is now 'week 7'"):
        tidy_waiting_extract({"x.csv": Page(grid, "x.csv")}, source("waiting_extract"))


def test_the_official_excerpt_adds_up(official, monkeypatch):
    from icslib.sheets import open_pages

    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    known = catalog.get("waiting_extract")
    frame = tidy_waiting_extract(open_pages(catalog.need_file(known)), known)
    assert frame.query("measure == 'rtt_waiting'")["value"].sum() == 7313
    assert set(frame["period"]) == {"2023-04"}


def test_the_sum_of_providers_is_a_little_above_england():
    england = store.load("waiting_england").query("measure == 'rtt_waiting'").set_index("period")["value"]
    providers = store.load("waiting_history").query("measure == 'rtt_waiting'").groupby("period")["value"].sum()
    ratio = (providers / england).dropna()
    assert len(ratio) > 30 and ratio.between(0.995, 1.01).all()
    assert england["2007-08"] == 4_186_974


def test_regions_add_up_what_trusts_print_and_both_are_far_above_the_waiting_list():
    sums = {
        name: store.load(name).query("measure == 'rtt_all_parts_over_52_weeks'").groupby("period")["value"].sum()
        for name in ("waiting_regions", "waiting_trusts")
    }
    assert_series_equal(sums["waiting_regions"], sums["waiting_trusts"])
    england = store.load("waiting_england").query("measure == 'rtt_over_52_weeks'").set_index("period")["value"]
    assert (sums["waiting_trusts"] / england).dropna().min() > 1.4


def test_a_trust_of_the_package_is_all_parts_of_the_extract_together(official, monkeypatch):
    from icslib.sheets import open_pages

    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    known = catalog.get("waiting_extract")
    page = next(iter(open_pages(catalog.need_file(known)).values()))
    table = page.find_table(
        ["Provider Org Code", "RTT Part Type", "Treatment Function Code", *[t for t in page.row_text(0) if t.startswith("Gt ")]]
    )
    rows = table.frame[(table.frame["Treatment Function Code"] == "C_999") & (table.frame["Provider Org Code"] == "AAV")]
    late = rows[[t for t in rows if t.startswith("Gt ") and int(t[3:6]) >= 52]].apply(pd.to_numeric, errors="coerce").sum().sum()
    package = store.load("waiting_trusts").query(
        "place == 'AAV' and period == '2023-04' and measure == 'rtt_all_parts_over_52_weeks'"
    )
    assert package["value"].item() == late == 44
