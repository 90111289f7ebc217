"""The grid of places by years: made, joined, and read as arrays."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ..errors import PanelError

GAPS = ("refuse", "keep")


def build_panel(
    frame: pd.DataFrame, place: str = "place", period: str = "year", *, gaps: str = "refuse", vintage: str = ""
) -> pd.DataFrame:
    """Put observations, or a table with a column a measure, on a complete grid of places by years.

    Parameters
    ----------
    frame : DataFrame
        Long (columns ``measure`` and ``value``; observations of the contract are long) or wide (every
        column but `place` and `period` is a measure; a column of words, such as a region, is carried
        as an attribute and must not change within a place). Rows may come in any order.
    place, period : str
        Names of the columns. Where `period` is absent but ``end`` is there, the year is that of ``end``.
    gaps : "refuse" or "keep"
        Whether a place-year without a figure is an error or is carried as NaN.
    vintage : str
        The boundaries the places are on, kept in ``attrs["vintage"]``.

    Returns
    -------
    DataFrame
        Sorted by place and year, one row for every pair.

    Raises
    ------
    PanelError
        Text years, a place-year given twice, or a gap: the sentence names the rows.

    >>> build_panel(pd.DataFrame({"place": ["B", "A"], "year": [2020, 2020], "rate": [2.0, 1.0]}))
      place  year  rate
    0     A  2020   1.0
    1     B  2020   2.0
    """
    if gaps not in GAPS:
        raise PanelError(f"gaps={gaps!r} is not known. Choose one of {GAPS}.")
    frame = frame.copy()
    if period not in frame and "end" in frame:
        frame[period] = pd.to_datetime(frame["end"]).dt.year
    attrs = {"units": dict(frame.attrs.get("units", {})), "vintage": vintage or frame.attrs.get("vintage", "")}
    attrs["spans"] = dict(frame.attrs.get("spans", {}))
    if {"measure", "value"} <= set(frame):
        attrs = {**attrs, **_units_and_spans(frame)}
        check_rows(frame, [place, period, "measure"])
        wide = frame.pivot(index=[place, period], columns="measure", values="value")
    else:
        check_rows(frame, [place, period])
        wide = frame.set_index([place, period])
    wide.columns.name = None
    places, years = (wide.index.get_level_values(level) for level in (0, 1))
    if len(wide) == 0:
        raise PanelError("The frame holds no rows, so there is no panel.")
    grid = pd.MultiIndex.from_product([sorted(places.unique()), range(years.min(), years.max() + 1)], names=["place", "year"])
    panel = wide.reindex(grid).reset_index()
    for name in panel.columns[2:]:
        panel[name] = panel["place"].map(fixed_by_place(panel, name)) if _is_attribute(panel[name]) else _as_float(panel, name)
    if gaps == "refuse":
        _refuse_gaps(panel)
    panel.attrs.update(attrs)
    return panel


def join_panels(*panels: pd.DataFrame) -> pd.DataFrame:
    """Put panels side by side on one grid of every place and year any of them has; NaN where one has nothing.

    A measure in two panels is an error. Units, spans and other attributes of the panels are kept.
    """
    twice = [name for at, one in enumerate(panels) for name in one.columns[2:] if any(name in other for other in panels[:at])]
    if twice:
        raise PanelError(f"{twice} stand in more than one of the {len(panels)} panels. Rename or drop one.")
    long = [one.set_index(["place", "year"]) for one in panels]
    attrs: dict = {}
    for one, bare in zip(panels, long, strict=True):
        for key, value in one.attrs.items():
            before = attrs.get(key, type(value)())
            attrs[key] = type(value)({**before, **value}) if isinstance(value, dict) else value or before
        bare.attrs = {}
    panel = build_panel(pd.concat(long, axis=1).reset_index(), gaps="keep")
    panel.attrs.update(attrs)
    return panel


def log_points(panel: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """The panel with `measures` as 100 x natural logarithm, so that differences read as percent; a figure of zero or less is
    an error.

    >>> rate = pd.DataFrame({"place": "A", "year": [2020, 2021], "rate": [100.0, 101.0]})
    >>> log_points(rate, ["rate"])["rate"].diff().round(1).tolist()[1]
    1.0
    """
    out = panel.copy()
    for name in measures:
        odd = panel[panel[name] <= 0]
        if len(odd):
            raise PanelError(
                f"{name} is zero or less in {len(odd)} rows, so it has no logarithm: {first_of(_rows(odd, 'place', 'year'))}."
            )
        out[name] = 100 * np.log(panel[name].astype(float))
    out.attrs = {**panel.attrs, "units": {**panel.attrs.get("units", {}), **dict.fromkeys(measures, "percent")}}
    return out


def check_rows(frame: pd.DataFrame, key: list[str]) -> None:
    """Raise unless `key` (place, year, perhaps measure) is there, whole, and names each row once; years must be integers."""
    missing = [name for name in key if name not in frame]
    if missing:
        raise PanelError(f"A panel needs the columns {missing}; the frame has {list(frame.columns)}.")
    place, period = key[:2]
    named = frame[key]
    blank = named.isna().any(axis=1)
    if blank.any():
        raise PanelError(f"{int(blank.sum())} rows have no {place} or {period}: rows {first_of(frame.index[blank])}.")
    years = frame[period]
    if not (pd.api.types.is_integer_dtype(years) or (pd.api.types.is_float_dtype(years) and (years % 1 == 0).all())):
        odd = frame[[not isinstance(year, int | np.integer) for year in years]]
        raise PanelError(
            f"{len(odd)} of {len(frame)} rows have a {period} that is not an integer: {first_of(_rows(odd, place, period))}. "
            "Give the year of the March that ends the financial year, as a number (2023-24 is 2024)."
        )
    if named.duplicated().any():
        twice = named[named.duplicated()].drop_duplicates().sort_values(key)
        names = [" ".join(str(v) for v in row) for row in twice.itertuples(index=False)]
        raise PanelError(f"{len(names)} place-years are given more than once: {first_of(names)}. Keep one figure for each.")


def grids(panel: pd.DataFrame, measures: list[str]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Places, years, and each measure as a places x years array by calendar; NaN where there is no figure.

    Rows may be unsorted or missing; a shift by one column is always one year.

    >>> places, years, held = grids(pd.DataFrame({"place": "A", "year": [2012, 2010], "x": [3.0, 1.0]}), ["x"])
    >>> years, held["x"]
    (array([2010, 2011, 2012]), array([[ 1., nan,  3.]]))
    """
    absent = [name for name in measures if name not in panel]
    if absent:
        raise PanelError(f"The panel has no column {absent}. It has {[c for c in panel.columns if c not in ('place', 'year')]}.")
    check_rows(panel, ["place", "year"])
    row, places = pd.factorize(panel["place"], sort=True)
    first, last = int(panel["year"].min()), int(panel["year"].max())
    column = panel["year"].to_numpy().astype(int) - first
    held = {}
    for name in measures:
        held[name] = np.full((len(places), last - first + 1), np.nan)
        held[name][row, column] = _as_float(panel, name)
    return np.asarray(places), np.arange(first, last + 1), held


def touches(years: np.ndarray, chosen, span: int = 1) -> np.ndarray:
    """Which figures, each over the `span` years that end in `years`, cover a chosen year.

    >>> touches(np.array([2019, 2020, 2021, 2022, 2023]), [2020], span=3).tolist()
    [False, True, True, True, False]
    """
    covered = np.asarray(years)[:, None] - np.arange(span)
    return np.asarray(np.isin(covered, list(chosen)).any(axis=1))


def lag_block(values: np.ndarray, lags: Sequence[int]) -> np.ndarray:
    """(lags, places, years): the values of `lag` years earlier, by calendar; NaN where the panel does not reach.

    >>> lag_block(np.array([[1.0, 2.0, 3.0]]), [0, 2, -1])[:, 0].tolist()
    [[1.0, 2.0, 3.0], [nan, nan, 1.0], [2.0, 3.0, nan]]
    """
    out = np.full((len(lags), *values.shape), np.nan)
    width = values.shape[1]
    for k, lag in enumerate(lags):
        if abs(lag) < width:
            out[k, :, max(lag, 0) : width + min(lag, 0)] = values[:, max(-lag, 0) : width - max(lag, 0)]
    return out


def write_runs(numbers: Iterable[int]) -> str:
    """Years or lags in words, those in a row as one stretch.

    >>> write_runs([0, 1, 2, 5])
    '0 to 2, 5'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in runs)


def fixed_by_place(panel: pd.DataFrame, name: str) -> pd.Series:
    """One value a place of a column that does not change with time (a region, the year of adoption); text or number.

    >>> fixed_by_place(pd.DataFrame({"place": ["A", "A"], "year": [1, 2], "region": ["N", "N"]}), "region").to_dict()
    {'A': 'N'}
    """
    if name not in panel:
        raise PanelError(f"The panel has no column {name!r}. It has {list(panel.columns)}.")
    several = panel.groupby("place")[name].nunique()
    if (several > 1).any():
        raise PanelError(f"{name} must not change within a place; it does in {first_of(several.index[several > 1])}.")
    return panel.groupby("place")[name].first()


def source_cells(panel: pd.DataFrame, *measures: str) -> tuple[str, ...]:
    """The cells behind the figures of `measures` in these rows, as :func:`icslib.load_panel` noted them, each once; the name of
    the table for a measure of which no cell is known, and nothing for one of a frame of one's own.
    """
    cells, tables = (panel.attrs.get(key, {}) for key in ("cells", "tables"))
    found: dict[str, None] = {}
    for name in dict.fromkeys(measures):
        rows = panel[panel[name].notna()] if name in panel else panel[:0]
        refs = [
            ref for place, year in zip(rows["place"], rows["year"], strict=True) for ref in cells.get((place, year, name), ())
        ]
        found.update(dict.fromkeys(refs or filter(None, [tables.get(name)])))
    return tuple(found)


def _units_and_spans(frame: pd.DataFrame) -> dict:
    """Unit of each measure, and how many years one figure of it spans; a measure with two units is an error."""
    out: dict[str, dict] = {}
    if "unit" in frame:
        several = frame.groupby("measure")["unit"].nunique()
        if (several > 1).any():
            raise PanelError(
                f"These measures come in more than one unit: {list(several.index[several > 1])}. Convert them first."
            )
        out["units"] = frame.groupby("measure")["unit"].first().to_dict()
    if {"start", "end"} <= set(frame):
        days = (pd.to_datetime(frame["end"]) - pd.to_datetime(frame["start"])).dt.days + 1
        out["spans"] = (days / 365.25).groupby(frame["measure"]).median().round().clip(lower=1).astype(int).to_dict()
    return out


def _is_attribute(column: pd.Series) -> bool:
    """Whether a column holds words only."""
    words = not pd.api.types.is_numeric_dtype(column) and column.notna().any()
    return words and pd.to_numeric(column, errors="coerce").isna().all()


def _as_float(panel: pd.DataFrame, name: str) -> pd.Series:
    """Column `name` as floats; text that is not a number is an error naming the rows."""
    try:
        values = panel[name].astype(float)
    except (TypeError, ValueError):
        odd = panel[pd.to_numeric(panel[name], errors="coerce").isna() & panel[name].notna()]
        seen = [f"{row}: {value!r}" for row, value in zip(_rows(odd, "place", "year"), odd[name], strict=True)]
        raise PanelError(f"{name} holds text in {len(odd)} rows: {first_of(seen)}. A measure is a number or empty.") from None
    if (endless := np.isinf(values.to_numpy())).any():
        odd = panel[endless]
        raise PanelError(
            f"{name} is infinite in {len(odd)} rows: {first_of(_rows(odd, 'place', 'year'))}. Leave such figures empty."
        )
    return values


def _refuse_gaps(panel: pd.DataFrame) -> None:
    gaps = panel[panel.iloc[:, 2:].isna().any(axis=1)]
    if len(gaps):
        raise PanelError(
            f"{len(gaps)} of {len(panel)} place-years are missing: {first_of(_rows(gaps, 'place', 'year'))}. "
            'Pass gaps="keep" to carry them as NaN.'
        )


def _rows(frame: pd.DataFrame, place: str, period: str) -> list[str]:
    return [f"{p} {y}" for p, y in zip(frame[place], frame[period], strict=True)]


def first_of(items, count: int = 3) -> str:
    """The first few of many, and how many more there are."""
    items = [str(item) for item in items]
    more = f" and {len(items) - count} more" if len(items) > count else ""
    return ", ".join(items[:count]) + more
