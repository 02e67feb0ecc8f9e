"""Weights as heat maps: each stands in its cell, and what is not connected is no number."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.drawing.page.pages import new_axes
from neurosim.drawing.page.themes import THEMES, contrast
from neurosim.drawing.plots.weights import place_maps, weight_maps
from neurosim.errors import InvalidValueError
from tests.examples import examples


def small():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("h", 2, bias=[0.5, 0]), net.add_layer("o", 1, bias=-1)
    net.connect("x1", "h1", weight=3), net.connect("x2", "h2", weight=-4)
    net.connect("h", "o", weights=[[1], [-2]])
    return net


def test_rows_are_sources_and_columns_targets():
    first, second = weight_maps(small())

    assert (first.title, first.sources, first.targets) == ("x -> h", ("x1", "x2"), ("h1", "h2"))
    np.testing.assert_array_equal(first.weights, [[3, np.nan], [np.nan, -4]])
    assert second.weights.tolist() == [[1], [-2]]
    assert (first.biases.tolist(), second.biases.tolist()) == ([0.5, 0], [-1])
    assert first.rows == ("x1", "x2", "bias")


@examples(30)
@given(data=st.data())
def test_every_connection_stands_in_one_cell(data, cases):
    net = data.draw(cases()).network
    if not net.connections:
        return

    maps = weight_maps(net)

    found = {
        (source, target): matrix.weights[row, column]
        for matrix in maps
        for (row, source), (column, target) in itertools.product(
            enumerate(matrix.sources), enumerate(matrix.targets)
        )
        if not np.isnan(matrix.weights[row, column])
    }
    assert found == {(c.source.name, c.target.name): c.weight for c in net.connections}
    biases = [
        (name, bias)
        for matrix in maps
        for name, bias in zip(matrix.targets, matrix.biases, strict=True)
        if not np.isnan(bias)
    ]
    reached = {c.target.name for c in net.connections}
    known = {n.name: n.bias for n in net.neurons if n.bias is not None}
    assert dict(biases).items() <= known.items()
    assert len(biases) == len(dict(biases))  # each once
    assert {name for name in reached if name in known} <= {name for name, _ in biases}


def test_a_graph_without_layers_is_one_matrix_of_all():
    net = ns.load_scenario("sparse-random").network

    (matrix,) = weight_maps(net)

    assert matrix.title == "all"
    assert np.isfinite(matrix.weights).sum() == len(net.connections)


def test_biases_stand_in_one_map_and_labels_name_rows_and_columns():
    net = small()
    net.connect("x", "o", weight=1)
    net["x1"].label, net["o1"].label = "length", "cat"

    maps = weight_maps(net)

    assert [(found.title, found.has_biases) for found in maps] == [
        ("x -> h", True), ("h -> o", True), ("x -> o", False),
    ]  # fmt: skip
    assert maps[2].rows == ("length", "x2")
    assert maps[2].targets == ("cat",)


def test_a_network_without_biases_has_no_row_of_them():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 1, bias=None), net.connect("x", "o", weight=1)

    (found,) = weight_maps(net)

    assert found.rows == found.sources == ("x1", "x2")


def test_all_matrices_share_a_scale_that_is_centred_at_zero():
    axes = ns.draw_weights(small(), title="Small")

    images = [inset.get_images()[0] for inset in axes.child_axes[:2]]
    assert [image.get_array().shape for image in images] == [(3, 2), (3, 1)]
    assert {image.norm.vcenter for image in images} == {0}
    assert {image.norm.halfrange for image in images} == {4}
    assert axes.get_title("left") == "Small"


def test_each_cell_says_its_weight_and_what_is_not_connected_has_a_dot():
    inset = ns.draw_weights(small()).child_axes[0]

    assert [text.get_text() for text in inset.texts] == [
        "3", "·", "·", "\N{MINUS SIGN}4", "0.5", "0",
    ]  # fmt: skip
    assert [text.get_text() for text in inset.get_xticklabels()] == ["h1", "h2"]
    assert [text.get_text() for text in inset.get_yticklabels()] == ["x1", "x2", "bias"]
    assert inset.get_title("left") == "x -> h"


@pytest.mark.parametrize("theme", THEMES)
def test_weights_are_read_on_their_cells(theme):
    from matplotlib.colors import to_hex

    inset = ns.draw_weights(small(), theme=theme).child_axes[0]

    image = inset.get_images()[0]
    cells = image.cmap(image.norm(np.ma.masked_invalid(image.get_array()))).reshape(-1, 4)
    for text, cell in zip(inset.texts, cells, strict=True):
        assert contrast(to_hex(text.get_color()), to_hex(cell)) >= 4.5


def test_large_matrices_have_no_numbers_and_not_every_name():
    net = ns.Network(seed=1)
    net.add_layer("x", 200), net.add_layer("o", 100), net.connect("x", "o")

    inset = ns.draw_weights(net).child_axes[0]

    assert len(inset.texts) == 0
    assert inset.get_images()[0].get_array().shape == (201, 100)
    assert len(inset.get_yticks()) <= 40
    assert inset.get_yticklabels()[-1].get_text() == "bias"


@pytest.mark.parametrize("name", ["xor", "residual", "spirals", "activations", "wide-and-deep"])
def test_matrices_do_not_overlap_and_stand_on_the_page(name):
    maps = weight_maps(ns.load_scenario(name).network)

    places, width, height = place_maps(maps)

    for place in places:
        assert place.left >= 12
        assert place.bottom >= 12
        assert place.left + place.width <= width
        assert place.bottom + place.height <= height
    for one, other in itertools.combinations(places, 2):
        beside = one.left + one.width < other.left or other.left + other.width < one.left
        above = one.bottom > other.bottom + other.height or other.bottom > one.bottom + one.height
        assert beside or above


def test_weights_that_are_all_zero_are_drawn_too():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=0)

    image = ns.draw_weights(net).child_axes[0].get_images()[0]

    assert image.norm(0.0) == 0.5


def test_it_is_drawn_where_it_is_asked_for():
    mine = new_axes()

    assert ns.draw_weights(small(), mine) is mine


def test_a_network_without_connections_is_told():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1)

    with pytest.raises(InvalidValueError, match="no weights, got no connections"):
        ns.draw_weights(net)
