"""Each formula in C has the bits of the scalar one, at many arguments of all sizes."""

import math
import platform
from dataclasses import replace
from inspect import signature
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES, PERCEPTRON
from neurosim.functions.optimizers import SHIPPED
from neurosim.kernel import checks
from neurosim.kernel.checks import (
    arguments,
    compare_activation,
    compare_formula,
    compare_rule,
    n_different,
)
from tests.each import each

MANY = 20_000  # `neurosim --version --check` takes a million
FORMULAS = {
    checks.formula_of(formula): formula
    for loss in (*LOSSES.values(), PERCEPTRON)
    for formula in (loss.by_output, loss.by_net_input)
    if formula is not None
}
RULES = (
    ns.SGD(0.1),
    ns.SGD(0.1, momentum=0.9),
    ns.SGD(0.3, momentum=0.5, nesterov=True),
    *(kind(0.1) for name, kind in SHIPPED.items() if name != "sgd"),
    *(
        kind(0.1, epsilon=0.0)
        for kind in SHIPPED.values()
        if "epsilon" in signature(kind).parameters
    ),
)


def test_the_kernel_holds_every_shipped_formula(kernel):
    assert list(kernel.codes["activation"]) == list(ACTIVATIONS)
    assert set(kernel.codes["formula"]) == set(FORMULAS)
    assert {checks.rule_of(rule)[0] for rule in RULES} == set(kernel.codes["optimizer"])


@each("name", ACTIVATIONS)
def test_activations(kernel, name):
    assert compare_activation(kernel, ACTIVATIONS[name], arguments(MANY)) == 0


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_vectors_have_the_bits_of_numbers_alone(kernel, name):
    z, activation = arguments(MANY), ACTIVATIONS[name]
    alone = [kernel.activation(activation, z[i : i + 1])[0] for i in range(1000)]

    assert n_different(np.concatenate(alone), kernel.activation(activation, z)[0][:1000]) == 0
    for count in range(1, 9):  # the last vector is not full
        found, _ = kernel.activation(activation, z[:count])
        assert n_different(found, np.concatenate(alone[:count])) == 0, f"{count} numbers"


@pytest.mark.skipif(
    (platform.machine(), platform.libc_ver()) != ("x86_64", ("glibc", "2.36")),
    reason="another library of mathematics may have other bits; then it is called",
)
def test_vectors_serve_where_they_were_tried(kernel):
    if {"avx2", "fma"} <= set(Path("/proc/cpuinfo").read_text().split()):
        codes = kernel.codes["activation"]
        expected = 1 << codes["sigmoid"] | 1 << codes["tanh"]
        assert kernel.vectors_of(codes) == expected


@pytest.mark.quick("0.3")
@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("target", [0.0, 1.0, 0.3, -1.0, 2.5])
def test_losses(kernel, name, target):
    near = np.random.default_rng(0).random(MANY)
    for x in (arguments(MANY), near, np.full(1, target)):
        assert compare_formula(kernel, FORMULAS[name], x, np.full(len(x), target)) == 0


@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("count", [1, 2, 1000, 123_456_789])
def test_optimizers(kernel, rule, count):
    rng = np.random.default_rng(count)
    w, g = arguments(2000, 1), rng.permutation(arguments(2000, 2))
    memory = np.array([np.abs(rng.permutation(arguments(2000, 3))) for _ in rule.start])
    memory[2:] = rng.random(memory[2:].shape)

    assert compare_rule(kernel, rule, w, g, memory, count=count) == 0


@pytest.mark.usefixtures("kernel")
def test_every_formula_is_exact_here():
    assert checks.tell_kernel() == "exact"


def test_a_formula_with_other_bits_is_found(kernel):
    wrong = replace(ACTIVATIONS["tanh"], value=lambda z: math.tanh(z) * (1 + 2**-52))

    assert compare_activation(kernel, wrong, arguments(64)) > 30
    assert checks.inexact([wrong], [LOSSES["huber"].by_output], ns.Adam()) == ["tanh"]
