"""Observations drawn as tables."""

import pandas as pd
import pytest

from icslib import register, tidy
from icslib.periods import parse_period


def _draw(text: str, **more) -> pd.DataFrame:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    usual = dict(unit="GBP m", measure="surplus", period="2023-24", place_type="system", flag="", basis="outturn")
    for name, default in usual.items():
        frame[name] = frame.get(name, default)
    for name in ("value", "lower", "upper"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce") if name in frame else float("nan")
    dated = frame["period"].map(parse_period)
    frame = frame.assign(start=pd.to_datetime([p.start for p in dated]), end=pd.to_datetime([p.end for p in dated]))
    frame = frame.assign(source="drawn", sheet="S", row=range(2, len(frame) + 2), column="B", **more)
    return frame[[*tidy.COLUMNS, *(name for name in frame if name not in tidy.COLUMNS)]]


def drawn_on(at: str, values: pd.Series, unit: str = "FTE") -> pd.DataFrame:
    """Observations of systems (a Series by code) counted on one day, the first of a vintage."""
    day = register.as_date(at)
    frame = pd.DataFrame(
        dict(place=values.index.astype(str), start=day, end=day, value=values.to_numpy(float), row=range(2, len(values) + 2))
    )
    more = dict(
        place_type="system",
        measure="staff",
        period=at,
        unit=unit,
        basis="outturn",
        flag="",
        source="drawn",
        sheet="S",
        column="B",
    )
    return frame.assign(lower=float("nan"), upper=float("nan"), **more)[[*tidy.COLUMNS]]


@pytest.fixture
def draw():
    """Turn a drawn table into observations; columns left out are a surplus of systems in 2023-24, GBP m."""
    return _draw


@pytest.fixture
def move(draw):
    """A drawn table moved to the boundaries of a vintage."""
    return lambda text, vintage="2026-04", **more: register.to_vintage(draw(text), vintage, **more)
