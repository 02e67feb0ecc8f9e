"""Every program of arrays means what the walk means: dense, sparse, of float32.

Which of them a training uses is a matter of cost; here each is asked for. All neurons of a random
graph are computed by each program, and compared with the graph engine's numbers.
"""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler.bundles import padded
from neurosim.compiler.plan import Dense
from neurosim.functions.activations import ACTIVATIONS
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.engines.contract import advance_batch
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.each import each
from tests.examples import examples

# name: kind of program, precision, cost of a sparse block; empty slots, and slots, of a bundle
PROGRAMS = {
    "dense": ("array", "double", inf, 0, 1),
    "descending": ("array", "double", inf, 0, 1),
    "sparse": ("array", "double", 0.0, 0, 4),
    "sparse and padded": ("array", "double", 0.0, 1000, 1000),
    "dense float32": ("array", "single", inf, 0, 1),
    "sparse float32": ("array", "single", 0.0, 3, 20),
}
DOUBLE = [name for name, program in PROGRAMS.items() if program[1] == "double"]
SINGLE = [name for name, program in PROGRAMS.items() if program[1] == "single"]
TOLERANCES = {"double": (1e-12, 1e-10), "single": (1e-4, 1e-3)}
SMOOTH_LOSSES = ("half_squared_error", "squared_error", "mean_squared_error", "cross_entropy")
# so large an epsilon that a gradient of nothing but rounding decides no step
OPTIMIZERS = [
    ns.SGD(0.01),
    ns.SGD(0.001, momentum=0.9),
    ns.SGD(0.001, momentum=0.9, nesterov=True),
    ns.RMSprop(0.001, epsilon=0.01),
    ns.Adagrad(0.001, epsilon=0.01),
    ns.Adam(0.001, epsilon=0.01),
    ns.AdamW(0.001, epsilon=0.01, weight_decay=0.1),
    ns.Adamax(0.001, epsilon=0.01),
    ns.NAdam(0.001, epsilon=0.01),
    ns.SklearnAdam(0.001, epsilon=0.01),
    ns.KerasAdam(0.001, epsilon=0.01),
]


def make_compiled(task, program):
    """The compiled engine with this program; the plan is made of a network that has none yet."""
    kind, precision, cost, allowance, most = PROGRAMS[program]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: cost)
        for user in ("planning", "operations"):
            patch.setattr(f"neurosim.compiler.{user}.slots_per_bundle", lambda _: allowance)
            patch.setattr(f"neurosim.compiler.{user}.most_slots", lambda _: most)
        least = 0 if program == "descending" else inf
        patch.setattr("neurosim.training.engines.array_program.LEAST_DESCENT", least)
        fresh = task.network.copy()
        own = task.on(fresh).with_options(precision=precision)
        engine = CompiledEngine(own, kind)
        engine.loss_and_gradient(task.network.parameters(), task.X, task.T)
        engine._program.load(each_row=True)  # else it would be printed later, with other bundles
    return engine


def task_of(case, **options):
    options = {"loss": case.loss, "reduction": case.reduction} | options
    return make_task(case.network.copy(), case.X, case.T, **options)


def check_gradients(case, programs, assert_close):
    task = task_of(case)
    theta, graph = task.network.parameters(), GraphEngine(task)
    outputs = graph.outputs(theta, task.X)
    loss, gradient = graph.loss_and_gradient(theta, task.X, task.T)

    for program in programs:
        compiled = make_compiled(task, program)
        tolerance, _ = TOLERANCES[PROGRAMS[program][1]]
        found_loss, found = compiled.loss_and_gradient(theta, task.X, task.T)

        assert_close(compiled.outputs(theta, task.X), outputs, tolerance)
        assert_close(found_loss, loss, tolerance)
        assert_close(found, gradient, tolerance)


@pytest.mark.slow
@examples(300)
@given(data=st.data())
def test_outputs_loss_and_gradients_of_each_program_are_the_walks_on_300(data, cases, assert_close):
    check_gradients(data.draw(cases()), DOUBLE, assert_close)


@examples(30)
@given(data=st.data())
def test_float32_gives_what_the_walk_gives_to_four_digits(data, cases, smooth, assert_close):
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))

    check_gradients(case, SINGLE, assert_close)


@pytest.mark.slow
@examples(100)
@given(data=st.data())
def test_float32_gives_what_the_walk_gives_to_four_digits_on_100(data, cases, smooth, assert_close):
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))

    check_gradients(case, SINGLE, assert_close)


def check_training(data, cases, smooth, assert_close):
    """Four updates of every program; and a stretch has the bits of its batches."""
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))
    task = task_of(
        case,
        optimizer=data.draw(st.sampled_from(OPTIMIZERS)),
        batch_size=data.draw(st.sampled_from([None, 1, 4])),
        shuffle=data.draw(st.booleans()),
        penalty=data.draw(st.sampled_from([None, {"l2": 0.1}])),
        reduction="mean",
    )
    graph, begin = GraphEngine(task), start_state(task, 1)
    walked = begin
    for _ in range(4):
        walked = advance_batch(graph, walked)
    # what grows without end magnifies its own rounding, and leaves float32's range
    assume(np.abs(walked.parameters).max(initial=0.0) < 1e3)

    for program in PROGRAMS:
        compiled = make_compiled(task, program)
        _, tolerance = TOLERANCES[PROGRAMS[program][1]]
        apart = begin
        for number in range(max(4, 2 * task.n_batches)):
            apart = advance_batch(compiled, apart)
            if number == 3:
                assert_close(apart.parameters, walked.parameters, tolerance)
                assert_close(apart.memory, walked.memory, tolerance)
        at_once, losses = compiled.advance(begin, epochs=apart.epoch)
        middle, first = compiled.advance(begin, epochs=1)
        again, second = compiled.advance(middle, epochs=apart.epoch - 1)

        assert apart.batch == 0
        assert at_once == apart
        assert at_once == again
        assert [*first, *second] == losses.tolist()


@pytest.mark.slow
@examples(20)
@given(data=st.data())
def test_each_program_learns_what_the_walk_learns_however_it_is_cut(
    data, cases, smooth, assert_close
):
    check_training(data, cases, smooth, assert_close)


@pytest.mark.slow
@examples(100)
@given(data=st.data())
def test_each_program_learns_what_the_walk_learns_however_it_is_cut_on_100(
    data, cases, smooth, assert_close
):
    check_training(data, cases, smooth, assert_close)


def holed():
    """A 3-4-2 with a skip, of which a third is not there and a weight and a bias are frozen."""
    rng = np.random.default_rng(7)
    net = ns.Network("holed", seed=3)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="tanh", bias=[0.1, None, -0.2, 0.3])
    net.add_layer("o", 2, activation="sigmoid", bias=-0.1)
    for source, target in [
        ("x1", "h1"), ("x2", "h1"), ("x3", "h2"), ("x1", "h3"), ("x2", "h3"), ("x3", "h3"),
        ("x2", "h4"), ("h1", "o1"), ("h2", "o1"), ("h3", "o1"), ("h4", "o2"), ("x1", "o2"),
    ]:  # fmt: skip
        net.connect(source, target, weight=float(rng.normal()))
    net["x1", "h3"].trainable = False
    net["h4"].bias_trainable = False
    return net


@pytest.mark.quick("SGD", "Adam(", "Rprop")
@pytest.mark.parametrize("penalty", [None, {"l2": 0.1}], ids=["no penalty", "l2"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_every_optimizer_learns_the_same_in_every_program(optimizer, penalty, assert_close):
    rng = np.random.default_rng(1)
    net, options = holed(), {"optimizer": optimizer, "penalty": penalty, "batch_size": 4}
    task = make_task(net, rng.normal(size=(10, 3)), rng.random((10, 2)), **options)
    begin = start_state(task, 1)

    walked, losses = GraphEngine(task).advance(begin, epochs=5)

    for program, (_, precision, *_) in PROGRAMS.items():
        found, found_losses = make_compiled(task, program).advance(begin, epochs=5)
        assert_close(found.parameters, walked.parameters, TOLERANCES[precision][1])
        assert_close(found.memory, walked.memory, TOLERANCES[precision][1])
        assert_close(found_losses, losses, TOLERANCES[precision][1])


@pytest.mark.slow
@each("program", DOUBLE)
@each("optimizer", OPTIMIZERS)
def test_what_is_frozen_keeps_every_bit(program, optimizer):
    rng = np.random.default_rng(1)
    task = make_task(
        holed(), rng.normal(size=(10, 3)), rng.random((10, 2)), optimizer=optimizer,
        penalty={"l2": 0.1}, batch_size=3,
    )  # fmt: skip
    begin, learns = start_state(task, 1), task.network.trainable_mask()

    after, _ = make_compiled(task, program).advance(begin, epochs=3)

    assert (~learns).sum() == 2
    assert after.parameters[~learns].tolist() == begin.parameters[~learns].tolist()
    assert (after.parameters[learns] != begin.parameters[learns]).all()


def test_each_program_is_the_one_that_was_asked_for():
    rng = np.random.default_rng(1)
    task = make_task(holed(), rng.normal(size=(10, 3)), rng.random((10, 2)))
    compiled = {program: make_compiled(task, program) for program in PROGRAMS}
    bundles = {
        program: [len(b.weights) for b in c.program.plan.blocks if not isinstance(b.weights, Dense)]
        for program, c in compiled.items()
    }

    # bias and all, h1 has 3 sources, h2 1, h3 4 and h4 2; o1 has 4 and o2 3
    assert bundles["sparse"] == [4, 2]
    assert bundles["sparse and padded"] == [1, 1]
    assert bundles["dense"] == bundles["dense float32"] == []


def worst(task, program, updates):
    """How far a program is from the walk in its gradients, and in its parameters after updates."""
    theta, begin = task.network.parameters(), start_state(task, 1)
    graph, compiled = GraphEngine(task), make_compiled(task, program)
    gradients = [e.loss_and_gradient(theta, task.X, task.T)[1] for e in (graph, compiled)]
    trained = [e.advance(begin, epochs=updates)[0].parameters for e in (graph, compiled)]
    return np.abs(np.subtract(*gradients)).max(), np.abs(np.subtract(*trained)).max()


def test_a_slope_that_is_wrong_in_arrays_only_is_seen(monkeypatch):
    rng = np.random.default_rng(1)
    task = make_task(holed(), rng.normal(size=(10, 3)), rng.random((10, 2)))

    def wrong(_z, a, out):
        np.subtract(1.0, a, out=out)

    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], array_slope=wrong))

    seen = {program: worst(task, program, 1)[0] for program in DOUBLE}

    assert min(seen.values()) > 1e-3


def test_bundles_that_are_filled_up_with_a_real_source_are_seen(monkeypatch):
    rng = np.random.default_rng(1)
    net = holed()
    net["x1", "h3"].trainable = True
    net["h4"].bias_trainable = True
    data = rng.normal(size=(10, 3)), rng.random((10, 2))
    task = make_task(net, *data, optimizer=ns.SGD(1.0))
    monkeypatch.setattr(
        "neurosim.compiler.planning.padded",
        lambda values, lengths, width, _empty: padded(values, lengths, width, 0),
    )

    _, unseen = worst(task, "sparse", 3)
    _, seen = worst(task, "sparse and padded", 3)

    assert unseen < 1e-12  # nothing is filled up
    assert seen > 1e-3  # an empty slot learns
