"""Several seeds: each is a training of its own, and what differs is said."""

import json

import numpy as np
import pytest

import neurosim as ns
from neurosim.cli.main import run_command
from neurosim.errors import InvalidValueError, ScenarioError, WrongTypeError
from neurosim.scenario import run_scenario
from neurosim.training.validation.seeds import require_seeds

TEXT = """\
neurosim: 1
title: seeds
seed: 4
network:
  layers:
    - {name: x, neurons: 2}
    - {name: o, neurons: 1, activation: sigmoid}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [0, 2], [2, 1], [1, 2]]
  targets: [0, 1, 0, 1, 0, 1, 0, 1]
  split: {test: 0.25}
  scale: standard
training:
  loss: binary_cross_entropy
  optimizer: {name: sgd, learning_rate: 0.5}
  epochs: 5
  batch_size: 2
  shuffle: true
  metrics: [accuracy]
  seeds: 3..5
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "seeds.yaml"
    made.write_text(TEXT, encoding="utf-8")
    return made


def test_a_seed_of_a_scenario_draws_weights_rows_and_order(path, engine):
    found = run_scenario(path, engine=engine).seeds

    assert found.seeds == (3, 4, 5)
    for number, seed in enumerate(found.seeds):
        alone = run_scenario(path, engine=engine, seed=seed, overrides={"training.seeds": None})
        assert found.measures["train"]["loss"][number] == alone.loss.last
        assert alone.seeds is None
    assert len({*found.measures["train"]["loss"]}) == 3
    assert set(found.measures) == {"train", "test"}


@pytest.mark.slow
def test_seeds_are_in_the_report_and_the_document(path, capsys):
    run_command(["run", str(path)])
    text = capsys.readouterr().out
    run_command(["run", str(path), "--json"])
    document = json.loads(capsys.readouterr().out)["seeds"]

    assert "3 seeds, training rows: loss " in text
    assert "3 seeds, test rows: loss " in text
    assert document["seeds"] == [3, 4, 5]
    assert document["test"]["accuracy"]["mean"] == np.mean(document["test"]["accuracy"]["each"])


def test_train_takes_the_networks_numbers_and_shuffles_by_each_seed(net, engine):
    random = np.random.default_rng(1)
    X, T = random.normal(size=(20, 3)), random.random((20, 2))
    options = {"optimizer": ns.SGD(0.3), "epochs": 4, "batch_size": 3, "shuffle": True}
    twins = [net.copy() for _ in range(2)]
    kept = net.copy()

    history = ns.train(net, X, T, seeds=[7, 8], engine=engine, **options)

    ns.train(kept, X, T, engine=engine, **options)
    for twin, seed in zip(twins, (7, 8), strict=True):
        ns.train(twin, X, T, seed=seed, engine=engine, **options)
    losses = [ns.loss_and_gradients(twin, X, T).loss for twin in twins]
    np.testing.assert_allclose(history.seeds.measures["train"]["loss"], losses, rtol=1e-14)
    assert net.parameters().tolist() == kept.parameters().tolist()
    assert str(history.seeds).startswith("2 seeds: loss ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0-9", "seeds: got '0-9'; expected first..last, as 0..9, or a list of seeds"),
        ("9..0", "seeds: got 0 of them; expected 1 to 10000"),
        ([1, 1], "seeds: one is there twice"),
        ([-1], r"seeds\[0\]: out of range"),
        (3, "seeds: got 3; expected first..last"),
    ],
)
def test_wrong_seeds_are_refused(given, message):
    with pytest.raises((InvalidValueError, WrongTypeError), match=message):
        require_seeds(given)


def test_wrong_seeds_of_a_scenario_are_refused_at_their_place(path):
    path.write_text(TEXT.replace("3..5", "3-5"), encoding="utf-8")

    with pytest.raises(ScenarioError, match=r":20:10: .*seeds: got '3-5'; expected first..last"):
        run_scenario(path)


def test_seeds_are_refused_where_they_would_be_ignored(net):
    with pytest.raises(WrongTypeError, match="seeds: no option of epochs"):
        ns.epochs(net, np.ones((2, 3)), np.ones((2, 2)), optimizer=ns.SGD(1), epochs=1, seeds=[1])


@pytest.mark.parametrize("call", [ns.cross_validate, ns.learning_curve])
def test_seeds_have_no_place_where_rows_are_held_out(call):
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("y", 1)
    net.connect("x", "y")
    X = np.arange(8.0)[:, None]
    with pytest.raises(ns.NeurosimError, match="seeds: no option of"):
        call(net, X, X, folds=2, seeds=[1, 2], optimizer=ns.SGD(0.01), epochs=1)


@pytest.mark.parametrize("options", [{"seeds": [1, 2]}, {"validate": {"folds": 2}}])
def test_a_state_is_refused_beside_trainings_from_the_start(options):
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("y", 1)
    net.connect("x", "y")
    X, given = np.arange(8.0)[:, None], {"optimizer": ns.SGD(0.01), "epochs": 1}
    state = ns.train(net, X, X, **given).state
    with pytest.raises(ns.NeurosimError, match="state: got one beside"):
        ns.train(net, X, X, state=state, **given, **options)
