"""Cross-entropy after a softmax: an offset costs no digit, and infinity times 0 is 0."""

import math

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.losses import LOSSES

JOINT = LOSSES["cross_entropy"].joint


def both(z, t):
    """The loss of one sample by the form for arrays."""
    column = np.array(z, float)[:, None]
    with np.errstate(all="ignore"):
        return JOINT.both(
            column, np.empty_like(column), np.array(t, float)[:, None], np.empty_like(column)
        )


FORMS = pytest.mark.parametrize("form", [JOINT.value, both], ids=["walk", "arrays"])


@FORMS
@pytest.mark.parametrize("offset", [0.0, 1e9, -1e9, 1e15])
def test_a_common_offset_costs_no_digit(form, offset):
    expected = math.log(1.0 + math.e + math.e**2)  # -log of the softmax of 0 beside 1 and 2

    assert form([offset, offset + 1.0, offset + 2.0], [1.0, 0.0, 0.0]) == pytest.approx(
        expected, rel=1e-15
    )


@FORMS
def test_what_is_infinitely_unlikely_counts_only_where_it_is_the_target(form):
    assert form([-1e308, 1e308], [0.0, 1.0]) == 0.0
    assert form([-1e308, 1e308], [1.0, 0.0]) == math.inf


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_engines_agree_under_an_offset(engine):
    net = ns.Network("offset", seed=1)
    net.add_layer("x", 1)
    net.add_layer("o", 3, activation="softmax", bias=[1e9, 1e9 + 1, 1e9 + 0.5])
    net.connect("x", "o", weights=[[0.0, 0.0, 0.0]])

    found = ns.Training(
        net, [[1.0]], [[1, 0, 0]], loss="cross_entropy", optimizer="adam", engine=engine
    ).loss()

    assert found == pytest.approx(math.log(1.0 + math.e + math.e**0.5), rel=1e-15)
