"""Whether a scenario's seed changes anything."""

from pathlib import Path

import numpy as np

from neurosim.scenario.build.scenario import Scenario, load_scenario
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.training.parts import PARTS


def is_drawn(path: str | Path, *, seed: int = 0, overrides: Overrides = ()) -> bool:
    """Whether weights, rows or their order are drawn: with another seed they are others.

    Raises:
        NeurosimError: as `load_scenario`.
    """
    seeds = (seed, (seed + 1) % 2**32)
    one, other = (load_scenario(path, overrides=listed(overrides, seed=each)) for each in seeds)
    if one.training is not None and one.training.shuffle:
        return True
    return any(
        not np.array_equal(a, b, equal_nan=True)
        for a, b in zip(_numbers(one), _numbers(other), strict=True)
    )


def _numbers(scenario: Scenario) -> list[np.ndarray]:
    parts = [] if scenario.data is None else [scenario.data.part(name) for name in PARTS]
    return [scenario.network.parameters(), *(array for part in parts if part for array in part)]
