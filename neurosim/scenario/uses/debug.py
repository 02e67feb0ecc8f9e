"""A debugging session on the training of a scenario."""

from pathlib import Path

from neurosim.debugger.opening import debug
from neurosim.debugger.session import Session
from neurosim.debugger.time.journal import LIMIT
from neurosim.errors import InvalidValueError
from neurosim.scenario.build.scenario import load_scenario
from neurosim.scenario.format.overrides import Overrides, listed


def debug_scenario(
    path: str | Path,
    *,
    engine: str | None = None,
    seed: int | None = None,
    overrides: Overrides = (),
    limit: int = LIMIT,
) -> Session:
    """Step through the training of a scenario.

    Args:
        path: the file, or the name of a shipped scenario.
        engine: ``graph`` or ``compiled``, of what is not stepped through, instead of the
            scenario's own.
        seed: instead of the scenario's own.
        overrides: changes such as ``"training.epochs=10"``, or a mapping of paths to values.
        limit: about how many bytes are kept to go back (256 MB).

    Raises:
        InvalidValueError: the scenario has no training.
        NeurosimError: what `load_scenario` raises.
    """
    chosen = [("engine", engine), ("seed", seed)]
    given = [(name, value) for name, value in chosen if value is not None]
    scenario = load_scenario(path, overrides=[*listed(overrides), *given])
    if scenario.data is None or scenario.training is None:
        lacks = "data" if scenario.data is None else "training"
        raise InvalidValueError(
            f"{path}: nothing to step through, got no {lacks}; expected a scenario with a training"
        )
    X, T = scenario.data.train
    return debug(scenario.network, X, T, scenario.training, limit=limit)
