"""Numbers as spreadsheets print them, and as we write them.

:func:`parse_number` reads one printed cell as a value and a flag; :func:`parse_numbers`
does a whole column. A mark that stands for "no figure" is NaN with a flag, never zero.
"""

import math
import re

import pandas as pd

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
    "..": "not available",
    ":": "not available",
    ".": "not available",
    "-": "not available",
    "–": "not available",
    "~": "low",
    "n/a": "not applicable",
    "na": "not available",
    "#n/a": "not available",
    "null": "not available",
    "not applicable": "not applicable",
    "not available": "not available",
}

_SPACES = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2212": "-", "\u2013": "-"})
_NUMBER = re.compile(r"(?P<minus>-)?\s*£?\s*(?P<digits>\d[\d,]*\.?\d*|\.\d+)(?:e(?P<power>[+-]?\d+))?\s*%?\s*(?P<trailing>-)?", re.I)


def parse_number(cell: object) -> tuple[float, str]:
    """Read one spreadsheet cell as ``(value, flag)``.

    Brackets and a trailing minus are negative; a percentage keeps its printed size. An
    empty cell is NaN without a flag. Text that is no number and no known mark is NaN with
    the flag ``unreadable``, so that nothing is lost silently.

    >>> parse_number("(1,204.5)")
    (-1204.5, '')
    >>> parse_number("[x]")
    (nan, 'not available')
    >>> parse_number("12.5 [p][r]")
    (12.5, 'provisional; revised')
    """
    if cell is None or cell is pd.NaT:
        return math.nan, ""
    if isinstance(cell, bool):
        return math.nan, "unreadable"
    if isinstance(cell, (int, float)):
        return float(cell), ""
    text = str(cell).translate(_SPACES).strip()
    if not text:
        return math.nan, ""
    if text.lower() in MARKS:
        return math.nan, MARKS[text.lower()]
    marks = re.findall(r"\[[a-z]+\]", text.lower())
    bare = re.sub(r"\[[A-Za-z]+\]", "", text).strip()
    flag = "; ".join(MARKS.get(mark, "unreadable") for mark in marks)
    if not bare:
        return math.nan, flag
    bracket = bare.startswith("(") and bare.endswith(")")
    match = _NUMBER.fullmatch(bare[1:-1].strip() if bracket else bare)
    if not match:
        return math.nan, "; ".join(filter(None, [flag, "unreadable"]))
    value = float(match["digits"].replace(",", "")) * 10.0 ** int(match["power"] or 0)
    return (-value if bracket or match["minus"] or match["trailing"] else value), flag


def parse_numbers(cells: pd.Series) -> pd.DataFrame:
    """Read a column of cells; columns ``value`` (float) and ``flag`` (text), same index.

    >>> parse_numbers(pd.Series(["1,000", "*"])).values.tolist()
    [[1000.0, ''], [nan, 'suppressed']]
    """
    values = pd.to_numeric(cells, errors="coerce").astype(float)
    flags = pd.Series("", index=cells.index, dtype=object)
    for spot in cells.index[values.isna() & cells.notna()]:
        values[spot], flags[spot] = parse_number(cells[spot])
    return pd.DataFrame({"value": values, "flag": flags})


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
