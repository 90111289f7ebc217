"""Join two editions of one series by a stated rule, chosen and tested where they overlap.

The newer edition stands as printed. Earlier years of the older one are moved to its level. Which rule moves them best is not
assumed: each is made to predict the first overlapping years from the later ones, as if the newer edition began later,
and the one with the smallest error is used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icslib.errors import BasisError
from icslib.results import Result
from icslib.tidy import cell_refs

RULES = ("as printed", "one ratio", "ratio by place", "ratio with a trend")


@dataclass(frozen=True, eq=False)
class Splice(Result):
    """One series from two editions.

    Attributes
    ----------
    observations : DataFrame
        Rows of the contract; those of the older edition moved to the newer level, flagged "respliced"; `cells` names the cell
        printed (for moved rows; the ratio comes from all cells of the overlap).
    overlap : DataFrame, index ``year``
        ``ratio`` (geometric mean of newer over older), ``spread`` (its standard deviation between places, log points x 100), ``places``.
    rules : DataFrame, index ``rule``
        ``error``: root mean squared error, percent, in predicting the held-back overlap years.
    rule : str, the one used
    measure : str
    first, last, newer_from : int
    """

    observations: pd.DataFrame
    overlap: pd.DataFrame
    rules: pd.DataFrame
    rule: str
    measure: str
    first: int
    last: int
    newer_from: int

    @property
    def finding(self) -> str:
        """How far apart the editions are, and how well the rule closes the gap."""
        low, high = (100 * (self.overlap["ratio"].agg(f) - 1) for f in ("min", "max"))
        return (
            f"{self.measure}, {self.first} to {self.last}: two editions joined at {self.newer_from}. The newer stands {low:.1f}% to "
            f"{high:.1f}% above the older on the {len(self.overlap)} years they share. Rule: {self.rule}, which predicts held-back "
            f"years within {self.rules.loc[self.rule, 'error']:.2f}% (as printed: {self.rules.loc['as printed', 'error']:.2f}%)."
        )


def splice_editions(observations: pd.DataFrame, measure: str, *, rule: str | None = None, held_back: int = 3) -> Splice:
    """Join the two editions (two ``source`` ids) of `measure`; values must be positive.

    Parameters
    ----------
    observations : DataFrame of the contract, holding both editions
    rule : one of "as printed", "one ratio", "ratio by place", "ratio with a trend"; by default the best on the overlap
    held_back : overlap years the rules are tested on

    Raises
    ------
    BasisError
        Unless there are exactly two editions with more than `held_back` + 1 years in common, in one unit.
    """
    frame = observations[observations["measure"] == measure].copy()
    if rule is not None and rule not in RULES:
        raise BasisError(f"rule={rule!r} is not known. Choose one of {RULES}.")
    frame["year"] = pd.to_datetime(frame["end"]).dt.year
    starts = frame.groupby("source")["year"].min().sort_values()
    if len(starts) != 2 or frame["unit"].nunique() != 1:
        raise BasisError(
            f"{measure} comes in {len(starts)} editions ({', '.join(starts.index)}) and units {sorted(frame['unit'].unique())}; "
            "a splice joins two editions in one unit."
        )
    older, newer = starts.index
    wide = frame.pivot(index=["place", "year"], columns="source", values="value")
    gap = np.log(wide[newer] / wide[older]).dropna().rename("gap").reset_index()
    shared = sorted(gap["year"].unique())
    if len(shared) < held_back + 2:
        raise BasisError(f"{older} and {newer} share {len(shared)} years; at least {held_back + 2} are needed to test a rule.")
    early = gap["year"].isin(shared[:held_back])
    errors = {name: gap[early]["gap"] - _predict(name, gap[~early], gap[early]) for name in RULES}
    rules = pd.DataFrame({"error": {name: 100 * float(np.sqrt((e**2).mean())) for name, e in errors.items()}}).rename_axis("rule")
    chosen = rule or str(rules["error"].idxmin())
    kept = frame[(frame["source"] == newer) | (frame["year"] < starts[newer])].copy()
    moved = kept["source"] == older
    kept["cells"] = [(ref,) for ref in cell_refs(kept)]
    kept.loc[moved, "value"] *= np.exp(_predict(chosen, gap, kept[moved]))
    kept.loc[moved & (kept["flag"] == ""), "flag"] = "respliced"
    by_year = gap.groupby("year")["gap"]
    overlap = pd.DataFrame({"ratio": np.exp(by_year.mean()), "spread": 100 * by_year.std(), "places": by_year.count()})
    return Splice(
        kept.drop(columns="year").reset_index(drop=True), overlap, rules, chosen, measure,
        int(starts[older]), int(kept["year"].max()), int(starts[newer]),
    )  # fmt: skip


def _predict(rule: str, seen: pd.DataFrame, asked: pd.DataFrame) -> np.ndarray:
    """Log ratio the rule, learnt on `seen`, gives for the rows of `asked`."""
    if rule == "as printed":
        return np.zeros(len(asked))
    if rule == "ratio by place":
        return asked["place"].map(seen.groupby("place")["gap"].mean()).fillna(seen["gap"].mean()).to_numpy()
    if rule == "ratio with a trend":
        return np.polyval(np.polyfit(seen["year"], seen["gap"], 1), asked["year"])
    return np.full(len(asked), seen["gap"].mean())
