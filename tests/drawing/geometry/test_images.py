"""Inputs as an image: one item, neurons as their weights from it, bars beside outputs."""

import numpy as np
import pytest

from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import draw
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.network.network import Network


@pytest.fixture
def pictures():
    """Six pixels, two neurons that look at them, two classes; one pixel leads to a class, too."""
    net = Network("pictures")
    net.add_layer("x", 6)
    net.add_layer("h", 2, bias=0.0)
    net.add_layer("o", 2, activation="softmax", bias=0.0)
    net.connect("x", "h", weights=[[i, -i] for i in range(6)])
    net.connect("h", "o", weights=[[1.0, 0.0], [0.0, 1.0]])
    return net


def test_all_inputs_are_one_image_and_neurons_show_their_weights_from_it(pictures):
    diagram = prepare(pictures, show_as=(2, 3), sample=[0, 1, 2, 3, 4, 5], target=[1, 0])

    assert [circle.name for circle in diagram.folded.circles] == ["h1", "h2", "o1", "o2"]
    assert diagram.folded.images[0].neurons == pictures.inputs
    assert np.array_equal(diagram.matrices[1], [[0, -1, -2], [-3, -4, -5]])
    assert diagram.tiles.largest == 5.0
    assert diagram.inputs.largest == 5.0
    assert diagram.folded.n_hidden_connections == 0
    assert [(bar.of, bar.part, bar.target) for bar in diagram.bars] == [
        ("o1", diagram.values.outputs["o1"], 1.0),
        ("o2", diagram.values.outputs["o2"], 0.0),
    ]


def test_a_pixel_without_a_connection_has_no_weight_in_the_image(pictures):
    pictures.remove_connection("x1", "h1")

    first = prepare(pictures, show_as=[3, 2]).matrices[0]

    assert np.isnan(first[0, 0])
    assert np.nansum(first) == 15.0


def test_pixels_and_weights_are_painted_row_by_row(pictures):
    axes = draw(pictures, show_as=(2, 3), sample=[0, 1, 2, 3, 4, 5])

    images = {image.get_gid(): image.get_array() for image in axes.images}
    assert np.allclose(images["tile-h1"], np.arange(6).reshape(2, 3) / 5.0, rtol=1e-15)
    assert images["image"].shape == (2, 3)
    assert np.all(np.diff(images["image"].ravel()) > 0.0)


@pytest.mark.parametrize(
    ("shape", "error", "words"),
    [
        ((2, 2), ShapeError, "show_as: got 2 x 2 = 4 pixels; expected two numbers whose product"),
        ((6,), WrongTypeError, r"show_as: got \(6,\); expected rows and columns"),
        ("23", WrongTypeError, "show_as: got '23'"),
        ((-2, -3), WrongTypeError, "show_as"),
    ],
)
def test_what_is_no_shape_of_the_inputs_is_refused(pictures, shape, error, words):
    with pytest.raises(error, match=words):
        prepare(pictures, show_as=shape)


def test_layers_are_boxes_by_choice(small):
    folded = prepare(small, boxes=True).folded

    assert [box.name for box in folded.boxes] == ["x", "hidden", "out"]
    assert [tile.name for tile in folded.tiles] == ["x->hidden", "hidden->out"]


def test_boxes_show_no_image(layered):
    with pytest.raises(InvalidValueError, match="show_as: got a network that is drawn in boxes"):
        prepare(layered(*[20] * 20), show_as=(4, 5))
