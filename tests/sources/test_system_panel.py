import pytest
from drawing import draw, source

from icslib import store
from icslib.errors import DriftError
from icslib.sources.system_panel import tidy_system_panel

PAGE = """
year | org | metric | value | domain
2020 | QAA | % active smokers (GPPS) | 12.5 | Demand
2021 | QAA | % active smokers (GPPS) | NA   | Demand
"""


def test_names_are_ours_and_na_is_flagged():
    frame = tidy_system_panel({"": draw(PAGE)}, source("system_panel"))
    assert frame[["measure", "period", "unit", "flag", "domain"]].values.tolist() == [
        ["smoking", "2020", "percent", "", "demand"],
        ["smoking", "2021", "percent", "not available", "demand"],
    ]


def test_a_metric_without_a_name_is_drift():
    with pytest.raises(DriftError, match=r"metric_names\.csv"):
        tidy_system_panel({"": draw(PAGE.replace("% active smokers (GPPS)", "Brand new"))}, source("system_panel"))


def test_all_55_metrics_of_42_systems_and_zeros_that_are_no_measurements():
    frame = store.load("system_panel")
    assert len(frame) == 19_992
    assert (frame["measure"].nunique(), frame["place"].nunique()) == (55, 42)
    assert not frame.duplicated(["place", "measure", "period"]).any()
    zeros = frame[frame["flag"] == "structural zero"]
    assert set(zeros["value"]) == {0.0} and len(zeros) == 42 * 6
