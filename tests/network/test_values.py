"""Numbers on the way in: shapes, finiteness, flags; a refusal changes nothing."""

import numpy as np
import pytest

from neurosim.errors import GraphError, InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.initializers import Uniform
from neurosim.network import Network
from tests.each import each

NOT_FINITE = [float("nan"), float("inf"), float("-inf"), np.float64("nan"), 10**400]
NO_NUMBER = ["1", b"1", True, None, [1.0], 1j, object()]


@pytest.mark.parametrize("value", NOT_FINITE)
def test_a_weight_that_is_not_finite_is_refused(net, refused, value):
    with refused(net, InvalidValueError, "x1->h1.weight: not finite"):
        net["x1", "h1"].weight = value


@each("value", NO_NUMBER)
def test_a_weight_that_is_no_number_is_refused(net, refused, value):
    with refused(net, WrongTypeError, "x1->h1.weight: no", "expected a finite number"):
        net["x1", "h1"].weight = value


@pytest.mark.parametrize("value", NOT_FINITE)
def test_a_bias_that_is_not_finite_is_refused(net, refused, value):
    with refused(net, InvalidValueError, "h1.bias: not finite"):
        net["h1"].bias = value


@each("value", NO_NUMBER)
def test_a_bias_that_is_no_number_is_refused(net, refused, value):
    with refused(net, WrongTypeError, "h1.bias: no", "expected a finite number"):
        net["h1"].bias = value


def test_numpys_scalars_are_numbers_and_become_floats(net):
    net["h1"].bias = np.float32(0.5)
    net["x1", "h1"].weight = np.int64(3)

    assert type(net["h1"].bias) is float
    assert type(net["x1", "h1"].weight) is float


def test_a_bias_where_there_is_no_bias_parameter_is_refused(net, refused):
    net.add_neuron("s", bias=None)

    for name in ("s", "x1"):
        with refused(net, GraphError, f"{name}.bias: the neuron has no bias parameter, got 1.0"):
            net[name].bias = 1.0


@pytest.mark.parametrize("flag", [1, "yes", None])
def test_a_flag_that_is_no_bool_is_refused(net, refused, flag):
    with refused(net, WrongTypeError, "x1->h1.trainable", "expected True or False"):
        net["x1", "h1"].trainable = flag
    with refused(net, WrongTypeError, "h1.bias_trainable", "expected True or False"):
        net["h1"].bias_trainable = flag
    with refused(net, WrongTypeError, "x->o trainable"):
        net.connect("x", "o", trainable=flag)
    with refused(net, WrongTypeError, "neuron 's' bias_trainable"):
        net.add_neuron("s", bias_trainable=flag)
    with refused(net, WrongTypeError, "layer 'p' bias_trainable"):
        net.add_layer("p", 2, bias_trainable=flag)


@pytest.mark.parametrize(
    ("bias", "kind", "words"),
    [
        ([1.0], ShapeError, "layer 'p' bias: got 1 numbers; expected 2"),
        ([1.0, float("inf")], InvalidValueError, "layer 'p' bias: not finite"),
        ("0.5", WrongTypeError, "layer 'p' bias: no number, got '0.5'"),
        (b"ab", WrongTypeError, "layer 'p' bias"),
        (np.array(0.5), WrongTypeError, "layer 'p' bias"),
    ],
)
def test_biases_that_do_not_fit_a_layer_are_refused(net, refused, bias, kind, words):
    with refused(net, kind, words):
        net.add_layer("p", 2, bias=bias)


@pytest.mark.parametrize(
    ("bias", "kind"), [(float("nan"), ValueError), ("1", TypeError), ([1.0], TypeError)]
)
def test_a_lone_neurons_bias_must_be_a_finite_number(net, refused, bias, kind):
    with refused(net, kind, "neuron 's' bias"):
        net.add_neuron("s", bias=bias)


def test_an_array_of_biases_for_the_input_layer_is_refused():
    net = Network()

    with pytest.raises(GraphError, match="first layer is the input layer"):
        net.add_layer("x", 2, bias=np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (
            {"weights": [[1, 2]]},
            ShapeError,
            "x->o weights: wrong shape, got (1, 2); expected (2, 1)",
        ),
        ({"weights": [1, 2]}, ShapeError, "x->o weights: wrong shape, got (2,); expected (2, 1)"),
        ({"weights": 0.5}, ShapeError, "x->o weights: wrong shape, got (); expected (2, 1)"),
        ({"weights": [[1], [2, 3]]}, ShapeError, "x->o weights: rows of different lengths"),
        ({"weights": [[1], [np.inf]]}, InvalidValueError, "x->o weights: not finite at [1, 0]"),
        ({"weights": [["1"], ["2"]]}, WrongTypeError, "x->o weights: no real numbers"),
        ({"weights": [[1j], [2]]}, WrongTypeError, "x->o weights: no real numbers"),
        ({"weight": np.nan}, InvalidValueError, "x->o weight: not finite"),
        ({"weight": "1"}, WrongTypeError, "x->o weight: no number"),
        ({"weight": 1.0, "weights": [[1], [2]]}, InvalidValueError, "both given; expected one"),
        ({"seed": -1}, InvalidValueError, "out of range, got -1"),
        ({"seed": "1"}, WrongTypeError, "not an integer, got '1'"),
        ({"initializer": 3}, WrongTypeError, "initializer: got 3"),
        (
            {"initializer": "uniform"},
            InvalidValueError,
            "initializer 'uniform': got []; expected 2",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(net, refused, given, kind, words):
    with refused(net, kind, words):
        net.connect("x", "o", **given)


def test_a_transposed_matrix_is_guessed_at(net, refused):
    with refused(net, ShapeError, "(rows are sources); did you mean the transpose?"):
        net.connect("x", "o", weights=[[1, 2]])


class _Failing:
    def draw(self, _source, _n_in, _n_out):
        raise InvalidValueError("no luck")


class _TooSmall:
    def draw(self, _source, _n_in, _n_out):
        return np.zeros((1, 1))


class _NotANumber:
    def draw(self, source, n_in, n_out):
        return np.nan * source.uniform(size=(n_in, n_out))


INITIALIZERS = {
    "raises": (_Failing(), InvalidValueError, "no luck"),
    "draws another shape": (_TooSmall(), ShapeError, "got (1, 1); expected (2, 1)"),
    "a class": (Uniform, WrongTypeError, "got the class Uniform; expected an instance"),
    "too wide a range": (Uniform(-1e308, 1e308), InvalidValueError, "x->o weights: Uniform"),
    "not a number": (_NotANumber(), InvalidValueError, "not finite at [0, 0]"),
}


@pytest.mark.parametrize(("given", "kind", "words"), INITIALIZERS.values(), ids=INITIALIZERS)
def test_an_initializer_that_fails_leaves_no_connections(net, refused, given, kind, words):
    with refused(net, kind, words):
        net.connect("x", "o", initializer=given)


def test_a_draw_that_is_refused_gives_its_random_numbers_back(refused):
    net = Network(generator="legacy", seed=1)
    net.add_layer("x", 2)
    net.add_layer("o", 1)

    with refused(net, InvalidValueError, "not finite"):
        net.connect("x", "o", initializer=_NotANumber())
    with refused(net, InvalidValueError, "not finite"):
        net.add_layer("p", 1, bias_initializer=_NotANumber())
    with refused(net, GraphError, "self-loop"):
        net.connect("x1", "x1")


def test_a_layer_that_is_refused_draws_no_random_numbers(refused):
    net = Network(generator="legacy", seed=1)
    net.add_layer("x", 1)

    with refused(net, WrongTypeError, "bias_trainable"):
        net.add_layer("h", 2, bias_initializer="normal", bias_trainable="yes")


@pytest.mark.parametrize(
    ("sample", "kind", "words"),
    [
        ([1.0], ShapeError, ("(1,)", "(2,)")),
        ([[1.0, 2.0]], ShapeError, ("(1, 2)", "(2,)")),
        ([1.0, np.nan], InvalidValueError, ("not finite",)),
        (["a", "b"], WrongTypeError, ("sample",)),
    ],
)
def test_a_sample_that_does_not_fit_is_refused(net, refused, sample, kind, words):
    with refused(net, kind, *words):
        net.forward(sample)

    assert net["h1"].output is None


@pytest.mark.parametrize(
    ("X", "kind"),
    [
        ([[1.0]], ShapeError),
        ([1.0, 2.0, 3.0], ShapeError),
        ([[1.0, np.inf]], InvalidValueError),
        (np.zeros((0, 2)), ValueError),
    ],
)
def test_rows_that_do_not_fit_are_refused(net, refused, X, kind):
    with refused(net, kind):
        net.predict(X)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"title": 3}, WrongTypeError, "title: not a string, got 3"),
        ({"generator": "mt"}, KeyError, "unknown generator 'mt'"),
        ({"seed": -1}, InvalidValueError, "seed: out of range, got -1"),
        ({"seed": 2**32}, InvalidValueError, "seed: out of range"),
        ({"seed": 1.0}, WrongTypeError, "seed: not an integer, got 1.0"),
        ({"seed": True}, WrongTypeError, "seed: not an integer, got True"),
    ],
)
def test_a_network_checks_what_it_is_made_with(given, kind, words):
    with pytest.raises(kind) as caught:
        Network(**given)

    assert words in str(caught.value)


@pytest.mark.parametrize("thing", [["relu"], None, 3])
def test_an_activation_that_is_no_name_is_refused(net, refused, thing):
    with refused(net, WrongTypeError, "neuron 's' activation: not a string, got"):
        net.add_neuron("s", activation=thing)
