"""Maps: the picture holds what the network answers, centred where it should be."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection

import neurosim as ns
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.plots.boundary import threshold_of
from neurosim.drawing.plots.input_grids import input_grid
from neurosim.errors import NeurosimError, ShapeError, UnknownNameError
from tests.each import each

X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


def xor():
    return ns.load_scenario("xor").network


def three_classes():
    net = ns.Network(seed=1)
    net.add_layer("x", 2), net.add_layer("o", ["red", "green", "blue"], activation="softmax")
    net.connect("x", "o", weights=[[1, -1, 0], [0, 0, 1]])
    return net


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().texts]


def test_a_boundary_is_what_the_network_predicts_over_the_plane():
    net = xor()

    axes = ns.draw_boundary(net, X, T, resolution=7)

    plane = input_grid(net, X, resolution=7)
    (image,) = axes.get_images()
    assert image.get_array().tolist() == plane.arrange(net.predict(plane.points)[:, 0]).tolist()
    assert tuple(image.get_extent()) == plane.extent
    assert image.origin == "lower"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")
    assert (*axes.get_xlim(), *axes.get_ylim()) == plane.extent


def test_two_classes_are_centred_at_the_threshold_and_stand_on_the_map():
    axes = ns.draw_boundary(xor(), X, T, resolution=7)

    norm = axes.get_images()[0].norm
    zeros, ones = axes.get_lines()
    assert norm.vcenter == 0.5
    assert norm(0.5) == 0.5
    assert zeros.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert ones.get_xydata().tolist() == [[0, 1], [1, 0]]
    assert zeros.get_marker() != ones.get_marker()
    assert legend_of(axes) == ["o1 = 0", "o1 = 1"]


@each(
    ("targets", "activation", "expected"),
    [
        ([0, 1], "tanh", 0.5),
        ([-1, 1], "sigmoid", 0.0),
        ([-1, -1], "tanh", 0.0),
        ([0, 0], "identity", 0.5),
        ([0, 0.3, 1], "sigmoid", None),
        (None, "sigmoid", 0.5),
        (None, "softmax", 0.5),
        (None, "tanh", 0.0),
        (None, "identity", 0.0),
    ],
)
def test_the_threshold_is_that_of_the_targets(targets, activation, expected):
    given = None if targets is None else np.array(targets, float)

    assert threshold_of(given, activation) == expected


def test_targets_that_are_no_classes_colour_their_samples_by_the_map():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o", weight=1)

    axes = ns.draw_boundary(net, X, [[0.0], [1.0], [1.0], [2.0]], resolution=5)

    (image,), (samples,) = axes.get_images(), axes.collections
    assert image.norm.vcenter == 0
    expected = image.cmap(image.norm([0, 1, 1, 2]))
    np.testing.assert_allclose(samples.get_facecolors(), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("made", "targets"),
    [
        (xor, [[np.nan], [1], [1], [0]]),
        (xor, [[np.nan], [0.5], [1], [0]]),
        (three_classes, [[np.nan] * 3, [0, 1, 0], [0, 0, 1], [1, 0, 0]]),
        (three_classes, [np.nan, 1, 2, 0]),
    ],
)
def test_a_sample_whose_target_is_missing_is_hollow(made, targets):
    axes = ns.draw_boundary(made(), X, targets, resolution=5)

    points = [c for c in axes.collections if isinstance(c, PathCollection)]
    hollow = [c for c in points if not len(c.get_facecolors())]
    assert [c.get_offsets().tolist() for c in hollow] == [[[0, 0]]]
    seen = [point for line in axes.get_lines() for point in line.get_xydata().tolist()]
    filled = [c for c in points if len(c.get_facecolors())]
    seen += [point for c in filled for point in c.get_offsets().tolist()]
    assert sorted(seen) == [[0, 1], [1, 0], [1, 1]]


def test_several_labels_have_a_line_each_and_are_no_classes():
    net = ns.Network("gates")
    net.add_layer("x", 2), net.add_layer("o", ["and_", "or_", "nand"], activation="sigmoid",
                                         bias=[-15, -5, 15])  # fmt: skip
    net.connect("x", "o", weights=[[10, 10, -10], [10, 10, -10]])
    X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 0]]

    axes = ns.draw_boundary(net, X, T, resolution=9)

    assert legend_of(axes) == ["and_ = 0.5", "or_ = 0.5", "nand = 0.5"]
    assert len(axes.collections) == 3
    assert len(np.unique(axes.get_images()[0].get_array())) == 1  # no colours of classes


def test_several_numbers_ask_for_one_output():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 2)
    net.connect("x", "o")

    with pytest.raises(NeurosimError, match=r"the 2 outputs are numbers.*output='o1'"):
        ns.draw_boundary(net, [[0, 0], [1, 1]], [[0.5, 2], [3, 4]])


@pytest.mark.parametrize("targets", [[0, 1, 2], np.eye(3)])
def test_of_several_outputs_each_place_has_the_colour_of_the_largest(targets):
    net = three_classes()
    samples = [[3, 0], [-3, 0], [0, 3]]

    axes = ns.draw_boundary(net, samples, targets, resolution=9, theme="dark")

    plane = input_grid(net, samples, resolution=9)
    answers = net.predict(plane.points)
    theme = THEMES["dark"]
    *tints, ground = [[int(c[at : at + 2], 16) / 255 for at in (1, 3, 5)]
                      for c in (*theme.tints(), theme.background)]  # fmt: skip
    sure = (1 + 2 * (answers.max(axis=1, keepdims=True) - 1 / 3) / (2 / 3)) / 3
    expected = ground + (np.array(tints)[answers.argmax(axis=1)] - ground) * sure
    found = axes.get_images()[0].get_array()
    for channel in range(3):
        expected_channel = plane.arrange(expected[:, channel])
        np.testing.assert_allclose(found[..., channel], expected_channel, rtol=1e-9)
    assert legend_of(axes) == ["red", "green", "blue"]
    assert [line.get_xydata().tolist() for line in axes.get_lines()] == [[s] for s in samples]


def test_one_of_several_outputs_can_be_asked_for():
    net = three_classes()

    axes = ns.draw_boundary(net, [[3, 0], [-3, 0]], [0, 1], output="green", resolution=5)

    plane = input_grid(net, [[3, 0], [-3, 0]], resolution=5)
    expected = plane.arrange(net.predict(plane.points)[:, 1])
    assert axes.get_images()[0].get_array().tolist() == expected.tolist()


def test_an_output_asked_for_takes_class_indices_for_its_own_class():
    net = three_classes()

    axes = ns.draw_boundary(net, [[3, 0], [-3, 0], [0, 3]], [0, 1, 2], output="green", resolution=5)

    rest, green = axes.get_lines()
    assert green.get_xydata().tolist() == [[-3, 0]]
    assert rest.get_xydata().tolist() == [[3, 0], [0, 3]]


def test_a_boundary_without_samples_is_drawn_too():
    one, several = ns.draw_boundary(xor(), resolution=5), ns.draw_boundary(three_classes())

    assert one.get_images()[0].get_array().shape == (5, 5)
    assert legend_of(several) == ["red", "green", "blue"]


def test_a_map_that_is_the_same_everywhere_is_drawn_too():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o", weight=0)

    axes = ns.draw_boundary(net, resolution=3)

    assert axes.get_images()[0].norm(0.0) == 0.5


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"output": "o2"}, UnknownNameError, "unknown output 'o2'"),
        ({"T": [[0], [1]]}, ShapeError, r"T: got \(2, 1\); expected a row for each of 4 samples"),
        ({"fixed": {"a": 1, "b": 1}}, ShapeError, "a plane needs two inputs that vary, got 0"),
    ],
)
def test_a_boundary_that_cannot_be_is_told(options, error, words):
    with pytest.raises(error, match=words):
        ns.draw_boundary(xor(), **{"X": X, "T": T, **options})
