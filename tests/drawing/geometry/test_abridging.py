"""What is drawn of a large network, and that the rest is counted."""

import numpy as np
import pytest

from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.geometry.items import Circle, More
from neurosim.drawing.geometry.layout import arrange
from neurosim.network import Network


def counted(folded):
    """How many connections are drawn, in links, inside boxes, and hidden."""
    if folded.has_boxes:
        in_links = sum(len(tile.link.connections) for tile in folded.tiles)
        return in_links + sum(b.n_inside for b in folded.boxes) + folded.n_hidden_connections
    return len(folded.lines) + folded.n_hidden_connections


def chain(n):
    net = Network()
    for i in range(n):
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(n - 1)], np.ones(n - 1))
    return net


@pytest.mark.parametrize("n", [16, 17, 18])
def test_so_few_neurons_are_all_drawn(layered, n):
    folded = fold(layered(n, 2))

    assert folded.more == ()
    assert str(folded) == f"all {n + 2} neurons and {2 * n} connections"


def test_a_layer_of_more_shows_its_first_and_its_last(layered):
    folded = fold(layered(784, 10))

    (mark,) = folded.more
    names = [circle.name for circle in folded.circles]
    assert mark.text == "768 more"
    assert names[:16] == [f"l0_{i}" for i in (*range(1, 9), *range(777, 785))]
    assert mark.neurons[0].name == "l0_9"
    assert mark.neurons[-1].name == "l0_776"
    assert mark.n_connections == 7680
    assert str(folded) == "not drawn: 768 of 794 neurons, 7,680 of 7,840 connections"


def test_hidden_connections_between_two_folded_layers_are_counted_once(layered):
    folded = fold(layered(20, 19))

    assert [mark.n_connections for mark in folded.more] == [4 * 19, 3 * 20]
    assert folded.n_hidden_connections == 4 * 19 + 3 * 20 - 4 * 3 == 20 * 19 - 16 * 16


def test_a_connection_inside_what_is_not_drawn_counts_once():
    net = Network()
    net.add_layer("x", 1), net.add_layer("h", 20)
    net.connect("h10", "h11")

    (mark,) = fold(net, kind="layers").more

    assert mark.n_connections == 1


def test_full_draws_all(layered):
    folded = fold(layered(784, 10), full=True)

    assert (len(folded.circles), len(folded.lines)) == (794, 7840)
    assert folded.n_hidden_neurons == folded.n_hidden_connections == 0


def test_neurons_in_no_layer_fold_by_their_level():
    net = Network()
    net.add_input("x")
    for i in range(20):
        net.add_neuron(f"n{i}")
        net.connect("x", f"n{i}")

    folded = fold(net)

    assert [mark.name for mark in folded.more] == ["level 1: 4 more"]
    assert [line.of.name for line in folded.lines][7:9] == ["x->n7", "x->n12"]


def test_the_mark_stands_between_the_first_and_the_last(layered):
    for kind in ("layers", "levels"):
        arrangement = arrange(fold(layered(40, 30, 20), kind=kind))
        places = arrangement.by_name()

        for number in range(3):
            x, y = places[f"l{number}_8"]
            mark = next(m for m in arrangement.folded.more if m.name.startswith(f"l{number}_"))
            below = f"l{number}_{len(mark.neurons) + 9}"
            assert places[mark.name][0] == x
            assert y > places[mark.name][1] > places[below][1]


def test_more_than_three_hundred_circles_become_boxes(layered):
    assert len(fold(layered(*[16] * 18)).circles) == 288
    folded = fold(layered(*[16] * 19))

    assert folded.circles == ()
    assert [box.name for box in folded.boxes] == [f"l{i}_" for i in range(19)]
    assert str(folded) == "304 neurons and 4,608 connections in 19 boxes"


def test_a_box_says_what_it_stands_for():
    net = Network()
    net.add_layer("x", 3), net.add_layer("h", 2, activation="tanh")
    net.add_neuron("n", activation="relu"), net.add_neuron("m")
    net.connect("x", "h"), net.connect("h", "n"), net.connect("n", "m")

    boxes = boxed(net).boxes

    assert [str(box) for box in boxes] == [
        "x: 3 neurons, input",
        "h: 2 neurons, tanh",
        "level 2: 1 neuron, relu",
        "level 3: 1 neuron, identity",
    ]


def test_a_link_holds_the_weights_as_a_matrix():
    net = Network()
    net.add_layer("x", 2), net.add_layer("o", 3)
    net.connect("x1", "o2", weight=0.5), net.connect("x2", "o1", weight=-1.0)

    (tile,) = boxed(net).tiles

    nan = np.nan
    assert tile.name == "x->o"
    np.testing.assert_array_equal(tile.link.weights(), [[nan, 0.5, nan], [-1.0, nan, nan]])


def test_a_matrix_too_large_shows_means(layered):
    net = layered(4, 1)
    for connection, weight in zip(net.connections, (1.0, 3.0, 5.0, 9.0), strict=True):
        connection.weight = weight

    (tile,) = boxed(net).tiles

    np.testing.assert_array_equal(tile.link.weights(most=2), [[2.0], [7.0]])


def test_a_link_is_two_lines_by_way_of_its_tile(layered):
    folded = boxed(layered(2, 3))

    assert [(line.source, line.target) for line in folded.lines] == [(0, 2), (2, 1)]
    x, tile, o = (arrange(folded).by_name()[name] for name in ("l0_", "l0_->l1_", "l1_"))
    assert x[0] < tile[0] < o[0]


@pytest.mark.slow
def test_very_many_levels_share_a_box():
    folded = fold(chain(1000))

    names = [box.name for box in folded.boxes]
    assert len(names) == 40
    assert names[19:22] == ["level 19", "levels 20 to 980", "level 981"]
    assert sum(len(box.neurons) for box in folded.boxes) == 1000
    assert max(box.n_inside for box in folded.boxes) == 960


def test_nothing_is_left_out_without_being_counted(random_network):
    for seed in range(40):
        net = random_network(seed)
        for folded in (fold(net), fold(net, full=True), boxed(net), boxed(net, kind="layers")):
            items = folded.boxes or [i for i in folded.items if isinstance(i, Circle | More)]
            n = sum(1 if isinstance(i, Circle) else len(i.neurons) for i in items)

            assert n == len(net.neurons)
            assert counted(folded) == len(net.connections)


def test_a_folded_network_is_arranged_without_overlaps(layered):
    arrangement = arrange(fold(layered(40, 3, 70)))
    points = np.array(arrangement.places)

    apart = np.hypot(*(points[:, None] - points[None]).T) + np.diag([9.0] * len(points))

    assert apart.min() > 2.1


@pytest.mark.slow
def test_boxes_and_tiles_do_not_overlap(random_network):
    for seed in range(40):
        arrangement = arrange(boxed(random_network(seed)))
        sizes = np.array([(i.half_width, i.half_height) for i in arrangement.folded.items])
        points = np.array(arrangement.places)
        apart = np.abs(points[:, None] - points[None]) - (sizes[:, None] + sizes[None])
        gaps = apart.max(axis=2) + np.diag([99.0] * len(points))

        assert gaps.min() > 0.5


@pytest.mark.parametrize("full", [True, False])
def test_an_empty_network_draws_nothing(full):
    folded = fold(Network(), full=full)

    assert (folded.items, folded.lines) == ((), ())
    assert boxed(Network()).items == ()
