"""What can be wrong with ``expect:`` although each entry is right: names, epochs, parts."""

from collections.abc import Iterator

from neurosim.errors import unknown
from neurosim.network.network import Network
from neurosim.scenario.build import Built
from neurosim.scenario.data_entry import DataEntry
from neurosim.scenario.expect_entry import (
    AccuracyExpectation,
    BiasExpectation,
    Expectation,
    GradientExpectation,
    LossExpectation,
    NetInputExpectation,
    OutputExpectation,
    WeightExpectation,
)
from neurosim.scenario.node import Problem
from neurosim.scenario.read import Reading

Found = Iterator[tuple[str, str]]  # the key and what is wrong there


def check_expectations(reading: Reading, built: Built | None) -> list[Problem]:
    """What is wrong with the expectations, given the network and the other sections."""
    problems = []
    for number, item in enumerate(reading.draft.expect):
        if item is not None:
            found = (*_check_subject(item, built), *_check_context(item, reading))
            problems += [
                reading.problem(("expect", number, key), message) for key, message in found
            ]
    return problems


def _check_subject(item: Expectation, built: Built | None) -> Found:
    if built is None or not built.is_named:
        return
    network = built.network
    match item:
        case OutputExpectation():
            yield from _check_sample(item.forward, network)
            yield from _check_neuron("output", item.output, network)
        case NetInputExpectation():
            yield from _check_sample(item.forward, network)
            yield from _check_neuron("net_input", item.net_input, network)
            yield from _check_listens(item.net_input, network)
        case WeightExpectation():
            yield from _check_connection("weight", item.weight, built)
        case BiasExpectation():
            yield from _check_bias("bias", item.bias, network)
        case GradientExpectation():
            yield from _check_parameter(item.gradient, built)


def _check_sample(sample: tuple[float, ...], network: Network) -> Found:
    expected = len(network.inputs)
    if len(sample) != expected:
        names = ", ".join(neuron.name for neuron in network.inputs[:10])
        yield (
            "forward",
            f"wrong length, got {len(sample)}; expected {expected}, one for each input"
            f" ({names}{', ...' if expected > 10 else ''})",
        )


def _check_neuron(key: str, name: str, network: Network) -> Found:
    if name not in network:
        yield key, unknown("neuron", name, (neuron.name for neuron in network.neurons))


def _check_listens(name: str, network: Network) -> Found:
    if name in network and network[name].is_input:
        yield "net_input", f"{name!r} is an input and has no net input; expected another neuron"


def _check_connection(key: str, name: str, built: Built) -> Found:
    source, arrow, target = name.partition("->")
    if not arrow:
        yield key, f"no connection, got {name!r}; expected source->target"
    elif built.is_wired and (source.strip(), target.strip()) not in built.network:
        known = (connection.name for connection in built.network.connections)
        yield key, unknown("connection", name, known)


def _check_bias(key: str, name: str, network: Network) -> Found:
    if name not in network:
        yield from _check_neuron(key, name, network)
    elif network[name].bias is None:
        yield key, f"the neuron {name!r} has no bias parameter; expected one with a bias"


def _check_parameter(name: str, built: Built) -> Found:
    if name.endswith(".bias"):
        yield from _check_bias("gradient", name.removesuffix(".bias"), built.network)
    elif "->" in name:
        yield from _check_connection("gradient", name, built)
    else:
        what = "neither a weight nor a bias"
        yield "gradient", f"{what}, got {name!r}; expected source->target or neuron.bias"


def _check_context(item: Expectation, reading: Reading) -> Found:
    """Epochs, rows and parts that the item takes for granted."""
    draft = reading.draft
    training = draft.training
    if item.epoch is not None and (training is not None or not reading.has("training")):
        epochs = 0 if training is None else training.epochs
        if item.epoch > epochs:
            yield "epoch", f"later than the end, got {item.epoch}; expected at most {epochs}"
    if not isinstance(item, GradientExpectation | LossExpectation | AccuracyExpectation):
        return
    if not reading.has("data"):
        key = next(key for key in ("gradient", "loss", "accuracy") if hasattr(item, key))
        yield key, "is measured on rows, and there are none; expected data too"
    elif not isinstance(item, GradientExpectation) and item.on != "train" and draft.data:
        yield from _check_part(item.on, draft.data)


def _check_part(name: str, data: DataEntry) -> Found:
    if not getattr(data.split, name):
        split = f"split: {{{name}: 0.2}}"
        yield "on", f"no rows are set aside for {name!r}; expected data with {split}"
