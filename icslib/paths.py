"""Where the project lies.

``ICSLIB_HOME`` if set, else the nearest folder upward from the working directory that
holds ``data/raw/catalog.toml``, else the folder beside the package.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from .errors import IcsError

MARK = Path("data") / "raw" / "catalog.toml"


def find_home() -> Path:
    """Return the project folder; an error says where it was looked for."""
    return _home(os.environ.get("ICSLIB_HOME", ""), os.getcwd())


@lru_cache(maxsize=16)
def _home(asked: str, cwd: str) -> Path:
    if asked:
        home = Path(asked).expanduser().resolve()
        if not (home / MARK).is_file():
            raise IcsError(f"ICSLIB_HOME is {home}, but {home / MARK} is not there. Point it at a copy of the project.")
        return home
    here = Path(cwd).resolve()
    beside = Path(__file__).resolve().parent.parent
    for folder in (here, *here.parents, beside):
        if (folder / MARK).is_file():
            return folder
    raise IcsError(
        f"No project found: {MARK} is neither in {here} nor above it, nor beside the package. "
        "Work inside a copy of the project, or set ICSLIB_HOME to one."
    )


def raw(*parts: str) -> Path:
    """A path under ``data/raw``."""
    return find_home().joinpath("data", "raw", *parts)


def official() -> Path:
    """The folder of official files: ``ICSLIB_OFFICIAL`` if set, else ``data/raw/official``."""
    asked = os.environ.get("ICSLIB_OFFICIAL")
    return Path(asked).expanduser().resolve() if asked else raw("official")


def processed(*parts: str) -> Path:
    """A path under ``data/processed``."""
    return find_home().joinpath("data", "processed", *parts)


def notebooks(*parts: str) -> Path:
    """A path under ``notebooks``."""
    return find_home().joinpath("notebooks", *parts)


def reports(*parts: str) -> Path:
    """A path under ``reports``."""
    return find_home().joinpath("reports", *parts)


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target` and move it into place only if the block succeeds.

    A crash, a full disk or Ctrl-C leaves the old file as it was.

    >>> folder = Path(tempfile.mkdtemp())
    >>> with written_aside(folder / "note.txt") as aside:
    ...     _ = aside.write_text("whole", encoding="utf-8")
    >>> (folder / "note.txt").read_text()
    'whole'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(0o644)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
