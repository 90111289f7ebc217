"""Numbers as spreadsheets print them, and as we write them.

:func:`parse_number` reads one printed cell as a value and a flag; :func:`parse_numbers`
does a whole column. A mark that stands for "no figure" is NaN with a flag, never zero.
"""

import math
import re
from collections.abc import Sequence
from string import ascii_letters

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
_PLAIN = r"^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+][0-9]{1,3})?$"
TOGETHER = 50_000  # cells of short columns that are looked at in one go
_GROUPED = r"^-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?$"
_LABELS = np.zeros((256, 256), bool)  # the first two bytes of a text that is neither a figure nor a mark
_LABELS[[ord(letter) for letter in ascii_letters]] = True
for _mark in MARKS:
    _LABELS[np.ix_(*([ord(case) for case in {letter, letter.upper()}] for letter in _mark[:2].ljust(2)))] = False


def parse_number(cell: object) -> tuple[float, str]:
    """Read one spreadsheet cell as ``(value, flag)``.

    Brackets and a minus before or after are negative; a percentage keeps its printed size. An
    empty cell is NaN without a flag. Text that is no number and no known mark is NaN with
    the flag ``unreadable``, so that nothing is lost silently; so is a code such as ``007``. A number of a note beside the figure
    is a flag ``note 1``; a bound such as ``<5`` is NaN with the flag ``below 5``.

    >>> parse_number("(1,204.5)")
    (-1204.5, '')
    >>> parse_number("[x]")
    (nan, 'not available')
    >>> parse_number("12.5 [p][r]"), parse_number("31²")
    ((12.5, 'provisional; revised'), (31.0, 'note 2'))
    """
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return math.nan, ""
    if isinstance(cell, (bool, np.bool_)):
        return math.nan, "unreadable"
    if isinstance(cell, (int, float)):
        return (float(cell), "") if not math.isinf(cell) else (math.nan, "unreadable")
    text = str(cell)
    text = (text if text.isascii() else text.translate(_SPACES)).strip()
    if not text:
        return math.nan, ""
    if text.lower() in MARKS:
        return math.nan, MARKS[text.lower()]
    if text[0].isalpha():
        return math.nan, "unreadable"
    flags = [_bracket_flag(found) for found in _BRACKETED.findall(text)]
    bare = _BRACKETED.sub("", text).strip()
    while beside := _BESIDE.search(bare):
        mark, bare = beside["mark"], bare[: beside.start()].strip()
        flags.append(BESIDE.get(mark.lower()) or "note " + mark.translate(_SUPERSCRIPTS))
    value = _read(bare)
    if value is None:
        bound = _BOUND.fullmatch(bare)
        flags.append(("below " if bound["side"] in "<≤" else "above ") + bound["figure"] if bound else "unreadable")
    return math.nan if value is None else value, "; ".join(dict.fromkeys(flags))


def _bracket_flag(inside: str) -> str:
    words = inside.lower().split()
    if words[-1].isdigit() and words[0] in ("note", words[-1]):
        return f"note {words[-1]}"
    return MARKS.get(f"[{inside.lower()}]", "unreadable")


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


def parse_numbers(cells: pd.Series) -> pd.DataFrame:
    """Read a column of cells; columns ``value`` (float) and ``flag`` (text), same index.

    >>> parse_numbers(pd.Series(["1,000", "*"])).values.tolist()
    [[1000.0, ''], [nan, 'suppressed']]
    """
    words = {"": 0}
    if cells.dtype == object:
        (values,), (codes,) = read_figures([cells.to_numpy()], words)
    elif cells.dtype.kind in "iuf" and not np.isinf(plain := cells.to_numpy(float, na_value=math.nan)).any():
        values, codes = plain, np.zeros(len(cells), np.intp)
    else:
        (values,), (codes,) = read_figures([pa.array(cells.astype("str").array, pa.large_string())], words)
    return pd.DataFrame({"value": values, "flag": np.array(list(words), dtype=object)[codes]}, index=cells.index)


def read_figures(columns: Sequence[np.ndarray | pa.Array], words: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read columns of one length, arrays of objects or Arrow text: values, and the number of each flag in `words`; both columns x rows.

    `words` begins as ``{"": 0}`` and takes in new flags. Plain figures are read all at once, each other text once
    however often it is printed.
    """
    rows = len(columns[0]) if columns else 0
    values, codes = np.full((len(columns), rows), math.nan), np.zeros((len(columns), rows), np.int32)
    mixed = [spot for spot, column in enumerate(columns) if isinstance(column, np.ndarray)]
    texts = [spot for spot, column in enumerate(columns) if not isinstance(column, np.ndarray)]
    step = max(1, TOGETHER // max(1, rows))
    for spots in filter(None, [mixed, *(texts[at : at + step] for at in range(0, len(texts), step))]):
        some = [columns[spot] for spot in spots]
        read = (
            _read_objects(np.concatenate(some).tolist(), words) if spots is mixed else _read_text(pa.concat_arrays(some), words)
        )
        values[spots], codes[spots] = (part.reshape(len(spots), rows) for part in read)
    return values, codes


def _read_objects(cells: list, words: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    kinds, plain = set(map(type, cells)), {float, int}
    values = np.array(cells if kinds <= plain else [cell if type(cell) in plain else math.nan for cell in cells], dtype=float)
    codes = np.zeros(len(cells), np.int32)
    if str in kinds:
        spots = np.array([spot for spot, cell in enumerate(cells) if type(cell) is str and cell], dtype=np.intp)
        values[spots], codes[spots] = _read_text(pa.array([cells[spot] for spot in spots.tolist()], pa.large_string()), words)
    odd = np.flatnonzero(np.isinf(values)).tolist()
    if kinds - plain - {str, type(None)}:
        odd += [spot for spot, cell in enumerate(cells) if cell is not None and type(cell) not in (float, int, str)]
    seen = {}
    for spot in odd:
        kind = (type(cells[spot]), cells[spot])
        if kind not in seen:
            value, flag = parse_number(cells[spot])
            seen[kind] = value, words.setdefault(flag, len(words))
        values[spot], codes[spot] = seen[kind]
    return values, codes


def _read_text(text: pa.Array, words: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    values, codes = np.full(len(text), math.nan), np.zeros(len(text), np.int32)
    text = text.fill_null("") if text.null_count else text
    ends = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(text.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]
    first, end = ends[:-1] - ends[0], ends[1:] - ends[0]
    figure = _find_figures(data, first, end)
    if figure.any():
        try:
            values = _cast(text, figure)
        except pa.ArrowInvalid:  # two points in a cell
            values = _cast(text, figure & pc.match_substring_regex(text, _PLAIN).to_numpy(zero_copy_only=False))
    other = (end > first) & ~np.isfinite(values)
    if other.any():
        label = other & _LABELS[tuple(data[np.minimum(first + next, len(data) - 1)] for next in (0, 1))]
        rest = np.flatnonzero(other & ~label)
        some = text.take(pa.array(rest))
        if label.any():
            codes[label] = words.setdefault("unreadable", len(words))
            values[rest], codes[rest] = _read_text(some, words)
        else:
            coded = some.dictionary_encode()
            value, code = _read_words(coded.dictionary, words)
            at = coded.indices.to_numpy()
            values[rest], codes[rest] = value[at], code[at]
    return values, codes


def _find_figures(data: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Which cells, from byte `first` to `end`, are digits and points with at most a minus before; none where few are."""
    within = np.ones(len(data) + 1, bool)
    within[first] = False
    odd = np.flatnonzero((data - ord("-") > 12) | (data == ord("/")) | ((data == ord("-")) & within[:-1]))
    if not len(data) or len(odd) > len(first):
        return np.zeros(len(first), bool)
    minus = data[np.minimum(first, len(data) - 1)] == ord("-")
    figure = end - first > minus
    figure[np.searchsorted(end, odd, side="right")] = False
    head = first + minus
    zero = np.flatnonzero((data[np.minimum(head, len(data) - 1)] == ord("0")) & (end - head > 1))
    figure[zero[data[head[zero] + 1] != ord(".")]] = False  # 007 is a code
    return figure


def _cast(text: pa.Array, kept: np.ndarray) -> np.ndarray:
    """The cells `kept` as numbers, NaN for the others; no text is copied."""
    there = pa.py_buffer(np.packbits(kept, bitorder="little"))
    some = pa.Array.from_buffers(text.type, len(text), [there, text.buffers()[1].slice(text.offset * 8), text.buffers()[2]])
    return np.array(some.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _read_words(distinct: pa.Array, words: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read each text once: brackets, thousands commas and powers together, marks and oddities one by one."""
    bare = pc.replace_substring_regex(distinct, r"^\(([0-9][0-9,]*\.?[0-9]*)\)$", r"-\1")
    bare = pc.if_else(pc.match_substring_regex(bare, _GROUPED), pc.replace_substring(bare, ",", ""), bare)
    figure = pc.match_substring_regex(bare, _PLAIN)
    value = pc.if_else(figure, bare, None).cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    code = np.zeros(len(value), np.int32)
    for spot in np.flatnonzero(~figure.to_numpy(zero_copy_only=False) | np.isinf(value)).tolist():
        value[spot], flag = parse_number(distinct[spot].as_py())
        code[spot] = words.setdefault(flag, len(words))
    return value, code


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


def write_p(p: float) -> str:
    """Write a p-value for a sentence or a cell; one that three decimals cannot hold is said to be below them.

    >>> write_p(0.0321), write_p(0.00004)
    ('0.032', 'below 0.001')
    """
    return "below 0.001" if p < 0.001 else f"{p:.3f}"
