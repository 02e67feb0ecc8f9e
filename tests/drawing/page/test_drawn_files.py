"""Diagrams as files: strict XML, the same bytes, harmless names; and what notebooks show."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import pytest

import neurosim as ns
from neurosim.drawing.diagram.canvas import element_id
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import paint
from neurosim.drawing.page.pages import keep_text, render

HOSTILE = [
    "<script>alert(1)</script>",
    "\"quotes\" 'and' more & more; &lt; ]]> -->",
    "\u202eturned\u202c and \u200fmarked",
    "bell\a, nul\0, two\nlines",
    "$x^2$ and \\frac{1}{2} and {braces} and %s",
    "\ufffe\ud800",
]
TRAINING = {"loss": "half_squared_error", "optimizer": ns.SGD(0.5)}
SVG = "{http://www.w3.org/2000/svg}"
SCRIPT = """\
import hashlib, neurosim as ns
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import paint
from neurosim.drawing.page.pages import render
net = ns.load_scenario("wide-and-deep").network
ax = paint(prepare(net, sample=[1, 2, 3], highlight=["size->h1", "near", "age"]))
for form in ("svg", "png", "pdf"):
    print(hashlib.sha256(render(ax.figure, form, title="t", description="d")).hexdigest())
"""


def drawn(net, form="svg", **options):
    diagram = prepare(net, **options)
    figure = paint(diagram).figure
    return render(figure, form, title=diagram.title, description=diagram.description)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def texts(svg):
    return ["".join(e.itertext()) for e in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.quick("$x")
@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_shown_as_it_is_and_does_no_harm(small, title):
    svg = drawn(small, title=title)

    root = parsed(svg)
    assert root.find(f"{SVG}title").text == keep_text(title)
    assert keep_text(title).replace(" ", "") in "".join(texts(svg)).replace(" ", "")
    assert not list(root.iter(f"{SVG}script"))


def test_names_of_all_scripts_are_texts_and_ids():
    net = ns.Network("names")
    names = ["é", "שלום", "नमस्ते", "入力", "a_1"]
    net.add_layer("x", names)
    net.add_layer("y", ["z"])
    net.connect("x", "y")

    root = parsed(drawn(net))

    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert {element_id("neuron", name) for name in names} <= set(ids)
    assert {element_id("connection", name, "z") for name in names} <= set(ids)
    assert len(ids) == len(set(ids))
    assert all(id_.isascii() for id_ in ids)
    assert set(names) <= set(texts(drawn(net)))


def test_ids_of_different_names_differ():
    names = ["é", "e9", "_e9_", "e", "E", "_u00e9_"]

    assert len({element_id("neuron", name) for name in names}) == len(names)


def test_texts_are_texts_and_numbers_are_read_as_they_are_seen(small):
    found = texts(drawn(small, sample=[2, 3], target=[1], loss="half_squared_error"))

    assert {"small", "x1", "2", "−0.5", "t = 1", "L = 1.12", "weight −1"} <= set(found)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_diagram_has_the_same_bytes(small, form):
    assert drawn(small, form, sample=[2, 3]) == drawn(small, form, sample=[2, 3])


@pytest.mark.slow
def test_bytes_do_not_depend_on_how_strings_are_hashed():
    found = []
    for seed in ("0", "1"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", SCRIPT]
        found.append(subprocess.check_output(command, env=environment, text=True))  # noqa: S603

    assert found[0] == found[1]
    assert len(found[0].split()) == 3


# --- notebooks


def test_a_network_shows_itself(small):
    small.forward([2, 3])

    svg = small._repr_svg_()

    assert parsed(svg).find(f"{SVG}title").text == "small"
    assert "−0.5" in texts(svg)


def test_a_large_network_and_an_empty_one_show_their_text(layered):
    assert layered(*[16] * 19)._repr_svg_() is None  # 304 neurons
    assert layered(16, *[16] * 8, 16)._repr_svg_() is None  # 2304 lines
    assert ns.Network("nothing")._repr_svg_() is None


def test_a_layer_shows_its_neurons(small):
    small.forward([2, 3])

    svg = small.layer("x")._repr_svg_()

    assert texts(svg)[:5] == ["2", "3", "x1", "x2", "x"]


def test_a_layer_of_very_many_shows_its_text(layered):
    assert layered(301).layer("l0_")._repr_svg_() is None


def test_a_training_shows_its_loss(small):
    history = ns.train(small, [[2.0, 3.0]], [[1.0]], **TRAINING, epochs=3)

    root = parsed(history._repr_svg_())
    assert root.find(f"{SVG}title").text == "loss"
    assert root.find(f"{SVG}desc").text.startswith("The loss of a training, 3 epochs: loss 1.125")


def test_a_training_of_no_epochs_shows_its_text(small):
    history = ns.train(small, [[2.0, 3.0]], [[1.0]], **TRAINING, epochs=0)

    assert history._repr_svg_() is None


def test_a_session_shows_what_is_about_to_happen(small):
    session = ns.debug(small, [[2.0, 3.0]], [[1.0]], **TRAINING, epochs=1)

    assert any("x1 = 2 is about to be loaded" in text for text in texts(session._repr_svg_()))


def titles(svg):
    """Of the parts of a picture, by the id of the group; the first is the picture's own."""
    groups = (group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id"))  # noqa: S314
    found = ((group.get("id"), [title.text for title in group.findall(f".//{SVG}title")])
             for group in groups)  # fmt: skip
    return {gid: said for gid, said in found if said}


def test_the_pointer_on_a_neuron_or_a_connection_tells_its_numbers(small):
    data = drawn(small, sample=[1, 2], target=[0], loss="half_squared_error", show=["deltas"])

    said = titles(data)
    assert said["connection-x1-h"] == ["w(x1->h) = 1"]
    assert said["neuron-x1"] == ["x1 (input)"]
    assert said["neuron-h"] == ["h (identity): b = 0, delta = \N{MINUS SIGN}0.25"]


@pytest.mark.slow
def test_of_many_connections_each_tells_its_own(layered):
    net = layered(12, 12, 30)
    said = titles(drawn(net, full=True))

    told = [*said["connections"], *said.get("connections-bent", [])]
    assert len(told) == len(net.connections)
    assert {one.partition(")")[0] for one in told} == {f"w({c.name}" for c in net.connections}


def test_two_diagrams_in_a_figure_have_titles_of_their_own(layered):
    figure, axes = plt.subplots(1, 2)
    for ax, bias in zip(axes, (1.25, 7.5), strict=True):
        net = layered(2, 2, 1)
        net["l1_1"].bias = bias
        ns.draw(net, ax=ax)

    svg = render(figure, "svg", title="two", description="two").decode()

    assert re.findall(r"<title>l1_1 [^<]* = ([^<]*)</title>", svg) == ["1.25", "7.5"]
