"""The fast form of a loss, slope and sum at once, says what the plain forms say."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.functions.activations import softmax
from neurosim.functions.losses import LOSSES
from tests.each import each

TARGETS = {"any": [-1.5, 0.3, 2.0], "unit": [0.0, 0.3, 1.0], "signs": [-1.0, 1.0, 1.0]}
POINTWISE = [
    (pointwise, loss.targets)
    for loss in LOSSES.values()
    for pointwise in (loss.by_output, loss.by_net_input)
    if pointwise is not None
]


def rows(rule):
    x = np.random.default_rng(2).uniform(0.05, 0.95, size=(3, 40))
    return x, np.repeat(np.array(TARGETS[rule])[:, None], 40, axis=1)


@each(("pointwise", "rule"), POINTWISE)
def test_slopes_and_sum_are_those_of_the_plain_forms(pointwise, rule):
    x, t = rows(rule)
    out = np.empty_like(x)

    total = pointwise.judge(x, t, out)

    assert_array_max_ulp(out, pointwise.array_slope(x, t), maxulp=2)
    # 120 terms of one sign, added in another order
    assert total == pytest.approx(float(pointwise.array_value(x, t).sum()), rel=120 * 2.3e-16)


@each(("pointwise", "rule"), POINTWISE)
def test_outputs_and_targets_are_left_alone_and_out_may_have_any_layout(pointwise, rule):
    x, t = rows(rule)
    before, apart = (x.tobytes(), t.tobytes()), np.empty_like(x)
    total = pointwise.judge(x, t, apart)
    strided = np.empty((3, 80))[:, ::2]

    again = pointwise.judge(x, t, strided)

    assert (x.tobytes(), t.tobytes()) == before
    assert again == pytest.approx(total, rel=1e-14)
    assert strided.tolist() == apart.tolist()


def judged(net_inputs, targets):
    z, t = np.array(net_inputs).T.copy(), np.array(targets).T.copy()
    a, out = np.empty_like(z), np.empty_like(z)
    total = LOSSES["cross_entropy"].joint.both(z, a, t, out)
    return total, a, out


def test_softmax_cross_entropy_and_its_slope_at_once_are_those_of_the_plain_forms():
    net_inputs = np.random.default_rng(3).normal(scale=4.0, size=(30, 5))
    targets = np.eye(5)[np.arange(30) % 5]

    total, a, out = judged(net_inputs, targets)

    plain = LOSSES["cross_entropy"].joint.value
    terms = [plain(z, t) for z, t in zip(net_inputs.tolist(), targets.tolist(), strict=True)]
    shares = np.array([softmax(z) for z in net_inputs.tolist()]).T
    assert total == pytest.approx(sum(terms), rel=30 * 2.3e-16)
    assert_array_max_ulp(a, shares, maxulp=4)  # five powers, each to an ulp, are added
    assert out.tolist() == (a - targets.T).tolist()


def test_softmax_cross_entropy_at_once_leaves_what_each_share_costs_in_place_of_net_inputs():
    z = np.array([[0.0, 1000.0], [0.0, 0.0], [0.0, -1000.0]])
    t = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])

    total = LOSSES["cross_entropy"].joint.both(z, np.empty_like(z), t, np.empty_like(z))

    assert z.tolist() == [[math.log(3), 0.0], [math.log(3), 1000.0], [math.log(3), 2000.0]]
    assert total == (z * t).sum() == math.log(3) + 2000.0


def test_softmax_cross_entropy_at_once_is_exact_where_a_share_is_zero():
    total, _, out = judged([[1000.0, 0.0, -1000.0]], [[0.0, 0.0, 1.0]])

    assert total == 2000.0
    assert out[:, 0].tolist() == [1.0, 0.0, -1.0]
