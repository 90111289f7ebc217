"""What a reader expects of a page: its titles in order, and rows that add up to what is printed.

A publication that changed is an error that names the change and the line of the reader to
alter; a sum that does not come out is an error that names both figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from ..errors import DriftError, SheetError
from .page import Page, column_letter, plain
from .table import Table


def describe_drift(expected: Sequence[str], seen: Sequence[str]) -> list[str]:
    """Say in words how the titles `seen` differ from those `expected`; empty if they do not.

    >>> describe_drift(["Code", "Plan £m", "Outturn £m"], ["Code", "Planned £m", "Outturn £m", "Note"])
    ["column B renamed: 'Plan £m' is now 'Planned £m'", "column D added: 'Note'"]
    >>> describe_drift(["Code", "Plan", "Outturn"], ["Code", "Outturn", "Plan"])
    ["'Outturn' moved from column C to B"]
    """
    said = []
    gone, new = [], []
    for kind, i, j, k, m in SequenceMatcher(None, expected, seen, autojunk=False).get_opcodes():
        if kind == "replace" and j - i == m - k and not set(expected[i:j]) & set(seen) and not set(seen[k:m]) & set(expected):
            said += [
                f"column {column_letter(k + n + 1)} renamed: {expected[i + n]!r} is now {seen[k + n]!r}" for n in range(j - i)
            ]
        elif kind != "equal":
            gone += [(n, expected[n]) for n in range(i, j)]
            new += [(n, seen[n]) for n in range(k, m)]
    for old, title in gone:
        spot = next((n for n, name in new if name == title), None)
        if spot is None:
            said.append(f"column {column_letter(old + 1)} removed: {title!r}")
        else:
            new.remove((spot, title))
            said.append(f"{title!r} moved from column {column_letter(old + 1)} to {column_letter(spot + 1)}")
    return said + [f"column {column_letter(n + 1)} added: {title!r}" for n, title in new]


def expect_table(
    page: Page,
    titles: Sequence[str],
    *,
    reader: str,
    key: str | None = None,
    subtotals: Iterable[str] = (),
    left_out: Iterable[str] = (),
) -> Table:
    """The table whose header row is exactly `titles`, blank columns aside; else a DriftError with the patch.

    `reader` is the module that holds the list (pass ``__name__``); the error names its file and gives the new list.
    `left_out` are columns known and not read; with them, the order of the others is free.
    """
    wanted, aside = [plain(title) for title in titles], {plain(title) for title in left_out} | {""}
    rows = [page.row_text(index) for index in range(min(60, len(page.grid)))]
    best = max(rows, key=lambda row: len(set(wanted) & set(row)), default=[])
    if len(set(wanted) & set(best)) * 2 > len(set(wanted)):
        seen = [title for title in best if title not in aside]
        expected = sorted(wanted, key=lambda title: seen.index(title) if title in seen else len(seen)) if left_out else wanted
        changes = describe_drift(expected, seen)
        if changes:
            changed = [t for t in seen if t not in wanted] + [t for t in wanted if t not in seen]
            where = f"{reader.replace('.', '/')}.py"
            raise DriftError(
                f"{page.file or 'The page'}, sheet {page.sheet!r}: the titles changed: {'; '.join(changes)}. "
                f"Alter the list of titles in {where}"
                + (f" ({', '.join(map(repr, changed))})" if changed else "")
                + f", check that the figures still mean the same, and build again. The row now reads: {seen}"
            )
    return page.find_table(wanted, subtotals, key or wanted[0])


def need_sheet(pages: Mapping[str, Page], name: str) -> Page:
    """The sheet of this name; a SheetError lists the sheets if it is gone."""
    if name not in pages:
        file = next((page.file for page in pages.values()), "The file")
        raise SheetError(
            f"{file} has no sheet {name!r}. Its sheets are {list(pages)}. If it was renamed, alter the name in the reader."
        )
    return pages[name]


def expect_total(what: str, printed: float, summed: float, *, within: float = 0.0005, least: float = 1.0) -> dict:
    """Hold a printed total against its rows; the record of it, or a SheetError if they differ by more than a share `within`.

    >>> expect_total("England", 100.0, 100.0)
    {'total': 'England', 'printed': 100.0, 'rows': 100.0, 'difference': 0.0}
    """
    difference = summed - printed
    if not abs(difference) <= max(least, within * abs(printed)):
        raise SheetError(
            f"{what}: the rows add up to {summed:,.2f} but {printed:,.2f} is printed (difference {difference:+,.2f}). "
            "A row is missing, read twice, or damaged; compare the file with the publisher's."
        )
    return {
        "total": what,
        "printed": round(float(printed), 6),
        "rows": round(float(summed), 6),
        "difference": round(float(difference), 6),
    }
