"""Figures and tables in one voice.

``plot(result)`` and ``table(result)`` dispatch on the kind of result and give an
:class:`~icslib.exhibits.core.Exhibit`. Each analysis keeps its drawings in the module of this room
that bears its own room's name (``icslib.deficits`` in ``icslib.exhibits.deficits``), which is
imported when a result of it is first drawn::

    @plot.register
    def _(result: Persistence, asked: str = "") -> Exhibit: ...
"""

from collections.abc import Callable
from functools import singledispatch
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import ExhibitError
from .core import Exhibit, InShort, in_short

__all__ = ["Exhibit", "InShort", "in_short", "plot", "table"]


@singledispatch
def plot(result: Any, **options: Any) -> Exhibit:
    """Draw a result as a figure.

    Parameters
    ----------
    result : a result record of any analysis
    options : keywords of that drawing; ``asked`` names the place or places to pick out, where it has a meaning.

    Returns
    -------
    Exhibit
        Title that states the finding, chart, the data behind it, alt text, notes and sources.

    Raises
    ------
    ExhibitError
        When there is no figure for this kind of object.
    """
    return _drawing(plot, result)(result, **options)


@singledispatch
def table(result: Any, **options: Any) -> Exhibit:
    """Set out a result, or any DataFrame, as a table; parameters and errors as :func:`plot`.

    A DataFrame needs ``title=`` and takes the other fields of :class:`Exhibit` as keywords.

    >>> import pandas as pd
    >>> table(pd.DataFrame({"system": ["Ambleton"], "surplus": [-12.3]}), title="Ambleton is in deficit", unit="GBP m")
    Table: Ambleton is in deficit (GBP m, 1 row)
    """
    if hasattr(result, "to_dict") and hasattr(result, "columns"):
        return Exhibit(kind="table", data=result, **options)
    return _drawing(table, result)(result, **options)


def _drawing(ask: Any, result: Any) -> Callable[..., Exhibit]:
    """Import the drawings of the room `result` comes from and give the registered one."""
    unregistered = ask.dispatch(object)
    for kind in type(result).__mro__:
        package, _, path = kind.__module__.partition(".")
        room = path.split(".")[0]
        for name in (room, room.split("_")[0]):
            if package == "icslib" and name and name != "exhibits" and find_spec(f"icslib.exhibits.{name}"):
                import_module(f"icslib.exhibits.{name}")
        drawing = ask.dispatch(type(result))
        if drawing is not unregistered:
            return drawing
    raise ExhibitError(
        f"There is no {ask.__name__} of a {type(result).__name__}. Give a result of an analysis, such as compare_positions."
    )
