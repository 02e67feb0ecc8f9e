"""Grids: which inputs vary, how far, and what the network answers there."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.plots.input_grids import input_grid, responses
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError
from tests.each import each


def adder(n=2):
    net = ns.Network()
    net.add_layer("x", n), net.add_layer("o", 1)
    net.connect("x", "o", weights=[[10.0**k] for k in range(n)])
    return net


def test_the_first_input_goes_to_the_right_and_the_second_up():
    grid = input_grid(adder(), span=((0, 1), (2, 4)), resolution=3)

    assert grid.inputs == ("x1", "x2")
    assert grid.axes[0].tolist() == [0, 0.5, 1]
    assert grid.axes[1].tolist() == [2, 3, 4]
    assert grid.points[:4].tolist() == [[0, 2], [0.5, 2], [1, 2], [0, 3]]
    assert grid.extent == (-0.25, 1.25, 1.5, 4.5)


def test_inputs_that_are_fixed_stand_still():
    grid = input_grid(adder(4), fixed={"x3": 7, "x1": 5}, span=((0, 1), (0, 1)), resolution=2)

    assert grid.inputs == ("x2", "x4")
    assert grid.columns == (1, 3)
    assert grid.points.tolist() == [[5, 0, 7, 0], [5, 1, 7, 0], [5, 0, 7, 1], [5, 1, 7, 1]]


def test_the_grid_reaches_a_little_beyond_the_samples():
    grid = input_grid(adder(), [[0, 5], [10, 5]])

    assert (grid.axes[0][0], grid.axes[0][-1]) == (-1.2, 11.2)
    assert (grid.axes[1][0], grid.axes[1][-1]) == (4, 6)  # no span at all: one on each side


def test_responses_are_what_each_neuron_answers_there():
    grid = input_grid(adder(), span=((0, 1), (0, 2)), resolution=3)

    found = responses(adder(), grid)

    assert found["x1"].tolist() == [[0, 0.5, 1]] * 3
    assert found["x2"].tolist() == [[0] * 3, [1] * 3, [2] * 3]
    assert found["o1"].tolist() == [[0, 0.5, 1], [10, 10.5, 11], [20, 20.5, 21]]


def test_responses_of_outputs_are_what_the_network_predicts():
    net = ns.load_scenario("xor").network
    grid = input_grid(net, resolution=5)

    found = responses(net, grid)

    np.testing.assert_allclose(found["o1"].ravel(), net.predict(grid.points)[:, 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "fixed", "words"),
    [
        (4, None, r"got 4 \(x1, x2, x3, x4\); expected values for all but two,"
                  r" such as fixed=\{'x3': 0, 'x4': 0\} \(--fix x3=0 --fix x4=0\)$"),
        (4, {"x2": 1}, r"got 3 \(x1, x3, x4\); .* fixed=\{'x2': 0, 'x4': 0\}"),
        (64, None, r"x8 and 56 more\); .* 'x5': 0, \.\.\.\}"),
        (2, {"x1": 0, "x2": 0}, r"got 0 \(none\); expected two that are not in fixed"),
    ],
)  # fmt: skip
def test_too_many_or_too_few_inputs_are_told_and_what_to_fix(n, fixed, words):
    with pytest.raises(ShapeError, match=words):
        input_grid(adder(n), fixed=fixed)


@each(
    ("options", "error", "words"),
    [
        ({"fixed": {"y": 1}}, UnknownNameError, "fixed: unknown input 'y'"),
        ({"fixed": {"x1": "a"}}, WrongTypeError, r"fixed\['x1'\]: no number, got 'a'"),
        ({"fixed": 3}, WrongTypeError, "fixed: got 3; expected values by the names of inputs"),
        ({"resolution": 1}, InvalidValueError, "got 1; expected an integer from 2 to 2000"),
        ({"resolution": 10**9}, InvalidValueError, "expected an integer from 2 to 2000"),
        ({"resolution": 2.5}, InvalidValueError, "got 2.5; expected an integer"),
        ({"span": 3}, WrongTypeError, "span: got 3; expected"),
        ({"span": ((0, 0), (0, 1))}, InvalidValueError, "span: empty"),
        ({"X": [[1, 2, 3]]}, ShapeError, r"X: got \(1, 3\)"),
    ],
)
def test_what_makes_no_grid_is_told(options, error, words):
    with pytest.raises(error, match=words):
        input_grid(adder(), **options)


# --- one input


def test_one_input_that_is_not_fixed_is_swept():
    grid = input_grid(adder(3), [[0, 0, 9], [0, 100, 9]], fixed={"x1": 5, "x3": 7}, resolution=3)

    assert (grid.inputs, grid.columns) == (("x2",), (1,))
    assert grid.axes[0].tolist() == [-12, 50, 112]
    assert grid.points.tolist() == [[5, -12, 7], [5, 50, 7], [5, 112, 7]]


@pytest.mark.parametrize(
    ("n", "fixed", "is_map"),
    [(1, None, False), (2, None, True), (2, {"x1": 0}, False), (3, {"x1": 0}, True)],
)
def test_a_grid_is_over_the_inputs_that_are_not_fixed(n, fixed, is_map):
    assert input_grid(adder(n), fixed=fixed, resolution=2).is_map is is_map


def test_responses_over_one_input_are_numbers_in_a_row():
    grid = input_grid(adder(), fixed={"x1": 3}, span=(0, 2), resolution=3)

    found = responses(adder(), grid)

    assert {name: values.tolist() for name, values in found.items()} == {
        "x1": [3, 3, 3], "x2": [0, 1, 2], "o1": [3, 13, 23],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n", "options", "error", "words"),
    [
        (1, {"span": ((0, 1), (0, 1))}, WrongTypeError, r"span: got .*; expected \(left, right\)"),
        (1, {"span": (1, 1)}, InvalidValueError, "span: empty, got .*; expected left < right"),
        (1, {"resolution": 1}, InvalidValueError, "resolution: got 1"),
        (1, {"fixed": {"y": 1}}, UnknownNameError, "fixed: unknown input 'y'"),
    ],
)
def test_what_makes_no_grid_over_one_input_is_told(n, options, error, words):
    with pytest.raises(error, match=words):
        input_grid(adder(n), **options)


def test_inputs_are_called_by_their_labels_and_fixed_by_name_or_label():
    net = adder(4)
    net["x1"].label, net["x2"].label = "length", "width"

    for fixed in ({"length": 5, "x3": 1}, {"x1": 5, "x3": 1}):
        grid = input_grid(net, fixed=fixed, resolution=2)

        assert grid.inputs == ("width", "x4")
        assert grid.points[0].tolist() == [5, -1, 1, -1]


def test_a_label_that_two_inputs_have_names_none():
    net = adder(2)
    net["x1"].label = net["x2"].label = "length"

    assert input_grid(net).inputs == ("x1", "x2")
