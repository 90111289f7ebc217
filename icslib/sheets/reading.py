"""Read any NAO-style spreadsheet without configuration, and say what was done.

:func:`read_sheet` finds the tables of each sheet, reads them, and keeps everything it decided in a
log with the cells concerned. Nothing printed is dropped silently: what is not in a table is a title,
a note, a total or a loose line, each with its cell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import SheetError
from .areas import Area, find_areas
from .book import open_pages
from .kinds import EMPTY, FIGURE, MARK, Cells, area_name, cell_name
from .notes import Note, read_note, split_citation
from .page import Page
from .portrait import draw_portrait
from .printed import PrintedTable, read_table
from .table import looks_note
from .titles import column_letter

ROLES = {"T": "title", "H": "header", "L": "label", "D": "figure", "M": "mark", "G": "section heading", "S": "total", "N": "note", "R": "header printed again", "U": "unread"}  # fmt: skip

_CITING = r"[\])¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§]$"


@dataclass(frozen=True, eq=False)
class Reading:
    """What a file holds, as read without configuration.

    Attributes
    ----------
    file : str
    tables : tuple of PrintedTable, in reading order
    notes : DataFrame ``key, text, sheet, cell, cites``; ``cites`` are the cells that refer to it
    log : DataFrame ``sheet, cells, decision``; everything that was decided
    grid : dict of sheet name to Page, the cells as printed
    drawn : dict of sheet name to what makes its :attr:`roles`
    """

    file: str
    tables: tuple[PrintedTable, ...]
    notes: pd.DataFrame = field(repr=False)
    log: pd.DataFrame = field(repr=False)
    grid: dict[str, Page] = field(repr=False)
    drawn: dict[str, Callable[[], np.ndarray]] = field(repr=False)

    @cached_property
    def roles(self) -> dict[str, np.ndarray]:
        """What part each cell plays: sheet name to an array of letters, see ``ROLES``."""
        return {name: draw() for name, draw in self.drawn.items()}

    @property
    def table(self) -> pd.DataFrame:
        """The frame of the only table; an error names the tables when there are several."""
        return self._only().frame

    @cached_property
    def tidy(self) -> pd.DataFrame:
        """One row per printed figure of all tables; ``table`` numbers them from 1. See :attr:`PrintedTable.tidy`."""
        pieces = [found.tidy.assign(table=found.number) for found in self.tables if found.values]
        return (
            pd.concat(pieces, ignore_index=True)
            if pieces
            else pd.DataFrame(columns=["title", "period", "value", "flag", "unit", "sheet", "row", "column", "table"])
        )

    @property
    def flags(self) -> pd.DataFrame:
        """Every flagged cell: table, sheet, row, column, title, flag, printed."""
        return self._stack((found, found.flags) for found in self.tables)

    @property
    def totals(self) -> pd.DataFrame:
        """Every printed total: table, sheet, row, label, what it sums, whether it agrees, the largest difference, its column."""
        return self._stack((found, found.checks) for found in self.tables)

    @property
    def units(self) -> pd.DataFrame:
        """Unit, scale and period of each value column: table, sheet, column, title, unit, scale, period."""
        rows = [
            (t.number, t.sheet, t.letters[name], name, *t.units.get(name, ("", 1.0)), t.periods.get(name, ""))
            for t in self.tables
            for name in t.values
        ]
        return pd.DataFrame(rows, columns=["table", "sheet", "column", "title", "unit", "scale", "period"])

    def _only(self) -> PrintedTable:
        if len(self.tables) != 1:
            names = [f"{t.number}: {t.sheet!r} {t.title[:40]!r}" for t in self.tables]
            raise SheetError(
                f"{self.file} holds {len(self.tables)} tables ({'; '.join(names[:12])}). Take one: reading.tables[0].frame."
            )
        return self.tables[0]

    @staticmethod
    def _stack(pieces: Iterable[tuple[PrintedTable, pd.DataFrame]]) -> pd.DataFrame:
        every = list(pieces)
        whole = [pair for pair in every if len(pair[1])] or every[:1]
        if not whole:
            return pd.DataFrame(columns=["table", "sheet", "row", "column"])
        stacked = pd.concat([piece for _, piece in whole], ignore_index=True)
        sizes = [len(piece) for _, piece in whole]
        stacked.insert(0, "table", np.repeat([found.number for found, _ in whole], sizes))
        stacked.insert(1, "sheet", np.repeat(np.array([found.sheet for found, _ in whole], object), sizes))
        return stacked

    def __repr__(self) -> str:
        rows = sum(len(found.frame) for found in self.tables)
        wrong = self.totals["agrees"].eq(False).sum() if len(self.totals) and "agrees" in self.totals else 0
        return (
            f"{self.file}: {len(self.tables)} table{'s' * (len(self.tables) != 1)}, {rows:,} rows, "
            f"{len(self.flags):,} flagged cells, {len(self.totals):,} totals set aside"
            f"{f' ({wrong} do not add up)' if wrong else ''}, {len(self.notes)} notes, {len(self.log):,} decisions in .log"
        )

    def _repr_html_(self) -> str:
        return draw_portrait(repr(self), self.grid, self.roles, ROLES)


def read_sheet(source: Path | str | bytes, sheet: str | None = None) -> Reading:
    """Read a spreadsheet as it is: xlsx, xls, xlsb, ods, delimited text, R data, a zip of these.

    Parameters
    ----------
    source : path, https address, or bytes
    sheet : one sheet's name; by default all.

    Returns
    -------
    Reading
        Tables, notes, flags, units, totals, the cells as printed, and a log of each decision.

    Raises
    ------
    SheetError
        When the file cannot be opened safely, or there is no such sheet.

    >>> reading = read_sheet("System,Plan £m\\nAmbleton,(5.0)\\nBrackley,[x]\\nTotal,(5.0)\\n".encode())
    >>> reading.tables[0].tidy[["System", "value", "flag", "unit"]].values.tolist()
    [['Ambleton', -5.0, '', 'GBP m'], ['Brackley', nan, 'not available', 'GBP m']]
    """
    pages = open_pages(source)
    if sheet is not None:
        if sheet not in pages:
            raise SheetError(f"{_called(pages)} has no sheet {sheet!r}. It has {list(pages)}.")
        pages = {sheet: pages[sheet]}
    return read_pages(pages)


def read_pages(pages: dict[str, Page]) -> Reading:
    """Read pages that are open."""
    tables: list[PrintedTable] = []
    notes: list[Note] = []
    log: list[tuple[str, str, str]] = []
    cites: dict[tuple[str, str], list[str]] = {}
    drawn: dict[str, Callable[[], np.ndarray]] = {}
    for name, page in pages.items():
        _read_page(page, name, tables, notes, log, cites, drawn)
    own = {(note.sheet, note.key) for note in notes}
    elsewhere = {note.key for note in notes}
    bound = pd.DataFrame([(*note, _cited_by(note, cites, own)) for note in notes], columns=[*Note._fields, "cites"])
    unbound = [(sheet, key) for sheet, key in sorted(cites) if key not in elsewhere]
    log += [(sheet, ", ".join(cites[sheet, key][:3]), f"note {key!r} is cited but no line explains it") for sheet, key in unbound]
    return Reading(_called(pages), tuple(tables), bound, pd.DataFrame(log, columns=["sheet", "cells", "decision"]), pages, drawn)


def _cited_by(note: Note, cites: dict[tuple[str, str], list[str]], own: set[tuple[str, str]]) -> tuple[str, ...]:
    """Cells that cite a note: of its sheet, and of sheets that have no such note of their own."""
    citing = [
        cells for (sheet, key), cells in cites.items() if key == note.key and (sheet == note.sheet or (sheet, key) not in own)
    ]
    return tuple(cell for cells in citing for cell in cells) if note.key else ()


def _called(pages: dict[str, Page]) -> str:
    return next(iter(pages.values())).file if pages else "The file"


def _read_page(page: Page, name: str, tables, notes, log, cites, drawn) -> None:
    """Read one page into the lists of a reading."""

    def say(cells: str, decision: str) -> None:
        log.append((name, cells, decision))

    for remark in page.remarks:
        say("", remark)
    cells = Cells.read(page)
    areas, loose = find_areas(cells)
    lines = [(row, area.columns) for area in areas for row in area.below] + loose
    lines += [(row, area.columns) for area in areas for row in area.above if looks_note(_line(cells, row, area.columns))]
    seen = {row: _line(cells, row, columns) for row, columns in lines}
    own = [
        read_note(text, name, cell_name(row, columns[0]))
        for row, columns in sorted(lines, key=lambda line: line[0])
        if (text := seen[row])
    ]
    notes += own
    known = {note.key for note in notes}
    for area in areas:
        table = read_table(cells, area, len(tables) + 1, known, say)
        tables.append(table)
        _say_area(cells, area, table, say)
        _cite(cells, area, table, name, known, cites)
    drawn[name] = partial(_draw_roles, cells.kinds, areas, lines, tables[len(tables) - len(areas) :])


def _line(cells: Cells, row: int, columns: list[int]) -> str:
    return " ".join(text for text in cells.texts(row, columns) if text)


def _say_area(cells: Cells, area: Area, table: PrintedTable, say) -> None:
    left, right = area.columns[0], area.columns[-1]
    where = area_name(min([*area.header, *area.body]), max(area.body), left, right)
    say(where, f"table {table.number}: {len(table.frame)} rows, {len(table.labels)} label and {len(table.values)} value columns")
    if area.headless:
        say(where, "no header row found; columns are named by their letters")
    if table.title:
        say(", ".join(cell_name(row, left) for row in area.above[:6]), f"title: {table.title[:200]!r}")
    for row in area.repeated[:20]:
        say(cell_name(row, left), "the header printed again; left out")
    for row in area.below:
        say(cell_name(row, left), "a line under the table, kept as a note")
    span = np.arange(min(area.body), max(area.body) + 1)
    told = [*area.body, *area.sections, *area.repeated, *area.below, *area.above] if len(area.body) < len(span) else span
    gaps = span[~np.isin(span, told)]
    if len(gaps):
        say(f"{gaps[0] + 1}:{gaps[-1] + 1}", f"{len(gaps)} empty rows inside the table")


def _cite(
    cells: Cells, area: Area, table: PrintedTable, name: str, known: set[str], cites: dict[tuple[str, str], list[str]]
) -> None:
    """Record which cells refer to which note: lines over the table, titles, labels, marked figures."""

    def cite(keys: Iterable[str], cell: str) -> None:
        for key in keys:
            cites.setdefault((name, key), []).append(f"{name}!{cell}" if name else cell)

    over = [(row, spot) for row in area.above for spot in area.columns if cells.kinds[row, spot] != EMPTY]
    for row, spot in over:
        cite(split_citation(cells.text(row, spot), known)[1], cell_name(row, spot))
    for cell, keys in table.cited.items():
        cite(keys, cell)
    flags = table.flags
    citing = flags["flag"].str.contains("note ", regex=False) | flags["printed"].isin(known) if len(flags) else []
    for flag in flags[citing].itertuples() if len(flags) else []:
        cite(
            [part.removeprefix("note ") for part in flag.flag.split("; ") if part.startswith("note ")], f"{flag.column}{flag.row}"
        )
        cite([flag.printed] if flag.printed in known else [], f"{flag.column}{flag.row}")
    for title, frame in product(table.labels[:2], (table.frame, table.totals)):
        if title not in table.letters:
            continue
        printed = frame[title]
        citing = pa.array(printed.array, pa.large_string()).unique()
        citing = citing.filter(pc.match_substring_regex(citing, _CITING))
        split = {text: split_citation(text, known) for text in citing.to_pylist()}
        split = {text: parts for text, parts in split.items() if parts[1]}
        if split:
            for row, text in printed[printed.isin(split)].items():
                cite(split[text][1], f"{table.letters[title]}{row}")
            frame[title] = printed.map(lambda text, split=split: split.get(text, (text,))[0])


def _draw_roles(
    kinds: np.ndarray, areas: list[Area], lines: list[tuple[int, list[int]]], tables: list[PrintedTable]
) -> np.ndarray:
    """One letter a cell; a cell that nobody claimed is ``U``."""
    roles = np.where(kinds == EMPTY, " ", "U")
    for area, table in zip(areas, tables, strict=True):
        left, right = area.columns[0], area.columns[-1] + 1
        for letter, rows in (("T", area.above), ("H", area.header), ("G", area.sections), ("R", area.repeated)):
            roles[rows, left:right] = letter
        roles[np.ix_(area.body, range(left, right))] = "L"
        letters = {table.letters[title] for title in table.values}
        figures = np.ix_(area.body, [spot for spot in range(left, right) if column_letter(spot + 1) in letters])
        roles[figures] = np.select([kinds[figures] == FIGURE, kinds[figures] == MARK], ["D", "M"], "U")
        totals = [row - 1 for row in table.totals.index]
        roles[totals, left:right] = "S"
    for row, columns in lines:
        roles[row, columns[0] : columns[-1] + 1] = "N"
    return np.where(kinds == EMPTY, " ", roles)
