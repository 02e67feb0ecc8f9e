"""A network, rows and options become a scenario that runs to the same bits."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import FileError, GraphError, InvalidValueError
from neurosim.functions.penalties import require_penalty
from neurosim.functions.update_options import Clip, NamedRates, WeightDecay
from neurosim.network.document import to_document
from neurosim.scenario import load_scenario, run_scenario
from neurosim.training.metrics import METRICS
from neurosim.training.options import option_fields
from neurosim.training.validation.folds import Folds

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(12, 2))
T = RANDOM.normal(size=(12, 1))
SGD = {"optimizer": ns.SGD(0.1), "epochs": 7}


def layered():
    net = ns.Network("layered: 1 # of them", seed=3)
    net.add_layer("x", 2)
    net.add_layer("h", ["no", "null", "1e3"], activation="tanh", bias=[0.1, -0.0, 1e-300])
    net.add_layer("o", 1, activation="sigmoid", bias=None)
    net.connect("x", "h")
    net.connect("h", "o", trainable=False)
    return net


def irregular():
    net = ns.Network("irregular", seed=8)
    net.add_input("a")
    net.add_layer("x", 1)
    net.add_neuron("s", activation="relu", bias=0.25, bias_trainable=False)
    net.add_layer("h", 2, activation="tanh", bias=[None, 0.5])
    net.add_neuron("y", bias=False)
    net["h2"].bias_trainable = False
    net.connect_many([("x1", "s"), ("h1", "y"), ("a", "h1"), ("s", "h2"), ("a", "y"), ("h2", "y")])
    net["a", "y"].trainable = False
    net.outputs = ["y"]
    net["y"].aggregation, net["h1"].response = "max", -0.5
    net["s"].aggregation = "product"
    return net


def learned():
    """Slopes of prelu: of a layer, of each neuron of one, of a neuron of none."""
    net = ns.Network("learned", seed=6)
    net.add_layer("x", 2), net.add_layer("h", 2, activation={"prelu": {"slope": 0.125}})
    net.add_layer("g", 2)
    net.add_neuron("s", activation="prelu(slope=-0.5)")
    net.add_layer("o", 1)
    for neuron in net.layer("g").neurons:
        neuron.activation = "prelu"
    for ends in (("x", "h"), ("h", "g"), ("h", "s"), ("g", "o"), ("s", "o")):
        net.connect(*ends)
    return net


def partly_shared():
    """Slopes of some of a layer, of neurons in two layers, and frozen ones."""
    net = ns.Network("partly", seed=7)
    net.add_layer("x", 2), net.add_layer("h", 4, activation="prelu")
    net.add_layer("g", 3, activation="prelu"), net.add_layer("o", 1)
    for ends in (("x", "h"), ("h", "g"), ("g", "o")):
        net.connect(*ends)
    for name in ("h2", "g1", "g3"):
        net[name].activation = "prelu(slope=0.5)"
    net.share("g3.slope", "h2.slope")
    net.freeze("h1.slope", "g1.slope")
    return net


def shared():
    net = layered()
    net.share(("x1", "no"), ("x2", "null"), ("x1", "1e3"))
    net.share(("no", "o1"), ("null", "o1"))
    return net


def legacy():
    net = ns.Network("legacy", seed=1, generator="legacy")
    net.add_layer("x", ["y", "true"]), net.add_layer("h", 4, activation="gelu")
    net.add_layer("o", 1)
    net.connect("h", "o"), net.connect("x", "h"), net.connect("x1" if "x1" in net else "y", "o")
    net.remove_neuron("h2")
    return net


def scaled():
    net = layered()
    net.set_scaling("x2", ns.Scaling(0.1, 3.7))
    net.set_scaling("o1", ns.Scaling(-2, 9))
    net["x1"].label, net["no"].label = "length: (cm)", "1e3"
    return net


def mixed():
    net = layered()
    net["null"].activation, net["1e3"].name, net["no"].layer = "relu", "True", None
    net["True"].activation = {"hardtanh": {"low": -0.5, "high": 2}}
    return net


NETWORKS = [mixed, layered, irregular, learned, partly_shared, shared, legacy, scaled]


def bits(values):
    return np.asarray(values, float).tobytes()


@pytest.mark.quick("compiled")
@pytest.mark.parametrize("make", NETWORKS)
def test_a_run_of_the_file_gets_the_bits_of_train(make, tmp_path, engine):
    net = make()
    options = SGD | {"optimizer": ns.Adam(0.01), "batch_size": 5, "shuffle": True, "engine": engine}
    path = ns.to_scenario(net, X, T, tmp_path / "s.yaml", **options)
    result = run_scenario(path)
    history = ns.train(net, X, T, **options)
    assert bits(result.network.parameters()) == bits(net.parameters())
    assert bits([loss for part in result.stretches for loss in part.loss]) == bits(history.loss)
    assert bits(result.network.predict(X)) == bits(net.predict(X))
    assert bits([result.network.forward(x) for x in X]) == bits([net.forward(x) for x in X])


@pytest.mark.parametrize("make", NETWORKS)
def test_the_network_of_the_file_is_the_network(make, tmp_path):
    net = make()
    built = load_scenario(ns.to_scenario(net, None, None, tmp_path / "s.yaml")).network
    for one in (net, built):
        assert [c.name for c in one.connections] == [c.name for c in net.connections]
    expected, found = to_document(net), to_document(built)
    for record in (*expected["neurons"], *found["neurons"]):
        if record["bias"] is None:
            record["trainable"] = True
    assert repr(found) == repr(expected)


EVERY_OPTION = {
    "loss": "binary_cross_entropy",
    "reduction": "sum",
    "optimizer": ns.Adam(0.02, beta1=0.85),
    "epochs": 5,
    "batch_size": 4,
    "shuffle": True,
    "penalty": require_penalty({"l1": 0.25, "l2": 0.125, "max_norm": 2.0, "on": ["h", "no.bias"]}),
    "clip": Clip(norm=0.5, per="layer"),
    "weight_decay": WeightDecay(0.01, on=("no->o1",)),
    "rates": NamedRates((("no", 0.1), ("1e3.bias", 0.05))),
    "schedule": ns.Cosine(40, warm_up=2),
    "early_stopping": ns.EarlyStopping(4, "accuracy", 0.01),
    "until": {"loss": 0.001},
    "time_limit": 100.0,
    "norms": True,
    "precision": "single",
    "program": "arrays",
    "metrics": ["accuracy", "f1"],
    "task": "yes_no",
    "validate": Folds(folds=2, repeats=2, stratified=False),
    "seeds": (3, 8),
    "engine": "compiled",
    "class_weight": (("0", 2.0), ("1", 0.3)),
    "label_smoothing": 0.1,
    "input_noise": 0.01,
    "weights": np.arange(12) / 7,
    "seed": 77,
    "validation": (X[:5] + 0.5, [[0], [1], [1], [0], [1]]),
}


@pytest.mark.slow
def test_every_option_is_written(tmp_path):
    assert set(EVERY_OPTION) == set(option_fields()) - {
        "state", "learning_rate", "progress", "heads", "missing_targets",
    }  # fmt: skip
    net, targets = layered(), (T > 0).astype(float)
    path = ns.to_scenario(net, X, targets, tmp_path / "s.yaml", **EVERY_OPTION)
    result = run_scenario(path)
    history = ns.train(net, X, targets, **EVERY_OPTION)
    assert bits(result.network.parameters()) == bits(net.parameters())
    for name in ("loss", "validation_loss"):
        found = [value for part in result.stretches for value in getattr(part, name)]
        assert bits(found) == bits(getattr(history, name))
    for name in ("accuracy", "f1"):
        found = [value for part in result.stretches for value in part.metrics[name]]
        assert bits(found) == bits(history.metrics[name])
    training = load_scenario(path).training
    assert bits(training.weights) == bits(EVERY_OPTION["weights"])
    assert training.class_weight == ((0, 2.0), (1, 0.3))
    for name in EVERY_OPTION.keys() - {"metrics", "validation", "weights", "class_weight"}:
        assert getattr(training, name) == EVERY_OPTION[name]


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("penalty", {"l2": 0.5}),
        ("penalty", {"l1": 0.5}),
        ("penalty", {"l2": 0.5, "on": "weights"}),
        ("penalty", {"max_norm": 3}),
        ("penalty", [{"l2": 0.5}, {"l1": 0.25, "max_norm": 2.0, "on": ["h", "no.bias"]}]),
        ("clip", {"value": 0.5}),
        ("weight_decay", 0.25),
        ("weight_decay", {"strength": 0.25, "on": "biases"}),
        ("rates", {"null": 1, "h.bias": 0.5}),
    ],
)
def test_an_option_of_an_update_comes_back_as_it_was_given(tmp_path, option, given):
    options = ns.Options(optimizer=ns.SGD(0.1), epochs=1, **{option: given})
    path = ns.to_scenario(layered(), X, T, path=tmp_path / "s.yaml", options=options)

    assert getattr(load_scenario(path).training, option) == getattr(options, option)


def test_a_record_of_options_and_changes_are_written(tmp_path):
    options = ns.Options(optimizer=ns.RMSprop(0.3), epochs=3, reduction="sum")
    path = ns.to_scenario(layered(), X, T, path=tmp_path / "s.yaml", options=options, epochs=4)
    training = load_scenario(path).training
    assert (training.epochs, training.reduction) == (4, "sum")
    assert training.optimizer == ns.RMSprop(0.3)


def test_an_optimizer_by_name_is_written_with_its_rate(tmp_path):
    path = ns.to_scenario(
        layered(), X, T, tmp_path / "s.yaml", optimizer="adam", learning_rate=0.5, epochs=2
    )
    assert load_scenario(path).training.optimizer == ns.Adam(0.5)


def test_classes_by_index_and_their_names_are_kept(tmp_path):
    net = ns.Network("classes")
    net.add_layer("x", 2), net.add_layer("o", 3, activation="softmax"), net.connect("x", "o")
    net.set_classes(["cat", "no", "7"])
    classes = np.arange(12) % 3
    options = {"loss": "cross_entropy", **SGD}
    path = ns.to_scenario(net, X, classes, tmp_path / "s.yaml", **options)
    result = run_scenario(path)
    ns.train(net, X, classes, **options)
    assert result.network.classes.names == ("cat", "no", "7")
    assert [n.label for n in result.network.outputs] == ["cat", "no", "7"]
    assert bits(result.network.parameters()) == bits(net.parameters())


def test_two_classes_keep_their_threshold(tmp_path):
    net = ns.Network("signs")
    net.add_layer("x", 2), net.add_layer("o", 1, activation="tanh"), net.connect("x", "o")
    net.set_classes(["down", "up"], threshold=0)
    built = load_scenario(ns.to_scenario(net, None, None, tmp_path / "s.yaml")).network
    assert (built.classes.names, built.classes.threshold) == (("down", "up"), 0.0)


@pytest.mark.parametrize("count", [333, 334])
def test_many_rows_are_put_beside_the_file(tmp_path, count, engine):
    rows, targets = RANDOM.normal(size=(count, 2)), RANDOM.normal(size=(count, 1))
    rows[3] = 5e-324, -0.0
    rows[4] = 1e300, 2.0
    options = {**SGD, "validation": (rows[:77], targets[:77]), "batch_size": 32, "engine": engine}
    net = scaled()
    net["1e3"].label = None
    path = ns.to_scenario(net, rows[77:], targets[77:], tmp_path / "s.yaml", **options)
    assert (tmp_path / "s.csv").exists() is (count > 333)
    scenario = load_scenario(path)
    assert bits(scenario.data.train.X) == bits(rows[77:])
    assert bits(scenario.data.validation.T) == bits(targets[:77])
    assert scenario.network["x1"].label == "length: (cm)"


def test_names_of_digits_head_the_rows_beside_the_file(tmp_path):
    net = ns.Network("digits")
    net.add_layer("x", ["1", "2"]), net.add_layer("o", ["3"]), net.connect("x", "o")
    rows, targets = RANDOM.normal(size=(500, 2)), RANDOM.normal(size=(500, 1))
    result = run_scenario(ns.to_scenario(net, rows, targets, tmp_path / "s.yaml", **SGD))
    ns.train(net, rows, targets, **SGD)
    assert bits(result.network.parameters()) == bits(net.parameters())


def test_the_text_is_as_short_as_people_write_it(tmp_path):
    net = ns.Network("xor", seed=1)
    net.add_layer("x", 2), net.add_layer("h", 2, activation="tanh", bias=0.5), net.add_layer("o", 1)
    net.connect("x", "h", weights=[[1, 2], [3, 4.5]]), net.connect("h", "o", weight=1)
    rows = [[0, 0], [0, 1]]
    path = ns.to_scenario(net, rows, [[0], [1]], tmp_path / "s.yaml", optimizer="adam", epochs=3)
    expected = """\
neurosim: 1
title: xor
seed: 1
network:
  layers:
  - {name: x, neurons: 2}
  - {name: h, neurons: 2, activation: tanh, bias: 0.5}
  - {name: o, neurons: 1, activation: identity, bias: 0}
  connections:
  - from: x
    to: h
    weights: [[1, 2], [3, 4.5]]
  - from: h
    to: o
    weights: [[1], [1]]
data:
  inputs: [[0, 0], [0, 1]]
  targets: [[0], [1]]
training:
  loss: half_squared_error
  optimizer: {name: adam, learning_rate: 0.001}
  epochs: 3
"""
    assert path.read_text() == expected


def test_what_a_file_does_not_know_is_refused(tmp_path):
    def refused(net, error, match, **options):
        path = tmp_path / "refused.yaml"
        with pytest.raises(error, match=match):
            ns.to_scenario(net, X, T, path, **SGD | options)
        assert not path.exists()

    own = ns.Network("own")
    own.add_layer("x", 2), own.connect("x", own.add_layer("o", 1, activation="wave_for_writing"))
    refused(own, InvalidValueError, r"layer 'o': activation 'wave_for_writing' is this program's")
    state = ns.train(layered(), X, T, **SGD).state
    refused(layered(), InvalidValueError, "state: .* expected None", state=state)
    refused(layered(), InvalidValueError, "metrics: metric 'first_row'", metrics=[first_row])
    refused(ns.Network("empty"), GraphError, "no outputs")
    asleep = layered()
    asleep.disable("x1", "no")
    refused(asleep, InvalidValueError, "no word for disabled connections, got 'x1->no'")
    headless = layered()
    headless.add_input("a"), headless.add_input("b"), headless.connect("a", "o1")
    headless.remove_neuron("x1"), headless.remove_neuron("x2")
    refused(headless, GraphError, "no scenario can say it, got layer 'h'", validation=None)
    with pytest.raises(InvalidValueError, match=r"expected one that ends in \.yaml"):
        ns.to_scenario(layered(), X, T, tmp_path / "s.csv", **SGD)
    with pytest.raises(FileError, match="cannot be written"):
        ns.to_scenario(layered(), X, T, tmp_path / "none" / "s.yaml", **SGD)


def first_row(outputs, targets):
    return float(outputs[0, 0] - targets[0, 0])


@pytest.fixture(autouse=True)
def _own_functions():
    wave = ns.Activation("wave_for_writing", lambda z: z * z, lambda z, _: 2 * z)
    ns.register_activation(wave)
    yield
    ns.unregister_activation("wave_for_writing")
    if "first_row" in METRICS:
        ns.unregister_metric("first_row")


def test_both_names_of_mae_are_expected_and_written(tmp_path):
    path = ns.to_scenario(
        layered(), X, T, tmp_path / "s.yaml", **SGD, metrics=["mae", "mean_absolute_difference"]
    )
    expect = "expect: [{mae: {above: 0}}, {mean_absolute_difference: {above: 0}}]\n"
    path.write_text(path.read_text() + expect)

    one, other = run_scenario(path).expectations

    assert one.passed
    assert one.actual == other.actual
