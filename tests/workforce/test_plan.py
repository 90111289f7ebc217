"""The plan's own figures, typed, lead to the plan's own conclusions."""

import pandas as pd
import pytest

from icslib.errors import NotIdentified
from icslib.workforce.footing import england_line, hold_fixed, per_weighted_head
from icslib.workforce.plan import project_plan

HISTORY = pd.Series([100.0, 101.0, 103.0, 104.0, 106.0, 107.0], index=range(2014, 2020))


def plan():
    rows = [("staff_in_post", 1.4e6, 2022), ("workforce_shortage", 1.5e5, 2023), ("workforce_required", 2.3e6, 2037), ("workforce_required", 2.4e6, 2037),
            ("workforce_growth_required_pct", 3.5, 2037), ("workforce_shortfall", 2.6e5, 2037), ("workforce_shortfall", 3.6e5, 2037)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["measure", "value", "year"]).assign(staff_group="all")
    return frame.assign(end=pd.to_datetime(frame["year"].astype(str) + "-03-31"))


def test_the_growth_the_plan_requires_closes_the_gap_and_no_growth_does_not():
    made = project_plan(plan(), HISTORY, draws=2_000)
    end = made.paths[(made.paths["what"] == "shortfall") & (made.paths["year"] == 2037)].set_index("scenario")
    assert abs(end.loc["As the plan requires", "median"]) < 60_000
    assert end.loc["With no net growth", "median"] == pytest.approx(2.35e6 - 1.4e6, rel=0.02)
    need = made.paths[(made.paths["what"] == "need") & (made.paths["year"] == 2037)]["median"]
    assert need.to_numpy() == pytest.approx(2.35e6)
    assert "260,000 to 360,000 in 2037" in made.comparison and "as staff grew 2014 to 2019 (95% interval" in made.finding


def test_a_missing_figure_of_the_plan_is_named():
    with pytest.raises(NotIdentified, match="workforce_shortage"):
        project_plan(plan()[lambda f: f["measure"] != "workforce_shortage"], HISTORY)


def test_per_weighted_head_a_measure_keeps_its_own_unit():
    panel = pd.DataFrame(
        {"place": ["A", "B"], "year": 2023, "mh_staff_days": [10.0, 10.0], "people": [60.0, 40.0], "need": [50.0, 50.0]}
    )
    panel.attrs = {"units": {"mh_staff_days": "days per 100 people"}}
    out = per_weighted_head(panel, "mh_staff_days", "people", "need")
    assert out.attrs["units"]["mh_staff_days"] == "days per 100 weighted people" and out["mh_staff_days"].tolist() == [12.0, 8.0]


def test_the_england_line_weighs_by_people_and_needs_every_place():
    panel = pd.DataFrame(
        {
            "place": ["A", "B", "A", "B"],
            "year": [2022, 2022, 2023, 2023],
            "staff": [10.0, 20.0, 10.0, None],
            "people": [1.0, 3.0, None, None],
        }
    )
    line = england_line(hold_fixed(panel, ["people"]), "staff", "people")
    assert line.to_dict() == {2022: 17.5}
