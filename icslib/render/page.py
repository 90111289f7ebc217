"""What every page of ours has: one stylesheet, light and dark, and a policy that forbids everything else.

The stylesheet takes its colours from :mod:`icslib.style`, so that pages and figures are one. Figures are drawn in the light
colours; on a dark page rules here exchange each for its partner.
"""

import hashlib
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from .. import style
from ..exhibits.markup import LONG, NUMBER, SHORT
from ..exhibits.svg import take_svg
from ..paths import written_aside

HERE = Path(__file__).resolve().parent
COLUMNS = 16  # of a table, that can be set to the right or kept unbroken; those beyond stand as text
STYLE_MARK, POLICY_MARK = "/*stylesheet*/", "content-policy"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.S)


@cache
def environment() -> Any:
    """The templates; everything put into them is escaped unless it was made safe on purpose."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    loader = FileSystemLoader(HERE / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["safe_svg"] = lambda drawing, name: Markup(take_svg(drawing, name))
    return made


def write_page(target: Path, template: str, own_style: str = "", **parts: Any) -> Path:
    """Fill a template, dress it and put the page in place whole."""
    page = dress_page(environment().get_template(template).render(**parts), own_style)
    with written_aside(target) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return target


def write_diff(compared: dict[str, dict], html: Path, old: str, new: str, tolerance: float) -> Path:
    """Write what :func:`icslib.changes.compare_files` found as one static page, and give its path."""
    changed = sum(one["any"] for one in compared.values())
    return write_page(html, "diff.html.j2", compared=compared, changed=changed, old=old, new=new, tolerance=f"{tolerance:g}")


@cache
def stylesheet(own: str = "") -> str:
    """The whole CSS of a page: what all share, and the file `own` of the templates."""
    names = ("INK", "QUIET", "RULE", "ALL", "ASKED", "SECOND", "THIRD", "FOURTH", "PAPER")
    light = "".join(f"--{name.lower()}:{getattr(style, name)};" for name in names)
    dark = "".join(f"--{name.lower()}:{style.DARK[getattr(style, name)]};" for name in names)
    swap = "".join(
        f'.chart [{side}="{colour}"]{{{side}:{partner}}}' for colour, partner in style.DARK.items() for side in ("fill", "stroke")
    )
    light += "".join(f"--step{step}:{colour};" for step, colour in enumerate(style.steps(style.PAPER, style.ASKED), 1))
    dark += "".join(
        f"--step{step}:{colour};" for step, colour in enumerate(style.steps(style.DARK[style.PAPER], style.DARK[style.ASKED]), 1)
    )
    rules = "".join((HERE / "templates" / name).read_text(encoding="utf-8") for name in ("page.css", own) if name)
    for side, kind in (("short", SHORT), ("number", NUMBER), ("long", LONG)):
        columns = ",".join(f".{kind}{spot} tr>:nth-child({spot})" for spot in range(1, COLUMNS + 1))
        rules = rules.replace(f"/*{side}*/", f":is(th,td).{kind},{columns}")
    rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.S)
    rules = f":root{{{light}--fonts:{style.FONTS}}}\n{rules}"
    rules += f"\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}color-scheme:dark}}{swap}}}"
    return re.sub(r"\s*\n\s*", "\n", rules).strip()


def dress_page(page: str, own_style: str = "") -> str:
    """Put the stylesheet and the content policy into a page whose body is complete.

    The policy lets in this stylesheet and the page's own scripts, by their hashes, and images held in the page;
    nothing from anywhere else, and no other script or style even if one got into the page.
    """
    page = re.sub("−£(?=[^<>]*<)", "−\N{WORD JOINER}£", page)  # a minus never ends a line
    css = stylesheet(own_style)
    scripts = " ".join(_hash(script) for script in _SCRIPT.findall(page))
    policy = f"default-src 'none'; style-src {_hash(css)}; img-src data:; base-uri 'none'; form-action 'none'"
    policy += f"; script-src {scripts}" if scripts else ""
    return page.replace(STYLE_MARK, css, 1).replace(POLICY_MARK, policy, 1)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
