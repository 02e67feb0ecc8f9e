"""Training in stretches: many epochs at once, up to the next moment at which somebody looks.

A record of every epoch costs as much as training a small network does. So the training goes on for
about a tenth of a second between two looks, long enough to cost nothing, short enough for a
progress bar to move and for memory not to fill; and it stops at each epoch that is asked for.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from neurosim.errors import DivergedError
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.run.result import Stretch
from neurosim.training.state import TrainingState
from neurosim.training.trainer import History, epochs, train

_STRETCH = 0.1  # seconds
_SETUPS = 20  # a stretch lasts that much longer than getting it ready did, else that would show


def stretches(
    network: Network, scenario: Scenario, stops: Iterable[int]
) -> Iterator[tuple[Stretch, TrainingState]]:
    """Train the network as the scenario says.

    Args:
        network: is trained in place.
        scenario: one with data and a training.
        stops: numbers of epochs done, at which a stretch must end.

    Yields:
        What was measured in a stretch, when the network is at its end; and the state there.

    Raises:
        DivergedError: a number was not finite. The epochs that were whole have been yielded before.
    """
    assert scenario.training is not None
    done, length, state = 0, 1, None
    n_epochs, rate = scenario.training.epochs, scenario.training.optimizer.learning_rate
    for stop in sorted({n_epochs, *(stop for stop in stops if stop < n_epochs)}):
        while done < stop:
            begin = time.perf_counter()
            count = min(length, stop - done)
            try:
                history = train(network, **_options(scenario, count, state))
            except DivergedError:
                yield from _one_by_one(network, scenario, count, state)
                raise
            setup = time.perf_counter() - begin - history.seconds
            length = _next_length(history, setup)
            losses, metrics = (history.loss, history.validation_loss), history.metrics
            yield Stretch(done, *losses, metrics, rate, history.seconds / count), history.state
            done, state = done + count, history.state


def _next_length(history: History, setup: float) -> int:
    an_epoch = max(history.seconds / len(history.loss), 1e-9)
    return max(1, int(max(_STRETCH, _SETUPS * setup) / an_epoch))


def _options(scenario: Scenario, count: int, state: TrainingState | None) -> dict[str, Any]:
    assert scenario.data is not None
    assert scenario.training is not None
    X, T = scenario.data.train
    chosen = scenario.training.options() | {"epochs": count}
    given = {"X": X, "T": T, "validation": scenario.data.validation, "state": state}
    return {**chosen, **given, "engine": scenario.engine, "seed": scenario.seed}


def _one_by_one(
    network: Network, scenario: Scenario, count: int, state: TrainingState | None
) -> Iterator[tuple[Stretch, TrainingState]]:
    """A stretch in which the training diverges, again, epoch by epoch as far as it goes."""
    try:
        for epoch in epochs(network, **_options(scenario, count, state)):
            validation = () if epoch.validation_loss is None else (epoch.validation_loss,)
            metrics = {name: (value,) for name, value in epoch.metrics.items()}
            number, measured = epoch.number, ((epoch.loss,), validation, metrics)
            yield Stretch(number, *measured, epoch.rate, epoch.seconds), epoch.state
    except DivergedError:
        return
