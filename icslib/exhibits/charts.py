"""Drawing helpers: every chart of the library in one voice.

Grey for all, one colour for who is asked about, the zero line drawn, the unit on the axis,
uncertainty drawn wherever it is given. Each takes matplotlib ``Axes`` (or a ``Figure`` for several)
and a pandas object, and gives the axes back. Colours and sizes come from :mod:`icslib.style`.

    Exhibit(..., draw=lambda figure: ranked_dots(figure.subplots(), surplus, unit="GBP m", asked="Ambleton"))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .. import style

Names = str | Sequence[str]


def ranked_dots(
    ax: Any,
    values: pd.Series,
    *,
    unit: str,
    asked: Names = (),
    low: pd.Series | None = None,
    high: pd.Series | None = None,
    reference: float | None = None,
    reference_label: str = "",
) -> Any:
    """One dot a place, largest at the top, its interval as a line when `low` and `high` are given.

    `values`, `low`, `high` share an index of names to print; NaN places are left out (say so in the notes).
    """
    order = values.dropna().sort_values()
    spots, picked = np.arange(len(order)), _picked(order.index, asked)
    colours = np.where(picked, style.ASKED, style.ALL)
    if low is not None and high is not None:
        ax.hlines(spots, low.reindex(order.index), high.reindex(order.index), color=colours, linewidth=1.2)
    ax.scatter(order.to_numpy(float), spots, c=colours, s=np.where(picked, 44, 24), zorder=3)
    inks = np.where(picked, style.ASKED, style.INK)
    name_rows(ax, spots, order.index, inks, style.SMALL if len(order) > 24 else style.SIZE)
    ax.set_ylim(-0.8, len(order) - 0.2)
    _reference(ax, reference, reference_label)
    return finish(ax, unit, along="x")


def bars(ax: Any, values: pd.Series, *, unit: str, low: pd.Series | None = None, high: pd.Series | None = None) -> Any:
    """Horizontal bars in the order given, first at the top, from the zero line."""
    spots = np.arange(len(values))[::-1]
    ax.barh(spots, values.to_numpy(float), color=style.ALL, height=0.7)
    if low is not None and high is not None:
        ax.hlines(spots, low.reindex(values.index), high.reindex(values.index), color=style.INK, linewidth=1.2)
    ax.set_yticks(spots, values.index)
    return finish(ax, unit, along="x", zero=True)


def columns(ax: Any, values: pd.Series, *, unit: str, colours: str | Sequence[str] = style.ALL) -> Any:
    """Upright bars in the order given, from the zero line."""
    ax.bar([str(name) for name in values.index], values.to_numpy(float), color=colours, width=0.75)
    return finish(ax, unit, along="y", zero=True)


def lines(
    ax: Any,
    frame: pd.DataFrame | pd.Series,
    *,
    unit: str,
    asked: Names = (),
    bands: Mapping[str, tuple[pd.Series, pd.Series]] | None = None,
    zero: bool = False,
) -> Any:
    """One line a column over the index; `bands` shades low to high of the named columns.

    Up to five columns take the series colours and are named at their ends; with more, all are grey and
    only those in `asked` coloured and named. A gap in the data is a gap in the line.
    """
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    picked = _picked(frame.columns, asked)
    few = not picked.any() and len(frame.columns) <= len(style.SERIES)
    hues = iter(style.SERIES * (1 + len(frame.columns) // len(style.SERIES)))
    ends = []
    for name, chosen in sorted(zip(frame.columns, picked, strict=True), key=lambda pair: bool(pair[1])):
        coloured = chosen or few
        colour = next(hues) if coloured else style.ALL
        series = frame[name].astype(float)
        ax.plot(
            frame.index, series, color=colour, linewidth=2 if coloured else 0.8, marker="o" if coloured else None, markersize=3.5
        )
        if bands and name in bands:
            low, high = (side.reindex(frame.index).astype(float) for side in bands[name])
            ax.fill_between(frame.index, low, high, color=colour, alpha=0.16, linewidth=0)
        if coloured and series.notna().any() and len(frame.columns) > 1:
            ends.append((series.dropna().index[-1], series.dropna().iloc[-1], str(name), colour))
    _name_ends(ax, ends)
    if len(frame.index) and all(isinstance(value, (int, np.integer)) for value in frame.index):
        ax.xaxis.get_major_locator().set_params(integer=True)
    return finish(ax, unit, along="y", zero=zero)


def caterpillar(ax: Any, frame: pd.DataFrame, *, unit: str, xlabel: str = "") -> Any:
    """Estimates along the page with upright intervals: effects by lag.

    `frame` has ``estimate``, ``low``, ``high`` and, when there is a wider simultaneous band, ``band_low`` and
    ``band_high`` (thin line). A column ``supported`` set to False draws the estimate hollow.
    """
    spots, colour = np.arange(len(frame)), style.ASKED
    if "band_low" in frame:
        ax.vlines(spots, frame["band_low"].astype(float), frame["band_high"].astype(float), color=colour, linewidth=0.8)
    ax.vlines(spots, frame["low"].astype(float), frame["high"].astype(float), color=colour, linewidth=2.4, alpha=0.75)
    solid = frame["supported"].to_numpy(bool) if "supported" in frame else np.ones(len(frame), bool)
    faces = np.where(solid, colour, style.PAPER)
    ax.scatter(spots, frame["estimate"].astype(float), c=faces, edgecolors=colour, s=30, zorder=3)
    ax.set_xticks(spots, map(str, frame.index))
    ax.set_xlabel(xlabel)
    return finish(ax, unit, along="y", zero=True)


def scatter(ax: Any, frame: pd.DataFrame, x: str, y: str, *, xunit: str, unit: str, asked: Names = (), marked: Names = ()) -> Any:
    """One dot a row of `frame`, whose index holds the names; `asked` coloured and named, `marked` named."""
    picked, spots = _picked(frame.index, asked), frame[[x, y]].astype(float)
    ax.scatter(spots[x], spots[y], c=np.where(picked, style.ASKED, style.ALL), s=np.where(picked, 48, 26), zorder=3)
    for name, spot in spots[picked | _picked(frame.index, marked)].dropna().iterrows():
        ax.annotate(str(name), tuple(spot), xytext=(6, 4), textcoords="offset points", fontsize=style.SMALL)
    ax.set_xlabel(xunit)
    finish(ax, unit, along="y", zero=bool((frame[y] < 0).any()))
    ax.grid(True, axis="x")
    return ax


def funnel(ax: Any, frame: pd.DataFrame, x: str, y: str, limits: pd.DataFrame, middle: float, **how: Any) -> Any:
    """A :func:`scatter` of values against size between their limits (index size): dotted if ``plain``, dashed if 95% within
    wider ones.
    """
    for side in limits:
        dash = ":" if side.startswith("plain") else "--" if side.endswith("_95") else "-"
        ax.plot(limits[side], color=style.QUIET, linestyle=dash, linewidth=1)
    ax.axhline(middle, color=style.SECOND, linewidth=1)
    return scatter(ax, frame, x, y, **how)


def bridge(ax: Any, start: tuple[str, float], steps: Mapping[str, float], end: str, *, unit: str) -> Any:
    """From one total to another through signed steps: before, what changed it, after.

    The last bar is the sum, so the picture cannot disagree with itself.
    """
    names = [start[0], *steps, end]
    tops = start[1] + np.cumsum([0.0, *steps.values()])
    spots = np.arange(len(names))[::-1]
    ax.barh(spots[[0, -1]], [start[1], tops[-1]], color=style.ALL, height=0.65)
    for spot, size, top in zip(spots[1:-1], steps.values(), tops[1:], strict=True):
        ax.barh(spot, size, left=top - size, color=style.ASKED if size >= 0 else style.SECOND, height=0.65)
    ax.vlines(tops, spots[:-1] - 1.3, spots[:-1] + 0.3, color=style.QUIET, linewidth=0.6)
    ax.set_yticks(spots, names)
    return finish(ax, unit, along="x", zero=True)


def small_multiples(figure: Any, parts: Mapping[str, Any], draw: Callable[[Any, Any], Any], *, shared: bool = True) -> list:
    """One small chart a part, all on the same scale unless `shared` is False: ``draw(ax, part)`` for each; four stand two by
    two.
    """
    across = 2 if len(parts) == 4 else min(3, len(parts))
    down = -(-len(parts) // across)
    grid = figure.subplots(down, across, sharex=shared, sharey=shared, squeeze=False).ravel()
    for ax, (name, part) in zip(grid, parts.items(), strict=False):
        draw(ax, part)
        ax.set_title(str(name), fontsize=style.SIZE, color=style.INK)
    for ax in grid[len(parts) :]:
        ax.remove()
    return list(grid[: len(parts)])


def name_rows(ax: Any, spots: Iterable, names: Iterable, colours: Iterable, size: float = style.SMALL) -> None:
    """Write a name before each row of a chart, in place of ticks, which are slow to make; the longest few decide the margin."""
    at, up, side = ax.get_yaxis_text1_transform(4)
    ax.set_yticks([])
    told = [
        ax.text(0, spot, str(name), transform=at, va=up, ha=side, color=colour, fontsize=size)
        for spot, name, colour in zip(spots, names, colours, strict=True)
    ]
    for short in sorted(told, key=lambda text: len(text.get_text()))[:-3]:
        short.set_in_layout(False)


def finish(ax: Any, unit: str, along: str, zero: bool | None = None) -> Any:
    """Unit on the value axis, grid across it, and the zero line when values lie on both sides (or `zero`)."""
    ax.grid(False, axis="y" if along == "x" else "x")
    getattr(ax, f"set_{along}label")(style.UNIT_WORDS.get(unit, unit))
    low, high = ax.get_xlim() if along == "x" else ax.get_ylim()
    if zero or low < 0 < high:
        (ax.axvline if along == "x" else ax.axhline)(0, color=style.INK, linewidth=1)
    getattr(ax, f"{along}axis").set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))
    return ax


def _picked(names: Sequence, asked: Names) -> np.ndarray:
    wanted = {asked} if isinstance(asked, str) else set(asked)
    return np.array([name in wanted for name in names], dtype=bool)


def _reference(ax: Any, at: float | None, label: str) -> None:
    if at is not None:
        ax.axvline(at, color=style.SECOND, linewidth=1, linestyle="--")
        ax.annotate(label, (at, 1), xycoords=("data", "axes fraction"), xytext=(3, 2), textcoords="offset points",
                    color=style.SECOND, fontsize=style.SMALL)  # fmt: skip


def _name_ends(ax: Any, ends: list[tuple]) -> None:
    """Write each line's name at its end, moved apart where they would touch."""
    low, high = ax.get_ylim()
    gap, last = (high - low) * 0.055, -np.inf
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        last = max(y, last + gap)
        ax.annotate(name, (x, last), xytext=(7, 0), textcoords="offset points", color=colour, va="center", fontsize=style.SMALL,
                    annotation_clip=False)  # fmt: skip
