"""What is wrong in a file is told with its place, its path, what was expected, and a guess."""

import pytest

from tests.each import each


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(complaints, small):
    text = small(
        ("seed: 1", "seed: -1"),
        ("activation: sigmoid", "activation: sigmod"),
        ("learning_rate: 1", "learning_rate: high"),
        ("epochs: 4", "epoch: 4"),
        ("{loss: {below: 1}}", "{los: {below: 1}}"),
    )

    assert [line.split(": ")[:2] for line in complaints(text)] == [
        ["s.yaml:3:7", "seed"],
        ["s.yaml:7:41", "network.layers[1].activation"],
        ["s.yaml:13:41", "training.optimizer.learning_rate"],
        ["s.yaml:14:3", "training.epoch"],
        ["s.yaml:17:6", "expect[1].los"],
    ]


@each(
    ("old", "new", "message"),
    [
        (
            "neurosim: 1",
            "neurosim: 2",
            "s.yaml:1:11: neurosim: unknown version of the format, got 2; expected 1",
        ),
        (
            "Either or both",
            "5",
            "s.yaml:2:8: title: wrong kind, got 5; expected text (in quotes, if it is meant)",
        ),
        ("seed: 1", "seed: -1", "s.yaml:3:7: seed: out of range, got -1; expected at least 0"),
        (
            "sigmoid",
            "softmaxx",
            "(did you mean 'softmax'?)",
        ),
        (
            "epochs: 4",
            "epoch: 4",
            "s.yaml:14:3: training.epoch: unknown key, got 'epoch'; expected 'epochs'"
            " (did you mean 'epochs'?)",
        ),
        (
            "name: sgd",
            "name: sdg",
            "s.yaml:13:21: training.optimizer.name: unknown optimizer, got 'sdg'; expected one of"
            " sgd, rmsprop, adagrad, adadelta, rprop, adam, adamw, adamax, nadam,"
            " sklearn_adam, keras_adam, perceptron"
            " (did you mean 'sgd'?)",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  clip: {norm: 0}",
            "s.yaml:15:16: training.clip.norm: out of range, got 0; expected more than 0",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  clip: {norm: 1, value: 2}",
            "s.yaml:15:9: training.clip: got both; expected one of norm and value",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  rates: {hh: 1}",
            "s.yaml:15:10: training.rates: unknown neuron or layer 'hh'; known: x, o, a, b, o1",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  penalty: {l1: 0.1, on: [q]}",
            "s.yaml:15:12: training.penalty: unknown neuron or layer 'q'; known: x, o, a, b, o1",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  penalty:\n    - {l2: 0.1}\n    - {l1: 0.1, on: [q]}",
            "s.yaml:17:7: training.penalty[1]: unknown neuron or layer 'q'; known: x, o, a, b, o1",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  penalty: [{l2: 0.1}, {l1: -1}]",
            "s.yaml:15:29: training.penalty[1].l1: out of range, got -1; expected at least 0",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  penalty: []",
            "s.yaml:15:12: training.penalty: empty, got a list of 0; expected at least one item",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  weight_decay: {strenght: 0.1}",
            "(did you mean 'strength'?)",
        ),
        (
            "learning_rate: 1",
            "learning_rate: '1'",
            "s.yaml:13:41: training.optimizer.learning_rate: wrong kind, got '1';"
            " expected a number (did you mean 1, without quotes?)",
        ),
        (
            "learning_rate: 1",
            "learning_rate: 0,05",
            "s.yaml:13:43: training.optimizer: a key is not a name, got 5; expected a name"
            " (in quotes if meant) (did you mean 0.05?)",
        ),
        (
            "learning_rate: 1",
            "learning_rate: 1, momentun: 0.9",
            "(did you mean 'momentum'?)",
        ),
        (
            "epochs: 4",
            "epochs: 1.5",
            "s.yaml:14:11: training.epochs: wrong kind, got 1.5; expected a whole number",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  batch_size: some",
            "s.yaml:15:15: training.batch_size: wrong kind, got 'some';"
            " expected all, or a whole number",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  shuffle: yes",
            "s.yaml:15:12: training.shuffle: wrong kind, got 'yes'; expected true or false",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  penalty: {l2: -1}",
            "s.yaml:15:17: training.penalty.l2: out of range, got -1; expected at least 0",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  schedule: {cosine: {epoch: 4}}",
            "s.yaml:15:23: training.schedule.cosine.epoch: unknown key, got 'epoch'; expected"
            " 'epochs' (did you mean 'epochs'?)",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  schedule: {cosine: {epochs: 0}}",
            "s.yaml:15:13: training.schedule: Cosine(epochs=): got 0; expected an integer >= 1",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  early_stopping: {patients: 4}",
            "s.yaml:15:20: training.early_stopping.patients: unknown key, got 'patients'; expected"
            " one of patience, monitor, least_change (did you mean 'patience'?)",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  early_stopping: {patience: 0}",
            "s.yaml:15:19: training.early_stopping: patience: got 0; expected an integer >= 1",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  until: 3",
            "s.yaml:15:10: training.until: wrong kind, got 3; expected a mapping",
        ),
        (
            "epochs: 4",
            "epochs: 4\n  schedule: {list: 3}",
            "s.yaml:15:20: training.schedule.list: wrong kind, got 3; expected a list, or a mapping"
            " of options",
        ),
        (
            "[[0], [1], [1], [1]]",
            "[[0], [1], [1]]",
            "s.yaml:10:12: data.targets: not as many rows of targets as of inputs, got 3;"
            " expected 4",
        ),
        (
            "[[0], [1], [1], [1]]",
            "[[0], [1], [1], [3]]",
            "s.yaml:10:12: data.targets: binary_cross_entropy got [3.0] in row 3;"
            " expected targets between 0 and 1 (numbers are targets of a loss such as"
            " half_squared_error)",
        ),
        (
            "[0, 1], [1, 0]",
            "[0, 1, 5], [1, 0]",
            "s.yaml:9:20: data.inputs[1]: wrong length, got 3; expected 2, one for each input",
        ),
        (
            "  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]\n",
            "",
            "s.yaml:9:3: data.inputs: missing key, got targets; expected also 'inputs'",
        ),
        (
            "  optimizer: {name: sgd, learning_rate: 1}\n",
            "",
            "s.yaml:12:3: training.optimizer: missing key, got loss, epochs;"
            " expected also 'optimizer'",
        ),
        (
            "{name: sgd, learning_rate: 1}",
            "sgd",
            "s.yaml:13:14: training.optimizer: wrong kind, got 'sgd'; expected a mapping with a"
            " name, one of sgd, rmsprop, adagrad, adadelta, rprop, adam, adamw, adamax, nadam,"
            " sklearn_adam, keras_adam, perceptron",
        ),
        (
            "name: sgd",
            "nam: sgd",
            "s.yaml:13:15: training.optimizer.nam: unknown key, got 'nam'; expected 'name'"
            " (did you mean 'name'?)",
        ),
        (
            "name: sgd, ",
            "",
            "optimizer.name: missing key, got learning_rate; expected also 'name'",
        ),
        ("seed: 1", "seed: true", "seed: wrong kind, got true; expected a whole number"),
        (
            "epochs: 4",
            "epochs: 4\n  clip: {norm: 1, per: row}",
            "s.yaml:15:24: training.clip.per: not valid, got 'row'; expected 'all' or 'layer'",
        ),
        (
            "neurons: 1,",
            "neurons: [a],",
            "s.yaml:7:7: network.layers[1]: neuron name: taken, got 'a';"
            " expected a name that a neuron has not",
        ),
        (
            "neurons: 1,",
            "neurons: 0,",
            "s.yaml:7:26: network.layers[1].neurons: out of range, got 0; expected at least 1",
        ),
        (
            "neurons: 1,",
            "neurons: 1000000,",
            "s.yaml:7:7: network.layers[1]: too large, got 1000002 neurons;"
            " expected at most 1000000",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(
    complaints, small, old, new, message
):
    (line,) = complaints(small((old, new)))

    assert line.endswith(message)


@each(
    ("old", "new", "message"),
    [
        (
            "{from: x, to: h",
            "{from: xx, to: h",
            "s.yaml:9:14: network.connections[0].from: unknown neuron or layer 'xx'"
            " (did you mean 'x'?); known: x, h, o, x1, x2, h1, h2, o1",
        ),
        (
            "[[0, 0], [1, 1]]",
            "[[0, 0]]",
            "s.yaml:9:33: network.connections[0].weights: x->h weights: wrong shape, got (1, 2);"
            " expected (2, 2) (rows are sources)",
        ),
        (
            "{from: h1, to: o1, weight: 0}",
            "{from: h2, to: o1, weight: 0}",
            "s.yaml:11:7: network.connections[2]: connection 'h2->o1': exists already; expected one"
            " between the same two neurons (to change it: net['h2', 'o1'].weight = ...)",
        ),
        (
            "{from: h1, to: o1, weight: 0}",
            "{from: h1, too: o1, weight: 0}",
            "s.yaml:10:18: network.connections[1].too: unknown key, got 'too'; expected 'to'"
            " (did you mean 'to'?)",
        ),
        (
            "[1, 1]]}",
            "[1, 1]], weight: 2}",
            "s.yaml:9:7: network.connections[0]: got weight and weights;"
            " expected at most one of them",
        ),
        (
            "expect:",
            "training: {optimizer: {name: sgd, learning_rate: 1}, epochs: 1}\nexpect:",
            "s.yaml:12:11: training: nothing to learn from, got no data; expected data too",
        ),
        (
            "network:",
            "netwrk:",
            "s.yaml:3:1: netwrk: unknown key, got 'netwrk'; expected 'network'"
            " (did you mean 'network'?)",
        ),
    ],
)
def test_a_mistake_in_the_network_is_told_at_its_entry(complaints, two_two_one, old, new, message):
    assert complaints(two_two_one((old, new))) == [message]


def test_a_cycle_is_told_at_the_connection_that_closes_it(complaints, two_two_one):
    closing = "    - {from: o1, to: h1, weight: 1}\nexpect:"

    (line,) = complaints(two_two_one(("expect:", closing)))

    assert line.startswith("s.yaml:12:7: network.connections[3]: ")
    assert "h1 -> o1 -> h1" in line or "o1 -> h1 -> o1" in line


@pytest.mark.parametrize("text", ["3", "[1, 2]", "just words"])
def test_what_is_no_mapping_is_no_scenario(complaints, text):
    assert complaints(text) == [
        "s.yaml:1:1: no scenario; expected a mapping that begins neurosim: 1"
    ]


def test_a_saved_network_is_told_from_a_scenario(complaints):
    (line,) = complaints('{"neurosim_network": 1, "title": "x"}')

    assert line.startswith("s.yaml:1:1: a saved network; expected a scenario")


def test_a_mistake_beside_a_doubled_section_is_no_crash(complaints):
    lines = complaints("neurosim: 1\ntitle: x\nexpect: []\nnetwork: {}\nexpect: [~, ~]\n")

    assert any("a doubled key, got 'expect'" in line for line in lines)


def test_a_page_of_text_before_a_colon_stays_on_one_line(complaints, small):
    (line, *_) = complaints(small(("title: Either or both", f"'{'a b ' * 50}\n\n c': x")))

    assert "\n" not in line
    assert len(line) < 300


def test_too_many_connections_are_refused_before_they_are_made(complaints):
    layers = "[{name: x, neurons: 1500}, {name: h, neurons: 1500}]"

    (line,) = complaints(f"neurosim: 1\ntitle: x\nnetwork: {{layers: {layers}}}\n")

    assert line == (
        "s.yaml:3:19: network.layers: too large, got 2250000 connections; expected at most 2000000"
    )


LONG = f"a{'x' * 5000}z"


@pytest.mark.parametrize(
    "override", [LONG, f"network.{LONG}=1", f"expect[0].bias={LONG}", f"network={{'{LONG}': 1}}"]
)
def test_names_of_thousands_of_letters_are_told_by_their_ends(complaints, small, override):
    lines = complaints(small(), overrides=[override])

    assert lines
    assert max(map(len, lines)) < 1000


def test_many_keys_are_not_all_told(complaints, small):
    keys = ", ".join(f"key{number}: 1" for number in range(2000))

    lines = complaints(small(), overrides=[f"network={{{keys}}}"])

    assert len(lines) == 101
    assert max(map(len, lines)) <= 1000


def test_of_hundreds_of_mistakes_the_first_hundred_are_told_and_the_rest_counted(complaints, small):
    expectations = "\n".join(["  - {loss: {below: 1}, nosuch: 1}"] * 250)

    lines = complaints(small(("expect:", f"expect:\n{expectations}")))

    assert len(lines) == 101
    assert lines[0].startswith("s.yaml:16:")
    assert lines[100] == "... and 150 more"
