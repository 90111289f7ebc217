"""The stored long simulations keep their promises, and a sample of them comes out the same today."""

import numpy as np
import pandas as pd
import pytest
from simulations import HUMP, STORED, one_seed

RUNS = pd.read_csv(STORED)


def test_there_are_at_least_a_thousand_seeded_panels():
    assert len(RUNS) >= 1000 and RUNS["seed"].is_unique


@pytest.mark.parametrize("errors", ["cr1", "cr2", "wild"])
def test_intervals_of_lags_and_of_the_sum_cover_93_to_97_percent(errors):
    assert 0.93 <= RUNS[f"{errors} lags"].mean() / len(HUMP) <= 0.97
    assert 0.93 <= RUNS[f"{errors} sum"].mean() <= 0.97


@pytest.mark.parametrize("errors", ["cr1", "cr2"])
def test_simultaneous_bands_hold_the_whole_profile_93_to_97_percent_of_the_time(errors):
    assert 0.93 <= RUNS[f"{errors} band"].mean() <= 0.97


def test_the_bootstrap_test_rejects_a_true_null_4_to_6_percent_of_the_time():
    for name in ("null p lag 5", "null p sum"):
        assert 0.04 <= (RUNS[name] <= 0.05).mean() <= 0.06


def test_the_planted_peak_and_sum_are_recovered():
    assert RUNS["sum"].mean() == pytest.approx(HUMP[3:].sum(), abs=4 * RUNS["sum"].std() / np.sqrt(len(RUNS)))
    assert RUNS["peak"].between(4, 7).mean() > 0.9


@pytest.mark.parametrize("seed", [0, 7, 23])
def test_a_sample_comes_out_the_same_today(seed):
    stored = RUNS.set_index("seed").loc[seed]
    for name, value in one_seed(seed).items():
        if name != "seed":
            assert value == pytest.approx(stored[name], abs=2e-3), name


@pytest.mark.slow
def test_many_more_come_out_the_same_today():
    for seed in range(100, 160):
        test_a_sample_comes_out_the_same_today(seed)
