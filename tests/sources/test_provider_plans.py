from drawing import source, whole

from icslib import store
from icslib.sources.provider_plans import COLUMNS, tidy_provider_plans

PRINTED = ["org_code", "org_name", "fin_ytd_plan_inc_dsf_m", *COLUMNS]
AMBLETON = dict(zip(COLUMNS, ("-2.5", "0.00", "3.0", "4.0", "1.0", "2.0", "3.0", "7.5"), strict=True)) | {
    "org_code": "RAA",
    "org_name": "AMBLETON",
}
BRACKLEY = {"org_code": "RBB", "org_name": "BRACKLEY"}
PAGE = "\n".join(
    " | ".join(cells)
    for cells in (
        PRINTED,
        *([row.get(title, "99" if "dsf" in title else "") for title in PRINTED] for row in (AMBLETON, BRACKLEY)),
    )
)


def test_a_deficit_plan_is_negative_zero_is_kept_and_blanks_are_left_out():
    frame = tidy_provider_plans({"": whole("provider_plans", PAGE)}, source("provider_plans", "2026-03"))
    assert set(frame["place"]) == {"RAA"}
    rows = frame.set_index("measure")
    assert rows.loc["surplus_pct", ["value", "basis", "period"]].tolist() == [-2.5, "plan", "2025-26"]
    assert rows.loc["surplus_variance_pct", ["value", "basis"]].tolist() == [0.0, "year to date"]
    assert rows.loc["backlog_total", ["value", "period", "unit"]].tolist() == [7.5, "2024-25", "GBP m"]
    assert 99 not in set(frame["value"])


def test_what_is_shipped():
    frame = store.load("provider_plans")
    plans = frame[frame["measure"] == "surplus_pct"]
    assert len(plans) == 150
    assert (plans["value"] == 0).sum() == 46
    assert set(frame.loc[frame["measure"] == "oversight_segment", "value"]) == {1, 2, 3, 4}
