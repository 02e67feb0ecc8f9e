"""All ways from a neuron to another: their products, their sum, and how many there are."""

import numpy as np
import pytest

from neurosim.debugger.ask.paths import Factor
from neurosim.drawing.diagram.path_text import describe_paths
from neurosim.errors import GraphError, InvalidValueError, UnknownNameError
from neurosim.network import Network


@pytest.fixture
def diamond():
    """x to o by a (2 * 3), by b (-1 * 4), and directly (0.5); and s, which leads nowhere."""
    net = Network()
    net.add_input("x")
    for name, activation in (("a", "identity"), ("b", "relu"), ("o", "identity"), ("s", "step")):
        net.add_neuron(name, activation=activation, bias=5.0)
    pairs = [("x", "a"), ("x", "b"), ("a", "o"), ("b", "o"), ("x", "o"), ("x", "s")]
    net.connect_many(pairs, [2.0, -1.0, 3.0, 4.0, 0.5, 1.0])
    return net


def doublings(n):
    """n pairs of neurons, each connected to both of the next with 0.5 and 0.25."""
    net = Network()
    net.add_layer("l0_", 1)
    for i in range(1, n + 1):
        net.add_layer(f"l{i}_", 2)
        net.connect(f"l{i - 1}_", f"l{i}_", weights=[[0.5, 0.25]] * (1 if i == 1 else 2))
    return net


def slope_between(net, source, target, sample):
    """da(target)/da(source) of an input, by central differences."""
    at = [neuron.name for neuron in net.inputs].index(source)
    step, values = np.zeros(len(sample)), []
    step[at] = 1e-5
    for sign in (1.0, -1.0):
        twin = net.copy()
        twin.forward(np.array(sample) + sign * step)
        values.append(twin[target].output)
    return (values[0] - values[1]) / 2e-5


def test_each_path_has_its_product_the_largest_first(diamond):
    found = describe_paths(diamond, "x", "o", sample=[1])

    assert [path.share for path in found.paths.largest] == [6.0, -4.0, 0.5]
    assert found.neurons == (("x", "a", "o"), ("x", "b", "o"), ("x", "o"))
    assert found.paths.largest[1].factors == (
        Factor("w(x->b)", -1.0), Factor("relu'(b)", 1.0),
        Factor("w(b->o)", 4.0), Factor("identity'(o)", 1.0),
    )  # fmt: skip
    assert (found.paths.count, found.paths.total, found.paths.rest) == (
        3,
        2.5,
        0.0,
    )


def test_it_is_told_in_lines(diamond):
    assert (
        str(describe_paths(diamond, "x", "o", sample=[1], most=2))
        == """\
do/dx = 2.5, the sum over 3 paths from x to o
  w(x->a) * identity'(a) * w(a->o) * identity'(o) = 2*1*3*1 = 6
  w(x->b) * relu'(b) * w(b->o) * identity'(o) = -1*1*4*1 = -4
  1 more path = 0.5"""
    )


def test_the_connections_of_the_paths_are_told_for_a_picture(diamond):
    found = describe_paths(diamond, "x", "o", sample=[1], most=1)

    assert found.connections == {("x", "a"), ("a", "o")}


def test_the_network_is_not_changed_and_its_last_pass_is_used_where_no_sample_is_given(diamond):
    describe_paths(diamond, "x", "o", sample=[1])
    with pytest.raises(GraphError, match="neuron 'o': no value to take a slope at; expected a"):
        describe_paths(diamond, "x", "o")

    diamond.outputs = ["o"]
    diamond.forward([9])  # b: 5 - 9 < 0

    assert describe_paths(diamond, diamond["x"], diamond["o"]).paths.total == 6.5


def test_before_a_forward_pass_terms_that_are_multiplied_have_no_slope(diamond):
    diamond["o"].aggregation = "product"

    with pytest.raises(GraphError, match="no forward pass has been made"):
        describe_paths(diamond, "x", "o")


def test_the_sum_is_the_slope_on_random_networks(random_network):
    n_told = 0
    for seed in range(30):
        net = random_network(seed)
        net.add_layer("p", 3, activation="softmax")
        net.connect_many([(n, f"p{i}") for n in net.neurons[:4] for i in (1, 2)])
        sample = np.linspace(-1.0, 1.0, len(net.inputs))
        for source in ("x1", net.inputs[-1].name):
            found = describe_paths(net, source, "p1", sample=sample)
            slope = slope_between(net, source, "p1", sample)
            assert found.paths.total == pytest.approx(slope, rel=1e-6, abs=1e-8)
            n_told += found.paths.count > 1
    assert n_told > 10


def test_in_a_softmax_layer_a_path_leads_to_the_output_of_another_neuron():
    net = Network()
    net.add_layer("x", 1), net.add_layer("p", 2, activation="softmax")
    net.connect("x", "p", weights=[[1, 0]])

    found = describe_paths(net, "x1", "p2", sample=[0])

    assert found.neurons == (("x1", "p1", "p2"), ("x1", "p2"))
    assert [path.share for path in found.paths.largest] == [-0.25, 0.0]
    assert found.connections == {("x1", "p1"), ("x1", "p2")}


def test_exponentially_many_paths_are_counted_and_summed():
    found = describe_paths(doublings(60), "l0_1", "l60_1", sample=[1], most=3)

    assert found.paths.count == 2**59
    assert found.paths.total == pytest.approx(0.75**59 * 0.5, rel=1e-12)
    assert [path.share for path in found.paths.largest] == [0.5**60, 0.5**60 / 2, 0.5**60 / 2]
    assert found.paths.total == pytest.approx(
        found.paths.rest + sum(path.share for path in found.paths.largest), rel=1e-12
    )


@pytest.mark.slow
def test_a_chain_of_ten_thousand_has_one_path():
    net = Network()
    net.add_input("n0")
    for i in range(1, 10_000):
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(9_999)], [1.0] * 9_999)

    found = describe_paths(net, "n0", "n9999", sample=[1])

    assert found.paths.total == 1.0
    assert len(found.neurons[0]) == 10_000


def test_where_there_is_no_path_that_is_said(diamond):
    found = describe_paths(diamond, "a", "b", sample=[1])

    assert str(found) == "no path from a to b"
    assert found.connections == frozenset()


@pytest.mark.parametrize(("ends", "options", "error", "words"), [
    (("x", "x"), {}, GraphError, "path: got 'x' twice; expected two neurons"),
    (("x", "s"), {}, GraphError, "neuron 's': 'step' has no slope; expected another"),
    (("x", "oo"), {}, UnknownNameError, "'oo'"),
    (("x", "o"), {"most": 0}, InvalidValueError, "most: got 0; expected an integer >= 1"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused(diamond, ends, options, error, words):
    with pytest.raises(error, match=words):
        describe_paths(diamond, *ends, sample=[1], **options)
