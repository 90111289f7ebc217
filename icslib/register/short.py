"""Short names of places for sentences, axes and tables: "South Yorkshire", not "NHS South Yorkshire Integrated Care Board"."""

import re
from collections.abc import Iterable

from .facts import places, remember

DRESS = re.compile("^NHS | Integrated Care Board$| NHS Foundation Trust$| NHS Trust$")


def short_names(codes: Iterable[str]) -> dict[str, str]:
    """The usual name of each code; a code the register does not know is its own name.

    >>> short_names(["QF7", "E92000001", "not placed"])
    {'QF7': 'South Yorkshire', 'E92000001': 'England', 'not placed': 'not placed'}
    """
    known = _names()
    return {code: known.get(code, str(code)) for code in codes}


def kind_of(codes: Iterable[str]) -> str:
    """What the places are called together: "systems" or "trusts" if every one is such, else "places".

    >>> kind_of(["QF7", "QWO"]), kind_of(["QF7", "elsewhere"])
    ('systems', 'places')
    """
    held = set(codes)
    return next((f"{kind}s" for kind in ("system", "trust") if held <= _codes(kind)), "places")


@remember("places")
def _codes(kind: str) -> set[str]:
    return set(places(type=kind)["code"])


@remember("places")
def _names() -> dict[str, str]:
    frame = places().sort_values("valid_from")
    names = dict(zip(frame["code"], frame["name"], strict=True))
    return {"E92000001": "England"} | {code: DRESS.sub("", name) for code, name in names.items() if name and code != "E92000001"}
