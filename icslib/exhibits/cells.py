"""References to cells, ``source!sheet!H12``, in few words."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

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
