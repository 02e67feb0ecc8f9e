"""Drawings from the top down, and long chains in rows."""

import pytest

from neurosim.drawing.diagram.diagram import prepare
from neurosim.errors import InvalidValueError, UnknownNameError


def places(net, **options):
    return prepare(net, show=(), **options).arrangement.by_name()


def test_from_the_top_down_each_layer_is_below_its_inputs_in_the_same_order(layered):
    net = layered(4, 3, 2)
    at = places(net, direction="down")

    heights = [{at[neuron.name][1] for neuron in layer.neurons} for layer in net.layers]
    assert [len(one) for one in heights] == [1, 1, 1]
    assert heights == sorted(heights, key=max, reverse=True)
    for layer in net.layers:
        across = [at[neuron.name][0] for neuron in layer.neurons]
        assert across == sorted(across)


def test_from_the_top_down_lines_touch_their_ends_and_labels_nothing(layered):
    diagram = prepare(layered(5, 4, 3), direction="down", sample=[1.0] * 5)

    places_ = diagram.arrangement.places
    for route in diagram.routes:
        for point, end in zip(route.points, (route.line.source, route.line.target), strict=True):
            assert abs(complex(*point) - complex(*places_[end])) == pytest.approx(1.0, abs=1e-9)
    assert diagram.labels.dropped_names == diagram.labels.dropped_values == ()
    assert not any(label.of == "loss" for label in diagram.labels.shown)


def test_boxes_from_the_top_down_end_where_their_lines_begin(layered):
    diagram = prepare(layered(5, 4), boxes=True, direction="down")

    items, at = diagram.folded.items, diagram.arrangement.places
    first = diagram.routes[0]
    source = first.line.source
    assert first.points[0] == pytest.approx((0.0, at[source][1] - items[source].half_height))


def test_a_long_chain_goes_to_and_fro(layered):
    net = layered(*[1] * 7)
    at = [places(net, wrap=3)[neuron.name] for neuron in net.neurons]

    xs, ys = [x for x, _ in at], [y for _, y in at]
    assert xs[2] == xs[3]
    assert xs[5] == xs[6]
    assert xs[:3] == xs[5:2:-1] == sorted(xs[:3])
    assert ys[0] == ys[2] > ys[3] == ys[5] > ys[6]
    down = prepare(net, wrap=3).routes[2]
    assert down.points[0][0] == down.points[1][0] == xs[2]
    assert (down.points[0][1], down.points[1][1]) == (ys[2] - 1.0, ys[3] + 1.0)


def test_a_chain_that_has_room_is_not_wrapped(layered):
    net = layered(2, 2, 2)

    assert places(net, wrap=3) == places(net)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"direction": "up"}, UnknownNameError, "unknown direction 'up'"),
        ({"wrap": 0}, InvalidValueError, "wrap: got 0"),
        ({"wrap": 2}, InvalidValueError, "wrap: got a connection from .* skips a column"),
    ],
)
def test_what_cannot_be_turned_or_wrapped_is_refused(layered, options, error, words):
    net = layered(1, 1, 1, 1)
    first, *_, last = net.neurons
    net.connect(first.name, last.name, weight=1.0)

    with pytest.raises(error, match=words):
        prepare(net, **options)
