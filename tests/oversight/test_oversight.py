"""National and local: rules written as data, ranges kept, money in one edition, voices with their base."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import icslib as ics
from icslib.errors import BasisError, NotIdentified, PanelError
from icslib.oversight.voice import smallest_base
from icslib.prices import Deflator

RULES = pd.DataFrame(
    [
        ["name", 1, "gap", "inequalities", "no", "", ""],
        ["name", 2, "mortality", "outcomes", "yes", "years_seen", ""],
        ["name", 3, "waiting", "care today", "no", "", ""],
        ["theme", 1, "prevention", "outcomes", "yes", "", ""],
        ["theme", 2, "access|equal", "care today", "no", "", ""],
    ],
    columns=["rule", "order", "pattern", "purpose", "prevention", "years_from", "reason"],
)
METRICS = pd.DataFrame(
    [
        ["2024-25", "old", "Mortality under 75", "Prevention", "reference"],
        ["2025-26", "new", "Waiting over 18 weeks", "Access", "scored"],
        ["2025-26", "new", "Gap in mortality", "Equal access", "scored"],
        ["2025-26", "new", "Mortality after surgery", "Access", "scored"],
    ],
    columns=["period", "framework", "metric", "theme", "status"],
)
YEARS = pd.DataFrame({"measure": ["years_seen_low", "years_seen_high"], "value": [3.0, 10.0]})


def test_each_metric_takes_the_first_pattern_that_meets_it():
    found = ics.classify_metrics(METRICS, rules=RULES, published=YEARS)
    assert found.table["purpose"].tolist() == ["outcomes", "care today", "inequalities", "outcomes"]
    assert found.table["years_high"].tolist()[0] == 10.0 and pd.isna(found.table["years_high"].iloc[1])
    assert found.shares.set_index("framework").loc["new", ["outcomes", "care today", "movable"]].round(1).tolist() == [
        33.3,
        33.3,
        33.3,
    ]
    assert "after 3 to 10 years" in found.finding


def test_two_rules_are_compared_and_the_choice_moves_the_share():
    by_name, by_theme = (ics.classify_metrics(METRICS, rule, RULES) for rule in ("name", "theme"))
    assert by_name.agreement == by_theme.agreement == 0.5
    # by hand: the rules give outcomes, today, unequal, outcomes and outcomes, today, today, today
    assert by_name.kappa == pytest.approx((0.5 - (2 * 1 + 1 * 3) / 16) / (1 - (2 * 1 + 1 * 3) / 16))
    assert by_theme.shares.set_index("framework").loc["new", "movable"] == 0.0


def test_unlisted_metrics_leave_bounds():
    found = ics.classify_metrics(METRICS, rules=RULES, scored=10)
    assert found.bounds == pytest.approx((0.1, 0.8))
    with pytest.raises(NotIdentified, match=r"3 metrics are listed for 2025-26, more than the 2"):
        ics.classify_metrics(METRICS, rules=RULES, scored=2)


def test_an_unclassified_metric_stops_the_share_and_is_named():
    odd = pd.concat([METRICS, METRICS.head(1).assign(metric="Public confidence")])
    with pytest.raises(NotIdentified, match=r"1 metrics meet no pattern of the rule by name: Public confidence \(Prevention\)"):
        ics.classify_metrics(odd, rules=RULES)
    with pytest.raises(NotIdentified, match="rule='mine'"):
        ics.classify_metrics(METRICS, "mine", RULES)


def test_the_shipped_rules_meet_every_shipped_metric():
    found = ics.classify_metrics(ics.oversight_metrics(), published=ics.load("outcomes_published"))
    assert len(found.table) == len(ics.oversight_metrics()) and found.kappa > 0.5
    assert found.table.loc[found.table["prevention"], "years_low"].notna().all()


def figures(rows):
    frame = pd.DataFrame(rows, columns=["measure", "period", "value", "unit", "basis", "flag", "publisher"])
    frame["end"] = pd.to_datetime("20" + frame["period"].str[5:7].where(frame["period"].str.len() > 4, "22") + "-03-31")
    return frame.assign(note="", source="typed", sheet="", row=range(2, len(frame) + 2), column="E")


def test_counts_that_differ_stay_a_range():
    name = "planning_guidance_national_targets"
    found = ics.count_targets(
        figures(
            [
                (name, "2023-24", 133.0, "targets", "outturn", "", "A"),
                (name, "2023-24", 30.0, "targets", "outturn", "about", "B"),
                (name, "2024-25", 31.0, "targets", "outturn", "", "A"),
            ]
        )
    )
    row = found.table.iloc[0]
    assert (row["low"], row["high"], row["counts"]) == (30.0, 133.0, 2) and row["told"] == "133 A; 30 (about) B"
    assert found.finding == (
        "National targets in planning guidance: 30 to 133 in 2023-24, 31 in 2024-25, as counted by others. "
        "Counts differ by source: for 2023-24 they run from 30 to 133, and are left as a range."
    )
    assert row["cells"] == ("typed!!E2", "typed!!E3")
    with pytest.raises(BasisError, match="Load the table 'national_local'"):
        ics.count_targets(figures([("beds", "2023-24", 1.0, "beds", "outturn", "", "A")]))


GRANT = [
    ("public_health_grant", "2014-15", 1000.0, "GBP m", "plan", "", "A"),
    ("public_health_grant", "2016-17", 1200.0, "GBP m", "plan", "", "A"),
    ("public_health_grant", "2024-25", 1200.0, "GBP m", "plan", "first published", "A"),
    ("public_health_grant", "2024-25", 1300.0, "GBP m", "plan", "revised", "A"),
    ("public_health_grant", "2025-26", 1350.0, "GBP m", "plan", "", "A"),
]
SHARES = [("share_of_nhse_rdel_allocated_to_ccg_icb", "2019-20", 70.0, "percent", "outturn", "", "A")]
BY = Deflator("typed", pd.Series({2015: 50.0, 2017: 75.0, 2020: 80.0, 2025: 100.0, 2026: 100.0}))


def test_the_grant_is_compared_over_years_of_one_scope_and_one_figure():
    found = ics.follow_money(figures(SHARES), figures(GRANT), BY)
    assert (found.first, found.last) == ("2016-17", "2025-26") and found.change == pytest.approx(1350 / 1600 - 1)
    assert found.grant["real"].tolist() == pytest.approx([2000.0, 1600.0, 1200.0, 1300.0, 1350.0])
    assert (
        found.held["held"].tolist() == [30.0]
        and "fell by 16% in real terms from 2016-17 to 2025-26" in found.finding
        and "typed" in ics.plot(found).subtitle
    )
    with pytest.raises(BasisError, match="no two years of one scope"):
        ics.follow_money(figures(SHARES), figures(GRANT[:4]), BY)


SAID = [
    ("intend_to_invest_in_prevention", "2022", 77.0, "percent", "survey", "", "NAO"),
    ("have_capacity_to_invest_in_prevention", "2022", 31.0, "percent", "survey", "", "NAO"),
    ("icb_cfos_targets_realistic", "2023-24", 5.0, "finance officers of 19", "survey", "", "B"),
]


def test_intervals_only_where_the_base_is_published():
    found = ics.compare_voices(figures(SAID))
    table = found.table.set_index("measure")
    low, high = proportion_confint(5, 19, method="wilson")
    assert table.loc["icb_cfos_targets_realistic", ["low", "high"]].tolist() == pytest.approx([100 * low, 100 * high])
    assert table.loc["intend_to_invest_in_prevention", ["low", "high"]].isna().all()
    assert (
        table.loc["icb_cfos_targets_realistic", ["answers", "base"]].tolist() == [5.0, 19.0]
        and table["answers"].isna().sum() == 2
    )
    assert table.loc["icb_cfos_targets_realistic", ["cells:share", "cells:answers", "cells:base"]].tolist() == [
        (),
        ("typed!!E4",),
        ("typed!!H4",),
    ]
    assert table.loc["intend_to_invest_in_prevention", ["cells:share", "cells:answers", "cells:base"]].tolist() == [
        ("typed!!E2",),
        (),
        (),
    ]
    assert found.gap == 46.0 and "not published" in found.finding


def test_the_smallest_base_is_the_smallest():
    n = smallest_base(0.77, 0.31)

    def clear(n):
        return 0.46 / np.sqrt((0.77 * 0.23 + 0.31 * 0.69) / n) >= 1.959964

    assert clear(n) and not clear(n - 1)


def test_a_share_without_a_wording_class_or_a_missing_half_is_refused():
    with pytest.raises(BasisError, match="No wording class is written for new_question"):
        ics.compare_voices(figures([*SAID, ("new_question", "2022", 50.0, "percent", "survey", "", "A")]))
    with pytest.raises(BasisError, match="gap needs both"):
        ics.compare_voices(figures(SAID[1:]))


def test_later_change_by_hand_and_its_refusals():
    panel = pd.DataFrame({"place": ["A", "A", "B", "B"], "year": [2019, 2024] * 2, "rate": [100.0, 90.0, 50.0, 60.0]})
    found = ics.change_after(panel, "rate", 2019, 2024, {"debt": pd.Series({"B": 2.0})})
    assert found["change"].tolist() == pytest.approx([-10.0, 20.0]) and np.isnan(found["debt"].iloc[0])
    with pytest.raises(NotIdentified, match="no figure in 2018; it has figures from 2019 to 2024"):
        ics.change_after(panel, "rate", 2018, 2024)
    with pytest.raises(NotIdentified, match="must be the later"):
        ics.change_after(panel, "rate", 2024, 2019)


class Outlook:
    """What an outlook gives, typed."""

    index = pd.MultiIndex.from_product([["QF7", "QOC"], [3, 5]], names=["place", "horizon"])
    ladder = pd.DataFrame(
        {"now": 100.0, "trend": 98.0, "modest": 95.0, "stretching": [96.0, 85.0, 99.0, 98.0], "unprecedented": 80.0}, index=index
    )
    by_place = pd.DataFrame({"detectable": [-0.10, -0.10]}, index=["QF7", "QOC"])
    unit, sources = "per 100,000", ("deaths",)


class Seen:
    """When an improvement is seen, typed."""

    by_place, first_year, treated, change_per_year = pd.Series({"QF7": 9.0}), 3, 10, -0.02


def sketch(*given, **words):
    return ics.sketch_objectives({"deaths": Outlook}, {"deaths": Seen}, {"deaths": Seen}, *given, **words)


def test_an_aim_is_visible_when_it_is_larger_than_what_noise_hides():
    one = sketch("QF7")
    assert one.table["visible"].tolist() == [None, True]
    assert one.finding == (
        "Stretching aims for South Yorkshire in 5 years: deaths of 85 per 100,000, from 100 now. A steady real fall of 2% a year could be told "
        "from ordinary movement so: in deaths, after 3 years in 10 systems together and after 9 years in it by itself."
    )
    assert "not within the years looked at" in sketch("QOC").finding
    every = sketch()
    assert "1 of 2 for deaths" in every.finding
    shown = ics.table(every).data
    assert shown["system"].tolist() == ["Shropshire, Telford and Wrekin", "South Yorkshire"] and shown[
        "deaths: seen alone after years"
    ].dropna().tolist() == [9.0]
    with pytest.raises(PanelError, match="'QXX' has no ladder of deaths"):
        sketch("QXX")
    with pytest.raises(PanelError, match="no rung for 7 years"):
        sketch(horizon=7)


def test_every_result_draws():
    for result in (
        ics.classify_metrics(METRICS, rules=RULES, published=YEARS),
        ics.follow_money(figures(SHARES), figures(GRANT), BY),
        ics.compare_voices(figures(SAID)),
        ics.count_targets(figures([("planning_guidance_national_targets", "2023-24", 30.0, "targets", "outturn", "", "A")])),
    ):
        shown = ics.plot(result)
        assert (
            shown.svg().startswith("<svg")
            and shown.alt
            and 3 < len(shown.title.split()) <= 17
            and result.finding.startswith(shown.title)
        )
