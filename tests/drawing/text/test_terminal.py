"""The drawing in letters: what a terminal shows."""

import re
import time

import pytest

from neurosim.drawing.geometry.font import brief
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.drawing.text.terminal import to_text
from neurosim.drawing.text.width import n_cells
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError
from neurosim.network import Network


@pytest.fixture
def small():
    """Two inputs, two hidden neurons and an output, as in the tutorial."""
    net = Network("two, two, one")
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="sigmoid")
    net.add_layer("o", 1, activation="sigmoid", bias=None)
    net.connect("x", "h", weights=[[0, 0.25], [1, -1]])
    net.connect("h", "o", weights=[[0], [1]])
    return net


def test_a_small_network_is_drawn_with_its_values_and_listed_with_its_weights(small):
    text = to_text(small, sample=[2, 3])

    assert (
        text
        == """\
two, two, one
all 5 neurons and 6 connections

x: inputs      h: sigmoid          o: sigmoid

[ x1  2 ]──┬──▶( h1   0.953 )──╮
           │                   ├──▶(( o1  0.519 ))
[ x2  3 ]──┴──▶( h2  0.0759 )──╯

into           bias  from
h1    sigmoid     0  x1    0  x2    1
h2    sigmoid     0  x1 0.25  x2   −1
o1    sigmoid        h1    0  h2    1
"""
    )


def test_the_network_that_is_drawn_is_not_changed(small):
    to_text(small, sample=[2, 3])

    assert small["h1"].output is None


def test_without_a_sample_the_values_of_the_last_pass_are_shown(small):
    before = to_text(small)
    small.forward([2, 3])

    assert "0.953" not in before
    assert to_text(small) == to_text(small.copy(), sample=[2, 3])


def test_ascii_has_the_same_places(small):
    lines = to_text(small, sample=[2, 3], charset="ascii").splitlines()

    assert lines[5:8] == [
        "[ x1  2 ]--+-->( h1   0.953 )--.",
        "           |                   +-->(( o1  0.519 ))",
        "[ x2  3 ]--+-->( h2  0.0759 )--'",
    ]


def test_a_connection_that_skips_a_column_has_a_wire_of_its_own(small):
    small.connect("x1", "o1", weight=3, trainable=False)

    assert """\

          ╭─────────────╮
          │             │
          ├──▶╭────╮    │
          │   │    │    │
          │   │ h1 │──╮ │
[ x1 ]────┤   │    │  │ ╰──▶╔══════╗
        ╭─│──▶╰────╯  │     ║      ║
[ x2 ]──┤ │           │     ║  o1  ║
        │ ╰──▶╭────╮  │     ║      ║
        │     │    │  ├────▶╚══════╝
        │     │ h2 │──╯
        │     │    │
        ╰────▶╰────╯

─│─ these wires are not joined
""" in to_text(small)


def test_frozen_parameters_are_marked(small):
    small["x1", "h2"].trainable = False
    small["h1"].bias_trainable = False

    text = to_text(small)

    assert "h1    sigmoid     0* x1    0  x2    1\n" in text
    assert "h2    sigmoid     0  x1 0.25* x2   −1\n" in text
    assert text.endswith("* frozen: training does not change it\n")


def test_deltas_and_gradients_stand_in_the_table_where_they_are_asked_for(small):
    lines = to_text(
        small, sample=[2, 3], target=[1], loss="squared_error", show=["deltas", "gradients"],
        width=100,
    ).splitlines()  # fmt: skip

    # dL/do1 = -2 * (1 - 0.519); delta = that * 0.519 * 0.481; then * 0 and * 1 * 0.0759 * 0.924
    assert lines[1] == "loss 0.231"
    assert lines[-4:] == [
        "into           bias    delta    dL/db  from",
        "h1    sigmoid     0        0        0  x1        dL/dw 0  x2        dL/dw 0",
        "h2    sigmoid     0  −0.0168  −0.0168  x1  dL/dw −0.0337  x2  dL/dw −0.0505",
        "o1    sigmoid          −0.24           h1   dL/dw −0.229  h2  dL/dw −0.0182",
    ]


def test_a_large_layer_says_how_many_are_not_drawn(layered):
    text = to_text(layered(784, 20, 10))

    assert "not drawn: 772 of 814 neurons, 15,464 of 15,880 connections\n" in text
    assert [f"... {n} more ..." in text for n in (768, 4)] == [True, True]
    assert "... and 775 more\n" in text  # of the 784 that lead to the first hidden neuron


def test_a_table_that_would_be_long_says_how_many_neurons_are_missing(layered):
    text = to_text(layered(784, 20, 10))

    n_listed = len(set(re.findall(r"^(l[12]_\d+) ", text, re.MULTILINE)))
    (missing,) = re.findall(r"^\.\.\. and (\d+) more neurons$", text, re.MULTILINE)
    assert n_listed + int(missing) == 26  # of them are drawn and have connections


@pytest.mark.slow
def test_half_a_million_connections_are_drawn_in_seconds(layered):
    net = layered(784, 512, 256, 10)

    begin = time.perf_counter()
    text = to_text(net)
    seconds = time.perf_counter() - begin

    assert "not drawn: 1,504 of 1,562 neurons, 534,368 of 535,040 connections\n" in text
    assert seconds < 10.0  # 0.7 here


def test_a_deep_network_goes_on_below_with_the_column_it_ended_with(layered):
    lines = to_text(layered(*[1] * 9), width=60).splitlines()

    drawn = [line for line in lines if "▶" in line]
    assert drawn == [
        "[ l0_1 ]─────▶( l1_1 )──────▶( l2_1 )──────▶( l3_1 )",
        "( l3_1 )──────▶( l4_1 )──────▶( l5_1 )──────▶( l6_1 )",
        "( l6_1 )──────▶( l7_1 )──────▶(( l8_1 ))",
    ]


@pytest.mark.slow
def test_no_line_is_wider_than_the_terminal(random_network):
    for seed in range(30):
        for width in (40, 79):
            lines = to_text(random_network(seed), width=width).splitlines()
            assert max(map(n_cells, lines[2:]), default=0) <= width, (seed, width)


@pytest.mark.slow
def test_every_neuron_and_every_weight_stands_there_in_full(random_network):
    for seed in range(20):
        net = random_network(seed)
        text = to_text(net, full=True, width=400)
        words = set(text.split())
        assert {neuron.name for neuron in net.neurons} <= words
        weights = [brief(connection.weight) for connection in net.connections]
        assert set(weights) <= words


def test_too_many_wires_are_not_drawn_and_that_is_said():
    net = Network(seed=1)
    net.add_layer("x", 16), net.add_layer("h", 16)
    net.connect_many([(f"x{i}", f"h{j}") for i in range(1, 17) for j in range(1, 17) if i != j])

    text = to_text(net)

    assert "no room for wires: 240 connections\n" in text
    assert "▶" not in text


def test_connections_that_lead_back_are_counted():
    net = Network()
    net.add_input("x")
    net.add_layer("a", 1), net.add_layer("b", 2), net.add_layer("c", 1)
    net.connect("x", "c1"), net.connect("c1", "b1"), net.connect("b2", "c1")

    text = to_text(net, layout="layers")

    assert "no wire: 1 connection to the left\n" in text


def test_boxes_are_listed_with_their_matrices(layered):
    text = to_text(layered(*[16] * 20))

    assert "[ l0_  16 input ]" in text
    assert text.count("256 weights") == 19
    assert "mean size" in text


@pytest.mark.slow
def test_a_chain_of_ten_thousand_is_drawn():
    net = Network()
    for i in range(10_000):
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(9_999)], [1.0] * 9_999)

    text = to_text(net)

    assert "9961 identity" in text
    assert len(text.splitlines()) < 150


def test_an_empty_network_and_a_lonely_neuron_are_drawn():
    net = Network("alone")
    assert to_text(net) == "alone\nall 0 neurons and 0 connections\n"

    net.add_neuron("n", bias=3)

    assert "( n  identity )" in to_text(net)
    assert "( n  identity  3 )" in to_text(net, sample=[])


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"charset": "latin"}, UnknownNameError, "unknown charset 'latin'"),
    ({"width": 39}, InvalidValueError, "width: got 39; expected at least 40"),
    ({"show": ["delta"]}, UnknownNameError, "did you mean 'deltas'"),
    ({"layout": "rings"}, UnknownNameError, "unknown layout 'rings'"),
    ({"sample": [1]}, ShapeError, "sample"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused(small, options, error, words):
    with pytest.raises(error, match=words):
        to_text(small, **options)


def test_a_shared_weight_is_marked(small):
    small.share(("x1", "h2"), ("x2", "h1"))

    text = to_text(small)

    assert text.count("=0.25") == 2
    assert "= shared: one weight of several connections" in text


@pytest.mark.parametrize("form", [to_text, to_dot, to_mermaid])
def test_all_text_faces_write_numbers_in_the_digits_that_are_asked_for(small, form):
    small["x1", "h2"].weight = -0.000149
    minus = "#8722;" if form is to_mermaid else "−"

    assert f"{minus}1.49e{minus}4" in form(small)
    assert f"{minus}1e{minus}4" in form(small, digits=1)
    assert "0.952574" in form(small, sample=[2, 3], digits=6)
    with pytest.raises(InvalidValueError, match="digits: got 16; expected at most 15"):
        form(small, digits=16)


@pytest.mark.parametrize("form", [to_text, to_dot, to_mermaid])
def test_noise_beside_other_weights_is_zero_without_a_sign(small, form):
    exact = form(small)
    small["x1", "h1"].weight = -5e-17

    assert form(small) == exact


@pytest.mark.parametrize("form", [to_text, to_dot, to_mermaid])
def test_labels_of_inputs_and_classes_stand_in_the_place_of_names(small, form):
    small["x1"].label, small["o1"].label = "weight kg", "cat"

    text = form(small, sample=[2, 3])

    assert {"to_text": "[ weight kg  2 ]", "to_dot": 'label="weight kg\\n2"',
            "to_mermaid": '"weight kg<br/>2"'}[form.__name__] in text  # fmt: skip
    assert "cat" in text
    if form is to_text:
        assert "into           bias  from\nh1    sigmoid     0  weight kg    0  x2" in text
    if form is to_dot:
        assert 'tooltip="weight kg (x1): input"' in text
