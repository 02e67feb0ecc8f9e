"""Gradients and answers by layer: numbers that can be checked, then artists that hold them."""

import math

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.page.pages import new_axes
from neurosim.drawing.plots.layer_statistics import (
    activation_course,
    activation_histograms,
    gradient_course,
    gradient_norms,
)
from neurosim.errors import InvalidValueError, WrongTypeError


def chain(n=3, weight=0.5, activation="identity"):
    """A chain of layers h1, h2, ... of one neuron each, without biases."""
    net = ns.Network()
    net.add_layer("x", ["x_"])
    for number in range(n):
        net.add_layer(f"h{number}", [f"n{number}"], activation=activation, bias=None)
    for source, target in zip(["x_", "n0", "n1"], ["n0", "n1", "n2"], strict=True):
        net.connect(source, target, weight=weight)
    return net


def epochs(net, n, **options):
    return ns.epochs(net, [[1]], [[0]], optimizer=ns.SGD(0.1), epochs=n, **options)


def test_norms_of_gradients_by_layer_worked_out_by_hand():
    # y = w^3 x = 1/8, L = y^2/2: dL/dw of each = y * w^2 = 1/8 * 1/4
    assert gradient_norms(chain(), [[1]], [[0]]) == {
        "h0": pytest.approx(1 / 32, rel=1e-15),
        "h1": pytest.approx(1 / 32, rel=1e-15),
        "h2": pytest.approx(1 / 32, rel=1e-15),
    }


def test_the_norm_of_a_layer_is_over_its_weights_and_biases():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 1)
    net.connect("x", "o", weight=0)

    # dL/da = 0 - (-2) = 2: by the weights 2*3 and 2*4, by the bias 2
    assert gradient_norms(net, [[3, 4]], [[-2]]) == {"o": pytest.approx(math.sqrt(104), rel=1e-15)}


def test_the_squares_of_the_norms_add_up_to_that_of_the_whole_gradient(assert_close):
    net = ns.load_scenario("wide-and-deep")
    X, T = net.data.train

    norms = gradient_norms(net.network, X, T)

    whole = ns.loss_and_gradients(net.network, X, T).vector
    assert_close(sum(n * n for n in norms.values()), float(whole @ whole), 1e-12)


def test_measuring_gradients_leaves_the_objects_alone():
    net = chain()

    ns.draw_gradients(net, [[1]], [[0]])

    assert net["n0"].output is None
    assert net["x_", "n0"].gradient is None


def test_gradients_now_are_a_point_a_layer():
    axes = ns.draw_gradients(chain(), [[1]], [[0]])

    line = axes.get_lines()[0]
    assert line.get_xydata().tolist() == [[0, 1 / 32], [1, 1 / 32], [2, 1 / 32]]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["h0", "h1", "h2"]


def test_a_layer_that_no_gradient_reaches_is_marked_with_a_zero():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("h", 1, activation="relu", bias=-5)
    net.add_layer("o", 1)
    net.connect("x", "h", weight=1), net.connect("h", "o", weight=1)

    axes = ns.draw_gradients(net, [[1]], [[1]])

    points, zero = axes.get_lines()
    np.testing.assert_array_equal(points.get_ydata(), [np.nan, 1])
    assert zero.get_xdata().tolist() == [0]
    assert "0" in [text.get_text() for text in axes.texts]


def test_gradients_over_epochs_are_a_line_a_layer():
    net = chain()

    numbers, course = gradient_course(net, [[1]], [[0]], epochs(net, 4))

    assert numbers.tolist() == [0, 1, 2, 3]
    twin = chain()
    ns.train(twin, [[1]], [[0]], optimizer=ns.SGD(0.1), epochs=1)
    assert course["h1"][0] == gradient_norms(twin, [[1]], [[0]])["h1"]
    net = chain()
    axes = ns.draw_gradients(net, [[1]], [[0]], epochs=epochs(net, 4))
    assert [line.get_ydata().tolist() for line in axes.get_lines()] == [
        values.tolist() for values in course.values()
    ]
    assert [text.get_text() for text in axes.get_legend().texts] == ["h0", "h1", "h2"]


def test_a_gradient_that_fades_stands_on_a_log_axis():
    scenario = ns.load_scenario("deep-chain")

    axes = ns.draw_gradients(scenario.network, *scenario.data.train)

    assert axes.get_yscale() == "log"
    assert len(axes.get_lines()[0].get_xdata()) == 50
    assert len(axes.get_xticks()) <= 15
    assert axes.get_xticklabels()[-1].get_text() == "level 50"


def test_histograms_count_every_answer_of_a_layer():
    found = activation_histograms(chain(weight=1), [[0], [1], [1], [4]], bins=4)

    assert list(found) == ["h0", "h1", "h2"]
    assert found["h0"].edges.tolist() == [0, 1, 2, 3, 4]
    assert found["h0"].counts.tolist() == [1, 2, 0, 1]


def test_a_layer_that_always_answers_the_same_has_a_histogram_too():
    found = activation_histograms(chain(weight=0), [[1], [2]], bins=2)

    assert found["h0"].edges.tolist() == [-0.5, 0, 0.5]
    assert found["h0"].counts.sum() == 2


@pytest.mark.parametrize("X", [[[2.0**60]], [[2.0**60], [2.0**60 + 256]], [[1.0], [1 + 1e-15]]])
def test_answers_that_are_large_and_nearly_the_same_have_a_histogram_too(X):
    found = activation_histograms(chain(weight=1), X)

    assert found["h0"].counts.sum() == len(X)
    assert (np.diff(found["h0"].edges) > 0).all()


def test_answers_over_epochs_are_counted_over_the_span_of_all():
    net = chain(weight=1)

    numbers, course = activation_course(net, [[1], [2]], epochs(net, 3), bins=8)

    histogram = course["h2"]
    assert numbers.tolist() == [0, 1, 2]
    assert histogram.counts.shape == (3, 8)
    np.testing.assert_allclose(histogram.counts.sum(axis=1), [2, 2, 2], rtol=1e-12)


def test_of_very_many_epochs_every_so_manieth_is_kept_and_said():
    net = chain()

    numbers, course = activation_course(net, [[1]], epochs(net, 600), bins=4)

    assert numbers.tolist() == list(range(0, 600, 4))
    assert course["h0"].counts.shape == (150, 4)


def test_answers_now_are_a_row_a_layer_from_the_top():
    axes = ns.draw_activations(chain(), [[1], [2]])

    assert [text.get_text() for text in axes.get_yticklabels()] == ["h0", "h1", "h2"]
    low, high = axes.get_ylim()
    assert low > high
    assert len(axes.patches) == 3


def test_answers_over_epochs_are_a_band_a_layer():
    net = chain()
    axes = ns.draw_activations(net, [[1], [2]], epochs=epochs(net, 5), bins=8)

    assert [image.get_array().shape for image in axes.get_images()] == [(8, 5)] * 3
    assert axes.get_images()[0].get_extent()[:2] == [-0.5, 4.5]


@pytest.mark.parametrize("draw", [ns.draw_gradients, ns.draw_activations])
def test_it_is_drawn_where_it_is_asked_for(draw):
    mine = new_axes()
    data = ([[1]], [[0]]) if draw is ns.draw_gradients else ([[1]],)

    assert draw(chain(), *data, mine, title="Mine") is mine
    assert mine.get_title("left") == "Mine"


@pytest.mark.parametrize("draw", [gradient_course, activation_course])
@pytest.mark.parametrize(
    ("epochs", "error", "words"),
    [([], InvalidValueError, "epochs: none, nothing to draw"),
     (3, WrongTypeError, "epochs: got 3; expected what ns.epochs gives")],
)  # fmt: skip
def test_no_epochs_are_told(draw, epochs, error, words):
    data = ([[1]], [[0]]) if draw is gradient_course else ([[1]],)

    with pytest.raises(error, match=words):
        draw(chain(), *data, epochs)


def test_answers_that_are_not_finite_are_told():
    net = chain(weight=1e300)

    with pytest.raises(InvalidValueError, match="an output is not finite"):
        ns.draw_activations(net, [[1e300]])


def test_a_network_without_parameters_has_no_gradients_to_draw():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1, bias=None)

    with pytest.raises(InvalidValueError, match="no weights and no biases"):
        ns.draw_gradients(net, [[1]], [[0]])


@pytest.mark.parametrize("target", [1.0, 2.0])
@pytest.mark.parametrize("n_epochs", [None, 5])
def test_an_axis_of_norms_shows_no_negative_number(target, n_epochs):
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1, bias=None), net.connect("x", "o", weight=1.0)
    X, T = [[1.0]], [[target]]  # the first has no gradient at all, the second one of its update
    rate = ns.SGD(1.0)
    epochs = None if n_epochs is None else ns.epochs(net, X, T, optimizer=rate, epochs=n_epochs)

    axes = ns.draw_gradients(net, X, T, epochs=epochs)

    low, high = axes.get_ylim()
    assert -0.02 * high <= low <= 0 < high
    assert all(tick >= 0 for tick in axes.get_yticks() if low <= tick <= high)
