"""Every workforce result draws: a finding as title, alt text from the data, text kept as text."""

import numpy as np
import pandas as pd
import pytest
from test_funnel import drawn as funnel_rows
from test_gap import COUNT, RATE, typed
from test_link import drawn as link_rows
from test_need import drawn as need_rows

import icslib as ics
from icslib.exhibits import plot, table

STOCK = pd.Series(np.linspace(100, 118, 10) + np.sin(range(10)), index=range(2014, 2024))


@pytest.fixture(scope="module")
def made():
    need, _ = need_rows(places=12)
    days = pd.DataFrame({"place": list("AABB"), "year": [1, 2, 1, 2], "lost": [4, 6, 5, 5], "available": [100, 120, 90, 95]})
    season = 100 + np.arange(96) % 12 + np.random.default_rng(1).normal(0, 1, 96)
    monthly = pd.Series(season, index=pd.period_range("2016-04", periods=96, freq="M"), name="Adverts")
    sick = pd.Series([5.0, 5.2, 4.9, 5.1, 5.0, 9.0], index=pd.date_range("2024-04-01", periods=6, freq="MS"))
    return {
        "gap": ics.measure_gap(typed(COUNT, RATE)),
        "staffing": ics.compare_staffing(need.assign(people=1.0), "staff", ["need"], people="people"),
        "xmr": ics.xmr(sick, better="lower", unit="percent", name="Sickness"),
        "funnel": ics.funnel(funnel_rows(), "events", "denominator", name="Sickness"),
        "split": ics.decompose(days, "lost", "available", "place", 1, 2),
        "projection": ics.project_workforce(100.0, 120.0, {"as before": ics.net_flow(STOCK)}, start=2023, years=3, draws=50),
        "links": ics.link_staffing(link_rows(), "staff", ["wait"], jumps=[("P00", 2020)]),
        "forecasts": ics.forecast_series(monthly, models=("naive", "seasonal"), horizons=(1,), origins=2),
    }


@pytest.mark.parametrize("name", ["gap", "staffing", "xmr", "funnel", "split", "projection", "links"])
def test_a_figure_states_its_finding_and_says_what_it_shows(made, name):
    exhibit = plot(made[name])
    svg = exhibit.svg()
    assert exhibit.title and len(exhibit.alt) > 30 and len(exhibit.data)
    assert "<text" in svg and "nan" not in exhibit.alt.lower()
    assert not exhibit.title.endswith("..")


def test_the_plan_beside_a_projection_and_the_parts_of_a_change_are_told_under_their_figures(made):
    beside = pd.DataFrame({"year": [2026], "what": ["shortfall"], "low": [0.0], "high": [50.0], "label": ["The plan"]})
    shown = plot(
        ics.project_workforce(100.0, 120.0, {"as before": ics.net_flow(STOCK)}, start=2023, years=3, draws=50, published=beside)
    )
    assert any("The plan, 0 to 50 in 2026" in note for note in shown.notes)
    assert any("mix " in note.lower() for note in plot(made["split"]).notes)
    assert any("The usual range is " in note for note in plot(made["xmr"]).notes)
    assert any("times as much as chance" in note for note in plot(made["funnel"]).notes)


def test_other_views_draw_too(made):
    assert "England" in plot(made["staffing"], show="latest").alt
    assert len(plot(made["staffing"], asked="P01", among=("P02", "P03")).data) == 3
    assert {"theirs", "ours"} <= set(table(made["gap"], show="facts").data)
    assert len(table(made["gap"], show="coverage").data) == 1
    assert "without jumps" in set(plot(made["links"]).data["sample"])
    assert table(made["forecasts"]).data["model"].tolist() == ["repeating the last value", "repeating last year's value"]
    assert table(ics.back_test(STOCK, horizons=(1,), draws=50)).kind == "table"
    assert table(made["staffing"]).data["term"].tolist() == ["Need"]


def test_groups_their_back_test_and_the_years_ahead_are_tables():
    published = ics.load("vacancies_national")
    groups = ics.measure_groups(published)
    assert "hospital doctors" in set(table(groups).data["staff group"]) and "Not projected" not in table(groups).title
    tried = ics.back_test(groups.stocks, horizons=(1,), least=3, draws=50)
    assert "health visitors" in table(tried, show="series").title and len(table(tried, show="series").data) == 9
    ahead = ics.project_group(groups, published, "general practitioners", draws=50)
    assert (
        table(ahead).data["year"].tolist() == [2024, 2026, 2031] * 3
        and "in 2031, as it went 2015 to 2021: " in table(ahead).title
    )
    assert plot(ahead).svg().count("With training places") and any("as the population" in note for note in plot(ahead).notes)
    assert table(ahead).record()["behind"] == plot(ahead).record()["behind"] != []


def test_the_cells_of_the_quarters_held_are_named(made):
    shown = table(made["gap"]).data
    named = [name for name in shown if name.startswith("cells:")]
    assert named and all(len(shown[name].dropna()) == (shown[name.removeprefix("cells:")] != "").sum() for name in named)


def test_a_signal_is_named_in_the_data_of_the_chart(made):
    assert plot(made["xmr"]).data["signal"].tolist()[-1] == "outside limits"
