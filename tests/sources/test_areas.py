"""Readers of area statistics: deprivation, Health Index, CCG mortality, spending power."""

import pytest
from drawing import draw, source, whole

from icslib import store
from icslib.sources.ccg_mortality import tidy_ccg_mortality
from icslib.sources.council_spending import tidy_council_spending
from icslib.sources.deprivation import tidy_deprivation
from icslib.sources.health_index import tidy_health_index


def test_deprivation_of_one_edition_has_one_score_of_another_many():
    old = draw("ltla21_code | Score | Proportion | Extent\nE06000001 | 33.25 | 0.36 | 0.46")
    new = whole(
        "deprivation-2019",
        "ltla23_code | Score | Income_Extent | Health_Score | Health_Proportion\nE06000001 | 35.0 | 0.5 | 0.87 | 0.36",
        rest="[x]",
    )
    assert set(tidy_deprivation({"x": old}, source("deprivation", "2010"))["measure"]) == {
        "imd_score",
        "imd_most_deprived_share",
        "imd_extent",
    }
    frame = tidy_deprivation({"x": new}, source("deprivation", "2019"))
    assert frame["measure"].nunique() == 3 + 2 * 7
    assert set(frame.loc[frame["flag"] == "", "measure"]) == {"imd_score", "imd_health_score", "imd_health_most_deprived_share"}
    assert set(frame["period"]) == {"2019"}


def test_deprivation_of_systems_in_2025():
    frame = store.load("deprivation").query("place_type == 'system' and measure == 'imd_score'")
    assert len(frame) == 42 and frame["place"].str.startswith("Q").all()
    assert frame.set_index("place").loc["QYG", "value"] == 25.531


def test_health_index_in_wide_and_long_form():
    wide = whole(
        "health_index",
        "icb22_code | icb22_name | year | overall_score | healthy_people_domain\nE54000008 | NHS C | 2015 | 96.3 | 91.3",
        rest="[x]",
    )
    long = draw("icb22_code | icb22_name | year | indicator | value\nE54000008 | NHS C | 2021 | disability | 81.7")
    raw = draw("ltla21_code | year | indicator | value\nE06000001 | 2015 | Children's well-being, early | NA")
    assert tidy_health_index({"": wide}, source("health_index")).query("flag == ''")[["place", "measure", "value"]].values.tolist() == [
        ["QYG", "health_index", 96.3], ["QYG", "health_index_people", 91.3],
    ]  # fmt: skip
    assert tidy_health_index({"": long}, source("health_index_indicators"))["measure"].tolist() == ["health_index_disability"]
    value = tidy_health_index({"": raw}, source("health_indicators_areas"))
    assert value[["measure", "unit", "flag"]].values.tolist() == [
        ["health_indicator_childrens_well_being_early", "as published", "not available"]
    ]


def test_a_year_that_repeats_the_one_before_in_every_area_is_flagged_and_no_measurement():
    areas = [f"E0600{n:04d}" for n in range(12)]
    rows = [f"{area} | {year} | Smoking | {n + (year == 2015)}" for n, area in enumerate(areas) for year in (2015, 2016, 2017)]
    page = draw("ltla21_code | year | indicator | value\n" + "\n".join(rows))
    frame = tidy_health_index({"": page}, source("health_indicators_areas"))
    assert frame.groupby("period")["flag"].unique().map(list).to_dict() == {
        "2015": [""],
        "2016": [""],
        "2017": ["repeats the year before"],
    }
    shipped = store.load("health_indicators_areas").query("measure == 'health_indicator_avoidable_mortality'")
    assert shipped.query("flag != ''")["period"].unique().tolist() == ["2021"]
    panel = store.load_panel(["health_indicator_avoidable_mortality"], 2015, 2021, places="local_authority")
    assert panel.dropna()["year"].max() == 2020


def test_health_index_covers_42_systems_in_seven_years():
    frame = store.load("health_index").query("measure == 'health_index'")
    assert frame.groupby("period").size().tolist() == [42] * 7


def test_groups_get_their_ods_code_and_wales_is_left_out():
    page = whole(
        "ccg_mortality",
        """
ccg19cd   | year | Treatable_Mortality_Rate | Preventatable_Mortality_Rate | CCGpop
E38000001 | 2012 | 79.1 | NA  | 158000
E92000001 | 2012 | 80.0 | 120 | NA
W11000023 | 2012 | 90.0 | 130 | NA
E38000001 | 2005 | NA   | NA  | NA
""",
    )
    frame = tidy_ccg_mortality({"": page}, source("ccg_mortality"))
    assert frame[["place", "measure", "value"]].values.tolist() == [
        ["02N", "treatable_mortality", 79.1],
        ["E92000001", "treatable_mortality", 80.0],
        ["E92000001", "preventable_mortality_ccg", 120.0],
        ["02N", "population_ccg", 158000.0],
    ]


def test_spending_power_by_year_and_its_change():
    amounts = whole(
        "council_spending",
        "ons_code | ons_name | class | region | 2012 | 2021\nE09000007 | Camden | London borough | London | 309.65 | N/A",
    )
    frame = tidy_council_spending({"": amounts}, source("council_spending"))
    assert frame.query("flag != 'not available'")[["period", "value", "unit", "flag"]].fillna(-1).values.tolist() == [
        ["2011-12", 309.65, "GBP m", ""], ["2020-21", -1, "GBP m", "not applicable"],
    ]  # fmt: skip
    changes = whole(
        "council_spending_change", "ons_code | class | 201617_201718 | 201819_201920\nE09000007 | County council | 0.03 | 0.07"
    )
    frame = tidy_council_spending({"": changes}, source("council_spending_change")).query("flag == ''")
    assert frame["period"].tolist() == ["2016-17 to 2017-18", "2018-19 to 2020-21"]
    assert frame["value"].tolist() == pytest.approx([3, 7])
    assert set(frame["place_type"]) == {"county"}


def test_the_two_year_column_is_the_change_of_the_amounts_over_two_years():
    amounts = store.load("council_spending").pivot(index="place", columns="period", values="value")
    change = store.load("council_spending_change").query("period == '2018-19 to 2020-21'").set_index("place")["value"]
    again = 100 * (amounts["2020-21"] / amounts["2018-19"] - 1)
    assert (again - change).abs().median() < 0.5
    one = 100 * (amounts["2019-20"] / amounts["2018-19"] - 1)
    assert (one - change).abs().median() > 2


def test_the_break_in_spending_power_is_flagged():
    flags = store.load("council_spending").groupby("period")["flag"].unique().map(list)
    assert flags["2016-17"] == ["break in series"]
    assert flags["2015-16"] == [""]


@pytest.mark.parametrize(("year", "total"), [("2018-19", 201), ("2011-12", 201)])
def test_districts_are_all_there(year, total):
    frame = store.load("council_spending").query("period == @year and kind == 'district council'")
    assert len(frame) == total
