"""Draw on a matplotlib figure and give clean SVG.

Matplotlib's own SVG is made small, the same on every machine, and able to live in a page with a
strict content policy: style attributes become plain attributes (which the page's dark theme may
override), ids are unique to the figure, coordinates have two decimals, text stays text.
"""

import hashlib
import re
from collections.abc import Callable
from html import escape
from io import StringIO
from typing import Any

from .. import style
from ..errors import ExhibitError

_UNSAFE = re.compile(
    r"<(?!/?(?:svg|g|path|text|tspan|use|defs|clipPath|rect|circle|line|polyline|polygon|title|desc)\b)"
    r"""|<[^>]*\s(?:on\w+|style)\s*=|<[^>]*\bhref\s*=\s*["']?(?!["']?\#)|url\((?!\#)""",
    re.I,
)
_ROOT = re.compile(r'<svg[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')


def draw_svg(draw: Callable[[Any], None], size: tuple[float, float], alt: str) -> str:
    """Call `draw` on an empty figure of `size` inches and return an ``<svg>`` element labelled `alt`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(style.settings()):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return clean_svg(written.getvalue(), alt)


def clean_svg(svg: str, alt: str) -> str:
    """Make matplotlib's SVG text small, unique and free of style attributes."""
    root_tag = _ROOT.search(svg)
    if root_tag is None:
        raise ExhibitError("matplotlib wrote no SVG root with a viewBox; its version may have changed how figures are written.")
    width, height = (float(side) for side in root_tag.groups())
    body = svg[root_tag.end() :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r'style="([^"]*)"', lambda found: _as_attributes(found[1]), body)
    body = re.sub(r'(?<=[ "(,-])(\d+\.\d{3,})', lambda found: f"{float(found[1]):.2f}".rstrip("0").rstrip("."), body)
    body = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", body)
    prefix = hashlib.sha256((alt + body).encode()).hexdigest()[:6]
    used = set(re.findall(r"#([\w.-]+)", body))
    body = re.sub(r' id="([^"]*)"', lambda found: f' id="f{prefix}-{found[1]}"' if found[1] in used else "", body)
    body = re.sub(r'(xlink:href="|url\()#', rf"\1#f{prefix}-", body).replace("xlink:href", "href")
    body = re.sub(r"\s*\n\s*", "\n", re.sub(r"<g>\s*</g>|<defs>\s*</defs>", "", body))
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(alt)}" font-family="{style.FONTS}" stroke-linejoin="round" stroke-linecap="butt">'
    )
    return root + body.strip()


def _as_attributes(declarations: str) -> str:
    pairs = (one.split(":", 1) for one in declarations.split(";") if ":" in one)
    kept = ((name.strip(), value.strip()) for name, value in pairs if name.strip() != "font-family")
    return " ".join(f'{name}="{value}"' for name, value in kept)


def take_svg(html: str, name: str = "") -> str:
    """The first drawing in a piece of HTML; empty if there is none, or if it holds anything but shapes and text.

    `name` is put before the drawing's ids, for a page that shows one drawing twice.

    >>> take_svg('<p><svg><g onload="x()"></g></svg>'), take_svg("<svg><g/></svg></p>")
    ('', '<svg><g/></svg>')
    """
    found = re.search(r"<svg\b.*?</svg>", html, re.S)
    if not found or _UNSAFE.search(found[0]):
        return ""
    return re.sub(r'(id="|["(]#)(?=f[0-9a-f]{6}-)', rf"\1{name}-", found[0]) if name else found[0]
