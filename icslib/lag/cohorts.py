"""One wave against those still to adopt, on arrays: the comparisons, what supports them, and how they add up.

A comparison (wave g, year t) is the mean change of the wave from year g - 1 to t less what places not yet adopting (in the same
group, where there are groups) would lead one to expect of it: their mean, or with attributes the line of their changes on the
attributes at the wave's mean (outcome regression; Heckman, Ichimura and Todd 1997; Sant'Anna and Zhao 2020).
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd

FEW = 5


class Comparison(NamedTuple):
    """An effect, the places behind it, and what each of them adds to its error."""

    event: int
    wave: int
    who: np.ndarray
    against: np.ndarray
    effect: float
    own: np.ndarray
    other: np.ndarray


def compare_waves(
    y: np.ndarray, years: np.ndarray, wave: np.ndarray, events: list[int], *, never: bool = False,
    groups: np.ndarray | None = None, attributes: np.ndarray | None = None,
) -> list[Comparison]:  # fmt: skip
    """Every comparison that `y` (places, years) holds for waves (inf: never) and `events`, years since adopting."""
    at = {int(year): column for column, year in enumerate(years)}
    x = np.column_stack([np.ones(len(wave)), *(attributes if attributes is not None else [])])
    fewest = 1 if groups is None and attributes is None else x.shape[1] + 1
    together = [np.full(len(wave), True)] if groups is None else [groups == g for g in np.unique(groups)]
    out = []
    for start in np.unique(wave[np.isfinite(wave)]).astype(int):
        if start - 1 not in at:
            continue
        for event in events:
            year = start + event
            if event == -1 or year not in at:
                continue
            change = y[:, at[year]] - y[:, at[start - 1]]
            free = np.isinf(wave) if never else (wave > max(year, start - 1)) & (wave != start)
            for group in together:
                known = group & ~np.isnan(change)
                who, against = np.flatnonzero(known & (wave == start)), np.flatnonzero(known & free)
                if not len(who) or len(against) < fewest:
                    continue
                back = np.linalg.pinv(x[against])
                gap = change - x @ (back @ change[against])
                effect = float(gap[who].mean())
                own = (gap[who] - effect) / np.sqrt(len(who) * max(len(who) - 1, 1))
                spare = np.maximum(1 - (x[against] * back.T).sum(axis=1), 1e-9)  # HC2: what the fit takes from each is given back
                other = -(x[who].mean(axis=0) @ back) * gap[against] / np.sqrt(spare)
                out.append(Comparison(event, int(start), who, against, effect, own, other))
    return out


def support_of(cells: list[Comparison], events: list[int], last: int) -> pd.DataFrame:
    """Cohorts, places and controls behind each event, and whether it is identified."""
    table = {}
    for event in events:
        mine = [c for c in cells if c.event == event]
        treated, controls = sum(len(c.who) for c in mine), len({i for c in mine for i in c.against.tolist()})
        if event == -1:
            reason = "base year"
        elif not mine:
            late = f"no place still to adopt is left to compare with (the last such year is {last})"
            reason = late if event >= 0 else "no base year"
        else:
            reason = f"rests on {treated} treated and {controls} comparison places" if min(treated, controls) < FEW else ""
        table[event] = {
            "cohorts": len({c.wave for c in mine}), "treated": treated, "controls": controls,
            "supported": bool(mine) or event == -1, "reason": reason,
        }  # fmt: skip
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("event")


def add_up(cells: list[Comparison], events: list[int], places: int) -> tuple[np.ndarray, np.ndarray]:
    """(events, places) influence and (events,) estimate, waves weighted by their places; NaN without a comparison."""
    influence, estimate = np.zeros((len(events), places)), np.full(len(events), np.nan)
    estimate[events.index(-1)] = 0.0
    for row, event in enumerate(events):
        mine = [c for c in cells if c.event == event]
        total = sum(len(c.who) for c in mine)
        if mine:
            estimate[row] = sum(len(c.who) * c.effect for c in mine) / total
        for c in mine:  # a place alone in its wave shows its spread by its distance from the other waves
            influence[row, c.who] += len(c.who) / total * (c.own if len(c.who) > 1 else c.effect - estimate[row])
            influence[row, c.against] += len(c.who) / total * c.other
    return influence, estimate


def by_pyfixest(
    method: str, y: np.ndarray, years: np.ndarray, wave: np.ndarray, label: np.ndarray, last: int, events: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and errors of pyfixest on the years with an untreated place; waves adopting later count as never.

    Places with a single figure, or with none before adopting, tell nothing (and did2s fails on them).
    """
    held = ~np.isnan(y) & (years <= last)
    useful = (held.sum(axis=1) > 1) & (held & (years < wave[:, None])).any(axis=1)
    grid = useful[:, None] & (years <= last)  # LP-DiD shifts rows, so it needs the missing years as well
    unit, at = np.nonzero(grid if method == "lp_did" else held & grid)
    start = np.where(wave > last, 0, wave).astype(int)[unit]
    table = pd.DataFrame({"y": y[unit, at], "unit": unit + 1, "year": years[at], "g": start, "cluster": label[unit]})
    table["rel"] = np.where(start > 0, table["year"] - start, np.inf)
    table["treat"] = (table["rel"] >= 0) & np.isfinite(table["rel"])
    with _quiet():
        import pyfixest as pf

        if method == "did2s":
            found = pf.did2s(table, "y", "~ 0 | unit + year", "~ i(rel, ref=-1.0)", "treat", "cluster").tidy()
        elif method == "sun_abraham":
            found = pf.event_study(table, "y", "unit", "year", "g", estimator="saturated", cluster="cluster").aggregate()
        else:
            since = table.loc[np.isfinite(table["rel"]), "rel"]
            reach = {"pre_window": int(max(since.min(), min(events))), "post_window": int(since.max())}
            found = pf.lpdid(table, "y", "unit", "year", "g", {"CRV1": "cluster"}, att=False, **reach).tidy()
    found.index = [float(str(name).split("::")[-1]) for name in found.index]
    found = found.loc[~found.index.duplicated(), ["Estimate", "Std. Error"]].astype(float).reindex([float(e) for e in events])
    found.loc[-1.0] = 0.0
    return found["Estimate"].to_numpy(), found["Std. Error"].to_numpy()


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings, and the root logger as it was: pyfixest turns on everybody's messages when its parts are imported."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    root.setLevel(level)
    root.handlers[:] = handlers
