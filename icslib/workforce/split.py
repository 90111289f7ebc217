"""A change taken apart, exactly: what grew, what thinned, and what only moved between groups.

For groups g with part ``N_g`` (vacancies, days lost) of whole ``D_g`` (posts, days available), r_g = N_g / D_g and
shares s_g = D_g / sum D. With a bar for the mean of the two periods, these hold without remainder:

    rate    change of sum N / sum D = sum bar(s) dr          within groups
                                    + sum (bar(r) - R) ds    mix between groups (R, the mean overall rate, drops out)
    gap     the within term again in two, because r = 1 - S / D with S the filled part:
                                      sum bar(s) L dln D     posts growing        (raises the rate)
                                    - sum bar(s) L dln S     staff growing        (lowers it)
            L is the logarithmic mean of the filled shares S / D (Ang 2004, *Energy Policy* 32:1131-1139)
    total   change of sum N         = sum bar(D) dr          rate
                                    + bar(R) dD              size
                                    + the rest of sum bar(r) dD_g    mix

Parts that do not add up to 1e-9 of the whole are an error, not a rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified, ParameterError
from ..numbers import write_number
from ..results import Result
from ..tidy import merge_cells
from .wording import told_day

KINDS = ("rate", "gap", "total")


@dataclass(frozen=True, eq=False)
class Split(Result):
    """A change between two periods and its additive parts.

    Attributes
    ----------
    steps : Series, index the names of the parts
        Signed contributions; they add up to ``after - before``.
    by_group : DataFrame, index group, one column a part
        What each group contributes to each part.
    before, after : float
        The overall rate (percent) or total.
    residual : float
        What the parts leave over: below 1e-9 of the sizes involved.
    left_out : groups without figures in both periods
    cells : the cells behind both periods, where the frame names them (column ``cells``, or a panel's ``attrs["cells"]``)
    """

    steps: pd.Series
    by_group: pd.DataFrame
    before: float
    after: float
    first: object
    last: object
    of: str
    name: str
    unit: str
    residual: float
    left_out: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The change and its parts, largest first."""
        parts = self.steps.reindex(self.steps.abs().sort_values(ascending=False).index)
        told = ", ".join(f"{name} {_signed(size, self.unit)}" for name, size in parts.items() if size or len(self.by_group) > 1)
        out = f" Left out for want of figures in both: {', '.join(self.left_out)}." if self.left_out else ""
        own = self.unit if self.unit == "percent" or self.unit.startswith("GBP") else ""
        moved = "rose" if self.after > self.before else "fell" if self.after < self.before else "went"
        return (
            f"{self.name} {moved} from {write_number(self.before, own)} in {told_day(self.first)} to "
            f"{write_number(self.after, self.unit)} in {told_day(self.last)}: {told}.{out}"
        )


def decompose(
    frame: pd.DataFrame,
    part: str,
    whole: str,
    by: str,
    first: object,
    last: object,
    *,
    period: str = "year",
    of: str = "rate",
    name: str = "",
    unit: str = "",
    parts: Mapping[str, str] | None = None,
) -> Split:
    """Take the change of a rate or a total between two periods apart over groups.

    Parameters
    ----------
    frame : DataFrame, one row a group and period
    part, whole : columns; ``0 <= part <= whole``, and for ``of="gap"`` strictly less
    by : column of the groups (staff groups, systems)
    first, last : the two values of `period` compared
    of : "rate" (within groups, mix), "gap" (posts, staff, mix) or "total" (rate, size, mix)
    parts : what to call the parts instead, such as ``{"mix": "moves between systems"}``

    Returns
    -------
    Split, rates in percent, a total in the unit of `part`.

    Raises
    ------
    ParameterError, NotIdentified
        For another `of`; when no group has both periods, a whole is not positive, or (``gap``) no staff are in post.

    >>> days = pd.DataFrame({"system": ["A", "A"], "year": [2014, 2023], "lost": [4.0, 6.0], "available": [100.0, 120.0]})
    >>> decompose(days, "lost", "available", "system", 2014, 2023, of="total", unit="days").steps.round(2).to_dict()
    {'rate': 1.1, 'size': 0.9, 'mix': 0.0}
    """
    if of not in KINDS:
        raise ParameterError(f"of={of!r} is not known. Choose one of {KINDS}.")
    wide = frame[frame[period].isin([first, last])].pivot(index=by, columns=period, values=[part, whole]).astype(float)
    held = wide.reindex(columns=pd.MultiIndex.from_product([[part, whole], [first, last]])).dropna()
    if held.empty:
        raise NotIdentified(
            f"No {by} has {part} and {whole} in both {first} and {last}. The frame has {sorted(frame[period].unique())[:12]}."
        )
    n0, n1, d0, d1 = (held[pair].to_numpy() for pair in ((part, first), (part, last), (whole, first), (whole, last)))
    filled = (n0 < d0) & (n1 < d1) if of == "gap" else (n0 <= d0) & (n1 <= d1)
    if not (sound := (d0 > 0) & (d1 > 0) & filled).all():
        raise NotIdentified(f"Every {whole} must be above zero and hold its {part}; look at {list(held.index[~sound])[:5]}.")
    sizes = _total(n0, n1, d0, d1) if of == "total" else _rate(n0, n1, d0, d1, of == "gap")
    by_group = pd.DataFrame(sizes, index=held.index).rename(columns=parts or {})
    scale = 1.0 if of == "total" else 100.0
    before, after = (n0.sum(), n1.sum()) if of == "total" else (100 * n0.sum() / d0.sum(), 100 * n1.sum() / d1.sum())
    by_group *= scale
    residual = float(after - before - by_group.to_numpy().sum())
    if abs(residual) > 1e-9 * max(1.0, abs(before), abs(after)):
        raise NotIdentified(
            f"The parts leave {residual:.3g} of {after - before:.3g} over; the figures are too far apart in size to be taken "
            "apart."
        )
    left, unit = tuple(sorted(map(str, set(wide.index) - set(held.index)))), unit or ("" if of == "total" else "percent")
    both = [first, last]
    named = frame[frame[period].isin(both) & frame[by].isin(held.index)]["cells"] if "cells" in frame else ()
    panelled = [refs for (place, at, _), refs in frame.attrs.get("cells", {}).items() if at in both and place in held.index]
    cells = merge_cells([*named, *panelled])
    return Split(
        by_group.sum(), by_group, float(before), float(after), first, last, of, name or part, unit, residual, left, cells
    )


def _rate(n0: np.ndarray, n1: np.ndarray, d0: np.ndarray, d1: np.ndarray, staffed: bool) -> dict[str, np.ndarray]:
    r0, r1, s0, s1 = n0 / d0, n1 / d1, d0 / d0.sum(), d1 / d1.sum()
    overall = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    share, mix = (s0 + s1) / 2, ((r0 + r1) / 2 - overall) * (s1 - s0)
    if not staffed:
        return {"within": share * (r1 - r0), "mix": mix}
    level = _log_mean(1 - r0, 1 - r1)
    return {"posts": share * level * np.log(d1 / d0), "staff": -share * level * np.log((d1 - n1) / (d0 - n0)), "mix": mix}


def _total(n0: np.ndarray, n1: np.ndarray, d0: np.ndarray, d1: np.ndarray) -> dict[str, np.ndarray]:
    r0, r1 = n0 / d0, n1 / d1
    overall = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    return {"rate": (d0 + d1) / 2 * (r1 - r0), "size": overall * (d1 - d0), "mix": ((r0 + r1) / 2 - overall) * (d1 - d0)}


def _log_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(b - a) / (ln b - ln a), and a where they are equal.

    >>> _log_mean(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    array([1., 2.])
    """
    apart = np.abs(b - a) > 1e-12 * a
    return np.where(apart, (b - a) / np.log(np.where(apart, b / a, np.e)), a)


def _signed(size: float, unit: str) -> str:
    text = write_number(size, unit if unit.startswith("GBP") else "", places=1 if abs(size) < 10 else 0)
    return f"{'' if size < 0 else '+'}{text}{' points' if unit == 'percent' else ''}"
