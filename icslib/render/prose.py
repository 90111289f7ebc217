"""Markdown and foreign HTML made safe, headings with anchors, references to exhibits by number.

A link to a cell's id, ``[the figure](#01-07)``, becomes "Figure 3" with the address of that figure, so prose
never holds a number that can go stale.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

import bleach
import mistune
from markupsafe import Markup, escape

TAGS = frozenset(re.findall(r"\w+", """
    a abbr b blockquote br caption code col colgroup dd details div dl dt em figcaption figure h3 h4 hr i li ol p pre s small span
    strong sub summary sup table tbody td tfoot th thead tr u ul
"""))  # fmt: skip
ATTRIBUTES = {"*": ["class"], "a": ["href", "title"], "abbr": ["title"], "span": ["title"], "td": ["colspan", "rowspan"],
              "th": ["colspan", "rowspan", "scope"]}  # fmt: skip
_DROPPED = re.compile(r"<(script|style|svg|math|template|iframe|object)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)


@dataclass
class Heading:
    """One line of the contents: its level, anchor and text, and the exhibits under it."""

    level: int
    anchor: str
    text: str
    exhibits: list[tuple[str, str, str]] = field(default_factory=list)


class _Renderer(mistune.HTMLRenderer):
    """Prose with anchored headings and numbered references; markup in the source is text."""

    def __init__(self, numbers: Mapping[str, tuple[str, str]], taken: set[str]) -> None:
        super().__init__(escape=True)
        self.numbers, self.taken = numbers, taken
        self.headings: list[Heading] = []

    def heading(self, text: str, level: int, **attrs: object) -> str:
        plain = unescape(re.sub(r"<[^>]+>", "", text))
        anchor = make_anchor(plain, self.taken)
        self.headings.append(Heading(level, anchor, plain))
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        number, anchor = self.numbers.get(url.removeprefix("#"), ("", ""))
        return f'<a href="#{anchor}">{number}</a>' if number else super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, url, title) if url.startswith("data:image/png;") else f"<em>{text}</em>"


def write_prose(source: str, numbers: Mapping[str, tuple[str, str]], taken: set[str]) -> tuple[Markup, list[Heading]]:
    """Markdown as HTML, and its headings.

    Parameters
    ----------
    numbers : cell id to (number, anchor) of the exhibit it shows
    taken : anchors used in the page so far; the new ones are added
    """
    renderer = _Renderer(numbers, taken)
    html = mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough"])(source)
    return Markup(_scrolled(str(html))), renderer.headings


def clean_html(html: str) -> Markup:
    """HTML that some object made of itself, reduced to harmless elements; tables scroll in their own box."""
    kept = bleach.clean(
        _DROPPED.sub("", html), tags=TAGS, attributes=ATTRIBUTES, protocols=["https", "http", "mailto"], strip=True
    )
    return Markup(_scrolled(kept))


def make_anchor(text: str, taken: set[str]) -> str:
    """An anchor made of the words, unlike all those in `taken`, to which it is added.

    >>> make_anchor("How sure is it?", {"how-sure-is-it"})
    'how-sure-is-it-2'
    """
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
    anchor, count = stem, 1
    while anchor in taken:
        count += 1
        anchor = f"{stem}-{count}"
    taken.add(anchor)
    return anchor


def _scrolled(html: str) -> str:
    html = re.sub(r"<th[^>]*>\s*</th>", "<td></td>", html)  # an empty head is none
    opened = '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table'
    return html.replace("<table", opened).replace("</table>", "</table></div>")


def write_text(text: str, kind: str = "") -> Markup:
    """Plain text as it is, without terminal colours."""
    return (
        Markup('<pre class="{}">{}</pre>').format(kind, re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).rstrip())
        if text.strip()
        else escape("")
    )
