import pytest
from drawing import draw, header, source

from icslib import store
from icslib.errors import DriftError
from icslib.sources.sickness_absence import tidy_sickness_absence

TITLES = list(header("sickness_absence"))
ROWS = """
30/04/2024 | Y63 | North | QWO | West Yorkshire | RAA | Ambleton | Acute | 50  | 1000 | 5
30/04/2024 | QZZ | None  | QZZ | None           | 0AR | A unit   | Other | 12.5| 500  | 2.5
"""


def page(titles=TITLES):
    return {"": draw(" | ".join(titles) + "\n" + ROWS.strip("\n"))}


def test_three_measures_and_the_printed_system():
    frame = tidy_sickness_absence(page(), source("sickness_absence", "2024-04"))
    first = frame[frame["place"] == "RAA"].set_index("measure")
    assert first["value"].to_dict() == {"sickness_days_lost": 50, "staff_days_available": 1000, "sickness_absence": 5}
    assert first.loc["sickness_absence", ["period", "system", "column", "row"]].tolist() == ["2024-04", "QWO", "K", 2]
    assert set(frame.loc[frame["place"] == "0AR", "system"]) == {""}


def test_a_new_column_is_drift_with_a_patch():
    with pytest.raises(DriftError, match=r"column L added: 'NOTE', after 'SICKNESS_ABSENCE_RATE_PERCENT'"):
        tidy_sickness_absence(
            {"": draw(" | ".join([*TITLES, "NOTE"]) + "\n" + ROWS.strip("\n"))}, source("sickness_absence", "2024-04")
        )


def test_a_renamed_column_is_drift_with_a_patch():
    titles = ["MONTH" if title == "DATE" else title for title in TITLES]
    with pytest.raises(DriftError, match=r"column A renamed: 'DATE' \(line \d+\) is now 'MONTH'"):
        tidy_sickness_absence(page(titles), source("sickness_absence", "2024-04"))


def test_published_rates_are_days_lost_over_days_available():
    wide = store.load("sickness_absence").pivot(index=["place", "period"], columns="measure", values="value")
    wide = wide[wide["staff_days_available"] > 0]
    again = 100 * wide["sickness_days_lost"] / wide["staff_days_available"]
    assert len(wide) > 2800
    assert (again - wide["sickness_absence"]).abs().max() <= 0.00501
