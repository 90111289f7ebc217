"""Did the places that stood badly then stand badly later? Ranks, with the groups taken apart.

A rank correlation over all places can be made by composition alone: acute trusts borrow and plan
deficits, mental health trusts do neither. So the same figure is given inside each group, without the
exact zeros, and with the group means taken out, before anything is called persistence.

Rank correlation: Spearman's rho. Interval: Fisher's z with the standard error of Bonett and Wright (2000),
``sqrt((1 + rho^2/2) / (n - 3))``; p-value by permutation of the later positions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number
from ..register.short import kind_of
from ..results import Result
from ..stats.inference import Z
from ..tidy import merge_cells

FEWEST = 8
THIRDS = pd.Index(["worst third", "middle third", "best third"])


@dataclass(frozen=True, eq=False)
class Persistence(Result):
    """Rank correlation of earlier and later positions, whole and taken apart.

    Attributes
    ----------
    table : DataFrame, index ``part``
        ``places``, ``rho``, ``low``, ``high`` (95% interval), ``p`` (permutation). Parts too small to say anything have NaN.
    matrix : DataFrame
        Share of places of each earlier third (row) that are in each later third (column).
    staying : DataFrame
        Share staying in the worst ``group``: ``seen``, ``chance`` with its 95% range, and ``reversion``, what
        reversion to the mean at this rank correlation alone would give.
    places : DataFrame, index ``place``
        ``before``, ``after`` (deficit negative), ``rank_before``, ``rank_after`` (1 the worst), ``cells:before`` and
        ``cells:after`` where given.
    left_out : tuple of str
        Places with only one of the two figures.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    staying: pd.Series
    places: pd.DataFrame
    before: str
    after: str
    left_out: tuple[str, ...] = ()
    units: tuple[str, str] = ("", "")
    said: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The correlation over all places, and whether it survives being taken apart."""
        whole, words = self.table.iloc[0], self.short
        inside = self.table.iloc[1:].dropna(subset="rho")
        shown = inside[inside.apply(_clear, axis=1) != _clear(whole)].index.map(str)
        told = "cannot be told apart from none for" if _clear(whole) else "is clear only for"
        return f"{words} It {told} {' and '.join(shown)}." if len(shown) else words

    @property
    def sources(self) -> tuple[str, ...]:
        """The cells of both figures, where they were given."""
        return merge_cells(refs for name in self.places if name.startswith("cells:") for refs in self.places[name].dropna())

    @property
    def short(self) -> str:
        """The headline with the correlation and its interval."""
        whole = self.table.iloc[0]
        rho, low, high = (write_number(whole[name], places=2) for name in ("rho", "low", "high"))
        return (
            f"{self.headline}: rank correlation {rho} (95% interval {low} to {high}), {whole['places']:.0f} "
            f"{kind_of(self.places.index)}."
        )

    @property
    def headline(self) -> str:
        """Whether those that stood worst stand worst still, in one clause without figures."""
        who, whole = kind_of(self.places.index).capitalize(), self.table.iloc[0]
        way = f"tend to stand {'worse' if whole['rho'] > 0 else 'better'}"
        verb = way if _clear(whole) else "cannot be told apart from the rest"
        was, now = self.said or (f"stood worst on {self.before}", self.after)
        return f"{who} that {was} {verb} in {now}"


def persistence(
    before: pd.Series,
    after: pd.Series,
    *,
    group: pd.Series | None = None,
    parts: Mapping[str, pd.Series] | None = None,
    names: tuple[str, str] = ("the earlier position", "the later position"),
    units: tuple[str, str] = ("", ""),
    cells: tuple[pd.Series | None, pd.Series | None] = (None, None),
    said: tuple[str, ...] = (),
) -> Persistence:
    """Rank persistence between two positions, whole, by group, and with composition taken out.

    Parameters
    ----------
    before, after : Series, index ``place``; surplus positive, deficit or debt negative
        Any two bases: ranks are compared, never amounts.
    group : Series, index ``place``
        Such as the kind of trust. Adds one part a group, and ``within groups``: ranks less their group's mean rank.
    parts : mapping of name to a boolean Series, index ``place``
        Further subsets, such as places that plan no exact zero.
    cells : the cells of the two figures, each a Series of tuples by place
    said : the two positions as the finding says them: ``("owed most in March 2019", "plans for 2025-26")``

    Raises
    ------
    NotIdentified
        Fewer than eight places with both figures, or one of the two the same everywhere.
    """
    both = pd.concat({"before": before, "after": after}, axis=1)
    kept = both.dropna().astype(float)
    left_out = tuple(sorted(map(str, both.index.difference(kept.index))))
    if len(kept) < FEWEST:
        raise NotIdentified(
            f"Only {len(kept)} places have both figures; ranks of fewer than {FEWEST} say nothing. Left out: {left_out[:5]}."
        )
    for name, side in zip(names, kept, strict=True):
        if kept[side].nunique() == 1:
            raise NotIdentified(f"{name} is {kept[side].iloc[0]:g} everywhere, so there is no rank to persist.")
    rows = {"all places": rank_correlation(kept)}
    ranks = kept.rank()
    if group is not None:
        kinds = group.reindex(kept.index).fillna("not known")
        for name, members in kept.groupby(kinds):
            rows[str(name)] = rank_correlation(members)
        rows["within groups"] = rank_correlation(ranks - ranks.groupby(kinds).transform("mean"), spent=kinds.nunique() - 1)
    for name, chosen in (parts or {}).items():
        rows[name] = rank_correlation(kept[chosen.reindex(kept.index).fillna(False).astype(bool)])
    table = pd.DataFrame(rows).T.rename_axis("part")
    matrix, staying = transition(kept["before"], kept["after"], rho=table["rho"].iloc[0])
    places = kept.join(kept.rank(method="min").astype(int).add_prefix("rank_"))
    for side, refs in zip(("before", "after"), cells, strict=True):
        if refs is not None:
            places[f"cells:{side}"] = refs.reindex(places.index)
    return Persistence(table, matrix, staying, places.sort_values("before"), *names, left_out, units, said)


def transition(before: pd.Series, after: pd.Series, rho: float = np.nan) -> tuple[pd.DataFrame, pd.Series]:
    """Where each third of earlier positions went, and how many stayed in the worst, beside chance and reversion.

    Parameters
    ----------
    before, after : Series of the same index; the worst are the lowest. Ties are broken by order of the index, the same way each
    time.
    rho : rank correlation used for what reversion alone gives: two normal scores with Pearson
        correlation ``2 sin(pi rho / 6)``, the share of the lowest third of one that is among the lowest of the other.

    Returns
    -------
    matrix : DataFrame, rows (before) and columns (after) the thirds, worst first; each row sums to one
    staying : Series ``seen``, ``chance`` and its 95% range (hypergeometric) ``chance_low``, ``chance_high``, ``reversion``

    >>> p = pd.Series([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0])
    >>> transition(p, p)[1][["seen", "chance"]].round(2).tolist()
    [1.0, 0.33]
    """
    both = pd.concat([before, after.reindex(before.index)], axis=1, keys=["before", "after"])
    third = 1 + (both.rank(method="first") - 1) * 3 // len(both)
    matrix = pd.crosstab(third["before"], third["after"], normalize="index").set_axis(THIRDS, axis=0).set_axis(THIRDS, axis=1)
    was, now = ((third[side] == 1).sum() for side in both)
    low, high = stats.hypergeom.ppf([0.025, 0.975], len(both), now, was) / was
    r, cut = np.clip(2 * np.sin(np.pi * np.nan_to_num(rho) / 6), -0.999999, 0.999999), stats.norm.ppf(1 / 3)
    stay = 3 * stats.multivariate_normal.cdf([cut, cut], cov=[[1, r], [r, 1]]) if np.isfinite(rho) else np.nan
    return matrix, pd.Series(
        {"seen": matrix.iloc[0, 0], "chance": now / len(both), "chance_low": low, "chance_high": high, "reversion": stay}
    )


def rank_correlation(frame: pd.DataFrame, *, draws: int = 9999, seed: int = 1, spent: int = 0) -> dict[str, float]:
    """Spearman's rho of ``before`` and ``after``, its interval and permutation p; NaN for too few or too like places.

    `spent` is how many group means were taken out first.
    """
    n = len(frame)
    if n - spent < FEWEST or frame.nunique().min() < 3:
        return {"places": n, **dict.fromkeys(("rho", "low", "high", "p"), np.nan)}
    a, b = (frame[side].rank().to_numpy() for side in ("before", "after"))
    a, b = (side - side.mean() for side in (a, b))
    rho = float(a @ b / np.sqrt((a @ a) * (b @ b)))
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(b, (draws, 1)), axis=1) @ a
    p = (1 + np.count_nonzero(np.abs(shuffled) >= abs(a @ b) * (1 - 1e-9))) / (draws + 1)
    reach = Z * np.sqrt((1 + rho**2 / 2) / (n - spent - 3))
    low, high = np.tanh(np.arctanh(np.clip(rho, -0.999999, 0.999999)) + np.array([-reach, reach]))
    return {"places": n, "rho": rho, "low": float(low), "high": float(high), "p": float(p)}


def _clear(row: pd.Series) -> bool:
    return bool(row["low"] > 0 or row["high"] < 0)
