"""Responses: a diagram whose neurons are maps of what they answer."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.diagram.scales import MOST_FILL
from neurosim.drawing.page.pages import new_axes
from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.plots.input_grids import input_grid, responses
from neurosim.errors import ShapeError, UnknownNameError


@pytest.fixture
def maps():
    """``maps(ax)``: the maps of neurons, by name."""
    return lambda ax: {
        image.get_gid().removeprefix("map-"): image
        for image in ax.get_images()
        if image.get_gid().startswith("map-")
    }


def lines_of(axes):
    """What lines look like, by their ids: paths, whether they are solid, widths, colours."""
    return {
        found.get_gid(): (
            found.get_paths()[0].vertices.tolist(), found.get_linestyle()[0][1] is None,
            round(found.get_linewidth()[0], 9), found.get_edgecolor().tolist(),
        )
        for found in axes.collections
        if (found.get_gid() or "").startswith("connection")
    }  # fmt: skip


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def test_each_neuron_is_a_map_of_what_it_answers_centred_at_zero(maps):
    net = ns.load_scenario("xor").network

    axes = ns.draw_responses(net, resolution=6)

    found, pictures = maps(axes), responses(net, input_grid(net, resolution=6))
    assert set(found) == {neuron.name for neuron in net.neurons}
    for name, image in found.items():
        assert image.get_array().tolist() == pictures[name].tolist()
        assert image.origin == "lower"
        assert image.norm.vcenter == 0
        # as of the fills of neurons, the ends of the colours are left out
        assert image.norm.halfrange == np.abs(pictures[name]).max() / MOST_FILL


@pytest.mark.slow
def test_maps_stand_where_the_neurons_of_the_diagram_stand(maps):
    net = ns.load_scenario("xor-skip").network

    axes = ns.draw_responses(net, resolution=3)

    arrangement = prepare(net).arrangement
    for name, (x, y) in arrangement.by_name().items():
        left, right, bottom, top = maps(axes)[name].get_extent()
        assert ((left + right) / 2, (bottom + top) / 2) == pytest.approx((x, y), abs=1e-12)
        assert right - left == pytest.approx(top - bottom, abs=1e-12)
        assert right - left == pytest.approx(2.0, abs=0.1)  # as large as the circle


@pytest.mark.parametrize("name", ["xor", "xor-skip"])
def test_the_lines_are_those_of_the_diagram(name):
    net = ns.load_scenario(name).network

    found = lines_of(ns.draw_responses(net, resolution=3))

    assert len(found) == len(net.connections)
    drawn = lines_of(ns.draw(net, show=()))
    assert {of: look[1:] for of, look in found.items()} == {of: drawn[of][1:] for of in drawn}


@pytest.mark.parametrize("theme", THEMES)
def test_a_frame_has_the_colour_of_the_theme_and_hides_the_corners(by_id, maps, theme):
    from matplotlib.colors import to_rgba

    axes = ns.draw_responses(ns.load_scenario("xor").network, resolution=3, theme=theme)

    frame = by_id(axes)["neuron-h1"]
    assert frame.get_edgecolor() == to_rgba(THEMES[theme].foreground)
    assert frame.get_zorder() > maps(axes)["h1"].get_zorder()
    assert maps(axes)["h1"].get_clip_path() is not None


def test_how_far_the_colours_go_stands_at_each_name_and_in_the_legend(small):
    axes = ns.draw_responses(small, span=((-1, 2), (0, 4)), resolution=3)

    texts = texts_of(axes)  # h = x1 - x2 is -5 at most, o = h / 2
    assert {"x1\n± 2", "x2\n± 4", "h\n± 5", "o\n± 2.5"} <= set(texts)
    assert {"answer −r", "r, as ± r at each name says"} <= set(texts)
    assert "each map: x1 from −1 to 2 to the right, x2 from 0 to 4 upwards" in texts
    assert not {"identity", "input"} & set(texts)  # no curves are drawn


def test_inputs_that_are_fixed_are_said():
    net = ns.Network()
    net.add_layer("x", 3), net.add_layer("o", 1), net.connect("x", "o")

    axes = ns.draw_responses(net, fixed={"x2": 0.5}, resolution=3)

    texts = " ".join(texts_of(axes))
    assert "x1 from −1 to 1 to the right, x3 from −1 to 1 upwards, x2 = 0.5" in texts


def test_of_a_large_layer_the_first_and_the_last_are_drawn_and_the_rest_is_counted(maps, layered):
    axes = ns.draw_responses(layered(2, 20, 1), resolution=3)

    assert len(maps(axes)) == 2 + 16 + 1
    assert "4 more" in texts_of(axes)
    assert "dots-l1_" in " ".join(artist.get_gid() or "" for artist in axes.collections)
    assert len(maps(ns.draw_responses(layered(2, 20, 1), resolution=3, full=True))) == 23


@pytest.mark.slow
def test_where_neurons_are_boxes_the_drawing_says_that_there_are_no_maps(maps, layered):
    axes = ns.draw_responses(layered(2, *[16] * 19, 1), resolution=3)

    assert maps(axes) == {}
    assert "no maps: neurons are drawn as boxes, full draws each" in texts_of(axes)
    assert not any(text.startswith("each map") for text in texts_of(axes))


def test_an_axes_that_is_given_shows_the_whole_diagram():
    axes = new_axes()

    assert ns.draw_responses(ns.load_scenario("xor").network, axes, resolution=3) is axes

    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for image in axes.get_images():
        x0, x1, y0, y1 = image.get_extent()
        assert left < x0 < x1 < right
        assert bottom < y0 < y1 < top
    assert axes.get_aspect() == 1


def test_a_map_of_zeros_is_the_middle_of_the_colours(maps, small):
    for connection in small.connections:
        connection.weight = 0.0

    axes = ns.draw_responses(small, resolution=3)

    assert maps(axes)["o"].norm(0.0) == 0.5
    assert "o\n± 0" in texts_of(axes)


def test_what_makes_no_maps_is_told():
    net = ns.Network()
    net.add_layer("x", 3), net.add_layer("o", 1), net.connect("x", "o")

    with pytest.raises(ShapeError, match="a plane needs two inputs that vary, got 3"):
        ns.draw_responses(net)
    with pytest.raises(UnknownNameError, match="unknown layout 'circle'"):
        ns.draw_responses(net, fixed={"x1": 0}, layout="circle")


# --- one input


def test_over_one_input_each_neuron_is_a_curve_with_a_line_at_zero(by_id):
    net = ns.Network("line")
    net.add_layer("in", ["x"]), net.add_layer("out", ["o"])
    net.connect("x", "o", weight=-3.0)

    axes = ns.draw_responses(net, span=(-1, 2), resolution=4)

    x, y = prepare(net).arrangement.by_name()["o"]
    curve = by_id(axes)["curve-o"].get_xydata() - (x, y)  # 3, 0, -3, -6
    across, up = curve.T
    assert up / up.max() == pytest.approx([1, 0, -1, -2], abs=1e-9)
    assert across[0] == pytest.approx(-across[-1], abs=1e-9)
    assert -1 < up[-1] < -0.7  # as far as it goes, within the frame
    assert "map-o" not in by_id(axes)
    texts = texts_of(axes)
    assert {"x\n± 2", "o\n± 6", "each curve: x from −1 to 2 to the right"} <= set(texts)
    assert "answer, −r at the foot to r, as ± r at each name says" in texts
