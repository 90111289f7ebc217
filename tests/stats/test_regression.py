"""Absorbed regressions against pyfixest, linearmodels and the regression with every dummy written out."""

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from linearmodels.panel import PanelOLS

from icslib.errors import NotIdentified
from icslib.stats.absorb import Absorber
from icslib.stats.regression import fit

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
RNG = np.random.default_rng(7)
PLACES, YEARS = 20, 12
X = RNG.normal(size=(2, PLACES, YEARS)).cumsum(-1)
Y = X[0] - 0.5 * X[1] + RNG.normal(size=(PLACES, YEARS)).cumsum(-1)
REGION = np.arange(PLACES) % 3
SAMPLES = {
    "balanced": np.ones((PLACES, YEARS)),
    "unbalanced": (RNG.random((PLACES, YEARS)) < 0.7) * 1.0,
    "weighted": (RNG.random((PLACES, YEARS)) < 0.7) * (0.2 + RNG.random((PLACES, YEARS))),
}


def rows(weights):
    i, t = np.nonzero(weights)
    table = pd.DataFrame({"place": i, "year": t, "y": Y[i, t], "x0": X[0, i, t], "x1": X[1, i, t], "w": weights[i, t]})
    return table.assign(region_year=(REGION[i] * 100 + t).astype(str))


def dummies(table, trends=False):
    by_place = pd.get_dummies(table["place"], dtype=float)
    blocks = [table[["x0", "x1"]], by_place, pd.get_dummies(table["year"], dtype=float).iloc[:, 1:]]
    if trends:
        blocks.append(by_place.mul(table["year"], axis=0).iloc[:, 1:])
    return np.column_stack(blocks)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("by_region", [False, True])
def test_coefficients_and_cr1_equal_pyfixest(sample, by_region):
    weights = SAMPLES[sample]
    ours = fit(Y, X, Absorber(weights, groups=REGION if by_region else None))
    theirs = pf.feols(
        f"y ~ x0 + x1 | place + {'region_year' if by_region else 'year'}", rows(weights), vcov={"CRV1": "place"},
        weights="w" if sample == "weighted" else None, demeaner=pf.MapDemeaner(fixef_tol=1e-12),
    )  # fmt: skip
    np.testing.assert_allclose(ours.coef, theirs.coef(), rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.cr1())), theirs.se(), rtol=1e-8)
    assert ours.rows == theirs._N


def test_linearmodels_gives_the_same_up_to_its_stated_factor():
    weights = SAMPLES["unbalanced"]
    ours = fit(Y, X, Absorber(weights))
    table = rows(weights).set_index(["place", "year"])
    theirs = PanelOLS(table["y"], table[["x0", "x1"]], entity_effects=True, time_effects=True).fit(
        cov_type="clustered", cluster_entity=True, group_debias=True, debiased=False
    )
    n, levels = ours.rows, ours.absorber.year_levels
    ours_factor, their_factor = n - 2 - levels, n - PLACES - levels + 1  # they count every effect and no coefficient
    np.testing.assert_allclose(ours.coef, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(np.diag(ours.cr1()) * ours_factor, np.diag(theirs.cov) * their_factor, rtol=1e-8)


@pytest.mark.parametrize("sample", SAMPLES)
def test_place_trends_equal_the_regression_with_every_dummy(sample):
    weights = SAMPLES[sample]
    table, root = rows(weights), np.sqrt(rows(weights)["w"].to_numpy())
    by_hand = np.linalg.lstsq(dummies(table, trends=True) * root[:, None], table["y"] * root, rcond=None)[0][:2]
    np.testing.assert_allclose(fit(Y, X, Absorber(weights, trends=True)).coef, by_hand, rtol=1e-8)


@pytest.mark.parametrize("sample", SAMPLES)
def test_cr2_and_satterthwaite_equal_the_formula_on_every_dummy(sample):
    weights = SAMPLES[sample]
    table, root = rows(weights), np.sqrt(rows(weights)["w"].to_numpy())
    design, y = dummies(table) * root[:, None], table["y"].to_numpy() * root
    bread = np.linalg.inv(design.T @ design)
    left = np.eye(len(y)) - design @ bread @ design.T
    resid, contrast = left @ y, np.eye(design.shape[1])[0]
    v, spread = 0.0, []
    for place in range(PLACES):
        own = np.flatnonzero(table["place"] == place)
        value, vector = np.linalg.eigh(left[np.ix_(own, own)])
        adjust = (vector * np.where(value > 1e-9, value, np.inf) ** -0.5) @ vector.T
        half = bread @ design[own].T @ adjust
        v = v + np.outer(half @ resid[own], half @ resid[own])
        spread.append(left[:, own] @ adjust @ design[own] @ bread @ contrast)
    omega = np.array(spread) @ np.array(spread).T
    ours = fit(Y, X, Absorber(weights))
    np.testing.assert_allclose(ours.cr2(), v[:2, :2], rtol=1e-8)
    assert ours.satterthwaite(np.array([1.0, 0.0])) == pytest.approx(np.trace(omega) ** 2 / (omega**2).sum(), rel=1e-8)


def test_cr2_is_unbiased_when_errors_are_independent():
    ours = fit(Y, X, Absorber(SAMPLES["unbalanced"]))
    truth = np.sqrt(np.diag(ours.bread))
    rng, drawn = np.random.default_rng(1), []
    for _ in range(400):
        drawn.append(np.diag(fit(rng.normal(size=Y.shape), X, ours.absorber).cr2()))
    np.testing.assert_allclose(np.sqrt(np.mean(drawn, axis=0)), truth, rtol=0.06)


def test_clusters_may_hold_several_places():
    weights = SAMPLES["unbalanced"]
    table = rows(weights).assign(block=lambda d: d["place"] // 2)
    theirs = pf.feols("y ~ x0 + x1 | place + year", table, vcov={"CRV1": "block"}, demeaner=pf.MapDemeaner(fixef_tol=1e-12))
    ours = fit(Y, X, Absorber(weights), cluster=np.arange(PLACES) // 2)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.cr1())), theirs.se(), rtol=1e-8)


def test_rows_alone_in_their_place_or_year_are_dropped_and_not_counted():
    weights = SAMPLES["unbalanced"].copy()
    weights[3] = 0
    weights[3, 5] = 1  # one row in its place
    assert Absorber(weights).rows == int((weights > 0).sum()) - 1
    assert fit(Y, X, Absorber(weights)).rows == pf.feols("y ~ x0 + x1 | place + year", rows(weights))._N


@pytest.mark.parametrize("column", [np.ones((PLACES, YEARS)), np.arange(PLACES)[:, None] + np.arange(YEARS) * 1.0])
def test_an_exposure_the_effects_take_whole_is_named(column):
    with pytest.raises(NotIdentified, match="spend: nothing is left once the effects are taken out"):
        fit(Y, column[None], Absorber(SAMPLES["unbalanced"]), names=["spend"])


def test_one_cluster_is_refused():
    model = fit(Y, X, Absorber(SAMPLES["balanced"]), cluster=np.zeros(PLACES))
    with pytest.raises(NotIdentified, match="240 rows lie in 1 cluster"):
        model.cr1()


def test_collinear_regressors_are_refused():
    with pytest.raises(NotIdentified, match="cannot be told apart"):
        fit(Y, np.stack([X[0], X[0]]), Absorber(SAMPLES["balanced"]))
