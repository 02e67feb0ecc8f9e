"""Snapshots of every number on the objects of a network, taken and put back to the bit."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from neurosim.functions.numbers import Matrix
from neurosim.interpreter.visits import schedule_of
from neurosim.network.network import Network
from neurosim.pause import PausedCollection

_OF_NEURONS = ("net_input", "output", "output_gradient", "delta", "_outer")
_OF_PARAMETERS = ("_gradient", "_value")
_BYTES_A_NUMBER = 20  # a reference, and now and then a float of its own


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The values of the neurons and parameters, in the network's order, and the last loss."""

    neurons: tuple[tuple[Any, ...], ...]
    parameters: tuple[tuple[float | None, ...], ...]
    loss: float | None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        n_numbers = len(_OF_NEURONS) * len(self.neurons) + 2 * len(self.parameters)
        return _BYTES_A_NUMBER * n_numbers


def take_snapshot(network: Network) -> Snapshot:
    """Every number as it is now."""
    network.fill_parameters()
    with PausedCollection():
        return Snapshot(
            tuple(map(attrgetter(*_quantities(network)), network.neurons)),
            tuple(map(attrgetter(*_OF_PARAMETERS), network.parameter_list())),
            network.loss,
        )


def put_back(snapshot: Snapshot, network: Network) -> None:
    """Every number as it was then."""
    network.fill_parameters()
    _put(network.neurons, _quantities(network), snapshot.neurons)
    _put(network.parameter_list(), _OF_PARAMETERS, snapshot.parameters)
    network.loss = snapshot.loss


def _quantities(network: Network) -> tuple[str, ...]:
    return (*_OF_NEURONS, "term_deltas") if schedule_of(network).terms else _OF_NEURONS


def _put(objects: Iterable[Any], slots: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    for thing, row in zip(objects, rows, strict=True):
        for slot, value in zip(slots, row, strict=True):
            setattr(thing, slot, value)


def digest_of(network: Network, memory: Matrix, *more: object) -> str:
    """A fingerprint: two that are equal say that every number is the same, to the last bit."""
    taken = take_snapshot(network)
    found = hashlib.sha256(memory.tobytes())
    for part in (taken.neurons, taken.parameters, taken.loss, *more):
        found.update(repr(part).encode())
    return found.hexdigest()
