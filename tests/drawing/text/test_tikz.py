"""TikZ: the geometry of pictures, as a LaTeX document in which no name is a command."""

import re

import pytest

import neurosim as ns
from neurosim.drawing import prepare, to_tikz
from neurosim.errors import InvalidValueError
from neurosim.languages import in_language


def named(*names):
    net = ns.Network(title=r"\input{secret} 100% [a]")
    first, second = (net.add_layer(name, 1) for name in names)
    net.connect(first.name, second.name, weight=-2.0)
    return net


def balanced(text):
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", text)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    return depth == 0


def test_neurons_and_lines_are_where_a_picture_has_them():
    net = ns.load_scenario("xor-skip").network
    diagram = prepare(net, sample=[1, 0])
    text = to_tikz(net, sample=[1, 0])

    for x, y in diagram.arrangement.places:
        assert f"({round(x, 4) + 0.0:g},{round(y, 4) + 0.0:g}) circle[radius=1];" in text
    assert text.count("circle[radius=1]") == len(diagram.folded.circles)
    ways = [line for line in text.splitlines() if line.startswith(r"\draw") and "pt,draw=" in line]
    n_curves = sum(not circle.neuron.is_input for circle in diagram.folded.circles)
    assert len(ways) == len(diagram.routes) + n_curves
    n_negative = sum(connection.weight < 0.0 for connection in net.connections)
    assert text.count("dashed") == n_negative
    assert balanced(text)
    assert text.endswith("\\end{tikzpicture}\n\\end{document}\n")


def test_no_name_is_a_command_of_latex():
    text = to_tikz(named("x_", "o"))

    assert r"\textbackslash{}input\{secret\} 100\% [a]" in text
    assert r"{{}x\_1}" in text
    assert r"\input" not in text
    assert balanced(text)


def test_what_tikz_does_not_have_is_refused():
    net = named("x", "o")
    with pytest.raises(InvalidValueError, match="tikz: got marks"):
        to_tikz(net, highlight="x1")
    with pytest.raises(InvalidValueError, match="tikz: got a drawing with boxes"):
        to_tikz(net, boxes=True)


def test_it_is_written_in_a_language():
    net = ns.load_scenario("xor").network

    assert "{}b: Bias" in to_tikz(net, lang="de")
    with in_language("de"):
        assert to_tikz(net) == to_tikz(net, lang="de")
