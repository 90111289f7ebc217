"""Every panel at once: which lags each can see, what it says of them, and whether that survives its tests."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotIdentified
from ..panel import write_runs
from ..results import Result
from .challenges import challenge_lag
from .gate import MIN_YEARS, supported_lags


@dataclass(frozen=True, eq=False)
class LagSurvey(Result):
    """One row a panel.

    Attributes
    ----------
    rows : DataFrame, index ``panel``
        ``exposure``, ``outcome``, ``places``, ``seen`` (lags identified), ``used`` (those read from three outcome years or more),
        ``estimate``, ``low``, ``high`` (sum over the used lags), ``leads`` (placebo's p-value), ``fails`` (tests not passed) and
        ``reading``: "silent" (interval holds zero or no lag), "not robust" (clear of zero, fails a test), "stands".
    sources : processed tables used
    """

    rows: pd.DataFrame
    sources: tuple[str, ...] = ()

    @property
    def finding(self) -> str:
        """How many panels are silent, not robust, or stand, and the longest lag any sees."""
        fragile = int((self.rows["reading"] == "not robust").sum())
        said = f"; {fragile} more {'are' if fragile > 1 else 'is'} clear of none but fail{'s' * (fragile == 1)} a test"
        held = said if fragile else ""
        return (
            f"{self.headline}{held}. That is silence, not proof of no effect: these figures cannot show anything later than "
            f"{self.rows['longest'].max():.0f} years with confidence."
        )

    @property
    def headline(self) -> str:
        """How many show a link that passes its tests."""
        count = int((self.rows["reading"] == "stands").sum())
        pairs = f"{count or 'None'} of {len(self.rows)} pairs of exposure and outcome"
        return f"{pairs} show{'s' * (count < 2)} a link that passes its tests"


def survey_lags(cases: dict[str, dict], *, longest: int = 10, exclude: tuple[int, ...] = (), **options) -> LagSurvey:
    """Put every panel through the same gate, estimate and tests.

    Parameters
    ----------
    cases : name to the keywords of :func:`icslib.challenge_lag`: ``panel``, ``exposure``, ``outcome`` and, if there are any,
        ``region`` and ``attribute``
    longest : longest lag looked for
    exclude : outcome years left out everywhere; a named choice
    options : for the estimate (`basis`, `degree`, `errors`)
    """
    rows: dict = {}
    sources: list[str] = []
    for name, case in cases.items():
        gate = supported_lags(case["panel"], case["exposure"], case["outcome"], range(0, longest + 1), exclude=exclude)
        sources += gate.sources
        used = [lag for lag in gate.identified if gate.lags.loc[lag, "years"] >= MIN_YEARS]
        rows[name] = {
            "exposure": case["exposure"], "outcome": case["outcome"], "places": int(gate.lags["places"].max()),
            "seen": write_runs(gate.identified) or "none", "used": write_runs(used) or "none",
            "longest": max(used, default=np.nan), **_tested({**options, **case, "lags": used, "exclude": exclude}),
        }  # fmt: skip
    return LagSurvey(pd.DataFrame.from_dict(rows, orient="index").rename_axis("panel"), tuple(dict.fromkeys(sources)))


def _tested(case: dict) -> dict:
    """The sum over the lags, the tests it fails, and what is to be made of it."""
    silent = {**dict.fromkeys(("estimate", "low", "high", "leads"), np.nan), "fails": "", "reading": "silent"}
    if len(case["lags"]) < 2:
        return silent
    try:
        tests = challenge_lag(**{**case, "degree": min(case.get("degree", 2), len(case["lags"]) - 1), "draws": 0}).rows
    except NotIdentified:
        return silent
    base, failed = tests.iloc[0], [name for name, passed in tests["passes"].iloc[1:].items() if passed is False]
    clear = base["low"] > 0 or base["high"] < 0
    return {
        **base[["estimate", "low", "high"]].to_dict(), "leads": tests["p"].get("placebo leads", np.nan),
        "fails": ", ".join(failed), "reading": "silent" if not clear else "not robust" if failed else "stands",
    }  # fmt: skip
