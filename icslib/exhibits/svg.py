"""Draw on a matplotlib figure and give clean SVG.

Matplotlib's own SVG is made small, the same on every machine, and able to live in a page with a
strict content policy: style attributes become plain attributes (which the page's dark theme may
override) written once for the shapes that share them, ids are short and unique to the figure,
coordinates have three figures, text stays text.
"""

import hashlib
import re
from collections.abc import Callable
from html import escape
from io import StringIO
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from .. import style
from ..errors import ExhibitError

_UNSAFE = re.compile(
    r"<(?!/?(?:svg|g|path|text|tspan|use|defs|clipPath|rect|circle|line|polyline|polygon|title|desc)\b)"
    r"""|<[^>]*\s(?:on\w+|style)\s*=|<[^>]*\bhref\s*=\s*["']?(?!["']?\#)|url\((?!\#)""",
    re.I,
)
_SHARED = ("fill", "stroke", "stroke-width", "clip-path", "font-size", "text-anchor")  # said once for a run of shapes
_NOISE = frozenset(("font-family", "stroke-linecap", "stroke-linejoin"))  # the root says these for all


def draw_svg(draw: Callable[[Any], None], size: tuple[float, float], alt: str) -> str:
    """Call `draw` on an empty figure of `size` inches and return an ``<svg>`` element labelled `alt`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(style.settings()):
        figure = Figure(figsize=size, layout="constrained")
        canvas = FigureCanvasSVG(figure)
        draw(figure)
        written = StringIO()
        canvas.print_svg(written, metadata={"Date": None, "Creator": None})  # lays out and draws once; savefig does both twice
    return clean_svg(written.getvalue(), alt)


def clean_svg(svg: str, alt: str) -> str:
    """Make matplotlib's SVG text small, unique and free of style attributes."""
    bare = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg[max(svg.find("<svg"), 0) :], flags=re.S)
    try:
        root = fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"|\bxlink:(?=href)', "", bare))
        _, _, width, height = (f"{float(side):.0f}" for side in root.get("viewBox", "").split())
    except (ParseError, ValueError) as fault:
        raise ExhibitError(
            f"matplotlib wrote no SVG root with a viewBox ({fault}); its version may have changed how figures are written."
        ) from fault
    drawn = re.sub(r"\d+\.\d+", _few_digits, bare)
    named = f"f{hashlib.sha256((alt + drawn).encode()).hexdigest()[:6]}"
    asked = dict.fromkeys(re.findall(r'(?:href="|url\()#([\w.-]+)', bare))
    used = {name: f"{named}-{spot}" for spot, name in enumerate(asked, 1)}
    for shape in root.iter():
        _clean(shape, used)
    shapes = "".join(tostring(shape, encoding="unicode") for shape in _gather(_flatten(root))).replace(" />", "/>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(alt)}" font-family="{style.FONTS}" stroke-linejoin="round" stroke-linecap="butt">'
        f"{shapes}</svg>"
    )


def _clean(shape: Element, used: dict[str, str]) -> None:
    """Plain attributes, few digits, no id but those in `used`, which get short ones."""
    said = (one.partition(":") for one in shape.attrib.pop("style", "").split(";") if ":" in one)
    shape.attrib.update({name.strip(): value.strip() for name, _, value in said})
    if shape.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
        del shape.attrib["transform"]
    if (name := shape.attrib.pop("id", "")) in used:
        shape.set("id", used[name])
    for name, value in list(shape.attrib.items()):
        if name in _NOISE:
            del shape.attrib[name]
        elif name in ("href", "clip-path"):
            shape.set(name, re.sub(r"#([\w.-]+)", lambda found: f"#{used[found[1]]}", value))
        elif name != "id":
            shape.set(name, re.sub(r"\d+\.\d+", _few_digits, value))
    if "d" in shape.attrib:
        shape.set("d", re.sub(r"\s*([A-Za-z])\s*", r"\1", shape.attrib["d"]).strip())
    if shape.tag not in ("text", "tspan"):
        shape.text = None
    shape.tail = None


def _few_digits(found: re.Match) -> str:
    value = float(found[0])
    return f"{value:.{1 if value >= 10 else 2}f}".rstrip("0").rstrip(".")


def _flatten(parent: Element) -> list[Element]:
    """What `parent` draws, without groups that say nothing, lines drawn alike as one path."""
    drawn: list[Element] = []
    for shape in parent:
        inner = _flatten(shape)
        if shape.tag == "g" and not (inner and shape.attrib):
            for one in inner:
                _append(drawn, one)
        elif (inner or shape.tag != "defs") and not _unseen(shape):
            shape[:] = _gather(inner)
            _append(drawn, shape)
    return drawn


def _unseen(shape: Element) -> bool:
    """A path with no points, or with neither line nor filling."""
    return shape.tag == "path" and ("d" not in shape.attrib or (shape.get("fill") == "none" and "stroke" not in shape.attrib))


def _append(drawn: list[Element], shape: Element) -> None:
    """Add `shape`, or its line to the one before it (labels aside) when both are lines drawn alike."""
    before = next((one for one in reversed(drawn) if one.tag != "text"), shape)
    about, like = ({**one.attrib, "d": "", "tag": one.tag} for one in (shape, before))
    if before is not shape and about == like and about["tag"] == "path" and about.get("fill") == "none":
        before.set("d", before.attrib["d"] + shape.attrib["d"])
    else:
        drawn.append(shape)


def _gather(drawn: list[Element]) -> list[Element]:
    """The same shapes, with what a run of them shares said once, by a group around it."""
    found: list[Element] = []
    for shared, run in groupby(drawn, lambda shape: {name: shape.attrib[name] for name in _SHARED if name in shape.attrib}):
        shapes = list(run)
        if len(shapes) > 1 and shared:
            group = Element("g", shared)
            for shape in shapes:
                for name in shared:
                    del shape.attrib[name]
            group[:] = shapes
            shapes = [group]
        found += shapes
    return found


def take_svg(html: str, name: str = "") -> str:
    """The first drawing in a piece of HTML; empty if there is none, or if it holds anything but shapes and text.

    `name` is put before the drawing's ids, for a page that shows one drawing twice.

    >>> take_svg('<p><svg><g onload="x()"></g></svg>'), take_svg("<svg><g/></svg></p>")
    ('', '<svg><g/></svg>')
    """
    found = re.search(r"<svg\b.*?</svg>", html, re.S)
    if not found or _UNSAFE.search(found[0]):
        return ""
    return re.sub(r'(id="|["(]#)(?=f[0-9a-f]{6}-)', rf"\g<1>{name}-", found[0]) if name else found[0]
