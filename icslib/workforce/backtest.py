"""How far projections from earlier years missed, beside the last value known, and how much wider their fans should have been.

From every origin a series is projected with what was known then. A miss over the half-width of the 95% fan on its side is a
score: above 1 the fan did not hold the truth. Fans are widened at each horizon by the factor that holds 95% of scores: the
ceil(0.95 (n + 1))-th smallest of n, never below 1 (split conformal prediction; Lei and others 2018, *Journal of the American
Statistical Association* 113:1094-1111). Whether that works is judged out of sample twice: on each series with the factor of the
others, and on later origins with the factor of the earlier half. Series share the shocks of a year, and origins are few, so the
second says more and the first is kinder than it looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..panel import source_cells
from ..results import Result
from .flow import LEVELS, check_flows, draw_stock, net_flow

SHARE = 0.95


@dataclass(frozen=True, eq=False)
class BackTest(Result):
    """How far projections from earlier years missed.

    Attributes
    ----------
    table : DataFrame, index ``horizon``
        ``projections``, ``error`` and ``naive_error`` (mean absolute, percent of the figure), ``ratio``, ``inside`` (percent
        within the 95% fan), ``widen`` (the factor that would have held 95%), ``others`` and ``later`` (percent within the fan
        widened by the factor of the other series, and by that of earlier origins; NaN with one origin).
    misses : DataFrame
        Every projection: ``series``, ``origin``, ``horizon``, ``actual``, ``projected``, ``low_95``, ``high_95``, ``naive``,
        ``score``.
    """

    table: pd.DataFrame
    misses: pd.DataFrame
    sources: tuple[str, ...] = ()

    @property
    def by_series(self) -> pd.DataFrame:
        """The first columns of ``table`` by series and horizon."""
        told = {key: _judge(part) for key, part in self.misses.groupby(["series", "horizon"])}
        return pd.DataFrame(told).T.rename_axis(["series", "horizon"])[["projections", "error", "naive_error", "inside"]]

    @property
    def widen(self) -> pd.Series:
        """The factor by years ahead, for :func:`.flow.project_workforce`."""
        return self.table["widen"]

    @property
    def finding(self) -> str:
        """Error beside the naive forecast, how often the fan held the truth, and how often once widened."""
        horizon, row = self.table.index[-1], self.table.iloc[-1]
        wide = f"; {row['widen']:.1f} times as wide, as the other series ask for, it held {row['others']:.0f}%"
        return (
            f"{horizon} year{'s' if horizon > 1 else ''} ahead, such projections from earlier years missed by "
            f"{row['error']:.1f}%; "
            f"the last value known missed by {row['naive_error']:.1f}%. The 95% fan held {row['inside']:.0f}% of what came"
            f"{wide if row['widen'] > 1 else ''}."
        )


def back_test(
    stocks: pd.DataFrame | pd.Series,
    horizons: Sequence[int] = (1, 3, 5),
    *,
    of: str = "",
    least: int = 4,
    draws: int = 4_000,
    seed: int = 1,
) -> BackTest:
    """Project every series from every earlier year with what was known then; misses beside the naive forecast, and the factors
    to widen fans by.

    Parameters
    ----------
    stocks : DataFrame, index year, one column a series (a Series is one); or a panel, of whose places the measure `of` is taken
    least : years of history needed before the first origin, in three figures or more
    """
    frame = stocks.to_frame() if isinstance(stocks, pd.Series) else stocks
    sources = source_cells(frame, of) if of else stocks.attrs.get("cells", ())
    frame = frame.pivot(index="year", columns="place", values=of) if of else frame
    rows = []
    for name in frame:
        held = frame[name].dropna()
        for origin in held.index:
            known = held.loc[:origin]
            ahead = [h for h in horizons if origin + h in held.index]
            if len(known) < 3 or origin - held.index[0] < least or not ahead:
                continue
            drawn = draw_stock(
                float(known.iloc[-1]), check_flows(net_flow(known), str(name)), max(ahead), draws, np.random.default_rng(seed)
            )
            low, median, high = np.percentile(drawn, [LEVELS[level] for level in ("low_95", "median", "high_95")], axis=0)
            rows += [(name, origin, h, held[origin + h], median[h], low[h], high[h], known.iloc[-1]) for h in ahead]
    if not rows:
        raise NotIdentified(f"No series has {least + 1} years and {min(horizons)} after them. Lower `least` or the horizons.")
    misses = pd.DataFrame(rows, columns=["series", "origin", "horizon", "actual", "projected", "low_95", "high_95", "naive"])
    miss = misses["actual"] - misses["projected"]
    half = np.where(miss > 0, misses["high_95"] - misses["projected"], misses["projected"] - misses["low_95"])
    misses["score"] = miss.abs() / half
    return BackTest(
        pd.DataFrame({h: _judge(part) for h, part in misses.groupby("horizon")}).T.rename_axis("horizon"), misses, sources
    )


def factor(scores: np.ndarray, share: float = SHARE) -> float:
    """The factor that holds `share` of future scores like these: their ceil(share (n + 1))-th smallest, the largest where n is
    too few, 1 at least.

    >>> factor(np.linspace(0.1, 2.0, 20))
    2.0
    """
    rank = min(int(np.ceil(share * (len(scores) + 1))), len(scores))
    return float(max(1.0, np.sort(scores)[rank - 1]))


def _judge(misses: pd.DataFrame) -> pd.Series:
    """One horizon: errors, coverage, the factor, and coverage with the factor of other series and of earlier origins."""
    size, score = misses["actual"].abs(), misses["score"]
    error, naive = (float(100 * ((misses[name] - misses["actual"]).abs() / size).mean()) for name in ("projected", "naive"))
    series, origins = misses["series"].unique(), np.sort(misses["origin"].unique())
    held = [
        score[misses["series"] == one] <= factor(score[misses["series"] != one].to_numpy()) for one in series if len(series) > 1
    ]
    early = misses["origin"] < origins[max(1, len(origins) // 2)] if len(origins) > 1 else pd.Series(True, index=misses.index)
    return pd.Series(
        {
            "projections": len(misses),
            "error": error,
            "naive_error": naive,
            "ratio": error / naive,
            "inside": 100 * (score <= 1).mean(),
            "widen": factor(score.to_numpy()),
            "others": 100 * pd.concat(held).mean() if held else np.nan,
            "later": 100 * (score[~early] <= factor(score[early].to_numpy())).mean(),
        }
    )
