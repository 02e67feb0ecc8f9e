"""The text of every formula in the tables gives what the formula gives, to the last bit."""

import ast
import math

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.program import LIBRARY, SCALAR_LIBRARY
from neurosim.compiler.scalar.inlining import Inliner, NotInlinableError, array_lines
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES

POINTS = [0.0, -0.0, 1e-300, 0.3, -0.3, 0.5, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 30.0, -30.0,
          -708.5, -709.5, 700.0, 1e10, -1e10, math.inf, -math.inf, math.nan]  # fmt: skip
LEARNABLE = [a for a in ACTIVATIONS.values() if a.slope is not None]
FORMULAS = {
    f"{loss.name} {where}": formula
    for loss in LOSSES.values()
    for where, formula in (("by output", loss.by_output), ("by net input", loss.by_net_input))
    if formula is not None
}
OPTIMIZERS = [
    ns.SGD(0.1), ns.SGD(0.1, momentum=0.9), ns.SGD(0.1, momentum=0.9, nesterov=True),
    ns.RMSprop(0.1), ns.Adagrad(0.1), ns.Adam(0.1), ns.AdamW(0.1), ns.Adamax(0.1), ns.NAdam(0.1),
    ns.SklearnAdam(0.1), ns.KerasAdam(0.1),
]  # fmt: skip


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_the_text_of_an_activation_is_the_activation(run_inlined, outcome, activation):
    points = [(z,) for z in POINTS]

    found, _ = run_inlined(activation.value, points)

    assert found == [outcome(activation.value, point) for point in points]


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_the_text_is_the_activation_after_calls_with_whole_numbers_too(
    run_inlined, outcome, activation
):
    for _ in range(200):
        for z in (-3, -1, 1, 3):
            activation.value(z)

    found, _ = run_inlined(activation.value, [(math.nan,), (-math.nan,)])

    assert found == [outcome(activation.value, (z,)) for z in (math.nan, -math.nan)]


@pytest.mark.parametrize("activation", LEARNABLE, ids=lambda a: a.name)
def test_the_text_of_a_slope_is_the_slope(run_inlined, outcome, activation):
    points = [(z, activation.value(z)) for z in POINTS]

    found, _ = run_inlined(activation.slope, points)

    assert found == [outcome(activation.slope, point) for point in points]


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_the_text_of_a_loss_and_of_its_slope_are_those(run_inlined, outcome, formula):
    points = [(x, t) for x in POINTS for t in (0.0, 1.0, -1.0, 0.3)]

    for function in (formula.value, formula.slope):
        found, _ = run_inlined(function, points)
        assert found == [outcome(function, point) for point in points]


def updated(optimizer, given):
    """What the text of an optimizer's rule gives; and whether it could be taken apart."""
    names, lines = {}, []
    rule, (w, g, memory, count, rate) = optimizer.scalar, given
    known = {f"memory[{k}]": f"m{k}" for k in range(len(memory))}
    inliner = Inliner(names, lines.append)
    try:
        arguments = ("w", "g", "memory", "count", "rate")
        after, kept = inliner.pair(rule, arguments, lines.append, known)
    except NotInlinableError:
        return rule(*given), False
    scope = {**SCALAR_LIBRARY, **names, "w": w, "g": g, "memory": memory, "count": count,
             "rate": rate} | {f"m{k}": m for k, m in enumerate(memory)}  # fmt: skip
    code = "\n".join([*lines, f"answer = {ast.unparse(after)}, {ast.unparse(kept)}"])
    exec(code, scope)  # noqa: S102
    return scope["answer"], True


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_the_text_of_an_optimizer_is_its_rule(optimizer):
    rng = np.random.default_rng(1)
    n = len(optimizer.start)

    for count in (1, 2, 1000):
        for w, g, *memory in np.abs(rng.normal(size=(5, 2 + n))).tolist():
            given = (w, -g, tuple(memory), count, 0.05)
            found, _ = updated(optimizer, given)
            assert found == optimizer.scalar(*given)


def test_the_rules_that_are_taken_apart_are_these():
    read = [
        type(o).__name__ for o in OPTIMIZERS
        if updated(o, (1.0, 1.0, o.start, 1, 0.1))[1]
    ]  # fmt: skip

    adams = ["Adam", "Adamax", "SklearnAdam", "KerasAdam"]
    assert read == ["SGD", "SGD", "SGD", "RMSprop", "Adagrad", *adams]


def test_no_formula_hides_one_of_the_library():
    names = {}
    inliner = Inliner(names, [].append)
    for activation in LEARNABLE:
        inliner.call(activation.value, "z")
        inliner.call(activation.slope, "z", "a")
    for formula in FORMULAS.values():
        inliner.call(formula.value, "x", "t")
        inliner.call(formula.slope, "x", "t")

    hidden = {name for name, value in names.items() if SCALAR_LIBRARY.get(name, value) != value}
    assert not hidden


def array_text(function, arguments):
    """The lines of an array form, and the numbers in them."""
    numbers = {}
    name = lambda x: numbers.setdefault(x, f"number{len(numbers)}")  # noqa: E731
    return array_lines(function, arguments, name), numbers


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("activation", LEARNABLE, ids=lambda a: a.name)
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
