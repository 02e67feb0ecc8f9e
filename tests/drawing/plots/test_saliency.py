"""The cells of the map of saliency are the slopes that the function finds."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.pictures import PICTURES
from neurosim.errors import UnknownNameError


@pytest.fixture
def net():
    made = ns.Network(seed=1)
    made.add_layer("x", 3)
    made.add_layer("y", 2, activation="tanh")
    made.connect("x", "y")
    return made


X = np.random.default_rng(2).normal(size=(50, 3)) * [1, 10, 0.1]


def cells(axes):
    return np.asarray(axes.images[0].get_array())


def test_rows_are_the_loss_and_each_output(net):
    T = np.zeros((50, 2))

    axes = ns.draw_saliency(net, X, T)

    means = [ns.saliency(net, X, T).mean]
    means += [ns.saliency(net, X, output=name).mean for name in ("y1", "y2")]
    assert cells(axes).tolist() == np.array(means).tolist()
    assert [t.get_text() for t in axes.get_yticklabels()] == ["loss", "y1", "y2"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["x1", "x2", "x3"]
    assert len(cells(ns.draw_saliency(net, X))) == 2
    assert len(axes.texts) == 9


def test_of_one_output_the_first_samples_are_shown_with_signs(net):
    net["y2"].label = "second"

    axes, words = PICTURES["saliency"].draw_described(network=net, X=X, T=None, output="second")

    assert cells(axes).tolist() == ns.saliency(net, X, output="y2").relative[:40].tolist()
    assert axes.images[0].norm.vmin == -axes.images[0].norm.vmax
    assert words == (
        "How steeply the answer follows each input: slopes of second per deviation of the input,"
        " training row."
    )


def test_an_unknown_output_or_part_is_refused(net):
    with pytest.raises(UnknownNameError):
        ns.draw_saliency(net, X, output="z")
    with pytest.raises(UnknownNameError, match="did you mean 'test'"):
        ns.draw_saliency(net, X, on="tests")
