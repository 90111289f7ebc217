"""What the warm server loads: the libraries that notebooks use and that are slow to import. Not icslib itself.

Importing this module does nothing, except in the server, which is started with ``ICSLIB_WARM_SERVER`` set.
"""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

ASKED = "ICSLIB_WARM_SERVER"
LIBRARIES = [
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.compute",
    "scipy.stats",
    "scipy.optimize",
    "pydantic",
    "rapidfuzz.process",
    "IPython.core.interactiveshell",
    "nbformat.v4",
    "jsonschema",
    "papermill.engines",
    "papermill.parameterize",
]


def load_nbformat():
    """Import nbformat without the grammar of internationalised addresses: a second, for a check that no notebook needs."""
    grammar = "rfc3987_syntax"
    absent = grammar not in sys.modules
    if absent:
        sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        import jsonschema  # noqa: F401
        import nbformat
    finally:
        if absent:
            del sys.modules[grammar]
    return nbformat


def use_once() -> None:
    """Do once what is slow only the first time: compile a schema, find a font, lay out a figure, format a table."""
    import io

    import pandas as pd
    from matplotlib.figure import Figure

    load_nbformat().reads('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', as_version=4)
    pd.DataFrame({"a": [1.5]})._repr_html_()
    figure = Figure(layout="constrained")
    figure.subplots(1, 2)[0].plot([1, 2], label="a")
    figure.savefig(io.BytesIO(), format="svg")
    figure.savefig(io.BytesIO(), format="png")


def load() -> None:
    """Import all, and have children forget what there is of icslib, so that each loads it as it then is on disk."""
    gc.disable()  # nothing loaded here is rubbish
    load_nbformat()
    for name in LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    with suppress(Exception):
        use_once()
    server = os.getpid()

    def forget() -> None:
        if os.getppid() == server:
            package = __name__.partition(".")[0]
            for name in [name for name in sys.modules if name.partition(".")[0] == package]:
                del sys.modules[name]

    os.register_at_fork(after_in_child=forget)
    gc.collect()
    gc.enable()
    gc.freeze()  # children need not look again through all that was loaded here


if os.environ.pop(ASKED, ""):
    load()
