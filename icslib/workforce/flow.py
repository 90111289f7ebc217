"""Stock and flow: where staffing leads under stated flows, with fans from how much flows have varied.

    staff next year = staff + sum of numbers (training places, recruits from abroad, returners)
                            + sum of shares x staff (leavers, as a negative share; net growth)
    need next year  = need x (1 + growth)
    shortfall       = need - staff

Each flow has a mean, a yearly standard deviation and the years of history they come from. In every draw both are themselves
drawn, as few years tell them (variance: scaled inverse chi-squared; mean: normal with sd / root years), and each year adds its
own deviation. A fan is the middle 50% and 95% of draws, each drawn away from their median by as much as past projections turned
out too sure (`widen`, from :mod:`.backtest`). It holds what flows did before; it does not hold a policy nobody has yet made:
that is a scenario. Where need may grow by less or more, the fan of the shortfall reaches from staff's high edge under the least
need to its low edge under the most: bounds, added to what is drawn.

A history may have gaps. A change over L years has the mean of L yearly ones and their variance over L, so means weigh changes
by L and

    sd^2 = sum L (change - mean)^2 / (changes - 1)

with the mean known to sd / root (sum L) and the variance with changes - 1 degrees of freedom.
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
        ``scenario``, ``year``, ``what`` (``staff``, ``need``, ``shortfall``), ``low_95``, ``low_50``, ``median``, ``high_50``,
        ``high_95``.
    flows : dict of scenario to the table of its flows
    published : DataFrame
        Published figures to set beside: ``year``, ``what``, ``low``, ``high``, ``label``; empty if none were given.
    widen : the factors by which staff's fan was widened, index years ahead; None if it was not
    name : what the staff are called
    premise : what need rests on, such as "as if none were short in 2021"; "" where a shortage is published
    needs : what the least and the most growth of need rest on
    cells : the cells behind the stock, the flows and the need
    """

    paths: pd.DataFrame
    flows: dict[str, pd.DataFrame]
    start: int
    last: int
    draws: int
    published: pd.DataFrame
    unit: str = "FTE"
    widen: pd.Series | None = None
    name: str = "staff"
    premise: str = ""
    needs: tuple[str, str] = ("", "")
    cells: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """The shortfall of each scenario in the last year."""
        first, *others = self.ends.itertuples()
        fan = f"95% interval {_thousand(first.low_95)} to {_thousand(first.high_95)}"
        told = [f"{_thousand(first.median)} {within(first.scenario)} ({fan})"]
        fans = [f" ({_thousand(row.low_95)} to {_thousand(row.high_95)})" if len(others) < 3 else "" for row in others]
        told += [f"{_thousand(row.median)} {within(row.scenario)}{fan}" for row, fan in zip(others, fans, strict=True)]
        spare = "; below zero: more than needed" if (self.ends["low_95"] < 0).any() else ""
        unsure = " Every fan holds both shortage and surplus." if self.unsure else ""
        about = f"{self.name[:1].upper()}{self.name[1:]} short of need in {self.last}{', ' if self.premise else ''}{self.premise}"
        return f"{about} ({self.unit}{spare}), by how staff grow: {'; '.join(told)}.{unsure}"

    @property
    def ends(self) -> pd.DataFrame:
        """The shortfall of each scenario in the last year."""
        return self.paths[(self.paths["what"] == "shortfall") & (self.paths["year"] == self.last)]

    @property
    def unsure(self) -> bool:
        """Whether the fan of every scenario holds both shortage and surplus in the last year."""
        return bool(((self.ends["low_95"] < 0) & (self.ends["high_95"] > 0)).all())

    @property
    def comparison(self) -> str:
        """Whether each published shortfall lies within the fans."""
        said = []
        for row in self.published[self.published["what"] == "shortfall"].itertuples():
            at = self.paths[(self.paths["what"] == "shortfall") & (self.paths["year"] == row.year)]
            if at.empty:
                continue
            held = [within(fan.scenario) for fan in at.itertuples() if fan.low_95 <= row.high and fan.high_95 >= row.low]
            span = _thousand(row.low) if row.low == row.high else f"{_thousand(row.low)} to {_thousand(row.high)}"
            lies = "lies in" if row.low == row.high else "overlaps"
            said.append(f"{row.label}, {span} in {row.year}, {lies} the fan of {', '.join(held) or 'none of them'}.")
        return " ".join(said)


def project_workforce(
    staff: float,
    need: float,
    scenarios: Mapping[str, pd.DataFrame],
    *,
    need_growth: float | tuple[float, float] = 0.0,
    start: int,
    years: int = 10,
    widen: pd.Series | None = None,
    draws: int = 20_000,
    seed: int = 1,
    published: pd.DataFrame | None = None,
    unit: str = "FTE",
    name: str = "staff",
    premise: str = "",
    needs: tuple[str, str] = ("", ""),
    cells: tuple[str, ...] = (),
) -> Projection:
    """Project staff against need under named scenarios of flows.

    Parameters
    ----------
    staff, need : stock at `start`, in `unit`
    scenarios : name to a table of flows, index the flow, columns ``kind`` (``share``: percent of staff a year, leavers negative;
        ``number``: a year), ``mean``, ``sd``, ``years`` (of history; 0 means assumed, not estimated) and optionally ``changes``
        (how many figures' changes those years were told in; else as many), ``growth`` of the mean, percent a year, and ``until``,
        the years it goes on for
    need_growth : percent a year; the least and the most, if it is not known
    years : how many ahead
    widen : factors of the fan by years ahead, such as ``back_test(...).widen``; between two by the line that joins them, after
    the last as the last
    published : figures to compare with (``year``, ``what``, ``low``, ``high``, ``label``)

    >>> flows = pd.DataFrame({"kind": ["share", "number"], "mean": [-10.0, 15.0], "sd": 0.0, "years": 0})
    >>> project_workforce(100.0, 110.0, {"even": flows}, start=2022, years=1).paths.set_index("what")["median"].to_dict()
    {'staff': 105.0, 'need': 110.0, 'shortfall': 5.0}
    """
    if years < 1 or not scenarios:
        raise ParameterError("Give at least one scenario and one year to project.")
    least, most = need_growth if isinstance(need_growth, tuple) else (need_growth, need_growth)
    ahead = np.arange(1, years + 1)
    rates = {"low_95": least, "low_50": least, "median": (least + most) / 2, "high_50": most, "high_95": most}
    edges = {level: need * (1 + rate / 100) ** ahead for level, rate in rates.items()}
    parts = []
    for scenario, flows in scenarios.items():
        drawn = draw_stock(staff, check_flows(flows, scenario), years, draws, np.random.default_rng(seed))
        if widen is not None:
            middle, factor = np.median(drawn, axis=0), np.interp(np.arange(years + 1), widen.index, widen)
            drawn = np.maximum(middle + factor * (drawn - middle), 0.0)
        held = dict(zip(LEVELS, np.percentile(drawn[:, 1:], list(LEVELS.values()), axis=0), strict=True))
        short = {level: edges[level] - held[opposite] for level, opposite in zip(LEVELS, reversed(LEVELS), strict=True)}
        for what, fan in {"staff": held, "need": edges, "shortfall": short}.items():
            parts.append(pd.DataFrame(fan).assign(scenario=scenario, what=what, year=start + ahead))
    paths = pd.concat(parts, ignore_index=True)[["scenario", "year", "what", *LEVELS]]
    beside = published if published is not None else pd.DataFrame(columns=["year", "what", "low", "high", "label"])
    return Projection(paths, dict(scenarios), start, start + years, draws, beside, unit, widen, name, premise, needs, cells)


def net_flow(stock: pd.Series, name: str = "net growth") -> pd.DataFrame:
    """The yearly net growth of a past stock as one flow: mean and standard deviation in percent, and the years behind them.

    Gaps are allowed.

    >>> net_flow(pd.Series([100.0, 102.0, 106.08], index=[2020, 2021, 2022]))[["mean", "sd", "years"]].round(3).to_dict("list")
    {'mean': [3.0], 'sd': [1.414], 'years': [2]}
    """
    held = stock.dropna().astype(float)
    gaps, values = np.diff(held.index.to_numpy(int)), held.to_numpy()
    if len(gaps) < 2:
        raise NotIdentified(
            f"{len(gaps)} yearly changes say nothing of how much they vary. Give a stock of at least three years."
        )
    growth = 100 * ((values[1:] / values[:-1]) ** (1 / gaps) - 1)
    mean = np.average(growth, weights=gaps)
    sd = np.sqrt((gaps * (growth - mean) ** 2).sum() / (len(gaps) - 1))
    told = {"kind": "share", "mean": mean, "sd": sd, "years": gaps.sum(), "changes": len(gaps)}
    return pd.DataFrame(told, index=pd.Index([name], name="flow"))


def check_flows(flows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table of flows with every column it may have; an error where it says too little."""
    missing = [column for column in COLUMNS if column not in flows]
    if missing or not set(flows["kind"]) <= set(KINDS):
        seen = f"{list(flows)} {sorted(set(flows.get('kind', [])))}"
        raise ParameterError(f"The flows of {name!r} need the columns {COLUMNS} with kind in {KINDS}; they have {seen}.")
    if (flows["sd"] < 0).any():
        raise ParameterError(f"The flows of {name!r} hold a negative standard deviation: {list(flows.index[flows['sd'] < 0])}.")
    given = {"growth": 0.0, "until": np.inf, "changes": flows["years"]}
    whole = flows.assign(**{column: flows[column].fillna(value) if column in flows else value for column, value in given.items()})
    return whole.assign(changes=whole["changes"].where(whole["years"] > 0, 0))


def draw_stock(staff: float, flows: pd.DataFrame, years: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, years + 1) of staff, the first of them now."""
    moved = {kind: np.zeros((draws, years)) for kind in KINDS}
    for flow in flows.itertuples():
        sd, mean = np.full((draws, 1), flow.sd), flow.mean
        if flow.changes > 1:
            sd = sd * np.sqrt((flow.changes - 1) / rng.chisquare(flow.changes - 1, (draws, 1)))
            mean = mean + sd / np.sqrt(flow.years) * rng.standard_normal((draws, 1))
        grown = (1 + flow.growth / 100) ** np.minimum(np.arange(years), flow.until)
        moved[flow.kind] += mean * grown + sd * rng.standard_normal((draws, years))
    out = np.full((draws, years + 1), float(staff))
    for year in range(years):
        out[:, year + 1] = np.maximum(out[:, year] * (1 + moved["share"][:, year] / 100) + moved["number"][:, year], 0.0)
    return out


def _thousand(value: float) -> str:
    return write_number(round(value, -3 if abs(value) >= 10_000 else -2 if abs(value) >= 1_000 else 0), places=0)
