"""What people said, with how many said it where that is known.

A share of answers has an interval only where the base is published. Where it is not, the share stands alone, and for a gap
between two shares the smallest base at which it would be clear is given instead: ``n = (z / gap)^2 (p1 (1-p1) + p2 (1-p2))`` for
two independent samples of n each, which errs on the safe side when the same people answered both.
"""

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import paths
from ..errors import BasisError
from ..results import Result
from ..stats.inference import Z
from ..tidy import cell_refs

UNIT_COLUMN = "H"  # of a table of figures, where values stand in E


@dataclass(frozen=True, eq=False)
class Voices(Result):
    """Survey shares.

    Attributes
    ----------
    table : DataFrame
        ``measure``, ``said`` (in words), ``period``, ``share`` (per cent), ``wording`` (intention, capacity, approval, worry,
        report), ``base`` (NaN: not published), ``low``, ``high`` (95% Wilson, NaN without a base), ``flag``, ``publisher``,
        ``note``; ``answers``: the printed count that a share was made from, NaN where the share itself is printed;
        ``cells:share`` (of a printed share), ``cells:answers`` and ``cells:base``: where each is printed.
    gap : float
        Intention less capacity to invest in prevention, percentage points.
    smallest : int
        Smallest number of answers to each question at which the gap excludes zero.
    """

    table: pd.DataFrame
    gap: float
    smallest: int
    intention: float
    capacity: float
    unit: str = "percent"

    @property
    def headline(self) -> str:
        """Intention beside capacity."""
        return f"{self.intention:.0f}% meant to invest in prevention; {self.capacity:.0f}% said they had the capacity"

    @property
    def finding(self) -> str:
        """Intention beside capacity, and what is not known about the gap."""
        return (
            f"{self.headline}, a gap of {self.gap:.0f} percentage points. How many answered is not published; from "
            f"{self.smallest} answers "
            "to each question on, the gap would be more than chance."
        )


def compare_voices(figures: pd.DataFrame) -> Voices:
    """Survey figures with their wording class and base, as ``data/raw/reference/survey_wording.csv`` gives them for each measure.

    Parameters
    ----------
    figures : observations with survey shares: ``nao_claims``, ``national_local`` and ``finances_national`` together
        A unit such as ``finance officers of 19`` is a count with its base.

    Raises
    ------
    BasisError
        A survey share without a wording class, by name; or intention and capacity not both there.
    """
    from statsmodels.stats.proportion import proportion_confint

    words = pd.read_csv(paths.raw("reference", "survey_wording.csv"), keep_default_na=False).set_index("measure")
    counted = figures["unit"].str.extract(r" of (\d+)$")[0].astype(float)
    rows = figures[(figures["basis"] == "survey") & ((figures["unit"] == "percent") | counted.notna())]
    rows = rows.drop_duplicates([name for name in ("measure", "period", "value", "address") if name in rows], keep="last")
    unknown = sorted(set(rows["measure"]) - set(words.index))
    if unknown:
        raise BasisError(f"No wording class is written for {', '.join(unknown)}. Add a row to survey_wording.csv.")
    base = counted[rows.index]
    share = rows["value"].where(base.isna(), 100 * rows["value"] / base)
    others = rows["measure"].map(words["base_measure"])
    told = figures.drop_duplicates("measure").set_index("measure")["value"]
    base = base.fillna(others.map(told))
    table = rows.assign(
        share=share, wording=rows["measure"].map(words["wording"]), said=rows["measure"].map(words["label"]), base=base
    )
    refs, made = cell_refs(rows), counted[rows.index].notna()
    lent = dict(zip(figures["measure"], cell_refs(figures), strict=True))
    table["answers"] = rows["value"].where(made)
    table["cells:share"] = [() if count else (ref,) for ref, count in zip(refs, made, strict=True)]
    table["cells:answers"] = [(ref,) if count else () for ref, count in zip(refs, made, strict=True)]
    table["cells:base"] = [
        _unit_cell(ref) if count else (lent[other],) if other in lent else ()
        for ref, count, other in zip(refs, made, others, strict=True)
    ]
    low, high = proportion_confint(
        (table["share"] * table["base"] / 100).to_numpy(float), table["base"].to_numpy(float), method="wilson"
    )
    table["low"], table["high"] = 100 * low, 100 * high
    both = table.set_index("measure")["share"]
    pair = ["intend_to_invest_in_prevention", "have_capacity_to_invest_in_prevention"]
    if any(name not in both for name in pair):
        raise BasisError(f"The gap needs both {' and '.join(pair)}. Load the table 'nao_claims' with the others.")
    meant, able = (float(np.atleast_1d(both[name])[0]) for name in pair)
    columns = ["measure", "said", "period", "share", "wording", "answers", "base", "low", "high", "flag", "publisher", "note"]
    columns += ["cells:share", "cells:answers", "cells:base"]
    table = table[columns].sort_values(["wording", "period", "measure"]).reset_index(drop=True)
    return Voices(table, meant - able, smallest_base(meant / 100, able / 100), meant, able)


def _unit_cell(ref: str) -> tuple[str, ...]:
    """The cell that prints the base of a count such as "finance officers of 19": the unit, beside the value in a table of
    figures.
    """
    match = re.fullmatch(r"(.*!)E(\d+)", ref)
    return (f"{match[1]}{UNIT_COLUMN}{match[2]}",) if match else ()


def smallest_base(one: float, other: float) -> int:
    """Fewest answers to each of two questions at which the difference of the shares excludes zero.

    >>> smallest_base(0.77, 0.31)
    8
    """
    if one == other:
        raise BasisError("Two equal shares have no gap to be told from none.")
    return math.ceil((Z / (one - other)) ** 2 * (one * (1 - one) + other * (1 - other)))
