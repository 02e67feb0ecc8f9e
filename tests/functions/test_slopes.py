"""Slopes against witnesses that know nothing of them: differences, and analytic twins."""

import cmath
import dataclasses
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from neurosim.functions.activations import ACTIVATIONS
from tests.each import each

WITH_SLOPE = [name for name, activation in ACTIVATIONS.items() if activation.slope is not None]
POINTS = [k / 16 + 1 / 64 for k in range(-128, 128)]


def slope(name, z):
    activation = ACTIVATIONS[name]
    return activation.slope(z, activation.value(z))


def farthest_from_differences(name):
    f, h = ACTIVATIONS[name].value, 2.0**-17  # about the cube root of epsilon, and exact
    points = POINTS
    return max_of(abs(slope(name, z) - (f(z + h) - f(z - h)) / (2.0 * h)) for z in points)


def farthest_from_complex_step(name):
    twin = ANALYTIC[name]
    return max_of(abs(slope(name, z) - twin(complex(z, 1e-100)).imag / 1e-100) for z in POINTS)


def max_of(gaps):
    return float(np.max(list(gaps)))  # NaN stays NaN, and fails


@each("name", WITH_SLOPE)
def test_a_slope_is_what_central_differences_say(name):
    # truncation h^2/6 f''' and rounding eps/h |f| are each below 1e-10 times the size of f
    assert farthest_from_differences(name) <= 1e-9


def _sigmoid(z):
    return 1.0 / (1.0 + cmath.exp(-z))


def _softplus(z):
    return cmath.log(1.0 + cmath.exp(z))


ANALYTIC = {
    "identity": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": cmath.tanh,
    "square": lambda z: z * z,
    "softplus": _softplus,
    "gelu_tanh": lambda z: (
        0.5 * z * (1.0 + cmath.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3)))
    ),
    "swish": lambda z: z * _sigmoid(z),
    "mish": lambda z: z * cmath.tanh(_softplus(z)),
    "gaussian": lambda z: cmath.exp(-z * z),
    "sin": cmath.sin,
}


@each("name", ANALYTIC)
def test_a_slope_is_what_a_complex_step_says(name):
    assert farthest_from_complex_step(name) <= 4e-15  # z^3 in gelu_tanh


WRONG = [  # what is easily written for a slope, and was seen to pass where two engines share it
    ("tanh", lambda _z, a: 1.0 - a),
    ("sigmoid", lambda z, _a: z * (1.0 - z)),
    ("swish", lambda z, a: a + _sigmoid(z).real * (1.0 + a)),
    ("gaussian", lambda z, a: -z * a),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_wrong_slope_is_seen_by_both_witnesses(name, wrong, monkeypatch):
    mutated = dataclasses.replace(ACTIVATIONS[name], slope=wrong)

    monkeypatch.setitem(ACTIVATIONS, name, mutated)

    assert farthest_from_differences(name) > 0.01
    assert farthest_from_complex_step(name) > 0.01


@each("name", ANALYTIC)
def test_the_analytic_twin_is_the_function(name):
    for z in POINTS:
        value = ACTIVATIONS[name].value(z)
        assert ANALYTIC[name](complex(z)).real == pytest.approx(value, abs=2e-15)


def _normal_cdf(z):
    # 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...), all terms of one sign
    total = term = z
    n = Decimal(1)
    while abs(term) > Decimal("1e-70"):
        n += 2
        term *= z * z / n
        total += term
    return Decimal("0.5") + _normal(z) * total


def _normal(z):
    two_pi = 2 * Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
    return (-z * z / 2).exp() / two_pi.sqrt()


def test_the_value_and_slope_of_gelu_are_those_of_sixty_digits():
    for z in POINTS:
        with localcontext() as context:
            context.prec = 80
            exact = Decimal(z)
            below, bell = _normal_cdf(exact), _normal(exact)
            value, steepness = float(exact * below), float(below + exact * bell)

        assert ACTIVATIONS["gelu"].value(z) == pytest.approx(value, rel=2e-14, abs=1e-16)
        assert slope("gelu", z) == pytest.approx(steepness, abs=1e-15)


PIECES = [
    ("relu", [(-2.0, 0.0), (2.0, 1.0), (5e-324, 1.0)]),
    ("leaky_relu", [(-2.0, 0.01), (2.0, 1.0)]),
    ("prelu", [(-2.0, 0.25), (2.0, 1.0)]),
    ("elu", [(-2.0, math.exp(-2.0)), (2.0, 1.0), (-1e-300, 1.0)]),
    ("selu", [(2.0, 1.0507009873554805), (-1.0, 1.7580993408473766 * math.exp(-1.0))]),
    ("softsign", [(1.0, 0.25), (-3.0, 1 / 16)]),
    ("hard_sigmoid", [(-4.0, 0.0), (0.0, 1 / 6), (4.0, 0.0)]),
    ("hard_swish", [(-4.0, 0.0), (-1.5, 0.0), (0.0, 0.5), (4.0, 1.0)]),
    ("celu", [(-2.0, math.exp(-2.0)), (2.0, 1.0), (-1e-300, 1.0)]),
    ("hardtanh", [(-2.0, 0.0), (0.5, 1.0), (2.0, 0.0)]),
    ("relu6", [(-1.0, 0.0), (3.0, 1.0), (7.0, 0.0)]),
    ("abs", [(-2.0, -1.0), (0.0, 0.0), (3.0, 1.0)]),
]


@each(("name", "pairs"), PIECES)
def test_a_piecewise_slope_is_the_slope_of_each_piece(name, pairs):
    for z, expected in pairs:
        assert slope(name, z) == pytest.approx(expected, rel=1e-15, abs=1e-16)


TEXTS = [name for name in WITH_SLOPE if ACTIVATIONS[name].slope_text]


@each("name", TEXTS)
def test_the_printed_slope_is_the_computed_slope(name):
    for z in POINTS:
        text = ACTIVATIONS[name].slope_text.format(
            z=f"({z!r})", a=f"({ACTIVATIONS[name].value(z)!r})"
        )
        printed = eval(text.replace("^", "**"), {"cos": math.cos})  # noqa: S307 - our own table
        assert printed == pytest.approx(slope(name, z), rel=1e-15, abs=0)


def test_every_smooth_activation_has_a_witness_of_full_precision():
    assert {*ANALYTIC, "gelu", *(name for name, _ in PIECES)} == set(WITH_SLOPE)
