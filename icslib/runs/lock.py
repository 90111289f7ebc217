"""One batch at a time in a folder of reports.

The lock is the operating system's, held on an open file, so it ends with the process that holds it: a lock left by a killed
batch is no lock. What the file says is for people.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..errors import RunError


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock file `path`; gives True if a batch before this one was cut short. Held by another, it is an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        try:
            _seize(file)
        except OSError:
            raise RunError(f"Reports are being made already{_holder(path)}. Wait for it, or stop it, then run again.") from None
        file.seek(0)
        stale = bool(file.read().strip())
        file.truncate(0)
        json.dump(
            {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}, file
        )
        file.flush()
        try:
            yield stale
        finally:
            file.truncate(0)


def _seize(file) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(2**30)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f" by process {said['pid']} on {said['host']}, since {said['since']}"
    except (OSError, ValueError, KeyError):
        return ""
