"""Units and scales as titles state them: ``£m``, ``£000``, ``%``, ``per 100,000``."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit in our writing and what one of it is in the unit without scale (``GBP m`` is 1,000,000 GBP)."""

    name: str
    scale: float = 1.0


_FORMS = [
    (
        r"£\s*(?:/|per)\s*(head|capita|person|m²|m2|bed|\w+)",
        lambda m: Unit(f"GBP per {m[1].lower().replace('capita', 'head').replace('m2', 'm²')}"),
    ),
    (r"£\s*(?:bn|billions?)(?![a-z])|\bGBP bn\b", lambda m: Unit("GBP bn", 1e9)),
    (r"£\s*(?:mn?|millions?)(?![a-z])|\bGBP m\b", lambda m: Unit("GBP m", 1e6)),
    (r"£\s*['’]?(?:000['’]?s?|k|thousands?)(?![a-z\d])", lambda m: Unit("GBP thousand", 1e3)),
    (r"(?<!\d)%|\bper ?cent\b|\bpercentages?\b|_percent(?:age)?\b|_pct\b|\bpct_", lambda m: Unit("percent")),
    (r"£", lambda m: Unit("GBP")),
    (r"\bper\s+(\d[\d,]*\d|\d)(?!\d)", lambda m: Unit(f"per {int(m[1].replace(',', '')):,}")),
    (r"\bper[\s_](\d+)k\b", lambda m: Unit(f"per {int(m[1]) * 1000:,}")),
    (r"\b(?:FTE|WTE|(?:full|whole)[- ]time equivalents?)\b", lambda m: Unit("FTE")),
    (r"\bheadcounts?\b", lambda m: Unit("headcount")),
    (r"\bm²|\(m2\)|\bsquare met(?:re|er)s\b", lambda m: Unit("m²")),
    (r"\b(kWh|GJ)\b", lambda m: Unit(m[1])),
    (r"\b(tonnes|hectares)\b", lambda m: Unit(m[1].lower())),
    (r"\bm³|\(m3\)|\bcubic met(?:re|er)s\b", lambda m: Unit("m³")),
    (r"\((years|days|hours|months|weeks|beds|persons|people)\)", lambda m: Unit(m[1].lower())),
    (r"\(\s*['’]?000['’]?s?\s*\)|\bthousands\b", lambda m: Unit("thousand", 1e3)),
    (r"\(millions?\)|\bin millions\b", lambda m: Unit("million", 1e6)),
    (r"(?:^|\| )(?:numbers?|counts?|numerators?|denominators?)$", lambda m: Unit("number")),
    (r"\((?:no|nos|number|count)\.?\)|(?<![\w.])no\.(?=$| \|)", lambda m: Unit("number")),
]
_KNOWN = [(re.compile(form, re.I), make) for form, make in _FORMS]


@lru_cache(4096)
def find_unit(text: str) -> Unit | None:
    """The first unit that `text` states, looking from the most particular to the plainest.

    >>> find_unit("Outturn £m"), find_unit("2023/24 | £000"), find_unit("Rate per 100,000 population")
    (Unit(name='GBP m', scale=1000000.0), Unit(name='GBP thousand', scale=1000.0), Unit(name='per 100,000', scale=1.0))
    >>> find_unit("Vacancy rate (%)"), find_unit("Ambleton") is None
    (Unit(name='percent', scale=1.0), True)
    """
    return next((unit for unit, _ in _search(text)), None)


def is_unit(text: str) -> bool:
    """Whether `text` states a unit and nothing else.

    >>> is_unit("(£ million)"), is_unit("Figures in £000"), is_unit("Plan £m")
    (True, True, False)
    """
    return any(
        re.fullmatch(r"(all )?(figures|values|units?)?( are)?( in)?:?", rest.strip(" ().,"), re.I) for _, rest in _search(text)
    )


def find_only_unit(text: str) -> Unit | None:
    """The unit that a text over a whole table states; None when it states several, as `Headcount and FTE` does."""
    found = next(_search(text), None)
    return found[0] if found and not find_unit(found[1]) else None


def _search(text: str) -> Iterator[tuple[Unit, str]]:
    """Units that `text` states, each with the rest of the text."""
    for form, make in _KNOWN:
        if match := form.search(text):
            yield make(match), text[: match.start()] + text[match.end() :]
