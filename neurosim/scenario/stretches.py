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
from neurosim.scenario.result import EpochRecord
from neurosim.scenario.scenario import Scenario
from neurosim.training.state import TrainingState
from neurosim.training.trainer import Epoch, History, epochs, train

_STRETCH = 0.1  # seconds
_SETUPS = 20  # a stretch lasts that much longer than getting it ready did, else that would show


def stretches(
    network: Network, scenario: Scenario, stops: Iterable[int]
) -> Iterator[list[EpochRecord]]:
    """Train the network as the scenario says.

    Args:
        network: is trained in place.
        scenario: one with data and a training.
        stops: numbers of epochs done, at which a stretch must end.

    Yields:
        The records of a stretch, when the network is at its end.

    Raises:
        DivergedError: a number was not finite. The records of the epochs that were whole have been
            yielded before.
    """
    assert scenario.training is not None
    done, length, state = 0, 1, None
    n_epochs = scenario.training.epochs
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
            yield _records(history, done, scenario)
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


def _records(history: History, first: int, scenario: Scenario) -> list[EpochRecord]:
    assert scenario.training is not None
    rate = scenario.training.optimizer.learning_rate
    seconds = history.seconds / len(history.loss)
    return [
        EpochRecord(
            first + index,
            loss,
            history.validation_loss[index] if history.validation_loss else None,
            {name: values[index] for name, values in history.metrics.items()},
            rate,
            seconds,
        )
        for index, loss in enumerate(history.loss)
    ]


def _one_by_one(
    network: Network, scenario: Scenario, count: int, state: TrainingState | None
) -> Iterator[list[EpochRecord]]:
    """A stretch in which the training diverges, again, epoch by epoch as far as it goes."""
    try:
        for epoch in epochs(network, **_options(scenario, count, state)):
            yield [_record(epoch)]
    except DivergedError:
        return


def _record(epoch: Epoch) -> EpochRecord:
    return EpochRecord(
        epoch.number,
        epoch.loss,
        epoch.validation_loss,
        dict(epoch.metrics),
        epoch.rate,
        epoch.seconds,
    )
