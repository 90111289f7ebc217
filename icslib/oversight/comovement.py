"""How far one system's own outcomes and its performance on national targets move together.

A system has few years, so its own correlation says little: over n changes, 95% of figures from a system without any link lie
within tanh(1.96 / root (n - 3)) of zero (Fisher 1921). It is therefore given with its interval, beside the correlation of all
systems' changes taken together, and drawn to that by as much as systems cannot be told apart (a normal model of arctanh r with a
flat prior on the spread between systems, integrated over the spread; Rubin 1981, *Journal of Educational Statistics* 6:377-401).

A change is from one period to the next that does not overlap it: a figure of three years moves over three years, beside the mean
of the target over the same three. Each is taken less all systems' mean change of that period, over how much systems differed in
it, and signed so that better is up. Correlation over time in a system is allowed for by Bartlett's factor at one period, n / (1 +
2 (1 - 1/n) r_y r_x).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number
from ..panel import grids, source_cells
from ..results import Result
from ..stats.inference import Z
from ..stats.tried import holm

FEWEST = 4  # changes below which a correlation has no interval


@dataclass(frozen=True, eq=False)
class Comovement(Result):
    """Correlations of changes, of all systems together and of each.

    Attributes
    ----------
    pairs : DataFrame, one row an outcome and a target
        ``outcome``, ``target``, ``span`` (years of a change), ``changes`` (of a system, at most), ``systems``, ``together``,
        ``low``, ``high`` (all systems' changes, 95% by leaving out a system at a time), ``p`` and ``holm`` (allowing for all
        pairs), ``needed`` (what one system's own figure would have to pass; NaN where it has none).
    by_place : DataFrame, one row a system and pair
        ``place``, ``outcome``, ``target``, ``changes``, ``own``, ``own_low``, ``own_high`` (NaN with fewer than four changes),
        ``drawn``, ``low``, ``high`` (drawn to all systems').
    names : dict, measures in words
    sources : the cells of the panel
    """

    pairs: pd.DataFrame
    by_place: pd.DataFrame
    names: dict[str, str]
    unit: str = "correlation"
    sources: tuple[str, ...] = ()

    @property
    def own(self) -> pd.DataFrame:
        """The rows with a figure of one system's own."""
        return self.by_place.dropna(subset=["own"])

    @property
    def headline(self) -> str:
        """Whether outcomes and targets move together, of all systems."""
        clear = self.pairs[self.pairs["holm"] < 0.05].itertuples()
        way = lambda row: "together" if row.together > 0 else "apart"  # noqa: E731
        said = "; ".join(f"{self.told(row.outcome, row.target)} moved {way(row)}" for row in clear)
        return said or "Better years on national targets were not, as far as can be told, better years for outcomes"

    @property
    def finding(self) -> str:
        """All systems together, then what a system's own few years can show."""
        low, high = (write_number(self.pairs["together"].agg(end), places=2) for end in ("min", "max"))
        count = int((self.pairs["holm"] < 0.05).sum()) or "none"
        lie = f"over all systems {len(self.pairs)} correlations lie from {low} to {high}"
        said = f"{self.headline}: {lie}, {count} to be told from zero once all are counted."
        if self.own.empty:
            return f"{said} No system has enough changes for a figure of its own."
        clear = int(((self.own["own_low"] > 0) | (self.own["own_high"] < 0)).sum())
        least = write_number(self.pairs["needed"].min(), places=1)
        return (
            f"{said} One system by itself has {self.own['changes'].max()} changes at most, too few to tell a correlation below "
            f"{least} from none: "
            f"{clear} of {len(self.own)} own figures can be told, and chance alone would give {0.05 * len(self.own):.0f}."
        )

    def told(self, outcome: str, target: str) -> str:
        """A pair in words."""
        return f"{self.names[outcome]} and {self.names[target]}"


def move_together(
    panel: pd.DataFrame,
    outcomes: Sequence[str],
    targets: Sequence[str],
    *,
    lower: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> Comovement:
    """Correlation of the changes of each outcome with those of each target, of all systems together and of each system.

    Parameters
    ----------
    panel : ``place``, ``year``, the measures; ``attrs["spans"]`` says how many years a figure covers (1 where it says nothing)
    lower : the measures of which less is better; of all others more is
    names : measures in words

    Raises
    ------
    NotIdentified
        A pair that fewer than five places hold over two periods.

    >>> years = pd.DataFrame({"place": [*"AAABBBCCCDDDEEE"], "year": [2020, 2021, 2022] * 5})
    >>> moved = years.assign(deaths=[3., 1, 2, 3, 2, 5, 3, 4, 1, 3, 2, 2, 3, 5, 4], waits=lambda f: 2 * f["deaths"])
    >>> move_together(moved, ["deaths"], ["waits"], lower=["deaths", "waits"]).pairs["together"].round(3).tolist()
    [1.0]
    """
    places, _, held = grids(panel, [*outcomes, *targets])
    up = {name: -held[name] if name in lower else held[name] for name in held}
    pairs, parts = [], []
    for outcome in outcomes:
        span = int(panel.attrs.get("spans", {}).get(outcome, 1))
        for target in targets:
            y, x = _changes(up[outcome], up[target], span)
            if np.isfinite(y).any(axis=1).sum() < 5:
                raise NotIdentified(f"Fewer than five places hold changes of both {outcome} and {target}. Use more years.")
            counts, part = _each(y, x)
            needed = np.tanh(Z / np.sqrt(part["n"].max() - 3)) if part["own"].notna().any() else np.nan
            pairs.append((outcome, target, span, counts.max(), int((counts > 0).sum()), *_together(y, x), needed))
            parts.append(part.assign(place=places, outcome=outcome, target=target, changes=counts)[counts > 0])
    columns = ["outcome", "target", "span", "changes", "systems", "together", "low", "high", "p", "needed"]
    front = ["place", "outcome", "target", "changes", "own", "own_low", "own_high", "drawn", "low", "high"]
    words = {name: name.replace("_", " ") for name in held} | dict(names or {})
    table = pd.DataFrame(pairs, columns=columns).assign(holm=lambda told: holm(told["p"]))
    sources = source_cells(panel, *outcomes, *targets)
    return Comovement(table, pd.concat(parts, ignore_index=True)[front], words, sources=sources)


def _changes(y: np.ndarray, x: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Changes over `span` years, counted back from the last year both are held, (places, periods): standard scores in their
    period.
    """
    if span > 1 and span <= x.shape[1]:
        means = np.lib.stride_tricks.sliding_window_view(x, span, axis=1).mean(axis=-1)
        x = np.concatenate([np.full((len(x), span - 1), np.nan), means], axis=1)
    both = np.flatnonzero((np.isfinite(y) & np.isfinite(x)).any(axis=0))
    spots = np.arange(both[-1] % span, both[-1] + 1, span) if len(both) else both
    dy, dx = np.diff(y[:, spots], axis=1), np.diff(x[:, spots], axis=1)
    seen = np.isfinite(dy) & np.isfinite(dx)
    kept = seen.sum(axis=0) >= 5
    out = []
    for moved in (dy, dx):
        moved = np.where(seen, moved, np.nan)[:, kept]
        out.append((moved - np.nanmean(moved, axis=0)) / np.nanstd(moved, axis=0))
    return out[0], out[1]


def _together(y: np.ndarray, x: np.ndarray) -> tuple[float, float, float, float]:
    """Correlation of all changes, with a 95% interval and a p-value from leaving out one place at a time on the scale of
    arctanh.
    """
    sums = np.nansum([y * x, y**2, x**2], axis=2)  # (3, places)
    left = sums.sum(axis=1, keepdims=True) - sums
    z = np.arctanh(np.clip(left[0] / np.sqrt(left[1] * left[2]), -1 + 1e-12, 1 - 1e-12))
    count = len(z)
    se = max(np.sqrt((count - 1) / count * ((z - z.mean()) ** 2).sum()), 1e-12)
    whole = sums.sum(axis=1)
    r = float(whole[0] / np.sqrt(whole[1] * whole[2]))
    reach = stats.t.ppf(0.975, count - 1) * se
    middle = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return r, float(np.tanh(middle - reach)), float(np.tanh(middle + reach)), float(2 * stats.t.sf(abs(middle) / se, count - 1))


def _each(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Changes of each place, and its own correlation with its interval, and drawn to that of all."""
    counts = np.isfinite(y).sum(axis=1)
    centred = [moved - np.nanmean(np.where(counts[:, None] > 0, moved, 0.0), axis=1, keepdims=True) for moved in (y, x)]
    alike = [np.nansum(c[:, 1:] * c[:, :-1]) / np.nansum(c**2) if y.shape[1] > 1 else 0.0 for c in centred]
    counted = np.maximum(counts, 1)
    n = counts / (1 + 2 * (1 - 1 / counted) * alike[0] * alike[1])
    enough = (counts >= FEWEST) & (n > 3)
    out = pd.DataFrame(np.nan, index=range(len(y)), columns=["n", "own", "own_low", "own_high", "drawn", "low", "high"])
    if not enough.any():
        return counts, out
    a, b = (c[enough] for c in centred)
    r = np.nansum(a * b, axis=1) / np.sqrt(np.nansum(a**2, axis=1) * np.nansum(b**2, axis=1))
    z, se = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), 1 / np.sqrt(n[enough] - 3)
    mean, sd = draw_together(z, se)
    told = {"own": r, "own_low": np.tanh(z - Z * se), "own_high": np.tanh(z + Z * se)}
    told |= {"n": n[enough], "drawn": np.tanh(mean), "low": np.tanh(mean - Z * sd), "high": np.tanh(mean + Z * sd)}
    out.loc[enough, list(told)] = pd.DataFrame(told).to_numpy()
    return counts, out


def draw_together(estimates: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimates drawn to their mean, and their standard deviations, under ``z_i ~ N(t_i, s_i^2)``, ``t_i ~ N(m, tau^2)`` with
    flat m and tau.

    Given tau all is normal; the mean and variance over tau are sums on a grid of 400, weighed by its marginal likelihood.

    >>> mean, sd = draw_together(np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))
    >>> mean.round().tolist()
    [11.0, 8.0, 6.0, 8.0, 5.0, 6.0, 11.0, 8.0]
    """
    tau2 = np.linspace(0, 6 * max(estimates.std(), np.median(errors)), 400)[:, None] ** 2
    total = errors**2 + tau2
    of_mean = 1 / (1 / total).sum(axis=1, keepdims=True)
    middle = of_mean * (estimates / total).sum(axis=1, keepdims=True)
    log = 0.5 * np.log(of_mean[:, 0]) - 0.5 * (np.log(total) + (estimates - middle) ** 2 / total).sum(axis=1)
    weight = np.exp(log - log.max())[:, None]
    weight /= weight.sum()
    pulled = errors**2 / total
    mean = pulled * middle + (1 - pulled) * estimates
    variance = tau2 * pulled + pulled**2 * of_mean
    whole = (weight * mean).sum(axis=0)
    return whole, np.sqrt((weight * (variance + (mean - whole) ** 2)).sum(axis=0))
