"""Published figures, drawn as lines of text."""

import pandas as pd
import pytest

RULES = pd.DataFrame(
    [
        ["surplus", "", "", "", "", "position", "by place", "not stated", ""],
        ["surplus", "outturn", "2023-24", "", "system", "position", "by place", "after", ""],
        ["surplus", "draft plan", "", "After support", "", "position", "by place", "after", ""],
        ["surplus_before_support", "", "", "", "", "position", "by place", "before", ""],
    ],
    columns=["measure", "basis", "period", "note", "place_type", "what", "scope", "support", "reason"],
)


def read_figures(text):
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    names = ["place", "place_type", "measure", "basis", "period", "value", "unit", "publisher", "note"]
    frame = pd.DataFrame(rows, columns=names)
    frame["value"] = frame["value"].astype(float)
    frame["end"] = pd.to_datetime("20" + frame["period"].str[-2:] + "-03-31")
    frame["lower"] = frame["upper"] = float("nan")
    return frame.assign(flag="", source="typed", sheet="", row=range(2, len(frame) + 2), column="F")


@pytest.fixture
def rules():
    return RULES.copy()


@pytest.fixture
def figures():
    return read_figures
