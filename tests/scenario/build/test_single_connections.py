"""Connections of two neurons are made many at once, and are those that are made one by one."""

import random
from itertools import product

import pytest

from neurosim import Network
from neurosim.errors import GraphError, ShapeError, WrongTypeError
from neurosim.network.document import to_document
from neurosim.scenario.build import network as building
from neurosim.scenario.build.network import build_network
from neurosim.scenario.format.read import read_string

HEAD = """neurosim: 1
title: t
network:
  initial: INITIAL
  layers:
    - {name: a, neurons: 3}
    - {name: h, neurons: 2}
    - {name: z, neurons: 2, activation: softmax}
  neurons: [{name: n1}, {name: n2}, {name: n3}, {name: n4}, {name: n5}]
  outputs: [n5]
  connections:
"""
INITIAL = ("{}", "{weights: [uniform, -1, 1]}", "{weights: [normal, 0, 2]}", "{generator: legacy}")
OWN = ("he_normal", "[constant, 0.5]", "[uniform, -2, 3]", "orthogonal")
MEMBERS = {"a": ["a1", "a2", "a3"], "h": ["h1", "h2"]}
NAMES = ("a", "a1", "a2", "h", "h1", "h2", "n1", "n2", "n3", "n4", "n5", "n6", "z1", "z2")
KEYS = ("", "", "", "", ", trainable: false", ", weight: 0.25", ", initial: OWN", ", weight: -3")


def test_they_have_the_bits_and_the_mistakes_of_those_that_are_made_alone(monkeypatch):
    monkeypatch.setattr(building, "_BLOCK", 4)
    rng = random.Random(1)  # noqa: S311 - no secret
    files = [_text(rng, mistakes=number % 2) for number in range(100)]
    many = [_built(text, seed) for seed, text in enumerate(files)]

    monkeypatch.setattr(building, "_kind", lambda *_: building._Kind.OTHER)

    for seed, text in enumerate(files):
        assert many[seed] == _built(text, seed), text
    told = [problem for _, problems in many for problem in problems]
    for words in ("a cycle", "exists already", "self-loop", "an input", "unknown", "softmax"):
        assert any(words in problem for problem in told), words
    assert sum(not problems for _, problems in many) > 30


def test_each_mistake_among_many_has_its_place():
    pairs = ["a1 n1", "n1 n2", "a1 n1", "n2 n3", "n3 n1", "n3 n9", "n3 n4", "n4 a1", "n4 n4"]

    _, problems = _built(HEAD.replace("INITIAL", "{}") + _lines(pairs), 0)

    places = [int(problem.split(":")[1]) - HEAD.count("\n") - 1 for problem in problems]
    assert sorted(places) == [2, 4, 5, 7, 8]


def test_what_cannot_be_made_as_a_whole_leaves_nothing():
    net = Network(generator="legacy")
    net.add_layer("x", 1)
    net.add_neuron("s")
    state = net._random.state()[1].tolist()

    with pytest.raises(GraphError, match="x1->s': exists already"):
        net.connect_each([("x1", "s"), ("x1", "s")], [None, None], [None, None])
    with pytest.raises(ShapeError, match=r"drew a wrong shape, got \(2, 1\); expected \(1, 1\)"):
        net.connect_each([("x1", "s")], [None], [_Odd()])
    with pytest.raises(ShapeError, match="got 1 pairs, 0 weights and 1 initializers; expected as"):
        net.connect_each([("x1", "s")], [], [None])
    with pytest.raises(WrongTypeError, match="connect_each weights: got None; expected a list"):
        net.connect_each([("x1", "s")], None, [None])

    assert net.connections == ()
    assert net._random.state()[1].tolist() == state


class _Odd:
    def draw(self, source, n_in, n_out):
        return [[1.0], [2.0]]


def _text(rng, *, mistakes):
    lines, taken = [], set()
    for _ in range(rng.randrange(1, 25)):
        ends = rng.choices(NAMES, k=2)
        pairs = set(product(*(MEMBERS.get(name, [name]) for name in ends)))
        if mistakes or (_is_forward(ends) and not taken & pairs):
            taken |= pairs
            lines.append(" ".join(ends))
    keys = [rng.choice(KEYS).replace("OWN", rng.choice(OWN)) for _ in lines]
    return HEAD.replace("INITIAL", rng.choice(INITIAL)) + _lines(lines, keys)


def _is_forward(ends):
    return "n6" not in ends and (
        ends[0][0] < ends[1][0] or (ends[0][0] == ends[1][0] == "n" and ends[0] < ends[1])
    )


def _lines(pairs, keys=None):
    ends = [pair.split() for pair in pairs]
    more = keys or [""] * len(pairs)
    return "".join(
        f"    - {{from: {a}, to: {b}{key}}}\n" for (a, b), key in zip(ends, more, strict=True)
    )


def _built(text, seed):
    reading = read_string(text, "s.yaml")
    assert reading.draft.network is not None, reading.problems
    found = build_network(reading.draft.network, title="t", seed=seed, locate=reading.problem)
    return to_document(found.network), sorted(map(str, found.problems))
