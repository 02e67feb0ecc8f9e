"""Edits of a scenario: the training goes on after each, and all that is said is of the network."""

import json
from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, NeurosimError, ScenarioError
from neurosim.scenario.run.folder import write_result
from neurosim.scenario.run.pictures import draw_pictures
from neurosim.scenario.uses.at_epoch import network_at
from neurosim.scenario.uses.compare import agree_scenario, bisect_scenario

TEXT = """neurosim: 1
title: edits
seed: 3
network:
  layers:
    - {name: x, neurons: 2}
    - {name: h, neurons: 3, activation: tanh}
    - {name: o, neurons: 1, activation: sigmoid}
  connections:
    - {from: x, to: h}
    - {from: h, to: o}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]
training:
  loss: binary_cross_entropy
  optimizer: {name: adam, learning_rate: 0.05}
  epochs: 30
  batch_size: 2
  shuffle: true
  rates: {h: 0.02, h2: 0.01}
edits:
EDITS
expect:
EXPECT
"""
EDITS = """
  - {epoch: 20, prune: {keep: 0.75}}
  - {epoch: 10, split_connection: {source: x1, target: h1, new: m}}
  - {freeze: h1}
  - {epoch: 10, rename: {name: h2, new: second}}
  - {epoch: 20, grow: {layer: h, neurons: 2}}
  - {epoch: 30, activation: {of: h, to: {leaky_relu: {slope: 0.1}}}}
"""
EXPECT = """
  - {epoch: 10, weight: x1->m, equals: 1, tolerance: 0}
  - {epoch: 10, sample: 1, output: second, above: -1}
  - {epoch: 20, weight: h4->o1, equals: 0, tolerance: 0}
  - {epoch: 25, gradient: h5->o1, below: 100}
  - {weight: h4->o1, below: 100}
"""


@pytest.fixture
def scenario(tmp_path):
    """``scenario(edits, expect, *changes)``: the path of a file."""

    def write(edits=EDITS, expect=EXPECT, *changes):
        text = TEXT.replace("EDITS", edits.strip("\n")).replace("EXPECT", expect.strip("\n"))
        text = text.replace("expect:\n\n", "").replace("expect:\n[]", "expect: []")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "s.yaml"
        path.write_text(text)
        return path

    return write


def test_a_run_is_the_training_by_hand(engine, scenario):
    path = scenario()
    result = ns.run_scenario(path, engine=engine)

    plain = ns.load_scenario(path)
    training = ns.Training(
        plain.network.copy(), *plain.data.train, replace(plain.training, engine=engine)
    )
    training = training.after(lambda net: net.freeze("h1"))
    losses = list(training.watch(10).loss)
    training = training.after(lambda net: net.split_connection("x1", "h1", new="m"))
    training = training.after(lambda net: net.rename("h2", "second"))
    losses += training.watch(10).loss
    training = training.after(lambda net: net.prune(keep=0.75))
    training = training.after(lambda net: net.grow("h", 2))
    losses += training.watch(10).loss
    training = training.after(
        lambda net: setattr(net.layer("h"), "activation", "leaky_relu(slope=0.1)")
    )

    assert result.status == "passed", [str(v) for v in result.expectations]
    assert [record.loss for record in result.history] == losses
    assert result.network.parameter_names() == training.network.parameter_names()
    assert (result.network.parameters() == training.state.parameters).all()
    assert [record.epoch for record in result.history] == list(range(30))


def test_run_json_and_the_saved_network_are_those_after_the_edits(scenario, tmp_path):
    result = ns.run_scenario(scenario())
    (tmp_path / "out").mkdir()
    write_result(result, tmp_path / "out", ())

    told = json.loads((tmp_path / "out" / "run.json").read_text())
    saved = ns.load(tmp_path / "out" / "network.json")
    assert told["epochs"] == 30
    assert told["edits"] == [
        "before training: freeze h1",
        "after 10 epochs: split_connection source x1, target h1, new m",
        "after 10 epochs: rename name h2, new second",
        "after 20 epochs: prune keep 0.75",
        "after 20 epochs: grow layer h, neurons 2",
        "after 30 epochs: activation of h, to leaky_relu(slope=0.1)",
    ]
    assert told["parameters"]["weights"] == {c.name: c.weight for c in saved.connections}
    assert saved.parameter_names() == result.network.parameter_names()


@pytest.mark.slow
def test_pictures_are_of_the_network_of_their_moment(scenario, tmp_path):
    path = scenario(EDITS, EXPECT + "draw:\n  - {file: a.svg, epoch: 5}\n  - {file: b.svg}\n")
    loaded = ns.load_scenario(path)
    drawn = list(draw_pictures(loaded, ns.run_scenario(path), tmp_path))

    assert [picture.problem for picture in drawn] == ["", ""]
    assert "second" not in (tmp_path / "a.svg").read_text()
    assert "all 6 neurons" in (tmp_path / "a.svg").read_text()
    assert "all 9 neurons" in (tmp_path / "b.svg").read_text()


def test_what_a_pruning_takes_out_is_not_met(scenario):
    expect = "  - {epoch: 20, weight: x1->h1, below: 100}\n  - {weight: x1->h1, below: 100}"
    result = ns.run_scenario(scenario("  - {epoch: 20, prune: {keep: 0}}", expect))

    assert result.status == "failed"
    assert [verdict.actual for verdict in result.expectations] == [None, None]


def test_an_edit_that_pruning_has_made_impossible_is_told_with_its_number(scenario):
    edits = "  - {epoch: 10, prune: {keep: 0}}\n  - {epoch: 20, disable: x1->h1}"

    with pytest.raises(NeurosimError, match=r"edits\[1\]: no connection 'x1->h1'"):
        ns.run_scenario(scenario(edits, "  []"))


def test_a_training_that_stops_early_makes_no_later_edits(scenario):
    path = scenario(
        "  - {epoch: 20, rename: {name: h1, new: q}}", "  []",
        ("epochs: 30", "epochs: 30\n  until: {loss: 10}"),
    )  # fmt: skip
    result = ns.run_scenario(path)

    assert result.epochs == 1
    assert result.edits == ()
    assert "q" not in result.network


@pytest.mark.parametrize(
    "use",
    [
        ns.debug_scenario,
        agree_scenario,
        bisect_scenario,
        lambda path: ns.load_scenario(path).require_training(path, "trace"),
    ],
    ids=["debug", "agree", "bisect", "trace"],
)
def test_what_goes_through_the_training_by_itself_refuses(scenario, use):
    path = scenario()
    with pytest.raises(InvalidValueError, match="edits: got 6 edits, which only a run"):
        use(path)


def test_the_network_after_some_epochs_is_that_of_the_run(scenario):
    path = scenario()

    at = network_at(path, epoch="end")

    assert np.array_equal(at.network.parameters(), ns.run_scenario(path).network.parameters())
    assert "second" not in network_at(path, epoch=9).network


BAD = [
    ("{epoch: 5, prune: {keep: 2}}", "s.yaml:23:30: edits[0].prune.keep: out of range, got 2"),
    ("{epoch: 5}", "s.yaml:23:5: edits[0]: one edit at a time, got none; expected one of prune,"),
    ("{freeze: h, unfreeze: h}", "edits[0]: one edit at a time, got freeze, unfreeze"),
    ("{prune: {}}", "s.yaml:23:13: edits[0].prune: got none of them; expected one of below, keep"),
    ("{prnue: {keep: 1}}", "edits[0].prnue: unknown key, got 'prnue'"),
    ("{freeze: q}", "s.yaml:23:14: edits[0].freeze: "),
    ("{disable: x1}", "edits[0]: disable: got 'x1'; expected source->target"),
    ("{disable: x1->h9}", "s.yaml:23:15: edits[0].disable: unknown neuron 'h9'"),
    ("{epoch: 31, freeze: h}", "s.yaml:23:13: edits[0].epoch: later than the end, got 31"),
    ("{epoch: -1, freeze: h}", "s.yaml:23:13: edits[0].epoch: out of range, got -1"),
    ("{activation: {of: h, to: tahn}}", "(did you mean 'tanh'?)"),
    ("{grow: {layer: o, neurons: 1}}", "s.yaml:23:12: edits[0].grow: "),
    ("{remove_neuron: [h1]}", "edits[0].remove_neuron: "),
]


@pytest.mark.parametrize(("edit", "words"), BAD, ids=[edit for edit, _ in BAD])
def test_a_wrong_edit_is_told_with_its_place(scenario, edit, words):
    with pytest.raises(ScenarioError) as caught:
        ns.load_scenario(scenario(f"  - {edit}", "  []"))

    assert words in str(caught.value)


def test_the_activation_of_one_neuron_changes(scenario):
    result = ns.run_scenario(scenario("  - {epoch: 9, activation: {of: h1, to: relu}}", "  []"))

    hidden = result.network.layer("h").neurons
    assert [neuron.activation for neuron in hidden] == ["relu", "tanh", "tanh"]


def test_edits_are_tried_one_after_the_other_in_the_order_of_epochs(scenario):
    edits = "  - {epoch: 9, freeze: b}\n  - {epoch: 8, rename: {name: h1, new: b}}"
    assert len(ns.load_scenario(scenario(edits, "  []")).edits) == 2

    with pytest.raises(ScenarioError, match=r"edits\[0\].freeze"):
        ns.load_scenario(scenario(edits.replace("8", "10"), "  []"))


def test_an_expectation_names_what_is_there_at_its_epoch(scenario):
    edits = "  - {epoch: 10, rename: {name: h1, new: b}}"
    early = "  - {epoch: 9, output: b, forward: [0, 0], below: 1}"

    ns.load_scenario(scenario(edits, early.replace("9", "10")))

    with pytest.raises(ScenarioError, match=r"expect\[0\].output: unknown neuron 'b'"):
        ns.load_scenario(scenario(edits, early))


@pytest.mark.parametrize("option", ["validate: {folds: 2}", "seeds: [1, 2]"])
def test_folds_and_seeds_would_train_without_edits_and_are_refused(scenario, option):
    path = scenario("  - {freeze: h}", "  []", ("epochs: 30", f"epochs: 30\n  {option}"))
    with pytest.raises(ScenarioError, match=r"edits\[0\]: got edits beside training: "):
        ns.load_scenario(path)


def test_edits_without_a_training_are_refused(scenario):
    path = scenario("  - {freeze: h}", "  []")
    text = path.read_text()
    path.write_text(text[: text.index("training:")] + text[text.index("edits:") :])

    with pytest.raises(ScenarioError, match=r"edits\[0\]: is in a training, and there is none"):
        ns.load_scenario(path)
