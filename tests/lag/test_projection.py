"""Local projections: against pyfixest, and what they recover when the exposure has memory."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest

from icslib.errors import NotIdentified
from icslib.lag.projection import local_projection

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def world(persistence, places=200, years=30, seed=4):
    """An outcome with kernel 0, 1, 2, 0 of an exposure with this persistence."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(places, years))
    for t in range(1, years):
        x[:, t] += persistence * x[:, t - 1]
    y = 0.3 * rng.normal(size=x.shape)
    y[:, 1:] += x[:, :-1]
    y[:, 2:] += 2 * x[:, :-2]
    place, year = np.indices(x.shape).reshape(2, -1)
    return pd.DataFrame({"place": place, "year": 1990 + year, "x": x.ravel(), "y": y.ravel()})


def test_an_exposure_without_memory_gives_the_kernel():
    r = local_projection(world(0.0, places=400, years=90), "x", "y", range(0, 5))
    np.testing.assert_allclose(r.profile["estimate"], [0, 1, 2, 0, 0], atol=0.05)


def test_an_exposure_with_memory_gives_the_kernel_carried_along_its_path():
    r = local_projection(world(0.6, places=200, years=90), "x", "y", range(0, 5))
    carried = np.convolve([0, 1, 2, 0, 0], 0.6 ** np.arange(5))[:5]
    np.testing.assert_allclose(r.profile["estimate"], carried, atol=0.12)
    assert abs(r.profile["estimate"].loc[3] - 0) > 0.8  # the kernel is 0 there, the response is not


def test_every_horizon_equals_pyfixest():
    panel = world(0.5, places=30, years=15)
    r = local_projection(panel, "x", "y", range(-4, 4))
    shift = lambda name, k: panel.groupby("place")[name].shift(k)  # noqa: E731
    for horizon in r.profile.index:
        table = panel.assign(
            change=shift("y", -horizon) - shift("y", 1), x1=shift("x", 1), past=shift("y", 1) - shift("y", 2)
        ).dropna()
        theirs = pf.feols(
            "change ~ x + x1 + past | place + year", table, vcov={"CRV1": "place"}, demeaner=pf.MapDemeaner(fixef_tol=1e-12)
        )
        np.testing.assert_allclose(
            r.profile.loc[horizon, ["estimate", "se"]].astype(float), [theirs.coef()["x"], theirs.se()["x"]], rtol=1e-7
        )


def test_horizons_beyond_the_panel_are_said_not_guessed():
    r = local_projection(world(0.5, places=30, years=8), "x", "y", range(0, 11))
    assert r.refused and np.isnan(r.profile.loc[10, "estimate"]) and not r.profile.loc[10, "supported"]
    assert "are not identified" in r.finding
    with pytest.raises(NotIdentified, match="No horizon"):
        local_projection(world(0.5, places=30, years=3), "x", "y")
