"""Gradients against witnesses that know nothing of the engines: complex steps and differences.

A twin of the network, written here from the formulas alone, takes complex weights. The imaginary
part of its loss at a weight of w + ih, divided by h, is the slope by w to the last digits: nothing
cancels (Squire and Trapp 1998). Each branch of a formula is analytic, so the branch is chosen by
the real part.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.time.snapshot import digest_of
from neurosim.functions.activations import ACTIVATIONS
from tests.examples import examples

H = 1e-30


def branch(z, above, below):
    return np.where(z.real > 0, above, below)


TWINS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: branch(z, z, 0),
    "leaky_relu": lambda z: branch(z, z, 0.01 * z),
    "elu": lambda z: branch(z, z, np.exp(z) - 1),
    "selu": lambda z: 1.0507009873554805 * branch(z, z, 1.6732632423543772 * (np.exp(z) - 1)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "softsign": lambda z: z / (1 + branch(z, z, -z)),
    "gelu_tanh": lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z * z * z))),
    "swish": lambda z: z / (1 + np.exp(-z)),
    "mish": lambda z: z * np.tanh(np.log(1 + np.exp(z))),
    "hard_sigmoid": lambda z: branch(z - 3, 1, branch(z + 3, (z + 3) / 6, 0)),
    "hard_swish": lambda z: z * branch(z - 3, 1, branch(z + 3, (z + 3) / 6, 0)),
    "gaussian": lambda z: np.exp(-z * z),
    "sin": np.sin,
}  # gelu is left out: NumPy has no complex erfc; see the differences below


def twin_outputs(net, values, X):
    """The outputs of all rows, (n_out, B): random networks only listen to earlier neurons."""
    a = {neuron.name: X[:, i].astype(complex) for i, neuron in enumerate(net.inputs)}
    z = {}
    for name in net.graph.nodes:
        if name in a:
            continue
        z[name] = np.full(len(X), values.get(f"{name}.bias", 0), dtype=complex)
        terms = [values[f"{s}->{name}"] * a[s] for s in net.graph.predecessors(name)]
        z[name] = z[name] + net[name].response * twin_aggregate(net[name].aggregation, terms)
        if net[name].activation != "softmax":
            a[name] = TWINS[net[name].activation](z[name])
        elif net[name] is net[name].layer.neurons[-1]:
            layer = [member.name for member in net[name].layer.neurons]
            powers = np.exp([z[member] for member in layer])
            a.update(zip(layer, powers / powers.sum(axis=0), strict=True))
    return np.array([a[neuron.name] for neuron in net.outputs])


def twin_aggregate(name, terms):
    """What a neuron makes of its terms, (n, B); the first of equal ones is the largest."""
    if not terms:
        return 1.0 if name == "product" else 0.0
    terms = np.array(terms)
    if name in ("max", "min"):
        chosen = getattr(terms.real, f"arg{name}")(axis=0)
        return terms[chosen, np.arange(terms.shape[1])]
    return {"sum": np.sum, "product": np.prod, "mean": np.mean}[name](terms, axis=0)


def twin_loss(loss, a, t):
    """The loss of each row, (B,), from outputs and targets (n_out, B)."""
    e = a - t
    size = branch(e, e, -e)
    terms = {
        "half_squared_error": lambda: (e * e / 2).sum(axis=0),
        "squared_error": lambda: (e * e).sum(axis=0),
        "mean_squared_error": lambda: (e * e).mean(axis=0),
        "mean_absolute_error": lambda: size.mean(axis=0),
        "huber": lambda: branch(size - 1, size - 0.5, e * e / 2).mean(axis=0),
        "binary_cross_entropy": lambda: -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum(axis=0),
        "cross_entropy": lambda: -(t * np.log(a)).sum(axis=0),
        "hinge": lambda: branch(1 - t * a, 1 - t * a, 0).sum(axis=0),
    }
    return terms[loss]()


def twin_gradient(case):
    names, theta = case.network.parameter_names(), case.network.parameters()
    n_out = len(case.network.outputs)
    T = np.eye(n_out)[case.T] if case.T.ndim == 1 else case.T
    gradient = []
    for moved in range(len(theta)):
        values = dict(zip(names, theta + 1j * H * (np.arange(len(theta)) == moved), strict=True))
        losses = twin_loss(case.loss, twin_outputs(case.network, values, case.X), T.T)
        reduced = losses.sum() if case.reduction == "sum" else losses.mean()
        gradient.append(reduced.imag / H)
    return np.array(gradient)


@pytest.mark.slow
@examples(40)
@given(data=st.data())
def test_gradients_are_those_of_a_complex_step(data, cases, engine, assert_close):
    case = data.draw(cases(activations=tuple(TWINS)))
    assume(not case.has_kink)

    found = ns.loss_and_gradients(
        case.network, case.X, case.T, loss=case.loss, reduction=case.reduction, engine=engine
    )

    assert_close(found.vector, twin_gradient(case), 1e-11)


def gradients_both_ways(net, X, T, **options):
    """What the engine says, and (L(w + h) - L(w - h)) / 2h."""
    theta, h = net.parameters(), 1e-5

    def loss_at(values):
        net.load_parameters(values)
        return ns.loss_and_gradients(net, X, T, **options).loss

    steps = np.eye(len(theta)) * h
    differences = [(loss_at(theta + s) - loss_at(theta - s)) / (2 * h) for s in steps]
    net.load_parameters(theta)
    return ns.loss_and_gradients(net, X, T, **options).vector, np.array(differences)


@pytest.mark.quick("compiled")
@examples(10)
@given(data=st.data())
def test_gradients_are_central_differences_to_six_digits(data, cases, smooth, engine, assert_close):
    losses = ("half_squared_error", "mean_squared_error", "cross_entropy")
    case = data.draw(cases(activations=(*smooth, "gelu"), losses=losses))
    options = {"loss": case.loss, "reduction": case.reduction, "engine": engine}

    found, differences = gradients_both_ways(case.network, case.X, case.T, **options)

    assert_close(found, differences, 1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu", "mish", "sin"])
def test_mutated_a_slope_that_is_one_percent_off_is_seen_by_differences(
    activation, monkeypatch, assert_close
):
    right = ACTIVATIONS[activation]
    wrong = replace(right, slope=lambda z, a: 1.01 * right.slope(z, a))
    monkeypatch.setitem(ACTIVATIONS, activation, wrong)
    net = ns.Network("1-1-1")
    net.add_layer("x", 1)
    net.add_layer("h", 1, activation=activation, bias=0.3)
    net.add_layer("o", 1)
    net.connect("x", "h", weight=0.7)
    net.connect("h", "o", weight=-1.2)

    found, difference = gradients_both_ways(net, np.array([[0.5]]), np.array([[1.0]]))

    with pytest.raises(AssertionError):
        assert_close(found, difference, 1e-6)


@examples(40)
@given(data=st.data())
def test_who_names_no_engine_gets_the_bits_of_the_walk_and_untouched_objects(data, cases):
    case = data.draw(cases())
    options = {"loss": case.loss, "reduction": case.reduction}
    net, twin = case.network, case.network.copy()
    nothing = np.empty((0, 0))
    before = digest_of(net, nothing)

    found = ns.loss_and_gradients(net, case.X, case.T, **options)
    walked = ns.loss_and_gradients(twin, case.X, case.T, engine="graph", **options)

    assert (found.loss, found.weights, found.biases) == (
        walked.loss, walked.weights, walked.biases
    )  # fmt: skip
    assert digest_of(net, nothing) == before
    assert digest_of(twin, nothing) != before


@pytest.mark.usefixtures("no_kernel")
def test_without_the_kernel_the_walk_answers_on_a_copy(make_line):
    net = make_line(1.0)

    assert ns.loss_and_gradients(net, [[2.0]], [[0.0]]).loss == 2.0

    assert net["o1"].output is None
