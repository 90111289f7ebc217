import numpy as np
import pandas as pd
import pytest

from icslib.errors import PanelError
from icslib.lag.editions import chain_changes
from icslib.panel import build_panel, coverage, fixed_by_place, grids, join_panels, source_cells
from icslib.workforce.backtest import back_test
from icslib.workforce.footing import hold_fixed, per_weighted_head


def frame(text: str) -> pd.DataFrame:
    """Draw a wide frame: a header line, then one line a row; '-' is a gap."""
    lines = [line.split() for line in text.strip().splitlines()]
    out = pd.DataFrame(lines[1:], columns=lines[0]).replace("-", np.nan)
    out["year"] = out["year"].astype(int)
    return out.astype(dict.fromkeys(out.columns[2:], float))


def test_unsorted_rows_are_sorted_onto_a_complete_grid():
    panel = build_panel(frame("place year rate\nB 2021 4\nA 2021 2\nA 2020 1\nB 2020 3"))
    assert panel["rate"].tolist() == [1, 2, 3, 4]
    assert list(zip(panel["place"], panel["year"], strict=True)) == [("A", 2020), ("A", 2021), ("B", 2020), ("B", 2021)]


def test_a_gap_is_named_or_kept():
    rows = frame("place year rate\nA 2020 1\nA 2021 2\nB 2020 3")
    with pytest.raises(PanelError, match=r'1 of 4 place-years are missing: B 2021. Pass gaps="keep"'):
        build_panel(rows)
    assert np.isnan(build_panel(rows, gaps="keep")["rate"].iloc[3])


def test_a_whole_missing_year_is_a_gap_too():
    with pytest.raises(PanelError, match="A 2021"):
        build_panel(frame("place year rate\nA 2020 1\nA 2022 2"))


def test_twice_given_place_years_are_named():
    with pytest.raises(PanelError, match="1 place-years are given more than once: A 2020"):
        build_panel(frame("place year rate\nA 2020 1\nA 2020 2"))


@pytest.mark.parametrize("years", [["2019-20", "2020-21"], ["2020", "2021"], [2020.5, 2021.0]])
def test_text_years_are_refused_with_their_rows(years):
    with pytest.raises(PanelError, match=r"that is not an integer: A 20.* \(2023-24 is 2024\)"):
        build_panel(pd.DataFrame({"place": "A", "year": years, "rate": 1.0}))


def test_text_in_a_measure_is_named():
    with pytest.raises(PanelError, match=r"rate holds text in 1 rows: A 2021: 'low'"):
        build_panel(pd.DataFrame({"place": "A", "year": [2020, 2021], "rate": ["1", "low"]}))


def test_observations_give_units_spans_and_the_year_of_their_end():
    long = pd.DataFrame({
        "place": ["A", "A"], "measure": "life_expectancy", "value": [80.0, 80.5], "unit": "years",
        "start": ["2013-01-01", "2014-01-01"], "end": ["2015-12-31", "2016-12-31"],
    })  # fmt: skip
    panel = build_panel(long)
    assert panel["year"].tolist() == [2015, 2016]
    assert panel.attrs == {"units": {"life_expectancy": "years"}, "vintage": "", "spans": {"life_expectancy": 3}}


def test_two_units_of_one_measure_are_refused():
    long = pd.DataFrame({"place": ["A", "B"], "year": 2020, "measure": "m", "value": 1.0, "unit": ["GBP", "GBP m"]})
    with pytest.raises(PanelError, match="more than one unit"):
        build_panel(long)


def test_coverage_says_who_and_when():
    panel = build_panel(frame("place year rate other\nA 2020 1 1\nA 2021 - 1\nB 2020 3 1\nB 2021 - 1"), gaps="keep")
    found = coverage(panel)
    assert found.finding == "2 places over 2 years. Rate: 2 of 4 place-years missing (A 2021, B 2021). Other: complete."
    assert found.by_measure.loc["rate", ["first", "last", "held"]].tolist() == [2020, 2020, 2]
    assert found.missing.to_numpy().tolist() == [["rate", "A", 2021], ["rate", "B", 2021]]


def test_coverage_says_what_was_apportioned_and_what_people_stand_in_for():
    panel = build_panel(frame("place year rate other\nA 2020 1 1\nB 2020 3 1"))
    panel.attrs |= {
        "apportioned": {"rate": {("B", 2020): 0.345}},
        "weighed": {"rate": "population_registered", "other": "~population_registered"},
    }
    found = coverage(panel)
    assert "Rate: complete; apportioned in B, up to 34% of a figure." in found.finding
    assert found.finding.endswith("Other: complete; put together by people, for want of its own denominator.")
    assert found.apportioned.to_numpy().tolist() == [["rate", "B", 2020, 0.345]]


def test_grids_are_by_calendar_not_by_row():
    places, years, held = grids(frame("place year x\nB 2013 4\nA 2010 1\nB 2010 2"), ["x"])
    assert places.tolist() == ["A", "B"] and years.tolist() == [2010, 2011, 2012, 2013]
    np.testing.assert_array_equal(held["x"][:, [0, 3]], [[1, np.nan], [2, 4]])


def test_an_attribute_that_changes_within_a_place_is_refused():
    with pytest.raises(PanelError, match="region must not change within a place; it does in A"):
        fixed_by_place(pd.DataFrame({"place": ["A", "A"], "year": [1, 2], "region": ["N", "S"]}), "region")


def test_words_are_attributes_carried_over_the_grid():
    rows = pd.DataFrame({"place": ["A", "A"], "year": [2020, 2022], "region": "North", "rate": [1.0, 2.0]})
    assert build_panel(rows, gaps="keep")["region"].tolist() == ["North"] * 3


def test_joined_panels_share_one_grid_and_keep_their_units():
    one = build_panel(frame("place year rate\nA 2020 1\nA 2021 2"))
    one.attrs["units"] = {"rate": "percent"}
    other = build_panel(frame("place year spend\nB 2021 3\nB 2022 4"))
    other.attrs["units"] = {"spend": "GBP"}
    both = join_panels(one, other)
    assert both.shape == (6, 4) and both.attrs["units"] == {"rate": "percent", "spend": "GBP"}
    assert both["rate"].notna().sum() == 2 and both["spend"].notna().sum() == 2
    with pytest.raises(PanelError, match=r"\['rate'\] stand in more than one of the 2 panels"):
        join_panels(one, one)


def traced(values: dict[str, list[float]]) -> pd.DataFrame:
    """A panel of A and B in 2020, 2021, ...: measure m of A in 2020 is in the cell ``s!m!A2``, in 2021 in ``s!m!A3``."""
    years = range(2020, 2020 + len(next(iter(values.values()))) // 2)
    panel = pd.DataFrame({"place": np.repeat(["A", "B"], len(years)), "year": [*years] * 2, **values})
    spots = [(place, year, name) for place, year in zip(panel["place"], panel["year"], strict=True) for name in values]
    panel.attrs["cells"] = {(place, year, name): (f"s!{name}!{place}{year - 2018}",) for place, year, name in spots}
    panel.attrs["tables"] = dict.fromkeys(values, "s")
    return panel


def test_the_cells_of_a_panel_are_those_of_its_rows_and_measures():
    panel = traced({"x": [1.0, np.nan, 3.0, 4.0], "y": [1.0, 2.0, 3.0, 4.0]})
    assert source_cells(panel, "x") == ("s!x!A2", "s!x!B2", "s!x!B3")  # a gap rests on nothing
    assert source_cells(panel[panel["place"] == "A"], "x", "y") == ("s!x!A2", "s!y!A2", "s!y!A3")
    panel.attrs["cells"] = {}
    assert source_cells(panel, "x", "y", "z") == ("s",)
    panel.attrs = {}
    assert source_cells(panel, "x") == ()


def test_what_is_made_of_a_panel_keeps_the_cells_it_was_made_of():
    panel = traced({"need": [1.0, np.nan, 3.0, np.nan], "people": [5.0, 5.0, 6.0, 6.0], "staff": [7.0, 8.0, 9.0, 9.5]})
    panel.attrs["cells"] = {key: refs for key, refs in panel.attrs["cells"].items() if key[1:] != (2021, "need")}
    fixed = hold_fixed(panel, ["need"]).query("year == 2021")
    assert source_cells(fixed, "need") == ("s!need!A2", "s!need!B2")
    weighted = per_weighted_head(panel.query("year == 2020"), "staff", "people", "need")
    assert source_cells(weighted, "staff") == ("s!need!A2", "s!people!A2", "s!staff!A2", "s!need!B2", "s!people!B2", "s!staff!B2")
    levels, changes = traced({"level": [1.0, 2.0, 4.0] * 2}), traced({"change": [5.0, 50.0, 100.0] * 2})
    chained = chain_changes(levels, changes, "level", "change", start=2022)
    one = chained.query("place == 'A' and year == 2020")
    assert source_cells(one, "level") == ("s!change!A3", "s!change!A4", "s!level!A4")  # 2022, less what 2021 and 2022 brought
    history = traced({"staff": [100.0 + year for year in range(8)] * 2})
    assert len(back_test(history, of="staff", draws=50).sources) == 16
