"""Neurons that do not simply sum, and their responses: what every engine makes of them."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, UnknownNameError, WrongTypeError
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.interpreter import forward
from neurosim.training import evaluate_loss
from tests.each import each


def of(aggregation, response=1.0, **more):
    """Two inputs into one neuron: 2 x1 and -3 x2, bias 0.5."""
    made = ns.Network()
    made.add_layer("x", 2)
    made.add_layer("o", 1, aggregation=aggregation, response=response, bias=0.5, **more)
    made.connect("x", "o", weights=[[2.0], [-3.0]])
    return made


EXPECTED = {"sum": -1.0, "product": -6.0, "max": 2.0, "min": -3.0, "mean": -0.5}


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_a_net_input_is_bias_plus_response_times_aggregate(name):
    for response in (1.0, 4.0):
        net = of(name, response)

        expected = 0.5 + response * EXPECTED[name]
        assert net.forward([1.0, 1.0]) == [expected]
        assert net.predict([[1.0, 1.0]]) == [[expected]]


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_of_no_sources_a_product_is_one_and_the_others_nothing(name):
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1, aggregation=name, response=3.0, bias=0.5)

    expected = 3.5 if name == "product" else 0.5
    assert net.forward([1.0]) == [expected]
    assert net.predict([[1.0]]) == [[expected]]


def irregular(activation="tanh"):
    """Every aggregation, some with a response, in a layer, beside it, and as outputs."""
    made = ns.Network(seed=3)
    made.add_layer("x", 3)
    made.add_layer("h", 5, activation=activation, bias=0.3)
    made.add_neuron("g", aggregation="product", response=-0.5, bias=None)
    made.add_layer("o", 2, activation="softmax")
    for neuron, name in zip(made.layer("h").neurons, AGGREGATIONS, strict=True):
        neuron.aggregation = name
        neuron.response = 1.5
    made["o2"].aggregation = "mean"
    for ends in (("x", "h"), ("h", "g"), ("x2", "g"), ("h", "o"), ("g", "o"), ("x", "o")):
        made.connect(*ends)
    made.share(("x1", "h1"), ("x2", "h2"), ("h1", "o1"))
    return made


X = np.random.default_rng(1).normal(size=(9, 3))
T = np.eye(2)[[0, 1, 1, 0, 0, 1, 0, 1, 1]]


def test_gradients_are_those_of_differences(engine):
    net, h = irregular(), 2.0**-17
    found = ns.loss_and_gradients(net, X, T, loss="cross_entropy", engine=engine).vector
    theta = net.parameters()

    for i in range(len(theta)):
        losses = []
        for step in (h, -h):
            net.load_parameters(theta + step * np.eye(len(theta))[i])
            losses.append(evaluate_loss(net, X, T, loss="cross_entropy"))
        assert found[i] == pytest.approx((losses[0] - losses[1]) / (2.0 * h), abs=1e-8)


@pytest.mark.quick("compiled")
def test_a_gate_learns_what_torch_learns(engine):
    torch = pytest.importorskip("torch")
    net = ns.Network(seed=5)
    net.add_layer("x", 4)
    net.add_layer("h", 3, aggregation="product", activation="tanh", response=0.7)
    net.add_layer("m", 2, aggregation="max")
    net.add_layer("o", 1, aggregation="mean", activation="sigmoid")
    for ends in (("x", "h"), ("h", "m"), ("m", "o")):
        net.connect(*ends)
    rows, targets = np.random.default_rng(2).normal(size=(6, 4)), np.full((6, 1), 0.75)
    matrices = [
        torch.tensor(
            [[net[s.name, t.name].weight for s in a.neurons] for t in b.neurons],
            dtype=torch.float64, requires_grad=True,
        )
        for a, b in zip(net.layers, net.layers[1:], strict=False)
    ]  # fmt: skip
    biases = [torch.zeros(len(b), dtype=torch.float64, requires_grad=True) for b in net.layers[1:]]
    rule = torch.optim.SGD([*matrices, *biases], lr=0.2, momentum=0.9)

    ns.train(net, rows, targets, loss="mean_squared_error", epochs=50, batch_size=6,
             optimizer=ns.SGD(0.2, momentum=0.9), shuffle=False, engine=engine)  # fmt: skip
    for _ in range(50):
        a = torch.tensor(rows)
        h = torch.tanh(biases[0] + 0.7 * (matrices[0] * a[:, None]).prod(2))
        m = biases[1] + (matrices[1] * h[:, None]).max(2).values
        o = torch.sigmoid(biases[2] + (matrices[2] * m[:, None]).mean(2))
        rule.zero_grad()
        ((o - torch.tensor(targets)) ** 2).mean().backward()
        rule.step()

    expected = [
        torch.cat([w, b[:, None]], 1).detach().numpy()
        for w, b in zip(matrices, biases, strict=True)
    ]
    assert np.abs(net.parameters() - np.concatenate([e.ravel() for e in expected])).max() < 1e-12


def test_steps_show_the_arithmetic():
    net = of("max", 2.0)
    steps = [str(step) for step in forward(net, [1.0, 1.0])]

    assert "o1: net = 0.5 + 2*max(2*1, -3*1) = 4.5" in steps


def test_edits_copies_and_files_keep_them(tmp_path):
    net = irregular()
    net.save(tmp_path / "n.json")

    for twin in (net.copy(), ns.load(tmp_path / "n.json")):
        assert twin.structure_key() == net.structure_key()
        assert twin.predict(X).tolist() == net.predict(X).tolist()
        assert twin.layer("h").aggregation == "sum, product, max, min, mean"
        twin.layer("h").aggregation = "mean"
        assert twin.structure_key() != net.structure_key()
        assert twin["h1"].aggregation == "mean"


def test_a_plain_one_takes_no_place_in_files(tmp_path):
    net = of("sum")
    net.save(tmp_path / "n.json")

    assert "aggregations" not in (tmp_path / "n.json").read_text()
    assert "responses" not in (tmp_path / "n.json").read_text()


def test_one_more_term_is_refused_where_it_changes_the_aggregate():
    net = irregular()

    with pytest.raises(GraphError, match="leads into 'g', whose aggregation is 'product'"):
        net.duplicate_neuron("h2", new="again")
    with pytest.raises(GraphError, match="leads into 'g', whose aggregation is 'product'"):
        net.grow("h", 1, activation="tanh")


@each(
    ("change", "error", "words"),
    [
        (lambda n: n.add_neuron("a", aggregation="prodct"), UnknownNameError, "mean 'product'"),
        (lambda n: n.add_neuron("a", aggregation=max), WrongTypeError, "such as 'max'"),
        (lambda n: n.add_neuron("a", response="much"), WrongTypeError, "neuron 'a' response"),
        (lambda n: setattr(n["x1"], "aggregation", "max"), GraphError, "inputs have none"),
        (lambda n: setattr(n["x1"], "response", 2.0), GraphError, "inputs have none"),
        (lambda n: setattr(n["o1"], "aggregation", "sun"), UnknownNameError, "mean 'sum'"),
    ],
)
def test_what_is_no_aggregation_is_refused(change, error, words):
    net = of("sum")
    before = net.structure_key()

    with pytest.raises(error, match=words):
        change(net)

    assert net.structure_key() == before


def test_an_input_layer_has_none():
    with pytest.raises(GraphError, match="expected neither aggregation nor response"):
        ns.Network().add_layer("x", 2, aggregation="max")
