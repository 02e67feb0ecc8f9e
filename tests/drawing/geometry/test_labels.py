"""Where texts stand: over no neuron and over no other text."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from neurosim.drawing.diagram.texts import measured
from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.geometry.labels import estimate, label_boxes
from neurosim.drawing.geometry.layout import arrange
from neurosim.drawing.geometry.measures import RADIUS
from neurosim.drawing.geometry.routing import routes
from neurosim.drawing.geometry.spreading import place
from neurosim.network import Network


def label(net, *, weight="-0.123", value="0.123", **options):
    """The labels of a network with the same text on every weight."""
    arrangement = arrange(fold(net, **options))
    return arrangement, _labelled(arrangement, routes(arrangement), weight, value)


def _labelled(arrangement, ways, weight="-0.123", value="0.123"):
    circles = arrangement.folded.circles
    return label_boxes(
        arrangement,
        ways,
        values={circle.name: value for circle in circles},
        names={circle.name: circle.name for circle in circles},
        weights={way.line.of.name: weight for way in ways},
    )


def overlaps(labels):
    """The pairs of labels that share some of their boxes."""
    left, bottom, right, top = np.array([one.box for one in labels]).T
    beside = (left[:, None] < right) & (left < right[:, None])
    above = (bottom[:, None] < top) & (bottom < top[:, None])
    pairs = np.argwhere(np.triu(beside & above, 1)).tolist()
    return [(labels[i], labels[j]) for i, j in pairs]


def over_neurons(arrangement, labels):
    """The labels, but for values and marks, that come into a neuron."""
    texts = [one for one in labels if one.kind in ("name", "weight")]
    middles = np.array([(one.x, one.y) for one in texts])
    halves = np.array([(one.width, one.height) for one in texts]) / 2.0
    places = np.array(arrangement.places)
    beyond = np.maximum(np.abs(places[:, None] - middles) - halves, 0.0)
    is_over = np.hypot(beyond[..., 0], beyond[..., 1]) < RADIUS
    return [(texts[j], i) for i, j in np.argwhere(is_over).tolist()]


def test_a_small_network_has_all_its_labels(layered):
    _, labels = label(layered(2, 2, 1))

    assert str(labels) == "all 16 labels"
    assert sorted({one.kind for one in labels.shown}) == ["name", "value", "weight"]


def test_a_value_stands_in_the_middle_of_its_neuron(layered):
    arrangement, labels = label(layered(2, 1))

    values = {one.of: (one.x, one.y) for one in labels.shown if one.kind == "value"}
    assert values == arrangement.by_name()


def test_names_stand_outside_in_the_first_and_the_last_column_and_below_in_others(layered):
    arrangement, labels = label(layered(2, 2, 1))
    places = arrangement.by_name()

    names = {one.of: one for one in labels.shown if one.kind == "name"}

    assert names["l0_1"].box[2] < places["l0_1"][0] - 1.0
    assert names["l2_1"].box[0] > places["l2_1"][0] + 1.0
    assert names["l1_1"].x == places["l1_1"][0]
    assert names["l1_1"].box[3] < places["l1_1"][1] - 1.0


def distance(label, way):
    """How far a label's box is from a line, at a thousand points of it; 0 where it covers one."""
    points = np.array([way.at(part) for part in np.linspace(0.0, 1.0, 1000)])
    beyond = np.abs(points - (label.x, label.y)) - (label.width / 2.0, label.height / 2.0)
    return float(np.hypot(*np.maximum(beyond, 0.0).T).min())


def test_a_weight_stands_beside_its_line_and_covers_none(layered):
    arrangement = arrange(fold(layered(3, 4)))
    ways = {way.line.of.name: way for way in routes(arrangement)}

    for one in _labelled(arrangement, tuple(ways.values())).shown:
        if one.kind == "weight":
            assert 0.05 < distance(one, ways[one.of]) < 0.2


SIZES = [(n, m) for n in range(1, 13) for m in (1, 5, 9, 12) if n * m <= 60]
SLOW = [pytest.param(sizes, marks=pytest.mark.slow) for sizes in (*SIZES, (4, 8, 3), (3, 3, 3, 3))]


@pytest.mark.quick("sizes0")
@pytest.mark.parametrize("sizes", [(1, 1), (3, 5), (2, 4, 1), *SLOW])
def test_up_to_sixty_weights_all_labels_have_room_beside_their_own_lines(layered, sizes):
    net = layered(*sizes)
    names = {neuron.name: f"{neuron.name}\nb -0.1234\nδ -0.1234" for neuron in net.neurons}
    weights = {one.name: "-0.1234\ng -0.1234" for one in net.connections}

    arrangement, ways, labels = place(
        fold(net), values={}, names=names, weights=weights, measure=measured
    )

    assert str(labels) == f"all {len(net.neurons) + len(net.connections)} labels"
    assert overlaps(labels.shown) == []
    assert over_neurons(arrangement, labels.shown) == []
    own = {way.line.of.name: [way] for way in ways}
    for way in ways:
        for end in (way.line.source, way.line.target):
            own.setdefault(arrangement.folded.items[end].name, []).append(way)
    for one in labels.shown:
        assert all(distance(one, way) > 0.0 for way in own[one.of])


def test_beyond_sixty_the_numbers_are_those_of_the_strongest_into_each_neuron(layered):
    net = layered(12, 12, 12)
    strongest = [connection.name for connection in net.connections][::-1]
    arrangement = arrange(fold(net))

    labels = label_boxes(
        arrangement, routes(arrangement), weights=dict.fromkeys(strongest, "-0.12")
    )

    written = [one.of for one in labels.shown]
    last = {layer.name: layer.neurons[-1].name for layer in net.layers}
    first, second, _ = last
    into = [f"{last[first]}->{n.name}" for n in net.layers[1].neurons]
    into += [f"{last[second]}->{n.name}" for n in net.layers[2].neurons]
    assert sorted(written) == sorted(into)
    assert [*labels.dropped_weights] == [name for name in strongest if name not in into]
    assert str(labels) == "numbers of the strongest into each neuron: 24 of 288"


@pytest.mark.slow
def test_no_label_overlaps_another_or_a_neuron(random_drawings):
    n_dropped = n_shown = 0
    for arrangement, ways in random_drawings:
        labels = _labelled(arrangement, ways)
        n_shown += len(labels.shown)
        n_wanted = len(ways) if len(ways) <= 60 else len({way.line.target for way in ways})
        n_dropped += max(0, n_wanted - (len(ways) - len(labels.dropped_weights)))

        assert overlaps(labels.shown) == []
        assert over_neurons(arrangement, labels.shown) == []
        assert labels.dropped_names == ()

    assert n_dropped < 0.01 * n_shown


def test_the_check_of_overlaps_sees_one(layered):
    _, labels = label(layered(2, 2))

    assert overlaps([*labels.shown, labels.shown[-1]]) == [(labels.shown[-1], labels.shown[-1])]


def test_the_check_of_neurons_sees_one_that_is_covered(layered):
    arrangement, labels = label(layered(2, 2))
    name = next(one for one in labels.shown if one.kind == "name")
    x, y = arrangement.places[0]

    assert over_neurons(arrangement, [replace(name, x=x + 1.0, y=y)]) != []


def test_of_too_many_labels_weights_give_way_first(layered):
    _, labels = label(layered(13, 13))

    assert len(labels.dropped_weights) == 156
    assert labels.dropped_names == ()
    assert str(labels) == "numbers of the strongest into each neuron: 13 of 169"


def test_every_label_is_shown_or_named_as_dropped(layered):
    net = layered(16, 12, 3)
    _, labels = label(net, weight="a long text on a line")

    shown = [one.of for one in labels.shown if one.kind == "weight"]
    assert sorted([*shown, *labels.dropped_weights]) == sorted(c.name for c in net.connections)


def test_names_go_below_then_above_and_then_give_way():
    net = Network()
    names = ["x", *(letter * 64 for letter in "abcde"), "o"]
    for name in names:
        net.add_neuron(name)
    net.connect_many(list(pairwise(names)), [1.0] * 6)

    _, labels = label(net)

    heights = {one.of[0]: one.y for one in labels.shown if one.kind == "name"}
    assert heights["a"] == heights["d"] < 0.0 < heights["b"] == heights["e"]
    assert labels.dropped_names == ("c" * 64,)
    assert str(labels) == "no room for 1 name"


def test_a_value_wider_than_its_neuron_is_dropped(layered):
    _, labels = label(layered(1, 1), value="0.123456789")

    assert labels.dropped_values == ("l0_1", "l1_1")
    assert str(labels) == "no room for 2 values"


def test_the_mark_of_what_is_not_drawn_has_its_text(layered):
    _, labels = label(layered(20, 2))

    (mark,) = [one for one in labels.shown if one.kind == "more"]
    assert (mark.of, mark.text) == ("l0_: 4 more", "4 more")


def test_sizes_are_those_that_are_measured(layered):
    arrangement = arrange(fold(layered(1, 1)))

    labels = label_boxes(
        arrangement,
        routes(arrangement),
        values={"l0_1": "v"},
        weights={"l0_1->l1_1": "w"},
        measure=lambda _, kind: (0.5, 0.25) if kind == "weight" else (0.75, 0.5),
    )

    assert [(one.text, one.width, one.height) for one in labels.shown] == [
        ("v", 0.75, 0.5),
        ("w", 0.5, 0.25),
    ]


def test_boxes_have_texts_of_their_own(layered):
    arrangement = arrange(boxed(layered(2, 2)))

    assert label_boxes(arrangement, routes(arrangement)).shown == ()


def test_an_estimate_grows_with_the_text():
    assert estimate("ab", "name")[0] == pytest.approx(2 * estimate("a", "name")[0], abs=1e-9)


@pytest.mark.slow
def test_the_same_labels_come_out_twice(random_network):
    for seed in range(5):
        assert label(random_network(seed))[1] == label(random_network(seed))[1]
