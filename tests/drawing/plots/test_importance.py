"""The bars of permutation importance are the means that the function finds, and in its order."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.pictures import PICTURES
from neurosim.errors import UnknownNameError


@pytest.fixture
def net():
    made = ns.Network()
    made.add_layer("x", 3)
    made.add_layer("y", 1)
    made.connect("x", "y", weights=[[1.0], [0.0], [5.0]])
    return made


X = np.random.default_rng(2).normal(size=(40, 3))


def test_a_bar_is_the_mean_of_an_input_and_the_first_matters_most(net):
    T = net.predict(X)

    axes = ns.draw_importance(net, X, T, repeats=5, title="mine")

    found = ns.permutation_importance(net, X, T, repeats=5).spreads
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x3", "x1", "x2"]
    assert [bar.get_width() for bar in axes.patches] == [s.mean for s in found.values()]
    assert axes.get_xlabel().startswith("rise of loss on training rows, from ")
    assert axes.yaxis_inverted()
    assert axes.get_title(loc="left") == "mine"


def test_a_metric_falls_and_an_error_rises_and_words_say_so(net):
    data = {"network": net, "X": X, "T": net.predict(X), "on": "test"}

    falls, words = PICTURES["importance"].draw_described(**data, metric="r2")
    rises = ns.draw_importance(net, X, net.predict(X), metric="rmse")

    assert falls.get_xlabel() == "fall of r2 on test rows, from 1"
    assert rises.get_xlabel().startswith("rise of rmse on training rows")
    assert words.endswith("from 1; x3 matters most.")


def test_of_many_inputs_the_most_important_are_shown():
    net = ns.Network(seed=1)
    net.add_layer("x", 50), net.add_layer("y", 1)
    net.connect("x", "y")
    rows = np.random.default_rng(1).normal(size=(9, 50))

    axes = ns.draw_importance(net, rows, net.predict(rows), repeats=1)

    assert len(axes.patches) == 30
    assert axes.get_xlabel().endswith("(30 of 50 inputs)")


def test_an_unknown_part_is_refused(net):
    with pytest.raises(UnknownNameError, match="did you mean 'test'"):
        ns.draw_importance(net, X, net.predict(X), on="tests")
