"""A page drawn as HTML: every cell with the letter and the tint of the part it plays."""

from collections.abc import Mapping
from html import escape

import numpy as np

from .page import Page
from .titles import column_letter, plain

ROWS, COLUMNS, SHEETS, LETTERS = 40, 14, 4, 60
TINTS = {"T": "#e8eef4", "H": "#cfe0ee", "L": "#f4f4f1", "D": "#ffffff", "M": "#fbeecb", "G": "#e3dcee", "S": "#dcebdc", "N": "#f2f2f2", "R": "#cfe0ee", "U": "#f8d9d0", " ": "#ffffff"}  # fmt: skip
CELL = "border:1px solid #c9d1d8;padding:2px 6px;text-align:left;vertical-align:top;color:#1d2a35"


def draw_portrait(said: str, pages: Mapping[str, Page], roles: Mapping[str, np.ndarray], names: Mapping[str, str]) -> str:
    """The first rows of the first sheets, with a key of the letters; all text escaped."""
    key = "".join(
        f'<span style="{CELL};background:{TINTS[letter]};margin-right:4px"><b>{letter}</b> {escape(name)}</span>'
        for letter, name in names.items()
    )
    shown = list(pages.items())[:SHEETS]
    sheets = "".join(_draw_page(page, roles[name]) for name, page in shown)
    rest = f"<p>{len(pages) - len(shown)} more sheets are not drawn.</p>" if len(pages) > len(shown) else ""
    return f'<div class="icslib-reading"><p>{escape(said)}</p><p>{key}</p>{sheets}{rest}</div>'


def _draw_page(page: Page, roles: np.ndarray) -> str:
    height, width = min(ROWS, len(roles)), min(COLUMNS, roles.shape[1] if roles.ndim == 2 else 0)
    head = "".join(f'<th scope="col" style="{CELL}">{column_letter(spot + 1)}</th>' for spot in range(width))
    rows = "".join(_draw_row(page.grid[row], roles[row], row, width) for row in range(height))
    left = len(roles) - height
    caption = f"Sheet {page.sheet!r}" if page.sheet else "The page"
    more = f"<p>{left:,} more rows, {max(0, roles.shape[1] - width)} more columns.</p>" if left or roles.shape[1] > width else ""
    return f'<table style="border-collapse:collapse;font-size:12px"><caption style="text-align:left">{escape(caption)}</caption><tr><td></td>{head}</tr>{rows}</table>{more}'


def _draw_row(cells, letters: np.ndarray, row: int, width: int) -> str:
    drawn = ""
    for spot in range(width):
        text = plain(cells[spot]) if spot < len(cells) else ""
        short = text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
        letter = str(letters[spot])
        mark = f"<sup><b>{letter}</b></sup> " if letter.strip() else ""
        drawn += f'<td style="{CELL};background:{TINTS[letter]}">{mark}{escape(short)}</td>'
    return f'<tr><th scope="row" style="{CELL}">{row + 1}</th>{drawn}</tr>'
