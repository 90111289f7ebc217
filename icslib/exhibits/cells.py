"""References to cells, ``source!sheet!H12``, in few words."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

LONGEST = 600  # characters of a list of cells written out; 'icslib trace' lists all
_CELL = re.compile(r"([A-Z]+)(\d+)")


@lru_cache(maxsize=100_000)
def split_ref(ref: str) -> tuple[str, str, str, int]:
    """Source, sheet, column letters and row of one reference.

    >>> split_ref("loans!All years!H12")
    ('loans', 'All years', 'H', 12)
    """
    source, _, rest = ref.partition("!")
    sheet, _, cell = rest.rpartition("!")
    match = _CELL.fullmatch(cell)
    return (source, sheet, match[1], int(match[2])) if match else (source, sheet, cell, 0)


def list_refs(source: str, sheet: str, cells: str) -> list[str]:
    """The single references of one entry of :func:`cell_ranges`.

    >>> list_refs("a", "S", "H12:H13, J2")
    ['a!S!H12', 'a!S!H13', 'a!S!J2']
    """
    found: list[str] = []
    for part in cells.split(", "):
        a, b = (_CELL.fullmatch(end) for end in (part.split(":") * 2)[:2])
        run = [f"{a[1]}{row}" for row in range(int(a[2]), int(b[2]) + 1)] if a and b else [part]
        found += [f"{source}!{sheet}!{cell}" for cell in run]
    return found


def count_cells(cells: str) -> int:
    """How many references one entry of :func:`cell_ranges` stands for.

    >>> count_cells("H12:H13, J2")
    3
    """
    runs = re.findall(r"(\d+):[A-Z]+(\d+)(?=,|$)", cells)
    return cells.count(", ") + 1 + sum(int(last) - int(first) for first, last in runs)


def cell_ranges(refs: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Source, sheet and the cells of that sheet, runs down a column written as ranges.

    >>> list(cell_ranges(["a!S!H12", "a!S!H13", "a!S!J2", "b!!C3"]))
    [('a', 'S', 'H12:H13, J2'), ('b', '', 'C3')]
    """
    known = sorted({split_ref(ref) for ref in refs}, key=lambda ref: (ref[0], ref[1], len(ref[2]), ref[2], ref[3]))
    for (source, sheet), cells in groupby(known, key=lambda ref: ref[:2]):
        runs: list[tuple[str, int, int]] = []
        for _, _, column, row in cells:
            if runs and runs[-1][0] == column and runs[-1][2] == row - 1:
                runs[-1] = (column, runs[-1][1], row)
            else:
                runs.append((column, row, row))
        yield source, sheet, ", ".join(f"{name}{a or ''}" if a == b else f"{name}{a}:{name}{b}" for name, a, b in runs)


def say_run(source: str, sheet: str, cells: str, most: int = LONGEST) -> str:
    """One entry of :func:`cell_ranges` as a reader meets it, cut after `most` letters.

    >>> say_run("loans", "All years", "H12:H13, J2")
    'loans, sheet All years: H12:H13, J2'
    """
    if len(cells) > most:
        kept = cells[:most].rpartition(",")[0]
        cells = f"{kept} and {cells.count(',') - kept.count(',')} more runs of cells ('icslib trace' lists all)"
    return f"{source}{', sheet ' if sheet else ''}{sheet}: {cells}"
