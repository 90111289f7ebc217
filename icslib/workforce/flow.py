"""Stock and flow: where staffing leads under stated flows, with fans from how much flows have varied.

    staff next year = staff + sum of numbers (training places, recruits from abroad, returners)
                            + sum of shares x staff (leavers, as a negative share; net growth)
    need next year  = need x (1 + growth)
    shortfall       = need - staff

Each flow has a mean, a yearly standard deviation and the years of history they come from. In every draw both are themselves drawn, as few years
tell them (variance: scaled inverse chi-squared; mean: normal with sd / root years), and each year adds its own deviation. A fan is the middle 50%
and 95% of draws, each drawn away from their median by as much as past projections turned out too sure (`widen`, from :mod:`.backtest`). It holds
what flows did before; it does not hold a policy nobody has yet made: that is a scenario.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified, ParameterError
from ..numbers import write_number
from ..results import Result
from .wording import within

KINDS = ("share", "number")
COLUMNS = ("kind", "mean", "sd", "years")
LEVELS = {"low_95": 2.5, "low_50": 25.0, "median": 50.0, "high_50": 75.0, "high_95": 97.5}


@dataclass(frozen=True, eq=False)
class Projection(Result):
    """Staff, need and shortfall by scenario and year.

    Attributes
    ----------
    paths : DataFrame
        ``scenario``, ``year``, ``what`` (``staff``, ``need``, ``shortfall``), ``low_95``, ``low_50``, ``median``, ``high_50``, ``high_95``.
    flows : dict of scenario to the table of its flows
    published : DataFrame
        Published figures to set beside: ``year``, ``what``, ``low``, ``high``, ``label``; empty if none were given.
    widen : the factors by which staff's fan was widened, index years ahead; None if it was not
    """

    paths: pd.DataFrame
    flows: dict[str, pd.DataFrame]
    start: int
    last: int
    draws: int
    published: pd.DataFrame
    unit: str = "FTE"
    widen: pd.Series | None = None

    @property
    def finding(self) -> str:
        """The shortfall of each scenario in the last year."""
        end = self.paths[(self.paths["what"] == "shortfall") & (self.paths["year"] == self.last)]
        fans = [f"{_thousand(row.low_95)} to {_thousand(row.high_95)}" for row in end.itertuples()]
        fans[0] = f"95% interval {fans[0]}"
        told = "; ".join(f"{_thousand(row.median)} {within(row.scenario)} ({fan})" for row, fan in zip(end.itertuples(), fans, strict=True))
        return f"Staff short of need in {self.last} ({self.unit}), by how staff grow: {told}."

    @property
    def comparison(self) -> str:
        """Whether each published shortfall lies within the fans."""
        said = []
        for row in self.published[self.published["what"] == "shortfall"].itertuples():
            at = self.paths[(self.paths["what"] == "shortfall") & (self.paths["year"] == row.year)]
            held = [within(fan.scenario) for fan in at.itertuples() if fan.low_95 <= row.high and fan.high_95 >= row.low]
            span = f"{_thousand(row.low)} to {_thousand(row.high)} in {row.year}"
            said.append(f"{row.label}, {span}, overlaps the fan of {', '.join(held) or 'none of them'}.")
        return " ".join(said)


def project_workforce(
    staff: float,
    need: float,
    scenarios: Mapping[str, pd.DataFrame],
    *,
    need_growth: float = 0.0,
    start: int,
    years: int = 10,
    widen: pd.Series | None = None,
    draws: int = 20_000,
    seed: int = 1,
    published: pd.DataFrame | None = None,
    unit: str = "FTE",
) -> Projection:
    """Project staff against need under named scenarios of flows.

    Parameters
    ----------
    staff, need : stock at `start`, in `unit`
    scenarios : name to a table of flows, index the flow, columns ``kind`` (``share``: percent of staff a year, leavers negative;
        ``number``: a year), ``mean``, ``sd``, ``years`` (of history; 0 means assumed, not estimated) and optionally ``growth`` of the mean, percent a year
    need_growth : percent a year
    years : how many ahead
    widen : factors of the fan by years ahead, such as ``back_test(...).widen``; between two by the line that joins them, after the last as the last
    published : figures to compare with (``year``, ``what``, ``low``, ``high``, ``label``)

    >>> flows = pd.DataFrame({"kind": ["share", "number"], "mean": [-10.0, 15.0], "sd": 0.0, "years": 0})
    >>> project_workforce(100.0, 110.0, {"even": flows}, start=2022, years=1).paths.set_index("what")["median"].to_dict()
    {'staff': 105.0, 'need': 110.0, 'shortfall': 5.0}
    """
    if years < 1 or not scenarios:
        raise ParameterError("Give at least one scenario and one year to project.")
    parts, needed = [], need * (1 + need_growth / 100) ** np.arange(years + 1)
    for name, flows in scenarios.items():
        drawn = draw_stock(staff, _check(flows, name), years, draws, np.random.default_rng(seed))
        if widen is not None:
            middle, factor = np.median(drawn, axis=0), np.interp(np.arange(years + 1), widen.index, widen)
            drawn = np.maximum(middle + factor * (drawn - middle), 0.0)
        for what, values in {"staff": drawn, "need": np.tile(needed, (draws, 1)), "shortfall": needed - drawn}.items():
            fan = pd.DataFrame(np.percentile(values[:, 1:], list(LEVELS.values()), axis=0).T, columns=list(LEVELS))
            parts.append(fan.assign(scenario=name, what=what, year=range(start + 1, start + years + 1)))
    paths = pd.concat(parts, ignore_index=True)[["scenario", "year", "what", *LEVELS]]
    beside = published if published is not None else pd.DataFrame(columns=["year", "what", "low", "high", "label"])
    return Projection(paths, dict(scenarios), start, start + years, draws, beside, unit, widen)


def net_flow(stock: pd.Series, name: str = "net growth") -> pd.DataFrame:
    """The yearly net growth of a past stock as one flow: mean and standard deviation in percent, and the years behind them.

    >>> net_flow(pd.Series([100.0, 102.0, 106.08], index=[2020, 2021, 2022]))[["mean", "sd", "years"]].round(3).to_dict("list")
    {'mean': [3.0], 'sd': [1.414], 'years': [2]}
    """
    whole = stock.astype(float).reindex(range(int(stock.index.min()), int(stock.index.max()) + 1))
    growth = 100 * whole.pct_change(fill_method=None).dropna()
    if len(growth) < 2:
        raise NotIdentified(f"{len(growth)} yearly changes say nothing of how much they vary. Give a stock of at least three years in a row.")
    told = {"kind": "share", "mean": growth.mean(), "sd": growth.std(ddof=1), "years": len(growth)}
    return pd.DataFrame(told, index=pd.Index([name], name="flow"))


def _check(flows: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = [column for column in COLUMNS if column not in flows]
    if missing or not set(flows["kind"]) <= set(KINDS):
        seen = f"{list(flows)} {sorted(set(flows.get('kind', [])))}"
        raise ParameterError(f"The flows of {name!r} need the columns {COLUMNS} with kind in {KINDS}; they have {seen}.")
    if (flows["sd"] < 0).any():
        raise ParameterError(f"The flows of {name!r} hold a negative standard deviation: {list(flows.index[flows['sd'] < 0])}.")
    return flows.assign(growth=flows.get("growth", 0.0))


def draw_stock(staff: float, flows: pd.DataFrame, years: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, years + 1) of staff, the first of them now."""
    moved = {kind: np.zeros((draws, years)) for kind in KINDS}
    for flow in flows.itertuples():
        sd, mean = np.full((draws, 1), flow.sd), flow.mean
        if flow.years > 1:
            sd = sd * np.sqrt((flow.years - 1) / rng.chisquare(flow.years - 1, (draws, 1)))
            mean = mean + sd / np.sqrt(flow.years) * rng.standard_normal((draws, 1))
        moved[flow.kind] += mean * (1 + flow.growth / 100) ** np.arange(years) + sd * rng.standard_normal((draws, years))
    out = np.full((draws, years + 1), float(staff))
    for year in range(years):
        out[:, year + 1] = np.maximum(out[:, year] * (1 + moved["share"][:, year] / 100) + moved["number"][:, year], 0.0)
    return out


def _thousand(value: float) -> str:
    return write_number(round(value, -3) if abs(value) >= 1_000 else value, places=0)
