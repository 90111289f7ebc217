"""What a page says about the report it replaces."""

import json
from pathlib import Path

from .. import paths
from ..errors import IcsError
from .execute import render
from .record import folder


def with_changes(where: Path, name: str, ipynb: bytes, html: bytes) -> bytes:
    """`html` with a section of what changed since the report before; as it is for a first report.

    What changed is kept beside the record, so that the same run again gives the same page. An old report that cannot be
    read is as none.
    """
    from ..changes import compare_reports

    known, old = folder(where) / f"{name}.changes.json", where / f"{name}.ipynb"
    was = old.read_bytes() if old.is_file() else ipynb
    try:
        found = compare_reports(was, ipynb) if was != ipynb else {"any": False}
    except IcsError:
        return html
    if found["any"]:
        with paths.written_aside(known) as aside:
            aside.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    return render(name, ipynb, json.loads(known.read_text(encoding="utf-8"))) if known.is_file() else html
