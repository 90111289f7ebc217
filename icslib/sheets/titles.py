"""Cells as plain text, header rows as titles, and where a wanted title stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import pairwise

from rapidfuzz import fuzz, process, utils

JOIN = " | "


def column_letter(number: int) -> str:
    """Spreadsheet letter of a column counted from 1.

    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def plain(cell: object) -> str:
    """A cell as one line of text: spaces of every kind become one, whole numbers and dates are written as typed.

    >>> plain("Plan\\n £m "), plain(2019.0), plain(datetime(2024, 4, 1))
    ('Plan £m', '2019', '2024-04-01')
    """
    if isinstance(cell, str):
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else "" if cell != cell else str(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def flatten(rows: Sequence[Sequence[str]], carry: bool = True) -> list[str]:
    """Titles of one or several header rows: groups are carried right (if `carry`) and joined, repeats are numbered.

    >>> flatten([["", "2023-24", "", "2024-25"], ["System", "Plan", "Outturn", "Plan"]])
    ['System', '2023-24 | Plan', '2023-24 | Outturn', '2024-25 | Plan']
    >>> flatten([["Total", "Total"]])
    ['Total', 'Total (2)']
    """
    width = max(map(len, rows), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(rows):
        group = ""
        for spot in range(width):
            own = row[spot] if spot < len(row) else ""
            group = own or (group if carry and level < len(rows) - 1 else "")
            if group and group not in parts[spot]:
                parts[spot].append(group)
    seen: dict[str, int] = {}
    titles = []
    for part in parts:
        title = JOIN.join(part)
        seen[title] = seen.get(title, 0) + 1
        titles.append(title if seen[title] == 1 or not title else f"{title} ({seen[title]})")
    return titles


def pick(wanted: Iterable[str], found: Sequence[str]) -> tuple[dict[str, int], list[str], dict[str, list[int]]]:
    """Where each wanted title stands in `found`; those missing; those that stand in several places.

    A title is met by its whole text, or by its last part where only one column ends so.

    >>> pick(["System", "Plan"], ["System", "2024 | Plan"])
    ({'System': 0, 'Plan': 1}, [], {})
    """
    places, missing, several = {}, [], {}
    at: dict[str, list[int]] = {}
    for i, text in enumerate(found):
        at.setdefault(text, []).append(i)
    for title in wanted:
        spots = [*at.get(title, ())]
        if len(spots) == 1 and f"{title} (2)" in at:
            spots += [i for i, text in enumerate(found) if text.startswith(f"{title} (") and text[len(title) + 2 : -1].isdigit()]
        if not spots:
            spots = [i for i, text in enumerate(found) if text.endswith(JOIN + title)]
        if not spots and title.endswith(" (1)"):
            spots = at.get(title[:-4], [])
        if len(spots) == 1:
            places[title] = spots[0]
        elif spots:
            several[title] = spots
        else:
            missing.append(title)
    return places, missing, several


def nearest(title: str, titles: Sequence[str], least: int = 60) -> str | None:
    """The title most like `title`, if any is like enough."""
    best = process.extractOne(title, titles, scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=least)
    return titles[best[2]] if best else None


def compare_titles(
    old: Mapping[str, str], new: Mapping[str, str], lines: Mapping[str, int] | None = None
) -> tuple[list[str], dict[str, str]]:
    """What changed, column by column, in words; and each new title that stands in the place of an old one, with the old.

    `old` and `new` give each title its column, `lines` each old title the line where it is written down.

    >>> old = {"Code": "A", "Plan": "B", "Outturn": "C"}
    >>> compare_titles(old, {"Code": "A", "Plan £m": "B", "Outturn": "C", "Note": "D"})
    (["column B renamed: 'Plan' is now 'Plan £m'", "column D added: 'Note', after 'Outturn'"], {'Plan £m': 'Plan'})
    >>> compare_titles(old, {"Code": "A", "Outturn": "B", "Plan": "C"}, {"Outturn": 9})[0]
    ["'Outturn' (line 9) moved from column C to B"]
    """
    named = {title: f"{title!r} (line {lines[title]})" if lines and title in lines else repr(title) for title in old}
    was, now = list(old), list(new)
    before = {second: f"after {first!r}" for first, second in pairwise(now)}
    said: list[str] = []
    became: dict[str, str] = {}
    for kind, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        gone, come = [title for title in was[i:j] if title not in new], [title for title in now[k:m] if title not in old]
        if kind == "replace" and len(gone) == j - i == len(come) == m - k:
            became |= dict(zip(come, gone, strict=True))
            said += [f"column {new[b]} renamed: {named[a]} is now {b!r}" for a, b in zip(gone, come, strict=True)]
        elif kind != "equal":
            said += [f"column {old[title]} removed: {named[title]}" for title in gone]
            said += [f"column {new[title]} added: {title!r}, {before.get(title, 'first')}" for title in come]
            said += [f"{named[title]} moved from column {old[title]} to {new[title]}" for title in was[i:j] if title in new]
    return said, became


def lettered(titles: Sequence[str]) -> dict[str, str]:
    """Each title of a header row and the letter of its column; empty cells only hold a place.

    >>> lettered(["Code", "", "Plan"])
    {'Code': 'A', 'Plan': 'C'}
    """
    return {title: column_letter(spot) for spot, title in enumerate(titles, 1) if title}
