"""How long the store takes: loading with hash and contract checked against a bare read; building against only opening the files.

Ratios within one run. Official files are looked for where ``ICSLIB_OFFICIAL`` points; without them the second table is left out.
"""

import io
import time
from collections.abc import Callable

import pyarrow.parquet as pq

from icslib import catalog, store
from icslib.store.builder import open_source, read_source
from icslib.store.shelf import need_bytes

LOADED = ("waiting_history", "beds", "health_indicators_areas", "system_panel", "loans")
BUILT = ("beds", "emergency", "staff_nationality", "backlog", "loans", "populations", "sickness_absence")


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    print(f"{'table':26}{'rows':>9}{'bare s':>9}{'load s':>9}{'ratio':>8}")
    for name in LOADED:
        data = need_bytes(name)
        bare = seconds(lambda data=data: pq.read_table(io.BytesIO(data)).to_pandas())
        whole = seconds(lambda name=name: store.load(name))
        print(f"{name:26}{len(store.load(name)):>9,}{bare:>9.3f}{whole:>9.3f}{whole / bare:>8.1f}")
    print(f"\n{'publication':26}{'files':>9}{'open s':>9}{'all s':>9}{'ratio':>8}")
    for table in BUILT:
        files = [(source, catalog.find_file(source)) for source in catalog.of_table(table)]
        if any(path is None for _, path in files):
            continue
        opened = seconds(lambda files=files: [open_source(source, path) for source, path in files], 2)
        read = seconds(lambda files=files: [read_source(source, open_source(source, path)) for source, path in files], 2)
        print(f"{table:26}{len(files):>9}{opened:>9.3f}{read:>9.3f}{read / opened:>8.1f}")


if __name__ == "__main__":
    main()
