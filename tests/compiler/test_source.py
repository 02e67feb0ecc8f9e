"""The program is text: it compiles, holds no weights, and names nothing of the user's."""

import ast
import keyword

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from tests.each import each
from tests.examples import examples

# names that are allowed, and would do harm if they stood in a program
HOSTILE = ["theta", "state", "zeros", "dot", "size", "x", "forward", "exec", "np", "__import__",
           "a0", "w1", "z1", "lambda", "None", "self", "print", "empty", "sigmoid"]  # fmt: skip


def identifiers(source):
    """Every name that the program's code, its comments aside, says."""
    tree = ast.parse(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return names | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def renamed(net, names):
    """The same network with other names for all its neurons."""
    twin = ns.Network(net.title)
    new = dict(zip((neuron.name for neuron in net.neurons), names, strict=True))
    twin.add_layer("first", [new[neuron.name] for neuron in net.inputs])
    for neuron in net.neurons:
        if not neuron.is_input:
            twin.add_neuron(new[neuron.name], activation=neuron.activation, bias=neuron.bias)
    for connection in net.connections:
        ends = new[connection.source.name], new[connection.target.name]
        twin.connect(*ends, weight=connection.weight)
    twin.outputs = [new[neuron.name] for neuron in net.outputs]
    return twin


@examples(30)
@given(data=st.data())
def test_the_program_of_any_graph_is_text_that_compiles(data, cases):
    source = ns.compile_network(data.draw(cases()).network).source

    compile(source, "<program>", "exec")


def test_the_program_is_the_same_whatever_the_weights(layered):
    before = ns.compile_network(layered).source
    layered.load_parameters(np.arange(len(layered.parameters())) + 0.125)

    assert ns.compile_network(layered).source == before
    assert "0.125" not in before


def test_the_code_is_the_same_whatever_the_names(layered):
    plain = ns.compile_network(renamed(layered, "abcdef")).source
    odd = ns.compile_network(renamed(layered, HOSTILE[:6])).source

    assert ast.dump(ast.parse(odd)) == ast.dump(ast.parse(plain))
    assert odd != plain  # in comments they are named, for a reader


def test_names_of_the_user_stand_in_comments_only():
    net = ns.Network("unlikely")
    net.add_layer("Zufluss", ["Zufluss_eins", "Zufluss_zwei"])
    net.add_neuron("Abfluss", activation="tanh")
    net.connect("Zufluss_eins", "Abfluss", weight=1.0)
    net.outputs = ["Abfluss"]

    source = ns.compile_network(net).source

    assert "Abfluss" in source
    assert not {"Zufluss", "Zufluss_eins", "Abfluss", "unlikely"} & identifiers(source)


def test_hostile_names_change_no_output(layered, assert_close):
    X = [[0.1, 0.2, -0.3]]
    expected = ns.compile_network(layered).forward(X)

    for start in range(0, len(HOSTILE) - 6, 3):
        net = renamed(layered, HOSTILE[start : start + 6])
        assert_close(ns.compile_network(net).forward(X), expected, 1e-15)
        ns.train(net, X, [[1.0]], optimizer=ns.SGD(0.1), epochs=1)
    assert any(keyword.iskeyword(name) for name in HOSTILE)


@each(
    "title",
    [
        '"""\nimport os  # noqa',
        "\nraise SystemExit(3)\n",
        "\r\nraise SystemExit(3)",
        "a\x0cb\x85c\u2028raise SystemExit(3)",
        "\\",
        "# -*- coding: ascii -*-",
        "\0",
        "{theta} %s {0}",
        "\ud800",
        "'''" + '"' * 7,
    ],
)
def test_a_title_is_free_text_and_never_code(title, assert_close):
    net = ns.Network(title)
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation="tanh")
    net.connect("x", "o", weight=0.5)
    compiled = ns.compile_network(net)

    found = compiled.forward([[2.0]])
    ns.train(net.copy(), [[2.0]], [[1.0]], optimizer=ns.SGD(0.1), epochs=1)

    assert_close(found, [[np.tanh(1.0)]], 1e-15)
    assert "SystemExit" not in identifiers(compiled.source)
    assert "SystemExit" not in identifiers(compiled.standalone())
    compiled.standalone().encode("utf-8")  # it can be written to a file
