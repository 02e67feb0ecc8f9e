"""The forms of functions that are read, and what becomes of them; other functions are called."""

import ast
import math
from dataclasses import dataclass

import numpy as np
import pytest

from neurosim.compiler.scalar.inlining import Inliner, hoisted
from neurosim.functions.losses import LOSSES


def _plain(x, y):
    """A text is no statement."""
    return x + 2.0 * y


def _branches(x):
    if x > 1.0:
        return x
    return -x if x < -1.0 else 0.0


def _steps(x):
    y = x * x
    y += 1.0
    return y / (y + x)


_WIDE = 3.5
_COUNT = 7


def _constant(x):
    return math.tau * x + _WIDE + math.sqrt(x)


def _helper(x):
    return x + 1.0


def _calls(x):
    return _helper(x) * 2.0


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (_plain, "(p0 + 2.0 * p1)"),
        (_branches, "(p0 if p0 > 1.0 else -p0 if p0 < -1.0 else 0.0)"),
        (_steps, "(y_1_ / (y_1_ + p0))"),
        (_constant, "(tau * p0 + 3.5 + sqrt(p0))"),
        (_calls, "(_helper(p0) * 2.0)"),
    ],
)
def test_the_forms_that_are_read(run_inlined, outcome, function, text):
    n = function.__code__.co_argcount
    points = [(0.5, 3.0)[:n], (2.0, -1.0)[:n]]

    found, written = run_inlined(function, points)

    assert written == text
    assert found == [outcome(function, point) for point in points]


def _loops(x):
    for _ in range(3):
        x = x + 1.0
    return x


def _local_in_a_branch(x):
    if x > 0.0:
        y = x * x
        return y  # noqa: RET504 - a name in a branch is what is tested
    return x


def _whole_number(x):
    return x + _COUNT


def _of_another_module(x):
    return np.float64(x)


def _unpacks(x):
    y, z = x, x
    return y + z


def _returns_nothing(x):  # noqa: RET503 - that is what is tested
    if x > 0.0:
        return x


def _closure():
    shift = 2.0

    def shifted(x):
        return x + shift

    return shifted


@pytest.mark.parametrize(
    "function",
    [_loops, _local_in_a_branch, _whole_number, _of_another_module, _unpacks, _returns_nothing,
     _closure(), lambda x: x + 1.0, math.tanh],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_other_forms_are_called(function):
    names = {}

    text = Inliner(names, [].append).call(function, "p0")

    name = "function" if "<" in function.__name__ else function.__name__.strip("_")
    assert text == f"{name}(p0)"
    assert names == {name: function}


@dataclass(frozen=True)
class Rule:
    half: float
    signed: bool

    def shrink(self, x):
        y = x * self.half
        return -y if self.signed else y


@pytest.mark.parametrize(("signed", "text"), [(True, "(-y_1)"), (False, "y_1")])
def test_a_rules_own_numbers_are_written_and_its_choices_made(signed, text):
    lines = []

    found = Inliner({}, lines.append).call(Rule(0.25, signed).shrink, "p0")

    assert (lines, found) == (["y_1 = p0 * 0.25"], text)


def test_two_functions_of_one_name_get_two():
    def make(step):
        def _shift(x):
            return x + step

        return _shift

    names, one, two = {}, make(1.0), make(2.0)
    inliner = Inliner(names, [].append)

    assert [inliner.call(f, "p0") for f in (one, two, one)] == [
        "shift(p0)",
        "shift_(p0)",
        "shift(p0)",
    ]
    assert names == {"shift": one, "shift_": two}


def test_what_was_computed_is_not_computed_again():
    lines = []
    inliner = Inliner({}, lines.append)

    first = inliner.call(LOSSES["half_squared_error"].by_output.value, "a3", "t0")
    second = inliner.call(LOSSES["half_squared_error"].by_output.slope, "a3", "t0")
    other = inliner.call(LOSSES["half_squared_error"].by_output.slope, "a4", "t0")

    assert lines == ["e_1 = a3 - t0"]
    assert (first, second, other) == ("(0.5 * (e_1 * e_1))", "e_1", "(a4 - t0)")


def test_what_only_names_what_is_steady_is_computed_beforehand():
    held = {}
    tree = ast.parse("w0 - rate / (1.0 - 0.9 ** count) * m0 + sqrt(rate) * rate")

    text = ast.unparse(hoisted(tree, frozenset({"count", "rate"}), held))

    assert text == "w0 - held0 * m0 + held1"
    assert held == {"rate / (1.0 - 0.9 ** count)": "held0", "sqrt(rate) * rate": "held1"}


def test_what_is_computed_beforehand_twice_has_one_name():
    held = {}

    for text in ("w0 + 2.0 * rate", "w1 + 2.0 * rate", "w1 * 3.0", "rate"):
        hoisted(ast.parse(text), frozenset({"rate"}), held)

    assert held == {"2.0 * rate": "held0"}
