import pytest
from drawing import source, whole

from icslib import catalog, store
from icslib.errors import SheetError
from icslib.sources.backlog import tidy_backlog

HIGH, SIGNIFICANT, MODERATE, LOW, ADJUSTED = RISKS = [
    f"backlog_{kind}" for kind in ("high_risk", "significant_risk", "moderate_risk", "low_risk", "risk_adjusted")
]
AGES = "Age profile - total (must equal 100%) (%)"
SITES = f"""
                  |               |           |           | Backlog |               |            |
Organisation Code | Organisation Name | Site Code | Site Name | {HIGH}  | {SIGNIFICANT} | {MODERATE} | {LOW} | {ADJUSTED}
RAA               | AMBLETON      | AGGRE     | SMALL     | 1,000,000 | 0             | 0          | 0     | Not Applicable
RAA               | AMBLETON      | RAA01     | MAIN      | 2000000 | 500000        | 0          | 0     | 10
RAA Result        |               |           |           | {{subtotal}} | 500000   | 0          | 0     | 10
Grand Total       |               |           |           | {{subtotal}} | 500000   | 0          | 0     | 10
"""
TRUSTS = f"""
||||||||
Organisation Code | Organisation Name | {AGES} | {HIGH} | {SIGNIFICANT} | {MODERATE} | {LOW} | {ADJUSTED}
RAA | AMBLETON | {{ages}} | 100000 | 200000 | 0 | 0 | 0
RBB | BRACKLEY | 300 | 0 | 0 | 0 | 0 | 0
"""


def test_sites_count_subtotals_do_not_and_a_mark_is_no_zero():
    frame = tidy_backlog(
        {"Site Data": whole("backlog-2015-16", SITES.format(subtotal=3000000), "Site Data")}, source("backlog", "2015-16")
    )
    high = frame[frame["measure"] == "backlog_high_risk"]
    assert high[["site", "value", "row"]].values.tolist() == [["AGGRE", 1.0, 3], ["RAA01", 2.0, 4]]
    adjusted = frame[frame["measure"] == "backlog_risk_adjusted"].set_index("site")
    assert adjusted.loc["AGGRE", "flag"] == "not applicable"
    assert adjusted["value"].isna().tolist() == [True, False]


def test_a_grand_total_far_from_the_sites_is_an_error():
    with pytest.raises(SheetError, match="backlog_high_risk"):
        tidy_backlog(
            {"Site Data": whole("backlog-2015-16", SITES.format(subtotal=9000000), "Site Data")}, source("backlog", "2015-16")
        )


def test_a_subtotal_that_is_printed_wrong_is_recorded_with_its_difference():
    text = SITES.format(subtotal=3000000).replace(
        "RAA Result        |               |           |           | 3000000", "RAA Result |||| 2500000"
    )
    frame = tidy_backlog({"Site Data": whole("backlog-2015-16", text, "Site Data")}, source("backlog", "2015-16"))
    assert frame.attrs["totals"][1] == {
        "total": "backlog_high_risk of RAA, GBP m", "printed": 2.5, "rows": 3.0, "difference": 0.5,
    }  # fmt: skip


def test_trust_lines_are_read_where_sites_are_not_printed():
    frame = tidy_backlog({"": whole("backlog-2013-14", TRUSTS.format(ages=100))}, source("backlog", "2013-14"))
    assert frame.set_index(["place", "measure"]).loc[("RAA", "backlog_significant_risk"), "value"] == 0.2


@pytest.mark.parametrize("ages", ["140", "HOSPITAL"])
def test_a_shifted_line_is_refused(ages):
    with pytest.raises(SheetError, match=r"line 3 \(RAA\): fields are not under their titles"):
        tidy_backlog({"": whole("backlog-2013-14", TRUSTS.format(ages=ages))}, source("backlog", "2013-14"))


def test_a_line_cut_at_a_comma_is_refused():
    with pytest.raises(SheetError, match="116 fields for 115 titles"):
        tidy_backlog(
            {"": whole("backlog-2013-14", TRUSTS.format(ages=100).replace("| 200000", "| 200 | 000"))},
            source("backlog", "2013-14"),
        )


def test_known_totals_in_gbp_million():
    frame = store.load("backlog")
    sums = frame.groupby(["period", "measure"])["value"].sum()
    assert sums["2015-16", "backlog_high_risk"] == pytest.approx(775.532105)
    assert sums["2014-15", "backlog_high_risk"] == pytest.approx(457.975848)
    every = [name for name in RISKS if name != "backlog_risk_adjusted"]
    assert sums["2013-14"][every].sum() == pytest.approx(4041.3, abs=0.05)
    assert sums["2016-17"][every].sum() == pytest.approx(5545.5, abs=0.05)


def test_the_text_file_of_2015_16_says_what_the_workbook_says(official, monkeypatch):
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    from icslib.sheets import open_pages

    text = tidy_backlog(open_pages(catalog.need_file(catalog.get("backlog_text"))), source("backlog", "2015-16"))
    book = store.load("backlog").query("period == '2015-16'")
    ours, theirs = (frame.groupby(["place", "measure"])["value"].sum() for frame in (text, book))
    assert len(ours) == 1190
    assert (ours - theirs.reindex(ours.index).fillna(0)).abs().max() < 1e-6
