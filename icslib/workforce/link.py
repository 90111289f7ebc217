"""What a gap goes with: staffing and what may follow it, or lead it, within systems.

    y_it = system_i + year_t + sum over k of b_k x_i,t-k + e_it

Lag k > 0: staffing came k years before; lead k < 0: staffing came after. A lead that stands where no lag does says that
staffing follows the outcome, not the other way round. Lags are by calendar; a year in which a measure did not exist is not
filled. Errors are CR2 (bias-reduced, Satterthwaite degrees of freedom) with systems as clusters, and every p-value stands
beside Holm's for the number of links tried. Associations within systems, not effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..numbers import write_number, write_p
from ..panel import grids, lag_block, source_cells
from ..register.short import kind_of
from ..results import Result
from ..stats.absorb import Absorber
from ..stats.inference import infer
from ..stats.regression import fit
from ..stats.tried import holm
from .wording import in_words, within


@dataclass(frozen=True, eq=False)
class Links(Result):
    """Associations of staffing with several outcomes, all lags and leads of an outcome together.

    Attributes
    ----------
    table : DataFrame
        ``outcome``, ``lag`` (negative: a lead), ``estimate``, ``low``, ``high`` (95%), ``p``, ``holm``, ``places``, ``rows``; in
        the outcome's unit for one standard deviation (within systems) more staffing. ``sample`` is ``all`` or ``without jumps``.
    exposure : str
    sd : float
        The standard deviation of the exposure within systems and years.
    left_out : (place, year) pairs of the second sample
    jumped : the exposure in the year before each of them and in it
    kind : what the places are called together
    sources : the cells of the panel, those of what an outcome was made from included
    """

    table: pd.DataFrame
    exposure: str
    sd: float
    unit: str = ""
    left_out: tuple[tuple[str, int], ...] = ()
    jumped: tuple[tuple[float, float], ...] = ()
    kind: str = "places"
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """Which links stand after counting all that were tried, leads named as such."""
        main = self.table[self.table["sample"] == "all"]
        clear = main[main["holm"] < 0.05].sort_values("p")
        over = f"{main['places'].max()} {self.kind}"
        size = f"{len(main)} links of {within(in_words(self.exposure))} with {main['outcome'].nunique()} outcomes, over {over},"
        if clear.empty:
            strongest = f"The strongest alone has a p-value of {write_p(main['p'].min())}, before allowing for {len(main)} tries."
            return f"None of {size} can be told apart from none. {strongest}{self._without}"
        told = "; ".join(
            f"{within(in_words(row.outcome))} {_when(row.lag)}: {write_number(row.estimate, self.unit, places=2)} "
            f"({write_number(row.low, places=2)} to {write_number(row.high, places=2)})"
            for row in clear.itertuples()
        )
        stand = f"Of {size} {len(clear)} stand once all are counted, for one standard deviation more: {told}."
        return f"{stand} Associations, not effects.{self._without}"

    @property
    def _without(self) -> str:
        """The strongest link of the second sample."""
        rows = self.table[self.table["sample"] != "all"]
        if rows.empty:
            return ""
        most = rows.loc[rows["p"].idxmin()]
        about = f"{within(in_words(most['outcome']))} {_when(most['lag'])}"
        counted = f"p-value {write_p(most['p'])}, {write_p(most['holm'])} once all are counted"
        return f" Without the systems that merged the strongest is {about}: {counted}."


def link_staffing(
    panel: pd.DataFrame,
    exposure: str,
    outcomes: Sequence[str],
    *,
    lags: Sequence[int] = (-1, 0, 1, 2),
    jumps: Sequence[tuple[str, int]] = (),
) -> Links:
    """Association of each outcome with staffing at all lags and leads together, two-way fixed effects, CR2 errors by place.

    Parameters
    ----------
    panel : DataFrame with ``place``, ``year``, `exposure` and `outcomes`; NaN for gaps
    lags : years by which staffing comes before the outcome; negative for leads
    jumps : (place, first year) pairs where staffing jumped by a merger; the second sample leaves out that place's years from
    then on
    """
    places, years, held = grids(panel, [exposure, *outcomes])
    cut = np.ones(held[exposure].shape, bool)
    for place, year in jumps:
        cut[np.ix_(places == place, years >= year)] = False
    x = held[exposure]
    sd = _within_sd(x)
    rows = []
    for sample, keep in {"all": np.ones_like(cut), **({"without jumps": cut} if len(jumps) else {})}.items():
        for outcome in outcomes:
            moved = lag_block(np.where(keep, x, np.nan), lags) / sd
            rows += [(sample, outcome, lag, *told) for lag, told in zip(lags, _jointly(held[outcome], moved), strict=True)]
    table = pd.DataFrame(rows, columns=["sample", "outcome", "lag", "estimate", "low", "high", "p", "places", "rows"])
    table.insert(7, "holm", table.groupby("sample")["p"].transform(holm))
    units = panel.attrs.get("units", {})
    unit = {units.get(name, "") for name in outcomes}
    moved = panel.set_index(["place", "year"])[exposure]
    figure = lambda *key: float(moved.get(key, np.nan))  # noqa: E731
    jumped = tuple((figure(place, year - 1), figure(place, year)) for place, year in jumps)
    sources = source_cells(panel, *panel.columns[2:])
    return Links(table, exposure, sd, unit.pop() if len(unit) == 1 else "", tuple(jumps), jumped, kind_of(places), sources)


def _jointly(y: np.ndarray, x: np.ndarray) -> list[tuple[float, ...]]:
    """Estimate, interval, p-value, places and rows of each row of `x`, all in one regression on the rows that hold them all."""
    seen = np.isfinite(y) & np.isfinite(x).all(axis=0)
    seen &= seen.sum(axis=1, keepdims=True) > 1
    places = int(seen.any(axis=1).sum())
    if places < 5:
        raise NotIdentified(f"Only {places} places hold both figures at these lags. Use fewer lags or more years.")
    used = fit(np.where(seen, y, 0.0), np.where(seen, x, 0.0), Absorber(seen.astype(float)))
    made = infer(used, np.eye(len(x)), errors="cr2")
    return [(one.estimate, one.low, one.high, one.p, places, int(seen.sum())) for one in made]


def _within_sd(x: np.ndarray) -> float:
    known = x[:, np.isfinite(x).any(axis=0)]
    centred = known - np.nanmean(known, axis=1, keepdims=True)
    return float(np.nanstd(centred - np.nanmean(centred, axis=0, keepdims=True)))


def _when(lag: int) -> str:
    if lag == 0:
        return "the same year"
    return f"{abs(lag)} year{'s' if abs(lag) > 1 else ''} {'later' if lag > 0 else 'earlier (a lead)'}"
