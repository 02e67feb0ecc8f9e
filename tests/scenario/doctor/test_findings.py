"""Findings that a scenario expects, and keys of a scenario that a cure changes."""

import pytest

from neurosim.diagnosis import FINDINGS
from neurosim.scenario.build.scenario import load_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.doctor.keys import ScenarioKeys
from neurosim.scenario.format.overrides import override
from neurosim.scenario.format.yaml_text import parse
from neurosim.scenario.run.run import start_run

TWINS = """\
neurosim: 1
title: Twins
network:
  layers:
    - {name: x, neurons: 2}
    - {name: h, neurons: [a, b], activation: sigmoid, bias: [0, 0]}
    - {name: o, neurons: 1, activation: sigmoid}
  connections:
    - {from: x, to: h, weights: [[1, 1], [1, 1]]}
    - {from: h, to: o, weight: 1}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]
training: {loss: half_squared_error, optimizer: {name: sgd, learning_rate: 1}, epochs: 2000,
           batch_size: 1}
expect:
"""
HEALTHY = """\
neurosim: 1
title: Line
seed: 3
network: {layers: [{name: x, neurons: 1}, {name: y, neurons: 1}]}
data: {inputs: [[0], [1], [2]], targets: [[1], [3], [5]]}
training: {loss: squared_error, optimizer: {name: sgd, learning_rate: 0.1}, epochs: 200}
expect:
"""
GROWS = HEALTHY.replace("learning_rate: 0.1", "learning_rate: 10")


def verdicts(run, text, *items):
    result = run(text + "".join(f"  - {item}\n" for item in items))
    return result.status, [(v.what, v.actual, v.passed) for v in result.expectations]


def test_a_finding_is_expected_by_its_rank(run):
    status, found = verdicts(
        run, TWINS, "{finding: twin_units}", "{finding: dead_units}", "{finding: none}"
    )

    assert status == "failed"
    (what, rank, is_met), dead, none = found
    assert (what, is_met) == ("rank of the finding twin_units", True)
    assert rank >= 1
    assert dead == ("rank of the finding dead_units", 0, False)
    assert none[0] == "number of findings"
    assert none[1] >= 1
    assert not none[2]


def test_a_healthy_training_meets_that_nothing_is_found(run):
    assert verdicts(run, HEALTHY, "{finding: none}") == (
        "passed",
        [("number of findings", 0, True)],
    )
    assert verdicts(run, HEALTHY, "{finding: twin_units, first: true}")[1] == [
        ("rank of the finding twin_units", 0, False)
    ]


def test_a_training_that_diverges_as_expected_has_passed(run):
    found = start_diagnosis(run, GROWS)
    first = found.findings[0].name

    status, said = verdicts(run, GROWS, f"{{finding: {first}, first: true}}")
    assert (status, said) == ("passed", [(f"rank of the finding {first}", 1, True)])
    other = next(name for name in FINDINGS if name != first)
    assert verdicts(run, GROWS, f"{{finding: {other}, first: true}}")[0] == "diverged"
    assert verdicts(run, GROWS, "{finding: none}")[0] == "diverged"


def start_diagnosis(run, text):
    made = start_run(run(text + "  - {loss: {above: 0}}\n").path)
    made.result()
    return made.diagnosis()


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (
            "{finding: dead_unit}",
            "unknown finding, got 'dead_unit'; expected one of",
        ),
        ("{finding: none, first: true}", "first of none"),
        ("{finding: dead_units, epoch: 3}", "unknown key"),
        ("{finding: dead_units, frist: true}", "did you mean 'first'?"),
    ],
)
def test_what_is_no_such_expectation_is_told_with_its_place(complaints, item, words):
    (problem,) = complaints(f"{HEALTHY}  - {item}\n")

    assert problem.startswith("s.yaml:8:")
    assert words in problem


def test_a_finding_without_a_training_is_refused(complaints):
    text = HEALTHY.partition("data:")[0] + "expect: [{finding: none}]\n"

    (problem,) = complaints(text)

    assert "expect[0].finding: is of a training, and there is none" in problem


# --- keys


def keys(load, text):
    scenario = load(text)
    return scenario.network, ScenarioKeys(scenario.network.copy(), scenario)


def test_weights_that_are_given_are_left_out_where_weights_are_to_be_drawn(load):
    _, own = keys(load, TWINS + "  - {loss: {above: 0}}\n")

    assert own.weights("xavier") == (
        "network.initial={weights: xavier}",
        "network.connections[0]={from: x, to: h}",
        "network.connections[1]={from: h, to: o}",
    )


def test_a_layer_that_grows_has_no_list_that_is_too_short(load):
    text = TWINS + "  - {loss: {above: 0}}\n"
    network, own = keys(load, text)

    assignments = own.units(network.layer("h"), 4)

    kept = "network.layers[1].neurons=[a, b, h_3, h_4]"
    assert assignments[:2] == (kept, "network.layers[1].bias=true")
    tree, _ = parse(text, "f")
    override(tree, assignments)
    assert len(load(text, overrides=assignments).network.layer("h").neurons) == 4


def test_a_layer_whose_neurons_are_connected_one_by_one_does_not_grow_by_a_key(load):
    text = TWINS.replace("{from: h, to: o, weight: 1}", "{from: a, to: o, weight: 1}")
    network, own = keys(load, text + "  - {loss: {above: 0}}\n")

    assert own.units(network.layer("h"), 4) == ()


def test_what_no_key_says_has_no_assignments(load):
    network, own = keys(load, TWINS + "  - {loss: {above: 0}}\n")
    made = network.add_neuron("new", activation="relu", bias=0.5)

    assert own.activation(made, "tanh") == ()
    assert own.biases([made, network.layer("h")]) == ("network.layers[1].bias=0",)


def test_neurons_of_no_layer_are_found_by_name():
    scenario = load_scenario(find_scenario("full-adder"))
    own = ScenarioKeys(scenario.network, scenario)
    names = [entry["name"] for entry in scenario.tree["network"]["neurons"]]

    numbers = {own.key(scenario.network[name]) for name in names}
    assert numbers == {f"network.neurons[{i}]" for i in range(len(names))}


def test_a_hidden_layer_takes_the_place_of_connections_that_are_listed(load):
    text = TWINS + "  - {loss: {above: 0}}\n"
    network, own = keys(load, text)

    assignments = own.hidden_layer(network, "hidden", 5, "tanh", "sigmoid")

    made = load(text, overrides=assignments).network
    assert [layer.name for layer in made.layers] == ["x", "hidden", "o"]
    assert len(made.layer("hidden")) == 5
