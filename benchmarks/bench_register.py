"""How long a million observations take to move from the 42 systems of 2022 to those of April 2026."""

import time

import numpy as np
import pandas as pd

from icslib import register


def draw(rows: int) -> pd.DataFrame:
    """Observations of every system, years and measures until there are `rows`."""
    codes = register.places(at="2022-07", type="system")["code"].to_numpy()
    spot = np.arange(rows)
    year = 2013 + spot // len(codes) % 10
    measure = np.char.add("measure_", (spot // (len(codes) * 10)).astype(str))
    return pd.DataFrame(
        dict(
            place=codes[spot % len(codes)], place_type="system", measure=measure, period=np.char.mod("%d", year),
            start=pd.to_datetime(pd.Series(year).astype(str) + "-01-01"), end=pd.to_datetime(pd.Series(year).astype(str) + "-12-31"),
            value=np.sqrt(spot + 1.0), lower=np.nan, upper=np.nan, unit="FTE", basis="outturn", flag="", source="drawn", sheet="",
            row=spot + 2, column="C",
        )
    )  # fmt: skip


def main() -> None:
    """Print seconds and rows a second, and the mass that went astray."""
    frame = draw(1_000_020)
    register.to_vintage(frame.head(420), "2026-04", drawn="2022-07")
    begun, worked = time.perf_counter(), time.process_time()
    moved = register.to_vintage(frame, "2026-04", drawn="2022-07")
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    lost = abs(moved["value"].sum() / frame["value"].sum() - 1)
    print(f"{'rows in':>10}{'rows out':>10}{'seconds':>9}{'of processor':>14}{'mass astray':>13}")
    print(f"{len(frame):>10,}{len(moved):>10,}{took:>9.2f}{worked:>14.2f}{lost:>13.1e}")


if __name__ == "__main__":
    main()
