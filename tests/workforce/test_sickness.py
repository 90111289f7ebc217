"""Sickness: rates are days over days, and the printed rates agree."""

import pandas as pd
import pytest

from icslib import store
from icslib.errors import BasisError
from icslib.workforce.sickness import sickness_by


def typed():
    rows = [("R1", "Q1", 5, 100), ("R2", "Q1", 60, 900), ("R3", "Q2", 3, 100), ("R4", "", 1, 100)]
    return pd.DataFrame(
        [
            {"place": place, "system": system, "measure": measure, "value": float(value), "start": pd.Timestamp("2024-04-01"), "end": pd.Timestamp("2024-04-30"), "source": "s", "sheet": "", "column": column, "row": i + 2}
            for i, (place, system, lost, available) in enumerate(rows)
            for measure, value, column in (("sickness_days_lost", lost, "I"), ("staff_days_available", available, "J"))
        ]
    )  # fmt: skip


def test_a_systems_rate_weighs_its_organisations_by_their_days():
    table = sickness_by(typed()).set_index("place")
    assert table["rate"].to_dict() == {"Q1": 6.5, "Q2": 3.0}
    assert table.loc["Q1", "cells"] == ("s!!I2", "s!!I3", "s!!J2", "s!!J3")


def test_an_organisation_with_half_its_figures_is_not_counted():
    half = typed()[lambda f: ~((f["place"] == "R2") & (f["measure"] == "staff_days_available"))]
    assert sickness_by(half).set_index("place").loc["Q1", ["rate", "lost"]].tolist() == [5.0, 5.0]


def test_no_days_is_said():
    with pytest.raises(BasisError, match="No days lost"):
        sickness_by(typed().assign(measure="beds"))


def test_the_shipped_printed_rates_are_days_over_days_to_rounding():
    wide = store.load("sickness_absence").pivot(index=["place", "start"], columns="measure", values="value").dropna()
    wide = wide[wide["staff_days_available"] > 0]
    ours = 100 * wide["sickness_days_lost"] / wide["staff_days_available"]
    assert len(wide) > 2_000 and (ours - wide["sickness_absence"]).abs().max() < 0.0051
    systems = sickness_by(store.load("sickness_absence"))
    assert len(systems) == 42 and systems["rate"].between(3, 8).all()
    merged = sickness_by(store.load("sickness_absence"), vintage="2026-04")
    assert len(merged) == 36 and merged[["lost", "available"]].sum().tolist() == pytest.approx(
        systems[["lost", "available"]].sum().tolist()
    )
