"""Paths to the loss on a page are those of ``why``, to the letter."""

import itertools
import math

import pytest

import neurosim as ns
from neurosim.debugger.ask.paths import Factor, paths_from
from neurosim.debugger.ask.why import MOST_PATHS, why
from neurosim.interpreter.steps import GradientComputed
from neurosim.network.connection import Connection
from neurosim.page.path_texts import path_lines
from neurosim.page.patterns import written
from neurosim.page.playing import pass_table
from neurosim.page.units import numbers_of
from neurosim.scenario import load_scenario
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from neurosim.training.training import Training
from tests.each import each

SCENARIOS = ["xor", "xor-skip", "mazur", "iris", "wide-and-deep", "twins", "residual"]


def as_a_page_says(lines, numbers):
    said = []
    for columns, (start, end), pattern in lines.paths:
        factors = [numbers[column] for column in columns]
        share = math.prod(factors)
        text = written(pattern, [*factors, share, math.prod(factors[start:end])])
        said.append((abs(share), text))
    said.sort(key=lambda pair: -pair[0])
    return said


@pytest.mark.slow
@each("name", SCENARIOS)
def test_its_paths_are_those_of_why(name):
    scenario = load_scenario(name)
    training = Training(scenario.network, *scenario.require_training(name, "page"))
    training.advance(epochs=1)
    task = training.task.with_options(precision="double")
    table, _ = pass_table(task, 0)
    steps, network = table.steps, task.network
    numbers = [number for step in steps for number in numbers_of(step)]

    found = path_lines(network, table)

    gradients = [s for s in steps if isinstance(s, GradientComputed) and s.parameter.kind != "f"]
    assert len(found) == len(gradients)
    for lines, step in zip(found, gradients, strict=True):
        parameter = step.parameter
        first = parameter.source.name if isinstance(parameter, Connection) else "1"
        paths = paths_from(
            network, parameter.neuron, steps, first=Factor(first, step.value), most=MOST_PATHS
        )
        said = as_a_page_says(lines, numbers)
        assert lines.heading == paths.heading
        assert len(said) == paths.count
        sizes = [size for size, _ in said]
        if len(set(sizes)) == len(sizes):  # of paths of one size the order is free
            assert [text for _, text in said[:MOST_PATHS]] == list(map(str, paths.largest))
        else:
            assert {text for _, text in said} >= set(map(str, paths.largest))
        whole = numbers[lines.total[0]] * numbers[lines.total[1]]
        assert whole == pytest.approx(paths.total, rel=1e-12, abs=1e-300)


def test_a_long_path_is_abridged_as_why_does():
    net, names = ns.Network(), ["x", *(f"h{k}" for k in range(6))]
    for name in names:
        net.add_layer(name, 1, activation="tanh" if name != "x" else "identity")
    for source, target in itertools.pairwise(names):
        net.connect(source, target, weight=0.9)
    task = make_task(net, [[0.7]], [[0.5]])
    table, _ = pass_table(task, 0)
    numbers = [number for step in table.steps for number in numbers_of(step)]
    name = net.connections[0].name

    (lines,) = [lines for lines in path_lines(net, table) if lines.of == name]

    ((_, text),) = as_a_page_says(lines, numbers)
    assert "... 5 more factors ..." in text
    assert text in str(why(task, start_state(task, 0), name))


@pytest.mark.slow
def test_of_thousands_of_paths_only_the_number_is_said():
    net, layers = ns.Network(), ["x", *(f"h{k}" for k in range(6)), "o"]
    for name in layers:
        activation = "identity" if name == "x" else "tanh"
        net.add_layer(name, 1 if name in {"x", "o"} else 4, activation=activation)
    for source, target in itertools.pairwise(layers):
        net.connect(source, target, weight=0.5)
    table, _ = pass_table(make_task(net, [[0.7]], [[0.5]]), 0)

    first = path_lines(net, table)[-1]

    assert (first.heading, first.paths) == ("by 1,024 paths to the loss", ())


def test_weights_are_as_they_were():
    scenario = load_scenario("xor")
    training = Training(scenario.network, *scenario.require_training("xor", "page"))
    table, _ = pass_table(training.task, 0)
    before = scenario.network.read_parameters().tolist()

    path_lines(scenario.network, table)

    assert scenario.network.read_parameters().tolist() == before
