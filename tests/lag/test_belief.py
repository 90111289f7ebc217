"""Belief about the delay: nothing moves without data, a planted delay is found, and the integral is checked by brute force."""

import numpy as np
import pytest
from scipy import stats
from test_distributed import planted

from icslib.errors import NotIdentified
from icslib.lag.belief import SPREADS, kernel_shape, lag_prior, update_lag_belief
from icslib.lag.distributed import estimate_lag


def test_a_planted_delay_is_found_and_noise_moves_little():
    kernel = -2 * kernel_shape(7.0, 1.5, np.arange(11))
    sharp = update_lag_belief(estimate_lag(planted(kernel=kernel, noise=0.5), "x", "y"), size_sd=2.0)
    assert 6 <= sharp.summary.loc["posterior", "median"] <= 8 and sharp.moved > 0.5 and sharp.bayes_factor > 100
    assert "delay far, from" in sharp.finding
    quiet = [
        update_lag_belief(estimate_lag(planted(kernel=0 * kernel, noise=20.0, seed=s), "x", "y"), size_sd=1.0) for s in range(5)
    ]
    assert max(one.moved for one in quiet) < 0.3 and all(0.3 < one.bayes_factor < 3 for one in quiet)


def test_the_integral_over_size_equals_brute_force():
    r = estimate_lag(planted(seed=5), "x", "y", lags=range(8))
    ours = update_lag_belief(r, size_sd=1.0)
    b, v = r.profile["estimate"].to_numpy(), r.covariance
    sizes = np.linspace(-6, 6, 4001)
    prior, none = lag_prior(), stats.multivariate_normal(np.zeros(8), v).logpdf(b)
    found = []
    for centre, mass in prior.items():
        for spread in SPREADS:
            miss = b - sizes[:, None] * kernel_shape(centre, spread, np.arange(8))
            log = stats.multivariate_normal(np.zeros(8), v).logpdf(miss) + stats.norm.logpdf(sizes)
            found.append(mass / len(SPREADS) * np.trapezoid(np.exp(log - none), sizes))
    assert ours.bayes_factor == pytest.approx(sum(found), rel=1e-4)
    by_centre = np.array(found).reshape(len(prior), -1).sum(axis=1)
    np.testing.assert_allclose(ours.delay["posterior"], by_centre / by_centre.sum(), rtol=1e-3, atol=1e-9)


def test_an_impossible_prior_is_refused():
    with pytest.raises(NotIdentified, match="0 < low < high"):
        lag_prior(10, 3)
