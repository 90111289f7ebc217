import numpy as np
import pytest

from icslib import store
from icslib.errors import BasisError, PlaceError, StoreError
from icslib.store import panels


def test_a_panel_is_a_complete_grid_of_systems_and_years():
    panel = store.load_panel(["acute_staff", "rtt_over_18_weeks_share"], 2012, 2023)
    assert panel.shape == (42 * 12, 4)
    assert panel.attrs["units"] == {"acute_staff": "per 100,000 people", "rtt_over_18_weeks_share": "percent"}
    assert panel.loc[panel["year"] < 2014, ["acute_staff", "rtt_over_18_weeks_share"]].isna().all(axis=None)
    assert panel.attrs["vintage"] == "2022-07"


def test_structural_zeros_are_gaps():
    panel = store.load_panel(["covid_beds_share"], 2014, 2023)
    assert panel.loc[panel["year"] < 2020, "covid_beds_share"].isna().all()
    assert (panel.loc[panel["year"] >= 2020, "covid_beds_share"] > 0).all()


def test_a_rate_of_systems_is_days_lost_over_days_available():
    panel = store.load_panel(["sickness_absence"], 2025, 2025)
    assert len(panel) == 42 and panel["sickness_absence"].notna().all()
    rows = store.load("sickness_absence").query("system == 'QWO'")
    sums = rows.groupby("measure")["value"].sum()
    west_yorkshire = panel.set_index("place").loc["QWO", "sickness_absence"]
    assert west_yorkshire == pytest.approx(100 * sums["sickness_days_lost"] / sums["staff_days_available"])


def test_the_cells_of_a_rate_are_all_those_it_was_made_from():
    panel = store.load_panel(["sickness_absence"], 2025, 2025)
    cells = panel.attrs["cells"]["QWO", 2025, "sickness_absence"]
    organisations = store.load("sickness_absence").query("system == 'QWO' and measure == 'sickness_absence'")
    assert len(cells) == 2 * len(organisations)


def test_authorities_rolled_up_lie_between_their_own_extremes():
    panel = store.load_panel(["preventable_mortality"], 2019, 2019)
    areas = store.load_panel(["preventable_mortality"], 2019, 2019, places="local_authority")["preventable_mortality"]
    assert len(panel) == 42 and panel["preventable_mortality"].notna().all()
    assert panel["preventable_mortality"].between(areas.min(), areas.max()).all()
    single = panel.set_index("place").loc["QSL", "preventable_mortality"]  # Somerset is one authority and one system
    somerset = store.load("preventable_mortality").query(
        "place == 'E06000066' and period == '2019' and measure == 'preventable_mortality' and source == 'preventable_mortality-newer'"
    )
    assert single == pytest.approx(somerset["value"].item())


def test_a_predecessor_beside_its_successor_is_left_out():
    panel = store.load_panel(["life_expectancy_male"], 2017, 2017)
    assert panel["life_expectancy_male"].notna().all()
    assert "E07000026" in panel.attrs["left_out"]["life_expectancy_male"]  # Allerdale, now in Cumberland, both printed


def test_money_of_trusts_is_added_up_and_none_is_lost():
    panel = store.load_panel(["loan_closing"], 2017, 2019)
    loans = store.load("loans").query("measure == 'loan_closing' and place_type == 'trust'")
    assert panel.query("year == 2019")["loan_closing"].sum() == pytest.approx(
        loans.query("period == '2019-03-31'")["value"].sum()
    )
    assert panel.query("year == 2017")["loan_closing"].sum() == pytest.approx(
        loans.query("period == '2017-03-31'")["value"].sum()
    )
    assert panel.query("year == 2018")["loan_closing"].isna().all()


def test_beds_of_a_year_are_the_mean_of_its_quarters():
    panel = store.load_panel(["beds_general_acute_available"], 2015, 2015, places="provider")
    rows = store.load("beds").query("measure == 'beds_general_acute_available' and period.str.startswith('2014-15')")
    one = panel.set_index("place").loc["RJZ", "beds_general_acute_available"]
    assert one == pytest.approx(rows.query("place == 'RJZ'")["value"].mean())


def test_editions_are_never_mixed():
    newest = store.load_panel(["preventable_mortality"], 2010, 2024, places="local_authority")
    older = store.load_panel(["preventable_mortality"], 2010, 2024, places="local_authority", edition="older")
    assert newest.dropna()["year"].min() == 2014
    assert (older.dropna()["year"].min(), older.dropna()["year"].max()) == (2010, 2022)
    with pytest.raises(StoreError, match="has no edition 'oldest'"):
        store.load_panel(["preventable_mortality"], 2010, 2024, places="local_authority", edition="oldest")


@pytest.mark.parametrize(
    ("measures", "options", "error", "words"),
    [
        (["acute_staf"], {}, StoreError, "Nearest: acute_staff"),
        (["backlog_high_risk"], {}, BasisError, "Pass table= one of them"),
        (["smoking"], {"places": "local_authority"}, StoreError, "No processed table holds smoking for local_authority"),
        (["surplus_pct"], {"table": "provider_plans", "basis": "plan"}, PlaceError, "cannot be added up"),
        (["acute_staff"], {"basis": "plan"}, StoreError, "on the basis 'plan'"),
        (["emergency_admissions_direct"], {}, StoreError, "do not make a whole one"),
    ],
)
def test_what_cannot_be_made_is_a_sentence(measures, options, error, words):
    with pytest.raises(error, match=words):
        store.load_panel(measures, 2015, 2026, **options)


def test_years_without_any_figure_are_a_sentence():
    with pytest.raises(StoreError, match="No figures of"):
        store.load_panel(["acute_staff"], 1990, 1995)


def test_the_year_of_a_part_of_a_year_is_that_of_its_march():
    beds = store.load("beds").query("place == 'E92000001' and measure == 'beds_overnight_available'").set_index("period")
    years = dict(zip(beds.index, panels._year(beds), strict=True))
    assert (years["2014-15 Q1"], years["2014-15 Q4"]) == (2015, 2015)


def test_cells_are_carried_without_being_copied():
    panel = store.load_panel(["acute_staff"], 2019, 2020)
    assert panel.copy(deep=True).attrs["cells"] is panel.attrs["cells"]
    assert np.isfinite(panel["acute_staff"]).all()


def test_a_printed_part_of_england_does_not_stand_for_the_whole():
    england = store.load_panel(["loan_closing"], 2019, 2019, places="england")
    assert england["loan_closing"].item() == pytest.approx(13_978.781)
