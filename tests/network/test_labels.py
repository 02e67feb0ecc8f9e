"""Neurons are found by foreign names: numbers, tuples and texts that are no names."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NameRuleError, UnknownNameError, WrongTypeError


@pytest.fixture
def labelled():
    """x1 (label 2) -> a (label 3) -> b (label (2, 3)) -> o (label 'L1-N2')."""
    net = ns.Network()
    net.add_layer("x", 1)
    for name in "abo":
        net.add_neuron(name)
    for name, label in {"x1": "2", "a": "3", "b": "(2, 4)", "o": "L1-N2"}.items():
        net[name].label = label
    net.connect_many([("x1", "a"), ("a", "b"), ("b", "o")], [1, 2, 3])
    return net


def test_a_neuron_is_found_by_a_label_of_any_hashable_kind(labelled):
    assert labelled[2] is labelled["x1"]
    assert labelled[np.int64(3)] is labelled["a"]
    assert labelled[2, 4] is labelled[(np.int32(2), np.int32(4))] is labelled["b"]
    assert labelled["L1-N2"] is labelled["o"]
    assert 2 in labelled
    assert (2, 4) in labelled
    assert 9 not in labelled
    assert None not in labelled


def test_a_tuple_that_is_no_label_is_a_pair_of_names_or_labels(labelled):
    assert labelled[2, 3] is labelled["x1", "a"]
    assert labelled[(2, 4), "L1-N2"] is labelled["b", "o"]
    assert (2, 3) in labelled
    assert labelled.connect_many([(2, "o")], [1])[0].name == "x1->o"


def test_a_tuple_that_is_a_label_and_a_pair_is_refused_and_both_are_still_found(labelled):
    labelled["b"].label = "(2, 3)"

    with pytest.raises(NameRuleError, match=r"net.neuron\(\(2, 3\)\) or net.connection\(2, 3\)"):
        labelled[2, 3]
    assert labelled.neuron((2, 3)).name == "b"
    assert labelled.connection(2, 3).name == "x1->a"


def test_a_label_that_is_changed_or_removed_is_found_no_more(labelled):
    assert labelled[3].name == "a"

    labelled["a"].label = "7"
    assert labelled[7].name == "a"
    with pytest.raises(WrongTypeError, match="got 3"):
        labelled[3]

    labelled.remove_neuron("a")
    assert 7 not in labelled
    with pytest.raises(UnknownNameError, match="'L1-N9'"):
        labelled["L1-N9"]
