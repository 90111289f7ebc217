"""The error process: planted parameters come back, and the likelihood is that of a mixed model fitted elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from icslib.errors import NotIdentified
from icslib.stats.process import Process, fit_process

TRUTH = Process(0.7, 1.0, 0.8, 0.1, -0.2, 0.3, np.ones(400), 1, 400, 15)


def draw(process, places=400, years=15, seed=0):
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.normal(process.national_drift, process.national_shock, years))
    return process.simulate(np.arange(years), 1, rng, np.ones(places))[0] + 3 * rng.normal(size=(places, 1)) + path


def test_planted_parameters_come_back():
    found = [fit_process(draw(TRUTH, seed=seed)) for seed in range(3)]
    for name, tolerance in (("persistence", 0.15), ("persistent", 0.2), ("noise", 0.12), ("slope", 0.03)):
        assert np.mean([getattr(one, name) for one in found]) == pytest.approx(getattr(TRUTH, name), abs=tolerance)
    total = lambda p: np.trace(p.covariance(np.arange(15)))  # noqa: E731
    assert np.mean([total(one) for one in found]) == pytest.approx(total(TRUTH), rel=0.1)


def test_slopes_and_noise_alone_equal_a_mixed_model_of_statsmodels():
    import pandas as pd
    import statsmodels.formula.api as smf

    truth = Process(0.5, 0.0, 1.0, 0.15, 0.0, 0.2, np.ones(60), 1, 60, 10)
    y = draw(truth, places=60, years=10, seed=3)
    ours = fit_process(y)
    place, year = np.indices(y.shape).reshape(2, -1)
    long = pd.DataFrame({"y": (y - y.mean(axis=0)).ravel(), "t": year - 4.5, "place": place})
    theirs = smf.mixedlm("y ~ 1", long, groups="place", re_formula="~t").fit(reml=True)
    assert ours.slope == pytest.approx(np.sqrt(theirs.cov_re.loc["t", "t"]), rel=0.15)
    assert np.hypot(ours.noise, ours.persistent) == pytest.approx(np.sqrt(theirs.scale), rel=0.1)


def test_noise_of_overlapping_figures_is_shared():
    annual = np.random.default_rng(1).normal(size=(300, 17))
    three = np.stack([annual[:, t : t + 3].mean(axis=1) for t in range(15)], axis=1)
    ours = fit_process(three, span=3)
    alone = replace(ours, persistent=0.0, slope=0.0)
    np.testing.assert_allclose(alone.covariance(np.arange(4))[0], [1 / 3, 2 / 9, 1 / 9, 0], atol=0.06)
    assert ours.persistent < 0.3


def test_noisy_places_have_a_larger_scale():
    y = draw(TRUTH, places=60)
    y[:10] = y[:10].mean(axis=1, keepdims=True) + 2.5 * (y[:10] - y[:10].mean(axis=1, keepdims=True))
    scale = fit_process(y).scale
    assert scale[:10].min() > np.median(scale[10:])


def test_a_panel_too_small_is_said():
    with pytest.raises(NotIdentified, match="3 places are complete over 15 years; at least 8"):
        fit_process(draw(TRUTH, places=3))
