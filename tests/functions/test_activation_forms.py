"""The scalar form and the array form are one function: 2 ulp, over the whole table.

Where a slope is a sum of terms of both signs it passes through zero, and near there an ulp of the
slope is nothing an ulp of `exp` could keep to. Such a slope is held to 2 ulp of the largest of
itself and its terms instead (`TERMS`): the functions are one, their last roundings are not.
"""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.functions.activations import ACTIVATIONS, sigmoid
from tests.each import each

WITH_SLOPE = [name for name, activation in ACTIVATIONS.items() if activation.slope is not None]
_KINKS = [-3.0, 3.0, -709.0, 709.0, -710.0, -745.2, 0.0, 36.7, -36.7]
_SIZES = np.logspace(-320, 307, 1255)
GRID = np.concatenate(
    [
        np.linspace(-40.0, 40.0, 8001),
        np.linspace(-800.0, 800.0, 1601),
        _SIZES[_SIZES < 1e100],
        -_SIZES[_SIZES < 1e100],
        _KINKS,
        np.nextafter(_KINKS, np.inf),
        np.nextafter(_KINKS, -np.inf),
    ]
)
_BELL = 1.0 / math.sqrt(2.0 * math.pi)


def _gelu_terms(z):
    return max(0.5 * math.erfc(-z * math.sqrt(0.5)), abs(z) * _BELL * math.exp(-0.5 * z * z))


def _gelu_tanh_terms(z):
    c, k = 2.0 * math.sqrt(2.0 / math.pi), 0.044715
    s = sigmoid(c * (z + k * z * z * z))
    return max(s, abs(z) * (s * (1.0 - s) * (c * (1.0 + 3.0 * k * z * z))))


def _swish_terms(z):
    s = sigmoid(z)
    return max(s, s * abs(z) * (1.0 - s))


def _mish_terms(z):
    t = ACTIVATIONS["mish"].value(z) / z if z != 0.0 else 0.6
    return max(t, abs(z) * (1.0 - t * t) * sigmoid(z))


TERMS = {
    "gelu": _gelu_terms,
    "gelu_tanh": _gelu_tanh_terms,
    "swish": _swish_terms,
    "mish": _mish_terms,
}


def by_scalar(name):
    return np.array([ACTIVATIONS[name].value(z) for z in GRID.tolist()])


def slopes(name):
    activation, a = ACTIVATIONS[name], by_scalar(name)
    out = np.empty_like(GRID)
    activation.array_slope(GRID.copy(), a.copy(), out)
    return np.array([activation.slope(*pair) for pair in zip(GRID, a, strict=True)]), out


@each("name", ACTIVATIONS)
def test_values_of_both_forms_are_equal_to_two_ulp(name):
    out = np.empty_like(GRID)

    ACTIVATIONS[name].array(GRID.copy(), out)

    assert_array_max_ulp(by_scalar(name), out, maxulp=2)


@each("name", sorted(set(WITH_SLOPE) - set(TERMS)))
def test_slopes_of_both_forms_are_equal_to_two_ulp(name):
    by_number, by_array = slopes(name)

    assert_array_max_ulp(by_number, by_array, maxulp=2)


@pytest.mark.parametrize("name", TERMS)
def test_slopes_that_cross_zero_are_equal_to_two_ulp_of_their_terms(name):
    by_number, by_array = slopes(name)
    terms = [max(TERMS[name](z), abs(slope)) for z, slope in zip(GRID, by_number, strict=True)]
    ulp = np.spacing(np.array(terms))

    assert (np.abs(by_number - by_array) <= 2.0 * ulp).all()


@each("name", ACTIVATIONS)
def test_out_may_be_z(name):
    apart, z = np.empty_like(GRID), GRID.copy()
    ACTIVATIONS[name].array(GRID.copy(), apart)

    ACTIVATIONS[name].array(z, z)

    assert z.tobytes() == apart.tobytes()


@each("name", ACTIVATIONS)
def test_the_array_form_leaves_z_alone_where_out_is_another(name):
    z, out = GRID.copy(), np.empty_like(GRID)

    ACTIVATIONS[name].array(z, out)

    assert z.tobytes() == GRID.tobytes()


@each("name", WITH_SLOPE)
def test_the_array_slope_leaves_z_and_a_alone(name):
    a = by_scalar(name)
    z, given = GRID.copy(), a.copy()

    ACTIVATIONS[name].array_slope(z, given, np.empty_like(z))

    assert z.tobytes() == GRID.tobytes()
    assert given.tobytes() == a.tobytes()


@pytest.mark.parametrize("name", [n for n in WITH_SLOPE if ACTIVATIONS[n].slope_from_output])
def test_a_slope_from_the_output_never_reads_z(name):
    a, out, unread = by_scalar(name), np.empty_like(GRID), np.empty_like(GRID)
    ACTIVATIONS[name].array_slope(GRID.copy(), a, out)

    ACTIVATIONS[name].array_slope(np.full_like(GRID, np.nan), a, unread)

    assert out.tobytes() == unread.tobytes()


@each("name", ACTIVATIONS)
def test_the_array_form_takes_matrices_of_any_layout(name):
    z = np.asfortranarray(np.linspace(-4.0, 4.0, 60).reshape(6, 10))
    expected = [[ACTIVATIONS[name].value(float(v)) for v in row] for row in z[:, ::2]]
    out = np.empty((6, 5))

    ACTIVATIONS[name].array(z[:, ::2], out)

    assert_array_max_ulp(out, np.array(expected), maxulp=2)


@each("name", ACTIVATIONS)
def test_the_array_form_keeps_single_precision(name):
    z = np.linspace(-30.0, 30.0, 601, dtype=np.float32)
    out = np.empty_like(z)

    ACTIVATIONS[name].array(z, out)

    expected = np.array([ACTIVATIONS[name].value(v) for v in z.tolist()])
    # 32 ulp of the size of the arguments: this asks for the right function, not for its last bit
    assert np.abs(out - expected).max() <= 32 * 1.2e-7 * max(1.0, np.abs(expected).max())
