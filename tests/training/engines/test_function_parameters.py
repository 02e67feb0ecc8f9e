"""What is learned of an activation: the slope of prelu, of a layer or of each neuron."""

import copy
from collections import deque

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import FileError, NeurosimError, UnknownNameError
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import backward, forward
from neurosim.kernel.library import why_no_kernel
from neurosim.network.document import from_document, to_document
from neurosim.training import evaluate_loss
from tests.each import each

RANDOM = np.random.default_rng(4)
X, T = RANDOM.normal(size=(9, 3)), RANDOM.normal(size=(9, 1))


def network(*, is_shared=True):
    net = ns.Network(seed=1)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="prelu")
    net.add_layer("o", 1)
    net.connect("x", "h")
    net.connect("h", "o")
    if not is_shared:
        for neuron in net.layer("h").neurons:
            neuron.activation = {"prelu": {"slope": 0.1}}
    return net


def irregular():
    """A layer's slope, a neuron's own, one of a dead end, dropout, shared weights, aggregations."""
    net = ns.Network(seed=7)
    net.add_layer("x", 3)
    net.add_layer("h", 3, activation="prelu", aggregation="mean", dropout=0.3)
    net.add_neuron("s", activation="prelu(slope=-0.5)", aggregation="product")
    net.add_neuron("dead", activation="prelu")
    net.add_layer("o", 1, activation="prelu")
    for ends in (("x", "h"), ("h", "s"), ("h2", "dead"), ("h", "o"), ("s", "o"), ("x1", "o")):
        net.connect(*ends)
    net.share(("x1", "h1"), ("x2", "h2"))
    net["h2"].aggregation, net["s"].bias = "sum", 0.3
    return net


@pytest.mark.quick("{'engine': 'graph'}-T")
@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize("options", [{"engine": "graph"}, {"program": "auto"},
                                     {"program": "arrays"}], ids=str)  # fmt: skip
def test_fifty_updates_are_those_of_torch(is_shared, options):
    torch = pytest.importorskip("torch")
    net, count = network(is_shared=is_shared), 1 if is_shared else 4
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4),
        torch.nn.PReLU(count),
        torch.nn.Linear(4, 1),
    ).double()
    with torch.no_grad():
        for linear, (a, b) in ((model[0], ("x", "h")), (model[2], ("h", "o"))):
            sources, targets = net.layer(a).neurons, net.layer(b).neurons
            weights = [[net[s.name, t.name].weight for s in sources] for t in targets]
            linear.weight.copy_(torch.tensor(weights, dtype=torch.float64))
            linear.bias.zero_()
        model[1].weight.fill_(0.25 if is_shared else 0.1)
    rule = torch.optim.Adam(model.parameters(), lr=0.05)

    ns.train(net, X, T, loss="mean_squared_error", epochs=50, batch_size=9, shuffle=False,
             optimizer=ns.Adam(0.05), **options)  # fmt: skip
    for _ in range(50):
        rule.zero_grad()
        ((model(torch.tensor(X)) - torch.tensor(T)) ** 2).mean().backward()
        rule.step()

    slopes = [parameter.value for parameter in net.function_parameters]
    assert np.abs(np.array(slopes) - model[1].weight.detach().numpy()).max() < 1e-12
    assert np.abs(net.predict(X) - model(torch.tensor(X)).detach().numpy()).max() < 1e-12


def test_gradients_are_those_of_differences(engine):
    net, h = irregular(), 2.0**-17
    loss = {"loss": "half_squared_error"}
    found = ns.loss_and_gradients(net, X, T, engine=engine, **loss).vector
    theta = net.parameters()

    for i in range(len(theta)):
        ends = [theta + step * np.eye(len(theta))[i] for step in (h, -h)]
        losses = []
        for end in ends:
            net.load_parameters(end)
            losses.append(evaluate_loss(net, X, T, **loss))
        assert found[i] == pytest.approx((losses[0] - losses[1]) / (2.0 * h), abs=1e-7)


def test_gradients_are_told_by_name(engine):
    found = ns.loss_and_gradients(irregular(), X, T, engine=engine, loss="half_squared_error")

    names = ["h1", "h2", "h3", "s", "dead", "o1"]
    assert list(found.slopes) == [f"{name}.slope" for name in names]
    expected = [found.vector[i] for i in (-4, -4, -4, -3, -2, -1)]
    assert list(found.slopes.values()) == expected
    assert str(found).endswith("biases and 6 slopes")


@pytest.mark.skipif(why_no_kernel() is not None, reason="there is no kernel")
@pytest.mark.parametrize("batch_size", [1, 4, 9])
def test_the_kernel_has_the_bits_of_the_walk(batch_size):
    found = []
    for options in ({"engine": "graph"}, {"program": "kernel"}):
        net = irregular()
        ns.train(net, X, T, epochs=5, batch_size=batch_size, optimizer=ns.NAdam(0.05),
                 loss="half_squared_error", clip={"norm": 0.5}, **options)  # fmt: skip
        found.append((net.parameters().tobytes(), net.predict(X).tobytes()))

    assert found[0] == found[1]


def test_arrays_are_close_to_the_walk():
    found = []
    for options in ({"engine": "graph"}, {"program": "arrays"}):
        net = irregular()
        ns.train(net, X, T, epochs=20, batch_size=4, optimizer=ns.Adam(0.05),
                 loss="half_squared_error", penalty={"l2": 0.1}, **options)  # fmt: skip
        found.append(net.parameters())

    assert np.abs(found[0] - found[1]).max() < 1e-12


def test_names_say_whose_they_are():
    net = irregular()

    assert net.parameter_names()[-4:] == ("h.slope", "s.slope", "dead.slope", "o1.slope")
    assert net["h1"].function_parameters == net["h3"].function_parameters
    assert [str(p) for p in net.function_parameters] == [
        "h.slope: 0.25", "s.slope: -0.5", "dead.slope: 0.25", "o1.slope: 0.25",
    ]  # fmt: skip
    assert net["s"].activation == "prelu"


def test_a_penalty_leaves_them_alone(engine):
    net = network()
    net.freeze("h", "o")
    net.unfreeze("h.slope")
    zeros = np.zeros((1, 3))

    ns.train(net, zeros, [[0.0]], epochs=3, optimizer=ns.SGD(0.5), penalty={"l2": 0.5},
             loss="half_squared_error", engine=engine)  # fmt: skip

    assert net.function_parameters[0].value == 0.25


def test_one_that_is_frozen_stays(engine):
    net = network()
    assert [p.name for p in net.freeze("h.slope")] == ["h.slope"]

    ns.train(net, X, T, epochs=3, optimizer=ns.SGD(0.1), loss="half_squared_error", engine=engine)

    assert net.function_parameters[0].value == 0.25
    assert repr(net.function_parameters[0]) == "h.slope: 0.25, frozen"


def test_steps_show_its_gradient():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1, activation="prelu", bias=None)
    net.connect("x", "o", weight=-2.0)
    deque(forward(net, [3.0]), maxlen=0)

    *_, last = backward(net, [0.5], LOSSES["half_squared_error"])

    assert str(last) == "dL/dslope(o1) = (-6)*(-2) = 12"


def test_copies_files_and_parameters_keep_them(tmp_path):
    net = irregular()
    ns.train(net, X, T, epochs=3, optimizer=ns.SGD(0.1), loss="half_squared_error")
    net.freeze("s.slope")
    net.save(tmp_path / "n.json")
    net.save_parameters(tmp_path / "n.npz")

    for twin in (net.copy(), copy.deepcopy(net), ns.load(tmp_path / "n.json")):
        assert twin.parameter_names() == net.parameter_names()
        assert twin.parameters().tolist() == net.parameters().tolist()
        assert twin.trainable_mask().tolist() == net.trainable_mask().tolist()
        assert twin.structure_key() == net.structure_key()
        twin.reset()
        assert [p.value for p in twin.function_parameters] == [0.25, -0.5, 0.25, 0.25]
        twin.load_parameters(tmp_path / "n.npz")
        assert twin.parameters().tolist() == net.parameters().tolist()


@each(
    ("change", "words"),
    [
        (lambda f: f.pop(0), "none of 'h1'; expected its 'slope'"),
        (lambda f: f.append(f[0]), "has no 'slope' to learn, or has one"),
        (lambda f: f[0].update(option="alpha"), "has no 'alpha' to learn"),
        (lambda f: f[0].update(neurons=["x1"]), "'x1' has no 'slope' to learn"),
        (lambda f: f[0].update(value="much"), "functions"),
        (lambda f: f[0].pop("initial"), "expected the keys neurons, option, value"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change, words):
    document = to_document(irregular())
    change(document["functions"])

    with pytest.raises(FileError, match=words):
        from_document(document, "n.json", ns.Network)


def test_edits_keep_what_was_learned():
    net = network()
    net.function_parameters[0].value = 0.75
    before = net.predict(X)

    net.duplicate_neuron("h2", new="again")
    net.grow("h", 1)
    assert [p.name for p in net.function_parameters] == ["h.slope"]
    assert np.abs(net.predict(X) - before).max() < 1e-12
    net["h1"].activation = "prelu"
    assert net.parameter_names()[-2:] == ("h1.slope", "h2 = ... = h6 (5 neurons).slope")
    net.layer("h").activation = "tanh"
    assert net.function_parameters == ()
    assert len(net.parameters()) == len(net.places())


def test_the_same_activation_again_keeps_what_was_learned():
    net = network()
    slope = net.function_parameters[0]
    slope.value = 0.75

    net.layer("h").activation = "prelu"
    assert (net.function_parameters, slope.value) == ((slope,), 0.75)
    net["h1"].activation = "prelu"
    assert [(p.name, p.value, p.initial) for p in net.function_parameters] == [
        ("h1.slope", 0.75, 0.25), ("h2 = h3 = h4.slope", 0.75, 0.25),
    ]  # fmt: skip
    net["h1"].function_parameters[0].value = 0.5
    net.layer("h").activation = "prelu"
    assert [(p.name, p.value) for p in net.function_parameters] == [("h.slope", 0.5)]
    net.layer("h").activation = {"prelu": {"slope": 0.1}}
    assert [(p.name, p.value) for p in net.function_parameters] == [("h.slope", 0.1)]


def test_neurons_share_a_slope_the_first_ones():
    net = irregular()
    slopes = {name: net[name].function_parameters[0] for name in ("h1", "s", "dead")}

    assert net.share("s.slope", "h.slope") is slopes["s"]

    assert [(p.name, p.value) for p in net.function_parameters] == [
        ("s = h1 = h2 = h3.slope", -0.5), ("dead.slope", 0.25), ("o1.slope", 0.25),
    ]  # fmt: skip
    found = []
    for options in ({"engine": "graph"}, {"program": "arrays"}, {}):
        twin = net.copy()
        ns.train(twin, X, T, epochs=5, batch_size=4, optimizer=ns.Adam(0.05),
                 loss="half_squared_error", **options)  # fmt: skip
        found.append(twin.parameters())
    assert found[0][-3] != -0.5
    assert np.abs(found[0] - found[1]).max() < 1e-12
    assert np.abs(found[0] - found[2]).max() < 1e-12


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["s.slope"], "share: got s.slope; expected two connections, or two slopes"),
        (["s.slope", "s.bias"], "expected two connections, or two slopes, at least"),
        (["s.slope", "q.slope"], "share: unknown neuron or layer 'q'"),
    ],
)
def test_what_cannot_share_a_slope_is_refused(names, words):
    with pytest.raises(NeurosimError) as caught:
        irregular().share(*names)

    assert words in str(caught.value)


def test_a_layer_of_one_neuron_grows_with_its_slope():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("h", 1, activation="prelu"), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    net.function_parameters[0].value = 0.75

    net.grow("h", 2)

    assert [(p.name, p.value) for p in net.function_parameters] == [("h.slope", 0.75)]


def test_a_neuron_that_goes_takes_its_own_alone():
    net = irregular()

    net.remove_neuron("s"), net.remove_neuron("h3")

    assert [p.name for p in net.function_parameters] == ["h.slope", "dead.slope", "o1.slope"]


def test_what_is_not_learned_is_not_found():
    net = network()

    with pytest.raises(UnknownNameError, match=r"unknown parameter 'h\.alpha'"):
        net.freeze("h.alpha")
    with pytest.raises(UnknownNameError):
        net.freeze("q.slope")


def test_rates_and_penalties_may_name_them(engine):
    net = network()

    ns.train(net, X, T, epochs=2, optimizer=ns.SGD(0.1), rates={"h.slope": 0.0},
             loss="half_squared_error", engine=engine)  # fmt: skip

    assert net.function_parameters[0].value == 0.25
