"""Single precision: asked for anywhere a training is; float32 inside, and wider bounds."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import DivergedError
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task

RNG = np.random.default_rng(1)
X = RNG.normal(size=(12, 3))
T = 1.0 / (1.0 + np.exp(-X[:, :1]))

SCENARIO = """\
neurosim: 1
title: Single
seed: 1
network:
  layers:
    - {name: x, neurons: 2}
    - {name: o, neurons: 1, activation: sigmoid}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [1]]
training: {optimizer: {name: sgd, learning_rate: 1}, epochs: 50, precision: single}
"""


def options(**more):
    return {"optimizer": ns.SGD(0.5), "epochs": 10, "batch_size": 4} | more


def is_float32(values):
    return np.asarray(values).astype(np.float32).tolist() == np.asarray(values).tolist()


def test_what_was_learned_is_of_float32_and_close(layered, assert_close):
    twin = layered.copy()
    layered.load_parameters(layered.parameters() / 8.0)
    twin.load_parameters(twin.parameters() / 8.0)

    single = ns.train(layered, X, T, **options(precision="single"))
    double = ns.train(twin, X, T, **options())

    assert_close(layered.parameters(), twin.parameters(), 1e-5)
    assert_close(single.loss, double.loss, 1e-5)
    assert is_float32(layered.parameters())
    assert not is_float32(twin.parameters())


@pytest.mark.usefixtures("kernel")
def test_single_precision_runs_a_program_of_arrays_however_tiny(layered):
    kinds = {
        precision: CompiledEngine(make_task(layered, X[:1], T[:1], precision=precision)).kind
        for precision in ("double", "single")
    }

    assert kinds == {"double": "kernel", "single": "array"}


def test_a_training_in_single_precision_can_be_gone_on_with(layered):
    twin = layered.copy()
    usual = options(precision="single", optimizer=ns.Adam(0.01), shuffle=True)

    first = ns.train(layered, X, T, **(usual | {"epochs": 4}))
    second = ns.train(layered, X, T, **(usual | {"epochs": 6}), state=first.state)
    at_once = ns.train(twin, X, T, **usual)

    assert first.loss + second.loss == at_once.loss
    assert second.state == at_once.state


def test_epochs_one_by_one_have_the_bits_of_all_at_once(layered):
    twin = layered.copy()

    seen = [epoch.loss for epoch in ns.epochs(layered, X, T, **options(precision="single"))]

    assert seen == list(ns.train(twin, X, T, **options(precision="single")).loss)
    assert layered.parameters().tobytes() == twin.parameters().tobytes()


def test_agree_has_wider_bounds_for_single_precision(layered):
    layered.load_parameters(layered.parameters() / 8.0)

    single = ns.agree(layered, X, T, updates=5, precision="single")
    double = ns.agree(layered, X, T, updates=5)

    assert [d.tolerance for d in single.differences] == [1e-4, 1e-4, 1e-4, 1e-3]
    assert [d.tolerance for d in double.differences] == [1e-12, 1e-12, 1e-12, 1e-10]
    assert single.passed
    assert double.passed
    assert single.gradients.error > 1e-9  # it was float32 that computed


def test_a_scenario_asks_for_it(tmp_path):
    path = tmp_path / "single.yaml"
    path.write_text(SCENARIO, encoding="utf-8")

    result = ns.run_scenario(path)

    assert is_float32(result.network.parameters())
    path.write_text(SCENARIO.replace(", precision: single", ""), encoding="utf-8")
    assert not is_float32(ns.run_scenario(path).network.parameters())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("precision: single", "precision: singel", "did you mean 'single'"),
        ("seed: 1\n", "seed: 1\nengine: graph\n",
         "the graph engine computes in double precision, got 'single'; expected double, or"
         " engine: compiled"),
    ],
    ids=["misspelt", "graph"],
)  # fmt: skip
def test_a_scenario_that_cannot_have_it_says_so(tmp_path, old, new, words):
    path = tmp_path / "single.yaml"
    path.write_text(SCENARIO.replace(old, new), encoding="utf-8")

    with pytest.raises(ns.NeurosimError) as caught:
        ns.load_scenario(path)

    assert words in str(caught.value)


def test_the_graph_engine_refuses_it_and_changes_nothing(layered):
    before = layered.parameters().tobytes()

    with pytest.raises(ns.NeurosimError) as caught:
        ns.train(layered, X, T, **options(precision="single", engine="graph"))

    assert str(caught.value) == (
        "engine 'graph': it computes in double precision, got 'single'; expected 'double', or the"
        " engine 'compiled'"
    )
    assert layered.parameters().tobytes() == before


@pytest.mark.parametrize("scale", [1e6, 1e300], ids=["soon", "beyond float32"])
def test_a_divergence_is_told_as_one(scale):
    net = ns.Network("line")
    net.add_layer("x", 3)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0.1)

    with pytest.raises(DivergedError, match=r"epoch \d+, batch \d+: not finite"):
        ns.train(net, X * scale, T, **options(precision="single", optimizer=ns.SGD(1e6)))

    assert np.isfinite(net.parameters()).all()


@pytest.mark.parametrize("precision", ["singel", "float32", 32, None, ["single"]])
def test_agree_refuses_another_precision(layered, precision):
    with pytest.raises(ns.NeurosimError, match=r"unknown precision .*known: double, single"):
        ns.agree(layered, X, T, precision=precision)


def test_what_is_frozen_keeps_its_value_in_single_precision():
    net = ns.Network("n")
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0.1, trainable=False)  # no float32 is 0.1

    ns.train(net, [[1.0]], [[0.0]], optimizer=ns.SGD(0.1), epochs=1, precision="single")

    assert net["x1", "o1"].weight == 0.1
    assert net["o1"].bias != 0.0
