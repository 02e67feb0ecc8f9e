"""A debugging session on the training of a scenario."""

from functools import partial
from pathlib import Path

from neurosim.debugger.opening import debug
from neurosim.debugger.session import Session
from neurosim.debugger.time.journal import LIMIT
from neurosim.scenario.build.scenario import load_scenario
from neurosim.scenario.doctor.keys import ScenarioKeys
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
    scenario = load_scenario(path, overrides=listed(overrides, engine=engine, seed=seed))
    X, T, options = scenario.require_training(path, "step through")
    session = debug(scenario.network, X, T, options, limit=limit)
    session.key_names = partial(ScenarioKeys, scenario=scenario)
    session.lesson = scenario.lesson
    return session
