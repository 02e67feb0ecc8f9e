"""The artists of a drawing: colours, styles, widths, fills, texts, marks."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurosim as ns
from neurosim.drawing.diagram.canvas import MOST_NAMED, element_id
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import draw, draw_step
from neurosim.drawing.page.themes import LEAST_CONTRAST, THEMES, contrast
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from tests.each import each

GIVEN = {"sample": [2, 3], "target": [1], "loss": "half_squared_error"}
TRAINING = {"loss": "half_squared_error", "optimizer": ns.SGD(0.5), "epochs": 1}
ALL = ("weights", "outputs", "deltas", "gradients")


def is_dashed(collection):
    return collection.get_linestyle()[0][1] is not None


@pytest.fixture
def graded():
    """One input with a connection for each weight."""

    def graded(*weights):
        net = ns.Network("graded")
        net.add_layer("x", ["x_"])
        net.add_layer("y", len(weights))
        net.connect("x", "y", weights=[weights])
        return net

    return graded


@each(
    ("options", "error", "words"),
    [
        ({"ax": 3}, WrongTypeError, "ax: got 3; expected a matplotlib Axes"),
        ({"theme": "drak"}, UnknownNameError, r"unknown theme 'drak' \(did you mean 'dark'\?\)"),
        ({"layout": "row"}, UnknownNameError, "unknown layout 'row'"),
        ({"title": 3}, WrongTypeError, "title: not a string, got 3"),
        ({"subtitle": None}, WrongTypeError, "subtitle: not a string, got None"),
        ({"show": ["all"]}, UnknownNameError, "unknown thing to show 'all'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(small, options, error, words):
    with pytest.raises(error, match=words):
        draw(small, **options)


def test_what_is_no_network_is_refused():
    with pytest.raises(WrongTypeError, match=r"got 3; expected a neurosim.Network"):
        draw(3)


def test_outputs_that_are_infinite_are_drawn(by_id):
    net = ns.Network("overflow")
    net.add_input("x")
    net.add_neuron("a")
    net.connect("x", "a", weight=1e308)

    found = by_id(draw(net, sample=[1e5]))

    assert found["value-a"].get_text() == "inf"


def test_each_neuron_connection_and_text_has_an_id(small, by_id):
    found = by_id(draw(small, **GIVEN))

    names, lines = ["x1", "x2", "h", "o"], ["x1-h", "x2-h", "h-o"]
    assert {f"{kind}-{n}" for kind in ("neuron", "name", "value") for n in names} <= set(found)
    assert {f"{kind}-{n}" for kind in ("connection", "weight") for n in lines} <= set(found)
    assert found["weight-x2-h"].get_text() == "−1"
    assert found["value-o"].get_text() == "−0.5"
    assert found["loss"].get_text() == "L = 1.12"
    assert found["title-0"].get_text() == "small"


def test_ids_are_given_once(small):
    ax = draw(small, **GIVEN, show=ALL, highlight=["h", "x1->h", "x2"], subtitle="epoch 0")

    ids = [artist.get_gid() for artist in ax.get_children() if artist.get_gid()]
    assert len(ids) == len(set(ids))


def test_colour_and_style_both_say_the_sign(graded, by_id):
    found = by_id(draw(graded(-2.0, -0.1, 0.1, 2.0)))

    lines = [found[f"connection-x_-y{number}"] for number in (1, 2, 3, 4)]
    assert [is_dashed(line) for line in lines] == [True, True, False, False]
    reds, _, blues, _ = np.array([line.get_edgecolor()[0] for line in lines]).T
    assert (reds > blues).tolist() == [True, True, False, False]


def test_colours_come_from_the_map_of_the_theme(graded, by_id):
    for theme in THEMES.values():
        found = by_id(draw(graded(-2.0, 1.0), theme=theme.name))

        colours = theme.diverging_map()
        assert to_hex(found["connection-x_-y1"].get_edgecolor()[0]) == to_hex(colours(0.12))
        assert to_hex(found["connection-x_-y2"].get_edgecolor()[0]) == to_hex(colours(0.795))


def test_widths_grow_with_weights_and_strong_lines_lie_above(graded, by_id):
    ax = draw(graded(-2.0, 0.0, 0.5, 1.0))
    found = by_id(ax)

    order = [2, 3, 4, 1]  # by size
    widths = [found[f"connection-x_-y{n}"].get_linewidth()[0] for n in order]
    drawn = [a.get_gid() for a in ax.get_children() if str(a.get_gid()).startswith("connection")]
    assert widths == sorted(set(widths))
    assert drawn == [f"connection-x_-y{n}" for n in order]


def test_a_weight_of_zero_is_grey_and_seen(graded, by_id):
    found = by_id(draw(graded(0.0, 1.0)))

    assert to_hex(found["connection-x_-y1"].get_edgecolor()[0]) == THEMES["light"].muted


@pytest.mark.parametrize("theme", list(THEMES))
def test_every_text_is_read_on_its_ground(small, by_id, theme):
    ax = draw(small, **GIVEN, show=ALL, theme=theme, highlight=["h", "x1->h"], subtitle="epoch 0")
    found = by_id(ax)

    assert len(ax.texts) > 20
    for text in ax.texts:
        _, is_value, name = str(text.get_gid()).partition("value-")
        ground = found[f"neuron-{name}"].get_facecolor() if is_value else ax.get_facecolor()
        assert contrast(to_hex(text.get_color()), to_hex(ground)) >= LEAST_CONTRAST


def test_neurons_are_filled_by_their_outputs(small, by_id):
    found = by_id(draw(small, **GIVEN))

    fills = {n: found[f"neuron-{n}"].get_facecolor() for n in ("x2", "h", "o")}
    assert fills["x2"][2] > fills["x2"][0]  # 3: blue
    assert fills["h"][0] > fills["h"][2]  # -1: red
    assert sum(fills["o"]) > sum(fills["h"])  # -1/2: paler


def test_without_values_neurons_have_the_colour_of_the_page(small, by_id):
    found = by_id(draw(small, theme="dark"))

    assert to_hex(found["neuron-x1"].get_facecolor()) == THEMES["dark"].background


def test_each_neuron_but_inputs_has_the_curve_of_its_activation(small, by_id):
    curves = by_id(draw(small, **GIVEN))["activations"]

    assert len(curves.get_segments()) == 2


def test_curves_and_values_stand_inside_their_neurons(layered, by_id):
    for sample in (None, [0.5] * 3):
        ax = draw(layered(3, 4), sample=sample)
        discs = [a.center for gid, a in by_id(ax).items() if gid.startswith("neuron-")]

        for segment in by_id(ax)["activations"].get_segments():
            reach = np.hypot(*(segment[:, None] - np.array(discs)).T).max(axis=1)
            assert reach.min() < 0.95


def test_frozen_connections_have_two_bars_each(small, by_id):
    assert len(by_id(draw(small))["frozen"].get_segments()) == 2
    small["h", "o"].trainable = True
    assert "frozen" not in by_id(draw(small))


def test_a_frozen_bias_is_marked(small, by_id):
    small["h"].bias_trainable = False

    assert by_id(draw(small))["name-h"].get_text() == "h\nb 0 ‖"


def test_what_is_highlighted_has_a_ring_or_a_casing(small, by_id):
    found = by_id(draw(small, highlight=["h", "x1->h"]))

    accent = THEMES["light"].highlight
    assert to_hex(found["mark-h"].get_edgecolor()) == accent
    assert to_hex(found["mark-x1-h"].get_edgecolor()[0]) == accent
    line, casing = found["connection-x1-h"], found["mark-x1-h"]
    assert casing.get_linewidth()[0] > line.get_linewidth()[0]
    assert found["name-h"].get_fontweight() == found["weight-x1-h"].get_fontweight() == "bold"


def test_lines_that_do_not_lead_to_the_right_have_heads(by_id):
    net = ns.Network("back")
    net.add_layer("x", 1)
    net.add_layer("a", 2)
    net.connect("x", "a")
    net.connect("a1", "a2")

    found = by_id(draw(net, layout="layers"))

    assert len(found["arrows"].get_paths()) == 1


def test_outputs_have_a_broad_border_where_they_are_not_the_last_column(small, by_id):
    plain = by_id(draw(small))
    assert plain["neuron-o"].get_linewidth() == plain["neuron-h"].get_linewidth()
    small.outputs = ["h"]

    found = by_id(draw(small))

    assert found["neuron-h"].get_linewidth() > 2.0 * found["neuron-o"].get_linewidth()


def test_very_many_lines_are_two_collections(layered, by_id):
    net = layered(21, 20)  # 420

    found = by_id(draw(net, full=True))

    assert len(net.connections) > MOST_NAMED
    assert len(found["connections"].get_segments()) == 420
    assert not [gid for gid in found if gid.startswith("connection-")]


def test_boxes_have_heat_maps_of_their_weights(layered, by_id):
    net = layered(*[20] * 19)

    found = by_id(draw(net))

    image = found[element_id("weights", "l0_", "l1_")]
    weights = [connection.weight for connection in net.connections[:400]]
    assert np.array_equal(image.get_array(), np.reshape(weights, (20, 20)))
    assert image.get_clim() == (-image.get_clim()[1], max(abs(c.weight) for c in net.connections))


@pytest.mark.slow
def test_more_neurons_than_are_drawn_are_a_mark_with_their_number(layered, by_id):
    found = by_id(draw(layered(784, 2)))

    assert found[element_id("more", "l0_: 768 more")].get_text() == "768 more"


# --- a step


def test_a_session_shows_what_is_about_to_happen(small, by_id):
    session = ns.debug(small, [[2.0, 3.0]], [[1.0]], **TRAINING)
    session.step(3)  # two inputs, and the bias of h

    ax = draw_step(session, theme="dark")

    found = by_id(ax)
    assert {"mark-h", "mark-x1-h"} <= set(found)
    assert found["value-x2"].get_text() == "3"
    assert "h: net = 0 + 1*2 = 2 is about" in found["subtitle-1"].get_text()


def test_a_session_at_its_end_marks_nothing(small, by_id):
    session = ns.debug(small, [[2.0, 3.0]], [[1.0]], **TRAINING)
    session.continue_()

    assert not [gid for gid in by_id(draw_step(session)) if gid.startswith("mark")]


def test_what_a_box_hides_is_said_in_it(layered):
    net = layered(*[20] * 19)
    for number in range(2, 6):
        net.connect("l3_1", f"l3_{number}")

    ax = draw(net, layout="layers")

    assert "4 connections inside, not drawn" in [text.get_text() for text in ax.texts]


def test_noise_beside_others_is_written_and_painted_as_zero(graded, by_id):
    net = graded(1.0, -5e-17)
    found = by_id(draw(net, sample=[1.0]))

    assert found["weight-x_-y2"].get_text() == "0"
    assert found["value-y2"].get_text() == "0"
    assert to_hex(found["connection-x_-y2"].get_edgecolor()[0]) == THEMES["light"].muted
    assert not is_dashed(found["connection-x_-y2"])
    alone = by_id(draw(graded(-5e-17), sample=[1.0]))
    assert (alone["weight-x_-y1"].get_text(), alone["value-y1"].get_text()) == ("−5e−17", "−5e−17")


def test_a_bias_that_is_noise_beside_the_weights_is_zero(graded, by_id):
    net = graded(1.0)
    net["y1"].bias = 3.6e-19

    assert by_id(draw(net))["name-y1"].get_text() == "y1\nb 0"


def test_numbers_have_the_digits_that_are_asked_for_and_stay_in_their_neurons(small, by_id):
    small["x1", "h"].weight = -0.123456789
    found = by_id(draw(small, **GIVEN, show=ALL, digits=8))

    assert found["weight-x1-h"].get_text().startswith("−0.12345679\n")
    assert found["value-h"].get_text() == f"−{abs(values_of(small)['h']):.8g}"
    label = found["value-h"]
    assert label.get_fontsize() < found["value-x1"].get_fontsize()
    with pytest.raises(InvalidValueError, match="digits: got 16; expected at most 15"):
        draw(small, digits=16)


def values_of(network):
    """Each neuron's output of the sample."""
    twin = network.copy()
    twin.forward(GIVEN["sample"])
    return {neuron.name: neuron.output for neuron in twin.neurons}


def test_labels_stand_in_the_place_of_names_and_are_not_taken_for_letters(small, by_id):
    small["x1"].label, small["o"].label = "w b kg", "cat\n"
    ax = draw(small, **GIVEN, show=("weights", "outputs"))
    found = by_id(ax)

    assert found["name-x1"].get_text() == "w b kg"
    assert found["name-o"].get_text().startswith("cat␊\n")
    assert not any("w: weight" in text.get_text() for text in ax.texts)
    diagram = prepare(small, **GIVEN)
    assert "cat␊ = −0.5" in diagram.description


def test_inputs_have_a_scale_of_their_own(by_id):
    net = ns.Network("houses")
    net.add_layer("x", 2)
    net.add_layer("h", 1, activation="tanh", bias=0.0)
    net.connect("x", "h", weights=[[-1e-3], [0.0]])
    ax = draw(net, sample=[2104.0, 3.0])
    found = by_id(ax)
    tops = {to_hex(THEMES["light"].diverging_map()(0.5 + 0.39 * part)) for part in (1.0, -1.0)}

    assert to_hex(found["neuron-x1"].get_facecolor()) in tops  # the largest input
    red, _, blue, _ = found["neuron-h1"].get_facecolor()
    assert red > blue + 0.5  # tanh(-2.1) is nearly -1, and red, whatever inputs there are
    words = [text.get_text() for text in ax.texts]
    assert {"input −2104", "2104", "output −1", "1"} <= set(words)
    assert "scale-inputs" in found

    net.set_scaling("x1", ns.Scaling(2000, 400))
    words = [text.get_text() for text in draw(net, sample=[2104.0, 3.0]).texts]
    assert "scaled input −3" in words
