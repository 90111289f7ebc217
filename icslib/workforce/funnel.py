"""Funnel plots: which places differ more than their size lets chance explain.

A proportion p_i = events over denominator is compared on the arcsine scale (Freeman and Tukey; Spiegelhalter,
*Statistics in Medicine* 2005, 24:1185-1202): z_i = (asin sqrt p_i - asin sqrt P) / s_i with s_i = 1 / (2 sqrt n_i) and P
the pooled proportion. Places differ beyond chance as a rule, so limits allow for that: phi is the mean of z squared after
the outer tenth on each side is pulled in (winsorised), and the variance between places is

    tau2 = max(0, (N phi - (N - 1)) / (sum w - sum w^2 / sum w)),   w = 1 / s^2     (DerSimonian and Laird)

Limits at 95% and 99.8% are P plus and minus 1.96 and 3.09 times sqrt(s^2 + tau2), turned back to proportions.

These are the steps of the NHS-R community's *FunnelPlotR* for proportions; the tests hold limits, phi and tau2 to them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number
from ..register.short import kind_of, short_names
from ..results import Result
from ..stats.dispersion import between_variance

LEVELS = {"95": 0.95, "998": 0.998}


@dataclass(frozen=True, eq=False)
class Funnel(Result):
    """Proportions against their denominators with limits.

    Attributes
    ----------
    by_place : DataFrame, index place
        ``value`` (percent), ``denominator``, ``z``, ``z_adjusted``, ``low_95``, ``high_95``, ``low_998``, ``high_998`` and
        ``stands`` (``within``, ``above 95%``, ``above 99.8%``, ``below ...``), all with over-dispersion; ``cells`` where
        `frame` has them.
    limits : DataFrame, index denominator
        The funnel's lines on a grid of sizes, with and without over-dispersion (``plain_``).
    pooled : the pooled proportion, percent
    phi, tau2 : float
        Over-dispersion ratio (1 is chance alone) and variance between places on the arcsine scale.
    """

    by_place: pd.DataFrame
    limits: pd.DataFrame
    pooled: float
    phi: float
    tau2: float
    name: str
    unit: str = "percent"

    @property
    def finding(self) -> str:
        """The pooled value, how far chance alone falls short, and who stands outside."""
        out, kind = self.by_place[self.by_place["stands"].str.contains("99.8")], kind_of(self.by_place.index)
        names = short_names(out.index)
        said = ", ".join(f"{names[place]} ({stands.split()[0]})" for place, stands in sorted(out["stands"].items()))
        count = {0: "none stands", 1: "one stands"}.get(len(out), f"{len(out)} stand")
        return (
            f"{self.name} was {write_number(self.pooled, self.unit)} across {len(self.by_place)} {kind}; {count} outside the "
            f"99.8% limits{': ' + said if said else ''}. The limits allow for {kind} varying {self.phi:,.0f} times as much as "
            "chance alone would make them."
        )


def funnel(frame: pd.DataFrame, events: str, denominator: str, *, winsorise: float = 0.1, name: str = "") -> Funnel:
    """Funnel plot of a proportion over places.

    Parameters
    ----------
    frame : DataFrame, one row a ``place``
    events, denominator : columns; events lie between 0 and the denominator
    winsorise : share pulled in on each side before phi is taken

    Raises
    ------
    NotIdentified
        With fewer than three places, a denominator that is not positive, or events outside 0 to the denominator.
    """
    held = frame[["place", events, denominator]].dropna().set_index("place").astype(float)
    n, x = held[denominator], held[events]
    if len(held) < 3 or (n <= 0).any() or ((x < 0) | (x > n)).any():
        needs = f"A funnel needs three places or more, each with 0 <= {events} <= {denominator}"
        raise NotIdentified(f"{needs}; the frame has {len(held)} with figures. Mend the rows outside.")
    target = float(x.sum() / n.sum())
    centre, s = np.arcsin(np.sqrt(target)), 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(x / n)) - centre) / s
    phi = float((z.clip(*z.quantile([winsorise, 1 - winsorise])) ** 2).mean())
    tau2 = between_variance(len(s) * phi, 1 / s.to_numpy() ** 2)
    by_place = pd.DataFrame({"value": 100 * x / n, "denominator": n, "z": z, "z_adjusted": z * s / np.sqrt(s**2 + tau2)})
    by_place = by_place.join(_lines(n, centre, tau2))
    by_place["stands"] = [_stand(row) for _, row in by_place.iterrows()]
    if "cells" in frame:
        by_place["cells"] = frame.set_index("place")["cells"]
    sizes = pd.Series(np.geomspace(n.min() / 1.1, n.max() * 1.1, 100))
    limits = _lines(sizes, centre, tau2).join(_lines(sizes, centre, 0.0).add_prefix("plain_")).set_axis(sizes, axis=0)
    return Funnel(by_place.sort_values("z_adjusted"), limits.rename_axis("denominator"), 100 * target, phi, tau2, name or events)


def _lines(n: pd.Series, centre: float, tau2: float) -> pd.DataFrame:
    spread = np.sqrt(1 / (4 * n) + tau2)
    lines = {}
    for label, level in LEVELS.items():
        reach = stats.norm.ppf(0.5 + level / 2) * spread
        lines[f"low_{label}"] = 100 * np.sin((centre - reach).clip(lower=0)) ** 2
        lines[f"high_{label}"] = 100 * np.sin((centre + reach).clip(upper=np.pi / 2)) ** 2
    return pd.DataFrame(lines)


def _stand(row: pd.Series) -> str:
    for label, words in (("998", "99.8%"), ("95", "95%")):
        if row["value"] > row[f"high_{label}"]:
            return f"above {words}"
        if row["value"] < row[f"low_{label}"]:
            return f"below {words}"
    return "within"
