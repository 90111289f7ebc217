from drawing import draw, header, source

from icslib import store
from icslib.sources.fingertips import tidy_fingertips

PAGE = (
    " | ".join(header("fingertips"))
    + """
E92000001 | England  | Country | 2015 - 17 | Life expectancy at birth | Life expectancy | Years | 79.5 | Not compared | Male
E07000001 | Ambleton | District| 2015 - 17 | Life expectancy at birth | Life expectancy | Years |      | Not compared | Female
E06000001 | Brackley | UA      | 2014      | Under 75 mortality rate from causes considered preventable (2019 definition) | Age-standardised rate | Persons | 147.6 | Not compared | NA
E06000001 | Brackley | UA      | 2014      | Under 75 mortality rate from causes considered preventable (2019 definition) | Age-standardised rate | Male | 190 | Not compared | NA
"""
)


def test_sex_is_found_under_either_title_and_a_blank_is_not_available():
    frame = tidy_fingertips({"": draw(PAGE)}, source("life_expectancy", "newer"))
    assert frame["measure"].tolist() == [
        "life_expectancy_male", "life_expectancy_female", "preventable_mortality", "preventable_mortality_male",
    ]  # fmt: skip
    assert frame["flag"].tolist() == ["", "not available", "", ""]
    assert frame["period"].tolist() == ["2015 to 2017", "2015 to 2017", "2014", "2014"]
    assert frame["place_type"].tolist() == ["england", "local_authority", "local_authority", "local_authority"]


def test_editions_of_preventable_mortality_are_apart_and_differ():
    rows = store.load("preventable_mortality").query("measure == 'preventable_mortality' and place_type == 'local_authority'")
    wide = rows.pivot(index=["place", "period"], columns="source", values="value").dropna()
    assert list(wide.columns) == ["preventable_mortality-newer", "preventable_mortality-older"]
    assert wide.index.get_level_values("period").nunique() == 9
    assert 1.0 < (wide.iloc[:, 0] - wide.iloc[:, 1]).mean() < 1.3


def test_england_2010_and_2014_as_printed():
    england = store.load("preventable_mortality").query("place == 'E92000001' and measure == 'preventable_mortality'")
    values = england.set_index(["source", "period"])["value"]
    assert values["preventable_mortality-older", "2010"] == 153
    assert values["preventable_mortality-newer", "2014"] == 147.6
