"""The batched bootstrap against refitting every draw by hand, and against wildboottest."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from icslib.errors import NotIdentified
from icslib.stats.absorb import Absorber
from icslib.stats.bands import sup_t
from icslib.stats.bootstrap import _cluster_parts, _Curve, signs, wild_bootstrap
from icslib.stats.regression import fit

RNG = np.random.default_rng(3)
PLACES, YEARS, K = 9, 12, 3
X = RNG.normal(size=(K, PLACES, YEARS)).cumsum(-1)
Y = 0.1 * X[0] + RNG.normal(size=(PLACES, YEARS))
KEPT = (RNG.random((PLACES, YEARS)) < 0.8) * 1.0
MODEL = fit(Y, X, Absorber(KEPT))
PLACE, YEAR = np.nonzero(MODEL.absorber.weights)
DESIGN = np.column_stack([X[:, PLACE, YEAR].T, pd.get_dummies(PLACE, dtype=float), pd.get_dummies(YEAR, dtype=float).iloc[:, 1:]])
ONE, SUM = np.array([1.0, 0, 0]), np.ones(3)


def refit_every_draw(contrast, value, v, restricted=True):
    """(t seen, t of every draw), each from a regression on every dummy."""
    y, c = Y[PLACE, YEAR], np.r_[contrast, np.zeros(DESIGN.shape[1] - K)]
    bread = np.linalg.inv(DESIGN.T @ DESIGN)
    b = bread @ DESIGN.T @ y
    base = b - bread @ c * (c @ b - value) / (c @ bread @ c) if restricted else b

    def t(outcome, null):
        own = bread @ DESIGN.T @ outcome
        u, direction = outcome - DESIGN @ own, DESIGN @ bread @ c
        return (c @ own - null) / np.sqrt(sum((direction[g == PLACE] @ u[g == PLACE]) ** 2 for g in range(PLACES)))

    resid, centre = y - DESIGN @ base, value if restricted else c @ b
    return t(y, value), np.array([t(DESIGN @ base + resid * v[PLACE, d], centre) for d in range(v.shape[1])])


@pytest.mark.parametrize("contrast", [ONE, SUM])
@pytest.mark.parametrize("value", [0.0, 0.2])
@pytest.mark.parametrize("kind", ["rademacher", "webb"])
def test_restricted_p_values_equal_refitting_every_draw(contrast, value, kind):
    v = signs(PLACES, 300, kind, seed=2)
    seen, drawn = refit_every_draw(contrast, value, v)
    curve = _Curve(_cluster_parts(MODEL, contrast[None])[0], v)
    assert curve.p(value) == np.mean(np.abs(drawn) >= abs(seen) - 1e-9)


def test_unrestricted_p_values_and_intervals_equal_refitting_every_draw():
    seen, drawn = refit_every_draw(SUM, 0.0, signs(PLACES, 512), restricted=False)
    ours = wild_bootstrap(MODEL, SUM, draws=999, null=False)
    part = _cluster_parts(MODEL, SUM[None])[0]
    assert ours.draws == 512
    assert ours.p[0] == pytest.approx(np.mean(np.abs(drawn) >= abs(seen) - 1e-9))
    low, high = part.estimate - part.se * np.quantile(drawn, [0.975, 0.025])
    np.testing.assert_allclose([ours.low[0], ours.high[0]], [low, high])


def test_the_interval_is_the_set_of_values_not_rejected():
    ours = wild_bootstrap(MODEL, np.stack([ONE, SUM]), draws=999)
    for h, contrast in enumerate((ONE, SUM)):
        curve = _Curve(_cluster_parts(MODEL, contrast[None])[0], signs(PLACES, 999))
        step = 1e-4 * (ours.high[h] - ours.low[h])
        assert curve.p(ours.low[h] - step) <= 0.05 < curve.p(ours.low[h] + step)
        assert curve.p(ours.high[h] + step) <= 0.05 < curve.p(ours.high[h] - step)


@pytest.mark.parametrize("null", [True, False])
def test_p_values_agree_with_wildboottest(null):
    from wildboottest.wildboottest import wildboottest

    names = [f"c{j}" for j in range(DESIGN.shape[1])]
    model = sm.OLS(Y[PLACE, YEAR], pd.DataFrame(DESIGN, columns=names))
    theirs = wildboottest(
        model, B=9999, cluster=PLACE, param="c0", weights_type="rademacher", impose_null=null, seed=5, show=False
    )
    ours = wild_bootstrap(MODEL, ONE, draws=9999, null=null, intervals=False)
    assert ours.p[0] == pytest.approx(
        float(theirs["p-value"].iloc[0]), abs=3 / 512
    )  # both enumerate; ties are counted differently


def test_signs_have_mean_zero_and_variance_one():
    for kind in ("rademacher", "webb"):
        v = signs(42, 20_000, kind)
        assert abs(v.mean()) < 0.01 and abs(v.var() - 1) < 0.01
    assert len(np.unique(np.round(signs(42, 999, "webb"), 6))) == 6


def test_unknown_signs_and_penalised_fits_are_refused():
    with pytest.raises(NotIdentified, match="weights='normal' is not known"):
        wild_bootstrap(MODEL, ONE, weights="normal")
    with pytest.raises(NotIdentified, match="needs least squares"):
        wild_bootstrap(fit(Y, X, Absorber(KEPT), penalty=np.eye(3)), ONE)


def test_sup_t_is_the_t_quantile_for_one_and_between_it_and_bonferroni_for_several():
    from scipy import stats

    assert sup_t(np.eye(1), 41, draws=200_000) == pytest.approx(stats.t.ppf(0.975, 41), abs=0.02)
    loose, tight = stats.t.ppf(1 - 0.025 / 11, 41), stats.t.ppf(0.975, 41)
    assert tight < sup_t(np.eye(11) * 0.5 + 0.5, 41) < loose
    assert sup_t(np.ones((11, 11)), 41) == pytest.approx(tight, abs=0.05)
