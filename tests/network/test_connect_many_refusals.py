"""Lists of connections that cannot stand: refused whole, in the words of ``connect``."""

import numpy as np
import pytest

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
)
from neurosim.network import Network


def names(things):
    return [thing.name for thing in things]


REFUSED = {
    "an unknown source": (
        [("a", "b"), ("q", "b")],
        UnknownNameError,
        "pairs[1]: unknown neuron 'q'",
    ),
    "an unknown target": ([("a", "q")], UnknownNameError, "connect_many pairs[0]: unknown neuron"),
    "a layer": ([("x", "a")], UnknownNameError, "pairs[0]: 'x' is a layer; expected a neuron"),
    "a number": ([("a", "b"), ("a", 3)], WrongTypeError, "pairs[1]: name: got 3"),
    "a list as a name": ([("a", ["b"])], WrongTypeError, "pairs[0]: name: got ['b']"),
    "three names": ([("a", "b", "c")], WrongTypeError, "pairs[0]: got ('a', 'b', 'c')"),
    "one name": ([("a",)], WrongTypeError, "expected a pair (source, target)"),
    "a number in an array": (
        np.array(3.0),
        WrongTypeError,
        "connect_many pairs: got array(3.); expected pairs (source, target)",
    ),
    "a pair that is one": ([np.array(3.0)], WrongTypeError, "pairs[0]: got array(3.); expected"),
    "two letters": (["ab"], WrongTypeError, "pairs[0]: got 'ab'; expected a pair"),
    "no pair": ([None], WrongTypeError, "pairs[0]: got None"),
    "one text": ("ab", WrongTypeError, "connect_many pairs: got 'ab'; expected pairs"),
    "no pairs": (None, WrongTypeError, "connect_many pairs: got None"),
    "one that stands": ([("a", "b"), ("x1", "d")], GraphError, "'x1->d': exists already"),
    "one twice": ([("a", "b"), ("c", "d"), ("a", "b")], GraphError, "'a->b': exists already"),
    "a self-loop": ([("a", "b"), ("c", "c")], GraphError, "'c->c': a self-loop"),
    "into an input": ([("a", "b"), ("b", "x2")], GraphError, "'b->x2': leads into an input"),
    "a cycle in the list": (
        [("a", "b"), ("c", "a"), ("b", "d"), ("b", "c")],
        GraphError,
        "'b->c': closes a cycle, got b -> c -> a -> b;",
    ),
    "a cycle of two": ([("b", "a"), ("a", "b")], GraphError, "'a->b': closes a cycle, got a -> b"),
}


@pytest.mark.parametrize(("pairs", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_one_bad_pair_refuses_the_whole_list(bare, refused, pairs, kind, words):
    bare.connect("x1", "d", weight=1.0)

    with refused(bare, kind, words):
        bare.connect_many(pairs)

    assert names(bare.connections) == ["x1->d"]
    assert list(bare.graph.edges) == [("x1", "d")]


def test_a_cycle_with_what_stands_is_refused_with_its_path(bare, refused):
    bare.connect_many([("b", "c"), ("c", "d")])

    with refused(bare, GraphError, "'d->b': closes a cycle, got d -> b -> c -> d"):
        bare.connect_many([("a", "b"), ("x1", "a"), ("d", "b")])


def test_a_cycle_through_a_softmax_layer_is_refused(bare, refused):
    bare.add_layer("p", 2, activation="softmax")

    with refused(bare, GraphError, "closes a cycle, got p -> a -> p"):
        bare.connect_many([("a", "p1"), ("p2", "a")])


def test_what_was_refused_can_be_made_without_the_culprit(bare):
    pairs = [("d", "c"), ("c", "b"), ("b", "a")]
    with pytest.raises(GraphError):
        bare.connect_many([*pairs, ("a", "d")])

    bare.connect_many(pairs)

    assert [names(g) for g in bare.generations()][1:] == [["c"], ["b"], ["a"]]


def test_a_neuron_of_another_network_is_refused(bare, refused):
    other = bare.copy()

    with refused(bare, UnknownNameError, "pairs[0]: a: identity", "is of another network"):
        bare.connect_many([(other["a"], "b")])


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        (
            {"weights": [1.0]},
            ShapeError,
            "connect_many weights: wrong shape, got (1,); expected (2,)",
        ),
        ({"weights": [[1.0, 2.0]]}, ShapeError, "got (1, 2); expected (2,)"),
        ({"weights": 0.5}, ShapeError, "got (); expected (2,)"),
        ({"weights": [1.0, np.nan]}, InvalidValueError, "connect_many weights: not finite at [1]"),
        ({"weights": ["1", "2"]}, WrongTypeError, "connect_many weights: no real numbers"),
        ({"trainable": 1}, WrongTypeError, "connect_many trainable: got 1; expected True or False"),
        ({"initializer": "xaver"}, UnknownNameError, "did you mean 'xavier'?"),
        ({"seed": -1}, InvalidValueError, "seed: out of range"),
    ],
)
def test_what_does_not_fit_the_pairs_is_refused(bare, refused, options, kind, words):
    with refused(bare, kind, words):
        bare.connect_many([("a", "b"), ("b", "c")], **options)


def test_a_refused_list_gives_its_random_numbers_back(refused):
    net = Network(seed=1, generator="legacy")
    for name in "ab":
        net.add_neuron(name)

    with refused(net, GraphError, "closes a cycle"):
        net.connect_many([("a", "b"), ("b", "a")])
