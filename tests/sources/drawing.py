"""Pages drawn as text: one line a row, cells between bars."""

from icslib.catalog import Source
from icslib.sheets import Page


def draw(text: str, sheet: str = "", file: str = "drawn.csv") -> Page:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    return Page(rows, sheet, file)


def source(table: str, edition: str = "") -> Source:
    return Source(
        id=f"{table}-{edition}" if edition else table, table=table, publisher="A publisher", title="A title", address="an address",
        licence="OGL", sha256="0" * 64, size=1, file="drawn.csv", edition=edition, reader=table,
    )  # fmt: skip
