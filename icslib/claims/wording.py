"""The ledger in words: figures as a reader meets them, why a verdict was given, and what the whole comes to."""

from typing import Any

import pandas as pd

from ..numbers import write_number

HOLDS = ("reproduced", "consistent")
FAILS = ("differs", "superseded")
AS_SAID = {
    "at least": "ours is no less, as said",
    "at most": "ours is no more, as said",
    "about": "ours is within a tenth of it",
    "nearly": "ours is at most a tenth less",
}
SHARED = 3  # statements that a reason must hold back to be told in the short list


def write_figure(value: float, unit: str, places: int | None = None) -> str:
    """A figure with thousands of millions as £bn, and counts of whole things without decimals.

    >>> write_figure(9200.0, "GBP m"), write_figure(-651.0, "GBP m"), write_figure(31.0, "systems"), write_figure(9.7, "percent")
    ('£9.2bn', '−£651m', '31 systems', '9.7%')
    """
    if unit == "GBP m" and abs(value) >= 1000:
        digits = next(n for n in range(3) if n == 2 or abs(round(value / 1000, n) - value / 1000) < 0.005)
        return write_number(value / 1000, "GBP bn", places=digits)
    whole = unit not in ("percent", "") and not unit.startswith("GBP") and float(value).is_integer()
    return write_number(value, unit, places=0 if whole else places)


def tell_why(verdict: str, flag: str, apart: float, low: float, high: float, unit: str) -> str:
    """Why a figure of ours earned its verdict, in one clause; `flag` is the statement's own qualifier."""
    if verdict == "reproduced":
        return "ours, rounded as the statement is, gives it"
    if verdict == "consistent":
        between = f"{write_figure(low, unit)} to {write_figure(high, unit)}"
        return AS_SAID.get(flag) or f"both fit once rounding is allowed for: ours may be {between}"
    size = f"{write_number(abs(apart))} points" if unit == "percent" else write_figure(abs(apart), unit)
    side = f"{size} {'less' if apart < 0 else 'more'}"
    return f"ours is {side}, " + ("a revision since" if verdict == "superseded" else "more than rounding leaves open")


def sum_up(counts: dict[str, int]) -> str:
    """How many statements hold, do not, and cannot be checked."""
    told = lambda names: ", ".join(f"{counts[name]} {name}" for name in names if counts[name])  # noqa: E731
    hold, fail = (sum(counts[name] for name in names) for names in (HOLDS, FAILS))
    parts = [
        f"{hold} hold ({told(HOLDS)})" if hold else "none holds",
        f"{fail} {'does' if fail == 1 else 'do'} not" if fail else "",
        f"{counts['cannot be checked']} cannot be checked" if counts["cannot be checked"] else "",
    ]
    return f"Of {sum(counts.values())} statements: {', '.join(filter(None, parts))}."


def tell_failed(row: Any) -> str:
    """One statement that does not hold, with ours and what may explain it."""
    about = row.reason or row.why
    found = write_figure(row.ours, row.unit)
    return f"“{row.statement}” ({row.publisher}) does not hold: we find {found}. {about[:1].upper()}{about[1:]}."


def tell_unchecked(rows: pd.DataFrame) -> str:
    """What keeps statements from being checked: the reasons that hold back several, and how many have one of their own."""
    counts = rows["reason"].value_counts()
    shared = counts[counts >= SHARED]
    told = [f"for {count}, {reason}" for reason, count in shared.items()]
    rest = len(rows) - int(shared.sum())
    own = [f"{'the other ' if told else ''}{rest} for reasons told beside each in the ledger"] if rest else []
    return f"{len(rows)} cannot be checked: {'; '.join(told + own)}."
