"""The bytes behind the catalog: files known by their sha256, wherever they lie and whatever they are called."""

import hashlib
from functools import cache
from pathlib import Path

from .. import paths
from ..errors import CatalogError
from .records import Source


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _hash(path: Path, size: int, changed: int) -> str:
    return hash_file(path)


def raw_files() -> list[tuple[Path, int, int]]:
    """Our transcriptions and the official files at hand: path, size, time of change."""
    folders = [folder for folder in (paths.raw("figures"), paths.official()) if folder.is_dir()]
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    found = ((path, path.stat()) for path in files)
    return [(path, state.st_size, state.st_mtime_ns) for path, state in found]


def find_file(source: Source) -> Path | None:
    """The official file of `source`, wherever it lies under the official folder and whatever it is called; None if absent."""
    for path, size, changed in raw_files():
        if size == source.size and _hash(path, size, changed) == source.sha256:
            return path
    return None


def namesakes(source: Source) -> list[tuple[Path, int, int]]:
    """Files that bear the name of a source's file, whatever is in them: path, size, time of change."""
    return [found for found in raw_files() if found[0].name.endswith(source.file)]


def need_file(source: Source) -> Path:
    """The official file of `source`; an error says what was expected, what was seen and what to do."""
    path = find_file(source)
    if path is not None:
        return path
    expected = f"{source.file} ({source.size:,} bytes, sha256 {source.sha256[:12]}…)"
    for path, size, changed in namesakes(source)[:1]:
        if source.reader == "figures":
            raise CatalogError(
                f"{source.id}: our transcription {path} was edited. If that was meant, write size = {size} and "
                f'sha256 = "{_hash(path, size, changed)}" into data/raw/catalog.toml and build again.'
            )
        raise CatalogError(
            f"{source.id}: {path.name} in {path.parent} is damaged or another edition. Expected {expected}; it has {size:,} bytes, "
            f"sha256 {_hash(path, size, changed)[:12]}…. Run 'icslib add' on it if it is a new edition, else 'icslib fetch {source.id}'."
        )
    raise CatalogError(
        f"{source.id}: no official file {expected} under {paths.official()}. Run 'icslib fetch {source.id}', "
        f"or take it from {source.via or source.address} and run 'icslib add FILE'."
    )
