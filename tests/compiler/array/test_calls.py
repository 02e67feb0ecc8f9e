"""The calls of array forms that are printed in place do what the forms do, to the last bit."""

import math
from functools import partial

import numpy as np

from neurosim.compiler.array.text import Text, print_call
from neurosim.compiler.program import LIBRARY
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.functions.sources import array_calls
from tests.each import each

POINTS = [0.0, -0.0, 1e-300, 0.3, -0.3, 0.5, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 30.0, -30.0,
          -708.5, -709.5, 700.0, 1e10, -1e10, math.nan]  # fmt: skip
LEARNABLE = [a for a in ACTIVATIONS.values() if a.slope is not None]
HALF = 0.5
COUNT = 3


def array_text(function, arguments):
    """The lines of an array form, and the numbers in them."""
    text = Text(None, LOSSES["half_squared_error"])
    print_call("form", function, arguments, text)
    return (None if "form" in text.names else text.loop), text.numbers


@each("dtype", [np.float64, np.float32])
@each("activation", LEARNABLE)
def test_the_lines_of_an_array_form_are_the_array_form(activation, dtype):
    z = np.array([[x for x in POINTS if math.isfinite(x)]], dtype)
    with np.errstate(all="ignore"):
        a = np.empty_like(z)
        activation.array(z.copy(), a)
        for function, given in (
            (activation.array, {"z": z}),
            (activation.array_slope, {"z": z, "a": a}),
        ):
            scope = {name: value.copy() for name, value in given.items()}
            lines, numbers = array_text(function, (*given, "out"))
            if lines is None:
                continue
            scope |= {name: np.array(x, dtype) for x, name in numbers.items()}
            scope["out"], expected = np.empty_like(z), np.empty_like(z)
            function(*(value.copy() for value in given.values()), expected)

            exec("\n".join(lines), {**LIBRARY}, scope)  # noqa: S102

            assert scope["out"].tobytes() == expected.tobytes()


def test_array_forms_of_nothing_but_calls_are_printed():
    tanh, relu = ACTIVATIONS["tanh"], ACTIVATIONS["relu"]

    assert array_text(tanh.array, ("z1", "a1")) == (["tanh(z1, a1)"], {})
    assert array_text(tanh.array_slope, ("z1", "a1", "s1")) == (
        ["multiply(a1, a1, s1)", "subtract(number0, s1, s1)"],
        {1.0: "number0"},
    )
    assert array_text(relu.array, ("z1", "a1"))[0] is None  # it makes a row of zeros


def _by_a_number_of_the_module(z, out):
    """Halve."""
    np.multiply(z, HALF, out=out)


def _by_an_option(z, out, k):
    np.multiply(z, k, out=out)


def _by_a_whole_number(z, out):
    np.multiply(z, COUNT, out=out)


def _by_an_expression(z, out):
    np.multiply(z, 2.0 * z, out=out)


def _with_a_step_between(z, out):
    half = 0.5 * z
    np.add(z, half, out=out)


def _into_another(z, _out):
    np.negative(z, out=HALF)


def test_numbers_of_the_module_are_read_and_other_forms_are_called():
    assert array_text(_by_a_number_of_the_module, ("z", "a")) == (
        ["multiply(z, number0, a)"],
        {0.5: "number0"},
    )
    assert array_text(partial(_by_an_option, k=0.25), ("z", "a")) == (
        ["multiply(z, number0, a)"],
        {0.25: "number0"},
    )
    others = (_by_a_whole_number, _by_an_expression, _with_a_step_between, _into_another, len)
    assert [array_calls(function) for function in others] == [None] * 5
