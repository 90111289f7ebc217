"""Find a place by any name it goes by, as people write it."""

import re
import warnings
from datetime import date

import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ..errors import PlaceError, PlaceWarning
from .facts import OPEN, Place, as_date, canonical, place_of, remember, table

# Words that say what kind of body is meant, and the type they point to.
KINDS = [
    (r"\b(INTEGRATED CARE BOARD|ICB) (?=(\d\w\w|[A-Z]\d[A-Z]\d[A-Z])$)", "sub_icb"),
    (r"\b(INTEGRATED CARE (BOARD|SYSTEM)|ICBS?|ICS|SUSTAINABILITY AND TRANSFORMATION (PLAN|PARTNERSHIP)|STP)\b", "system"),
    (r"\b(CLINICAL COMMISSIONING GROUP|CCG)\b", "ccg"),
    (r"\b(PRIMARY CARE TRUST|PCT)\b", "pct"),
    (r"\b(NHS )?(FOUNDATION )?TRUST\b|\bFT\b", "trust"),
    (r"\b((CITY|COUNTY|BOROUGH|DISTRICT|METROPOLITAN) )*COUNCIL\b", "local_authority"),
    (r"\bNHS (ENGLAND )?REGION\b", "NHS region"),
    (r"\bREGION\b", "region"),
]
SHORT = {f"{a[0]}{b[0]}": f"{a} {b}" for a in ("NORTH", "SOUTH") for b in ("EAST", "WEST")} | {
    "WILTS": "WILTSHIRE",
    "HERTS": "HERTFORDSHIRE",
}
# A slip is a letter more, less, other, or two that changed places (optimal string alignment distance).
SLIPS = {5: 1, 12: 2}  # from this many letters of a name, so many slips are forgiven
NUMBERED = re.compile(r"\w*\d\w*")
CLEAR = 2  # if no other place is within so many slips more


def plain(text: str) -> tuple[str, str]:
    """A name stripped to what tells it apart, and the kind of body its words point to.

    >>> plain("NHS Bath & North East Somerset, Swindon & Wiltshire Integrated Care Board")
    ('BATH AND NORTH EAST SOMERSET SWINDON AND WILTSHIRE', 'system')
    """
    name = re.sub(r"[^A-Z0-9]+", " ", re.sub(r"['’]", "", text.upper().replace("&", " AND "))).strip()
    kind = ""
    for words, type_ in KINDS:
        shorter = re.sub(words, " ", name)
        if shorter != name:
            name, kind = shorter, kind or type_
    name = name if name == "NHS ENGLAND" else re.sub(r"\b(NHS|THE)\b", " ", name)
    return " ".join(SHORT.get(word, word) for word in name.split()), kind


@remember("places", "place_aliases")
def _index() -> pd.DataFrame:
    """Every name of every version: plain name and row of the register."""
    frame, other = table("places"), table("place_aliases")
    named = pd.DataFrame(dict(plain=frame["name"].map(lambda n: plain(n)[0]), row=frame.index, code=frame["code"]))
    alias = other.assign(plain=other["alias"].map(lambda n: plain(n)[0]))[["plain", "code"]]
    return pd.concat([named, alias.merge(named[["code", "row"]].drop_duplicates(), on="code")]).drop_duplicates(["plain", "row"])


def find_place(text: str, at: str | date | None = None, place_type: str | None = None) -> Place:
    """The one place that goes by `text`: a code, a name old or new, in capitals, with "&".

    A typing slip is forgiven where one place is close beyond doubt (``SLIPS``, ``CLEAR``), and a :class:`PlaceWarning` says how
    it was read.

    Parameters
    ----------
    text : str
        "NHS" and "the" are ignored; "ICB", "CCG", "Foundation Trust" or "Council" say which kind is meant.
    at : date or vintage, optional
        Only places in force then. Without it, the latest version, open places before closed ones.
    place_type : str, optional
        Only places of this type.

    Raises
    ------
    PlaceError
        Unknown, with the nearest names; or more than one, with their codes and dates.

    >>> find_place("greater manchester icb").code, find_place("BLACK COUNTRY & WEST BIRMINGHAM STP").code
    ('QOP', 'QUA')
    >>> find_place("Lincolnshire", place_type="local_authority").code
    'E10000019'
    """
    frame = table("places")
    index = _index()
    wanted, hint = plain(text)
    kind = place_type or hint
    allowed = frame
    if hint == "NHS region" and kind in (hint, "region"):
        allowed = frame[(frame["place_type"] == "region") & frame["code"].str.startswith("Y")]
    elif kind:
        allowed = frame[frame["family"] == "sub_icb"] if kind in ("ccg", "sub_icb") else frame[frame["place_type"] == kind]
        if place_type and allowed.empty:
            raise PlaceError(f"{place_type!r} is not a type of place. Types: {', '.join(sorted(set(frame['place_type'])))}.")
    code = canonical(pd.Series([text])).iloc[0]
    index = index[index["row"].isin(allowed.index)]
    hits = frame[frame["code"] == code] if isinstance(code, str) else frame.loc[index.loc[index["plain"] == wanted, "row"]]
    slipped = hits.empty
    if slipped:
        hits = frame.loc[_near(wanted, index)]
    if at is not None:
        day = as_date(at)
        then = hits[(hits["valid_from"] <= day) & (day <= hits["valid_to"])]
        if then.empty and not hits.empty:
            raise PlaceError(
                f"{text!r} was not there on {day.date()}: {_list(hits)}. Ask for another date, or for its successor."
            )
        hits = then
    if hits.empty:
        raise PlaceError(f"{text!r} is not a place in the register. Nearest: {_suggest(wanted, index, frame)}.")
    hits = hits.sort_values("valid_from").drop_duplicates("code", keep="last") if at is None else hits
    if len(hits) > 1 and (hits["valid_to"] == OPEN).any():
        hits = hits[hits["valid_to"] == OPEN]
    if hits["code"].nunique() > 1:
        several = f"{text!r} is {hits['code'].nunique()} places: {_list(hits)}"
        raise PlaceError(f"{several}. Say which by its code, with place_type= or with at=.")
    place = place_of(hits.iloc[-1])
    if slipped:
        warnings.warn(f"{text!r} was read as {place.name} ({place.code}).", PlaceWarning, stacklevel=2)
    return place


def _near(wanted: str, index: pd.DataFrame) -> pd.Index:
    """Rows of the one place whose name is so close that it must be a slip of the pen; what holds a digit must be as written."""
    forgiven = max((slips for letters, slips in SLIPS.items() if len(wanted) >= letters), default=0)
    close = process.extract(wanted, index["plain"].unique(), scorer=OSA.distance, score_cutoff=forgiven + CLEAR - 1, limit=None)
    slips = {name: slips for name, slips, _ in close if NUMBERED.findall(name) == NUMBERED.findall(wanted)}
    least = min(slips.values(), default=forgiven + 1)
    near = index[index["plain"].isin(slips)]
    mine = near[near["plain"].map(slips) == least]
    beyond_doubt = least <= forgiven and set(near.loc[near["plain"].map(slips) < least + CLEAR, "code"]) == set(mine["code"])
    return pd.Index(mine["row"]) if beyond_doubt else pd.Index([])


def _suggest(wanted: str, index: pd.DataFrame, frame: pd.DataFrame) -> str:
    found = process.extract(wanted, index["plain"].unique(), scorer=fuzz.WRatio, limit=12)
    rows = [index.loc[index["plain"] == name, "row"].iloc[-1] for name, _, _ in found]
    near = frame.loc[rows].drop_duplicates("code").head(4)
    return ", ".join(f'"{name}" ({code})' for name, code in zip(near["name"], near["code"], strict=True)) or "none"


def _list(rows: pd.DataFrame) -> str:
    return "; ".join(str(place_of(row)) for _, row in rows.drop_duplicates("code", keep="last").head(8).iterrows())
