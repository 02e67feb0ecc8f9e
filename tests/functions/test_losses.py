"""Losses: values worked out by hand, both forms, and the rules of targets."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.functions.losses import LOSSES, TARGET_RULES, weigh
from tests.each import each

LOG2 = 0.6931471805599453
# loss, outputs, targets, value: of one sample
BY_HAND = [
    ("half_squared_error", [0.5, 3.0], [1.0, 1.0], 0.125 + 2.0),
    ("squared_error", [0.5, 3.0], [1.0, 1.0], 0.25 + 4.0),
    ("mean_squared_error", [0.5, 3.0], [1.0, 1.0], 2.125),
    ("mean_absolute_error", [0.5, 3.0], [1.0, 1.0], (0.5 + 2.0) / 2),
    ("huber", [0.5, 3.0], [1.0, 1.0], (0.125 + 1.5) / 2),
    ("huber", [2.0, 0.0], [1.0, 1.0], 0.5),  # |e| = 1 is where the two pieces meet
    ("binary_cross_entropy", [0.5, 0.5], [1.0, 0.0], 2 * LOG2),
    ("binary_cross_entropy", [0.25], [0.5], LOG2 + 0.5 * math.log(4 / 3)),
    ("hinge", [0.5, 0.5, 2.0], [1.0, -1.0, 1.0], 0.5 + 1.5 + 0.0),
]


def value_by_scalar(loss, outputs, targets):
    terms = [loss.by_output.value(x, t) for x, t in zip(outputs, targets, strict=True)]
    return sum(terms) / loss.divisor(len(terms))


def value_by_array(loss, outputs, targets):
    terms = loss.by_output.array_value(np.array(outputs), np.array(targets))
    return terms.sum() / loss.divisor(len(terms))


@each("form", [value_by_scalar, value_by_array])
@each(("name", "outputs", "targets", "value"), BY_HAND)
def test_the_value_is_the_one_worked_out_by_hand(name, outputs, targets, value, form):
    assert form(LOSSES[name], outputs, targets) == pytest.approx(value, rel=4e-16)


def test_every_loss_has_its_value_tested_here():
    assert {name for name, *_ in BY_HAND} | {"cross_entropy"} == set(LOSSES)


# loss, net inputs, targets, value: where the plain formula gives inf or nan
FROM_NET_INPUT = [
    (-1000.0, 1.0, 1000.0),
    (1000.0, 0.0, 1000.0),
    (-1000.0, 0.0, 0.0),
    (0.0, 1.0, LOG2),
    (0.0, 0.25, LOG2),
    (-50.0, 0.0, 1.9287498479639178e-22),
]


@each(("z", "t", "value"), FROM_NET_INPUT)
def test_binary_cross_entropy_from_the_net_input_is_exact(z, t, value):
    pointwise, is_by_net = LOSSES["binary_cross_entropy"].formula_for("sigmoid")
    by_array = pointwise.array_value(np.array([z]), np.array([t]))

    assert is_by_net
    assert_array_max_ulp(pointwise.value(z, t), value, maxulp=2)
    assert_array_max_ulp(by_array, np.array([value]), maxulp=2)


def test_binary_cross_entropy_from_a_net_input_far_off_has_slope_minus_one():
    pointwise, _ = LOSSES["binary_cross_entropy"].formula_for("sigmoid")

    assert pointwise.slope(0.0, 1.0) == -1.0  # sigmoid(-1000) is 0: the slope is a - t


# probability, target, value, slope
AT_THE_ENDS = [
    (0.0, 0.0, 0.0, 1.0),
    (1.0, 1.0, 0.0, -1.0),
    (0.0, 1.0, math.inf, -math.inf),
    (1.0, 0.0, math.inf, math.inf),
    (0.0, 0.5, math.inf, -math.inf),
    (1.0, 0.5, math.inf, math.inf),
    (5e-324, 1.0, 744.4400719213812, -math.inf),
]


@each(("x", "t", "value", "slope"), AT_THE_ENDS)
def test_binary_cross_entropy_from_a_probability_of_zero_or_one(x, t, value, slope):
    pointwise, is_by_net = LOSSES["binary_cross_entropy"].formula_for("identity")
    outputs, targets = np.array([x]), np.array([t])

    assert not is_by_net
    assert (pointwise.value(x, t), pointwise.slope(x, t)) == (value, slope)
    assert pointwise.array_value(outputs, targets).tolist() == [value]
    assert pointwise.array_slope(outputs, targets).tolist() == [slope]


@pytest.mark.parametrize("x", [-0.5, 1.5, math.nan])
def test_binary_cross_entropy_from_no_probability_is_no_number(x):
    pointwise = LOSSES["binary_cross_entropy"].by_output

    assert math.isnan(pointwise.value(x, 0.0))
    assert np.isnan(pointwise.array_value(np.array([x]), np.array([0.0]))).all()


def test_both_formulas_of_binary_cross_entropy_agree_where_both_are_exact():
    by_net, _ = LOSSES["binary_cross_entropy"].formula_for("sigmoid")
    by_output, _ = LOSSES["binary_cross_entropy"].formula_for("identity")

    for z in (-3.0, -0.5, 0.0, 2.0):
        for t in (0.0, 0.3, 1.0):
            a = 1.0 / (1.0 + math.exp(-z))
            assert by_net.value(z, t) == pytest.approx(by_output.value(a, t), rel=1e-14)


# net inputs, targets, value
CROSS_ENTROPY = [
    ([1000.0, 0.0, -1000.0], [0.0, 0.0, 1.0], 2000.0),
    ([1000.0, 0.0, -1000.0], [1.0, 0.0, 0.0], 0.0),
    ([0.0, 0.0], [1.0, 0.0], LOG2),
    ([3.0, 3.0, 3.0, 3.0], [0.25, 0.25, 0.25, 0.25], 2 * LOG2),
]


@pytest.mark.parametrize(("net_inputs", "targets", "value"), CROSS_ENTROPY)
def test_cross_entropy_is_exact_where_a_share_is_zero(net_inputs, targets, value):
    joint = LOSSES["cross_entropy"].joint
    z, t = np.array([net_inputs]).T, np.array([targets]).T

    by_array = joint.both(z, np.empty_like(z), t, np.empty_like(z))

    assert joint.value(net_inputs, targets) == pytest.approx(value, rel=4e-16)
    assert by_array == pytest.approx(value, rel=4e-16)


POINTWISE = [
    (pointwise, loss.targets)
    for loss in LOSSES.values()
    for pointwise in (loss.by_output, loss.by_net_input)
    if pointwise is not None
]
_TARGETS = {"any": [-1.5, 0.0, 0.3, 2.0], "unit": [0.0, 0.3, 1.0], "signs": [-1.0, 1.0]}


def grid(pointwise, rule):
    is_probability = pointwise is LOSSES["binary_cross_entropy"].by_output
    xs = np.linspace(0.001, 0.999, 499) if is_probability else np.linspace(-30.0, 30.0, 1201)
    return (m.ravel() for m in np.meshgrid(xs, _TARGETS[rule]))


@each(("pointwise", "rule"), POINTWISE)
def test_both_forms_of_a_loss_are_equal_to_two_ulp(pointwise, rule):
    x, t = grid(pointwise, rule)
    pairs = list(zip(x.tolist(), t.tolist(), strict=True))

    terms = np.array([pointwise.value(*pair) for pair in pairs])
    slopes = np.array([pointwise.slope(*pair) for pair in pairs])

    assert_array_max_ulp(pointwise.array_value(x, t), terms, maxulp=2)
    assert_array_max_ulp(pointwise.array_slope(x, t), slopes, maxulp=2)


@each(("pointwise", "rule"), POINTWISE)
def test_a_loss_of_a_lost_output_is_lost_in_both_forms(pointwise, rule):
    x, t = np.array([math.nan]), np.array([_TARGETS[rule][-1]])

    assert math.isnan(pointwise.value(x[0].item(), t[0].item()))
    assert np.isnan(pointwise.array_value(x, t)).all()


@each(("pointwise", "rule"), POINTWISE)
def test_a_loss_leaves_outputs_and_targets_alone(pointwise, rule):
    x, t = grid(pointwise, rule)
    before = x.tobytes(), t.tobytes()

    pointwise.array_value(x, t)
    pointwise.array_slope(x, t)

    assert (x.tobytes(), t.tobytes()) == before


RULES = [
    ("any", [[-1e9, 7.0]], True),
    ("unit", [[0.0, 1.0, 0.5]], True),
    ("unit", [[1.0000001]], False),
    ("unit", [[-1e-9]], False),
    ("signs", [[-1.0, 1.0]], True),
    ("signs", [[0.0, 1.0]], False),
    ("distributions", [[0.0, 1.0], [0.5, 0.5]], True),
    ("distributions", [[0.1] * 10], True),  # whose sum is 0.9999999999999999
    ("distributions", [[0.0, 1.0], [0.5, 0.4]], False),
    ("distributions", [[1.5, -0.5]], False),
]


@each(("rule", "targets", "obeys"), RULES)
def test_targets_obey_their_rule_or_not(rule, targets, obeys):
    assert TARGET_RULES[rule][0](np.array(targets)) is obeys


def test_the_rule_of_each_loss():
    assert {name: loss.targets for name, loss in LOSSES.items() if loss.targets != "any"} == {
        "binary_cross_entropy": "unit",
        "cross_entropy": "distributions",
        "hinge": "signs",
    }


def test_a_factor_of_zero_silences_even_infinity_and_one_changes_nothing():
    with np.errstate(invalid="ignore"):  # as programs do
        found = weigh(np.array([2.0, np.inf, 3.0]), np.array([1.0, 0.0, 0.5]))

    assert found.tolist() == [2.0, 0.0, 1.5]
