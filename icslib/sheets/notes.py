"""Notes: lines that explain, the marks that cite them, and which cells cite which."""

import re
from collections.abc import Iterable
from typing import NamedTuple

SUPERSCRIPT = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_KEYED = [
    re.compile(r"\[?\s*note\s+(\d+)\s*\]?\s*[:.)–-]*\s*(.*)", re.I | re.S),
    re.compile(r"\(?(\d{1,2})\s*[).:]\s+(.*)", re.S),
    re.compile(r"(\d{1,2})\s+([A-Z].*)", re.S),
    re.compile(r"\(?([a-z])\)\s+(.*)", re.S),
    re.compile(r"([¹²³⁴⁵⁶⁷⁸⁹⁰]+)\s*(.*)", re.S),
    re.compile(r"([*†‡§]+)\s*(.*)", re.S),
    re.compile(r"(\[\w+\])\s*[=:–-]*\s*(.*)", re.S),
    re.compile(r"(\.\.|:|~)\s*[=–-]\s*(.*)", re.S),
    re.compile(r"(sources?|publisher|published|copyright|contact)\s*[:.]\s*(.*)", re.I | re.S),
]
_CITED = re.compile(
    r"\s*(?:\[note\s+(\d+)\]|\[(\d+)\]|([¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:[,\s]+[¹²³⁴⁵⁶⁷⁸⁹⁰]+)*)|([*†‡§]+)"
    r"|\((\d{1,2}|[a-z])\))\s*$",
    re.I,
)


class Note(NamedTuple):
    """One note: what cites it (``1``, ``*``, ``[c]``, ``source``; empty for a general note), its words, its sheet and cell."""

    key: str
    text: str
    sheet: str
    cell: str


def read_note(text: str, sheet: str, cell: str) -> Note:
    """A line as a note.

    >>> read_note("[note 2] Excludes primary care", "T1", "A9").key, read_note("Source: NHS England", "T1", "A9").key
    ('2', 'source')
    """
    for form in _KEYED:
        match = form.fullmatch(text)
        if match and (match[2] or form is _KEYED[0]):
            return Note(match[1].translate(SUPERSCRIPT).lower().removesuffix("s"), match[2] or text, sheet, cell)
    return Note("", text, sheet, cell)


def split_citation(text: str, known: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """A title or label without the notes it cites, and their keys; ``(1)`` counts only when note 1 is known.

    >>> split_citation("Outturn £m [note 1]"), split_citation("Trusts²"), split_citation("Stage (1)")
    (('Outturn £m', ('1',)), ('Trusts', ('2',)), ('Stage (1)', ()))
    """
    keys: list[str] = []
    while match := _CITED.search(text):
        if (match[5] and match[5] not in known) or not text[: match.start()].strip():
            break
        found = next(group for group in match.groups() if group)
        keys = [*re.split(r"[,\s]+", found.translate(SUPERSCRIPT)), *keys]
        text = text[: match.start()].rstrip()
    return text, tuple(keys)
