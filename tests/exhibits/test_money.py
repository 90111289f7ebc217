"""Drawings of deficits and savings: what they say comes from the data, and no line joins two bases."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import icslib as ics
from icslib.deficits.basis import Basis, Positions
from icslib.errors import BasisError
from icslib.savings.programme import make_programme

RULES = pd.DataFrame(
    [
        ["surplus", "", "", "", "", "position", "by place", "not stated", ""],
        ["surplus_before_support", "", "", "", "", "position", "by place", "before", ""],
    ],
    columns=["measure", "basis", "period", "note", "place_type", "what", "scope", "support", "reason"],
)


def comparison(rows, **asked):
    frame = pd.DataFrame(rows, columns=["place", "measure", "basis", "period", "value"])
    frame["end"] = pd.to_datetime("20" + frame["period"].str[5:7] + "-03-31")
    frame["start"] = frame["end"] - pd.DateOffset(years=1) + pd.DateOffset(days=1)
    frame = frame.assign(
        place_type="system",
        unit="GBP m",
        lower=np.nan,
        upper=np.nan,
        flag="",
        source="typed",
        sheet="",
        row=range(2, len(frame) + 2),
        column="F",
        publisher="Board",
        note="",
    )
    return ics.compare_positions(frame, names=RULES, **asked)


SEEN = [
    ("QF7", "surplus", "plan", "2023-24", -5.0),
    ("QF7", "surplus", "plan", "2023-24", -9.0),
    ("QF7", "surplus", "outturn", "2024-25", -12.3),
    ("QF7", "surplus_before_support", "outturn", "2024-25", -40.0),
    ("QOC", "surplus", "outturn", "2024-25", 0.0),
]


def drawn(exhibit):
    figure = Figure()
    exhibit.draw(figure)
    assert exhibit.alt and exhibit.title and exhibit.svg().startswith("<svg")
    return figure


def test_positions_before_and_after_support_are_dots_that_no_line_joins():
    found = ics.plot(comparison(SEEN), asked="QF7")
    assert (
        found.title
        == "South Yorkshire: ended 2024-25 £40.0m in deficit (before support) and £12.3m in deficit (support not stated)"
    )
    figure = drawn(found)
    for ax in figure.axes:
        assert all(len(set(line.get_ydata())) == 1 for line in ax.get_lines())
        colours = {tuple(dots.get_facecolor()[0]) for dots in ax.collections if len(dots.get_facecolor())}
        assert len(colours) == 2
    assert found.data["value"].tolist() == [-9.0, -5.0, -40.0, -12.3] and found.data["cells"].iloc[0] == ("typed!!F3",)


def test_a_system_without_figures_is_told_so():
    seen = comparison(SEEN, places=["QF7", "QNQ"])
    assert ics.plot(seen, asked="QNQ").title == "No position of Frimley is published that we know of"
    standing = ics.table(seen, show="standing", asked="QNQ")
    assert standing.data.iloc[0].tolist() == ["Frimley", "–", "–", (), ()]
    assert standing.title == "Frimley: no figure is published that we know of for 2 of 2 years"


def test_a_figure_made_unknown_by_a_merger_is_not_counted():
    seen = comparison([*SEEN, ("QNQ", "surplus", "plan", "2023-24", np.nan)])
    assert seen.coverage.loc["QNQ"].sum() == 0 and seen.left_out == ("QNQ",) and seen.finding.startswith("5 published figures")
    assert (
        ics.table(seen, show="standing", asked="QNQ").title == "Frimley: no figure is published that we know of for 2 of 2 years"
    )
    assert (
        ics.plot(seen).data["value"].notna().all()
        and ics.plot(seen, asked="QNQ").title == "No position of Frimley is published that we know of"
    )


def test_the_answer_in_short_is_made_of_its_parts():
    at = {"before": -30.0, "after": 0.0}
    ends = [Positions(pd.Series({"E": value}), Basis("plan", support=support), "2024-25") for support, value in at.items()]
    steps = ics.bridge(*ends, Positions(pd.Series({"E": -12.0}), Basis("outturn", support="after"), "2024-25"))
    said = ics.sum_up(steps, comparison(SEEN))
    assert said.startswith("Systems together ended 2024-25 £12.0m in deficit after £30.0m of support in their plans;")
    part = Positions(pd.Series({"E": -0.4}), Basis("outturn", support="after", unit="percent of allocation"), "2024-25")
    assert "£12.0m in deficit (0.40% of their allocation) after £30.0m" in ics.sum_up(steps, comparison(SEEN), part)
    assert said.endswith("for 1 of 4 system-years no figure is published that we know of.")


def test_standing_takes_outturn_before_plan_and_says_what_else_is_printed():
    data = ics.table(comparison(SEEN), show="standing").data.set_index("system")
    assert data.loc["South Yorkshire", "cells:2023-24"] == ("typed!!F3",) and data.loc["South Yorkshire", "cells:2024-25"] == (
        "typed!!F5",
    )
    assert data.loc["South Yorkshire", "2023-24"] == "−£9.0m or −£5.0m plan"
    assert data.loc["Shropshire, Telford and Wrekin", "2024-25"] == "£0m outturn"


def test_every_figure_of_one_year_stands_side_by_side():
    found = ics.table(comparison(SEEN), show="year", fy=2025)
    assert found.title == "3 figures are published for 2024-25, on 2 bases: −£40.0m to £0.00m" and found.data[
        "value"
    ].tolist() == [-40.0, -12.3, 0.0]
    assert ics.table(comparison(SEEN), show="year", fy=2020).title == "No position of 2019-20 is published that we know of"


def test_positions_per_head_keep_their_unit_in_words_and_contradict_in_money():
    seen = comparison(SEEN, people=pd.Series({"QF7": 1e6, "QOC": 5e5}), per="registered")
    assert seen.unit == "GBP per registered head" and seen.contradictions["lowest"].tolist() == [-9.0]
    assert seen.table.query("period == '2024-25' and place == 'QF7'")["value"].tolist() == [-40.0, -12.3]
    assert "£12.3 per registered head in deficit" in ics.plot(seen, asked="QF7").title
    assert ics.table(seen).data.set_index("system").loc["South Yorkshire", "2023-24"] == "−£9.0 or −£5.0 plan"
    with pytest.raises(BasisError, match="1 place without a population above zero: QOC"):
        comparison(SEEN, people=pd.Series({"QF7": 1e6}))


def test_contradictions_name_both_values():
    shown = ics.table(comparison(SEEN), show="contradictions")
    assert shown.data["sources"].tolist() == ["−£9.0m (Board); −£5.0m (Board)"]


def test_a_bridge_ends_where_it_should():
    ends = [
        Positions(pd.Series({"QF7": value}), Basis(kind), "2024-25", (f"typed!!{kind}",))
        for kind, value in (("plan", -5.0), ("outturn", -12.0))
    ]
    found = ics.plot(ics.bridge(*ends, known={"pay": -4.0}))
    assert found.data["running"].tolist() == [-5.0, -9.0, -12.0, -12.0] and [one["id"] for one in found.record()["sources"]] == [
        "typed"
    ]
    bars = [patch for patch in drawn(found).axes[0].patches]
    assert bars[-1].get_width() + bars[-1].get_x() in (-12.0, 0.0)


def test_the_month_path_draws_every_printed_figure():
    path = pd.DataFrame(
        {"place": "E", "fy": [2024, 2024, 2025], "month": [2, 2, 6], "value": [-3.0, -4.0, -9.0], "source": "typed"}
    )
    found = ics.plot(ics.month_path(path, pd.DataFrame({"place": ["E"], "fy": [2024], "value": [-20.0]})))
    dots = [line for line in drawn(found).axes[0].get_lines() if line.get_marker() == "o"]
    assert sum(len(line.get_xdata()) for line in dots) == 3


@pytest.fixture(scope="module")
def trusts():
    rng = np.random.default_rng(1)
    index = [f"R{i:02d}" for i in range(60)]
    system = pd.Series(rng.choice(["QF7", "QOC", "QNQ", "QE1"], 60), index)
    return pd.Series(rng.normal(-2, 3, 60), index), pd.Series(rng.normal(-5, 2, 60), index), system


def test_persistence_spread_and_concentration_draw(trusts):
    planned, owed, system = trusts
    kept = ics.persistence(owed, planned, names=("debt", "plan"), units=("GBP per FTE", "percent"))
    assert ics.plot(kept).title == "Places that stood worst on debt cannot be told apart from the rest in plan"
    assert kept.short.startswith(ics.plot(kept).title + ": rank correlation ") and "95% interval" in kept.short
    assert re.fullmatch(
        r"R00: debt −£\d\.\d per FTE \(\d+\w\w worst of 60\); plan .*% \(\d+\w\w worst of 60\)", ics.plot(kept, asked="R00").title
    )
    drawn(ics.plot(kept))
    assert ics.table(kept, show="thirds").data.iloc[:, 1:].sum(axis=1).between(99, 101).all()
    spread = ics.spread_of(planned, system)
    for show in ("funnel", "caterpillar"):
        figure = drawn(ics.plot(spread, asked="QF7", show=show))
        assert ics.plot(spread, asked="QF7", show=show).title.startswith("South Yorkshire")
        assert "South Yorkshire" in {text.get_text() for ax in figure.axes for text in [*ax.texts, *ax.get_yticklabels()]}
    drawn(ics.plot(ics.concentration(-owed.clip(upper=0), what="loans")))


def test_associations_draw_with_their_unit(trusts):
    planned, owed, system = trusts
    frame = pd.DataFrame(
        {
            "place": planned.index,
            "year": 2026,
            "surplus_pct": planned.to_numpy(),
            "owed": owed.to_numpy(),
            "system": system.to_numpy(),
        }
    )
    frame.attrs["units"] = {"surplus_pct": "percent"}
    found = ics.plot(ics.explain_deficits(frame, terms=["owed"]))
    assert found.unit == "percentage points" and "not causes" in found.notes[0]
    drawn(found)


def test_savings_draw_both_the_shared_and_the_independent_sum():
    programme = make_programme({"QF7": 100.0, "QOC": 50.0}, {"high": 0.4, "low": 0.6}, 0.3)
    savings = ics.simulate_savings(programme, draws=2000)
    lines = drawn(ics.plot(savings)).axes[0].get_lines()
    spreads = {line.get_label(): np.ptp(line.get_xdata()) for line in lines if "systems" in line.get_label()}
    assert spreads["systems taken as independent"] < spreads["systems share shocks"]
    people = pd.Series({"QF7": 1e6, "QOC": 5e5})
    one = ics.plot(savings, asked="QF7", show="systems", people=people)
    assert one.data.set_index("system")["asked"].to_dict() == {"South Yorkshire": 100.0, "Shropshire, Telford and Wrekin": 100.0}
    assert one.unit == "GBP per head" and one.title.startswith("South Yorkshire: £") and "of £100m asked" in one.title
    drawn(one)
    assert one.title.endswith("%") and "chance of plan or better" in one.title
    for result in (ics.carry_forward(programme, years=3, draws=200), ics.tornado(programme, draws=200)):
        drawn(ics.plot(result))
        assert ics.plot(result, asked="QF7").title.startswith("South Yorkshire: ")
    assert ics.table(ics.scenarios(savings, {"pay": -5.0})).data["shock"].tolist() == [0.0, -5.0]
