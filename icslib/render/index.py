"""The index of all reports: what each found, the systems side by side and on a map, how fresh the sources are.

It is made from the executed notebooks alone. A report with a parameter ``system`` is that system's profile if one of its
exhibits has the columns ``measure``, ``value`` and ``unit``: these are its headline measures.
"""

import json
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from .. import paths
from ..errors import RenderError
from ..exhibits.core import IN_SHORT, MIME
from ..exhibits.markup import write_column
from ..numbers import write_number
from ..register.short import short_names
from ..style import UNIT_WORDS
from .freshness import list_freshness
from .page import HERE, write_page
from .report import read_parameters

VINTAGE = "2022-07"


@dataclass
class Entry:
    """One report as the index knows it."""

    address: str
    title: str
    findings: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    headline: dict[str, tuple[float | None, str]] = field(default_factory=dict)
    system: str = ""
    name: str = ""
    region: str = ""
    cells: list[dict] = field(default_factory=list)

    @property
    def given(self) -> str:
        """The parameters it was run with."""
        return ", ".join(f"{name} = {value}" for name, value in self.parameters.items())


def write_index(reports: Path, on: date | None = None) -> Path:
    """Write ``index.html`` in the folder of reports and give its path.

    Parameters
    ----------
    reports : folder of executed notebooks and their pages; a notebook without a page is listed as not made
    on : the day that freshness is judged on; today if None
    """
    found = {path: read_entry(path) for path in sorted(reports.glob("*.ipynb"))}
    entries = [entry for path, entry in found.items() if path.with_suffix(".html").is_file()]
    systems = [entry for entry in entries if entry.system]
    measures = _fill_headlines(systems)
    rest = [entry for entry in entries if not entry.system]
    on = on or date.today()
    sources = list_freshness(on)
    return write_page(
        reports / "index.html", "index.html.j2", "index.css",
        national=[entry for entry in rest if not entry.parameters], others=[entry for entry in rest if entry.parameters],
        systems=systems, measures=measures, tiles=lay_tiles(systems) if systems else [], sources=sources, on=on.isoformat(),
        regions=sorted({entry.region for entry in systems if entry.region}), overdue=sum(one["overdue"] for one in sources),
        failures=[path.stem for path in found if not path.with_suffix(".html").is_file()],
        script=Markup((HERE / "templates" / "index.js").read_text(encoding="utf-8")),
    )  # fmt: skip


def read_entry(path: Path) -> Entry:
    """What the index needs of one executed notebook."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells, parameters = notebook["cells"], notebook["metadata"].get("papermill", {}).get("parameters", {})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RenderError(
            f"{path} is not a notebook that can be read ({fault}). Run it again with 'icslib run --force'."
        ) from fault
    entry = Entry(f"{path.stem}.html", path.stem, parameters=parameters)
    titles = (re.match(r"\s*#\s+(?:\d+\s+)?(.+)", "".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown")
    entry.title = next((title[1].strip() for title in titles if title), entry.title)
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "in-short" in cell["metadata"].get("tags", []):
                entry.findings += data.get(IN_SHORT, [])
            entry.headline = entry.headline or _read_headline(data.get(MIME))
    system = {one["name"]: one["value"] for one in read_parameters(notebook)}.get("system", "")
    entry.system = system if entry.headline and system != "(empty)" else ""
    return entry


def lay_tiles(systems: list[Entry]) -> list[dict]:
    """The systems on a hand-laid grid, north at the top; a shade in five by the first headline measure."""
    tiles = pd.read_csv(paths.raw("reference", "tiles.csv")).to_dict("records")
    by_code = {entry.system: entry for entry in systems}
    known = sorted(entry.cells[0]["value"] for entry in systems if entry.cells and entry.cells[0]["value"] is not None)
    for tile in tiles:
        entry = by_code.get(tile["code"])
        first = entry.cells[0] if entry and entry.cells else {"value": None, "text": ""}
        tile |= {
            "address": entry.address if entry else "",
            "name": entry.name if entry else tile["short_name"],
            "text": first["text"],
        }
        tile["step"] = 0 if first["value"] is None else min(5, 1 + 5 * bisect_left(known, first["value"]) // len(known))
    return tiles


def _read_headline(record: dict | None) -> dict[str, tuple[float | None, str]]:
    if not record or not {"measure", "value", "unit"} <= set(record["columns"]):
        return {}
    measure, value, unit = (record["columns"].index(name) for name in ("measure", "value", "unit"))
    return {row[measure]: (row[value], row[unit] or "") for row in record["rows"]}


def _fill_headlines(systems: list[Entry]) -> list[dict]:
    """Give each system its name, region and one cell a measure; the measures in order of first appearance."""
    units = {name: unit for entry in reversed(systems) for name, (_, unit) in reversed(entry.headline.items())}
    order = list(dict.fromkeys(name for entry in systems for name in entry.headline))
    writers = {name: write_column([entry.headline.get(name, (None,))[0] for entry in systems]) for name in order}
    places = _places() if systems else {}
    for entry in systems:
        entry.name, entry.region = places.get(entry.system, (entry.title, ""))
        for name in order:
            value, unit = entry.headline.get(name, (None, ""))
            text = write_number(value, unit) if unit in UNIT_WORDS and value is not None else writers[name](value)
            entry.cells.append({"value": value, "text": text})
    systems.sort(key=lambda entry: entry.name)
    return [{"name": name, "unit": UNIT_WORDS.get(units[name], units[name])} for name in order]


def _places() -> dict[str, tuple[str, str]]:
    """Name and region of each system of the vintage that the tiles show."""
    from ..register import places

    known, regions = places(at=VINTAGE, type="system"), places(type="region")
    named = dict(zip(regions["code"], regions["name"], strict=True))
    short = short_names(known["code"])
    return {code: (short[code], named.get(region, region)) for code, region in zip(known["code"], known["region"], strict=True)}
