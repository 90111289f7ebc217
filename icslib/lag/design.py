"""From a panel to arrays: lags by calendar, the rows that hold everything, and the controls.

Lag l of year t is the exposure in year t - l, whatever rows are missing between. Where the outcome spans several
years ("2015 to 2017": `attrs["spans"]`), the exposure is averaged over the same years before it is lagged, so the profile
keeps its meaning of years between one year's exposure and one year's outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..errors import NotIdentified, PanelError
from ..panel import fixed_by_place, grids, lag_block, touches
from ..stats.absorb import Absorber


@dataclass(frozen=True, eq=False)
class Design:
    """Arrays of one analysis: (places, years) for outcome and weights, (lags, places, years) for `block`, the lagged exposure;
    `effects` keeps the effects taken out, for designs that share rows.
    """

    places: np.ndarray
    years: np.ndarray
    outcome: np.ndarray
    exposure: np.ndarray
    lags: tuple[int, ...]
    block: np.ndarray
    controls: np.ndarray
    attributes: np.ndarray
    weights: np.ndarray
    groups: np.ndarray | None
    cluster: np.ndarray
    span: int
    effects: dict | None = field(default=None, repr=False)

    def rows(self, lags: Sequence[int] | None = None) -> np.ndarray:
        """Weights of the rows holding the outcome, the controls and every lag asked (default all); 0 elsewhere."""
        chosen = self.block if lags is None else self.block[[self.lags.index(lag) for lag in lags]]
        held = ~np.isnan(self.outcome) & ~np.isnan(chosen).any(axis=0) & ~np.isnan(self.controls).any(axis=0)
        return np.where(held, self.weights, 0.0)

    def extra(self, weights: np.ndarray, trends: bool = False) -> np.ndarray:
        """(columns, places, years): controls, then each attribute times every year but those the effects take."""
        years = np.flatnonzero((weights > 0).any(axis=0))[1 : -1 if trends else None]
        paths = np.zeros((len(self.attributes), len(years), *self.outcome.shape))
        for own, year in enumerate(years):
            paths[:, own, :, year] = self.attributes
        return np.concatenate([self.controls, paths.reshape(-1, *self.outcome.shape)])

    def absorb(self, weights: np.ndarray, trends: bool = False) -> Absorber:
        """The two-way effects of these rows."""
        if self.effects is None:
            return Absorber(weights, trends=trends, groups=self.groups)
        key = weights.shape, weights.tobytes(), trends, b"" if self.groups is None else self.groups.tobytes()
        if key not in self.effects:
            self.effects[key] = Absorber(weights, trends=trends, groups=self.groups)
        return self.effects[key]


def make_design(
    panel: pd.DataFrame, exposure: str, outcome: str, lags: Iterable[int], *, controls: Sequence[str] = (),
    interacted: Sequence[str] = (), year_by: str | None = None, weights: str | None = None, cluster: str = "place",
    exclude: Iterable[int] = (),
) -> Design:  # fmt: skip
    """Put the columns of an analysis on the grid; see :func:`icslib.lag.estimate_lag` for the keywords."""
    lags = tuple(sorted({int(lag) for lag in lags}))
    if not lags:
        raise NotIdentified("No lag was asked for. Pass for example lags=range(0, 11).")
    names = [exposure, outcome, *controls, *([weights] if weights else [])]
    places, years, held = grids(panel, list(dict.fromkeys(names)))
    span = int(panel.attrs.get("spans", {}).get(outcome, 1))
    dose = _window_mean(held[exposure], span)
    if np.nanmax(held[exposure], initial=-np.inf) == np.nanmin(held[exposure], initial=np.inf):
        raise NotIdentified(
            f"{exposure} is {np.nanmax(held[exposure]):g} in every place and year, so no effect of it can be seen."
        )
    result = held[outcome].copy()
    result[:, touches(years, exclude, span)] = np.nan
    mass = held[weights] if weights else np.ones_like(result)
    if np.nanmin(mass) < 0:
        raise PanelError(
            f"The weight {weights} is negative in {int((mass < 0).sum())} place-years. Weights are populations or their like."
        )
    fixed = [attribute_of(panel, places, name) for name in interacted]
    return Design(
        places=places, years=years, outcome=result, exposure=dose, lags=lags, block=lag_block(dose, lags),
        controls=np.stack([held[name] for name in controls]) if controls else np.zeros((0, *result.shape)),
        attributes=np.stack(fixed) if fixed else np.zeros((0, len(places))), weights=np.nan_to_num(mass),
        groups=labels_of(panel, places, year_by) if year_by else None, cluster=labels_of(panel, places, cluster), span=span,
    )  # fmt: skip


def labels_of(panel: pd.DataFrame, places: np.ndarray, name: str) -> np.ndarray:
    """(places,) an attribute of places, or "place" itself, as integers from 0; a place without it is named in an error."""
    return np.arange(len(places)) if name == "place" else pd.factorize(_known(panel, places, name))[0]


def attribute_of(panel: pd.DataFrame, places: np.ndarray, name: str) -> np.ndarray:
    """(places,) a number that each place has, with mean 0 and variance 1."""
    values = pd.to_numeric(_known(panel, places, name), errors="coerce").to_numpy(float)
    if not np.ptp(values) > 0:
        raise NotIdentified(f"{name} is not a number that differs between places, so places cannot drift by it.")
    return (values - values.mean()) / values.std()


def _known(panel: pd.DataFrame, places: np.ndarray, name: str) -> pd.Series:
    values = fixed_by_place(panel, name).reindex(places)
    if values.isna().any():
        without = [str(place) for place in places[values.isna()]]
        raise PanelError(f"{len(without)} places have no {name}: {', '.join(without[:5])}. Fill it or leave them out.")
    return values


def _window_mean(values: np.ndarray, span: int) -> np.ndarray:
    """Mean of this and the `span` - 1 years before; NaN unless all are there."""
    if span == 1:
        return values
    return np.mean(lag_block(values, range(span)), axis=0)
