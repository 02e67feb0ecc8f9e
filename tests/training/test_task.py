"""What training refuses, by its words: before anything is learned, on both engines alike."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NeurosimError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
)
from tests.each import each

X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]


def refuse(net, kind, words, X=X, T=T, **options):
    before = net.parameters().tobytes()

    for call in (ns.train, ns.epochs):  # epochs checks when it is called, not when iterated
        with pytest.raises(kind) as caught:
            call(net, X, T, **({"optimizer": ns.SGD(0.1), "epochs": 1} | options))
        assert isinstance(caught.value, NeurosimError)
        assert words in str(caught.value)

    assert net.parameters().tobytes() == before


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"loss": "half_square_error"}, UnknownNameError, "did you mean 'half_squared_error'?"),
        ({"loss": None}, UnknownNameError, "unknown loss None"),
        ({"engine": "compile"}, UnknownNameError, "unknown engine 'compile' (did you mean 'comp"),
        ({"engine": 3}, UnknownNameError, "unknown engine 3"),
        ({"reduction": "average"}, UnknownNameError, "unknown reduction 'average'"),
        ({"optimizer": "sdg"}, WrongTypeError, "unknown optimizer 'sdg' (did you mean 'sgd'?)"),
        ({"optimizer": 0.1}, WrongTypeError, "optimizer: not an optimizer, got 0.1"),
        ({"optimizer": ns.SGD}, WrongTypeError, "optimizer: not an optimizer"),
        ({"epochs": 1.0}, WrongTypeError, "epochs: got 1.0; expected an integer >= 0"),
        ({"epochs": True}, WrongTypeError, "epochs: got True"),
        ({"epochs": -1}, InvalidValueError, "epochs: got -1; expected an integer >= 0"),
        ({"batch_size": 0}, InvalidValueError, "batch_size: got 0; expected an integer >= 1"),
        ({"batch_size": 2.0}, WrongTypeError, "batch_size: got 2.0"),
        ({"batch_size": "all"}, WrongTypeError, "batch_size: got 'all'"),
        ({"shuffle": 1}, WrongTypeError, "shuffle: got 1; expected True or False"),
        ({"penalty": 0.1}, WrongTypeError, "penalty: not a penalty, got 0.1"),
        ({"penalty": {"l3": 0.1}}, WrongTypeError, "penalty: not a penalty, got {'l3': 0.1}"),
        ({"penalty": {"l2": -1}}, InvalidValueError, "L2(strength=): got -1"),
        ({"seed": -1}, NeurosimError, "seed"),
        ({"seed": 1.5}, NeurosimError, "seed"),
    ],
)
def test_an_option_that_is_none_is_refused(line, options, kind, words):
    refuse(line, kind, words, **options)


@pytest.mark.parametrize(
    ("rows", "targets", "kind", "words"),
    [
        ([[1.0, 2.0]], [[1.0]], ShapeError, "X: got (1, 2); expected (B, 1), one row a sample"),
        ([[[1.0]]], [[1.0]], ShapeError, "X: got (1, 1, 1); expected (B, 1)"),
        (X, [[1.0], [1.0]], ShapeError, "T: got (2, 1); expected (3, 1): a row for each of the 3"),
        (X, [[1.0, 2.0]] * 3, ShapeError, "T: got (3, 2); expected (3, 1)"),
        (X, 1.0, ShapeError, "T: got (); expected (3, 1)"),
        (np.zeros((0, 1)), np.zeros((0, 1)), ShapeError, "X: no rows, got (0, 1)"),
        ([[1.0], [np.nan], [3.0]], T, InvalidValueError, "X: "),
        (X, [[1.0], [np.inf], [1.0]], InvalidValueError, "T: "),
        ([["a"], ["b"], ["c"]], T, NeurosimError, "X: "),
        ([[1.0], [2.0, 3.0]], T, NeurosimError, "X: "),
        (None, T, NeurosimError, "X: "),
    ],
)
def test_data_that_do_not_fit_are_refused_by_name_and_shape(line, rows, targets, kind, words):
    refuse(line, kind, words, X=rows, T=targets)


def with_head(activation, n_out=3):
    net = ns.Network("head", seed=1)
    net.add_layer("x", 1)
    net.add_layer("h", 2, activation="tanh")
    net.add_layer("o", n_out, activation=activation)
    net.connect("x", "h")
    net.connect("h", "o")
    return net


@each(
    ("loss", "activation", "targets", "kind", "words"),
    [
        ("hinge", "tanh", [[0.0, 1.0, -1.0]], InvalidValueError, "expected targets -1 or 1"),
        ("binary_cross_entropy", "sigmoid", [[0.0, 1.0, 1.1]], InvalidValueError,
         "T: binary_cross_entropy got [0.0, 1.0, 1.1] in row 0; expected targets between 0 and 1"),
        ("cross_entropy", "softmax", [[1.0, 1.0, 0.0]], InvalidValueError, "expected one-hot rows"),
        ("cross_entropy", "softmax", [3], InvalidValueError,
         "T: a class index is wrong, got 3 in row 0; expected integers from 0 to 2"),
        ("cross_entropy", "softmax", [0.5], InvalidValueError, "got 0.5 in row 0"),
        ("cross_entropy", "softmax", [-1], InvalidValueError, "class index"),
        ("cross_entropy", "sigmoid", [[1.0, 0.0, 0.0]], GraphError,
         "expected one softmax layer that is the whole output"),
    ],
)  # fmt: skip
def test_targets_and_outputs_that_a_loss_does_not_fit_are_refused(
    loss, activation, targets, kind, words
):
    refuse(with_head(activation), kind, words, X=[[1.0]], T=targets, loss=loss)


@each(
    ("loss", "activation", "targets", "words"),
    [
        ("hinge", "tanh", [[-1], [0.5], [1]], "got [0.5] in row 1; expected targets -1 or 1"
         " (numbers are targets of a loss such as half_squared_error)"),
        ("hinge", "tanh", [[1], [2], [2]], "got [2.0] in row 1; expected targets -1 or 1"
         " (of two classes, write 1 as -1 and 2 as 1)"),
        ("hinge", "tanh", [[1], [-1.00000006], [1]], "in row 1; expected targets -1 or 1"
         " (rounded, it is one)"),
        ("binary_cross_entropy", "sigmoid", [[0], [1.00000006], [0]], "got [1.00000006] in row 1;"
         " expected targets between 0 and 1 (rounded, it is one)"),
        ("binary_cross_entropy", "sigmoid", [[0], [0], [255]], "got [255.0] in row 2; expected"
         " targets between 0 and 1 (of two classes, write 0 as 0 and 255 as 1)"),
        ("binary_cross_entropy", "sigmoid", [[0], [7], [9]], "got [7.0] in row 1; expected targets"
         " between 0 and 1 (numbers are targets of a loss such as half_squared_error)"),
    ],
)  # fmt: skip
def test_of_targets_that_a_loss_refuses_value_row_and_remedy_are_said(
    loss, activation, targets, words
):
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1, activation=activation), net.connect("x", "o")

    refuse(net, InvalidValueError, words, X=[[1.0]] * 3, T=targets, loss=loss)


def test_of_a_row_that_is_no_distribution_its_sum_is_said():
    words = "expected one-hot rows, or class indices (this one adds up to 1.5)"

    refuse(with_head("softmax"), InvalidValueError, words, X=[[1.0]], T=[[0.5, 0.5, 0.5]],
           loss="cross_entropy")  # fmt: skip


def test_cross_entropy_of_a_part_of_a_softmax_layer_is_refused():
    net = with_head("softmax")
    net.outputs = ["o1", "o2"]

    words = "the outputs are o1, o2; expected one softmax layer that is the whole output"
    refuse(net, GraphError, words, X=[[1.0]], T=[[1.0, 0.0]], loss="cross_entropy")


def test_an_activation_without_slope_is_refused_in_training_only(engine):
    net = with_head("step", 1)

    words = "neuron 'o1': 'step' has no slope to learn by"
    refuse(net, GraphError, words, X=[[1.0]], T=[[1.0]], engine=engine)
    assert net.forward([1.0]).tolist() == ns.compile_network(net).forward([[1.0]])[0].tolist()


def test_a_network_without_outputs_is_refused(engine):
    net = ns.Network("inputs only")
    net.add_layer("x", 2)

    refuse(net, GraphError, "no outputs", X=[[1.0, 2.0]], T=[[1.0]], engine=engine)


def test_what_is_no_network_is_refused():
    with pytest.raises(WrongTypeError, match="net: got 'net'; expected a neurosim"):
        ns.train("net", X, T, optimizer=ns.SGD(0.1), epochs=1)


def test_a_row_of_targets_may_be_flat_for_one_output(line, make_line, engine):
    twin, options = make_line(), {"optimizer": ns.SGD(0.1), "epochs": 2, "engine": engine}

    assert (
        ns.train(line, [1.0, 2.0, 3.0], [1.0] * 3, **options).loss
        == ns.train(twin, X, T, **options).loss
    )


def test_class_indices_are_one_hot_rows(engine):
    net = with_head("softmax")
    options = {"loss": "cross_entropy", "engine": engine}

    indices = ns.loss_and_gradients(net, [[1.0], [2.0]], [2, 0], **options)
    rows = ns.loss_and_gradients(net, [[1.0], [2.0]], [[0, 0, 1], [1, 0, 0]], **options)

    assert indices.loss == rows.loss
    assert indices.vector.tobytes() == rows.vector.tobytes()


def test_masked_targets_are_refused_and_not_trained_on(make_line):
    masked = np.ma.array([[0.0]], mask=True)

    with pytest.raises(ns.NeurosimError, match="T: some numbers are masked"):
        ns.train(
            make_line(1.0),
            [[1.0]],
            masked,
            optimizer=ns.SGD(0.1),
            epochs=1,
        )


@pytest.mark.parametrize("metrics", [None, "accuracy", [[]], iter(["accuracy"])])
def test_metrics_are_a_list_of_names(make_line, metrics):
    with pytest.raises(ns.NeurosimError, match="metric"):
        ns.train(make_line(1.0), [[1.0]], [[1.0]], optimizer=ns.SGD(0.1), epochs=1, metrics=metrics)


@pytest.mark.parametrize("seed", [-1, 2.5, ["x1"]])
def test_agree_checks_its_seed_and_its_network(make_line, seed):
    with pytest.raises(ns.NeurosimError, match="seed"):
        ns.agree(make_line(1.0), [[1.0]], [[1.0]], seed=seed)
    with pytest.raises(ns.NeurosimError, match=r"expected a neurosim\.Network"):
        ns.agree(None, [[1.0]], [[1.0]])


def test_what_is_no_network_is_not_compiled():
    with pytest.raises(ns.NeurosimError, match=r"expected a neurosim\.Network"):
        ns.compile_network(None)
