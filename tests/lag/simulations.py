"""Long simulations: do intervals, bands and tests keep their promises over many planted panels of 42 places x 15 years?

Run by hand (about ten minutes): ``python tests/lag/simulations.py``. It writes one row a seed to simulations.csv,
which test_simulations.py summarises and re-checks on a sample. Errors persist within places (0.5), their size differs between
places, years share shocks; the exposure moves slowly (0.6) and is known ten years earlier.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from icslib.lag.distributed import estimate_lag

STORED = Path(__file__).with_name("simulations.csv")
HUMP = np.array([0, 0, 0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0, 0]) * -1
PLACES, YEARS, REACH = 42, 15, 10
DRAWS = 999


def persistent(rng, shape, persistence):
    out = rng.normal(size=shape)
    out[:, 0] /= np.sqrt(1 - persistence**2)
    for t in range(1, shape[1]):
        out[:, t] += persistence * out[:, t - 1]
    return out


def panel(seed, kernel):
    """One world: exposure x, outcome y that follows `kernel` of it."""
    rng = np.random.default_rng(seed)
    x = persistent(rng, (PLACES, YEARS + REACH), 0.6)
    error = persistent(rng, (PLACES, YEARS), 0.5) * np.exp(rng.normal(0, 0.3, (PLACES, 1)))
    y = np.full_like(x, np.nan)
    y[:, REACH:] = np.stack([x[:, t - REACH : t + 1][:, ::-1] @ kernel for t in range(REACH, YEARS + REACH)], axis=1)
    y[:, REACH:] += error + rng.normal(size=(PLACES, 1)) + rng.normal(size=YEARS)
    place, year = np.indices(x.shape).reshape(2, -1)
    return pd.DataFrame({"place": place, "year": 2000 + year, "x": x.ravel(), "y": y.ravel()})


def one_seed(seed):
    """What each kind of error covers with the hump planted, and what the tests say with nothing planted."""
    row = {"seed": seed}
    world = panel(seed, HUMP)
    for errors in ("cr1", "cr2"):
        r = estimate_lag(world, "x", "y", errors=errors)
        total = r.cumulative(3, 10)
        row[f"{errors} lags"] = int(((r.profile["low"] <= HUMP) & (r.profile["high"] >= HUMP)).sum())
        row[f"{errors} sum"] = int(total.low <= HUMP[3:].sum() <= total.high)
        row[f"{errors} band"] = int(((r.profile["band_low"] <= HUMP) & (r.profile["band_high"] >= HUMP)).all())
    row["peak"] = r.peak[0]
    row["sum"] = round(total.estimate, 6)
    r = estimate_lag(world, "x", "y", errors="wild", draws=DRAWS, bands=False)
    total = r.cumulative(3, 10)
    row["wild lags"] = int(((r.profile["low"] <= HUMP) & (r.profile["high"] >= HUMP)).sum())
    row["wild sum"] = int(total.low <= HUMP[3:].sum() <= total.high)
    null = estimate_lag(panel(seed + 1_000_000, 0 * HUMP), "x", "y", errors="wild", draws=DRAWS, bands=False)
    row["null p lag 5"] = round(null.profile.loc[5, "p"], 6)
    row["null p sum"] = round(null.cumulative(3, 10).p, 6)
    return row


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    STORED.unlink(missing_ok=True)
    for start in range(0, many, 50):  # written as it goes, so that a long run can be watched
        rows = pd.DataFrame([one_seed(seed) for seed in range(start, min(start + 50, many))])
        rows.to_csv(STORED, index=False, mode="a", header=start == 0)
