"""Places by years on one complete grid, so that a gap is seen and a lag is a calendar lag.

A panel is a plain DataFrame: ``place``, ``year`` (the March of a financial year, the last year of a
longer period), then one float column a measure. Units are in ``panel.attrs["units"]``, the years each
figure spans (3 for "2015 to 2017") in ``panel.attrs["spans"]``.
"""

from .coverage import Coverage, coverage
from .grid import (
    build_panel,
    check_rows,
    fixed_by_place,
    grids,
    join_panels,
    lag_block,
    log_points,
    source_cells,
    touches,
    write_runs,
)

__all__ = [
    "Coverage",
    "build_panel",
    "check_rows",
    "coverage",
    "fixed_by_place",
    "grids",
    "join_panels",
    "lag_block",
    "log_points",
    "source_cells",
    "touches",
    "write_runs",
]
