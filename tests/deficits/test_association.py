"""What goes with a deficit: outside oracles for sizes and errors, planted answers, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from icslib.deficits.association import explain_deficits
from icslib.errors import NotIdentified, PanelError
from icslib.stats.cross import Intercept
from icslib.stats.regression import fit


def cross(n=42, seed=1, effect=-1.5, regions=7):
    rng = np.random.default_rng(seed)
    region = rng.integers(0, regions, n)
    frame = pd.DataFrame({"place": [f"Q{i:03d}" for i in range(n)], "year": 2026, "region": region.astype(str)})
    frame["need"], frame["backlog"] = rng.standard_normal(n), 5 * rng.standard_normal(n)
    frame["surplus_pct"] = -2 + effect * frame["need"] + rng.standard_normal(n) + 0.3 * rng.standard_normal(regions)[region]
    frame.attrs["units"] = {"surplus_pct": "percent"}
    return frame


def test_a_cross_section_is_least_squares_with_hc2():
    frame = cross()
    found = explain_deficits(frame)
    x = frame[["need", "backlog"]] / frame[["need", "backlog"]].std(ddof=0)
    oracle = sm.OLS(frame["surplus_pct"], sm.add_constant(x)).fit(cov_type="HC2")
    assert found.terms["estimate"].tolist() == pytest.approx(oracle.params[1:].tolist())
    assert found.variation == pytest.approx(oracle.rsquared)
    joint = fit(frame[["surplus_pct"]].to_numpy(), x.to_numpy().T[:, :, None], Intercept(np.ones((42, 1))))
    assert np.sqrt(np.diag(joint.cr2())) == pytest.approx(oracle.bse[1:].to_numpy())


@pytest.mark.parametrize("errors", ["cr2", "wild"])
def test_a_planted_association_is_found_and_an_absent_one_is_not(errors):
    found = explain_deficits(cross(), cluster="region", errors=errors, draws=999)
    assert found.clusters == 7
    assert found.terms.loc["need", "holm"] < 0.05 and found.terms.loc["need", "high"] < 0
    assert "need" in found.finding and "backlog" not in found.finding.split("Together")[0]


def test_noise_alone_is_rarely_called_an_association():
    called = [explain_deficits(cross(seed=seed, effect=0.0, regions=42)).terms["holm"].min() < 0.05 for seed in range(60)]
    assert np.mean(called) < 0.12


def test_leaving_one_cluster_out_shows_who_carries_the_estimate():
    frame = cross(effect=0.0, seed=4)
    frame.loc[0, ["need", "surplus_pct"]] = [40.0, -400.0]
    found = explain_deficits(frame, terms=["need"])
    assert found.terms.loc["need", "left_out_high"] > 0.1 * found.terms.loc["need", "estimate"]
    without = explain_deficits(frame.drop(index=0), terms=["need"]).terms.loc["need"]
    assert found.terms.loc["need", "left_out_high"] == pytest.approx(
        without["estimate"] / without["sd"] * found.terms.loc["need", "sd"]
    )


def test_a_panel_uses_changes_inside_places_only():
    rng = np.random.default_rng(2)
    places, years = 20, 6
    frame = pd.DataFrame(
        {"place": np.repeat([f"Q{i:02d}" for i in range(places)], years), "year": np.tile(range(2015, 2021), places)}
    )
    level = np.repeat(rng.standard_normal(places) * 10, years)
    frame["sickness"] = level / 10 + rng.standard_normal(len(frame)) * 0.5
    frame["surplus_pct"] = level - 2.0 * frame["sickness"] + 0.2 * rng.standard_normal(len(frame))
    row = explain_deficits(frame).terms.loc["sickness"]
    assert row["estimate"] / row["sd"] == pytest.approx(-2.0, abs=0.15)


def test_gaps_leave_places_out_by_name():
    frame = cross()
    frame.loc[3, "need"] = np.nan
    found = explain_deficits(frame)
    assert found.left_out == ("Q003",) and found.places == 41


def test_what_cannot_be_estimated_is_refused_in_a_sentence():
    with pytest.raises(NotIdentified, match=r"9 places.*cannot carry 2 terms"):
        explain_deficits(cross(n=9))
    with pytest.raises(NotIdentified, match=r"flat: nothing is left.*the same everywhere"):
        explain_deficits(cross().assign(flat=1.0))
    with pytest.raises(PanelError, match="which column is the position"):
        explain_deficits(cross().rename(columns={"surplus_pct": "money"}))
    with pytest.raises(PanelError, match=r"no column \['wealth'\]"):
        explain_deficits(cross(), terms=["wealth"])
    with pytest.raises(NotIdentified, match="errors='hc9'"):
        explain_deficits(cross(), errors="hc9")
