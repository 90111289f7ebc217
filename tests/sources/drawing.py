"""Pages drawn as text: one line a row, cells between bars."""

from icslib.catalog import Source, Title, headers, of_table
from icslib.sheets import Page


def draw(text: str, sheet: str = "", file: str = "drawn.csv") -> Page:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    return Page(rows, sheet, file)


def header(layout: str) -> dict[str, str]:
    """The titles of a layout of headers.csv, and the name by which its reader asks for each."""
    return {title: name for _, title, name in headers(layout)[layout]}


def whole(layout: str, text: str, sheet: str = "", rest: str = "") -> Page:
    """A page with every title of a layout: `text` draws, by title or name, the columns that matter; the others hold `rest`.

    Group headings, where the layout has some, go into the row over the titles. What is drawn beyond the titles stays at the
    end of its row.
    """
    named, drawn = {tuple(title.split(" | ")): name for title, name in header(layout).items()}, draw(text).grid
    words = {*(title[-1] for title in named), *named.values()}
    top = next(index for index, row in enumerate(drawn) if row[-1] and set(filter(None, row)) <= words)
    spots = [
        next((i for i, cell in enumerate(drawn[top]) if cell and cell in (title[-1], name)), None)
        for title, name in named.items()
    ]
    rows = [[rest if spot is None or spot >= len(row) else row[spot] for spot in spots] + row[len(drawn[top]) :] for row in drawn]
    rows[top] = [title[-1] for title in named]
    if any(len(title) > 1 for title in named):
        rows[top - 1] = ["" if len(title) < 2 else title[0] for title in named]
    return Page(rows, sheet, "drawn.csv")


def know(monkeypatch, **layouts: list[str] | dict[str, str]) -> None:
    """Let these be the header rows that are known (an underscore twice for a hyphen): titles, or titles with their names."""
    known, line = {}, 2
    for layout, row in layouts.items():
        names = row if isinstance(row, dict) else dict.fromkeys(row, "")
        known[layout.replace("__", "-")] = [Title(line + spot, *pair) for spot, pair in enumerate(names.items())]
        line += len(names)
    monkeypatch.setattr("icslib.expectations.headers", lambda *_: known)


def source(table: str, edition: str = "") -> Source:
    return Source(
        id=f"{table}-{edition}" if edition else table, table=table, publisher="A publisher", title="A title", address="an address",
        licence="OGL", sha256="0" * 64, size=1, file="drawn.csv", edition=edition, reader=of_table(table)[0].reader,
    )  # fmt: skip
