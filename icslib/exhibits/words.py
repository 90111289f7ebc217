"""Alt text made from the data: level, range, who stands out, trend.

Each function gives sentences to join; a figure's alt text should let a reader who cannot see it
say what it shows.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from ..numbers import write_number


def describe_ranking(values: pd.Series, unit: str, what: str = "places", asked: str | Sequence[str] = (), marked: int = 2) -> str:
    """Level, range and extremes of one value per place; where the places in `asked` stand.

    Parameters
    ----------
    values : Series of float, index the names to print; NaN is counted as missing

    >>> describe_ranking(pd.Series({"Ambleton": -12.0, "Brackley": -4.0, "Castle Vale": 3.0}), "GBP m", "systems", marked=1)
    '3 systems, from −£12.0m to £3.0m, median −£4.0m. Lowest: Ambleton (−£12.0m). Highest: Castle Vale (£3.0m).'
    """
    known = values.dropna().sort_values()
    if known.empty:
        return f"No figure for any of {len(values)} {what}."
    said = lambda names: ", ".join(f"{name} ({write_number(known[name], unit)})" for name in names)  # noqa: E731
    text = (
        f"{len(known)} {what}, from {write_number(known.iloc[0], unit)} to {write_number(known.iloc[-1], unit)}, "
        f"median {write_number(known.median(), unit)}."
    )
    if len(known) > 2:
        text += f" Lowest: {said(known.index[:marked])}. Highest: {said(known.index[::-1][:marked])}."
    for name in [asked] if isinstance(asked, str) else asked:
        if name in known.index:
            rank = list(known.index).index(name) + 1
            text += f" {name}: {write_number(known[name], unit)}, {rank} of {len(known)} from the lowest."
    if missing := len(values) - len(known):
        text += f" {missing} without a figure."
    return text


def describe_trend(series: pd.Series, unit: str, name: str = "") -> str:
    """Start, end, change, lowest and highest of a series through time.

    >>> describe_trend(pd.Series({2019: 5.0, 2020: 9.0, 2021: 7.0}), "percent", "Vacancies")
    'Vacancies: 5.0% in 2019, 7.0% in 2021, a rise of 2.0 percentage points; highest 9.0% in 2020, lowest 5.0% in 2019.'
    """
    known = series.dropna()
    lead = f"{name}: " if name else ""
    if known.empty:
        return f"{lead}no figures."
    first, last = known.index[0], known.index[-1]
    text = f"{lead}{write_number(known[first], unit)} in {first}"
    if len(known) == 1:
        return text + "."
    change = known[last] - known[first]
    size = f"{abs(change):.1f} percentage points" if unit == "percent" else write_number(abs(change), unit)
    moved = "no change" if change == 0 else f"a {'rise' if change > 0 else 'fall'} of {size}"
    high, low = known.idxmax(), known.idxmin()
    return (
        f"{text}, {write_number(known[last], unit)} in {last}, {moved}; "
        f"highest {write_number(known[high], unit)} in {high}, lowest {write_number(known[low], unit)} in {low}."
    )


def describe_lines(series: Mapping[str, pd.Series] | pd.DataFrame, unit: str) -> str:
    """The trend of each of several series, the first five in words and the rest counted."""
    names = list(series)
    told = " ".join(describe_trend(series[name], unit, str(name)) for name in names[:5])
    return f"{told} And {len(names) - 5} more lines." if names[5:] else told


def describe_intervals(frame: pd.DataFrame, unit: str, reference: float = 0.0) -> str:
    """How many of several estimates have a 95% interval clear of `reference`, and the largest.

    `frame` has columns ``estimate``, ``low``, ``high``; its index names the estimates.
    """
    known = frame.dropna(subset=["estimate", "low", "high"])
    if known.empty:
        return "No estimate."
    clear = known[(known["low"] > reference) | (known["high"] < reference)]
    row = known.loc[(known["estimate"] - reference).abs().idxmax()]
    return (
        f"{len(known)} estimates with 95% interval; {len(clear)} clear of {write_number(reference, unit)}. Furthest: {row.name}, "
        f"{write_number(row['estimate'], unit)} ({write_number(row['low'], unit)} to {write_number(row['high'], unit)})."
    )
