"""Places that know their dates: what a code was, what it became, and what lay in it.

``data/raw/reference`` holds four tables, built from official files by ``tools/register``:
``places`` (every version of every place), ``place_aliases``, ``succession`` (what became
what, when, with the share that moved) and ``membership`` (what lay in what, at a vintage).
A *vintage* is a date at which boundaries are taken, written ``"2022-07"``.
"""

from .export import export_register
from .facts import Place, as_date, canonical, count_systems, places
from .lineage import Lineage, describe_place, lineage_of
from .moves import carry_over, to_vintage
from .names import find_place
from .overlap import check_overlap
from .rollup import home_of, roll_up
from .steps import changes

__all__ = [
    "Lineage",
    "Place",
    "as_date",
    "canonical",
    "carry_over",
    "changes",
    "check_overlap",
    "count_systems",
    "describe_place",
    "export_register",
    "find_place",
    "home_of",
    "lineage_of",
    "places",
    "roll_up",
    "to_vintage",
]
