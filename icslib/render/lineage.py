"""From an exhibit of a report back to the cells of its numbers."""

import json
import re
from pathlib import Path

import pandas as pd
from rapidfuzz import process

from .. import paths, store
from ..errors import RenderError
from ..exhibits.cells import list_refs
from .numbering import number_exhibits


def trace_exhibit(report: str, exhibit: str) -> pd.DataFrame:
    """The cells behind an exhibit of a report, named as its page names it (``"Figure 2"``, ``"table 1"``), as
    :func:`icslib.trace` gives them.
    """
    name = Path(report).name.removesuffix(".html").removesuffix(".ipynb")
    path = next(iter(sorted(paths.reports().rglob(f"{name}.ipynb"))), None)
    if path is None:
        known = sorted(found.stem for found in paths.reports().rglob("*.ipynb"))
        near = ", ".join(found for found, *_ in process.extract(name, known, limit=3)) or "none yet; 'icslib run' makes them"
        raise RenderError(f"There is no report {name!r} in {paths.reports()}. Nearest: {near}.")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    records = {one.number.lower(): one.record for one in number_exhibits(cells)}
    asked = " ".join(re.findall(r"[a-z]+|\d+", re.sub(r"\bfig\b", "figure", exhibit.lower())))
    if asked not in records:
        raise RenderError(f"{name} has no exhibit {exhibit!r}. It has {', '.join(records) or 'none'}.")
    record = records[asked]
    refs = [ref for column in record["cells"].values() for cell in column for ref in cell]
    refs += [ref for run in record.get("behind", []) for ref in list_refs(*run)]
    if not refs:
        told = " ".join(record.get("notes", ())) or ", ".join(source["id"] for source in record["sources"]) or "nothing named"
        raise RenderError(f"{asked} of {name}, {record['title']!r}, names no cells. What it rests on: {told}")
    return store.trace(refs)
