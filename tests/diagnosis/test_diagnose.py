"""Diagnosis: each disease is found, as the first finding, and a healthy network has none."""

from itertools import islice

import numpy as np
import pytest

import neurosim as ns
from neurosim.diagnosis import FINDINGS
from neurosim.diagnosis.diagnose import case_of
from tests.diagnosis.diseases import (
    DIFFERS,
    DISEASES,
    XOR,
    network,
    random_training,
    sick,
    trained,
)

# the first finding may be another name of the same cause
ALSO = {"rate_large": {"loss_rises", "loss_swings"}, "constant_input": {"loss_flat"}}


@pytest.mark.quick("dead", "saturated", "not", "rate", "twin", "unused", "too")
@pytest.mark.parametrize("name", DISEASES)
def test_a_disease_is_the_first_finding(name):
    found = [next((f.name for f in ns.diagnose(sick(name, number))), "") for number in range(3)]

    assert set(found) <= {name, *ALSO.get(name, ())}


@pytest.mark.slow
@pytest.mark.parametrize("name", DISEASES)
def test_a_disease_is_found_in_nineteen_of_twenty_variations(name):
    found = [[finding.name for finding in ns.diagnose(sick(name, n))] for n in range(20)]

    assert sum(name in names for names in found) >= 19
    assert sum(names[0] in {name, *ALSO.get(name, ())} for names in found if names) >= 19


def healthy(numbers):
    """The trainings that learned, of random ones."""
    for number in numbers:
        training = random_training(number)
        case = case_of(training)
        values = case.validation_losses
        if case.has_learned and (not len(values) or values[-1] <= 1.1 * values.min()):
            yield number, training


@pytest.mark.slow
def test_healthy_networks_have_no_findings():
    found = [number for number, training in healthy(range(20)) if len(ns.diagnose(training))]

    assert found == []


@pytest.mark.slow
def test_of_two_hundred_healthy_networks_at_most_one_has_a_finding():
    chosen = islice(healthy(range(500)), 200)
    cases = [len(ns.diagnose(training)) for _, training in chosen]

    assert len(cases) == 200
    assert sum(map(bool, cases)) <= 1


def test_a_training_that_has_not_begun_is_diagnosed_as_it_would_go():
    net, X, T, options = DISEASES["twin_units"](np.random.default_rng(1), 1)
    training = ns.Training(net, X, T, **options)

    assert ns.diagnose(training)[0].name == "twin_units"
    assert training.state.epoch == 0


def test_a_diagnosis_changes_nothing():
    training = sick("unscaled_inputs", 0)
    before, state = training.network.parameters(), training.state

    ns.diagnose(training)

    assert training.state is state
    assert training.network.parameters().tobytes() == before.tobytes()
    assert len(training.advance(epochs=1)) == 1  # it still has the right to go on


def test_a_network_is_diagnosed_by_a_copy_that_is_trained(engine):
    net = network([2, 3, 1], weight=0.5)
    before = net.parameters()

    options = {"optimizer": ns.SGD(1.0), "epochs": 100, "batch_size": 1, "engine": engine}
    found = ns.diagnose(net, XOR, DIFFERS, **options)

    assert found[0].name == "twin_units"
    assert net.parameters().tobytes() == before.tobytes()


@pytest.mark.slow
def test_a_diagnosis_is_the_same_with_every_engine():
    found = []
    for engine in ("graph", "compiled"):
        net, X, T, options = DISEASES["loss_rises"](np.random.default_rng(4), 4)
        findings = ns.diagnose(trained(net, X, T, {**options, "engine": engine}))
        found.append([(finding.name, finding.cure) for finding in findings])

    assert found[0] == found[1]
    assert found[0]


def test_a_training_that_diverged_is_diagnosed():
    net = network([2, 4, 1], "tanh", "identity", seed=3)
    training = trained(net, 10 * XOR, 10 * DIFFERS, {"optimizer": ns.SGD(5.0), "epochs": 500})

    assert training.past.diverged
    assert {f.name for f in ns.diagnose(training)} & {"loss_rises", "unscaled_inputs"}


def test_a_large_rate_that_goes_back_to_an_earlier_state_forgets_what_came_after():
    training = ns.Training(network([2, 4, 1]), XOR, DIFFERS, optimizer=ns.SGD(1.0))
    training.advance(epochs=3)
    state = training.state
    training.advance(epochs=5)

    training.state = state

    assert len(training.past.losses) == 3


def test_contradicting_rows_are_told_by_the_loss_that_they_make_unavoidable():
    X, T = [[0.0], [0.0], [1.0], [1.0]], [[0.0], [1.0], [0.0], [1.0]]
    found = ns.diagnose(network([1, 3, 1]), X, T, optimizer=ns.SGD(1.0), epochs=500)

    assert found[0].name == "contradicting_rows"
    assert found[0].numbers["unavoidable_loss"] == 0.125  # half of .5 squared


def test_a_constant_column_in_place_of_a_bias_is_no_finding():
    X = np.c_[XOR[:, :1], np.ones(4)]
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="sigmoid", bias=False)
    net.connect("x", "o")

    names = {f.name for f in ns.diagnose(net, X, DIFFERS, optimizer=ns.SGD(1.0), epochs=500)}

    assert "constant_input" not in names


def test_what_is_found_can_be_written_as_json_and_read_as_a_sentence():
    (finding, *_) = ns.diagnose(sick("dead_units", 0))

    told = finding.to_dict()
    assert list(told) == ["name", "what", "where", "why", "numbers", "cure"]
    assert told["cure"]
    assert all("=" in assignment for assignment in told["cure"])
    assert str(finding).startswith("dead_units: h1_1")
    assert "--set" in str(finding)
    assert set(DISEASES) <= set(FINDINGS)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("net",), {}, "expected a Training, or a Network"),
        ((network([2, 2, 1]), [[1.0]], [[1.0]]), {"optimizer": ns.SGD(1.0)}, "X: "),
        ((network([2, 2, 1]), XOR, DIFFERS), {"lr": 1}, "learning_rate"),
    ],
)
def test_what_cannot_be_diagnosed_is_refused(arguments, options, words):
    with pytest.raises(ns.NeurosimError, match=words):
        ns.diagnose(*arguments, **options)


def test_rows_beside_a_training_are_refused():
    with pytest.raises(ns.NeurosimError, match="beside a training"):
        ns.diagnose(sick("twin_units", 0), XOR, DIFFERS)


def test_rows_of_no_weight_are_not_those_that_are_looked_at(monkeypatch):
    monkeypatch.setattr("neurosim.diagnosis.case._MOST_VALUES", 200)
    monkeypatch.setattr("neurosim.diagnosis.case.WORK", 20_000)
    rng = np.random.default_rng(0)
    X, net = rng.normal(size=(600, 2)), ns.Network(seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 4, activation="tanh")
    net.add_layer("o", 1)
    net.connect("x", "h")
    net.connect("h", "o")
    weights = np.zeros(600)
    weights[1::12] = 1.0
    training = ns.Training(
        net, X, X[:, :1] * X[:, 1:], optimizer=ns.SGD(1e-6), weights=weights, batch_size=10
    )
    training.advance(epochs=20)

    ns.diagnose(training)
