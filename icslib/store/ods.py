"""A workbook as OpenDocument, written row by row: sheets of text and numbers, each under its title, its table marked as one.

The libraries there are hold every cell as an object: a table of 150,000 rows would take minutes and gigabytes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from re import sub
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ..sheets.kinds import cell_name

WIDEST = 60
KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = {"office": "office", "style": "style", "table": "table", "text": "text", "fo": "xsl-fo-compatible", "meta": "meta"}
NAMES = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in SPACES.items()) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"'
)
CELL = '<style:style style:name="{}" style:family="table-cell" style:parent-style-name="Default">{}</style:style>'
FONT = '<style:text-properties fo:font-family="Arial" fo:font-size="{}pt" fo:language="en" fo:country="GB"{}/>'
WRAP = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
BOLD = ' fo:font-weight="bold"'
STYLES = (
    f'<office:styles><style:default-style style:family="table-cell">{FONT.format(12, "")}</style:default-style>'
    '<style:style style:name="Default" style:family="table-cell"/>'
    '<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="table-cell" '
    f'style:parent-style-name="Default">{FONT.format(15, BOLD)}</style:style>'
    f"{CELL.format('Head', WRAP + FONT.format(12, BOLD))}{CELL.format('Body', WRAP)}</office:styles>"
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in {"/": KIND, **dict.fromkeys(("content.xml", "styles.xml", "meta.xml"), "text/xml")}.items()
    )
    + "</manifest:manifest>"
)


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: its name, lines above the table, and the table (titles first; None for no table)."""

    name: str
    lines: tuple[str, ...]
    rows: list[list[object]] | None = None

    @property
    def widths(self) -> list[int]:
        """How wide each column is, in characters; without a table, one that holds a line."""
        rows = self.rows
        if rows is None:
            return [100]
        return [min(WIDEST, max(len(str(row[spot])) for row in rows[:200]) + 2) for spot in range(len(rows[0]))]


def write_ods(path: Path, title: str, sheets: Sequence[Sheet]) -> None:
    """Write `sheets` to `path`; a cell that names another sheet in a sheet of contents leads there."""
    about = f"<dc:title>{escape(title)}</dc:title><dc:creator>icslib</dc:creator><dc:language>en-GB</dc:language>"
    parts = {
        "styles.xml": ("styles", [STYLES]),
        "meta.xml": ("meta", ["<office:meta>", about, "</office:meta>"]),
        "content.xml": ("content", _content(sheets)),
    }
    with ZipFile(path, "w") as book:
        book.writestr(_entry("mimetype", ZIP_STORED), KIND)
        for name, (kind, body) in parts.items():
            with book.open(_entry(name), "w", force_zip64=True) as stream:
                root = f"office:document-{kind}"
                for text in chain(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {NAMES}>"], body, [f"</{root}>"]):
                    stream.write(text.encode())
        book.writestr(_entry("META-INF/manifest.xml"), MANIFEST)


def _entry(name: str, how: int = ZIP_DEFLATED) -> ZipInfo:
    """An entry without the time of writing, so that the same sheets give the same bytes."""
    entry = ZipInfo(name)
    entry.compress_type = how
    return entry


def _content(sheets: Sequence[Sheet]) -> Iterator[str]:
    yield "<office:automatic-styles>"
    for width in sorted({width for sheet in sheets for width in sheet.widths}):
        yield f'<style:style style:name="w{width}" style:family="table-column">'
        yield f'<style:table-column-properties style:column-width="{width * 0.24:.2f}cm"/></style:style>'
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    names = {sheet.name for sheet in sheets}
    for sheet in sheets:
        yield f'<table:table table:name="{escape(sheet.name)}">'
        yield "".join(f'<table:table-column table:style-name="w{width}"/>' for width in sheet.widths)
        for spot, line in enumerate(sheet.lines):
            yield _row([line], "Heading_20_1" if spot == 0 else "Default")
        if sheet.rows is not None:
            yield f"<table:table-header-rows>{_row(sheet.rows[0], 'Head')}</table:table-header-rows>"
            linked = names if sheet.name == "Contents" else set()
            for row in sheet.rows[1:]:
                yield _row(row, "Body", linked)
        yield "</table:table>"
    yield "<table:database-ranges>"
    for sheet in sheets:
        if sheet.rows is not None:
            above, corner = len(sheet.lines), len(sheet.rows[0]) - 1
            ends = cell_name(above, 0), cell_name(above + len(sheet.rows) - 1, corner)
            span = ":".join(f"'{sheet.name}'.{cell}" for cell in ends)
            yield (
                f'<table:database-range table:name="{escape(sheet.name.replace(" ", "_"))}" table:contains-header="true" '
                f'table:display-filter-buttons="false" table:target-range-address="{escape(span)}"/>'
            )
    yield "</table:database-ranges></office:spreadsheet></office:body>"


def _row(cells: Sequence[object], style: str, linked: Collection[str] = ()) -> str:
    return f"<table:table-row>{''.join(_cell(cell, style, cell in linked) for cell in cells)}</table:table-row>"


def _cell(value: object, style: str, link: bool) -> str:
    if not isinstance(value, str):
        kind, text = f'office:value-type="float" office:value="{value!r}"', f"<text:p>{value!r}</text:p>"
    elif link:
        kind, text = (
            'office:value-type="string"',
            f'<text:p><text:a xlink:href="#{escape(value)}">{escape(value)}</text:a></text:p>',
        )
    else:
        kind, text = (
            'office:value-type="string"',
            "".join(f"<text:p>{_spaced(line)}</text:p>" for line in value.splitlines() or [""]),
        )
    return f'<table:table-cell table:style-name="{style}" {kind}>{text}</table:table-cell>'


def _spaced(line: str) -> str:
    """Text whose spaces stay: OpenDocument takes several for one."""
    return sub(r"^ | (?= )| $", "<text:s/>", escape(line, quote=False))
