"""Short ways from a file to an answer: do the engines agree on it, and which network is in it."""

from pathlib import Path
from typing import Any

from neurosim.compiler.explain import Explanation, explain
from neurosim.compiler.planning import USUAL_ROWS
from neurosim.errors import InvalidValueError
from neurosim.network.network import Network, load
from neurosim.scenario.overrides import Overrides
from neurosim.scenario.scenario import load_scenario
from neurosim.scenario.shipped import find_scenario
from neurosim.training.agreement import Agreement, agree


def agree_scenario(path: str | Path, *, updates: int = 100, overrides: Overrides = ()) -> Agreement:
    """Run both engines on a scenario's training rows and compare what they say.

    Args:
        path: the file, or the name of a shipped scenario.
        updates: how many batches to train before parameters are compared.
        overrides: changes to the scenario.

    Raises:
        InvalidValueError: the scenario has no data.
        NeurosimError: what `load_scenario` raises.
    """
    scenario = load_scenario(path, overrides=overrides)
    if scenario.data is None:
        raise InvalidValueError(
            f"{path}: no rows to compare on, got no data; expected a scenario with data"
        )
    options: dict[str, Any] = {**scenario.measure}
    if scenario.training is not None:
        names = ("optimizer", "batch_size", "shuffle", "penalty", "precision")
        options |= {name: getattr(scenario.training, name) for name in names}
    X, T = scenario.data.train
    return agree(scenario.network, X, T, updates=updates, seed=scenario.seed, **options)


def explain_scenario(path: str | Path) -> Explanation:
    """Tell which program a scenario's training runs, and why.

    Without a training, or for a saved network (.json), it is told for batches of 64 rows.
    """
    file = find_scenario(path)
    if file.suffix == ".json":
        return explain(load(file), USUAL_ROWS)
    scenario = load_scenario(file)
    if scenario.training is None or scenario.data is None:
        return explain(scenario.network, USUAL_ROWS)
    n_rows = len(scenario.data.train.X)
    rows = min(scenario.training.batch_size or n_rows, n_rows)
    return explain(scenario.network, rows, scenario.training.precision)


def load_network(path: str | Path) -> Network:
    """The network of a scenario file (as it is before training), or of a saved network.

    Args:
        path: a scenario, the name of a shipped one, or a file that ``Network.save`` wrote (.json).
    """
    file = find_scenario(path)
    return load(file) if file.suffix == ".json" else load_scenario(file).network
