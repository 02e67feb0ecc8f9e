"""Activations with numbers of a user's choice: their names, their values, and in every engine."""

import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import ACTIVATIONS, facts_of
from neurosim.functions.variants import FunctionOption
from tests.each import each

CHOSEN = [
    ("leaky_relu", {"slope": 0.2}),
    ("leaky_relu", {"slope": 0.0}),
    ("leaky_relu", {"slope": 1.5}),
    ("elu", {"alpha": 0.5}),
    ("elu", {"alpha": 3.0}),
    ("celu", {"alpha": 2.0}),
    ("softplus", {"beta": 4.0}),
    ("hardtanh", {"low": -0.25}),
    ("hardtanh", {"low": -2.0, "high": 0.5}),
]
IDS = [f"{name} {options}" for name, options in CHOSEN]
Z = np.array([*np.linspace(-5.0, 5.0, 41), -1e300, 1e300])


def make(activation):
    net = ns.Network(seed=3)
    net.add_layer("x", 2), net.add_layer("h", 3, activation=activation), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    return net


@pytest.mark.parametrize(("name", "options"), CHOSEN, ids=IDS)
def test_values_and_slopes_are_pytorchs(name, options):
    torch = pytest.importorskip("torch")
    theirs = {
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, options["slope"]),
        "elu": lambda z: torch.nn.functional.elu(z, options["alpha"]),
        "celu": lambda z: torch.nn.functional.celu(z, options["alpha"]),
        "softplus": lambda z: torch.nn.functional.softplus(z, options["beta"], threshold=1e9),
        "hardtanh": lambda z: torch.nn.functional.hardtanh(
            z, options["low"], options.get("high", 1.0)
        ),
    }[name]
    ours = ACTIVATIONS[name].with_options(options)
    z = torch.tensor(Z[:-2], requires_grad=True)
    expected = theirs(z)
    expected.sum().backward()
    values, slopes = np.empty(len(z)), np.empty(len(z))

    ours.array(Z[:-2], values)
    ours.array_slope(Z[:-2], values, slopes)

    assert values == pytest.approx(expected.detach().numpy(), rel=1e-14, abs=1e-300)
    assert slopes == pytest.approx(z.grad.numpy(), rel=1e-14, abs=1e-300)


@each(("name", "options"), CHOSEN)
def test_both_forms_are_equal(name, options):
    ours = ACTIVATIONS[name].with_options(options)
    values, slopes = np.empty_like(Z), np.empty_like(Z)

    ours.array(Z, values)
    ours.array_slope(Z, values, slopes)

    assert values == pytest.approx([ours.value(z) for z in Z.tolist()], rel=5e-16)
    expected = [ours.slope(z, ours.value(z)) for z in Z.tolist()]
    assert slopes == pytest.approx(expected, rel=5e-16, abs=1e-300)


@each(("name", "options"), CHOSEN)
def test_the_name_says_the_options_and_finds_them_again(name, options):
    made = ACTIVATIONS.named({name: options}, "h")

    assert ACTIVATIONS[made.name] is made
    assert made.name not in list(ACTIVATIONS)
    assert make({name: options}).layer("h").activation == made.name
    assert make(made).layer("h").activation == made.name
    assert ACTIVATIONS.is_shipped(made.name)


def _bend(z, k=1.0):
    return z / (1.0 + k * abs(z))


def _bend_slope(z, _a, k=1.0):
    return 1.0 / (1.0 + k * abs(z)) ** 2


def _bend_into(z, out, k=1.0):
    np.divide(z, 1.0 + k * np.abs(z), out=out)


@each("forms", [{}, {"array": _bend_into}, {"slope": None}])
def test_an_activation_of_ones_own_may_have_options(forms):
    options = {"k": FunctionOption(1.0, least=0.0)}
    own = ns.Activation(
        "bend", **{"value": _bend, "slope": _bend_slope, "options": options} | forms
    )
    ns.register_activation(own)
    try:
        net = make({"bend": {"k": 3}})
        X = np.array([[0.5, -2.0], [3.0, 1.0]])

        assert net.layer("h").activation == "bend(k=3)"
        assert net.predict(X) == pytest.approx(np.array([net.forward(row) for row in X]), abs=1e-15)
        assert net["h1"].output == _bend(net["h1"].net_input, 3.0)
        if "slope" not in forms:
            assert ns.agree(net, X, [[1.0], [0.0]], optimizer=ns.SGD(0.5)).passed
    finally:
        ns.unregister_activation("bend")


def test_a_greatest_and_a_least_value_are_allowed_but_where_it_is_not():
    option = FunctionOption(0.0, least=-1.0, is_least_allowed=False, most=2.0)

    assert (option.require(2.0, "k"), option.require(-0.5, "k")) == (2.0, -0.5)
    for wrong in (-1.0, -1.5, 2.5):
        with pytest.raises(InvalidValueError, match=f"k: got {wrong:g}; expected a number <= 2"):
            option.require(wrong, "k")


def test_usual_values_are_the_activation_itself():
    assert ACTIVATIONS.named({"elu": {"alpha": 1}}, "h") is ACTIVATIONS["elu"]
    assert ACTIVATIONS["leaky_relu( slope = 1e-1 )"].name == "leaky_relu(slope=0.1)"
    assert facts_of("hardtanh(low=-2, high=3)").range == (-2.0, 3.0)


def test_they_are_saved_copied_and_pickled(tmp_path):
    net = make({"elu": {"alpha": 0.5}})
    net.neurons[3].activation = "hardtanh(high=2)"
    X = np.random.default_rng(0).normal(size=(5, 2))

    net.save(tmp_path / "net.json")

    for twin in (ns.load(tmp_path / "net.json"), net.copy(), pickle.loads(pickle.dumps(net))):  # noqa: S301 - our own
        assert [n.activation for n in twin.neurons] == [n.activation for n in net.neurons]
        assert twin.predict(X).tobytes() == net.predict(X).tobytes()


@each(
    ("activation", "expected"),
    [
        (
            {"leaky_relu": {"slop": 0.1}},
            "unknown option of leaky_relu 'slop' .did you",
        ),
        ({"leaky_relu": {"slope": -0.1}}, r"leaky_relu\(slope=\): got -0.1; expected .* >= 0"),
        ({"elu": {"alpha": 0}}, r"elu\(alpha=\): got 0; expected a number > 0"),
        ({"hardtanh": {"low": 1}}, r"hardtanh\(low=\): got 1; expected a number <= 0"),
        ({"elu": {"alpha": "x"}}, r"elu\(alpha=\): no number, got 'x'"),
        ({"elu": 3}, "got .*'elu': 3.*; expected a name with options"),
        ({"elu": {}, "celu": {}}, "expected a name with options"),
        ({"relu": {"x": 1}}, "activation 'relu': got 'x'; expected no options"),
        ("leaky_relu(0.1)", r"got 'leaky_relu\(0.1\)'; expected a name with options"),
        ("leaky_relu(slope=x)", r"got 'leaky_relu\(slope=x\)'; expected a name with options"),
        ("leaky_relu(slope=)", r"got 'leaky_relu\(slope=\)'; expected a name with options"),
        ("leaky(slope=1)", "unknown activation 'leaky'"),
    ],
)
def test_what_is_no_option_is_refused(activation, expected):
    with pytest.raises(ns.NeurosimError, match=expected):
        make(activation)
