"""Checks of what would have no effect, or no meaning: a neuron without connections, a rate of 0.

Calls of Python take all of this, since a program may have reasons; in a scenario it is a mistake.
Neurons with a bias alone, and those that lead nowhere, are legal: evolved graphs have them. An
output that no input reaches is a finding of the diagnosis, `unused_output`.
"""

from collections.abc import Iterator

from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.scenario.build.check_edits import Stages
from neurosim.scenario.format.node import Problem
from neurosim.scenario.format.read import Reading
from neurosim.training.data import Data
from neurosim.training.options import Options


def check_connected(reading: Reading, stages: Stages) -> list[Problem]:
    """Inputs, and neurons with a connection before the edits or after; outputs are not asked.

    A scenario without data is not asked either: it holds a network, which may be in the making.
    """
    if not stages.found or not all(built.is_wired for _, built in stages.found):
        return []
    first, last = stages.found[0][1].network, stages.found[-1][1].network
    where = _Places(reading)
    if not first.inputs:
        message = "got no inputs; expected a neuron or a layer without an activation"
        return [reading.problem(("network",), message)]
    found = []
    lonely = _isolated(first) & _isolated(last)
    for neuron in (neuron for neuron in first.neurons if neuron.name in lonely):
        message = f"{neuron.name}: got no connection; expected one into or out of it"
        found.append(reading.problem(where.of(neuron), message))
    return found


def check_effect(
    reading: Reading, network: Network, data: Data, training: Options
) -> list[Problem]:
    """A learning rate of 0, batches larger than the rows, a loss that does not fit softmax."""
    return [reading.problem(("training", *place), message)
            for place, message in _without_effect(network, data, training)]  # fmt: skip


def _without_effect(
    network: Network, data: Data, training: Options
) -> Iterator[tuple[tuple[str, ...], str]]:
    if getattr(training.optimizer, "learning_rate", None) == 0.0:
        yield (
            ("optimizer", "learning_rate"),
            (
                "learning_rate: got 0, with which nothing is learned; expected above 0 (freeze: or"
                " epochs: 0 keep parameters as they are)"
            ),
        )
    n_rows, size = len(data.train[0]), training.batch_size
    if size is not None and size > n_rows:
        yield (
            ("batch_size",),
            (
                f"batch_size: got {size}, with {n_rows} training rows; expected at most"
                f" {n_rows}, or all"
            ),
        )
    if training.heads is None and training.loss == "binary_cross_entropy":
        several = [neuron.name for neuron in network.outputs if neuron.activation == "softmax"]
        if several:
            yield (
                ("loss",),
                (
                    f"loss: got binary_cross_entropy with softmax in {', '.join(several)}; expected"
                    " cross_entropy for one class of several, or sigmoid for several yes or no"
                ),
            )


def _isolated(network: Network) -> set[str]:
    connections = [*network.connections, *network.disabled]
    ends = {c.source.name for c in connections} | {c.target.name for c in connections}
    return {neuron.name for neuron in network.neurons if neuron not in network.outputs} - ends


class _Places:
    """Where the neurons of a scenario are written."""

    def __init__(self, reading: Reading) -> None:
        entry = reading.draft.network
        assert entry is not None
        self._layers = [layer.name for layer in entry.layers]
        self._neurons = [neuron.name for neuron in entry.neurons]

    def of(self, neuron: Neuron) -> tuple[str | int, ...]:
        """The keys that lead to the neuron, or to its layer."""
        if neuron.name in self._neurons:
            return "network", "neurons", self._neurons.index(neuron.name)
        if neuron.layer is not None and neuron.layer.name in self._layers:
            return "network", "layers", self._layers.index(neuron.layer.name)
        return ("network",)
