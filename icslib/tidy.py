"""The observation contract: one row per printed figure, each knowing its cell.

Readers make observations with :func:`observations`; everything downstream relies on these
columns and on :func:`check_observations` having passed.
"""

import re
from collections.abc import Callable, Iterable

import pandas as pd

from .errors import BasisError, SheetError
from .periods import Period, parse_period

COLUMNS = (
    "place", "place_type", "measure", "period", "start", "end", "value", "lower", "upper", "unit",
    "basis", "flag", "source", "sheet", "row", "column",
)  # fmt: skip
KEY = ("place", "measure", "period", "basis", "source")


def observations(
    long: pd.DataFrame,
    *,
    place: pd.Series | str,
    place_type: pd.Series | str,
    measure: pd.Series | str,
    period: pd.Series | Period | str,
    unit: pd.Series | str,
    basis: pd.Series | str,
    source: str,
    extra: Iterable[str] = (),
    read: Callable[[object], Period] = parse_period,
    blank: str = "",
) -> pd.DataFrame:
    """Put a long table (``value``, ``flag``, ``sheet``, ``row``, ``column``) into the contract's form.

    Parameters
    ----------
    long : DataFrame
        One row per printed figure, as :meth:`icslib.sheets.Table.melt` gives it; ``lower`` and
        ``upper`` are used when there.
    place, place_type, measure, unit, basis : Series aligned with `long`, or one text for all rows
    period : Series of labels, a label, or a :class:`~icslib.periods.Period`; `read` makes a period of each different label
    source : str
        Catalog id of the file the figures were printed in.
    extra : names of further columns of `long` to keep, after the contract's own.
    blank : the flag of an empty cell; without one, a figure that is missing for no reason is an error.

    A SheetError names the first cell that holds no period, place or figure.
    """
    labels = period if isinstance(period, pd.Series) else pd.Series([period] * len(long), index=long.index, dtype=object)
    dated: dict[object, Period] = {}
    for label in labels.unique():
        try:
            dated[label] = label if isinstance(label, Period) else read(label)
        except (ValueError, OverflowError) as fault:
            row = long[[cell is label or cell == label for cell in labels]].iloc[0]
            raise SheetError(f"{source}, sheet {row['sheet']!r}, row {row['row']}: {fault}") from fault
    label, start, end = (labels.map({k: getattr(v, name) for k, v in dated.items()}) for name in ("label", "start", "end"))
    nothing = float("nan")
    columns = {
        "place": place, "place_type": place_type, "measure": measure, "period": label,
        "start": pd.to_datetime(start), "end": pd.to_datetime(end), "value": long["value"].astype(float),
        **{bound: long[bound].astype(float) if bound in long else nothing for bound in ("lower", "upper")},
        "unit": unit, "basis": basis, "flag": long["flag"].mask(long["value"].isna() & (long["flag"] == ""), blank), "source": source,
        "sheet": long["sheet"], "row": long["row"].astype("int64"), "column": long["column"],
        **{name: long[name] for name in extra},
    }  # fmt: skip
    return check_observations(pd.DataFrame(columns, index=long.index).reset_index(drop=True))


def check_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` if it keeps the contract; otherwise say which rows break it."""
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise SheetError(f"Observations need the columns {missing}. The frame has {list(frame.columns)}.")
    for name in ("place", "place_type", "measure", "period", "unit", "basis", "source"):
        empty = frame[name].isna() | (frame[name].astype(str).str.strip() == "")
        if empty.any():
            raise SheetError(
                f"{_cell(frame[empty])}: {int(empty.sum())} figures have no {name.replace('_', ' ')}. "
                "Mend the row, or let the reader know what it prints."
            )
    silent = frame["value"].isna() & (frame["flag"] == "")
    if silent.any():
        row = frame[silent].iloc[0]
        raise SheetError(
            f"{_cell(frame[silent])}: {row['measure']} of {row['place']} is empty, and so are {int(silent.sum())} figures in all. "
            "Compare the file with the publisher's; if it is whole, let the reader say what an empty cell means (blank=)."
        )
    return frame


def _cell(frame: pd.DataFrame) -> str:
    """The cell of the first observation, for a message."""
    row = frame.iloc[0]
    return f"{row['source']}, sheet {row['sheet']!r}, cell {row['column']}{row['row']}"


def only(frame: pd.DataFrame, column: str) -> str:
    """The single value of `column`; an error names them all when figures would be mixed.

    >>> only(pd.DataFrame({"basis": ["plan", "plan"]}), "basis")
    'plan'
    """
    seen = frame[column].unique()
    if len(seen) != 1:
        raise BasisError(f"These figures have {len(seen)} kinds of {column}: {sorted(map(str, seen))}. Choose one first.")
    return seen[0]


def cell_refs(frame: pd.DataFrame) -> pd.Series:
    """Name each observation's cell as text: ``source!sheet!H12``.

    >>> cell_refs(pd.DataFrame({"source": ["loans"], "sheet": ["All"], "column": ["H"], "row": [12]}))[0]
    'loans!All!H12'
    """
    parts = (frame[name].astype(str) for name in ("source", "sheet", "column", "row"))
    source, sheet, column, row = parts
    return source + "!" + sheet + "!" + column + row


def merge_cells(cells: Iterable[str | tuple[str, ...]]) -> tuple[str, ...]:
    """The cells of several figures as those of one made from them: each once, sorted.

    >>> merge_cells([("b!!A2",), "a!!A1", ("b!!A2",)])
    ('a!!A1', 'b!!A2')
    """
    return tuple(sorted({ref for cell in cells for ref in ((cell,) if isinstance(cell, str) else cell)}))


def safe_text(value: object) -> object:
    """Text with an apostrophe before it if a spreadsheet would take it for a formula; other values as they are.

    >>> safe_text("=HYPERLINK(1)"), safe_text(-3.5), safe_text("Ambleton")
    ("'=HYPERLINK(1)", -3.5, 'Ambleton')
    """
    return f"'{value}" if isinstance(value, str) and re.match(r"\s*[=+\-@\t\r|]", value) else value
