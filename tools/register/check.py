"""Does every code in every official file resolve? Those that do not are listed, each with its reason.

A column counts as codes when most of its distinct cells look like one. Codes of a large
family (small areas, hospital sites) are listed as the family, with a count and one example.
"""

import io
import re
import zipfile
from collections.abc import Iterator

import pandas as pd

from icslib import catalog
from icslib.register.facts import codes
from icslib.sheets import open_pages

from .files import read

CODE = r"(?=.*[A-Z])[A-Z0-9]{3}|[EWSN]\d{8}|U\d{5}|[A-Z]\d{5}|(?=.*\d)(?=.*[A-Z])[A-Z0-9]{5}"
FAMILIES = [
    (r"E0[13]\d{6}", "small area (LSOA): the register ships what was counted from them, not the areas"),
    (r"[WSN]\d{8}|W00", "outside England"),
    (r"E39\d{6}", "area team of NHS England, 2013 to 2015: no file gives its name"),
    (r"E40\d{6}", "region of NHS England before 2019: no file gives its name"),
]
SITES = {"Site Data!4", "PFI Data!4", "location_id"}
MANY = 40
CHAINS = {"reference_org_succession", "reference_org_changes", "reference_trust_changes"}


def columns() -> Iterator[tuple[str, str, list[str]]]:
    """Source, sheet and column, and distinct codes, of every column of codes in the official files."""
    for source in catalog.sources().values():
        path = catalog.find_file(source)
        if path is None or source.id.split("-")[0] in _TRANSCRIBED:
            continue
        for sheet, frame in _frames(source.id, path):
            for name in frame:
                cells = frame[name].dropna().astype(str).str.strip()
                distinct = [cell for cell in cells.unique() if cell]
                coded = [cell for cell in distinct if re.fullmatch(CODE, cell)]
                if len(coded) > 0.6 * len(distinct):
                    yield source.id, f"{sheet}!{name}".lstrip("!"), coded


_TRANSCRIBED = {"nao_claims", "finances_by_ics", "finances_national"}


def _frames(source: str, path) -> Iterator[tuple[str, pd.DataFrame]]:
    if path.suffix.lower() in (".xlsx", ".xls"):
        for sheet, page in open_pages(path).items():
            yield sheet, _coded(page.grid)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as bundle:
            for name in bundle.namelist():
                yield name, pd.read_csv(io.BytesIO(bundle.read(name)), dtype=str, encoding="utf-8-sig")
    elif path.name.startswith("ERIC"):
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        yield "", pd.DataFrame([line.split("$")[:2] for line in lines])
    else:
        yield "", read(source)


def _coded(grid) -> pd.DataFrame:
    """The columns of a sheet in which codes are seen within the first rows."""
    head = pd.DataFrame([[str(cell) for cell in row] for row in grid[:200]])
    spots = [spot for spot in head if sum(bool(re.fullmatch(CODE, cell)) for cell in head[spot].dropna()) > 0.2 * len(head)]
    return pd.DataFrame([[str(row[spot]) for spot in spots] for row in grid], columns=spots)


def unresolved() -> pd.DataFrame:
    """Codes that the register does not know: ``source``, ``column``, ``code`` (or a family's example), ``count``, ``reason``."""
    known, rows = codes(), []
    for source, column, distinct in columns():
        for code in (code for code in distinct if code not in known):
            rows.append((source, column, code, _reason(source, column, code)))
    frame = pd.DataFrame(rows, columns=["source", "column", "code", "reason"])
    size = frame.groupby(["source", "column", "reason"])["code"].transform("size")
    many = frame[size > MANY].groupby(["source", "column", "reason"], as_index=False)
    families = many.agg(count=("code", "size"), code=("code", "min"))
    out = pd.concat([frame[size <= MANY].assign(count=1), families])
    return out[["source", "column", "code", "count", "reason"]].sort_values(["source", "column", "code"], ignore_index=True)


def _reason(source: str, column: str, code: str) -> str:
    if column in SITES:
        return "hospital site: its trust stands in the same row"
    for form, reason in FAMILIES:
        if re.fullmatch(form, code) and (source not in CHAINS or len(code) == 9):
            return reason
    if source in CHAINS:
        return "only in files of succession: no figure we hold is keyed by it"
    return ""
