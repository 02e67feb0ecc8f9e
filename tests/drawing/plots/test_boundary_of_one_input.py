"""Sweeps: over one input, what a network answers is a curve for each output."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurosim as ns
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.plots.input_grids import input_grid
from neurosim.errors import ShapeError, UnknownNameError

X, T = [[0.0], [1.0], [2.0]], [[0.5, 1.0], [0.25, 2.0], [0.0, 3.0]]


@pytest.fixture
def net():
    """o1 = 2x, o2 = -x + 1."""
    net = ns.Network()
    net.add_layer("in", ["x"]), net.add_layer("o", 2)
    net.connect("in", "o", weights=[[2.0, -1.0]])
    net["o2"].bias = 1.0
    return net


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().texts]


def test_each_output_is_a_curve_of_what_the_network_predicts_and_targets_are_points(net):
    axes = ns.draw_boundary(net, X, T, resolution=5)

    (x,) = input_grid(net, X, resolution=5).axes
    one, its_targets, other, other_targets = axes.get_lines()
    assert one.get_xydata().tolist() == np.stack([x, 2 * x], axis=1).tolist()
    assert other.get_ydata().tolist() == (1 - x).tolist()
    assert its_targets.get_xydata().tolist() == [[0, 0.5], [1, 0.25], [2, 0]]
    assert other_targets.get_ydata().tolist() == [1, 2, 3]
    assert legend_of(axes) == ["o1", "target of o1", "o2", "target of o2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "output")
    assert axes.get_xlim() == (x[0], x[-1])


def test_outputs_differ_in_colour_line_and_marker(net):
    one, its_targets, other, other_targets = ns.draw_boundary(net, X, T).get_lines()

    assert one.get_color() == its_targets.get_color() != other.get_color()
    assert one.is_dashed() is False
    assert other.is_dashed() is True
    assert its_targets.get_marker() != other_targets.get_marker()
    assert its_targets.get_linestyle() == "None"


def test_one_output_is_drawn_where_it_is_named_and_classes_are_its_share(net):
    axes = ns.draw_boundary(net, X, [0, 1, 0], output="o2")

    curve, targets = axes.get_lines()
    assert targets.get_ydata().tolist() == [0, 1, 0]
    assert axes.get_ylabel() == "o2"
    assert legend_of(axes) == ["o2", "target of o2"]
    assert curve.get_ydata()[0] == 1 - curve.get_xdata()[0]


def test_an_input_that_varies_alone_is_swept_and_its_samples_stand_on_it():
    net = ns.load_scenario("xor").network

    axes = ns.draw_boundary(net, [[0, 0], [1, 3]], [[0], [1]], fixed={"a": 1})

    assert axes.get_xlabel() == "b"
    assert axes.get_lines()[1].get_xdata().tolist() == [0, 3]


@pytest.mark.parametrize("theme", THEMES)
def test_curves_have_colours_of_the_theme(net, theme):
    axes = ns.draw_boundary(net, theme=theme)

    assert [to_hex(line.get_color()) for line in axes.get_lines()] == [
        *THEMES[theme].categorical[:2]
    ]
    assert legend_of(axes) == ["o1", "o2"]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"output": "o3"}, UnknownNameError, "unknown output 'o3'"),
        ({"T": [[1, 2]]}, ShapeError, r"T: got \(1, 2\); expected a row for each of 3 samples"),
        ({"X": [[1, 2]]}, ShapeError, r"X: got \(1, 2\)"),
    ],
)
def test_a_sweep_that_cannot_be_is_told(net, options, error, words):
    with pytest.raises(error, match=words):
        ns.draw_boundary(net, **({"X": X, "T": T} | options))
