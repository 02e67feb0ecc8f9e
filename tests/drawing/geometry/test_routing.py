"""The way of each connection: through no neuron that it does not touch, beside every other."""

import itertools
import math

import numpy as np
import pytest

from neurosim.drawing.geometry import routing
from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.geometry.layout import arrange
from neurosim.drawing.geometry.measures import FREE, LANE, MARGIN, RADIUS
from neurosim.drawing.geometry.routing import Route, bounds, routes
from neurosim.network import Network


def chain(n):
    net = Network()
    for i in range(n):
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(n - 1)], np.ones(n - 1))
    return net


@pytest.fixture
def skipping(layered):
    """Three neurons in a row, and a connection from the first to the last."""
    net = layered(1, 1, 1)
    net.connect("l0_1", "l2_1")
    return net


def drawn(net, **options):
    arrangement = arrange(fold(net, **options))
    return arrangement, {route.line.of.name: route for route in routes(arrangement)}


def test_a_network_without_connections_has_no_ways():
    net = Network()
    net.add_neuron("n")

    assert routes(arrange(fold(net))) == ()
    assert routes(arrange(fold(Network()))) == ()


def test_a_straight_way_leads_from_border_to_border(layered):
    _, found = drawn(layered(1, 1))

    assert found["l0_1->l1_1"].points == ((RADIUS, 0.0), (RADIUS + FREE, 0.0))


def test_a_skip_bends_around_the_neuron_between(skipping):
    arrangement, found = drawn(skipping)

    way = found["l0_1->l2_1"]

    assert not way.is_straight
    assert len(way.points) == 10  # three curves: out of the way, past, back
    x = arrangement.columns[1].x
    (left, height), (right, same_height) = way.points[3], way.points[6]
    assert left < x - RADIUS < x + RADIUS < right
    assert height == same_height
    assert abs(height - arrangement.by_name()["l1_1"][1]) > RADIUS + MARGIN


def test_a_skip_that_meets_nobody_is_straight():
    net = Network()
    net.add_layer("x", 1), net.add_layer("h", 2), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o"), net.connect("x", "o")

    _, found = drawn(net)

    assert found["x1->o1"].is_straight


@pytest.mark.slow
def test_no_way_comes_near_a_neuron_that_it_does_not_touch(random_drawings, clearance):
    n_bent = 0
    for arrangement, ways in random_drawings:
        n_bent += sum(not way.is_straight for way in ways)
        for way in ways:
            assert clearance(arrangement, way) > MARGIN - 1e-3, way  # of points a tenth apart

    assert n_bent > 500


@pytest.mark.slow
def test_straight_lines_alone_would_run_through_neurons(random_network, clearance, monkeypatch):
    monkeypatch.setattr(routing._Sides, "are_clear", lambda sides, *_: sides.span > 0)
    hits = 0
    for seed in range(20):
        arrangement = arrange(fold(random_network(seed)))
        hits += sum(clearance(arrangement, way) < MARGIN for way in routes(arrangement))

    assert hits > 20


@pytest.mark.slow
def test_no_way_between_boxes_comes_near_another_box(random_network, clearance):
    for seed in range(0, 60, 2):
        arrangement = arrange(boxed(random_network(seed)))
        for way in routes(arrangement):
            assert clearance(arrangement, way) > MARGIN - 1e-3


def test_the_check_of_ways_sees_one_that_runs_through(skipping, clearance):
    arrangement, found = drawn(skipping)
    places = arrangement.by_name()

    straight = Route(found["l0_1->l2_1"].line, (places["l0_1"], places["l2_1"]))

    assert clearance(arrangement, straight) < 0.0


def test_every_way_begins_and_ends_at_the_border_of_its_neurons(random_drawings):
    for arrangement, ways in random_drawings:
        for way in ways:
            ends = (way.line.source, way.points[0]), (way.line.target, way.points[-1])
            for item, point in ends:
                assert math.dist(point, arrangement.places[item]) == pytest.approx(RADIUS, abs=1e-9)


def test_ways_stand_in_the_order_of_the_connections(random_network):
    net = random_network(7)

    found = routes(arrange(fold(net)))

    assert [way.line.of for way in found] == list(net.connections)


def test_no_two_bends_coincide_where_they_pass_a_column(random_drawings):
    n_pairs = 0
    for arrangement, ways in random_drawings:
        bent = [np.array(sorted(way.polyline(8))) for way in ways if not way.is_straight]
        for column in arrangement.columns:
            passing = [p for p in bent if p[0, 0] < column.x - 1.2 and column.x + 1.2 < p[-1, 0]]
            heights = sorted(np.interp(column.x, *points.T) for points in passing)
            gaps = np.diff(heights)
            n_pairs += len(gaps)

            assert gaps.min(initial=1.0) > 0.05  # many lanes move together

    assert n_pairs > 5 * len(random_drawings)


def test_parallel_skips_run_side_by_side():
    net = Network()
    for name in ("x", "h", "o"):
        net.add_layer(name, 3)
    net.connect("x", "h"), net.connect("h", "o"), net.connect("x", "o")

    arrangement, found = drawn(net)
    lanes = sorted(height for (height,) in arrangement.lanes.values())

    assert sorted(arrangement.lanes) == list(range(18, 27))
    assert min(b - a for a, b in itertools.pairwise(lanes)) == pytest.approx(LANE, abs=1e-5)
    assert sum(not way.is_straight for way in found.values()) >= 5


def test_connections_inside_a_column_reach_out_of_it_sideways(clearance):
    net = Network()
    net.add_layer("x", 4)
    net.add_layer("h", 4)
    net.connect("x1", "h1")
    net.connect("h1", "h2"), net.connect("h1", "h4"), net.connect("h2", "h4")

    arrangement, found = drawn(net, kind="layers")

    assert len({way.points for way in found.values()}) == 4
    for way in found.values():
        assert clearance(arrangement, way) > MARGIN


def test_a_connection_that_leads_to_the_left_arrives_from_the_right(clearance):
    net = Network()
    net.add_layer("x", 1), net.add_layer("a", 2), net.add_layer("b", 2)
    net.connect("x1", "a1"), net.connect("a1", "b1"), net.connect("b1", "a2")

    arrangement, found = drawn(net, kind="layers")
    way = found["b1->a2"]

    assert way.points[0][0] < arrangement.by_name()["b1"][0]
    assert way.points[-1][0] > arrangement.by_name()["a2"][0]
    assert clearance(arrangement, way) > MARGIN


def test_very_many_long_lines_go_around_the_whole(clearance):
    net = chain(200)
    net.connect_many([("n0", f"n{i}") for i in range(2, 200)], np.ones(198))

    arrangement, found = drawn(net, full=True)
    around = [w for i, w in enumerate(found.values()) if i >= 199 and i not in arrangement.lanes]

    assert len(around) > 50
    assert len({way.points[3] for way in around}) == len(around)
    for way in around[::10]:
        assert clearance(arrangement, way) > MARGIN


def test_lines_around_the_whole_share_a_track_only_where_they_do_not_meet(monkeypatch):
    monkeypatch.setattr("neurosim.drawing.geometry.columns._FEW_BENDS", -1000)
    net = chain(9)
    net.connect_many([("n0", "n3"), ("n1", "n4"), ("n3", "n6"), ("n4", "n8")], np.ones(4))

    _, found = drawn(net)
    heights = [found[name].points[3][1] for name in ("n0->n3", "n1->n4", "n3->n6", "n4->n8")]

    assert heights[0] == heights[2] != heights[1] == heights[3]


def test_at_walks_from_the_source_to_the_target(random_drawings):
    for _, ways in random_drawings[:40]:
        for way in ways:
            assert way.at(0.0) == pytest.approx(way.points[0], abs=1e-9)
            assert way.at(1.0) == pytest.approx(way.points[-1], abs=1e-9)


def test_a_polyline_follows_the_curve(skipping):
    _, found = drawn(skipping)
    way = found["l0_1->l2_1"]

    points = way.polyline(4)

    assert len(points) == 1 + 3 * 4
    assert points[0] == way.points[0]
    assert points[::4] == way.points[::3]


def test_bounds_of_nothing_are_a_point():
    assert bounds([]) == (0.0, 0.0, 0.0, 0.0)
