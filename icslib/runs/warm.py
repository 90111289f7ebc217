"""Fresh processes that start warm: forked from a server that has the heavy libraries loaded already.

The standard library's ``forkserver`` is one quiet process that imports what is slow and then only forks. Each run gets a
child of its own: nothing left over from another run, and no second spent on imports. icslib itself is not loaded in the
server, so a child always runs the code as it is on disk, and what it loaded is what the run used. Where processes
cannot be forked (Windows; macOS, whose frameworks do not survive it) children start cold and all else is the same.
"""

import multiprocessing
import os
import sys
import threading
import types
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, process
from pathlib import Path
from typing import Any

from . import heavy

STEADY = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "SOURCE_DATE_EPOCH": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
ROOT = str(Path(__file__).resolve().parents[2])
STARTING = threading.Lock()
WARM = sys.platform not in ("win32", "darwin") and "forkserver" in multiprocessing.get_all_start_methods()
ours: int | None = None


def context(warm: bool = WARM):
    """The way children are made: from the warm server, or each from cold."""
    return multiprocessing.get_context("forkserver" if warm else "spawn")


def start(target, *given, warm: bool = WARM, preload: Sequence[str] = ()) -> process.BaseProcess:
    """Start ``target(*given)`` in a fresh child with a steady environment: hash seed, zone, threads.

    The caller's script is hidden meanwhile: a child would run it again, and it may call us at its top level. A worker of a
    cluster may start children: it is a daemon, which the library forbids, and we end ours ourselves.
    """
    child = context(warm).Process(target=target, args=given)
    main = _lent(sys.modules, {"__main__": types.ModuleType("__main__")})
    may = _lent(process.current_process()._config, {"daemon": False})  # type: ignore[attr-defined]
    with STARTING, _lent(os.environ, STEADY), main, may:
        if warm:
            path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
            with _lent(os.environ, {heavy.ASKED: "1", "PYTHONPATH": path}):
                _ensure_server(preload)
        child.start()
    return child


def _ensure_server(preload: Sequence[str]) -> None:
    """Start the server, or replace one that somebody else started with other libraries and another hash seed."""
    global ours
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    if server._forkserver_pid is not None and server._forkserver_pid != ours:
        server._stop()
    forkserver.set_forkserver_preload([heavy.__name__, *preload])
    forkserver.ensure_running()
    ours = server._forkserver_pid


@contextmanager
def _lent(mapping: MutableMapping[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Hold other values in a mapping for a while, then what it held before."""
    old = {name: mapping[name] for name in values if name in mapping}
    mapping.update(values)
    try:
        yield
    finally:
        mapping.update(old)
        for name in values.keys() - old.keys():
            mapping.pop(name, None)


def end_with_parent() -> None:
    """In a child: leave at once when the process that asked for it is gone, so that a killed batch leaves nothing running."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        with suppress(OSError):
            connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
