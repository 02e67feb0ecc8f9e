"""Films of a scenario's training, or of one pass."""

from pathlib import Path

from neurosim.drawing.film.film import Filming, Look
from neurosim.drawing.film.of_pass import film_pass
from neurosim.drawing.film.of_training import film_training
from neurosim.scenario.build.epochs import require_epoch
from neurosim.scenario.build.scenario import Scenario, load_scenario
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.uses.debug import debug_scenario


def film_scenario(
    path: str | Path,
    look: Look,
    *,
    every: int | None = None,
    sample: int = 0,
    engine: str | None = None,
    seed: int | None = None,
    overrides: Overrides = (),
) -> Filming:
    """Begin a film of a scenario's training.

    Args:
        path: the file, or the name of a shipped scenario.
        look: how it looks.
        every: a frame for every so many epochs.
        sample: the row whose values the diagram shows.
        engine: instead of the scenario's own.
        seed: instead of the scenario's own.
        overrides: changes such as ``"training.epochs=10"``, or a mapping of paths to values.

    Raises:
        InvalidValueError: the scenario has no training.
        NeurosimError: what `load_scenario` and `film_training` raise.
    """
    scenario = load_scenario(path, overrides=listed(overrides, engine=engine, seed=seed))
    return film_of(scenario, look, every=every, sample=sample)


def film_of(
    scenario: Scenario, look: Look, *, every: int | None = None, sample: int = 0
) -> Filming:
    """Begin a film of the training of a scenario that is loaded; takes what `film_scenario` does.

    Raises:
        InvalidValueError: the scenario has no training.
    """
    X, T, options = scenario.require_training(scenario.path, "film")
    return film_training(scenario.network, X, T, look, options, every=every, sample=sample)


def film_scenario_pass(
    path: str | Path,
    look: Look,
    *,
    epoch: int | str = 0,
    sample: int = 0,
    grain: str = "neuron",
    engine: str | None = None,
    seed: int | None = None,
    overrides: Overrides = (),
) -> Filming:
    """Begin a film of one sample's way through a scenario's network, in an epoch of its training.

    Args:
        path: the file, or the name of a shipped scenario.
        look: how it looks.
        epoch: which epoch; ``end`` is the last that trains.
        sample: which of its samples.
        grain: a frame for each ``step``, ``neuron`` or ``layer``.
        engine: of the epochs before.
        seed: instead of the scenario's own.
        overrides: as for `film_scenario`.

    Raises:
        InvalidValueError: the scenario has no training.
        NeurosimError: what `debug_scenario` and `film_pass` raise.
    """
    session = debug_scenario(path, engine=engine, seed=seed, overrides=overrides)
    number = require_epoch(epoch, max(session.n_epochs, 1) - 1)
    return film_pass(session, look, epoch=number, sample=sample, grain=grain)
