"""Small maps: each holds what its neuron answers, and stands where it is put."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.pages import new_axes
from neurosim.drawing.planes import responses
from neurosim.drawing.responses import draw_response, place_responses


def test_responses_are_a_map_a_neuron_centred_at_zero():
    net = ns.load_scenario("xor").network

    axes = ns.draw_responses(net, resolution=6)

    pictures = responses(net, resolution=6)
    images = axes.get_images()
    assert [image.get_array().tolist() for image in images] == [
        picture.tolist() for picture in pictures.values()
    ]
    assert {image.norm.vcenter for image in images} == {0}
    for image, picture in zip(images, pictures.values(), strict=True):
        assert image.norm.halfrange == np.abs(picture).max()
    assert set(pictures) <= {text.get_text() for text in axes.texts}


def test_maps_of_responses_stand_in_columns_and_do_not_overlap():
    boxes, notes = place_responses(ns.load_scenario("spirals").network)

    assert sorted({left for left, *_ in boxes.values()}) == [0, 1.5, 3, 4.5]
    assert list(notes.values()) == ["16 more", "16 more"]  # 24 less 8
    places = sorted((left, bottom) for left, bottom, *_ in boxes.values())
    assert len(set(places)) == len(boxes)
    for left, bottom in places:
        below = [b for a, b in places if a == left and b < bottom]
        assert all(bottom - b >= 1.5 for b in below)


@pytest.mark.parametrize(("n", "drawn", "more"), [(9, 9, []), (10, 8, ["2 more"])])
def test_one_more_is_drawn_and_two_are_counted(n, drawn, more):
    net = ns.Network()
    net.add_layer("x", n), net.add_layer("o", 1), net.connect("x", "o")

    boxes, notes = place_responses(net)

    assert len(boxes) == drawn + 1
    assert list(notes.values()) == more


def test_a_map_in_a_box_leaves_the_axes_as_they_are():
    axes = new_axes()
    axes.set(xlim=(0, 10), ylim=(0, 5), aspect="equal")

    image = draw_response(axes, np.array([[0.0, 2.0], [-1.0, 0.0]]), (2, 3, 1, 0.5))

    assert image.get_extent() == [2, 3, 3, 3.5]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 10), (0, 5))
    assert axes.get_aspect() == 1
    assert (image.norm.vcenter, image.norm.halfrange) == (0, 2)


def test_a_map_of_zeros_is_the_middle_of_the_colours():
    image = draw_response(new_axes(), np.zeros((2, 2)), (0, 0, 1, 1))

    assert image.norm(0.0) == 0.5
