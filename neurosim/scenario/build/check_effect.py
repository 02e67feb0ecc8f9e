"""Checks of what would have no effect, or no meaning: a neuron without connections, a rate of 0.

Calls of Python take all of this, since a program may have reasons; in a scenario it is a mistake.
Neurons with a bias alone, and those that lead nowhere, are legal: evolved graphs have them. An
output that no input reaches is taken by a diagnosis alone, which has a finding for it.
"""

from collections.abc import Iterator

from neurosim.diagnosis.case import listed
from neurosim.diagnosis.rules.rows import unreached_outputs
from neurosim.functions.mapped import is_mapped
from neurosim.functions.schedules.shipped import RateList
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.scenario.build.check_edits import Stages
from neurosim.scenario.build.network import Built
from neurosim.scenario.format.node import KeyPath, Problem
from neurosim.scenario.format.read import Reading
from neurosim.training.data import Data
from neurosim.training.options import Options


def check_inputs(reading: Reading, built: Built) -> list[Problem]:
    """That there is an input."""
    if not built.is_wired or built.problems or built.network.inputs:
        return []
    message = "got no inputs; expected a layer, of which the first is the inputs, or inputs: [name]"
    return [reading.problem(("network",), message)]


def check_connected(reading: Reading, stages: Stages) -> list[Problem]:
    """Before the edits or after: a connection of each neuron, a path to each output.

    A scenario without data is not asked: it holds a network, which may be in the making.
    """
    if not stages.found or not all(built.is_wired for _, built in stages.found):
        return []
    first, last = stages.found[0][1].network, stages.found[-1][1].network
    where = _Places(reading)
    found = []
    lonely = _isolated(first) & _isolated(last)
    for neuron in (neuron for neuron in first.neurons if neuron.name in lonely):
        message = f"{neuron.name}: got no connection; expected one into or out of it"
        found.append(reading.problem(where.of(neuron), message))
    for neuron in () if reading.is_diagnosed else _unreached(first, last):
        message = (
            f"{neuron.name}: got an output that no input reaches, which is the same for all rows;"
            " expected a path from an input to it (connect it, or leave it out)"
        )
        found.append(reading.problem(where.of(neuron), message))
    return found


def check_effect(
    reading: Reading, network: Network, data: Data, training: Options
) -> list[Problem]:
    """Learning rates of 0, batches larger than the rows, a loss that does not fit softmax."""
    found = (
        *_rates_of_0(training),
        *_large_batches(data, training),
        *_losses_of_softmax(network, training),
    )
    return [reading.problem(("training", *place), message) for place, message in found]


def _rates_of_0(training: Options) -> Iterator[tuple[KeyPath, str]]:
    nothing = "got 0, with which nothing is learned"
    if getattr(training.optimizer, "learning_rate", None) == 0.0:
        cure = "expected above 0 (freeze: or epochs: 0 keep parameters as they are)"
        yield ("optimizer", "learning_rate"), f"learning_rate: {nothing}; {cure}"
    schedule = training.schedule
    if isinstance(schedule, RateList) and schedule.points[0][0] == 0 and schedule.highest == 0.0:
        yield ("schedule",), f"{nothing} at any epoch; expected a rate above 0"


def _large_batches(data: Data, training: Options) -> Iterator[tuple[KeyPath, str]]:
    n_rows, size = len(data.train[0]), training.batch_size
    if size is None and is_mapped(data.train.X):
        got = "got all, beside data.stream, which takes batches as they come"
        yield ("batch_size",), f"batch_size: {got}; expected a number of rows"
    if training.validate is not None and is_mapped(data.train.X):
        got = "got folds, beside data.stream, whose rows are not taken apart again"
        yield ("validate",), f"validate: {got}; expected data.split"
    if size is not None and size > n_rows:
        got = f"got {size}, with {n_rows} training rows"
        yield ("batch_size",), f"batch_size: {got}; expected at most {n_rows}, or all"


def _losses_of_softmax(network: Network, training: Options) -> Iterator[tuple[KeyPath, str]]:
    """Binary cross-entropy of outputs that are one choice together."""
    softmax = [neuron for neuron in network.outputs if neuron.activation == "softmax"]
    losses: list[tuple[KeyPath, object, list[Neuron]]] = [
        (("heads", number, "loss"), head.loss, [n for n in softmax if _is_named(n, head.outputs)])
        for number, head in enumerate(training.heads or ())
    ]
    for place, loss, outputs in losses or [(("loss",), training.loss, softmax)]:
        if loss == "binary_cross_entropy" and outputs:
            names = listed([neuron.name for neuron in outputs])
            cure = "cross_entropy for one class of several, or sigmoid for several yes or no"
            yield place, f"loss: got binary_cross_entropy with softmax in {names}; expected {cure}"


def _is_named(neuron: Neuron, names: tuple[str, ...]) -> bool:
    return neuron.name in names or (neuron.layer is not None and neuron.layer.name in names)


def _isolated(network: Network) -> set[str]:
    connections = [*network.connections, *network.disabled]
    ends = {c.source.name for c in connections} | {c.target.name for c in connections}
    return {neuron.name for neuron in network.neurons if neuron not in network.outputs} - ends


def _unreached(first: Network, last: Network) -> Iterator[Neuron]:
    found = unreached_outputs(first)
    later = {neuron.name for neuron in unreached_outputs(last)} if found else set()
    return (neuron for neuron in found if neuron.name in later)


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
