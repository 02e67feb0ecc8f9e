"""Activations at the numbers where naive formulas fail; both forms, without a warning."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.functions.activations import ACTIVATIONS, softplus
from tests.each import each

WITH_SLOPE = [name for name, activation in ACTIVATIONS.items() if activation.slope is not None]

# The torture table: (function, z, value), references of 60 digits.
TORTURE = [
    ("sigmoid", -710.0, 4.47628622567513e-309),
    ("sigmoid", -745.0, 5e-324),
    ("sigmoid", -1000.0, 0.0),
    ("sigmoid", 1000.0, 1.0),
    ("softplus", -50.0, 1.9287498479639178e-22),
    ("softplus", 710.0, 710.0),
    ("softplus", 30.0, 30.000000000000092),
    ("elu", -1e-10, -9.9999999995e-11),
    ("relu", -0.0, 0.0),
]


def scalar(name, z):
    return ACTIVATIONS[name].value(z)


def array(name, z):
    out = np.empty_like(z)
    ACTIVATIONS[name].array(z.copy(), out)
    return out


@each(("name", "z", "value"), TORTURE)
def test_the_torture_table_is_met_by_the_scalar_form(name, z, value):
    assert_array_max_ulp(scalar(name, z), value, maxulp=2)


@each(("name", "z", "value"), TORTURE)
def test_the_torture_table_is_met_by_the_array_form(name, z, value):
    assert_array_max_ulp(array(name, np.array([z])), np.array([value]), maxulp=2)


REFERENCE = {
    "sigmoid": lambda z: 1 / (1 + (-z).exp()),
    "tanh": lambda z: ((2 * z).exp() - 1) / ((2 * z).exp() + 1),
    "elu": lambda z: z if z > 0 else z.exp() - 1,
    "softplus": lambda z: (1 + z.exp()).ln(),
    "gaussian": lambda z: (-z * z).exp(),
    "softsign": lambda z: z / (1 + abs(z)),
    "identity": lambda z: z,
    "relu": lambda z: max(z, Decimal(0)),
    "hard_sigmoid": lambda z: min(max(z + 3, Decimal(0)), Decimal(6)) / 6,
    "celu": lambda z: z if z > 0 else z.exp() - 1,
    "hardtanh": lambda z: min(max(z, Decimal(-1)), Decimal(1)),
    "relu6": lambda z: min(max(z, Decimal(0)), Decimal(6)),
    "abs": abs,
    "prelu": lambda z: z if z > 0 else z / 4,
    "square": lambda z: z * z,
}
# dyadic numbers, so that z*z and 2z carry no rounding of their own into the reference
POINTS = [k / 64 for k in range(-4096, 4097, 37)] + [2.0**-k for k in range(10, 60, 7)]


@each("name", REFERENCE)
def test_values_are_within_two_ulp_of_eighty_digit_arithmetic(name):
    points = np.array([z for z in POINTS if abs(z) < 26])
    with localcontext() as context:
        context.prec = 80
        expected = [float(REFERENCE[name](Decimal(float(z)))) for z in points]

    by_scalar = np.array([scalar(name, float(z)) for z in points])

    assert_array_max_ulp(by_scalar, np.array(expected), maxulp=2)
    assert_array_max_ulp(array(name, points), np.array(expected), maxulp=2)


# Values from the papers' formulas at z = 1 and z = -1, worked out with 30 digits.
BY_HAND = [
    ("leaky_relu", 1.0, -0.01),
    ("selu", 1.0507009873554805, -1.1113307378125625),
    ("gelu", 0.8413447460685429, -0.15865525393145707),
    ("gelu_tanh", 0.8411919906082768, -0.15880800939172324),
    ("swish", 0.7310585786300049, -0.2689414213699951),
    ("mish", 0.8650983882673103, -0.30340146137410895),
    ("hard_swish", 0.6666666666666666, -0.3333333333333333),
    ("sin", 0.8414709848078965, -0.8414709848078965),
    ("step", 1.0, 0.0),
]


@each(("name", "at_one", "at_minus_one"), BY_HAND)
def test_values_at_one_and_minus_one_are_those_of_the_formula(name, at_one, at_minus_one):
    values = [scalar(name, 1.0), scalar(name, -1.0)]

    assert values == pytest.approx([at_one, at_minus_one], rel=1e-15, abs=0)


def test_every_activation_of_the_table_has_its_value_tested_here():
    assert set(ACTIVATIONS) == {*REFERENCE, *(name for name, *_ in BY_HAND)}


@each("name", ACTIVATIONS)
def test_nan_passes_through(name):
    assert math.isnan(scalar(name, math.nan))
    assert np.isnan(array(name, np.array([math.nan, 1.0]))).tolist() == [True, False]


SLOPES_AT_KINKS = [  # PyTorch's choice where two would do
    ("relu", 0.0, 0.0),
    ("leaky_relu", 0.0, 0.01),
    ("elu", 0.0, 1.0),
    ("selu", 0.0, 1.7580993408473766),
    ("hard_sigmoid", -3.0, 0.0),
    ("hard_sigmoid", 3.0, 0.0),
    ("hard_swish", -3.0, 0.0),
    ("hard_swish", 3.0, 1.0),
    ("hardtanh", -1.0, 0.0),
    ("hardtanh", 1.0, 0.0),
    ("relu6", 0.0, 0.0),
    ("relu6", 6.0, 0.0),
    ("abs", 0.0, 0.0),
]


@each(("name", "z", "slope"), SLOPES_AT_KINKS)
def test_the_slope_at_a_kink_is_pytorchs(name, z, slope):
    activation = ACTIVATIONS[name]
    a = activation.value(z)
    out = np.empty(1)

    activation.array_slope(np.array([z]), np.array([a]), out)

    assert activation.slope(z, a) == pytest.approx(slope, rel=4e-16, abs=0)
    assert out[0] == pytest.approx(slope, rel=4e-16, abs=0)


def test_step_has_no_slope_and_is_alone_in_that():
    assert set(ACTIVATIONS) - set(WITH_SLOPE) == {"step"}
    assert ACTIVATIONS["step"].array_slope is None


def test_step_is_one_at_zero():
    assert [scalar("step", z) for z in (-1e-300, -0.0, 0.0, 1e-300)] == [0.0, 1.0, 1.0, 1.0]


HUGE = [1e100, 1e150, 1e155, 1e200, 1e300, 1.7e308]
LIMITS = {  # what f(z) and f'(z) tend to for z -> +inf and z -> -inf; z: as z itself
    "identity": ("z", "z", 1, 1), "sigmoid": (1, 0, 0, 0), "tanh": (1, -1, 0, 0),
    "relu": ("z", 0, 1, 0), "elu": ("z", -1, 1, 0), "softplus": ("z", 0, 1, 0),
    "softsign": (1, -1, 0, 0), "gelu": ("z", 0, 1, 0), "gelu_tanh": ("z", 0, 1, 0),
    "swish": ("z", 0, 1, 0), "mish": ("z", 0, 1, 0), "hard_sigmoid": (1, 0, 0, 0),
    "hard_swish": ("z", 0, 1, 0), "gaussian": (0, 0, 0, 0), "celu": ("z", -1, 1, 0),
    "hardtanh": (1, -1, 0, 0), "relu6": (6, 0, 0, 0),
}  # fmt: skip


@each("name", LIMITS)
def test_huge_numbers_give_the_limits_without_a_warning(name):
    above, below, slope_above, slope_below = LIMITS[name]
    z = np.array([*HUGE, *(-h for h in HUGE)])
    n = len(HUGE)
    expected = [h if above == "z" else above for h in HUGE]
    expected += [-h if below == "z" else below for h in HUGE]
    slopes = np.empty_like(z)

    values = array(name, z)
    ACTIVATIONS[name].array_slope(z.copy(), values.copy(), slopes)

    assert values == pytest.approx(expected, rel=1e-15, abs=1e-99)
    assert slopes == pytest.approx([slope_above] * n + [slope_below] * n, rel=1e-15, abs=1e-99)


@each("name", LIMITS)
def test_huge_numbers_give_the_limits_one_by_one(name):
    above, below, slope_above, slope_below = LIMITS[name]
    activation = ACTIVATIONS[name]

    for h in HUGE:
        up, down = activation.value(h), activation.value(-h)
        assert up == pytest.approx(h if above == "z" else above, rel=1e-15, abs=1e-99)
        assert down == pytest.approx(-h if below == "z" else below, rel=1e-15, abs=1e-99)
        assert activation.slope(h, up) == pytest.approx(slope_above, rel=1e-15, abs=1e-99)
        assert activation.slope(-h, down) == pytest.approx(slope_below, rel=1e-15, abs=1e-99)


def test_softplus_never_is_below_its_two_bounds():
    points = np.linspace(-800.0, 800.0, 3201)

    assert all(softplus(z) >= max(0.0, z) for z in points.tolist())


@each("name", ACTIVATIONS)
def test_every_activation_says_its_formula(name):
    assert ACTIVATIONS[name].name == name
    assert "z" in ACTIVATIONS[name].formula


def test_probabilities_are_bounded_on_both_sides():
    given = {
        name: ACTIVATIONS[name].facts.gives_probabilities for name in ("relu", "tanh", "sigmoid")
    }

    assert given == {"relu": False, "tanh": False, "sigmoid": True}
