"""The catalog: every source, who published it, under what licence, and the exact bytes we mean.

``data/raw/catalog.toml`` holds one block a publication and, in it, one edition a file. A
source's id is its table (``beds``) or, where there are several editions, its table and its
edition (``sickness_absence-2024-04``). Files are known by their sha256, never by name.
"""

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .. import paths
from ..errors import CatalogError


@dataclass(frozen=True)
class Source:
    """One file of one publication.

    ``published`` is the date of publication, else what the file states instead (``last saved …``), else ``"not stated"``; ``via`` is the public
    repository through which we hold the file; ``trust`` says how far to rely on it; ``shipped``
    is False for a file that only shows a layout, whose figures are not to be used.
    """

    id: str
    table: str
    publisher: str
    title: str
    address: str
    licence: str
    sha256: str
    size: int
    file: str
    published: str = "not stated"
    edition: str = ""
    reader: str = ""
    measures: tuple[str, ...] = ()
    trust: str = ""
    via: str = ""
    download: str = ""
    shipped: bool = True


def read_catalog(path: Path) -> dict[str, Source]:
    """Sources by id, from a catalog file."""
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise CatalogError(
            f"{path.name} cannot be read: {fault}. Mend that line, or take the file from the repository again."
        ) from fault
    sources: dict[str, Source] = {}
    for table, block in blocks.items():
        shared = {key: value for key, value in block.items() if key != "editions"}
        editions = block.get("editions", [])
        for edition in editions:
            said = {**shared, **edition}
            name = said.pop("id", "") or (f"{table}-{said.get('edition', '')}" if len(editions) > 1 else table)
            try:
                source = Source(id=name, table=table, **{**said, "measures": tuple(said.get("measures", ()))})
            except TypeError as fault:
                raise CatalogError(f"{path.name}, [{table}], edition {said.get('edition', '')!r}: {fault}.") from fault
            if name in sources:
                raise CatalogError(f"{path.name} describes {name} twice. Give each edition its own `edition`.")
            sources[name] = source
    return sources


@cache
def _sources(path: Path, changed: int) -> dict[str, Source]:
    return read_catalog(path)


def sources() -> dict[str, Source]:
    """All sources of this project by id."""
    path = paths.raw("catalog.toml")
    return _sources(path, path.stat().st_mtime_ns)


def list_sources() -> pd.DataFrame:
    """All sources as a table: one row a file, the newest words of the catalog."""
    rows = [{field: getattr(source, field) for field in Source.__dataclass_fields__} for source in sources().values()]
    return pd.DataFrame(rows)


def get(id: str) -> Source:
    """The source with this id; an unknown one is an error with the nearest ids."""
    known = sources()
    if id not in known:
        from rapidfuzz import process

        near = ", ".join(name for name, *_ in process.extract(id, list(known), limit=3))
        raise CatalogError(f"{id!r} is not in the catalog. Nearest: {near}. 'icslib sources' lists all.")
    return known[id]


def of_table(table: str) -> list[Source]:
    """The sources of one processed table, in catalog order."""
    return [source for source in sources().values() if source.table == table]


def reference(name: str) -> pd.DataFrame:
    """One of our own reference tables under ``data/raw/reference``, every cell as text."""
    path = paths.raw("reference", f"{name}.csv")
    if not path.is_file():
        raise CatalogError(f"{path} is missing. Take it from the repository again.")
    return _reference(path, path.stat().st_mtime_ns).copy()


class Title(NamedTuple):
    """A line of ``headers.csv``: its number, the title as printed, and the name by which a reader asks for it, if any."""

    line: int
    title: str
    name: str


def headers(*owners: str) -> dict[str, list[Title]]:
    """The whole header rows known to be printed, by layout: those of the first of `owners` (tables or readers) that has any."""
    path = paths.raw("reference", "headers.csv")
    known = _headers(path, path.stat().st_mtime_ns)
    for owner in owners:
        own = {layout: titles for layout, titles in known.items() if owner and re.match(rf"{re.escape(owner)}([- ]|$)", layout)}
        if own:
            return own
    return {}


@cache
def _headers(path: Path, changed: int) -> dict[str, list[Title]]:
    layouts: dict[str, list[Title]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for line, cells in enumerate(csv.reader(stream), 1):
            if len(cells) != 3:
                raise CatalogError(
                    f"{path.name}, line {line}: {cells[:5]} should be a layout, a title and a name. Mend that line."
                )
            if line > 1:
                layouts.setdefault(cells[0], []).append(Title(line, *cells[1:]))
    return layouts


@cache
def _reference(path: Path, changed: int) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)
