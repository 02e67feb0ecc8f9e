"""Accuracies on five folds of the shipped data sets, with other seeds than the files have."""

import pytest

from neurosim.scenario import run_scenario

pytestmark = pytest.mark.slow
LEAST = {"iris-folds": 0.94, "wine": 0.96, "breast-cancer": 0.97, "digits-folds": 0.95}


@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize("name", LEAST)
def test_five_folds(name, seed):
    overrides = {
        "seed": seed,
        "training.validate": {"folds": 5},
        "data.split": {},
        "expect": [],
        "draw": [],
    }

    folds = run_scenario(name, overrides=overrides).folds

    assert folds.measure("accuracy").mean >= LEAST[name]
