"""Say what a dropped file is, by its bytes or its layout and content, and take it in.

The name of a file counts for nothing. Known bytes are filed and their table rebuilt; a layout that one of our readers
reads becomes a new edition beside the old ones; anything else is read by the general reader and described, with the
beginning of a reader for it.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from .. import catalog, paths
from ..catalog import Source
from ..errors import CatalogError, DriftError, IcsError, SheetError
from ..expectations import SumError, header_lines, header_rows
from ..results import Result
from ..sheets import Page, open_pages, read_sheet
from .builder import BuildReport, build, read_source
from .shelf import resources

READER = '''"""{file}

Raw page    sheet {sheet!r}
Quirks      to be written down here
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table, need_sheet
from ..sheets import Page
from ..tidy import observations

LABELS = {labels}
VALUES = {values}


def tidy_{name}(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a … and measure."""
    long = expect_table(need_sheet(pages, {only!r}), source, [*LABELS, *VALUES]).melt(LABELS)
    return observations(
        long,
        place=long[LABELS[0]],  # a code, and its type; "other" takes any name
        place_type="other",
        measure=long["title"],
        period=source.edition,
        unit="as published",
        basis="outturn",
        source=source.id,
        blank="not available",
    )
'''
BLOCK = """
[{name}]
publisher = "…"
title = "…"
address = "…"
licence = "…"
reader = "{name}"
[[{name}.editions]]
edition = "…"  # the period of the figures, such as 2024-25
file = {file}
sha256 = "{sha256}"
size = {size}
"""


@dataclass(frozen=True, eq=False)
class Added(Result):
    """What a file was taken to be: ``source`` (None if unknown), whether it is ``new``, the ``build``.

    Of an unknown file a ``description``, and a ``stub``: what could go to the end of which file.
    """

    file: Path
    source: Source | None = None
    new: bool = False
    build: BuildReport | None = None
    description: str = ""
    stub: Mapping[str, str] = field(default_factory=dict)

    @property
    def finding(self) -> str:
        """One or two sentences."""
        if self.source is None:
            return f"{self.file.name} is not a publication we know. {self.description}"
        kind = "a new edition of" if self.new else "the file of"
        unused = (
            "" if self.source.shipped else "No table is made of it while the catalog says shipped = false, for a layout only."
        )
        done = self.build.finding if self.build else unused
        return f"{self.file.name} is {kind} {self.source.id}: {self.source.title}. {done}".strip()


def add(file: Path | str, edition: str | None = None) -> Added:
    """Recognise `file`, put it into the official folder, write a new edition into the catalog, and rebuild its table.

    `edition` names a new edition; without it, the last period in the file does. It is needed for publications that do not
    print their year.
    """
    file = Path(file)
    if not file.is_file():
        raise CatalogError(f"There is no file {file}.")
    seen = catalog.hash_file(file)
    known = next((source for source in catalog.sources().values() if source.sha256 == seen), None)
    if known is not None:
        _put(file, known)
        made = build([known.table]) if known.reader and known.shipped else None
        return Added(file, known, build=made)
    pages = open_pages(file)
    found = recognise(pages, edition)
    if found is None:
        return _describe(file, pages)
    source, frame = found
    kept = _put(file, source)
    name = source.edition or frame.loc[frame["end"].idxmax(), "period"].replace(" ", "-")
    if any(old.edition == name for old in catalog.of_table(source.table)):
        name = f"{name}-{seen[:6]}"
    source = catalog.add_edition(source.table, name, kept)
    return Added(file, source, new=True, build=build([source.table]) if source.shipped else None)


def recognise(pages: dict[str, Page], edition: str | None = None) -> tuple[Source, pd.DataFrame] | None:
    """The publication whose reader reads these pages, and what it reads; None if none does.

    Its ``edition`` is the one given, or the one that the titles or the names of sheets say, or empty.
    """
    yearless, drifted = [], []
    readable = [source for source in catalog.sources().values() if source.reader and source.reader != "figures"]
    for first in {source.table: source for source in reversed(readable)}.values():
        found = _try(pages, first, edition or "")
        if isinstance(found, pd.DataFrame):
            return replace(first, edition=edition or ""), found
        if isinstance(found, DriftError | SumError) or _titles(pages, first.table, first.reader):
            drifted += [(first, found)] if edition or isinstance(found, SheetError) else []
            tried = catalog.of_table(first.table) if edition is None else []
            read = [(old, frame) for old in tried if isinstance(frame := _try(pages, old, old.edition), pd.DataFrame)]
            for old, frame in read:
                titles = _titles(pages, f"{old.table}-{old.edition}")
                if any(old.edition in text for text in (*titles, *pages)):
                    return old, frame
                yearless += [(bool(titles), old)]
    if yearless:
        own, like = max(yearless, key=lambda pair: pair[0])
        raise CatalogError(
            f"The file has the layout of {like.id if own else like.table} ({like.title}), which does not print its year. Say which it is: "
            f"icslib add FILE --edition {like.edition}, with the year of the file. If the reader then does not know that year, it names the line to add."
        )
    if drifted:
        like, fault = max(drifted, key=lambda pair: getattr(pair[1], "alike", 1.0))
        kinds: dict[type, str] = {DriftError: "its layout changed", SumError: "its figures do not add up"}
        what = kinds.get(type(fault), "it cannot be read")
        raise type(fault)(f"The file looks like {like.table} ({like.title}), but {what}. {fault}")
    return None


def _titles(pages: dict[str, Page], *owners: str) -> list[str]:
    """The titles on the pages, if they are a header row that is known of one of `owners`."""
    known = [[title for _, title, _ in titles] for titles in catalog.headers(*owners).values()]
    return next((list(row) for page in pages.values() for _, row in header_rows(page, 3) if list(row) in known), [])


def _try(pages: dict[str, Page], source: Source, edition: str) -> pd.DataFrame | IcsError:
    """What a source's reader makes of the pages, or the error: a SheetError if the layout is another, else of the edition."""
    try:
        frame = read_source(replace(source, edition=edition, id=f"new {source.table}"), pages)
    except IcsError as fault:
        return fault
    held = resources().get(source.table, {"measures": set(frame["measure"]), "place_types": set(frame["place_type"])})
    fits = len(frame) and set(frame["measure"]) <= set(held["measures"]) and set(frame["place_type"]) <= set(held["place_types"])
    return frame if fits else SheetError(f"other measures or places than those of {source.table}")


def _put(file: Path, source: Source) -> Path:
    target = paths.official() / source.table / file.name
    if target.exists() and catalog.hash_file(target) != catalog.hash_file(file):
        target = target.with_stem(f"{target.stem}.{catalog.hash_file(file)[:8]}")
    if not target.exists():
        with paths.written_aside(target) as aside:
            shutil.copyfile(file, aside)
    return target


def _describe(file: Path, pages: dict[str, Page]) -> Added:
    reading = read_sheet(file)
    said = f"The general reader finds {len(reading.tables)} table{'s' * (len(reading.tables) != 1)} in it"
    if not reading.tables:
        return Added(file, description=f"{said}.")
    first = reading.tables[0]
    said += f"; the first, on sheet {first.sheet!r}, has the columns {list(first.frame)[:12]}."
    titles = list(max((row for _, row in header_rows(pages[first.sheet])), key=lambda row: len(set(row) & set(first.frame))))
    values = [title for title in titles if title in first.frame and pd.api.types.is_float_dtype(first.frame[title])]
    name = re.sub(r"\W+", "_", file.stem.lower()).strip("_")
    about = {"file": file.name, "sheet": first.sheet, "only": first.sheet if len(pages) > 1 else "", "name": name}
    reader = READER.format(**about, labels=[title for title in titles if title not in values], values=values)
    quoted, size = json.dumps(file.name, ensure_ascii=False), file.stat().st_size
    places = f"icslib/sources/{name}.py", "data/raw/reference/headers.csv", "data/raw/catalog.toml"
    texts = reader, header_lines(name, titles), BLOCK.format(file=quoted, name=name, sha256=catalog.hash_file(file), size=size)
    return Added(file, description=said, stub=dict(zip(places, texts, strict=True)))
