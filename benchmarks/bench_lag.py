"""How fast the lag rooms are, as ratios within one run.

``python benchmarks/bench_lag.py`` prints a table; ``--small`` makes the panels ten times smaller. The other library gets its
defaults and is warmed up once; every time is the best of several. Both sides are checked to give the same numbers before they
are timed.
"""

import argparse
import time
import warnings

import numpy as np
import pandas as pd

from icslib.lag.distributed import estimate_lag
from icslib.lag.robustness import specification_curve
from icslib.objectives.visibility import first_visible_year
from icslib.stats.absorb import Absorber
from icslib.stats.bootstrap import wild_bootstrap
from icslib.stats.regression import fit

warnings.simplefilter("ignore")


def best(what, times=3):
    """Seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        what()
        taken.append(time.perf_counter() - start)
    return min(taken)


def world(places, years, reach=10, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(places, years + reach))
    for t in range(1, x.shape[1]):
        x[:, t] += 0.6 * x[:, t - 1]
    block = np.stack([x[:, reach - lag : reach - lag + years] for lag in range(reach + 1)])
    return block, 0.2 * block[4] + rng.normal(size=(places, 1)) + rng.normal(size=(places, years))


def long_table(block, y, kept):
    i, t = np.nonzero(kept)
    table = pd.DataFrame({"place": i, "year": t, "y": y[i, t]})
    return table.assign(**{f"x{lag}": block[lag, i, t] for lag in range(len(block))})


def lags_with_effects(places, years, share):
    """Distributed lag 0 to 10, two-way effects, clustered errors, against pyfixest's default."""
    import pyfixest as pf

    block, y = world(places, years)
    kept = (np.random.default_rng(2).random(y.shape) < share) * 1.0
    table = long_table(block, y, kept)
    formula = "y ~ " + " + ".join(f"x{lag}" for lag in range(11)) + " | place + year"

    def ours():
        model = fit(y, block, Absorber(kept))
        return model.coef, np.sqrt(np.diag(model.cr1()))

    def theirs():
        model = pf.feols(formula, table, vcov={"CRV1": "place"})
        return model.coef().to_numpy(), model.se().to_numpy()

    for mine, other in zip(ours(), theirs(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-7)
    return len(table), best(ours), best(theirs)


def bootstrap():
    """9,999 draws, 42 clusters, all 11 lags and the sum, against wildboottest for one coefficient."""
    import statsmodels.api as sm
    from wildboottest.wildboottest import wildboottest

    block, y = world(42, 15)
    model = fit(y, block, Absorber(np.ones(y.shape)))
    contrasts = np.vstack([np.eye(11), np.ones(11)])
    table = long_table(block, y, np.ones(y.shape))
    dummies = [pd.get_dummies(table[name], prefix=name, dtype=float) for name in ("place", "year")]
    design = pd.concat([table[[f"x{lag}" for lag in range(11)]], dummies[0], dummies[1].iloc[:, 1:]], axis=1)
    other = sm.OLS(table["y"], design)
    p_values = best(lambda: wild_bootstrap(model, contrasts, draws=9999, intervals=False), 5)
    intervals = best(lambda: wild_bootstrap(model, contrasts, draws=9999), 5)
    run = lambda: wildboottest(other, B=9999, cluster=table["place"], param="x4", seed=1, show=False)  # noqa: E731
    run()
    return p_values, intervals, best(run, 2)


def panel(places, years):
    block, y = world(places, years)
    place, year = np.indices(y.shape).reshape(2, -1)
    values = {"x": block[0].ravel(), "y": y.ravel(), "rate": np.exp(5 + y.ravel() / 20)}
    return pd.DataFrame({"place": place, "year": 2000 + year, **values})


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    places = 3300 if parser.parse_args().small else 33_000
    rows = []
    for name, share in (("balanced", 1.0), ("unbalanced", 0.9)):
        count, ours, theirs = lags_with_effects(places, 20, share)
        rows.append((f"lags 0 to 10, two-way, clustered, {name}, {count:,} rows", ours, theirs / ours, "pyfixest default"))
    p_values, intervals, theirs = bootstrap()
    other = "wildboottest, a coefficient"
    rows.append(("wild bootstrap, 9,999 draws, 11 lags and sum: p-values", p_values, 12 * theirs / p_values, other))
    rows.append(("the same with intervals", intervals, 12 * theirs / intervals, f"{other}, no interval"))
    systems = panel(42, 25)
    seen = best(lambda: first_visible_year(systems, "rate", treated=1, draws=10_000), 1)
    rows.append(("detectability, 42 systems x 15 horizons x 10,000 draws", seen, np.nan, ""))
    shapes = ("unrestricted", "almon 2", "almon 3", "spline 3", "smooth")
    many = lambda: specification_curve(systems, "x", "y", longest=range(3, 13), shapes=shapes)  # noqa: E731
    rows.append((f"{len(many().specs)} specifications, 42 systems x 25 years", best(many, 1), np.nan, ""))
    whole = lambda: estimate_lag(systems, "x", "y", errors="wild")  # noqa: E731
    rows.append(("estimate_lag with gate, wild intervals and bands, 42 x 25", best(whole), np.nan, ""))
    table = pd.DataFrame(rows, columns=["task", "seconds", "times faster", "than"])
    print(table.to_string(index=False, float_format=lambda v: f"{v:,.2f}"))


if __name__ == "__main__":
    main()
