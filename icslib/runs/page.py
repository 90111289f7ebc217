"""The page of a report, made where reports are put in place: there template, highlighter and markdown are warm after the first.

It is made of two things: the executed notebook, and what changed since the report it replaces. What changed is kept beside
the record, so that the same run again gives the same page; from the same report before, any machine makes the same page.
"""

import json
from contextlib import suppress
from pathlib import Path

from .. import paths
from ..errors import IcsError
from .heavy import load_nbformat
from .inputs import hash_bytes
from .record import folder


def load_renderer() -> None:
    """Import what pages are made with."""
    load_nbformat()
    from ..render import report  # noqa: F401


def make_html(where: Path, name: str, ipynb: bytes) -> tuple[bytes, str]:
    """The page of the report `name`, and the sha256 of the executed notebook it is compared with.

    The page of a report after the first has a section of what changed since the one before; an old report that cannot be read
    is as none.
    """
    load_nbformat()
    from ..changes import compare_reports
    from ..render import make_page

    known, old, after = folder(where) / f"{name}.changes.json", where / f"{name}.ipynb", hash_bytes(ipynb)
    if old.is_file() and (was := old.read_bytes()) != ipynb:
        with suppress(IcsError), paths.written_aside(known) as aside:
            changes = {"before": hash_bytes(was), "after": after, **compare_reports(was, ipynb)}
            aside.write_text(json.dumps(changes, ensure_ascii=False) + "\n", encoding="utf-8")
    changes = json.loads(known.read_text(encoding="utf-8")) if old.is_file() and known.is_file() else {}
    shown = changes if changes.get("after") == after else None
    return make_page(ipynb.decode(), shown).encode(), changes["before"] if shown else ""
