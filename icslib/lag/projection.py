"""Panel local projections: one regression a horizon, long differences, lag augmentation.

outcome[i, t + h] - outcome[i, t - 1] on exposure[i, t], given lagged exposure and outcome, place and year effects.

What it recovers is the *response* of the outcome to exposure now, with everything that exposure now brings with it later. When
the exposure is autocorrelated this is not the lag kernel of :func:`icslib.lag.estimate_lag`: it is the kernel carried along the
exposure's own path (h = 1: kernel[1] + persistence x kernel[0]). The two agree only for an exposure without memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import NotIdentified
from ..numbers import write_number
from ..panel import lag_block, source_cells, write_runs
from ..results import Result
from ..stats.bands import with_intervals
from ..stats.regression import Fit, fit
from .design import Design, make_design
from .gate import write_name


@dataclass(frozen=True, eq=False)
class LocalProjection(Result):
    """Response of the outcome by horizon.

    Attributes
    ----------
    profile : DataFrame, index ``horizon``
        ``estimate``, ``se``, ``low``, ``high``, ``p``, ``rows``, ``band_low``, ``band_high``, ``supported``. Negative horizons
        are placebos.
    covariance : array over the horizons estimated
    refused : tuple of int, horizons without enough rows
    exposure, outcome, unit : str
    clusters : int
    """

    profile: pd.DataFrame
    covariance: np.ndarray
    refused: tuple[int, ...]
    exposure: str
    outcome: str
    unit: str
    clusters: int
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The largest response with its interval, and horizons that are not identified."""
        ahead, says = self.profile[self.profile.index >= 0].dropna(), lambda value: write_number(value, self.unit)
        top = ahead.loc[ahead["estimate"].abs().idxmax()]
        text = (
            f"{self.headline}, once all years looked at are allowed for. The largest is {says(top['estimate'])} after "
            f"{int(top.name)} years (95% interval, taken by itself, {says(top['low'])} to {says(top['high'])})."
        )
        return text + (f" {write_runs(self.refused)} years are not identified." if self.refused else "")

    @property
    def headline(self) -> str:
        """Whether any response is clear of none once all horizons are allowed for."""
        ahead = self.profile[self.profile.index >= 0]
        clear = ahead.index[(ahead["band_low"] > 0) | (ahead["band_high"] < 0)]
        told = f"is clear of none after {write_runs(clear)} years" if len(clear) else "cannot be told apart from none in any year"
        return f"The response of {write_name(self.outcome)} to {write_name(self.exposure)} {told}"


def local_projection(
    panel: pd.DataFrame, exposure: str, outcome: str, horizons: Iterable[int] = range(0, 11), *, augment: int = 1,
    level: float = 0.95, seed: int = 1, **design,
) -> LocalProjection:  # fmt: skip
    """Response of `outcome` `horizons` years after `exposure`: long differences, clustered errors (CR1), bands over all (sup-t).

    Parameters
    ----------
    horizons : integers; below -1 - `augment` they are placebos (those between are the base year and the controls, so they are
        left out)
    augment : how many lags of exposure and of outcome changes are controlled for (Montiel Olea and Plagborg-Moller 2021: with
        lags, intervals stay right however persistent the series)
    design : as for :func:`icslib.lag.estimate_lag` (`controls`, `year_by`, `weights`, `cluster`, `exclude`)

    Notes
    -----
    Every horizon uses the rows it has (they shrink with h). Place effects in long differences are place trends in levels, and
    beside lagged outcomes they bring a bias of order 1 over years (Nickell 1981): read short panels with care.
    With a switch that stays on, later horizons compare with places that switch meanwhile: use :func:`icslib.lag.event_study`.
    """
    horizons = sorted({int(h) for h in horizons} - set(range(-1 - augment, 0)))
    if not horizons:
        raise NotIdentified("No horizon was asked for. Pass for example horizons=range(0, 11).")
    arrays = make_design(panel, exposure, outcome, range(0, augment + 1), **design)
    fits = {h: _one_horizon(arrays, h, augment) for h in horizons}
    made = {h: model for h, model in fits.items() if model is not None}
    if not made:
        raise NotIdentified(f"No horizon of {exposure} and {outcome} leaves enough place-years. Bring a longer panel.")
    influence = np.stack([np.sqrt(model.factor) * (model.bread[0] @ model.scores) for model in made.values()])
    covariance = influence @ influence.T  # of the horizons, by what each cluster adds to all of them
    df = np.array([model.df for model in made.values()])
    profile = with_intervals([model.coef[0] for model in made.values()], covariance, df, pd.Index(made), level=level, seed=seed)
    profile["p"] = 2 * stats.t.sf((profile["estimate"] / profile["se"]).abs(), df)
    profile["rows"] = [model.rows for model in made.values()]
    profile = profile.reindex(horizons).rename_axis("horizon")
    profile["supported"] = profile["estimate"].notna()
    return LocalProjection(
        profile, covariance, tuple(h for h in horizons if h not in made), exposure, outcome,
        panel.attrs.get("units", {}).get(outcome, ""), int(df.min()) + 1, source_cells(panel, exposure, outcome),
    )  # fmt: skip


def _one_horizon(design: Design, horizon: int, augment: int) -> Fit | None:
    """The regression at one horizon; None when the rows cannot carry it."""
    ahead = lag_block(design.outcome, [-horizon])[0]
    before = lag_block(design.outcome, range(1, augment + 2))
    outcome, past = ahead - before[0], before[:-1] - before[1:]
    columns = np.concatenate([design.block, past, design.controls])
    held = ~np.isnan(outcome) & ~np.isnan(columns).any(axis=0)
    if not held.any():
        return None
    try:
        absorber = design.absorb(np.where(held, design.weights, 0.0))
        kept = absorber.weights > 0
        columns = np.concatenate([columns, design.extra(absorber.weights)[len(design.controls) :]])  # attributes by year
        if absorber.rows - len(columns) - kept.any(axis=1).sum() - absorber.year_levels < 10:
            return None
        model = fit(outcome, columns, absorber, cluster=design.cluster)
        model.need_clusters()
    except NotIdentified:
        return None
    return model
