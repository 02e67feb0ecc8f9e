"""Checks of ``expect:`` against the rest of the scenario: names, epochs, parts."""

from collections.abc import Iterator

from neurosim.errors import unknown
from neurosim.functions.losses import LOSSES, PERCEPTRON, Loss
from neurosim.functions.numbers import counted
from neurosim.functions.optimizers import Perceptron
from neurosim.interpreter.steps import PHASES
from neurosim.network.network import Network
from neurosim.scenario.build.check_edits import Stages
from neurosim.scenario.build.network import Built
from neurosim.scenario.format.data_entry import DataEntry
from neurosim.scenario.format.entry import options_of
from neurosim.scenario.format.expect_entry import (
    FOLDS,
    BestLossExpectation,
    Between,
    Expectation,
    FindingExpectation,
    GradientExpectation,
    LastLossExpectation,
    LossExpectation,
    MetricExpectation,
    NetInputExpectation,
    OutputExpectation,
    Within,
)
from neurosim.scenario.format.node import Problem
from neurosim.scenario.format.read import Reading
from neurosim.training.data import Data

_Found = Iterator[tuple[str, str]]  # the key and what is wrong there

_IS_THERE = {  # after which phases a number is there, and not one of the sample before
    "output_gradient": ("backward", "update"),
    "delta": ("backward", "update"),
    "gradient": ("backward", "update"),
    "loss": ("loss", "backward", "update"),
}


def check_expectations(reading: Reading, stages: Stages, data: Data | None = None) -> list[Problem]:
    """What is wrong with the expectations, given the network, the rows and the other sections.

    Each is compared with the network of its moment.
    """
    problems = []
    for number, item in enumerate(reading.draft.expect):
        if item is not None:
            context = (
                _check_moment(item, reading, data)
                if isinstance(item, Within)
                else _check_context(item, reading)
            )
            built = stages.at(item.epoch)
            found = (*_check_subject(item, built, reading), *context)
            problems += [
                reading.problem(("expect", number, key), message) for key, message in found
            ]
    return problems


def _check_subject(item: Expectation, built: Built | None, reading: Reading) -> _Found:
    if built is None or not built.is_named or isinstance(item, MetricExpectation):
        return
    network = built.network
    if isinstance(item, OutputExpectation | NetInputExpectation):
        yield from _check_sample(item.forward, network)
    key, name = item.subject
    match key:
        case "loss" | "loss.last" | "loss.best" | "finding":
            return
        case "weight":
            yield from _check_connection(key, name, built)
        case "bias":
            yield from _check_bias(key, name, network)
        case "gradient":
            yield from _check_parameter(name, built)
        case _ if name not in network:
            yield key, _unknown_neuron(name, network)
        case _ if key != "output" and network[name].is_input:
            what = key.replace("_", " ")
            yield key, f"{name!r} is an input and has no {what}; expected another neuron"
        case "output_gradient" if reading.draft.training and built.is_wired:
            training = reading.draft.training
            is_perceptron = options_of(training.optimizer)[0] == Perceptron.name
            loss = PERCEPTRON if is_perceptron else LOSSES[training.loss]
            yield from _check_error(name, network, loss)


def _check_error(name: str, network: Network, loss: Loss) -> _Found:
    """Some neurons never have an output gradient: see `neurosim.interpreter.backward`."""
    neuron = network[name]
    if network.outgoing(neuron):
        return
    if neuron not in network.outputs:
        yield (
            "output_gradient",
            f"to {name!r} no error comes back; expected a neuron that has one",
        )
    elif loss.joint is not None or loss.formula_for(neuron.activation)[1]:
        yield (
            "output_gradient",
            f"{loss.name} after {neuron.activation} gives {name!r} its delta at once;"
            " expected delta",
        )


def _check_sample(sample: tuple[float, ...], network: Network) -> _Found:
    expected = len(network.inputs)
    if len(sample) != expected:
        names = ", ".join(neuron.name for neuron in network.inputs[:10])
        yield (
            "forward",
            f"wrong length, got {len(sample)}; expected {expected}, one for each input"
            f" ({names}{', ...' if expected > 10 else ''})",
        )


def _unknown_neuron(name: str, network: Network) -> str:
    return unknown("neuron", name, (neuron.name for neuron in network.neurons))


def _check_connection(key: str, name: str, built: Built) -> _Found:
    source, arrow, target = name.partition("->")
    if not arrow:
        yield key, f"no connection, got {name!r}; expected source->target"
    elif built.is_wired and (source.strip(), target.strip()) not in built.network:
        known = (connection.name for connection in built.network.connections)
        yield key, unknown("connection", name, known)


def _check_bias(key: str, name: str, network: Network) -> _Found:
    if name not in network:
        yield key, _unknown_neuron(name, network)
    elif network[name].bias is None:
        yield key, f"the neuron {name!r} has no bias parameter; expected one with a bias"


def _check_parameter(name: str, built: Built) -> _Found:
    if name.endswith(".bias"):
        yield from _check_bias("gradient", name.removesuffix(".bias"), built.network)
    elif "->" in name:
        yield from _check_connection("gradient", name, built)
    else:
        what = "neither a weight nor a bias"
        yield "gradient", f"{what}, got {name!r}; expected source->target or neuron.bias"


def _check_context(item: Between, reading: Reading) -> _Found:
    """Epochs, rows and parts that the item takes for granted."""
    draft = reading.draft
    training = draft.training
    if item.epoch is not None and (training is not None or not reading.has("training")):
        epochs = 0 if training is None else training.epochs
        if item.epoch > epochs:
            yield "epoch", f"later than the end, got {item.epoch}; expected at most {epochs}"
    if isinstance(item, FindingExpectation):
        if not reading.has("training"):
            yield "finding", "is of a training, and there is none; expected training too"
        return
    of_losses = LossExpectation | LastLossExpectation | BestLossExpectation
    if not isinstance(item, GradientExpectation | MetricExpectation | of_losses):
        return
    if not reading.has("data"):
        yield item.subject[0], "is measured on rows, and there are none; expected data too"
    elif isinstance(item, LossExpectation | MetricExpectation):
        if item.on == FOLDS:
            yield from _check_folds(item, reading)
            return
        if item.on == "train" or not draft.data:
            return
        yield from _check_part(item.on, draft.data)


def _check_folds(item: LossExpectation | MetricExpectation, reading: Reading) -> _Found:
    training = reading.draft.training
    if item.epoch is not None:
        yield "epoch", f"folds are measured after whole trainings, got {item.epoch}; expected none"
    elif training.validate is None if training is not None else not reading.has("training"):
        yield "on", "no folds are held out; expected training: {validate: {folds: 5}}"


def _check_moment(item: Within, reading: Reading, data: Data | None) -> _Found:
    """The epoch, the sample and the phase of a number that is looked for within an epoch."""
    (key, _), phase, training = item.subject, item.phase, reading.draft.training
    if phase not in _IS_THERE.get(key, PHASES):
        expected = " or ".join(_IS_THERE[key])
        yield "after", f"the {key} is not there yet, got {phase}; expected {expected}"
    if training is None:
        if not reading.has("training"):
            yield key, "is looked for within a training, and there is none; expected training too"
        return
    if item.epoch >= training.epochs:
        most = f"at most {training.epochs - 1}" if training.epochs else "a training with epochs"
        yield "epoch", f"there is no such epoch to look into, got {item.epoch}; expected {most}"
    if data is None:
        return
    n_rows = len(data.train.X)
    if item.sample >= n_rows:
        has = f"an epoch has {counted(n_rows, 'sample')}"
        yield "sample", f"{has}, got {item.sample}; expected at most {n_rows - 1}"
    elif phase == "update":
        yield from _check_update(item, training.batch_size, n_rows)


def _check_update(item: Within, batch_size: int | str, n_rows: int) -> _Found:
    """Only behind the last sample of a batch there is an update."""
    size = n_rows if isinstance(batch_size, str) else min(batch_size, n_rows)
    last = min(item.sample // size * size + size, n_rows) - 1
    if item.sample != last:
        yield (
            "after",
            f"no update comes after sample {item.sample}, which does not end its batch;"
            f" expected sample: {last}, or after: backward",
        )


def _check_part(name: str, data: DataEntry) -> _Found:
    if not getattr(data.split, name):
        split = f"split: {{{name}: 0.2}}"
        yield "on", f"no rows are set aside for {name!r}; expected data with {split}"
