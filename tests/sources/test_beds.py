import pytest
from drawing import header, source, whole

from icslib import store
from icslib.errors import SheetError
from icslib.sheets import Page
from icslib.sources.beds import MEASURES, tidy_beds


def page(england: int) -> dict:
    """Two providers of 10 and 20 beds, all general and acute; the first reported no day beds."""
    empty = ("mental_illness", "maternity", "learning_disability")
    lines = ["year | period_end | org_code | org_name | " + " | ".join(MEASURES)]
    for code, name, night, day in (("RAA", "AMBLETON", 10, "NA"), ("RBB", "BRACKLEY", 20, 20), ("NA", "ENGLAND", england, 20)):
        lines.append(
            f"2024 | March | {code} | {name} | "
            + " | ".join(
                "0" if any(kind in title for kind in empty) else str(day if "_day_" in title else night) for title in MEASURES
            )
        )
    return {"": whole("beds", "\n".join(lines))}


def test_the_month_is_the_last_of_a_quarter_and_england_has_a_code():
    frame = tidy_beds(page(england=30), source("beds"))
    assert set(frame["period"]) == {"2023-24 Q4"}
    england = frame[frame["place_type"] == "england"]
    assert set(england["place"]) == {"E92000001"} and len(england) == len(MEASURES)


def test_day_beds_that_were_not_reported_are_left_out_not_zero():
    frame = tidy_beds(page(england=30), source("beds"))
    assert frame[frame["measure"].str.contains("day")]["place"].tolist() == ["RBB", "E92000001"] * 2


def test_providers_that_do_not_make_england_are_an_error():
    with pytest.raises(SheetError, match=r"add up to 30\.00 but 40\.00 is printed"):
        tidy_beds(page(england=40), source("beds"))


def test_sectors_that_do_not_make_the_beds_overnight_are_an_error():
    beds = page(england=30)[""]
    maternity = list(header("beds").values()).index("beds_maternity_available")
    grid = [[*row[:maternity], "2", *row[maternity + 1 :]] if "BRACKLEY" in row or "ENGLAND" in row else row for row in beds.grid]
    with pytest.raises(SheetError, match=r"beds_overnight_available of .*, by sector: .* \(difference \+2\.00\)"):
        tidy_beds({"": Page(grid, "", "drawn.csv")}, source("beds"))


def test_england_adds_up_in_every_quarter_overnight():
    beds = store.load("beds")
    rows = beds[beds["measure"].isin(["beds_overnight_available", "beds_general_acute_occupied"])]
    sums = rows.groupby(["measure", "period", "place_type"])["value"].sum().unstack()
    assert len(sums) == 2 * 58
    assert (sums["provider"] - sums["england"]).abs().max() < 1e-6


def test_general_and_acute_beds_of_england_in_2024():
    beds = store.load("beds").query("place_type == 'england' and measure == 'beds_general_acute_available'").set_index("period")
    assert beds.loc["2024-25 Q1", "value"] == pytest.approx(105644.79, abs=0.01)
