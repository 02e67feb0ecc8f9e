"""The programs for whoever watches: a few lines more, and what they compute else is the same."""

import re

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.array.printer import mend, print_training, print_values
from neurosim.compiler.operations import Update
from neurosim.compiler.planning import make_plan
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD

PLAIN = Update(SGD(1.0), None, has_fixed=False)


def make(n_out, activation="identity"):
    net = ns.Network("tiny")
    net.add_layer("x", 2)
    net.add_layer("o", n_out, activation=activation, bias=0.5)
    net.connect("x", "o", weight=1.0)
    return net


def changed(plain, watched):
    """The lines that only the second text has, and those that only the first has."""
    one, other = ([line.strip() for line in p.source.splitlines()] for p in (plain, watched))
    return [x for x in other if x not in one], [x for x in one if x not in other]


@pytest.mark.parametrize(
    ("loss", "activation", "lines", "gone"),
    [
        ("squared_error", "tanh", ["row = add.reduce(term_by_output(a1, t), 0)"], []),
        ("mean_squared_error", "tanh", ["row = add.reduce(term_by_output(a1, t), 0) / 3.0"], []),
        (
            "binary_cross_entropy",
            "sigmoid",
            ["terms = term(z1, t)", "row = add.reduce(terms, 0)", "loss += float(terms.sum())"],
            ["loss += float(term(z1, t).sum())"],
        ),
        ("cross_entropy", "softmax", ["multiply(z1, t, z1)", "row = add.reduce(z1, 0)"], []),
    ],
)
def test_arrays_keep_the_losses_of_rows_by_a_line_or_two(loss, activation, lines, gone):
    plan = make_plan(make(3, activation))
    programs = [print_training(plan, LOSSES[loss], PLAIN, each_row=e) for e in (False, True)]

    added, removed = changed(*programs)

    frame = ["batches, count, factor = yield losses, rows", "rows.append(row)"]
    assert added == ["rows = []", frame[0], "rows = []", *lines, frame[1]]
    assert removed == ["batches, count, factor = yield losses", *gone]


def test_the_losses_of_outputs_in_two_blocks_are_added():
    net = make(1)
    net.add_neuron("p", activation="tanh")
    net.connect("x1", "p", weight=1.0)
    net.outputs = ["p", "o1"]

    source = print_training(make_plan(net), LOSSES["squared_error"], PLAIN, each_row=True).source

    found = re.findall(r"row \+?= .*", source)
    assert found == [
        "row = add.reduce(term_by_output(a1, t1), 0)",
        "row += add.reduce(term_by_output(a2, t2), 0)",
    ]


def test_the_program_of_all_values_keeps_net_inputs_apart():
    assert (
        print_values(make_plan(make(2, "tanh"))).source
        == """\
# plan of tiny: 1 block, 6 parameters, 2 inputs, 2 outputs
def values(theta, x):
    size = len(x)
    state = ones((7, size), theta.dtype)
    state[6] = 0.0
    gather = state.take
    a0 = state[0:2]
    net = empty((7, size), theta.dtype)
    net[:2] = float('nan')

    # block 1: 2 tanh: o1, o2
    a1 = state[3:5]
    z1 = net[3:5]
    w1 = theta[0:6].reshape(2, 3)
    product1 = w1.dot
    v1 = state[0:3]

    a0[...] = x.T  # x1, x2
    product1(v1, z1)
    tanh_into(z1, a1)
    return net, state
"""
    )


def test_a_block_with_holes_is_mended_and_a_full_one_is_not():
    net = make(2)
    full = print_values(make_plan(net)).source
    net.remove_connection("x1", "o2")

    program = print_values(make_plan(net))

    assert "mend" not in full
    assert "    mend(w1, v1, reads1, z1)\n" in program.source
    assert program.names["reads1"].tolist() == [[True, True, True], [False, True, True]]


def test_mending_changes_only_samples_that_are_not_finite():
    weights = np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    reads = np.array([[True, False], [False, True], [False, False]])
    values = np.array([[np.inf, 1.0], [4.0, 1.0]])
    out = np.full((3, 2), 7.0)

    mend(weights, values, reads, out)

    assert out.tolist() == [[np.inf, 7.0], [12.0, 7.0], [0.0, 7.0]]
