"""A diagram as data: texts, scales, legend, what is left out."""

import pytest

import neurosim as ns
from neurosim.drawing.diagram.diagram import prepare
from neurosim.network import Network

GIVEN = {"sample": [2, 3], "target": [1], "loss": "half_squared_error"}
ALL = ("weights", "outputs", "deltas", "gradients")


def texts(diagram, kind):
    return {label.of: label.text for label in diagram.labels.shown if label.kind == kind}


def notes(diagram):
    return [line.text for line in diagram.written if line.kind == "note"]


def legend(diagram):
    return [placed.entry.kind for placed in diagram.legend]


def test_each_neuron_has_its_output_and_each_line_its_weight(small):
    diagram = prepare(small, **GIVEN)

    assert texts(diagram, "value") == {"x1": "2", "x2": "3", "h": "−1", "o": "−0.5"}
    assert texts(diagram, "weight") == {"x1->h": "1", "x2->h": "−1", "h->o": "0.5"}
    assert texts(diagram, "name") == {"x1": "x1", "x2": "x2", "h": "h\nb 0", "o": "o\nt = 1"}


def test_deltas_and_gradients_stand_where_they_belong(small):
    diagram = prepare(small, **GIVEN, show=ALL)

    assert texts(diagram, "weight")["x2->h"] == "−1\ng −2.25"
    assert texts(diagram, "name")["h"] == "h\nb 0\nδ −0.75"  # dL/db is delta: it is said once
    assert texts(diagram, "name")["o"] == "o\nδ −1.5\nt = 1"
    assert notes(diagram)[0].startswith("b: bias; g: gradient, dL/dw; δ: delta, dL/dz and dL/db")


def test_without_weights_there_are_neither_weights_nor_biases(small):
    diagram = prepare(small, show=("outputs",))

    assert texts(diagram, "weight") == {}
    assert texts(diagram, "name") == {"x1": "x1", "x2": "x2", "h": "h", "o": "o"}
    assert notes(diagram) == []


def test_the_loss_stands_behind_the_outputs(small):
    diagram = prepare(small, **GIVEN)

    assert diagram.loss.text == "L = 1.12"
    assert diagram.loss.x > max(label.box[2] for label in diagram.labels.shown)
    assert notes(diagram) == ["b: bias; t: target; L: loss (half_squared_error)"]


def test_the_loss_is_in_the_subtitle_where_an_output_is_not_in_the_last_column(small):
    small.add_neuron("late")
    small.connect("o", "late", weight=1.0)
    small.outputs = ["o"]

    diagram = prepare(small, **GIVEN, subtitle="epoch 0")

    assert diagram.loss is None
    assert [w.text for w in diagram.written if w.kind == "subtitle"] == ["epoch 0, L = 1.12"]


def test_the_description_tells_it_to_those_who_do_not_see_it(small):
    diagram = prepare(small, **GIVEN, subtitle="epoch 0")

    assert diagram.description == (
        "A neural network: all 4 neurons and 3 connections. Epoch 0. Inputs: 2, 3."
        " Outputs: o = −0.5 (target 1). Loss: 1.12."
    )


def test_the_legend_has_what_occurs(small):
    assert legend(prepare(small)) == [
        "weights", "sign", "sign", "width", "width", "width", "glyph", "frozen",
    ]  # fmt: skip
    assert legend(prepare(small, **GIVEN, highlight="h")) == [
        "weights", "inputs", "outputs", "sign", "sign", "width", "width", "width", "glyph",
        "frozen", "marked",
    ]  # fmt: skip


def test_the_legend_tells_of_outputs_that_are_not_the_last_column(small):
    assert prepare(small).ends == frozenset()
    small.outputs = ["h", "o"]

    diagram = prepare(small)

    assert diagram.ends == {"h", "o"}
    assert "end" in legend(diagram)


def test_a_network_without_connections_has_no_scale():
    net = Network("alone")
    net.add_input("x")

    assert legend(prepare(net)) == []


def test_an_empty_network_is_an_empty_diagram():
    diagram = prepare(Network("nothing"))

    assert diagram.folded.items == ()
    assert [line.text for line in diagram.written] == ["nothing"]


@pytest.mark.slow
def test_every_neuron_and_every_connection_is_drawn_or_counted(random_network, layered):
    for net in [*map(random_network, range(20)), layered(20, 30), layered(5, 17, 3)]:
        diagram = prepare(net)
        folded = diagram.folded
        drawn = {route.line.of for route in diagram.routes}

        assert len(folded.circles) + folded.n_hidden_neurons == len(net.neurons)
        assert len(drawn) + folded.n_hidden_connections == len(net.connections)
        if folded.n_hidden_neurons:
            assert str(folded) in notes(diagram)


def test_weights_without_room_are_counted_at_the_foot(layered):
    diagram = prepare(layered(13, 13))

    assert notes(diagram) == ["b: bias", "numbers of the strongest into each neuron: 13 of 169"]


@pytest.mark.slow
def test_boxes_say_what_they_hold_and_what_they_do_not_show(layered):
    net = layered(600, *[20] * 18)

    diagram = prepare(net, sample=[0.0] * 600)

    assert notes(diagram) == [
        "960 neurons and 18,800 connections in 19 boxes; in a heat map, a row is a source, a column"
        " a target",
        "of more than 512 rows or columns, neighbours share their mean",
        "outputs are not shown in boxes",
    ]
    assert [matrix.shape for matrix in diagram.matrices] == [(512, 20), *[(20, 20)] * 17]
    assert diagram.weights.largest == max(abs(m).max() for m in diagram.matrices)


@pytest.mark.slow
def test_nothing_reaches_out_of_the_box(random_network):
    for seed in range(40):
        diagram = prepare(random_network(seed), title="A title that is rather long, " * 4)
        left, bottom, right, top = diagram.box
        for item, (x, y) in zip(diagram.folded.items, diagram.arrangement.places, strict=True):
            assert left < x - item.half_width < x + item.half_width < right
            assert bottom < y - item.half_height < y + item.half_height < top
        for label in diagram.labels.shown:
            assert left < label.box[0] < label.box[2] < right
            assert bottom < label.box[1] < label.box[3] < top
        for way in diagram.routes:
            assert all(left < x < right and bottom < y < top for x, y in way.polyline())
        for placed in diagram.legend:
            assert left < placed.x < placed.x + placed.entry.width < right
            assert bottom < placed.y < top


def test_title_network_legend_and_notes_stand_below_each_other(small):
    diagram = prepare(small, **GIVEN, subtitle="epoch 0")

    title, subtitle, note = (line.y for line in diagram.written)
    places = [y for _, y in diagram.arrangement.places]
    assert title > subtitle > max(places) + 1.0
    assert min(places) - 1.0 > max(p.y for p in diagram.legend)
    assert min(p.y for p in diagram.legend) > note


def test_a_shared_weight_is_marked(small):
    small.share(("x1", "h"), ("h", "o"))

    diagram = prepare(small, **GIVEN)

    assert texts(diagram, "weight") == {"x1->h": "≡ 1", "x2->h": "−1", "h->o": "≡ 1"}
    assert "≡: shared weight" in notes(diagram)[0]


def test_scaled_neurons_show_the_numbers_that_people_measure():
    net = ns.Network("house")
    net.add_input("area"), net.add_neuron("price")
    net.connect("area", "price", weight=0.5)
    net.outputs = ["price"]
    net.set_scaling("area", ns.Scaling(2000, 400))
    net.set_scaling("price", ns.Scaling(3, 10))

    axes = ns.draw(net, sample=[2200], target=[6])

    texts = {text.get_text() for text in axes.texts}
    assert {"2200", "5.5"} <= texts
    assert "0.25" not in texts
