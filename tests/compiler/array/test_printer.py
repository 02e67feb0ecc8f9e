"""The program of arrays: one vector and views of it, and nothing made anew where it loops."""

import ast
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler.array.printer import (
    _require_single_definitions,
    print_forward,
    print_training,
)
from neurosim.compiler.array.text import Text, listing, response_of
from neurosim.compiler.operations import Update
from neurosim.compiler.plan import Terms
from neurosim.compiler.planning import make_plan
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD, Adam
from neurosim.functions.penalties import L2
from tests.examples import examples

HALF = LOSSES["half_squared_error"]
PLAIN = Update(SGD(1.0), None, has_fixed=False)


@pytest.fixture
def tiny():
    """A 2-2-1: tanh, identity."""
    net = ns.Network("tiny")
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="tanh", bias=0.5)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "h", weights=[[1, 2], [3, 4]])
    net.connect("h", "o", weights=[[5], [6]])
    return net


def test_the_forward_program_of_a_2_2_1(tiny):
    assert (
        print_forward(make_plan(tiny)).source
        == """\
# plan of tiny: 2 blocks, 8 parameters, 2 inputs, 1 output
def forward(theta, x):
    size = len(x)
    state = ones((9, size), theta.dtype)
    state[8] = 0.0
    gather = state.take
    a0 = state[0:2]

    # block 1: 2 tanh: h1, h2
    a1 = state[3:5]
    z1 = a1
    w1 = theta[0:6].reshape(2, 3)
    product1 = w1.dot
    v1 = state[0:3]

    # block 2: 1 identity: o1
    a2 = state[6:7]
    z2 = a2
    w2 = theta[6:8].reshape(1, 2)
    product2 = w2.dot
    v2 = state[3:5]

    a0[...] = x.T  # x1, x2
    product1(v1, z1)
    tanh_into(z1, a1)
    product2(v2, z2)
    return state[6:7]
"""
    )


def loop(program):
    """The lines that run for each batch."""
    return re.split(r"loss = 0\.0\n", program.source)[1].replace(" " * 12, "").splitlines()


def test_what_runs_for_a_batch_of_a_2_2_1(tiny):
    assert loop(print_training(make_plan(tiny), HALF, PLAIN)) == [
        "v1 = x",
        "product1(v1, z1)",
        "tanh(z1, a1)",
        "product2(v2, z2)",
        "loss += judge(a2, t, e2)",
        "multiply(e2, scale, e2)",
        "assign2(v2_T, g2)",
        "back2_1(d2, b2_1)",
        "multiply(a1, a1, s1)",
        "subtract(number0, s1, s1)",
        "multiply(d1, s1, d1)",
        "assign1(v1.T, g1)",
        "subtract(theta, gradient, theta)",
        "losses.append(loss)",
    ]


def test_large_layers_are_updated_as_soon_as_no_error_comes_back_through_them(tiny):
    assert loop(print_training(make_plan(tiny), HALF, PLAIN, descends=True))[5:] == [
        "multiply(e2, scale, e2)",
        "back2_1(d2, b2_1)",
        "multiply(a1, a1, s1)",
        "subtract(number0, s1, s1)",
        "multiply(d1, s1, d1)",
        "descend2(v2_T)  # w2 -= d2 @ v2.T",
        "descend1(v1.T)  # w1 -= d1 @ v1.T",
        "losses.append(loss)",
    ]


def test_what_gets_no_error_or_has_no_weights_is_not_updated(tiny):
    tiny.add_layer("end", 1, activation="relu", bias=0.0)
    tiny.connect("o", "end", weight=1.0)
    tiny.add_layer("alone", 1, bias=None)
    tiny.outputs = ["o1", "alone1"]
    plan = make_plan(tiny)

    lines = loop(print_training(plan, HALF, PLAIN, descends=True))

    names = {block.number: block.names for block in plan.blocks}
    found = [names[int(line[7])] for line in lines if line.startswith("descend")]
    assert sorted(names.values())[:2] == [("alone1",), ("end1",)]
    assert found == [("o1",), ("h1", "h2")]


@pytest.mark.parametrize(
    ("update", "lines"),
    [
        (None, []),
        (Update(SGD(1.0), None, has_fixed=True),
         ["multiply(gradient, learns, gradient)", "subtract(theta, gradient, theta)"]),
        (Update(SGD(1.0), L2(0.5), has_fixed=False),
         ["penalize(size)", "count += 1", "update(count)"]),
        (Update(Adam(1.0), None, has_fixed=True),
         ["multiply(gradient, learns, gradient)", "count += 1", "update(count)"]),
    ],
    ids=["measure", "frozen", "penalty", "adam"],
)  # fmt: skip
def test_the_update_stands_last(tiny, update, lines):
    found = loop(print_training(make_plan(tiny), HALF, update))

    assert found[found.index("assign1(v1.T, g1)") + 1 :] == [*lines, "losses.append(loss)"]


def test_the_error_of_a_row_of_ones_is_written_behind_its_block():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("h", 2, activation="tanh"), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")

    source = print_training(make_plan(net), HALF, PLAIN).source

    assert "back2_1(d2, b2_1)" in source
    assert "b2_1 = delta[3:6]" in source


def test_blame_comes_back_by_slices_of_the_weights_where_sources_are_mixed(tiny):
    tiny.connect("x1", "o1", weight=1.0)

    source = print_training(make_plan(tiny), HALF, PLAIN).source

    assert "u2_1 = w2[:, 1:3].T" in source
    assert "matmul(u2_1, d2, d1)" in source
    assert "gather(sources2, 0, v2, 'clip')" in source


@pytest.mark.usefixtures("sparse_always")
def test_a_sparse_block_is_gathered_and_multiplied_bundle_by_bundle(tiny):
    tiny.remove_connection("x1", "h1")
    tiny.remove_connection("h2", "o1")

    lines = loop(print_training(make_plan(tiny), HALF, PLAIN))

    assert lines[:4] == [
        "a0[...] = x[:2]",
        "gather(sources1_0, 0, v1_0, 'clip')",
        "matmul(w1_0, v1_0_3, z1_0)",
        "tanh(z1, a1)",
    ]
    assert lines[-4:-2] == ["gather(sources1_0, 0, v1_0, 'clip')", "matmul(v1_0_3, d1_0, g1_0)"]


NEW = {"empty", "empty_like", "zeros", "ones", "array", "reshape", "copy", "astype"}


@pytest.mark.slow
@examples(40)
@given(data=st.data(), sparse=st.booleans())
def test_no_buffer_is_made_where_the_program_loops(data, sparse, cases):
    case = data.draw(cases())
    with pytest.MonkeyPatch.context() as patch:
        if sparse:
            patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)
        plan = make_plan(case.network)

    tree = ast.parse(print_training(plan, LOSSES[case.loss], PLAIN).source)

    (forever,) = (node for node in ast.walk(tree) if isinstance(node, ast.While))
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(forever)
        if isinstance(node, ast.Call)
    }
    assert not called & NEW


@pytest.mark.parametrize("sparse", [False, True])
def test_weights_and_gradients_are_views_of_one_vector_each(irregular, monkeypatch, sparse):
    if sparse:
        monkeypatch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)
    plan = make_plan(irregular)
    train = print_training(plan, HALF, None).load()
    theta = plan.to_slots(irregular.parameters())
    gradient = np.full_like(theta, 7.0)
    program = train(theta, gradient, 3, None, None, None)
    next(program)

    program.send(([(np.ones((3, 3)), np.zeros((3, 3)))], 0, 1.0))

    local = program.gi_frame.f_locals
    weights = {name: value for name, value in local.items() if re.fullmatch(r"w\d+(_\d+)?", name)}
    gradients = {name: value for name, value in local.items() if re.fullmatch(r"g\d+(_\d+)?", name)}
    assert all(np.shares_memory(value, theta) for value in weights.values())
    assert all(np.shares_memory(value, gradient) for value in gradients.values())
    assert sum(value.size for value in weights.values()) == plan.n_slots - 1
    assert not (gradient[plan.home] == 7.0).any()
    states = [value for name, value in local.items() if re.fullmatch(r"a\d+", name)]
    assert all(np.shares_memory(value, local["state"]) for value in states)


def test_a_name_is_given_to_one_thing():
    _require_single_definitions(["a = 1", "b = 2", "c[0] = 3", "c[0] = 4", "f(a)", "f(a)"])

    with pytest.raises(AssertionError, match="one name to two things"):
        _require_single_definitions(["a = 1", "b = 2", "a = 3"])


def test_up_to_eight_names_are_listed():
    assert listing(tuple("abcdefgh")) == "a, b, c, d, e, f, g, h"
    assert listing(tuple("abcdefghi")) == "a, b, c, d, e, f, g, h, ... (9 in all)"


def test_responses_are_multiplied_but_where_all_are_one():
    def printed(*responses):
        return response_of(
            "3", Terms("sum", responses, has_bias=False, first_row=0), Text(None, HALF)
        )

    assert (printed(1.0, 1.0), printed(1.0, 2.0), printed(2.0, 2.0)) == (
        "",
        "response3",
        "response3",
    )


def test_a_long_block_names_a_few_of_its_neurons():
    net = ns.Network("wide")
    net.add_layer("x", 1)
    net.add_layer("o", 100)
    net.connect("x", "o", weight=1.0)

    source = print_forward(make_plan(net)).source

    assert "# block 1: 100 identity: o1, o2, o3, o4, o5, o6, o7, o8, ... (100 in all)" in source
