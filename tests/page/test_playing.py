"""What a page is played with: each number has its source, each text holds for any numbers."""

import json

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.page.formulas import any_texts
from neurosim.page.patterns import written
from neurosim.page.playing import _harmless, pass_table, played_script
from neurosim.page.units import numbers_of
from neurosim.scenario import load_scenario
from neurosim.training.task import make_task
from neurosim.training.training import Training

SCENARIOS = [
    "xor", "xor-skip", "mazur", "softmax-overflow", "wide-and-deep", "twins", "residual", "iris",
    "xor-learned",
]  # fmt: skip


def value_of(source, found, network, sample, target):
    """What a source says, of a network after a pass; as a page computes it."""
    letter, *which = source
    neuron = network.neurons[which[0]] if letter in {"z", "a", "d", "x"} else None
    match letter:
        case "k":
            return which[0]
        case "p":
            return network.parameter_list()[which[0]].value
        case "x":
            return sample[network.inputs.index(neuron)]
        case "y":
            return network.outputs[which[0]].value
        case "t":
            return network.outputs_conversion.inner(target)[which[0]]
        case "z" | "a" | "d":
            return getattr(neuron, {"z": "net_input", "a": "output", "d": "delta"}[letter])
        case "L":
            return network.loss
        case "=":
            return found[which[0]]
        case "+":
            return found[which[0]] + found[which[1]] * found[which[2]]
        case "-":
            return found[which[0]] - found[which[1]]
        case "m":
            pairs = zip(which[::2], which[1::2], strict=True)
            return sum(network.neurons[n].output * found[c] if c >= 0 else 0.0 for n, c in pairs)
    return None  # the module's own: what the loss gives, slopes


def played(name, row=0):
    learned = {"network.layers.1.activation": "prelu"} if name == "xor-learned" else {}
    scenario = load_scenario(name.removesuffix("-learned"), overrides=learned)
    training = Training(scenario.network, *scenario.require_training(name, "page"))
    return training.task.with_options(precision="double"), row


@pytest.mark.quick("xor", "mazur")
@pytest.mark.parametrize("name", SCENARIOS)
def test_each_number_of_a_pass_follows_from_its_source(name):
    task, row = played(name)
    table, sources = pass_table(task, row)
    texts, steps, found = list(any_texts(table, sources)), table.steps, []
    numbers = [number for step in steps for number in numbers_of(step)]

    for column, source in enumerate(sources):
        sample, target = task.X[row].tolist(), task.T[row]
        value = value_of(source, found, task.network, sample, target)
        found.append(numbers[column] if value is None else value)

    np.testing.assert_allclose(found[: len(numbers)], numbers, rtol=1e-12, atol=1e-14)
    expected = [*map(str, steps)]
    expected += [line.text([steps[i] for i in line.steps]) for line in table.own_lines]
    for text, said in zip(texts, expected, strict=True):
        zeros = sum((found[c] == 0.0) << k for k, c in enumerate(text.conditions))
        assert written(text.patterns[zeros], [found[c] for c in text.columns]) == said


def a_task(activation, loss, target):
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation=activation, bias=[0.1, -0.2])
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h", weights=[[0.5, -1.2], [0.8, 0.3]])
    net.connect("h", "o", weights=[[0.5, -0.7], [1.1, 0.4]])
    return make_task(net, [[0.7, -0.4]], [target], loss=loss)


@pytest.mark.slow
def test_the_texts_of_every_activation_and_loss_hold_for_any_numbers():
    cases = [(name, "squared_error") for name in [*ACTIVATIONS, "softmax"]
             if name not in {"input", "step"}]  # fmt: skip
    cases += [("tanh", name) for name in LOSSES if name not in {"cross_entropy", "hinge"}]
    for name, loss in cases:
        task = a_task(name, loss, [1.0, 0.0])
        table, sources = pass_table(task, 0)

        texts = list(any_texts(table, sources))

        assert len(texts) == len(table.steps) + len(table.own_lines)


def test_what_javascript_cannot_compute_is_refused_in_a_line():
    with pytest.raises(InvalidValueError, match="_gelu cannot be written in JavaScript"):
        played_script(a_task("gelu", "squared_error", [1.0, 0.0]))


def test_too_many_connections_to_follow_a_pointer_are_refused():
    net = ns.Network()
    net.add_layer("x", 80)
    net.add_layer("o", 80, activation="sigmoid")
    net.connect("x", "o")
    task = make_task(net, [[0.0] * 80], [[0.0] * 80])

    with pytest.raises(InvalidValueError, match="got 6,400 connections; expected at most 5,000"):
        played_script(task)


def test_terms_of_the_loss_that_have_factors_are_refused():
    task = a_task("tanh", "squared_error", [1.0, 0.0])
    weighted = make_task(task.network, task.X, task.T, weights=[2.0])

    with pytest.raises(InvalidValueError, match="terms of the loss that have factors"):
        played_script(weighted)


def test_the_script_ends_no_element_whatever_its_names_are():
    network = "</script><!--<script>"

    assert _harmless(json.dumps(network)) == '"\\x3c/script>\\x3c!--<script>"'
