"""What DOT and Mermaid say of a network."""

import re

import pytest

from neurosim.drawing.page.themes import THEMES
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.errors import UnknownNameError
from neurosim.network import Network

BOTH = pytest.mark.parametrize("form", [to_dot, to_mermaid])


@pytest.fixture
def small():
    """Two inputs, a hidden neuron and an output; a skip, a frozen and a negative weight."""
    net = Network("small")
    net.add_layer("x", 2)
    net.add_layer("h", 1, activation="relu")
    net.add_layer("o", 1)
    net.connect("x", "h", weights=[[1], [-2]])
    net.connect("h", "o", weight=0.5, trainable=False)
    net.connect("x1", "o1", weight=0)
    return net


def test_dot_has_ranks_values_weights_signs_and_sizes(small):
    lines = to_dot(small, sample=[5, 1]).splitlines()

    assert [line.strip() for line in lines[5:]] == [
        'n0 [label="x1\\n5", tooltip="x1: input", shape=box, style=rounded];',
        'n1 [label="x2\\n1", tooltip="x2: input", shape=box, style=rounded];',
        'n2 [label="h1\\n3", tooltip="h1: relu, bias 0", shape=circle];',
        'n3 [label="o1\\n1.5", tooltip="o1: identity, bias 0; an output",'
        " shape=circle, peripheries=2];",
        "{ rank=same; n0; n1; }",
        "{ rank=same; n2; }",
        "{ rank=same; n3; }",
        "n0 -> n2 -> n3 [style=invis, weight=0];",
        'n0 -> n2 [label="1", color="#1b4fd0", style=solid, penwidth=2.38];',
        'n1 -> n2 [label="−2", color="#b8320a", style=dashed, penwidth=4];',
        'n2 -> n3 [label="0.5", color="#1b4fd0", style=solid, penwidth=1.56, arrowhead=box];',
        'n0 -> n3 [label="0", color="#1b4fd0", style=solid, penwidth=0.75];',
        "}",
    ]


def test_mermaid_has_values_weights_signs_and_sizes(small):
    lines = to_mermaid(small, sample=[5, 1]).splitlines()

    assert [line.strip() for line in lines] == [
        "---", 'title: "small"', "---", "flowchart LR",
        'n0(["x1<br/>5"])', 'n1(["x2<br/>1"])', 'n2(("h1<br/>3"))', 'n3((("o1<br/>1.5")))',
        'n0 -->|"1"| n2', 'n1 -.->|"#8722;2"| n2', 'n2 --o|"0.5"| n3', 'n0 -->|"0"| n3',
        "linkStyle 0 stroke:#1b4fd0,stroke-width:3.5px",
        "linkStyle 1 stroke:#b8320a,stroke-width:6px",
        "linkStyle 2 stroke:#1b4fd0,stroke-width:2px",
        "linkStyle 3 stroke:#1b4fd0,stroke-width:1px",
    ]  # fmt: skip


@BOTH
def test_the_same_network_gives_the_same_text(form, random_network):
    assert [form(random_network(s)) for s in range(20)] == [
        form(random_network(s)) for s in range(20)
    ]


@pytest.mark.parametrize(("form", "node", "edge"), [
    (to_dot, r'^  (n\d+) \[label="(\w+)', r"^  (n\d+) -> (n\d+) \[label="),
    (to_mermaid, r'^  (n\d+)[(\[]+"(\w+)', r"^  (n\d+) -\S+ (n\d+)$"),
])  # fmt: skip
def test_every_neuron_and_every_connection_is_there_once(form, node, edge, random_network):
    for seed in range(40):
        net = random_network(seed)

        text = form(net, full=True)

        nodes = re.findall(node, text, re.MULTILINE)
        edges = re.findall(edge, text, re.MULTILINE)
        name = dict(nodes)
        assert sorted(name.values()) == sorted(neuron.name for neuron in net.neurons)
        assert len(nodes) == len(name)
        assert sorted(f"{name[s]}->{name[t]}" for s, t in edges) == sorted(
            connection.name for connection in net.connections
        )


@BOTH
def test_what_is_not_drawn_is_counted(form, layered):
    text = form(layered(784, 10))

    assert "not drawn: 768 of 794 neurons, 7,680 of 7,840 connections" in text
    assert "768 more" in text


def test_mermaid_gets_boxes_where_it_would_refuse_the_lines(layered):
    text = to_mermaid(layered(40, 40, 40))

    assert text.splitlines()[3:] == [
        "%% 120 neurons and 3,200 connections in 3 boxes",
        "flowchart LR",
        '  n0["l0#95;<br/>40 input"]',
        '  n1["l1#95;<br/>40 identity"]',
        '  n2["l2#95;<br/>40 identity"]',
        '  n0 ==>|"1#44;600 weights"| n1',
        '  n1 ==>|"1#44;600 weights"| n2',
    ]


def test_mermaid_says_how_many_lines_a_page_must_allow(layered):
    lines = to_mermaid(layered(40, 40), full=True).splitlines()

    assert "%% maxEdges must allow 1600 connections" in lines


def test_dot_draws_boxes_for_a_large_network(layered):
    text = to_dot(layered(*[16] * 20))

    assert text.count("shape=box]") == 20
    assert text.count('label="256 weights"') == 19


def test_dot_lets_a_line_that_leads_back_be_long():
    net = Network()
    net.add_input("x")
    net.add_layer("a", 1), net.add_layer("b", 2), net.add_layer("c", 1)
    net.connect("x", "c1"), net.connect("c1", "b1"), net.connect("b2", "c1")

    text = to_dot(net, layout="layers")

    assert text.count("constraint=false") == 1


@BOTH
@pytest.mark.parametrize("theme", THEMES)
def test_lines_have_the_colours_of_the_theme(form, theme, small):
    text = form(small, theme=theme)

    assert THEMES[theme].positive in text
    assert THEMES[theme].negative in text


def test_mermaid_is_told_of_a_dark_page(small):
    assert "config:\n  theme: dark\n---" in to_mermaid(small, theme="dark")


@BOTH
def test_an_unknown_theme_is_refused(form, small):
    with pytest.raises(UnknownNameError, match=r"unknown theme 'drak' \(did you mean 'dark'"):
        form(small, theme="drak")


@BOTH
def test_numbers_can_be_left_out(form, small):
    text = form(small, sample=[5, 1], show=[])

    assert "0.5" not in text.replace("0.5px", "")


@BOTH
def test_an_empty_network_gives_an_empty_drawing(form):
    assert "n0" not in form(Network("nothing"))


@pytest.mark.parametrize(("form", "mark", "key"), [
    (to_dot, "\u2261 ", "\\n\u2261: shared weight"),
    (to_mermaid, "#8801; ", "small\\u002c \\u2261\\u003a shared weight"),
])  # fmt: skip
def test_shared_weights_are_marked_and_the_heading_has_the_key(small, form, mark, key):
    assert mark not in form(small)
    assert "shared weight" not in form(small)
    small.share(("x1", "h1"), ("h1", "o1"))

    text = form(small)

    assert text.count(f'"{mark}1"') == 2
    assert key in text
    assert "shared weight" not in form(small, show=())
