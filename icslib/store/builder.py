"""Build the store from official files, or prove that what is shipped is what they make."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from .. import catalog, paths
from ..catalog import Source
from ..errors import CatalogError, IcsError, SheetError, StoreError
from ..results import Result
from ..sheets import Page, open_pages
from ..tidy import COLUMNS, KEY
from .corrections import correct, flag_corrected, flag_oddities, stray_lines
from .shelf import content_hash, describe, from_bytes, need_bytes, normal, resources, to_bytes, write_bytes, write_package

Maker = Callable[[], tuple[pd.DataFrame, list[dict]]]


@dataclass(frozen=True, eq=False)
class BuildReport(Result):
    """What a build did: one row a table (``table``, ``status``, ``rows``, ``message``).

    Statuses: ``built``, ``same``, ``proved``; ``kept`` (official files absent, the shipped table stands);
    ``differs`` and ``failed``, which make ``ok`` False.
    """

    tables: pd.DataFrame
    checked: bool

    @property
    def ok(self) -> bool:
        """True if no table failed or differs."""
        return not self.tables["status"].isin(["failed", "differs"]).any()

    @property
    def finding(self) -> str:
        """How many tables were built, kept, proved or failed, and what was wrong."""
        counts = ", ".join(f"{n} {status}" for status, n in self.tables["status"].value_counts(sort=False).items())
        wrong = self.tables[self.tables["status"].isin(["failed", "differs"])]
        said = "".join(f"\n{row.table}: {row.message}" for row in wrong.itertuples())
        return f"{len(self.tables)} table{'s' * (len(self.tables) != 1)}: {counts or 'nothing to do'}.{said}"


def open_source(source: Source, path: Path) -> dict[str, Page]:
    """The pages of an official file, corrections made."""
    return correct(open_pages(path), source.id)


def read_source(source: Source, pages: Mapping[str, Page]) -> pd.DataFrame:
    """Observations of one official file, by its reader; whatever goes wrong is an error of ours that names the file."""
    module = importlib.import_module(f"..sources.{source.reader}", __package__)
    file = next((page.file for page in pages.values() if page.file), source.file)
    try:
        frame = _no_figure_twice(_coded(getattr(module, f"tidy_{source.reader}")(pages, source)))
    except IcsError as fault:
        fault.args = (f"{fault}" if file in str(fault) else f"{file}: {fault}",)
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as fault:
        raise SheetError(f"{file}: the reader {source.reader} stumbled: {type(fault).__name__}: {fault}") from fault
    return flag_oddities(flag_corrected(frame, source.id), source.id)


def _coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The observations, if every place (but of the type ``other``) is a code; a mark or a name in its stead is a damaged row."""
    odd = frame[~frame["place"].astype(str).str.fullmatch(r"[0-9]*[A-Z][0-9A-Z]*") & (frame["place_type"] != "other")]
    if len(odd):
        spot = odd.iloc[0]
        raise SheetError(
            f"{spot['source']}, sheet {spot['sheet']!r}, row {spot['row']}: {spot['place']!r} is no code of a place, and {odd['place'].nunique()} such "
            "stand there. Mend the row, or map the names to codes in the reader."
        )
    return frame


def _no_figure_twice(frame: pd.DataFrame) -> pd.DataFrame:
    """The observations, if none repeats another in key, extra columns and value; else a row was printed or read twice.

    Two different figures for the same thing may stand: publishers contradict themselves.
    """
    key = [*KEY, "value", *(name for name in frame if name not in COLUMNS)]
    twice = frame[frame.duplicated(key, keep=False)]
    if len(twice):
        spot = twice.iloc[0]
        rows = sorted(
            twice.loc[(twice[["place", "measure", "period"]] == spot[["place", "measure", "period"]]).all(axis=1), "row"]
        )
        raise SheetError(
            f"{spot['source']}, sheet {spot['sheet']!r}, rows {rows[:4]}: {spot['measure']} of {spot['place']} in {spot['period']} is there "
            f"{len(rows)} times, and {len(twice)} figures in all are. Take the repeated rows out, or give the reader a column that tells them apart."
        )
    return frame


def _from_official(table: str) -> tuple[pd.DataFrame, list[dict]]:
    pieces, totals = [], []
    for source in catalog.of_table(table):
        piece = read_source(source, open_source(source, catalog.need_file(source)))
        totals += [{"source": source.id, **total} for total in piece.attrs.pop("totals", [])]
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True), totals


def makers() -> dict[str, Maker]:
    """How each table is made, by name."""
    made = (source.table for source in catalog.sources().values() if source.reader and source.shipped)
    return {table: partial(_from_official, table) for table in made}


def build(ids: Iterable[str] | None = None, check: bool = False) -> BuildReport:
    """Make processed tables from the official files at hand; a table whose files are absent stays as shipped.

    Parameters
    ----------
    ids : tables or source ids to build; all if None
    check : write nothing; prove that shipped and made are the same, and that shipped files are whole
    """
    known, entries = makers(), resources()
    wanted = list(known) if ids is None else list(dict.fromkeys(_table_of(id, known) for id in ids))
    rows = []
    for table in wanted:
        try:
            rows.append((table, *_one(table, known[table], entries, check)))
        except (IcsError, OSError) as fault:
            rows.append((table, "failed", 0, str(fault)))
    rows += [(said.split(".csv")[0], "failed", 0, said) for said in stray_lines()]
    if not check:
        now = {**resources(), **{name: entries[name] for name in wanted if name in entries}}
        write_package({name: entry for name, entry in now.items() if name in known})
        for stray in paths.processed().glob("*.parquet"):
            if stray.stem not in known:
                stray.unlink()
    return BuildReport(pd.DataFrame(rows, columns=["table", "status", "rows", "message"]), check)


def _table_of(id: str, known: Mapping[str, Maker]) -> str:
    if id in known:
        return id
    source = catalog.get(id)
    if source.table not in known:
        raise CatalogError(f"{id} is reference material, or shows a layout only; no table is built from it.")
    return source.table


def _one(table: str, make: Maker, entries: dict[str, dict], check: bool) -> tuple[str, int, str]:
    absent = [source for source in catalog.of_table(table) if catalog.find_file(source) is None]
    for damaged in (source for source in absent if catalog.namesakes(source)):
        catalog.need_file(damaged)  # says what was expected and what lies there
    if absent:
        return _kept(table, absent, entries)
    frame, totals = make()
    frame = normal(frame)
    if check:
        return _proved(table, frame, entries)
    data = to_bytes(frame)
    entry = describe(table, frame, data, totals)
    if _same(entries.get(table), entry):  # another pyarrow may write other bytes for the same content
        try:
            need_bytes(table)
            return "same", len(frame), ""
        except StoreError:
            pass
    write_bytes(table, data)
    entries[table] = entry
    held = entry["totals"]
    said = f"{held['agreed']} printed totals agree, {len(held['with_a_difference'])} with a difference" if totals else ""
    return "built", len(frame), said


def _same(shipped: dict | None, made: dict) -> bool:
    about = [name for name in made if name not in ("hash", "bytes")]
    return shipped is not None and all(shipped.get(name) == made[name] for name in about)


def _kept(table: str, absent: list[Source], entries: Mapping[str, dict]) -> tuple[str, int, str]:
    first = absent[0].file if len(absent) == 1 else f"{absent[0].file} and {len(absent) - 1} more"
    if table not in entries:
        return "failed", 0, f"nothing is shipped and {first} is not here. Run 'icslib fetch {absent[0].id}'."
    need_bytes(table)
    return "kept", entries[table]["rows"], f"official file absent: {first}"


def _proved(table: str, made: pd.DataFrame, entries: Mapping[str, dict]) -> tuple[str, int, str]:
    shipped = from_bytes(need_bytes(table))
    if content_hash(shipped) == content_hash(made) and entries[table]["content"] == content_hash(made):
        return "proved", len(made), ""
    if list(shipped.columns) != list(made.columns) or len(shipped) != len(made):
        return (
            "differs",
            len(made),
            f"shipped {shipped.shape} rows and columns, the readers make {made.shape}. Run 'icslib build {table}'.",
        )
    unlike = (shipped != made) & ~(shipped.isna() & made.isna())
    spot = unlike.any(axis=1).idxmax()
    what = {name: (shipped.at[spot, name], made.at[spot, name]) for name in made if unlike.at[spot, name]}
    return (
        "differs",
        len(made),
        f"{int(unlike.any(axis=1).sum())} rows differ; row {spot}, shipped and made: {what}. Run 'icslib build {table}'.",
    )
