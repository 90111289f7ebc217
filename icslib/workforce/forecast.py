"""Forecasts of a monthly or quarterly series, judged by what they would have said before.

From each of several origins every model sees only what was known then and forecasts ahead (rolling origin; Tashman 2000,
*International Journal of Forecasting* 16:437-450). Models: ``naive`` (last value), ``seasonal`` (same month a year earlier),
``ets`` (additive error, damped trend, additive season; statsmodels ``ETSModel``) and ``arima`` ((0,1,1)(0,1,1), the airline
model of Box and Jenkins; statsmodels ``SARIMAX``). Errors are mean absolute and scaled by the seasonal forecast's own error
within the sample known at each origin (MASE, Hyndman and Koehler 2006): below 1 is better than repeating last year.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified, ParameterError
from ..numbers import write_number
from ..results import Result
from ..stats.inference import Z
from .wording import within

Answer = tuple[np.ndarray, np.ndarray, np.ndarray]  # mean, low, high


@dataclass(frozen=True, eq=False)
class Forecasts(Result):
    """Accuracy of several models and the forecast of the best.

    Attributes
    ----------
    accuracy : DataFrame, index ``model``, ``horizon``
        ``origins``, ``error`` (mean absolute, unit of the series), ``scaled`` (MASE), ``inside`` (percent of figures within the
        95% interval).
    ahead : DataFrame, index the periods to come
        ``mean``, ``low``, ``high`` (95%) of the model with the least scaled error over all horizons.
    series : Series
    best : str
    """

    accuracy: pd.DataFrame
    ahead: pd.DataFrame
    series: pd.Series
    best: str
    unit: str = ""
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The best model, how much better than repeating last year, and what it says for the last period."""
        models = self.accuracy.index.get_level_values("model").nunique()
        mean, low, high = (write_number(self.ahead[side].iloc[-1], self.unit) for side in ("mean", "low", "high"))
        about = within(str(self.series.name or "the series"))
        return (
            f"Of {models} models, {NAMES[self.best]} would have missed {about} least. It says {mean} in "
            f"{self.ahead.index[-1]:%B %Y} "
            f"(95% {low} to {high})."
        )


def forecast_series(
    series: pd.Series,
    *,
    horizons: Sequence[int] = (1, 3, 12),
    models: Sequence[str] = ("naive", "seasonal", "ets", "arima"),
    origins: int = 6,
    season: int = 12,
    unit: str = "",
) -> Forecasts:
    """Judge models by rolling origin and forecast with the best.

    Parameters
    ----------
    series : Series of float with a PeriodIndex or a DatetimeIndex of regular steps, no gaps; ``attrs["cells"]``, where it has
    them, are kept
    horizons : steps ahead that are judged; the longest is forecast
    origins : how many, evenly spread over the last half of the series
    season : steps in a year

    Raises
    ------
    NotIdentified
        With gaps, or fewer than four years before the first origin.
    """
    unknown = sorted(set(models) - set(MODELS))
    if unknown:
        raise ParameterError(f"The models {unknown} are not known. Known: {', '.join(MODELS)}.")
    index = series.index
    if not isinstance(index, pd.PeriodIndex):
        index = pd.PeriodIndex(index, freq="M" if season == 12 else "Q")
    held = pd.Series(series.to_numpy(float), index=index, name=series.name).sort_index()
    whole = pd.period_range(index.min(), index.max(), freq=index.freq)
    longest, first = max(horizons), max(4 * season, len(held) // 2)
    if len(held) != len(whole) or held.isna().any():
        lost = whole.difference(held.dropna().index)
        raise NotIdentified(
            f"{len(lost)} of {len(whole)} periods have no figure: {', '.join(map(str, lost[:3]))}. Fill or cut the series openly."
        )
    if len(held) < first + longest:
        raise NotIdentified(f"{len(held)} periods cannot judge forecasts {longest} ahead: {first + longest} are needed.")
    values, rows = held.to_numpy(), []
    for origin in np.unique(np.linspace(first, len(values) - longest, origins).round().astype(int)):
        known, scale = values[:origin], np.abs(values[season:origin] - values[: origin - season]).mean()
        for model in models:
            mean, low, high = MODELS[model](known, longest, season)
            for h in horizons:
                actual, at = values[origin + h - 1], h - 1
                miss = abs(mean[at] - actual)
                rows.append((model, h, miss, miss / scale, 100.0 * (low[at] <= actual <= high[at])))
    frame = pd.DataFrame(rows, columns=["model", "horizon", "error", "scaled", "inside"])
    accuracy = frame.groupby(["model", "horizon"]).mean()
    accuracy.insert(0, "origins", frame.groupby(["model", "horizon"]).size())
    best = str(accuracy["scaled"].groupby("model").mean().idxmin())
    coming = pd.period_range(index.max() + 1, periods=longest, freq=index.freq)
    ahead = pd.DataFrame(dict(zip(["mean", "low", "high"], MODELS[best](values, longest, season), strict=True)), index=coming)
    return Forecasts(accuracy, ahead, held, best, unit, series.attrs.get("cells", ()))


def _naive(known: np.ndarray, ahead: int, season: int) -> Answer:
    spread = np.diff(known).std() * np.sqrt(np.arange(1, ahead + 1))
    return _band(np.full(ahead, known[-1]), spread)


def _seasonal(known: np.ndarray, ahead: int, season: int) -> Answer:
    mean = np.tile(known[-season:], -(-ahead // season))[:ahead]
    spread = (known[season:] - known[:-season]).std() * np.sqrt(np.arange(ahead) // season + 1)
    return _band(mean, spread)


def _ets(known: np.ndarray, ahead: int, season: int) -> Answer:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(pd.Series(known), error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=season)
        fit = model.fit(disp=False, maxiter=100)
        told = fit.get_prediction(len(known), len(known) + ahead - 1).summary_frame(alpha=0.05)
    return told["mean"].to_numpy(), told["pi_lower"].to_numpy(), told["pi_upper"].to_numpy()


def _arima(known: np.ndarray, ahead: int, season: int) -> Answer:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    form = {"order": (0, 1, 1), "seasonal_order": (0, 1, 1, season)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = SARIMAX(known, **form, simple_differencing=True).fit(disp=False, maxiter=50)  # fast, on differences
        told = SARIMAX(known, **form).filter(found.params).get_forecast(ahead)
    low, high = told.conf_int(alpha=0.05).T
    return told.predicted_mean, low, high


def _band(mean: np.ndarray, spread: np.ndarray) -> Answer:
    return mean, mean - Z * spread, mean + Z * spread


MODELS: dict[str, Callable[[np.ndarray, int, int], Answer]]
MODELS = {"naive": _naive, "seasonal": _seasonal, "ets": _ets, "arima": _arima}
NAMES = {
    "naive": "repeating the last value",
    "seasonal": "repeating last year's value",
    "ets": "exponential smoothing",
    "arima": "ARIMA",
}
