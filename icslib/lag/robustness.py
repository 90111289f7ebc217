"""Would another reasonable choice have said something else? All of them at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..numbers import write_number
from ..panel import source_cells, touches
from ..results import Result
from ..stats.inference import infer
from .design import Design, attribute_of, labels_of, make_design
from .distributed import fit_shape
from .gate import LagSupport, check_support

SHAPES = ("unrestricted", "almon 1", "almon 2", "almon 3", "spline 3", "smooth")


@dataclass(frozen=True, eq=False)
class SpecificationCurve(Result):
    """One estimate under every combination of choices.

    Attributes
    ----------
    specs : DataFrame, ordered by estimate
        One column a choice, then ``estimate``, ``se``, ``low``, ``high``, ``p`` of the summed profile, ``rows``, ``reason``
        (when not identified).
    by_choice : DataFrame, index ``choice``, ``value``: median estimate, share clear of zero, count; which choice moves the answer
    exposure, outcome, unit : str
    sources : processed tables used
    """

    specs: pd.DataFrame
    by_choice: pd.DataFrame
    exposure: str
    outcome: str
    unit: str
    sources: tuple[str, ...] = ()

    @property
    def made(self) -> pd.DataFrame:
        """The specifications that could be estimated."""
        return self.specs[self.specs["reason"] == ""]

    @property
    def finding(self) -> str:
        """How many specifications, which sign, how many clear of zero, which choice matters most."""
        made = self.made
        low, high = made["estimate"].quantile([0.05, 0.95])
        says = lambda value: write_number(value, self.unit)  # noqa: E731
        return (
            f"Over {len(made)} reasonable ways to estimate it, nine answers in ten lie between {says(low)} and {says(high)}, "
            f"{(made['estimate'] < 0).mean():.0%} of them below zero; what moves them most is the choice of {self.deciding}."
        )

    @property
    def headline(self) -> str:
        """How many point each way."""
        made = self.made
        below, clear = (made["estimate"] < 0).mean(), ((made["low"] > 0) | (made["high"] < 0)).mean()
        return f"Of {len(made)} ways to estimate it, {below:.0%} fall below zero, {1 - below:.0%} above; {clear:.0%} clear of it"

    @property
    def deciding(self) -> str:
        """The choice that moves the median answer most."""
        return str(self.by_choice["median"].groupby(level="choice").agg(np.ptp).idxmax())

    @property
    def details(self) -> str:
        """The median, how many are clear of zero, how many could not be made."""
        made, refused = self.made, (self.specs["reason"] != "").sum()
        clear = int(((made["low"] > 0) | (made["high"] < 0)).sum())
        left = f" {refused} more are not identified." if refused else ""
        return f"Median {write_number(made['estimate'].median(), self.unit)}; {clear} of {len(made)} are clear of zero.{left}"


def specification_curve(
    panel: pd.DataFrame | dict[str, pd.DataFrame], exposure: str, outcome: str | Sequence[str], *,
    longest: Iterable[int] = (3, 4, 5, 6), shapes: Iterable[str] = SHAPES, trends: Iterable[bool] = (False, True),
    year_by: Iterable[str | None] = (None,), controls: Iterable[tuple[str, ...]] = ((),), weights: Iterable[str | None] = (None,),
    exclude: Iterable[tuple[int, ...]] = ((), (2020, 2021)), most: int = 2000,
) -> SpecificationCurve:  # fmt: skip
    """Estimate the sum of the profile over lags 0 to `longest` under every combination of choices.

    Parameters
    ----------
    panel : one panel, or several by name (samples, editions, vintages)
    outcome : one outcome, or several in the same unit
    shapes : basis and degree, as "almon 2"
    longest, trends, year_by, controls, weights, exclude : the values each choice may take (see :func:`icslib.estimate_lag`). A
        control is a column, or "deprivation by year" for an attribute with its own path. Year effects by an attribute that
        holds the system of each place compare within systems of that vintage
    most : where the choices make more combinations, so many are drawn at random

    Notes
    -----
    Specifications share data, so their intervals are not independent and the share clear of zero is not a test.
    """
    panels = panel if isinstance(panel, dict) else {"all": panel}
    slim = {name: _slim(each) for name, each in panels.items()}
    longest = list(longest)
    outcomes = [outcome] if isinstance(outcome, str) else list(outcome)
    choices = {
        "sample": list(panels), "outcome": outcomes, "shape": list(shapes), "longest lag": list(longest), "trends": list(trends),
        "comparison": list(year_by), "controls": list(controls), "weights": list(weights),
        "years left out": list(exclude),
    }  # fmt: skip
    every = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    drawn = np.sort(np.random.default_rng(1).choice(len(every), min(most, len(every)), replace=False))
    wide = _designs(slim, exposure, range(max(longest) + 1))

    @cache
    def held(last: int, *key) -> tuple[Design, LagSupport]:  # shapes and trends share the gate
        design = wide(*key)
        design = replace(design, lags=design.lags[: last + 1], block=design.block[: last + 1])
        return design, check_support(design, exposure, key[1])

    rows = []
    for spec in (every[at] for at in drawn):
        key = [value for name, value in spec.items() if name not in ("shape", "trends", "longest lag")]
        basis, _, degree = spec["shape"].partition(" ")
        made = dict.fromkeys(("estimate", "se", "low", "high", "p", "rows"), np.nan)
        try:
            how = {"basis": basis, "degree": int(degree or 2), "trends": spec["trends"]}
            model, profile, _ = fit_shape(*held(spec["longest lag"], *key), **how)
            total = infer(model, profile.sum(axis=0)[None])[0]
            made, reason = {**total._asdict(), "rows": model.rows}, ""
        except NotIdentified as refused:
            reason = str(refused)
        said = {name: _word(value) for name, value in spec.items()}
        said["comparison"] = f"within {said['comparison']}" if spec["comparison"] else "all places"
        rows.append({**said, **made, "reason": reason})
    specs = pd.DataFrame(rows).sort_values("estimate", ignore_index=True)
    if (specs["reason"] != "").all():
        raise NotIdentified(f"None of {len(specs)} specifications is identified. The first says: {specs['reason'].iloc[0]}")
    whole = next(iter(panels.values()))
    return SpecificationCurve(
        specs, _by_choice(specs, [name for name, values in choices.items() if len(values) > 1]), exposure, ", ".join(outcomes),
        whole.attrs.get("units", {}).get(outcomes[0], ""), source_cells(whole, exposure, *outcomes),
    )  # fmt: skip


def _slim(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with numbers for words: many designs are made of it."""
    words = [name for name in panel if not pd.api.types.is_numeric_dtype(panel[name])]
    codes = {name: pd.Series(pd.factorize(panel[name], sort=True)[0], panel.index).replace(-1, np.nan) for name in words}
    out = panel.assign(**codes)
    out.attrs = {"spans": panel.attrs.get("spans", {})}
    return out


def _designs(panels: dict[str, pd.DataFrame], exposure: str, lags: range) -> Callable[..., Design]:
    """What gives the arrays of one set of choices; what two sets have in common is made once."""
    effects: dict = {}
    plain = cache(lambda sample, y, x, w: make_design(panels[sample], exposure, y, lags, controls=x, weights=w))
    fixed = cache(lambda read, sample, name: read(panels[sample], np.unique(panels[sample]["place"]), name))

    def design(sample, outcome, year_by, controls, weights, exclude) -> Design:
        paths = [name.removesuffix(" by year") for name in controls if name.endswith(" by year")]
        made = plain(sample, outcome, tuple(name for name in controls if not name.endswith(" by year")), weights)
        return replace(
            made, outcome=np.where(touches(made.years, exclude, made.span), np.nan, made.outcome), effects=effects,
            groups=fixed(labels_of, sample, year_by) if year_by else None,
            attributes=np.array([fixed(attribute_of, sample, name) for name in paths]).reshape(-1, len(made.places)),
        )  # fmt: skip

    return design


def _by_choice(specs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    made = specs[specs["reason"] == ""].assign(clear=lambda d: (d["low"] > 0) | (d["high"] < 0), none="")
    how = {"median": ("estimate", "median"), "count": ("estimate", "count"), "clear": ("clear", "mean")}
    parts = {name: made.groupby(name).agg(**how) for name in names or ["none"]}
    return pd.concat(parts, names=["choice", "value"])


def _word(value: object) -> str:
    """A choice as a word for a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == ():
        return "none"
    return (", ".join(map(str, value)) if isinstance(value, tuple) else str(value)).replace("_", " ")
