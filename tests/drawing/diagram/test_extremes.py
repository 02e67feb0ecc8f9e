"""Numbers at the ends of what floats can hold are drawn as any others, or refused in words."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurosim as ns
from neurosim.drawing.diagram.diagram import compose
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.drawing import paint
from neurosim.drawing.geometry.abridging import boxed
from neurosim.drawing.page.themes import LIGHT
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.errors import InvalidValueError

LARGEST = float(np.finfo(float).max)


def crossed(weight):
    """Two inputs, two outputs: the weight, its opposite, zero and a half of it."""
    net = ns.Network("crossed")
    net.add_layer("x", 2), net.add_layer("o", 2)
    net.connect("x", "o", weights=[[weight, -weight], [0.0, weight / 2]])
    return net


def colours_of(image):
    """The colours of the cells of a heat map, row by row."""
    return [to_hex(colour) for colour in image.to_rgba(image.get_array()).reshape(-1, 4)]


@pytest.mark.parametrize("weight", [1e-300, 1.0, 8e307, 1e308, LARGEST])
def test_mermaid_and_dot_draw_the_largest_weight_as_broad_whatever_it_is(weight):
    for form in (to_mermaid, to_dot):
        lines = [line for line in form(crossed(weight)).splitlines() if "width=" in line]
        usual = [line for line in form(crossed(1.0)).splitlines() if "width=" in line]

        widths = [line.split("width=")[1] for line in lines]

        assert widths == [line.split("width=")[1] for line in usual]


def test_a_heat_map_keeps_the_signs_of_the_largest_weights():
    axes = ns.draw_weights(crossed(LARGEST))
    axes.figure.canvas.draw()

    colours = colours_of(axes.child_axes[0].images[0])

    assert (colours[0], colours[1]) == (LIGHT.diverging[-1], LIGHT.diverging[0])
    assert colours[2] == LIGHT.diverging[4]


def test_boxes_keep_the_signs_of_the_largest_weights():
    axes = paint(compose(boxed(crossed(LARGEST)), SampleValues()))
    axes.figure.canvas.draw()
    (image,) = [one for one in axes.images if one.get_gid().startswith("weights-")]

    colours = colours_of(image)

    assert (colours[0], colours[1]) == (LIGHT.diverging[-1], LIGHT.diverging[0])
    assert colours[2] == LIGHT.diverging[4]


@pytest.mark.parametrize("losses", [[1.0, 1e200, 1e303], [1.0, LARGEST], [1e-320, 1.0]])
def test_losses_at_the_ends_of_the_range_stand_on_a_log_axis(losses):
    axes = ns.draw_loss(losses)
    axes.figure.canvas.draw()

    low, high = axes.get_ylim()

    assert axes.get_yscale() == "log"
    assert 0.0 < low <= min(losses) <= max(losses) <= high
    assert list(axes.lines[0].get_ydata()) == losses


def test_gradients_that_are_not_finite_are_told():
    net = ns.Network("steep")
    net.add_layer("x", 1), net.add_layer("o", 1)
    net.connect("x", "o", weights=[[1e300]])

    with pytest.raises(InvalidValueError, match="a gradient is not finite"):
        ns.draw_gradients(net, [[1e300]], [[0.0]])
