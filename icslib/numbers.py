"""Numbers as spreadsheets print them, and as we write them.

:func:`parse_number` reads one printed cell as a value and a flag; :func:`parse_numbers`
does a whole column. A mark that stands for "no figure" is NaN with a flag, never zero.
"""

import math
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Marks that stand for a figure, or stand beside one, and what the publisher means by them.
# [x] forms: Analysis Function shorthand. The rest: older marks seen in NHS and ONS files.
MARKS = {
    "[c]": "suppressed",
    "[x]": "not available",
    "[z]": "not applicable",
    "[low]": "low",
    "[u]": "low reliability",
    "[w]": "withdrawn",
    "[e]": "estimated",
    "[f]": "forecast",
    "[p]": "provisional",
    "[r]": "revised",
    "[b]": "break in series",
    "*": "suppressed",
    "**": "suppressed",
    "..": "not available",
    "...": "not available",
    ":": "not available",
    ".": "not available",
    "-": "not available",
    "--": "not available",
    "~": "low",
    "n/a": "not applicable",
    "#n/a": "not available",
    "na": "not available",
    "nan": "not available",
    "null": "not available",
    "none": "not available",
    "not applicable": "not applicable",
    "not available": "not available",
    "not known": "not available",
    "suppressed": "suppressed",
    "#div/0!": "not available",
    "#value!": "not available",
    "#ref!": "not available",
    "#num!": "not available",
    "#name?": "not available",
    "#null!": "not available",
}
BESIDE = {"(p)": "provisional", "(r)": "revised", "(e)": "estimated", "p": "provisional", "r": "revised"}

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2007", " ") | dict.fromkeys("\u2212\u2013\u2012", "-"))
_SUPERSCRIPTS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_DIGITS = r"(?P<digits>(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]*|0)(?:\.[0-9]*)?|\.[0-9]+)"
_POWER = r"(?:e(?P<power>[+-][0-9]+))?"  # with its sign, as programs write it: 5E1 may be a code or a slip
_NUMBER = re.compile(rf"(?P<sign>[-+])?\s*(?P<pound>£)?\s*(?P<inner>-)?\s*{_DIGITS}{_POWER}\s*%?\s*(?P<trailing>-)?", re.I)
_BRACKETED = re.compile(r"\[(\w+(?: \w+)?)\]")
_BESIDE = re.compile(r"(?<=[0-9.%)])\s*(?P<mark>[*†‡§]+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:[,\s][¹²³⁴⁵⁶⁷⁸⁹⁰]+)*|\([pre]\)|[pr])$", re.I)
_BOUND = re.compile(r"(?P<side>[<>≤≥])\s*£?(?P<figure>[0-9,.]+)\s*%?")
_PLAIN = r"^[-+]?((0|[1-9][0-9]*)\.?[0-9]*|\.[0-9]+)([eE][-+][0-9]{1,3})?$"
_GROUPED = r"^-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?$"


def parse_number(cell: object, marks: Mapping[str, str | float] | None = None) -> tuple[float, str]:
    """Read one spreadsheet cell as ``(value, flag)``.

    Brackets and a minus before or after are negative; a percentage keeps its printed size. An
    empty cell is NaN without a flag. Text that is no number and no known mark is NaN with
    the flag ``unreadable``, so that nothing is lost silently; so is a code such as ``007``. A number of a note beside the figure
    is a flag ``note 1``; a bound such as ``<5`` is NaN with the flag ``below 5``. `marks` adds to or
    replaces :data:`MARKS` for one publication: a mark to a flag, or to the figure it stands for.

    >>> parse_number("(1,204.5)")
    (-1204.5, '')
    >>> parse_number("[x]")
    (nan, 'not available')
    >>> parse_number("12.5 [p][r]"), parse_number("31²"), parse_number("-", {"-": 0.0})
    ((12.5, 'provisional; revised'), (31.0, 'note 2'), (0.0, ''))
    """
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return math.nan, ""
    if isinstance(cell, (bool, np.bool_)):
        return math.nan, "unreadable"
    if isinstance(cell, (int, float)):
        return (float(cell), "") if not math.isinf(cell) else (math.nan, "unreadable")
    text = str(cell).translate(_SPACES).strip()
    if not text:
        return math.nan, ""
    known = {**MARKS, **{mark.lower(): meaning for mark, meaning in marks.items()}} if marks else MARKS
    meaning = known.get(text.lower())
    if meaning is not None:
        return (math.nan, meaning) if isinstance(meaning, str) else (float(meaning), "")
    if text[0].isalpha():
        return math.nan, "unreadable"
    flags = [_bracket_flag(found, known) for found in _BRACKETED.findall(text)]
    bare = _BRACKETED.sub("", text).strip()
    while beside := _BESIDE.search(bare):
        mark, bare = beside["mark"], bare[: beside.start()].strip()
        flags.append(BESIDE.get(mark.lower()) or "note " + mark.translate(_SUPERSCRIPTS))
    value = _read(bare)
    if value is None:
        bound = _BOUND.fullmatch(bare)
        flags.append(("below " if bound["side"] in "<≤" else "above ") + bound["figure"] if bound else "unreadable")
    return math.nan if value is None else value, "; ".join(dict.fromkeys(flags))


def _bracket_flag(inside: str, known: Mapping[str, str | float]) -> str:
    words = inside.lower().split()
    if words[-1].isdigit() and words[0] in ("note", words[-1]):
        return f"note {words[-1]}"
    meaning = known.get(f"[{inside.lower()}]")
    return meaning if isinstance(meaning, str) else "unreadable"


def _read(bare: str) -> float | None:
    """The figure in `bare`, NaN when nothing is left of it, None when it is no figure."""
    if not bare:
        return math.nan
    bracket = re.fullmatch(r"\(([^()]*)\)%?", bare)
    match = _NUMBER.fullmatch(bracket[1].strip() if bracket else bare)
    if not match:
        return None
    minus = [bool(bracket), match["sign"] == "-", bool(match["inner"]), bool(match["trailing"])]
    if sum(minus) > 1:
        return None
    value = float(re.sub("[, ]", "", match["digits"]) + (f"e{match['power']}" if match["power"] else ""))
    return None if math.isinf(value) else -value if any(minus) else value


def parse_numbers(cells: pd.Series, marks: Mapping[str, str | float] | None = None) -> pd.DataFrame:
    """Read a column of cells; columns ``value`` (float) and ``flag`` (text), same index.

    Plain figures are read all at once, each other text once however often it is printed.

    >>> parse_numbers(pd.Series(["1,000", "*"])).values.tolist()
    [[1000.0, ''], [nan, 'suppressed']]
    """
    values, flags = read_figures(cells, marks)
    return pd.DataFrame({"value": values, "flag": flags}, index=cells.index)


def read_figures(
    cells: pd.Series | list | pa.Array | pa.ChunkedArray, marks: Mapping[str, str | float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`parse_numbers`, but two plain arrays, and for a list or an Arrow text array too."""
    if isinstance(cells, pd.Series):
        if cells.dtype.kind in "iuf" and not isinstance(cells.dtype, pd.CategoricalDtype):
            values = cells.to_numpy(float, na_value=math.nan)
            if not np.isinf(values).any():
                return values, np.full(len(cells), "", dtype=object)
        cells = cells.tolist() if cells.dtype == object else pa.array(cells.astype("str").array, pa.large_string())
    flags = np.full(len(cells), "", dtype=object)
    if not isinstance(cells, list):
        values, words = _text_figures(cells)
        _read_words(cells.take(pa.array(words)), words, values, flags, marks)
        return values, flags
    kinds = set(map(type, cells))
    values = np.array(cells if kinds == {float} else [cell if type(cell) is float else math.nan for cell in cells], dtype=float)
    if str in kinds:
        spots = np.array([spot for spot, cell in enumerate(cells) if type(cell) is str and cell], dtype=np.intp)
        text = pa.array([cells[spot] for spot in spots.tolist()], pa.large_string())
        values[spots], words = _text_figures(text)
        _read_words(text.take(pa.array(words)), spots[words], values, flags, marks)
    odd = np.flatnonzero(np.isinf(values)).tolist()
    if kinds - {float, str, type(None)}:
        odd += [spot for spot, cell in enumerate(cells) if cell is not None and type(cell) not in (float, str)]
    for spot in odd:
        values[spot], flags[spot] = parse_number(cells[spot], marks)
    return values, flags


def _read_words(words: pa.Array, spots: np.ndarray, values: np.ndarray, flags: np.ndarray, marks: Mapping | None) -> None:
    """Read each different text once and put the outcome in every spot that prints it."""
    coded = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    coded = coded.dictionary_encode()
    if not len(coded.dictionary):
        return
    known = pa.array(sorted(MARKS.keys() | {mark.lower() for mark in marks or ()}), pa.large_string())
    wordy = pc.match_substring_regex(coded.dictionary, r"^[A-Za-z]")
    wordy = pc.and_(wordy, pc.invert(pc.is_in(pc.utf8_trim_whitespace(pc.utf8_lower(coded.dictionary)), known)))
    value, flag = np.full(len(wordy), math.nan), np.full(len(wordy), "unreadable", dtype=object)
    others = np.flatnonzero(~wordy.to_numpy(zero_copy_only=False))
    for spot, text in zip(others, coded.dictionary.take(pa.array(others)).to_pylist(), strict=True):
        value[spot], flag[spot] = parse_number(text, marks)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values[spots], flags[spots] = value[codes], flag[codes]


def _text_figures(text: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    if pc.any(pc.starts_with(text, "(")).as_py():
        text = pc.replace_substring_regex(text, r"^\(([0-9][0-9,]*\.?[0-9]*)\)$", r"-\1")
    grouped = pc.match_substring_regex(text, _GROUPED)
    if pc.any(grouped).as_py():
        text = pc.if_else(grouped, pc.replace_substring(text, ",", ""), text)
    figure = pc.fill_null(pc.match_substring_regex(text, _PLAIN), False)
    values = pc.if_else(figure, text, None).cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    blank = pc.fill_null(pc.equal(text, ""), True)
    return values, np.flatnonzero(~(pc.or_(figure, blank).to_numpy(zero_copy_only=False)) | np.isinf(values))


def write_money(millions: float) -> str:
    """Write GBP m for a sentence: thousands of millions as billions.

    >>> write_money(5700.0), write_money(-563.0), write_money(999.7)
    ('£5.7bn', '−£563m', '£1.0bn')
    """
    return write_number(millions / 1000, "GBP bn", 1) if abs(millions) >= 999.5 else write_number(millions, "GBP m")


def write_number(value: float, unit: str = "", places: int | None = None) -> str:
    """Write a figure for a sentence: thousands commas, a true minus, its unit in words.

    >>> write_number(-1204.5, "GBP m"), write_number(9.72, "percent")
    ('−£1,204m', '9.7%')
    """
    if value is None or math.isnan(value):
        return "not available"
    size = abs(value)
    digits = places if places is not None else (0 if size >= 100 else 1 if size >= 1 else 2)
    body = f"{size:,.{digits}f}"
    sign = "−" if value < 0 and float(body.replace(",", "")) != 0 else ""
    if unit == "GBP bn":
        return f"{sign}£{body}bn"
    if unit == "GBP m":
        return f"{sign}£{body}m"
    if unit.startswith("GBP per"):
        return f"{sign}£{body} {unit[4:]}"
    if unit == "GBP":
        return f"{sign}£{body}"
    if unit == "percent":
        return f"{sign}{body}%"
    return f"{sign}{body} {unit}".strip()
