"""From a figure back to the cell it was printed in, and a stamp of everything a report rests on."""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile
from pathlib import Path

import pandas as pd

from .. import catalog
from ..errors import StoreError
from ..results import Result
from ..tidy import cell_refs
from .shelf import from_bytes, need_bytes, reads, resources

REF = re.compile(r"(?P<source>[^!]+)!(?P<sheet>.*)!(?P<cell>[^!]+)")
TRACED = ["source", "file", "sheet", "cell", "value", "unit", "sha256", "publisher", "title", "address", "licence", "published"]
STAMP = "application/vnd.icslib.stamp+json"
PACKAGES = ["pandas", "numpy", "pyarrow", "python-calamine", "statsmodels", "pyfixest", "matplotlib", "papermill", "nbconvert"]


def trace(figures: object) -> pd.DataFrame:
    """Where figures were printed: one row a cell.

    Parameters
    ----------
    figures : observations, a panel, a derived table with a ``cells`` column, or one row of these; a result or an exhibit; or
        references such as ``"beds!!H12"`` (source, sheet, cell; ``T2:T90[L=QHM]`` is column T of the rows whose column L
        holds QHM)

    Returns
    -------
    DataFrame with ``source, file, sheet, cell, value, unit, sha256, publisher, title, address, licence, published``.
    ``value`` is the printed figure where the store holds the cell as an observation, else NaN.

    Raises
    ------
    StoreError
        For what holds no references, such as a bare number or a frame of one's own.
    """
    refs = list(dict.fromkeys(_references(figures)))
    if not refs and not (isinstance(figures, pd.DataFrame) and figures.empty):
        raise StoreError(
            f"No cell is known behind this {type(figures).__name__}. Give observations, a panel with its places and years, "
            "a result, an exhibit, or references such as 'beds!!H12'; a bare number does not know where it came from."
        )
    rows, printed = [], {}
    for ref in refs:
        match = REF.fullmatch(ref)
        if not match:
            raise StoreError(f"{ref!r} is not a cell reference. They read source!sheet!cell, such as 'beds!!H12'.")
        source = catalog.get(match["source"])
        if source.table not in printed:
            printed[source.table] = _printed(source.table)
        value, unit, *own = printed[source.table].get(ref, (float("nan"), ""))
        publisher, title, address, published = own or (source.publisher, source.title, source.address, source.published)
        about = (source.sha256, publisher, title, address, source.licence, published)
        rows.append((source.id, source.file, match["sheet"], match["cell"], value, unit, *about))
    return pd.DataFrame(rows, columns=TRACED)


def _references(figures: object) -> Iterator[str]:
    """Every reference in what was given: as text, in columns of cells, in a panel's notes, in the fields of a record."""
    if isinstance(figures, str):
        yield figures
    elif isinstance(figures, pd.Series):
        yield from _references(figures.to_frame().T if {"place", "source", "cells"} & set(figures.index) else list(figures))
    elif isinstance(figures, pd.DataFrame):
        yield from _of_frame(figures)
    elif isinstance(figures, Result) or hasattr(figures, "sources"):
        for held in vars(figures).values():
            yield from (ref for ref in _references(held) if "!" in ref)
    elif isinstance(figures, Iterable):
        for one in figures:
            yield from _references(one) if isinstance(one, str | tuple | list) else ()


def _of_frame(frame: pd.DataFrame) -> Iterator[str]:
    columns = [name for name in frame if str(name) == "cells" or str(name).startswith("cells:")]
    if isinstance(known := frame.attrs.get("cells"), dict) and {"place", "year"} <= set(frame):
        spots = zip(frame["place"], frame["year"], strict=True)
        yield from (ref for place, year in spots for name in frame for ref in known.get((place, year, name), ()))
    elif columns:
        yield from (ref for name in columns for refs in frame[name] for ref in _references(refs))
    elif {"source", "sheet", "row", "column"} <= set(frame):
        yield from cell_refs(frame)


def _printed(table: str) -> dict[str, tuple]:
    """Value and unit of each cell, and the publisher, title, address and date of its own where a row has them."""
    if table not in resources():
        return {}
    frame = from_bytes(need_bytes(table))
    names = ["value", "unit", *(name for name in ("publisher", "title", "address", "published") if name in frame)]
    return dict(zip(cell_refs(frame), frame[names].itertuples(index=False, name=None), strict=True))


def code_version() -> str:
    """Package version and a short hash of the code this process loaded: the same report gives the same, anywhere.

    What runs and renders notebooks is left out, and so is code no report here used: changing that changes no report.
    """
    from .. import __version__

    house = Path(__file__).resolve().parent.parent
    files = {
        Path(module.__file__) for name, module in list(sys.modules.items()) if name.startswith("icslib.") and module.__file__
    }
    named = {path.relative_to(house).as_posix(): path for path in files if house in path.parents}
    whole = hashlib.sha256()
    for name in sorted(named):
        if name.partition("/")[0] not in ("runs", "render", "cli.py", "__main__.py"):
            whole.update(name.encode() + b"\0" + named[name].read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"icslib {__version__} ({whole.hexdigest()[:12]})"


@dataclass(frozen=True, eq=False)
class Stamp(Result):
    """What a report rests on: ``sources`` (one row a file), ``tables`` read with their hash, parameters, versions."""

    sources: pd.DataFrame
    tables: tuple[tuple[str, str], ...]
    parameters: dict[str, object]
    versions: dict[str, str]

    @property
    def finding(self) -> str:
        """The record as plain text."""
        lines = [
            f"{title} ({publisher}; "
            f"{'date of publication not stated' if published == 'not stated' else f'published {published}'}): "
            + ", ".join(f"{file} sha256 {seen[:12]}" for file, seen in zip(files["file"], files["sha256"], strict=True))
            for (title, publisher, published), files in self.sources.groupby(["title", "publisher", "published"], sort=False)
        ]
        lines += [f"table {name}, sha256 {seen[:12]}" for name, seen in self.tables]
        lines += ["parameters: " + (", ".join(f"{key} = {value!r}" for key, value in self.parameters.items()) or "none")]
        return "\n".join([*lines, "made with " + ", ".join(f"{name} {number}".strip() for name, number in self.versions.items())])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        record = {"sources": list(self.sources["id"]), "tables": dict(self.tables), "versions": self.versions}
        return {"text/plain": self.finding, "text/html": self._repr_html_(), STAMP: record}

    def _repr_html_(self) -> str:
        head = "<tr><th>Source</th><th>Publisher</th><th>Published</th><th>Licence</th><th>Files and their sha256</th></tr>"
        by = ["address", "title", "publisher", "published", "licence"]
        body = "".join(
            f'<tr><td><a href="{escape(about[0], quote=True)}">{escape(about[1])}</a></td>'
            + "".join(f"<td>{escape(word)}</td>" for word in about[2:])
            + "<td>"
            + "<br>".join(
                f"{escape(file)} <code>{seen[:12]}</code>" for file, seen in zip(files["file"], files["sha256"], strict=True)
            )
            + "</td></tr>"
            for about, files in self.sources.groupby(by, sort=False)
        )
        tables = ", ".join(f"{escape(name)} <code>{seen[:12]}</code>" for name, seen in self.tables)
        asked = ", ".join(f"{escape(key)} = {escape(repr(value))}" for key, value in self.parameters.items())
        made = ", ".join(f"{escape(name)} {escape(number)}" for name, number in self.versions.items())
        return (
            '<div class="stamp"><table><caption>Sources read by this report</caption>'
            f"<thead>{head}</thead><tbody>{body}</tbody></table><p>Tables read: {tables or 'none'}.</p>"
            f"<p>Parameters: {asked or 'as shown at the top'}.</p><p>Made with {made}.</p></div>"
        )


def _set_before_import(names: dict[str, object]) -> dict[str, object]:
    """Numbers, texts and truths of a notebook that were set before it imported icslib, in the order of setting."""
    package = sys.modules[__package__.partition(".")[0]]
    if not any(value is package for value in names.values()):
        return {}
    before = takewhile(lambda item: item[1] is not package, names.items())
    return {name: value for name, value in before if not name.startswith("_") and type(value) in (int, float, str, bool)}


def stamp(**parameters: object) -> Stamp:
    """What everything read so far in this process rests on: sources with dates and hashes, parameters, versions.

    Without `parameters`, those of the notebook are taken: the plain values set before ``import icslib``.
    """
    parameters = parameters or _set_before_import(sys._getframe(1).f_globals)
    known, listed = catalog.sources(), resources()
    ids = dict.fromkeys(said["id"] for name, _ in reads() for said in listed.get(name, {}).get("sources", []))
    rows = [known[id] for id in ids if id in known]
    fields = ["id", "title", "publisher", "published", "licence", "address", "file", "sha256"]
    frame = pd.DataFrame([{field: getattr(source, field) for field in fields} for source in rows], columns=fields)
    versions = {code_version(): ""}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return Stamp(frame, tuple(reads()), parameters, versions)
