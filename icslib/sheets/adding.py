"""Which columns may be added up, to which digit they are printed, and which are the sum of others."""

import re

import numpy as np

RATE = re.compile(
    r"%|\brate|per ?cent|percent|\bper\b|average|mean|median|index|share|ratio|score|rank|pct|latitude|longitude|performance",
    re.I,
)


def additive(titles: list[str], units: list[str]) -> np.ndarray:
    """Which columns may be added up: not rates, shares, averages or ranks."""
    rates = [
        bool(RATE.search(title)) or unit == "percent" or unit.startswith(("per ", "GBP per"))
        for title, unit in zip(titles, units, strict=True)
    ]
    return ~np.array(rates, dtype=bool)


def decimals(values: np.ndarray) -> np.ndarray:
    """Digits printed after the point, column by column, 6 at most."""
    sample = values[:2000]
    found = np.full(values.shape[1], 6)
    for digits in range(5, -1, -1):
        scaled = sample * 10.0**digits
        with np.errstate(invalid="ignore"):
            even = (np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1, np.abs(scaled)) + 1e-9) | np.isnan(scaled)
        found[even.all(axis=0)] = digits
    return found


def find_total_columns(titles: list[str], values: np.ndarray, adds: np.ndarray) -> dict[int, list[int]]:
    """Columns titled as totals that are the sum of others in at least nine rows of ten: position to positions summed."""
    found = {}
    unit = 10.0 ** -decimals(values)
    for spot, title in enumerate(titles):
        if not adds[spot] or not re.search(r"\btotals?\b|^all\b|\ball$", title, re.I):
            continue
        others = [i for i in range(len(titles)) if i != spot and adds[i] and i not in found]
        group = title.rsplit(" | ", 1)[0] if " | " in title else ""
        tries = [[i for i in others if group and titles[i].startswith(group + " | ")], others]
        tries += [[i for i in others if i < spot][-k:] for k in range(2, spot + 1)] + [
            [i for i in others if i > spot][:k] for k in range(2, len(titles) - spot)
        ]
        printed = values[:, spot]
        for members in tries[:40]:
            if len(members) < 2:
                continue
            part = values[:, members]
            known = ~np.isnan(printed) & ~np.isnan(part).any(axis=1)
            slack = (0.5 * np.sqrt(len(members)) + 0.5001) * unit[spot]
            if known.sum() >= 2 and printed[known].any() and (np.abs(part.sum(axis=1) - printed)[known] <= slack).mean() >= 0.9:
                found[spot] = members
                break
    return found
