"""What a run reads: source files loaded, processed tables, data files. Named so that any machine can look them up again."""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from .. import paths

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
ENGINE = {"execute.py", "shell.py"}  # of the code that runs notebooks, what can alter a report


def hash_bytes(data: bytes) -> str:
    """sha256, in hex."""
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=8192)
def _hash_seen(path: str, size: int, changed: int) -> str:
    return hash_bytes(Path(path).read_bytes())


def hash_file(path: Path) -> str:
    """sha256 of a file; empty if it is not there. Read again only when its size or time of change differ."""
    try:
        seen = os.stat(path)
        return _hash_seen(str(path), seen.st_size, seen.st_mtime_ns)
    except OSError:
        return ""


def find_module(name: str) -> Path:
    """Where the source file named `name` lies here."""
    return PACKAGE.parent / name if name.startswith(f"{PACKAGE.name}/") else paths.find_home() / name


def find_table(name: str) -> Path:
    """Where the processed table `name` lies here."""
    return paths.processed(f"{name}.parquet")


def find_data(name: str) -> Path:
    """Where the data file `name` lies here: under ``data/``, or at the absolute path that a parameter gave."""
    return paths.find_home() / "data" / name


FIND: dict[str, Callable[[str], Path]] = {
    "modules": find_module,
    "page_modules": find_module,
    "tables": find_table,
    "files": find_data,
}


def hash_since(path: Path, began: float) -> str:
    """sha256 of a file as it was at the time `began`; words that no hash equals if it was changed since."""
    try:
        return "changed during the run" if path.stat().st_mtime > began else hash_file(path)
    except OSError:
        return ""


def modules_loaded(began: float = float("inf")) -> dict[str, str]:
    """Source files loaded in this process, of the package or beside the notebooks, with their hashes as at `began`."""
    house, home = f"{PACKAGE}{os.sep}", f"{paths.find_home()}{os.sep}"
    found = set()
    for file in {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}:
        if not file.endswith(".py"):
            continue
        if file.startswith(house):
            path = Path(file)
            if path.parent != HERE or path.name in ENGINE:
                found.add(path.relative_to(PACKAGE.parent).as_posix())
        elif file.startswith(home) and f"{os.sep}site-packages{os.sep}" not in file:
            found.add(Path(file).relative_to(home).as_posix())
    return {name: hash_since(find_module(name), began) for name in sorted(found)}


def page_files(began: float = float("inf")) -> dict[str, str]:
    """The code, templates and style that pages are made by, with their hashes as at `began`: they alter its look, never its
    results.
    """
    render = PACKAGE / "render"
    found = sorted([*render.glob("*.py"), *(render / "templates").glob("*.*"), PACKAGE / "changes.py", PACKAGE / "style.py"])
    return {path.relative_to(PACKAGE.parent).as_posix(): hash_since(path, began) for path in found}


def tables_read() -> dict[str, str]:
    """Processed tables read in this process, with the hashes of what was read."""
    store = sys.modules.get(f"{PACKAGE.name}.store")
    return dict(store.reads()) if store else {}


def everything() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """All modules, tables and data files there are: what a run in another process is held to, since it cannot be watched."""
    data = paths.find_home() / "data"
    modules = [
        path.relative_to(PACKAGE.parent).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent != HERE or path.name in ENGINE
    ]
    tables = [path.stem for path in sorted(paths.processed().glob("*.parquet"))]
    raw = [
        path.relative_to(data).as_posix()
        for part in (".", "figures", "reference")
        for path in sorted(paths.raw(part).glob("*.*"))
    ]
    named = {"modules": modules, "tables": tables, "files": raw}
    hashed = {kind: {name: hash_file(FIND[kind](name)) for name in names} for kind, names in named.items()}
    return hashed["modules"], hashed["tables"], hashed["files"]


@contextmanager
def files_read() -> Iterator[dict[str, str]]:
    """Note every file under ``data/`` that is opened in the block, whoever opens it, with hashes at its end.

    Processed tables are left to the store, which knows them one by one.
    """
    data = str(paths.find_home() / "data") + os.sep
    began = time.time()
    opened: set[str] = set()
    found: dict[str, str] = {}
    listening = True

    def hear(event: str, given: tuple) -> None:
        if listening and event == "open" and isinstance(given[0], str) and given[0].startswith(data):
            opened.add(given[0].removeprefix(data).replace(os.sep, "/"))

    sys.addaudithook(hear)
    try:
        yield found
    finally:
        listening = False
        found |= {
            name: seen
            for name in sorted(opened)
            if not name.startswith("processed/") and (seen := hash_since(find_data(name), began))
        }
