"""Checks that the kernel's formulas have the bits of the scalar ones that define them.

Each formula that a training uses is compared at 64 arguments when it is first used, because another
library of mathematics may round otherwise; `neurosim --version --check` compares at a million.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.losses import LOSSES, PERCEPTRON, Pointwise
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import SGD, SHIPPED, Optimizer, Perceptron
from neurosim.kernel.library import Kernel, KernelCall, load_kernel, why_no_kernel

_FAR = (0.0, 3.0, 709.0, 745.2, 1e-310, 5e-324, 1e-8, 36.7, 1e154, 1e300, np.inf)
EXTREMES = np.array([*_FAR, *(-x for x in _FAR), np.nan, 1.0, -1.0, 6.0, 100.0])


@lru_cache(maxsize=8)
def arguments(count: int, seed: int = 0) -> Matrix:
    """So many arguments of all sizes, the extremes among them; read-only."""
    rng = np.random.default_rng(seed)
    near: Matrix = rng.normal(size=count) * rng.choice([1e-9, 0.01, 1.0, 4.0, 40.0, 800.0], count)
    near[: len(EXTREMES)] = EXTREMES[:count]
    near.flags.writeable = False
    return near


def n_different(one: Matrix, other: Matrix) -> int:
    """How many numbers have other bits; the sign and payload of NaN do not count."""
    is_same = one.view(np.int64) == other.view(np.int64)
    return int((~(is_same | (np.isnan(one) & np.isnan(other)))).sum())


def formula_of(formula: Pointwise) -> str:
    """The kernel's name of a formula of losses."""
    value: Any = formula.value
    return str(getattr(value, "func", value).__name__).strip("_")


def choice_of(formula: Pointwise) -> float:
    """The value of the formula's option; 1 where none was chosen."""
    found: float = next(iter(getattr(formula.value, "keywords", {}).values()), 1.0)
    return found


def rule_of(optimizer: Optimizer) -> tuple[str, list[float]]:
    """The kernel's name of an optimizer's rule, and its options."""
    rule: Any = optimizer
    if isinstance(rule, Perceptron):
        return SGD.name, []
    if not isinstance(rule, SGD):
        names = [f.name for f in fields(rule) if f.name != "learning_rate"]
        return rule.name, [getattr(rule, name) for name in names]
    if rule.momentum == 0.0:
        return "sgd", []
    return "nesterov" if rule.nesterov else "momentum", [rule.momentum]


def compare_activation(kernel: Kernel, activation: Activation, z: Matrix) -> int:
    """How many values and slopes differ."""
    values, slopes = kernel.activation(activation, z)
    expected = np.array([activation.value(x) for x in z.tolist()])
    differing = n_different(values, expected)
    if activation.slope is None:
        return differing
    pairs = zip(z.tolist(), expected.tolist(), strict=True)
    return differing + n_different(slopes, np.array([activation.slope(*pair) for pair in pairs]))


def compare_formula(kernel: Kernel, formula: Pointwise, x: Matrix, t: Matrix) -> int:
    """How many values and slopes differ."""
    values, slopes = kernel.formula(formula_of(formula), choice_of(formula), x, t)
    pairs = list(zip(x.tolist(), t.tolist(), strict=True))
    return sum(
        n_different(found, np.array([function(*pair) for pair in pairs]))
        for found, function in ((values, formula.value), (slopes, formula.slope))
    )


def compare_rule(
    kernel: Kernel, optimizer: Optimizer, w: Matrix, g: Matrix, memory: Matrix, *, count: int
) -> int:
    """How many parameters and numbers of memory differ after an update."""
    rate, g = optimizer.learning_rate, g + 0.0  # a reduced gradient is never -0.0
    columns = zip(w.tolist(), g.tolist(), memory.T.tolist(), strict=True)
    pairs = [optimizer.scalar(x, y, tuple(kept), count, rate) for x, y, kept in columns]
    theta, found = w.copy(), memory.copy()
    problem = KernelCall(n_parameters=len(w), updates=count - 1)
    keep = set_rule(kernel, problem, optimizer, np.ones(len(w), bool))
    problem.point({"theta": theta, "memory": found, "gradient": g, **keep})
    kernel.update(problem)
    expected = np.array([kept for _, kept in pairs]).T
    return n_different(theta, np.array([x for x, _ in pairs])) + n_different(
        found, np.ascontiguousarray(expected)
    )


def set_rule(
    kernel: Kernel, problem: KernelCall, optimizer: Optimizer, learns: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """Set the update of a problem; the arrays that it then needs."""
    name, options = rule_of(optimizer)
    problem.optimizer = kernel.codes["optimizer"][name]
    if options:
        problem.options = (type(problem.options))(*options)
    problem.rate = optimizer.learning_rate
    problem.all_learn = bool(learns.all())
    return {"learns": learns}


def tell_kernel() -> str:
    """Whether the kernel is there, and whether all of its formulas are exact."""
    missing = why_no_kernel()
    if missing is not None:
        return f"not built ({missing}; the NumPy programs serve)"
    activations, formulas, rules = _shipped()
    found = inexact(activations, formulas, *rules)
    return f"not exact ({', '.join(found)})" if found else "exact"


def check_formulas(count: int) -> Iterator[tuple[str, int]]:
    """Compare each shipped formula at so many arguments; its name, and how many bits differ.

    Raises:
        KernelMissingError: there is no kernel.
    """
    kernel = load_kernel()
    activations, formulas, rules = _shipped()
    x, t = arguments(count, 1), arguments(count, 2)
    for activation in activations:
        yield activation.name, compare_activation(kernel, activation, x)
    for formula in formulas:
        yield formula_of(formula), compare_formula(kernel, formula, x, t)
    for rule in rules:
        yield rule_of(rule)[0], compare_rule(kernel, rule, x, t, _memory(rule, count), count=3)


def _shipped() -> tuple[list[Activation], list[Pointwise], list[Optimizer]]:
    """The activations, formulas of losses, and rules that the kernel has."""
    losses = [*(loss for loss in LOSSES.values() if LOSSES.is_shipped(loss.name)), PERCEPTRON]
    pairs = ((loss.by_output, loss.by_net_input) for loss in losses)
    formulas = {formula_of(each): each for pair in pairs for each in pair if each is not None}
    rules: list[Optimizer] = [make(learning_rate=0.1) for make in SHIPPED.values()]
    rules += [SGD(0.1, momentum=0.9), SGD(0.1, momentum=0.9, nesterov=True)]
    activations = [a for a in ACTIVATIONS.values() if ACTIVATIONS.is_shipped(a.name)]
    return activations, list(formulas.values()), rules


def inexact(
    activations: Iterable[Activation], formulas: Iterable[Pointwise], *optimizers: Optimizer
) -> list[str]:
    """The names of the formulas whose bits are not those of Python's ``math`` here."""
    found = [a.name for a in activations if _activation_differs(a)]
    found += [formula_of(f) for f in formulas if _formula_differs(f)]
    return found + [rule_of(rule)[0] for rule in optimizers if _rule_differs(rule)]


def _cached(function: Callable[..., bool]) -> Callable[..., bool]:
    return lru_cache(maxsize=256)(function)


@_cached
def _activation_differs(activation: Activation) -> bool:
    return bool(compare_activation(load_kernel(), activation, arguments(64)))


@_cached
def _formula_differs(formula: Pointwise) -> bool:
    t = np.resize([0.0, 1.0, 0.3, -1.0], 64)
    return bool(compare_formula(load_kernel(), formula, arguments(64), t))


@_cached
def _rule_differs(optimizer: Optimizer) -> bool:
    w, g = arguments(64, 1), arguments(64, 2)
    return bool(compare_rule(load_kernel(), optimizer, w, g, _memory(optimizer, 64), count=3))


def _memory(optimizer: Optimizer, count: int) -> Matrix:
    """What an optimizer may remember of so many parameters."""
    memory: Matrix = np.array([arguments(count, 3 + k) for k in range(len(optimizer.start))])
    memory = np.abs(memory)
    memory[2:] = 0.5  # a product of momenta is below 1
    return memory
