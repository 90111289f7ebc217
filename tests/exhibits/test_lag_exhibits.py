"""Every result of the lag and of the objectives draws itself, says what is not identified, and describes itself in words."""

import numpy as np
import pandas as pd
import pytest

import icslib as ics


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20, 16)).cumsum(axis=1)
    y = 100 + 0.5 * np.roll(x, 2, axis=1) + rng.normal(size=x.shape)
    place, year = np.indices(x.shape).reshape(2, -1)
    frame = pd.DataFrame({"place": [f"P{i:02d}" for i in place], "year": 2008 + year, "dose": x.ravel(), "death_rate": y.ravel()})
    frame["adopted"] = 2017.0 + place % 5
    frame.attrs["units"] = {"death_rate": "per 100,000"}
    return frame


def results(panel):
    short = panel[panel["year"] >= 2018]
    estimate = ics.estimate_lag(panel, "dose", "death_rate", range(0, 5), draws=99)
    yield "support", ics.supported_lags(short, "dose", "death_rate"), "cannot"
    yield "estimate", estimate, "association"
    yield "belief", ics.update_lag_belief(estimate), "belief in the delay"
    yield "designation", ics.event_study(panel, "death_rate"), "Nothing can be known"
    yield "projection", ics.local_projection(panel, "dose", "death_rate", range(0, 4)), "The response of death rate to dose"
    curve = ics.specification_curve(panel, "dose", "death_rate", longest=(2, 3), shapes=("almon 1",))
    yield "curve", curve, "ways to estimate it"
    yield "visible", ics.first_visible_year(panel, "death_rate", treated=5, draws=200), "would be seen"
    yield "outlook", ics.outlook(panel, "death_rate", 4, -0.02), "achieved"


def test_every_figure_has_a_short_title_alt_text_data_and_a_drawing(panel):
    for name, result, words in results(panel):
        figure = ics.plot(result)
        assert words in figure.title and len(figure.title) < 120, (name, figure.title)
        assert figure.alt and len(figure.data) and figure.data.columns.is_unique, name
        html = figure._repr_mimebundle_()["text/html"]
        assert "<svg" in html and "nan" not in figure.alt.lower(), name


def test_an_effect_that_is_not_identified_is_named_and_not_drawn(panel):
    figure = ics.plot(ics.event_study(panel, "death_rate"))
    assert "Not identified and not drawn: 4 to 10" in figure.alt
    continued = ics.estimate_lag(panel[panel["year"] >= 2018], "dose", "death_rate", basis="almon", degree=1, extrapolate=True)
    assert any("Hollow: not identified" in note for note in ics.plot(continued).notes)
    assert "not identified" in ics.table(continued).data["supported"].tolist()


def test_tables_hold_the_windows_the_tests_and_the_ladder(panel):
    windows = ics.table(ics.estimate_lag(panel, "dose", "death_rate", range(0, 8))).data["lags"].tolist()
    assert windows == ["0 to 2", "3 to 5", "6 to 7", "3 to 7", "0 to 7"]
    tests = ics.table(ics.challenge_lag(panel, "dose", "death_rate", range(0, 4), draws=9))
    assert "placebo leads" in tests.data["test"].tolist() and set(tests.data["passes"]) <= {"yes", "no"}
    ladder = ics.table(ics.outlook(panel, "death_rate", 4, -0.02), asked="P03")
    assert "P03" in ladder.title and ladder.data["horizon"].tolist() == [3, 5, 10]


def test_a_p_value_that_three_decimals_cannot_hold_is_said_to_be_below_them(panel):
    figure = ics.table(ics.estimate_lag(panel, "dose", "death_rate", range(0, 8)))
    shown = figure._repr_mimebundle_()["text/html"]
    assert figure.data["p"].min() < 0.0005 and "<td>below 0.001" in shown and "<td>0.000" not in shown
