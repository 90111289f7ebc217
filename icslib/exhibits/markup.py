"""Write an exhibit's record as HTML: caption, chart, data, download, notes, sources.

Everything from data is escaped here; there is no other way into a page. The report gives a number,
an anchor and the :class:`Links` that turn a value and the cells behind it into an address in the page.

Tables are most of a page's weight, so they are written tersely: end tags and quotes that HTML lets go are left out, and what
is true of a column (to the right, never broken) is said once by a class of the table, ``n3`` for its third column.
"""

import re
from collections.abc import Callable, Sequence
from csv import writer
from html import escape
from io import StringIO
from math import floor, log10
from typing import Any, Protocol
from urllib.parse import quote

from ..numbers import write_p
from ..style import UNIT_WORDS
from ..tidy import safe_text
from .cells import cell_ranges, count_cells, say_run

PERIOD = re.compile(r"\b(19|20)\d\d(-\d\d)?( [QM]\d+)?\b")
NUMBER, SHORT, LONG = "n", "k", "w"  # columns: to the right; never broken; of sentences, so with room
HEADINGS = {"se": "Standard error", "p": "p-value", "holm": "p-value, Holm", "fy": "Financial year", "rho": "Rank correlation"}
LONGEST = 120  # rows of a table shown in a page; the download has all
PRINTED, MADE = "#c", "#m"  # how the address of a value begins: it is printed in its cell; it is made from its cells
UNSAFE = {ord(sign): f"%{ord(sign):02X}" for sign in '%#&"<>\n\r\t'}  # what may not stand in an address; the rest need no code


class Links(Protocol):
    """Where the cells of an exhibit are listed."""

    def link(self, refs: Sequence[str], value: Any) -> str:
        """The address of these cells in the page, beginning with :data:`PRINTED` or :data:`MADE`."""

    def listing(self) -> str:
        """The cells linked so far, as HTML."""


def write_exhibit(record: dict, svg: str = "", *, number: str = "", anchor: str = "", links: Links | None = None) -> str:
    """One exhibit as a ``<figure>``.

    Parameters
    ----------
    record : as :meth:`icslib.exhibits.core.Exhibit.record` gives it
    svg : the drawing, already clean
    number : "Figure 3", when the page numbers its exhibits
    anchor : id of the figure in the page
    links : where the cells behind values are listed, beneath the data; without it cells are named in a tooltip
    """
    name = f'<span class="number">{escape(number)}</span> ' if number else ""
    under = escape(_under(record))
    caption = f'<figcaption>{name}<strong class="title">{escape(record["title"])}</strong>' + (
        f'<span class="subtitle">{under}</span></figcaption>' if under else "</figcaption>"
    )
    table, download = write_table(record, links), write_download(record, anchor or "table", number or record["title"])
    folded = download + (f"{links.listing()}{_write_behind(record)}" if links else "")
    if record["kind"] == "figure":
        shown = f'<div class="chart" tabindex="0" role="group" aria-label="Chart">{svg}</div>'
        about, folded = "Data of this figure", table + folded
    else:
        shown, about = (
            table,
            "Download" + (", and the cells behind these numbers" if links and (record["cells"] or record.get("behind")) else ""),
        )
    shown += f'<details class="data"><summary>{about}</summary>{folded}</details>'
    place = f' id="{escape(anchor)}"' if anchor else ""
    return f'<figure class="exhibit"{place}>{caption}{shown}{_foot(record)}</figure>'


def write_table(record: dict, links: Links | None = None) -> str:
    """The data as a table with caption and scopes, numbers aligned, each linked to its cells; the heads say how it comes from
    them.
    """
    columns, rows = record["columns"], record["rows"][:LONGEST]
    held = [[row[spot] for row in record["rows"]] for spot in range(len(columns))]
    writers = [_writer(name, values) for name, values in zip(columns, held, strict=True)]
    sides = [_side(name, values) for name, values in zip(columns, held, strict=True)]
    traced = _traced_columns(record, held)
    kinds: list[set[str]] = [set() for _ in columns]
    lines = []
    for spot, row in enumerate(rows):
        cells: list[str] = []
        for place, (name, value, write) in enumerate(zip(columns, row, writers, strict=True)):
            refs = record["cells"][traced[name]][spot] if name in traced and value is not None else []
            text = escape(write(value))
            if refs and (sides[place] == NUMBER or re.search(r"[£%\d]", PERIOD.sub("", text))):
                address = escape(links.link(refs, value)) if links else ""
                kinds[place].add(address[:2])
                text = f"<a href={address}>{text}</a>" if links else f'<span title="{escape(name_cells(refs))}">{text}</span>'
            cells.append(f"<td>{text}" if cells else f"<th scope=row>{text}")
        lines.append(f"<tr>{''.join(cells)}")
    named = ((f" class={SHORT}" * bool(PERIOD.fullmatch(name)), name, kind) for name, kind in zip(columns, kinds, strict=True))
    head = "".join(f"<th scope=col{unbroken}>{escape(_heading(name))}{_origin(kind)}" for unbroken, name, kind in named)
    sided = " ".join(f"{side}{place}" for place, side in enumerate(sides, 1) if side)
    hidden = ' class="hidden"' if record["kind"] == "table" else ""
    more = len(record["rows"]) - len(rows)
    rest = f'<p class="notes">The first {len(rows)} of {len(rows) + more} rows; the download has all.</p>' if more > 0 else ""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="{sided}">'
        f"<caption{hidden}>{escape(record['title'])} ({escape(_under(record))})</caption>"
        f"<thead><tr>{head}<tbody>{''.join(lines)}</table></div>{rest}"
    )


def _writer(name: str, values: Sequence[Any]) -> Callable[[Any], str]:
    """A writer for one column, by its name where that says what it holds."""
    if name == "unit":
        return _say_unit
    if _heading(name).lower().startswith("p-value") and _is_numeric(values):
        return lambda value: "–" if value is None else write_p(value)
    return write_column(values)


def _origin(kinds: set[str]) -> str:
    """What the head of a column says of its linked values."""
    said = "printed or made" if len(kinds) == 2 else {PRINTED: "as printed", MADE: "made from cells"}.get("".join(kinds), "")
    return f"<small>{said}</small>" if said else ""


def write_download(record: dict, name: str, title: str) -> str:
    """A link that saves the data as CSV, cells included; it needs no script and no address."""
    packed = write_csv(record).translate(UNSAFE)
    return (
        f'<p class="download"><a download="{quote(name)}.csv" href="data:text/csv;charset=utf-8,%EF%BB%BF{packed}">'
        f'Download as CSV<span class="hidden">: {escape(title)}</span></a></p>'
    )


def _write_behind(record: dict) -> str:
    """What the numbers without a link are made from: the cells the exhibit names for them all, else those its other numbers
    link to.
    """
    if not _has_bare_numbers(record):
        return ""
    runs = record.get("behind", [])
    if not runs:
        return "<p class=cells>Numbers without a link are made from those with one.</p>" if record["cells"] else ""
    count = sum(count_cells(cells) for _, _, cells in runs)
    said = "; ".join(say_run(source, sheet, cells, most=200) for source, sheet, cells in runs)
    return f"<p class=cells>Numbers without a link are made from {count:,} cell{'s' * (count != 1)}: {escape(said)}.</p>"


def _has_bare_numbers(record: dict) -> bool:
    """Whether a number that is no year stands in the table without cells."""
    held = [[row[spot] for row in record["rows"]] for spot in range(len(record["columns"]))]
    traced = _traced_columns(record, held)
    figures = (
        (name, values)
        for name, values in zip(record["columns"], held, strict=True)
        if _is_numeric(values) and not _are_years(values)
    )
    return any(
        value is not None and not (name in traced and record["cells"][traced[name]][spot])
        for name, values in figures
        for spot, value in enumerate(values)
    )


def write_csv(record: dict) -> str:
    """The data as CSV text to ten figures; text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    file = StringIO()
    csv = writer(file, lineterminator="\n")
    traced = list(record["cells"])
    csv.writerow([safe_text(name) for name in [*record["columns"], *traced]])
    for spot, row in enumerate(record["rows"]):
        refs = (name_cells(record["cells"][name][spot]) for name in traced)
        csv.writerow([f"{value:.10g}" if isinstance(value, float) else safe_text(value) for value in [*row, *refs]])
    return file.getvalue()


def name_cells(refs: Sequence[str]) -> str:
    """Cells in few words: runs of a column are written as ranges.

    >>> name_cells(["loans!All!H12", "loans!All!H13", "loans!All!J2"])
    'loans!All!H12:H13, J2'
    """
    return "; ".join(f"{source}!{sheet}!{ranges}" for source, sheet, ranges in cell_ranges(refs))


def write_column(values: Sequence[Any]) -> Callable[[Any], str]:
    """A writer for the values of one column: the same decimals for all, about three figures for the largest.

    >>> write = write_column([-1204.5, 9.0, None])
    >>> write(-1204.5), write(9.0), write(None)
    ('−1,204', '9', '–')
    >>> write_column([2019, 2024])(2024)
    '2024'
    """
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    whole = all(float(value).is_integer() for value in numbers)
    years = bool(numbers) and _are_years(numbers)
    largest = max((abs(value) for value in numbers), default=0)
    places = 0 if whole else min(6, max(0, 2 - floor(log10(largest)))) if largest else 0

    def write(value: Any) -> str:
        if value is None:
            return "–" if numbers else ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (int, float)):
            text = f"{value:.0f}" if years else f"{value:,.{places}f}"
            return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")
        return str(value)

    return write


def _traced_columns(record: dict, held: list[list]) -> dict[str, str]:
    """For each column whose values are linked, the cells column to link to: its own, else the row's.

    The row's cells are behind its figures (not its years); where a row has no figures, behind all but its name.
    """
    figures = {
        name for name, values in zip(record["columns"], held, strict=True) if _is_numeric(values) and not _are_years(values)
    }
    sharing = (figures or set(record["columns"][1:])) if "cells" in record["cells"] else set()
    own = {name for name in record["columns"] if f"cells:{name}" in record["cells"]}
    return {name: f"cells:{name}" if name in own else "cells" for name in sharing | own}


def _side(name: str, values: Sequence[Any]) -> str:
    if _is_numeric(values):
        return NUMBER
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    return LONG if longest > 40 else SHORT if longest <= 10 and len(name) < 10 else ""


def _are_years(values: Sequence[Any]) -> bool:
    return all(float(value).is_integer() and 1900 <= value <= 2100 for value in values if value is not None)


def _is_numeric(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known)


def _under(record: dict) -> str:
    return capitalise(", ".join(filter(None, [record["subtitle"], _say_unit(record["unit"])])))


def _say_unit(unit: str | None) -> str:
    return UNIT_WORDS.get(unit or "", unit or "")


def _heading(name: str) -> str:
    return HEADINGS.get(str(name), capitalise(str(name).replace("_", " ").strip()))


def capitalise(words: str) -> str:
    """The words with a first letter that begins a line; the rest as they are."""
    return words[:1].upper() + words[1:]


def _foot(record: dict) -> str:
    notes = "".join(f'<p class="notes">{escape(note)}</p>' for note in record["notes"])
    if not record["sources"]:
        return notes
    ids = {one["text"]: one["id"] for one in reversed(record["sources"])}  # files of one publication are one source
    named = "; ".join(
        f'<a href="#source-{escape(quote(name))}">{escape(capitalise(text))}</a>' for text, name in reversed(ids.items())
    )
    return f'{notes}<p class="source">Source{"s" if len(ids) > 1 else ""}: {named}</p>'
