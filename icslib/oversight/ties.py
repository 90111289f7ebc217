"""Whether outcomes go with national targets or with money: associations told in one sentence, with how little they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..errors import NotIdentified
from ..numbers import write_number
from ..results import Result

FEW = 10  # years below which their number is named as a reason


@dataclass(frozen=True, eq=False)
class Ties(Result):
    """Associations with one outcome, under what each stands for.

    Attributes
    ----------
    found : dict, what is told of (performance, debts) to the association found, as :func:`icslib.explain_deficits` gives it
    table : DataFrame, one row a term
        ``what``, ``term``, ``estimate``, ``low``, ``high`` (of the term alone, for one standard deviation more), ``holm``, ``systems``, ``years``.
    outcome : str
    """

    found: dict[str, Any]
    table: pd.DataFrame
    outcome: str

    @property
    def headline(self) -> str:
        """Which of them stand, in few words."""
        clear = list(dict.fromkeys(self.table.loc[self.table["holm"] < 0.05, "what"]))
        return f"{_capital(' and '.join(clear))} can be told to go with {self.outcome}" if clear else self._none(list(self.found))

    @property
    def finding(self) -> str:
        """What can be told, over how many systems and years."""
        systems = self.table["systems"].max()
        told = [f"{what} ({self._span(what)})" for what in self.found]
        few = " Few years are one reason." if min(one.years for one in self.found.values()) < FEW else ""
        clear = self.table[self.table["holm"] < 0.05]
        if clear.empty:
            return f"{self._none(told)}, over {systems} systems.{few}"
        row = clear.iloc[0]
        size = f"{row['term']}: {write_number(row['estimate'], row['unit'])} for one standard deviation more (95% interval {write_number(row['low'])} to {write_number(row['high'])})"
        return f"{self.headline}, over {systems} systems; {size}. Looked at: {', '.join(told)}."

    def _none(self, told: list[str]) -> str:
        return f"No association of {' or '.join(told)} with {self.outcome} can be told from none"

    def _span(self, what: str) -> str:
        count = self.found[what].years
        return f"{count} years" if count > 1 else "one change over time"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def weigh_ties(found: Mapping[str, Any], outcome: str, terms: Mapping[str, list[str]] | None = None) -> Ties:
    """Associations of one outcome, told together.

    Parameters
    ----------
    found : what each stands for, in words, and the association found: ``terms``, ``places``, ``years``, ``difference``
    outcome : the outcome in words
    terms : the terms that speak for each, where some are there only to be allowed for; by default all
    """
    rows = []
    for what, one in found.items():
        chosen = list((terms or {}).get(what, one.terms.index))
        lost = [term for term in chosen if term not in one.terms.index]
        if lost:
            raise NotIdentified(f"{what} has no term {lost}; it has {list(one.terms.index)}.")
        for term in chosen:
            row = one.terms.loc[term]
            rows.append((what, term, row["alone"], row["alone_low"], row["alone_high"], row["holm"], one.places, one.years, one.difference))
    columns = ["what", "term", "estimate", "low", "high", "holm", "systems", "years", "unit"]
    return Ties(dict(found), pd.DataFrame(rows, columns=columns), outcome)
