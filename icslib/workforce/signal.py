"""Signal or noise: XmR charts with the rules of NHS England's Making Data Count.

Limits of a period are its mean plus and minus 2.66 times the mean moving range; moving ranges above 3.267 times their mean are
left out of that mean once, so that one jump does not widen the limits. Four rules, each flagging every point that takes part:

    outside limits      a point beyond a limit
    shift               seven or more in a row on one side of the mean
    trend               seven or more in a row rising, or falling
    two of three        of three in a row on one side, two beyond two thirds of the way to the limit (and within it)

These are the definitions of Making Data Count as the NHS-R community's *plotthedots* carries them out; the tests hold limits and
flags to its published reference values. Limits are set anew only where `rebase` says so, or at the start of a shift when
`rebase="shift"` states that rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified, ParameterError
from ..numbers import write_number
from ..results import Result
from ..tidy import cell_refs, only
from .wording import told_day

LIMIT, SCREEN, RUN = 2.66, 3.267, 7
RULES = ("outside limits", "shift", "trend", "two of three")
WORDS = {
    "common cause": "within the usual range",
    "improvement": "a signal of improvement",
    "concern": "a signal of concern",
    "high": "a signal, high",
    "low": "a signal, low",
}
LEAST = 12  # points below which Making Data Count calls limits tentative


@dataclass(frozen=True, eq=False)
class Xmr(Result):
    """A series with its limits and signals.

    Attributes
    ----------
    points : DataFrame, index as given
        ``value``, ``period`` (number of the baseline), ``mean``, ``lower``, ``upper``, one boolean column a rule, ``signal`` (the
        rules in words, or ``""``) and ``icon`` (``common cause``, ``improvement``, ``concern``, ``high`` or ``low``); ``cells``
        where observations were given.
    baselines : DataFrame
        ``first``, ``last``, ``points``, ``mean``, ``lower``, ``upper``, ``tentative`` of each period, and the ``reason`` for
        setting it.
    gaps : index of points without a value, over which no moving range is taken
    """

    points: pd.DataFrame
    baselines: pd.DataFrame
    name: str
    unit: str = ""
    gaps: tuple = ()

    @property
    def finding(self) -> str:
        """What the last point is, how many signals there are, and on how many points the limits stand."""
        last = self.points.dropna(subset=["value"]).iloc[-1]
        base = self.baselines.iloc[-1]
        about = WORDS[last["icon"]]
        by = f" ({last['signal']})" if last["signal"] else ""
        limits = f"{write_number(last['lower'], self.unit)} to {write_number(last['upper'], self.unit)}"
        tentative = f", tentative below {LEAST}" if base["tentative"] else ""
        flagged = int((self.points["signal"] != "").sum())
        return (
            f"{self.name} stood at {write_number(last['value'], self.unit)} in {told_day(last.name)}, {about}{by}. The usual "
            f"range is {limits} "
            f"on {base['points']} points{tentative}. {flagged} of {int(self.points['value'].notna().sum())} points are signals."
        )


def xmr(
    series: pd.Series | pd.DataFrame,
    *,
    better: str = "",
    rebase: Iterable | str = (),
    baseline: int | None = None,
    unit: str = "",
    name: str = "",
) -> Xmr:
    """XmR chart of one series in time order.

    Parameters
    ----------
    series : Series of float, index sorted (dates, periods or integers); or observations of one place and measure, whose cells
    are then kept
    better : "higher", "lower" or ""
        Decides whether a signal is improvement or concern; without it, signals are high or low.
    rebase : index values at which a new baseline starts, each for a reason known to whoever gives it; or ``"shift"``:
        a new baseline starts where a shift of seven or more starts and lasts to the end of the series.
    baseline : int, optional
        Set limits from the first `baseline` points of each period only, and hold the rest to them.

    Raises
    ------
    NotIdentified
        With fewer than two neighbouring values in a period: there is no moving range.

    >>> chart = xmr(pd.Series([5.0, 5.2, 4.9, 5.1, 5.0, 9.0]), better="lower", unit="percent", name="Sickness")
    >>> tuple(chart.points[["signal", "icon"]].iloc[-1])
    ('outside limits', 'concern')
    """
    if better not in ("", "higher", "lower"):
        raise ParameterError(f"better={better!r} is not known. Choose 'higher', 'lower' or '' where neither is better.")
    cells = None
    if isinstance(series, pd.DataFrame):
        held = series.sort_values("start").set_index("start")
        series, cells = held["value"].rename(only(held, "measure")), cell_refs(held)
    series = series.astype(float)
    if not series.index.is_monotonic_increasing or not series.index.is_unique:
        raise ParameterError("The series is not in time order, or a time stands twice. Sort it, and keep one value a time.")
    asked = [] if isinstance(rebase, str) else list(rebase)
    starts = _shift_starts(series, baseline) if rebase == "shift" else _starts(series, asked)
    reason = "start of a shift that lasts" if rebase == "shift" else "as asked"
    period = pd.Series(np.searchsorted(starts, np.arange(len(series)), side="right"), index=series.index)
    parts, bases = [], []
    for number, part in series.groupby(period):
        mean, lower, upper = _limits(part, baseline)
        parts.append(_flags(part, mean, lower, upper).assign(period=number, mean=mean, lower=lower, upper=upper))
        held = int(part.iloc[:baseline].notna().sum())
        why = reason if number > 0 else "start of the series"
        bases.append((part.index[0], part.index[-1], held, mean, lower, upper, held < LEAST, why))
    points = pd.concat(parts)
    points["icon"] = _icons(points, better)
    columns = ["first", "last", "points", "mean", "lower", "upper", "tentative", "reason"]
    points = points[["value", "period", "mean", "lower", "upper", *RULES, "signal", "icon"]]
    if cells is not None:
        points["cells"], points.attrs["cells"] = cells, tuple(cells)
    return Xmr(
        points=points,
        baselines=pd.DataFrame(bases, columns=columns),
        name=name or str(series.name or "Series"),
        unit=unit,
        gaps=tuple(series.index[series.isna()]),
    )


def _starts(series: pd.Series, asked: list) -> list[int]:
    absent = [at for at in asked if at not in series.index]
    if absent:
        span = f"{series.index[0]} to {series.index[-1]}"
        raise ParameterError(f"The series has no point at {absent}, so no baseline can start there. It runs from {span}.")
    return sorted(series.index.get_loc(at) for at in asked)


def _limits(part: pd.Series, baseline: int | None) -> tuple[float, float, float]:
    base = part.iloc[:baseline]
    moves = base.diff().abs().dropna()
    if moves.empty:
        count = int(base.notna().sum())
        raise NotIdentified(
            f"The baseline from {part.index[0]} has {count} values, none beside another: no moving range, so no limits."
        )
    moves = moves[moves < SCREEN * moves.mean()] if (moves > 0).any() else moves
    mean, reach = float(base.mean()), LIMIT * float(moves.mean())
    return mean, mean - reach, mean + reach


def _flags(part: pd.Series, mean: float, lower: float, upper: float) -> pd.DataFrame:
    value = part.to_numpy()
    side = np.nan_to_num(np.sign(value - mean))
    outside = (value > upper) | (value < lower)
    near = ~outside & (np.abs(value - mean) > (upper - mean) * 2 / 3)
    rules = dict(zip(RULES, [outside, _in_runs(side, RUN), _in_trends(value), _two_of_three(near, side)], strict=True))
    frame = pd.DataFrame({"value": value, **rules}, index=part.index)
    frame["signal"] = ["; ".join(rule for rule in RULES if row[rule]) for _, row in frame.iterrows()]
    return frame


def _in_runs(side: np.ndarray, length: int) -> np.ndarray:
    """Whether each point belongs to `length` or more neighbours of the same sign (0 breaks a run).

    >>> _in_runs(np.array([1, 1, 1, -1]), 3).tolist()
    [True, True, True, False]
    """
    taking_part = np.zeros(len(side), bool)
    for start in range(len(side) - length + 1):
        window = side[start : start + length]
        if abs(window.sum()) == length:
            taking_part[start : start + length] = True
    return taking_part


def _in_trends(value: np.ndarray) -> np.ndarray:
    """Seven points rising or falling are six steps of one sign; all seven take part."""
    runs = _in_runs(np.nan_to_num(np.sign(np.diff(value))), RUN - 1)
    return np.append(runs, False) | np.insert(runs, 0, False)


def _two_of_three(near: np.ndarray, side: np.ndarray) -> np.ndarray:
    taking_part = np.zeros(len(near), bool)
    for start in range(len(near) - 2):
        three = slice(start, start + 3)
        if near[three].sum() >= 2 and abs(side[three].sum()) == 3:
            taking_part[three] |= near[three]
    return taking_part


def _shift_starts(series: pd.Series, baseline: int | None) -> list[int]:
    """Where a run of seven or more on one side of its baseline's mean starts and lasts to the end, again and again."""
    starts: list[int] = []
    first = 0
    while True:
        part = series.iloc[first:]
        side = np.nan_to_num(np.sign(part.to_numpy() - _limits(part, baseline or LEAST)[0]))
        change = int(np.flatnonzero(side != side[-1])[-1]) + 1 if (side != side[-1]).any() else 0
        if change < LEAST or len(part) - change < RUN or side[-1] == 0:
            return starts
        first += change
        starts.append(first)


def _icons(points: pd.DataFrame, better: str) -> pd.Series:
    high = points["value"] > points["mean"]
    words = np.where(high == (better == "higher"), "improvement", "concern") if better else np.where(high, "high", "low")
    return pd.Series(np.where(points["signal"] != "", words, "common cause"), index=points.index).where(points["value"].notna())
