"""Where neurons stand."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import neurosim
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.layout import arrange, layout
from neurosim.drawing.geometry.measures import GROUP_GAP, RADIUS, ROW, STEEPEST
from neurosim.errors import MissingExtraError, UnknownNameError
from neurosim.network import Network


def columns(places):
    """The names in each column from left to right, each from top to bottom."""
    xs = sorted({x for x, _ in places.values()})
    return [
        sorted((n for n in places if places[n][0] == x), key=lambda n: -places[n][1]) for x in xs
    ]


def test_a_network_without_neurons_has_no_places():
    assert layout(Network()) == {}


@pytest.mark.parametrize("kind", [None, "layers", "levels"])
def test_one_neuron_stands_at_the_origin(kind):
    net = Network()
    net.add_input("x")

    assert layout(net, kind=kind) == {"x": (0.0, 0.0)}


def test_layers_are_columns_evenly_spaced_around_one_middle(layered):
    places = layout(layered(2, 3, 1))

    assert columns(places) == [["l0_1", "l0_2"], ["l1_1", "l1_2", "l1_3"], ["l2_1"]]
    assert [places[n][1] for n in ("l0_1", "l0_2")] == [ROW / 2, -ROW / 2]
    assert [places[n][1] for n in ("l1_1", "l1_2", "l1_3")] == [ROW, 0.0, -ROW]
    assert places["l2_1"][1] == 0.0


def test_layers_keep_their_order_however_their_connections_cross():
    net = Network()
    net.add_layer("x", 2), net.add_layer("o", 2)
    net.connect("x1", "o2"), net.connect("x2", "o1")

    assert columns(layout(net)) == [["x1", "x2"], ["o1", "o2"]]
    assert columns(layout(net, kind="levels")) == [["x1", "x2"], ["o2", "o1"]]


def test_two_layers_that_listen_to_the_same_stand_in_one_column_apart():
    net = Network()
    for name in ("x", "a", "b", "o"):
        net.add_layer(name, 2)
    for pair in ("xa", "xb", "ao", "bo"):
        net.connect(*pair)

    places = layout(net)

    assert columns(places) == [["x1", "x2"], ["a1", "a2", "b1", "b2"], ["o1", "o2"]]
    assert places["a1"][1] - places["a2"][1] == pytest.approx(ROW, abs=1e-9)
    assert places["a2"][1] - places["b1"][1] == pytest.approx(ROW + GROUP_GAP, abs=1e-9)


def test_inputs_in_no_layer_stand_in_the_first_column():
    net = Network()
    net.add_input("a"), net.add_input("b")
    net.add_layer("x", ["c"]), net.add_layer("h", 2)
    for name in "abc":
        net.connect(name, "h")

    assert fold(net).kind == "layers"
    assert columns(layout(net)) == [["a", "b", "c"], ["h1", "h2"]]


def test_a_neuron_in_no_layer_makes_it_levels():
    net = Network()
    net.add_layer("x", 1), net.add_neuron("n")
    net.connect("x", "n")

    assert fold(net).kind == "levels"


def test_layers_that_listen_to_each_other_make_it_levels():
    net = Network()
    net.add_layer("x", 1), net.add_layer("a", 2), net.add_layer("b", 2)
    net.connect("x", "a1"), net.connect("a1", "b1"), net.connect("b1", "a2")

    assert fold(net).kind == "levels"
    assert columns(layout(net))[3] == ["a2"]
    assert columns(layout(net, kind="layers")) == [["x1"], ["a1", "a2"], ["b1", "b2"]]


def test_what_is_connected_to_nothing_has_a_place_too():
    net = Network()
    net.add_layer("x", 2), net.add_neuron("alone"), net.add_neuron("n")
    net.connect("x", "n")

    assert set(columns(layout(net))[0]) == {"x1", "x2", "alone"}


@pytest.mark.slow
def test_all_neurons_have_a_place_and_no_two_overlap(random_drawings):
    for arrangement, _ in random_drawings:
        points = np.array(arrangement.places)
        apart = np.hypot(*(points[:, None] - points[None]).T)
        apart[np.diag_indices_from(apart)] = np.inf

        assert len(points) == arrangement.folded.n_neurons
        assert apart.min() > 2.0 * RADIUS + 0.1


@pytest.mark.slow
def test_in_levels_all_connections_lead_to_the_right(random_network):
    for seed in range(30):
        net = random_network(seed)
        places = layout(net, kind="levels")

        for c in net.connections:
            assert places[c.source.name][0] < places[c.target.name][0]


def test_no_step_between_columns_is_too_steep(random_drawings):
    for arrangement, _ in random_drawings:
        items, places = arrangement.folded.items, arrangement.places
        for line in arrangement.folded.lines:
            (x, y), (end_x, end_y) = places[line.source], places[line.target]
            if abs(items[line.source].column - items[line.target].column) == 1:
                assert abs(end_y - y) <= STEEPEST * (abs(end_x - x) - 2.0 * RADIUS) + 1e-5


def test_two_calls_give_the_same(random_network):
    for seed in range(0, 200, 20):
        assert layout(random_network(seed)) == layout(random_network(seed))


@pytest.mark.slow
def test_the_hash_seed_changes_nothing():
    program = """
from neurosim.drawing.geometry.layout import layout
from neurosim.network import Network
net = Network()
for i in range(30):
    net.add_neuron(f"n{i}")
    for j in range(i):
        if (i * 7 + j * 5) % 11 == 0:
            net.connect(f"n{j}", f"n{i}", weight=1)
places = layout(net)
"""
    here = {}
    exec(program, here)  # noqa: S102 - the program above

    root = str(Path(neurosim.__file__).parents[1])
    result = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", f"{program}print(places)"],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(here["places"]) == 30
    assert result.stdout.strip() == str(here["places"])


@pytest.mark.slow
def test_a_chain_of_ten_thousand_stands_on_one_level():
    net = Network()
    net.add_input("n0")
    for i in range(1, 10_000):
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(9999)], np.ones(9999))

    places = layout(net)

    assert len({x for x, _ in places.values()}) == 10_000
    assert {y for _, y in places.values()} == {0.0}


@pytest.mark.slow
def test_a_hundred_thousand_connections_have_their_room():
    net = Network()
    net.add_layer("x", 316), net.add_layer("o", 316)
    net.connect("x", "o", weights=np.zeros((316, 316)))

    assert len(layout(net)) == 632


def test_an_unknown_kind_is_refused_by_name(layered):
    with pytest.raises(
        UnknownNameError, match=r"^unknown layout 'level' \(did you mean 'levels'\?\)"
    ):
        layout(layered(1, 1), kind="level")


def test_dot_without_pygraphviz_says_what_to_install(layered, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)  # as if it were not installed

    with pytest.raises(MissingExtraError, match="pip install pygraphviz") as caught:
        layout(layered(1, 1), kind="dot")

    assert caught.value.extra == "graphviz"


class FakeDot:
    """What is used of pygraphviz: it puts nodes into ranks by twos, lowest last."""

    def __init__(self, **_options):
        self.nodes = {}

    def add_node(self, name, **_attributes):
        rank, row = divmod(len(self.nodes), 2)
        self.nodes[name] = type("Node", (), {"attr": {"pos": f"{100 * rank},{180.0 * row}"}})

    def add_edge(self, one, other):
        assert {one, other} <= set(self.nodes)

    def layout(self, prog):
        assert prog == "dot"

    def get_node(self, name):
        return self.nodes[name]


def test_dot_gives_columns_and_order(layered, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", type("pygraphviz", (), {"AGraph": FakeDot}))

    arrangement = arrange(fold(layered(2, 2), kind="dot"))

    places = arrangement.by_name()
    assert columns(places) == [["l0_2", "l0_1"], ["l1_2", "l1_1"]]
    assert places["l0_2"][1] - places["l0_1"][1] == pytest.approx(ROW, abs=1e-5)
