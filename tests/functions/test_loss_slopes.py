"""The slope of every loss against witnesses that know nothing of it."""

import cmath
import dataclasses
import math

import numpy as np
import pytest

from neurosim.functions.activations import ACTIVATIONS, sigmoid, softmax
from neurosim.functions.losses import LOSSES
from tests.each import each

# loss: points x, targets t; away from the kinks, which lie at t, at t +- 1 or at t x = 1
POINTS = {
    "half_squared_error": ([-2.0, 0.25, 3.0], [-1.0, 0.5]),
    "squared_error": ([-2.0, 0.25, 3.0], [-1.0, 0.5]),
    "mean_squared_error": ([-2.0, 0.25, 3.0], [-1.0, 0.5]),
    "mean_absolute_error": ([-2.0, 0.25, 3.0], [-1.0, 0.5]),
    "huber": ([-2.5, 0.25, 3.0], [-1.0, 0.5]),
    "binary_cross_entropy": ([0.125, 0.5, 0.75], [0.0, 0.25, 1.0]),
    "hinge": ([-2.0, 0.25, 3.0], [-1.0, 1.0]),
}
H = 2.0**-17  # about the cube root of epsilon


def farthest_from_differences(name):
    pointwise, (xs, ts) = LOSSES[name].by_output, POINTS[name]
    gaps = [
        pointwise.slope(x, t) - (pointwise.value(x + H, t) - pointwise.value(x - H, t)) / (2.0 * H)
        for x in xs
        for t in ts
    ]
    return float(np.max(np.abs(gaps)))


@each("name", POINTS)
def test_a_slope_is_what_central_differences_say(name):
    # binary cross-entropy at x = 1/8 has the third derivative 2/x^3: h^2/6 * 1024 is 1e-8
    assert farthest_from_differences(name) <= 2e-8


def test_every_pointwise_loss_is_differentiated():
    assert set(POINTS) == {name for name, loss in LOSSES.items() if loss.by_output is not None}


def by_complex_step(formula, x):
    return formula(complex(x, 1e-100)).imag / 1e-100


ANALYTIC = {
    "half_squared_error": lambda x, t: (x - t) ** 2 / 2,
    "squared_error": lambda x, t: (x - t) ** 2,
    "mean_squared_error": lambda x, t: (x - t) ** 2,
    "binary_cross_entropy": lambda x, t: -t * cmath.log(x) - (1 - t) * cmath.log(1 - x),
}


def farthest_from_complex_step(name):
    twin, pointwise, (xs, ts) = ANALYTIC[name], LOSSES[name].by_output, POINTS[name]
    gaps = [
        pointwise.slope(x, t) - twin(complex(x, 1e-100), t).imag / 1e-100 for x in xs for t in ts
    ]
    return float(np.max(np.abs(gaps)))


@pytest.mark.parametrize("name", ANALYTIC)
def test_a_slope_is_what_a_complex_step_says(name):
    assert farthest_from_complex_step(name) <= 2e-15


@pytest.mark.parametrize("name", POINTS)
def test_a_doubled_slope_is_seen_by_differences(name, monkeypatch):
    loss = LOSSES[name]
    right = loss.by_output.slope
    doubled = dataclasses.replace(loss.by_output, slope=lambda x, t: 2.0 * right(x, t))

    monkeypatch.setitem(LOSSES, name, dataclasses.replace(loss, by_output=doubled))

    assert farthest_from_differences(name) > 0.1


@pytest.mark.parametrize("name", ANALYTIC)
def test_a_doubled_slope_is_seen_by_a_complex_step(name, monkeypatch):
    loss = LOSSES[name]
    right = loss.by_output.slope
    doubled = dataclasses.replace(loss.by_output, slope=lambda x, t: 2.0 * right(x, t))

    monkeypatch.setitem(LOSSES, name, dataclasses.replace(loss, by_output=doubled))

    assert farthest_from_complex_step(name) > 0.1


@each("t", [0.0, 0.25, 1.0])
@each("z", [-5.0, -0.5, 0.0, 0.75, 8.0])
def test_the_slope_by_the_net_input_is_what_a_complex_step_says(z, t):
    pointwise, _ = LOSSES["binary_cross_entropy"].formula_for("sigmoid")

    expected = by_complex_step(
        lambda w: t * cmath.log(1 + cmath.exp(-w)) + (1 - t) * cmath.log(1 + cmath.exp(w)), z
    )

    assert pointwise.slope(sigmoid(z), t) == pytest.approx(expected, abs=4e-16)


@each("t", [0.0, 0.25, 1.0])
@each("z", [-2.0, 0.5, 3.0])
def test_the_slope_by_the_net_input_is_the_slope_by_the_output_times_the_slope_of_sigmoid(z, t):
    loss, a = LOSSES["binary_cross_entropy"], sigmoid(z)
    by_net, _ = loss.formula_for("sigmoid")

    chained = loss.by_output.slope(a, t) * ACTIVATIONS["sigmoid"].slope(z, a)

    assert by_net.slope(a, t) == pytest.approx(chained, abs=4e-16)


@pytest.mark.parametrize("targets", [[0.0, 0.0, 1.0], [0.2, 0.3, 0.5]])
def test_the_slope_of_cross_entropy_by_a_net_input_is_share_minus_target(targets):
    net_inputs = [0.5, -1.0, 2.0]

    for i, share in enumerate(softmax(net_inputs)):

        def twin(z, i=i):
            zs = [z if j == i else net_inputs[j] for j in range(3)]
            return cmath.log(sum(map(cmath.exp, zs))) - sum(
                t * zj for t, zj in zip(targets, zs, strict=True)
            )

        assert share - targets[i] == pytest.approx(by_complex_step(twin, net_inputs[i]), abs=4e-16)


AT_KINKS = [  # PyTorch's choices
    ("mean_absolute_error", 1.0, 1.0, 0.0),
    ("huber", 2.0, 1.0, 1.0),
    ("huber", 0.0, 1.0, -1.0),
    ("hinge", 1.0, 1.0, 0.0),
]


@pytest.mark.parametrize(("name", "x", "t", "slope"), AT_KINKS)
def test_the_slope_at_a_kink_is_the_documented_one(name, x, t, slope):
    pointwise = LOSSES[name].by_output

    assert pointwise.slope(x, t) == slope
    assert pointwise.array_slope(np.array([x]), np.array([t])).tolist() == [slope]


SCOPE = {  # what the printed words mean
    "log": math.log,
    "max": max,
    "abs": abs,
    "sign": lambda e: (e > 0) - (e < 0),
    "clip": lambda e, low, high: min(max(e, low), high),
    "huber": lambda e: e * e / 2 if abs(e) <= 1 else abs(e) - 0.5,
}


def printed(text, x, t):
    text = text.format(x=f"({x!r})", t=f"({t!r})", a=f"({x!r})").replace("^", "**")
    if text.startswith("|"):
        text = f"abs({text.strip('|')})"
    return eval(text, SCOPE)  # noqa: S307 - our own table


@each("name", POINTS)
def test_the_printed_formulas_are_the_computed_ones(name):
    pointwise, (xs, ts) = LOSSES[name].by_output, POINTS[name]

    for x in xs:
        for t in ts:
            assert printed(pointwise.text, x, t) == pytest.approx(pointwise.value(x, t), rel=1e-15)
            slope = pointwise.slope(x, t)
            assert printed(pointwise.slope_text, x, t) == pytest.approx(slope, rel=1e-15)
