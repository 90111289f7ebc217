"""What a reader expects of a page: a header row its publication is known to print, and rows that add up to what is printed.

Known header rows are data: ``headers.csv`` holds a line a title, in the order of the columns, with the ``name`` by which
the reader asks for it. A publication that changed is an error that says what changed and gives the lines to paste; a
sum that does not come out is an error that names both figures.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from .catalog import Source, Title, headers
from .errors import DriftError, SheetError
from .sheets import Page, Table, column_letter
from .sheets.table import looks_note
from .sheets.titles import compare_titles, flatten, lettered

HEADERS = "data/raw/reference/headers.csv"
DEEPEST = 60  # rows searched for the titles


def expect_table(
    page: Page,
    source: Source,
    names: Sequence[str] | None = None,
    *,
    key: str | None = None,
    subtotals: Iterable[str | re.Pattern] = (),
) -> Table:
    """The table under a header row that the publication of `source` is known to print, blank columns aside.

    Any other header row is a DriftError with the lines to paste.

    Parameters
    ----------
    names : the columns wanted, by the ``name`` of their title or, where it has none, by the title; all that have a name if None
    key, subtotals : as for :meth:`Page.find_table`, the key by name
    """
    layout, titles = expect_titles(page, source, header_rows(page), names or ())
    printed = {name or title: title for _, title, name in titles}
    names = [name for _, _, name in titles if name] if names is None else names
    lost = [name for name in names if name not in printed]
    if lost:
        raise DriftError(
            f"{page.called}: {_lines(layout, titles)} call no column {', '.join(map(repr, lost))}{_readers(source, lost)}. "
            "Give a title that name, or alter the reader."
        )
    table = page.find_table([printed[name] for name in names], subtotals, printed[key or names[0]])
    _hold_all_rows(page, table, key or names[0])
    renamed = {printed[name]: name for name in names}
    parts = {part: getattr(table, part).rename(columns=renamed) for part in ("frame", "totals", "unkeyed")}
    return replace(table, **parts, letters={renamed[title]: letter for title, letter in table.letters.items()})


def _hold_all_rows(page: Page, table: Table, key: str) -> None:
    """A SheetError for a table without rows, a row without `key`, or rows under an empty one: their figures would be lost."""
    if len(table.unkeyed) or table.frame.empty:
        where = (
            f", row {table.unkeyed.index[0]}: no {key} stands there" if len(table.unkeyed) else ": no row stands under the titles"
        )
        raise SheetError(f"{page.called}{where}. Mend the file, or take the row out.")
    last = max([table.frame.index[-1], *table.totals.index[-1:], *(row for row, _ in table.notes)])
    for index in range(last, len(page.grid)):
        row = dict(zip(map(column_letter, range(1, 1 + len(page.grid[index]))), page.row_text(index), strict=True))
        cells = [text for letter in table.letters.values() if (text := row.get(letter))]
        if len(cells) > 1 and not looks_note(cells[0]):
            raise SheetError(
                f"{page.called}, row {index + 1}: the table goes on under an empty row ({' | '.join(cells[:4])}). Take the empty row out."
            )


def header_rows(page: Page, deepest: int = DEEPEST) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row at the top that may be a header: its number from 0, its titles and their columns; alone, and under the row over it."""
    top = [page.row_text(index) for index in range(min(deepest, len(page.grid)))]
    for index, row in enumerate(top):
        yield index, lettered(flatten([row]))
        if index and any(top[index - 1]):
            yield index, lettered(flatten([top[index - 1], row]))


def expect_titles(
    page: Page, source: Source, rows: Iterable[tuple[int, Mapping[str, str]]], names: Sequence[str] = ()
) -> tuple[str, list[Title]]:
    """The layout, and its titles, that one of `rows` (its number from 0, and its titles with their columns) is.

    A DriftError says how the most alike of them differs and gives the lines to paste; a SheetError says that none is alike.
    """
    known = headers(source.table, source.reader)
    best: tuple[tuple[float, int], int, Mapping[str, str], str] | None = None
    for index, cells in rows:
        seen = list(cells)
        for layout, titles in known.items():
            if seen == [title for _, title, _ in titles]:
                return layout, titles
            share = len({title for _, title, _ in titles} & set(seen)) / max(len(titles), len(seen))
            alike = share, sum(word in layout for word in (source.table, source.edition, page.sheet))
            if share >= 0.5 and (best is None or alike > best[0]):
                best = (alike, index, cells, layout)
    if best is not None:
        (share, _), index, cells, layout = best
        fault = _drift(page, source, index, cells, layout, known[layout], names)
        fault.alike = share
        raise fault
    first = [" | ".join(filter(None, page.row_text(index)[:8])) for index in range(min(4, len(page.grid)))]
    such = ", ".join(title for titles in known.values() for _, title, _ in titles[:8])[:200]
    raise SheetError(
        f"{page.called}: no row holds the titles of {source.table} ({such}). The page starts {first}. "
        f"If it is a table of {source.table}, put its header row into {HEADERS}, a line a title."
    )


def layouts(source: Source) -> list[str]:
    """The names of the header rows that the publication of `source` is known to print."""
    return list(headers(source.table, source.reader))


def _drift(
    page: Page, source: Source, index: int, cells: Mapping[str, str], layout: str, titles: list[Title], names: Sequence[str]
) -> DriftError:
    """The error that says how `cells` (row `index` from 0) differ from a layout, with the lines of the new one."""
    said, was = compare_titles(lettered([title for _, title, _ in titles]), cells, {title: number for number, title, _ in titles})
    own = {title: name for _, title, name in titles}
    asked = {title: name or (title if title in names else "") for title, name in own.items()}
    made = f"{source.table}-{source.edition or 'new'} {page.sheet}".strip()
    new = {title: asked[was[title]] if title in was else own.get(title, "") for title in cells}
    lost = [name for title, name in asked.items() if name and title not in cells and title not in was.values()]
    where = "in place of" if made == layout else "below"
    alter = f" and see what rests on {', '.join(lost)}, which is gone{_readers(source, lost)}" if lost else ""
    return DriftError(
        f"{page.called}, row {index + 1}: the titles changed: {'; '.join(said)}. Expected were {_lines(layout, titles)}. "
        f"If the figures still mean the same, put these lines {where} them{alter}:\n{header_lines(made, new, new)}"
    )


def look_up(long: pd.DataFrame, title: str, known: Mapping[str, object], where: str) -> pd.Series:
    """What is `known` of each text of a column; a DriftError names the first row with a text that is not, and `where` to add it."""
    found = long[title].map(known)
    if found.isna().any():
        row = long[found.isna()].iloc[0]
        raise DriftError(
            f"sheet {row['sheet']!r}, row {row['row']}: {title} {row[title]!r} is none of {list(known)[:8]}. Add it to {where}."
        )
    return found


def header_lines(layout: str, titles: Iterable[str], names: Mapping[str, str] | None = None) -> str:
    """Lines of headers.csv for the header row of a new layout.

    >>> print(header_lines("beds", ["Code", "Beds, total"], {"Code": "place"}), end="")
    beds,Code,place
    beds,"Beds, total",
    """
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows((layout, title, (names or {}).get(title, "")) for title in titles)
    return lines.getvalue()


def _lines(layout: str, titles: list[Title]) -> str:
    return f"lines {titles[0].line} to {titles[-1].line} of {HEADERS} ({layout})"


def _readers(source: Source, names: Sequence[str]) -> str:
    """Where a reader asks for `names`: its file and lines."""
    path = Path(__file__).parent / "sources" / f"{source.reader}.py"
    text = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    spots = [str(number) for number, line in enumerate(text, 1) if any(f'"{name}"' in line for name in names)]
    return f" (icslib/sources/{path.name}, line {', '.join(spots)})" if spots else ""


def need_sheet(pages: Mapping[str, Page], name: str = "") -> Page:
    """The sheet of this name, or the only one; a SheetError lists the sheets if it is gone, or if there are several."""
    if name in pages:
        return pages[name]
    if not name and len(pages) == 1:
        return next(iter(pages.values()))
    file = next((page.file for page in pages.values()), "The file")
    raise SheetError(
        f"{file} has no sheet {name!r}. Its sheets are {list(pages)}. If it was renamed, alter the name in the reader."
        if name
        else f"{file} has the sheets {list(pages)} where one was expected. Save the one that holds the table as a file of its own."
    )


def need_figures(table: Table, titles: Sequence[str], empty: float = float("nan")) -> pd.DataFrame:
    """Figures that are to be added up, rows x titles, with `empty` for an empty cell; a SheetError names a cell that holds no figure."""
    values, flags = table.figures(titles)
    odd = np.argwhere(np.isnan(values) & ((flags != "") | np.isnan(empty)))
    if len(odd):
        title, row = titles[odd[0][0]], table.frame.index[odd[0][1]]
        raise SheetError(
            f"{table.file}, sheet {table.sheet!r}, cell {table.letters[title]}{row}: {table.frame.at[row, title]!r} is no figure, and "
            f"{title} is to be added up. Mend the cell, or the reader cannot vouch for the sum."
        )
    return pd.DataFrame(values.T, table.frame.index, list(titles)).fillna(empty)


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
