"""Say what a dropped file is, by its bytes or its layout and content, and take it in.

The name of a file counts for nothing. Known bytes are filed and their table rebuilt; a layout that one of our readers
reads becomes a new edition beside the old ones; anything else is read by the general reader and described, with the
beginning of a reader for it.
"""

import shutil
from dataclasses import dataclass, replace
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

STUB = '''"""{title}

Raw page    {sheets}
Quirks      to be written down here
"""

import pandas as pd

from ..catalog import Source
from ..expectations import expect_table
from ..sheets import Page
from ..tidy import observations

TITLES = {titles}


def tidy_{name}(pages: dict[str, Page], source: Source) -> pd.DataFrame:
    """One row a … and measure."""
    table = expect_table(pages[{sheet!r}], source, TITLES)
    long = table.melt(TITLES[:1])
    return observations(
        long, place=long[TITLES[0]], place_type="…", measure=long["title"], period="…", unit="…", basis="outturn", source=source.id,
    )


# To go to the end of data/raw/reference/headers.csv:
{headers}'''


@dataclass(frozen=True, eq=False)
class Added(Result):
    """What a file was taken to be: ``source`` (None if unknown), whether it is ``new``, the ``build``, or a ``description`` and a ``stub``."""

    file: Path
    source: Source | None = None
    new: bool = False
    build: BuildReport | None = None
    description: str = ""
    stub: str = ""

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
        return _describe(file)
    source, frame = found
    kept = _put(file, source)
    name = source.edition or frame.loc[frame["end"].idxmax(), "period"].replace(" ", "-")
    if any(old.edition == name for old in catalog.of_table(source.table)):
        name = f"{name}-{seen[:6]}"
    source = catalog.add_edition(source.table, name, kept)
    return Added(file, source, new=True, build=build([source.table]) if source.shipped else None)


def recognise(pages: dict[str, Page], edition: str | None = None) -> tuple[Source, pd.DataFrame] | None:
    """The publication whose reader reads these pages, and what it reads; None if none does.

    Its ``edition`` is the one given, or the one that the titles name, or empty.
    """
    yearless, drifted = [], []
    readable = [source for source in catalog.sources().values() if source.reader and source.reader != "figures"]
    for first in {source.table: source for source in reversed(readable)}.values():
        found = _try(pages, first, edition or "")
        if isinstance(found, pd.DataFrame):
            return replace(first, edition=edition or ""), found
        if found is None or isinstance(found, DriftError | SumError) or _titles(pages, first.table, first.reader):
            drifted += [(first, found)] if found else []
            tried = catalog.of_table(first.table) if edition is None else []
            read = [(old, frame) for old in tried if isinstance(frame := _try(pages, old, old.edition), pd.DataFrame)]
            for old, frame in read:
                titles = _titles(pages, f"{old.table}-{old.edition}")
                if any(old.edition in title for title in titles):
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
        what = {DriftError: "its layout changed", SumError: "its figures do not add up"}.get(type(fault), "it cannot be read")
        raise type(fault)(f"The file looks like {like.table} ({like.title}), but {what}. {fault}")
    return None


def _titles(pages: dict[str, Page], *owners: str) -> list[str]:
    """The titles on the pages, if they are a header row that is known of one of `owners`."""
    known = [[title for _, title, _ in titles] for titles in catalog.headers(*owners).values()]
    return next((list(row) for page in pages.values() for _, row in header_rows(page, 3) if list(row) in known), [])


def _try(pages: dict[str, Page], source: Source, edition: str) -> pd.DataFrame | SheetError | None:
    """What a source's reader makes of the pages; the error if the layout is another; None if it may be the edition that is not known."""
    try:
        frame = read_source(replace(source, edition=edition, id=f"{source.table}?"), pages)
    except SheetError as fault:
        return fault
    except (IcsError, LookupError, TypeError, ValueError, AttributeError, StopIteration):
        return None
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


def _describe(file: Path) -> Added:
    reading = read_sheet(file)
    first = reading.tables[0] if reading.tables else None
    titles = list(first.frame.columns) if first is not None else []
    sheet = getattr(first, "sheet", "")
    name = "".join(c if c.isalnum() else "_" for c in file.stem.lower()).strip("_")
    headers = "".join(f"# {line}\n" for line in header_lines(name, titles).splitlines())
    listed = [str(title) for title in titles]
    stub = STUB.format(title=file.name, sheets=f"sheet {sheet!r}", titles=listed, sheet=sheet, name=name, headers=headers)
    said = f"The general reader finds {len(reading.tables)} tables in it" + (
        f"; the first, on sheet {sheet!r}, has the columns {titles[:12]}." if titles else "."
    )
    return Added(file, description=said, stub=stub)
