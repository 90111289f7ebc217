import pandas as pd
import pytest

from icslib import store
from icslib.errors import CatalogError, StoreError
from icslib.exhibits import plot
from icslib.lag.gate import supported_lags


def test_a_figure_leads_to_its_cell_file_and_publisher(project):
    store.build()
    rates = store.load("sickness_absence").query("measure == 'sickness_absence' and place == 'RAA'")
    traced = store.trace(rates)
    assert traced[["file", "cell", "value", "unit", "publisher"]].values.tolist() == [
        ["a.csv", "K2", 5.0, "percent", "P"],
        ["b.csv", "K2", 4.0, "percent", "P"],
    ]
    assert traced["sha256"].str.len().tolist() == [64, 64]


def test_references_and_derived_tables_are_traced_each_cell_once(project):
    store.build()
    derived = pd.DataFrame(
        {
            "place": ["RAA"],
            "cells": [("sickness_absence-2024-04!!K2", "sickness_absence-2024-05!!K2")],
            "cells:low": [("sickness_absence-2024-04!!K2",)],
        }
    )
    assert store.trace(derived)["cell"].tolist() == ["K2", "K2"]
    assert store.trace("vacancies_regional!!D2")["value"].item() == 2150.92


def test_a_span_of_cells_is_named_without_a_value(project):
    store.build()
    assert pd.isna(store.trace("vacancies_regional!!D2:D3[A=Y59]")["value"].item())


def test_what_is_no_reference_is_an_error(project):
    with pytest.raises(StoreError, match="is not a cell reference"):
        store.trace("nothing")
    with pytest.raises(CatalogError, match="not in the catalog"):
        store.trace("nothing!!A1")


def test_a_panel_knows_its_cells():
    panel = store.load_panel(["acute_staff"], 2019, 2020)
    one = panel[(panel["place"] == "QOX") & (panel["year"] == 2020)]
    traced = store.trace(one)
    assert traced["value"].tolist() == one["acute_staff"].tolist()


def test_the_stamp_lists_sources_parameters_and_versions(project):
    store.build()
    store.load("vacancies_regional")
    stamp = store.stamp(first_year=2016)
    assert "vacancies_regional title" in str(stamp)
    assert "first_year = 2016" in str(stamp)
    assert "icslib 0." in str(stamp)
    assert "<table>" in stamp._repr_html_()


def test_the_stamp_takes_what_a_notebook_set_before_its_import(project):
    names: dict = {}
    exec("first_year = 2015\nsystem = 'QOX'\n_hidden = 1\nimport icslib as ics\nlater = 3\nmade = ics.stamp()", names)
    assert names["made"].parameters == {"first_year": 2015, "system": "QOX"}
    assert store.stamp().parameters == {}


def test_a_row_a_result_and_an_exhibit_are_traced_and_a_bare_number_is_an_error():
    panel = store.load_panel(["acute_staff", "preventable_mortality"], 2018, 2023)
    row = panel.iloc[0]
    assert "acute_staff" in row and store.trace(row)["value"].iloc[0] == row["acute_staff"]
    gate = supported_lags(panel, "acute_staff", "preventable_mortality", range(2))
    whole = store.trace(panel)["cell"].tolist()
    assert sorted(store.trace(gate)["cell"]) == sorted(store.trace(plot(gate))["cell"]) == sorted(whole)
    cells = store.load("loans").head(2).assign(cells=[("loans-2018-19!!A1",), ("beds!!B2", "beds!!B3")])["cells"]
    assert store.trace(cells)["cell"].tolist() == ["A1", "B2", "B3"]
    for nothing in (row["acute_staff"], None, pd.DataFrame({"a": [1]}), [1, 2]):
        with pytest.raises(StoreError, match="No cell is known behind this"):
            store.trace(nothing)
    assert store.trace(store.load("loans")[:0]).empty
