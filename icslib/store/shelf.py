"""Processed tables: their files, their list (``datapackage.json``), and loading them."""

import hashlib
import io
import json
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from .. import catalog, paths
from ..errors import StoreError
from ..tidy import COLUMNS, check_observations
from .known import known_at

PACKAGE = "datapackage.json"
LICENCE = [
    {
        "name": "OGL-UK-3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "title": "Open Government Licence v3.0",
    }
]
QUOTED = [{"name": "other-open", "title": "Single figures quoted with their source: each row names its publisher and address"}]
FIELD_TYPES = {
    "start": "datetime", "end": "datetime", "value": "number", "lower": "number", "upper": "number", "row": "integer",
}  # fmt: skip
_reads: dict[str, str] = {}


def normal(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations in the store's own order and types: the contract's columns, then extras; text as text, days as dates."""
    extras = [name for name in frame if name not in COLUMNS]
    frame = frame[[*COLUMNS, *extras]].reset_index(drop=True)
    frame.attrs = {}
    for name in frame:
        kind = FIELD_TYPES.get(name, "string" if name in COLUMNS or frame[name].dtype.kind not in "fiu" else "number")
        if kind == "string":
            frame[name] = frame[name].fillna("").astype(str)
        elif kind == "datetime":
            frame[name] = frame[name].astype("datetime64[ms]")
        else:
            frame[name] = frame[name].astype("int64" if kind == "integer" else "float64")
    return frame


def to_bytes(frame: pd.DataFrame) -> bytes:
    """A normal frame as the bytes of a parquet file, the same every time for the same frame and pyarrow."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    wide = [i for i, field in enumerate(table.schema) if pa.types.is_large_string(field.type)]
    for i in wide:
        table = table.set_column(i, table.schema[i].name, table.column(i).cast(pa.string()))
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=19, write_statistics=False, row_group_size=1 << 20)
    return out.getvalue()


def from_bytes(data: bytes) -> pd.DataFrame:
    """The frame in the bytes of a parquet file."""
    return normal(pq.read_table(io.BytesIO(data)).to_pandas())


def content_hash(frame: pd.DataFrame) -> str:
    """A hash of what a frame says, whatever library wrote it: sha256 of its rows as text."""
    out = io.BytesIO()
    pyarrow.csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), out)
    return hashlib.sha256(out.getbuffer()).hexdigest()


def package() -> dict:
    """The list of processed tables, as ``datapackage.json`` holds it; empty where nothing was built yet."""
    path = paths.processed(PACKAGE)
    if not path.is_file():
        return {"resources": []}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise StoreError(f"{path} is damaged: {fault}. Take it from the repository again, or run 'icslib build'.") from fault


def resources() -> dict[str, dict]:
    """Entries of the list by table name."""
    return {entry["name"]: entry for entry in package()["resources"]}


def tables() -> pd.DataFrame:
    """The processed tables: name, title, rows, measures, place types, first and last day."""
    fields = ["name", "title", "rows", "measures", "place_types", "first", "last"]
    return pd.DataFrame([{field: entry[field] for field in fields} for entry in resources().values()], columns=fields)


def need_bytes(name: str) -> bytes:
    """The bytes of one processed table, checked against the list."""
    known = resources()
    if name not in known:
        from rapidfuzz import process

        near = ", ".join(found for found, *_ in process.extract(name, list(known), limit=3))
        raise StoreError(f"No processed table {name!r}. Nearest: {near or 'none, run icslib build'}. 'icslib check' lists all.")
    path = paths.processed(known[name]["path"])
    if not path.is_file():
        raise StoreError(f"{path} is missing. Take it from the repository again, or run 'icslib build {name}'.")
    data = path.read_bytes()
    seen = hashlib.sha256(data).hexdigest()
    if f"sha256:{seen}" != known[name]["hash"]:
        raise StoreError(
            f"{path} is damaged: its sha256 is {seen[:12]}…, {PACKAGE} says {known[name]['hash'][7:19]}…. "
            f"Take it from the repository again, or run 'icslib build {name}'."
        )
    return data


def load(name: str) -> pd.DataFrame:
    """The observations of one processed table; the reading is noted for :func:`icslib.stamp` and for the cache of runs.

    With ``ICSLIB_AS_OF`` set to a day (``icslib run --as-of``), only those that were known then.
    """
    _reads[name] = hashlib.sha256(need_bytes(name)).hexdigest()
    known = known_at(_observations(name, _reads[name]).copy(deep=False))
    if known.empty:
        raise StoreError(
            f"Nothing in {name} was known on the day asked for (--as-of). Ask for a later day, or leave out what reads it."
        )
    return known


@lru_cache(maxsize=4)
def _observations(name: str, _seen: str) -> pd.DataFrame:
    """The observations of a table whose bytes have the hash `_seen`; the last few stay at hand, since one panel reads many
    measures of one table.
    """
    return check_observations(from_bytes(need_bytes(name)))


def reads() -> list[tuple[str, str]]:
    """Tables read in this process, with the sha256 of the bytes read, sorted by name."""
    return sorted(_reads.items())


def describe(name: str, frame: pd.DataFrame, data: bytes, totals: list[dict]) -> dict:
    """The entry of one table in the list: schema, what raw files made it, hashes of bytes and of content."""
    made = [catalog.get(id) for id in dict.fromkeys(frame["source"]) if id in catalog.sources()]
    kinds = {"i": "integer", "f": "number", "M": "datetime"}
    apart = [total for total in totals if abs(total["difference"]) > 1e-3]
    return {
        "name": name,
        "title": made[0].title if made else name,
        "path": f"{name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "profile": "data-resource",
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "bytes": len(data),
        "content": content_hash(frame),
        "rows": len(frame),
        "measures": sorted(frame["measure"].unique()),
        "place_types": sorted(frame["place_type"].unique()),
        "first": frame["start"].min().date().isoformat(),
        "last": frame["end"].max().date().isoformat(),
        "schema": {"fields": [{"name": column, "type": kinds.get(frame[column].dtype.kind, "string")} for column in frame]},
        "sources": [
            {"title": s.title, "path": s.address, "id": s.id, "sha256": s.sha256, "published": s.published, "licence": s.licence}
            for s in made
        ],
        "licenses": LICENCE if all("Open Government" in s.licence for s in made) else QUOTED,
        "totals": {"agreed": len(totals) - len(apart), "with_a_difference": apart},
    }


def write_package(entries: dict[str, dict]) -> None:
    """Write the list of tables, sorted, so that the same build gives the same bytes."""
    listed = {
        "name": "icslib",
        "title": "Observations about England's integrated care systems, each with the cell it was printed in",
        "profile": "data-package",
        "licenses": LICENCE,
        "resources": [entries[name] for name in sorted(entries)],
    }
    with paths.written_aside(paths.processed(PACKAGE)) as aside:
        aside.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_bytes(name: str, data: bytes) -> Path:
    """Put the bytes of a table in place, whole or not at all."""
    target = paths.processed(f"{name}.parquet")
    with paths.written_aside(target) as aside:
        aside.write_bytes(data)
    return target
