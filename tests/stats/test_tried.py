"""Several terms tried: clustered errors by outside oracles, Holm and one cluster left out by hand."""

import numpy as np
import pytest
import statsmodels.api as sm

from icslib.stats.cross import Intercept
from icslib.stats.regression import fit
from icslib.stats.tried import holm, leave_out


def cross(seed=1):
    """42 places in seven clusters: outcome, two terms, cluster and the fit."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 7, 42)
    x = rng.standard_normal((42, 2)) * [1, 5]
    y = -2 - 1.5 * x[:, 0] + rng.standard_normal(42) + 0.3 * rng.standard_normal(7)[group]
    return y, x, group, fit(y[:, None], x.T[:, :, None], Intercept(np.ones((42, 1))), cluster=group)


def test_holm_by_hand_steps_down_and_never_falls():
    p = np.array([0.001, 0.2, 0.03, 0.04, 0.011])
    assert holm(p) == pytest.approx([5 * 0.001, 0.2, 3 * 0.03, 3 * 0.03, 4 * 0.011])  # 2 x 0.04 would fall below 3 x 0.03
    assert holm([0.6, 0.7]).tolist() == [1.0, 1.0]


def test_clustered_errors_agree_with_statsmodels_and_with_the_matrix_formula():
    y, x, group, ours = cross()
    design = np.column_stack([x, np.ones(42)])
    oracle = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": group})
    assert np.sqrt(np.diag(ours.cr1())) == pytest.approx(oracle.bse[:2])
    bread = np.linalg.inv(design.T @ design)
    left = np.eye(42) - design @ bread @ design.T
    u, a = left @ y, []
    for g in np.unique(group):
        s = group == g
        value, vector = np.linalg.eigh(left[np.ix_(s, s)])
        a.append(left[:, s] @ ((vector * np.where(value > 1e-9, value, np.inf) ** -0.5) @ vector.T) @ design[s] @ bread[:, 0])
    omega = np.array(a) @ np.array(a).T
    assert ours.cr2()[0, 0] == pytest.approx(sum((row @ u) ** 2 for row in np.array(a)))
    assert ours.satterthwaite(np.array([1.0, 0.0])) == pytest.approx(np.trace(omega) ** 2 / (omega**2).sum())


def test_a_cluster_left_out_is_a_fit_without_its_rows():
    y, x, group, ours = cross()
    found = leave_out(y[:, None], x.T[:, :, None], ours)
    kept = group != 3
    oracle = sm.OLS(y[kept], sm.add_constant(x[kept])).fit()
    assert found.shape == (7, 2) and found[3] == pytest.approx(oracle.params[1:])
