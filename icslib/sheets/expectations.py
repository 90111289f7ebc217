"""What a reader expects of a page: its titles in order, and rows that add up to what is printed.

A publication that changed is an error that names the change and the line of the reader to
alter; a sum that does not come out is an error that names both figures.
"""

from collections.abc import Iterable, Mapping, Sequence

from ..errors import SheetError
from .page import Page
from .table import Table
from .titles import describe_drift, plain


def expect_table(
    page: Page,
    titles: Sequence[str],
    *,
    reader: str,
    headers: Sequence[Sequence[str]] = (),
    key: str | None = None,
    subtotals: Iterable[str] = (),
) -> Table:
    """The table whose header row is exactly `titles`, or one of `headers`, blank columns aside; else a DriftError with the patch.

    `reader` is the module that holds the titles (pass ``__name__``); the error names its file and gives the new row.
    `headers` are the whole header rows the publication is known to print, where not every column is read; only a
    column that is not read may be missing.
    """
    wanted = [plain(title) for title in titles]
    rows = [page.row_text(index) for index in range(min(60, len(page.grid)))]
    best = max(range(len(rows)), key=lambda index: len(set(wanted) & set(rows[index])), default=0)
    seen = rows[best] if rows else []
    if len(set(wanted) & set(seen)) * 2 > len(set(wanted)):
        known = [header for header in headers if set(wanted) <= set(header)] or [wanted]
        nearest = max(known, key=lambda header: len(set(header) & set(seen)))
        changes = describe_drift([title if title in seen or title in wanted else "" for title in nearest], seen)
        if changes:
            where = f"the titles in {reader.replace('.', '/')}.py" + (" and data/raw/reference/headers.csv" if headers else "")
            raise page.drifted(best, changes, where)
    return page.find_table(wanted, subtotals, key or wanted[0])


def need_sheet(pages: Mapping[str, Page], name: str) -> Page:
    """The sheet of this name; a SheetError lists the sheets if it is gone."""
    if name not in pages:
        file = next((page.file for page in pages.values()), "The file")
        raise SheetError(
            f"{file} has no sheet {name!r}. Its sheets are {list(pages)}. If it was renamed, alter the name in the reader."
        )
    return pages[name]


class SumError(SheetError):
    """The rows do not add up to a printed total: the layout is the one expected, the content is damaged."""


def expect_total(what: str, printed: float, summed: float, *, within: float = 0.0005, least: float = 1.0) -> dict:
    """Hold a printed total against its rows; the record of it, or a SumError if they differ by more than a share `within`.

    >>> expect_total("England", 100.0, 100.0)
    {'total': 'England', 'printed': 100.0, 'rows': 100.0, 'difference': 0.0}
    """
    difference = summed - printed
    if not abs(difference) <= max(least, within * abs(printed)):
        raise SumError(
            f"{what}: the rows add up to {summed:,.2f} but {printed:,.2f} is printed (difference {difference:+,.2f}). "
            "A row is missing, read twice, or damaged; compare the file with the publisher's."
        )
    return {
        "total": what,
        "printed": round(float(printed), 6),
        "rows": round(float(summed), 6),
        "difference": round(float(difference), 6),
    }
