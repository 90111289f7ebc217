"""Pieces of published figures put together as figures of other places.

A *piece* is an observation with the share of it that goes to a new place. A count of the new
place is the sum of share times count; a rate is the mean of the rates weighed by share times
denominator. Published intervals of independent figures are carried as
``value - sqrt(sum((a * (v - lower))**2))``, likewise above, where ``a`` is the weight of each
piece; bounds of suppressed figures are summed.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from .. import tidy
from ..errors import PlaceError
from .facts import canonical

# What can be added up. Every other unit is a rate, a mean or an index, and needs a denominator.
COUNTS = {
    "GBP", "GBP m", "GBP bn", "GBP thousand", "GBP k", "FTE", "WTE", "headcount", "people", "persons", "weighted persons",
    "patients", "posts", "vacancies", "staff", "days", "FTE days", "bed days", "beds", "count", "number", "attendances",
    "admissions", "calls", "incidents", "deaths", "square metres", "m2", "sites", "pathways", "waits", "practices", "households", "requests",
    "kWh", "tonnes", "percent of England",
}  # fmt: skip
Denominators: TypeAlias = str | pd.DataFrame | Mapping[str, "str | pd.DataFrame"] | None


NOT_TEXT = {"cells", "apportioned", "share", "was"}
FIGURE = ["measure", "period", "unit", "basis", "source"]


def extras(frame: pd.DataFrame) -> list[str]:
    """The columns of text or whole numbers beyond the contract's own."""
    own = {*tidy.COLUMNS, *NOT_TEXT}
    return [name for name in frame if name not in own and not name.startswith("cells:") and frame[name].dtype.kind != "f"]


def dimensions(frame: pd.DataFrame, place: list[str]) -> list[str]:
    """The extra columns that tell apart figures of one place (sex, staff group), not those that only describe it (its name, a
    note).
    """
    possible = extras(frame)
    figure = [name for name in FIGURE if name in frame]
    if not possible or frame.empty:
        return []
    group = number(frame, [*place, *figure])
    several = pd.Series(group).duplicated(keep=False).to_numpy()
    if not several.any():
        return []
    mine = frame[several]
    return [name for name in possible if (pd.Series(number(mine, [name])).groupby(group[several]).nunique() > 1).any()]


def cells_of(frame: pd.DataFrame) -> pd.Series:
    """The cells of each row: as carried, or its own."""
    if "cells" in frame:
        return frame["cells"]
    return pd.Series(list(zip(tidy.cell_refs(frame).tolist(), strict=True)), index=frame.index, dtype=object)


def weights(pieces: pd.DataFrame, group: np.ndarray, denominators: Denominators, all_rows: pd.DataFrame) -> np.ndarray:
    """The weight of each piece: its share for a count; for a rate its part of the denominator.

    A rate that comes from one place only needs no denominator.
    """
    share = pieces["share"].to_numpy(float)
    units = pieces["unit"].unique()
    rates = [unit for unit in units if unit not in COUNTS]
    if not rates:
        return share
    rate = pieces["unit"].isin(rates).to_numpy()
    out = np.where(rate, 1.0, share)
    need = rate & (pd.Series(pieces["was"].to_numpy()).groupby(group).transform("nunique").to_numpy() > 1)
    if need.any():
        for measure in pieces.loc[need, "measure"].unique():
            mine = need & (pieces["measure"] == measure).to_numpy()
            size = share[mine] * _denominator(pieces[mine], measure, denominators, all_rows)
            whole = np.bincount(group[mine], weights=size, minlength=group.max() + 1)[group[mine]]
            out[mine] = size / whole
    return out


def _denominator(rows: pd.DataFrame, measure: str, given: Denominators, all_rows: pd.DataFrame) -> np.ndarray:
    source = given.get(measure) if isinstance(given, Mapping) else given
    if isinstance(source, str):
        source = all_rows[all_rows["measure"] == source]
    unit = rows["unit"].iloc[0]
    if source is None or len(source) == 0:
        raise PlaceError(
            f"{measure} is in {unit}, which cannot be added up: {', '.join(sorted(rows['was'].unique())[:4])} come together in "
            f"{rows['place'].iloc[0]}. Give denominators= what it is {unit} of (a frame with place and value, or the name of a "
            "measure)."
        )
    on = ["place", "period"] if "period" in source and source["period"].nunique() > 1 else ["place"]
    source = source.assign(place=canonical(source["place"]).fillna(source["place"]))
    value = source.groupby(on)["value"].agg(["first", "nunique"])
    mixed = value.index[value["nunique"] > 1]
    if len(mixed):
        several = value["nunique"].max()
        raise PlaceError(
            f"denominators= holds {several} different values for {mixed[0]}. Give one measure, of one kind, on one basis."
        )
    value = value["first"]
    wanted = pd.MultiIndex.from_frame(rows[["was", "period"]]) if len(on) == 2 else pd.Index(rows["was"])
    found = value.reindex(wanted).to_numpy(float)
    if np.isnan(found).any():
        lost = rows[np.isnan(found)].iloc[0]
        where = f"{measure} of {lost['was']} in {lost['period']}"
        raise PlaceError(f"No denominator for {where}. Add that row to denominators=, or leave the place out.")
    return found


def number(frame: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Rows alike in these columns get one number, counted from 0 in order of appearance."""
    out = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        code, values = pd.factorize(frame[name], use_na_sentinel=False)
        if len(values) > 1:
            out = pd.factorize(out * len(values) + code)[0]
    return out


def combine(pieces: pd.DataFrame, denominators: Denominators, all_rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """One row a figure of the new places, from pieces (observations with ``share`` and ``was``); and which piece went where."""
    pieces = pieces.reset_index(drop=True)
    apart = dimensions(pieces, ["was", "place"])
    group = number(pieces, ["place", "place_type", *FIGURE, *apart])
    count = group.max() + 1
    weight = weights(pieces, group, denominators, all_rows)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights=values, minlength=count)

    value, lower, upper = (pieces[name].to_numpy(float) for name in ("value", "lower", "upper"))
    known, gap = ~np.isnan(value), total(np.isnan(value)) > 0
    sized = total(weight * np.nan_to_num(value))
    out = pieces.loc[pd.Series(group).drop_duplicates().index].drop(columns=["share", "was"])
    out["value"] = np.where(gap, np.nan, sized)
    for name, bound in (("lower", lower), ("upper", upper)):
        bounded = total(np.isnan(bound)) == 0
        spread = np.sqrt(total((weight * (np.nan_to_num(bound) - np.nan_to_num(value))) ** 2))
        summed = total(weight * np.where(np.isnan(bound), value, bound))
        around = sized - spread if name == "lower" else sized + spread
        out[name] = np.where(gap, summed, np.where(bounded, around, np.nan))
    part = np.maximum(
        pieces["share"].to_numpy() < 1 - 1e-12, pieces["apportioned"].to_numpy(float) if "apportioned" in pieces else 0.0
    )
    size = np.where(known, weight * np.abs(np.nan_to_num(value)), 0.0)
    with np.errstate(invalid="ignore"):
        out["apportioned"] = np.where(total(size) > 0, total(size * part) / total(size), (total(part) > 0).astype(float))
    out["cells"] = _cells(pieces, group, count)
    for name in {"flag", *extras(pieces)} - set(apart):
        out[name] = _told(pieces[name], group, out[name])
    merged = np.bincount(group, minlength=count) > 1
    out.loc[merged, ["sheet", "column"]] = ""
    out.loc[merged, "row"] = 0
    return out.reset_index(drop=True), group


def _cells(pieces: pd.DataFrame, group: np.ndarray, count: int) -> pd.Series:
    out: list = [None] * count
    for spot, cells in zip(group.tolist(), cells_of(pieces).tolist(), strict=True):
        held = out[spot]
        out[spot] = cells if held is None else held + cells
    firsts = pd.Series(group).drop_duplicates().index
    return pd.Series([cells if len(cells) == 1 else tidy.merge_cells(cells) for cells in out], index=firsts, dtype=object)


def _told(column: pd.Series, group: np.ndarray, firsts: pd.Series) -> pd.Series:
    """What several pieces say of themselves, each thing once."""
    code, words = pd.factorize(column.astype(str))
    if len(words) == 1:
        return firsts
    said = pd.DataFrame(dict(group=group, code=code)).drop_duplicates()
    said["said"] = words.to_numpy()[said["code"]]
    several = said[said["group"].duplicated(keep=False) & (said["said"] != "")].groupby("group")["said"].agg("; ".join)
    if several.empty:
        return firsts
    out = firsts.astype(object).copy()
    out.iloc[several.index] = several.to_numpy()
    return out


def mark(flags: pd.Series, where: np.ndarray | pd.Series, words: str | pd.Series) -> pd.Series:
    """Add words to the flags of some rows, once."""
    said = words if isinstance(words, pd.Series) else pd.Series(words, index=flags.index)
    both = pd.Series(np.where(flags == "", said, flags.astype(object) + "; " + said.astype(object)), index=flags.index)
    return flags.where(~pd.Series(where, index=flags.index), both)
