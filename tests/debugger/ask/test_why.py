"""``why``: an update's parts, its samples' parts, and the paths of each to the loss."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger.ask.why import why, why_since
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.interpreter.forward import forward
from neurosim.network import Network
from neurosim.training.engines.contract import advance_batch
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.each import each
from tests.examples import examples


@pytest.fixture
def mazur():
    """Mazur's 2-2-2 example as a task: rate .5, biases are not trained."""
    net = Network("mazur")
    net.add_layer("x", ["x1", "x2"])
    for name, bias in (("h", 0.35), ("o", 0.60)):
        net.add_layer(name, 2, activation="sigmoid", bias=bias, bias_trainable=False)
    net.connect("x", "h", weights=[[0.15, 0.25], [0.20, 0.30]])
    net.connect("h", "o", weights=[[0.40, 0.50], [0.45, 0.55]])
    return make_task(net, [[0.05, 0.10]], [[0.01, 0.99]], optimizer=ns.SGD(0.5))


@pytest.fixture
def diamond():
    """x -> a -> b, c -> o, all identity without biases; a = 2, b = 6, c = -2, o = -1, t = 1."""
    net = Network("diamond")
    net.add_input("x")
    for name in "abco":
        net.add_neuron(name, bias=None)
    for ends, weight in {"xa": 1.0, "ab": 3.0, "ac": -1.0, "bo": 0.5, "co": 2.0}.items():
        net.connect(*ends, weight=weight)
    net.outputs = ["o"]
    return make_task(net, [[2.0]], [[1.0]], optimizer=ns.SGD(0.1))


def single(optimizer, X, T, **options):
    """One weight of 1, no bias: the gradient by it is x (w x - t)."""
    net = Network("one weight")
    net.add_layer("x", 1)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=1.0)
    return make_task(net, X, T, optimizer=optimizer, **options)


def test_a_published_gradient_is_the_product_along_its_only_path(mazur):
    told = why(mazur, start_state(mazur, 0), "h1", "o1")

    (sample,) = told.samples
    (path,) = sample.paths.largest
    assert told.gradient == pytest.approx(0.082167041, abs=5e-10)
    assert told.after == pytest.approx(0.35891648, abs=5e-9)
    assert path.share == pytest.approx(0.082167041, abs=5e-10)
    assert [factor.what for factor in path.factors] == ["h1", "sigmoid'(o1)", "dL/do1"]
    assert told.lines == (
        "h1->o1: 0.4 -> 0.358916 in the update of epoch 0, batch 0, a change of -0.0410835",
        "  w(h1->o1) = 0.4 - 0.5*0.082167 = 0.358916",
        "  -0.0410835 = -0.0410835 by the samples",
        "gradient 0.082167, a sum over 1 sample",
        "  row 0: h1*delta(o1) = 0.59327*0.138499 = 0.082167, which moved it by -0.0410835",
        "    by 1 path to the loss",
        "    h1 * sigmoid'(o1) * dL/do1 = 0.59327*0.186816*0.741365 = 0.082167",
    )


def test_the_error_of_a_hidden_weight_comes_from_both_outputs(mazur):
    told = why(mazur, start_state(mazur, 0), "x1->h1")

    assert told.lines[-2:] == (
        "    x1 * sigmoid'(h1) * w(h1->o1) * sigmoid'(o1) * dL/do1"
        " = 0.05*0.241301*0.4*0.186816*0.741365 = 0.000668396",
        "    x1 * sigmoid'(h1) * w(h1->o2) * sigmoid'(o2) * dL/do2"
        " = 0.05*0.241301*0.5*0.17551*(-0.217072) = -0.000229828",
    )
    assert told.after == pytest.approx(0.149780716, abs=5e-10)


def test_the_two_paths_of_a_diamond_add_up(diamond):
    (sample,) = why(diamond, start_state(diamond, 0), "x", "a").samples

    assert [path.share for path in sample.paths.largest] == [8.0, -6.0]
    assert (sample.share, sample.paths.count, sample.paths.total) == (2.0, 2, 2.0)


def test_paths_that_are_not_told_are_counted_and_summed(diamond):
    told = why(diamond, start_state(diamond, 0), "x", "a", most_paths=1)

    assert told.lines[-1] == "    1 more path = -6"


def test_momentum_is_a_part_of_its_own():
    task = single(ns.SGD(0.1, momentum=0.5), [[1.0]], [[0.0]])
    second = advance_batch(GraphEngine(task), start_state(task, 0))

    told = why(task, second, "x1", "o1")

    # v = 0.5*1 + 0.9 = 1.4; w = 0.9 - 0.14
    assert told.change == pytest.approx(-0.14)
    assert (told.parts.samples, told.parts.memory) == pytest.approx((-0.09, -0.05))
    assert told.update == ("v = 0.5*1 + 0.9 = 1.4", "w(x1->o1) = 0.9 - 0.1*1.4 = 0.76")
    assert told.lines[3] == (
        "  -0.14 = -0.09 by the samples, -0.05 by what the optimizer remembers"
    )


def test_each_sample_and_the_penalty_have_their_parts():
    task = single(ns.SGD(0.1), [[1.0], [2.0]], [[0.0], [0.0]], penalty={"l2": 0.5})

    told = why(task, start_state(task, 0), "x1", "o1")

    # gradients 1 and 4; mean 2.5; the penalty 0.5*1/2
    assert [(s.row, s.share, s.moved) for s in told.samples] == [(0, 1.0, -0.05), (1, 4.0, -0.2)]
    assert (told.parts.samples, told.parts.penalty) == pytest.approx((-0.25, -0.025))
    assert told.lines[4].startswith("  row 1: x1*delta(o1) = 2*2 = 4")


def test_beyond_the_largest_samples_the_rest_is_summed():
    task = single(ns.SGD(0.1), [[1.0], [2.0], [3.0]], [[0.0]] * 3, reduction="sum")

    told = why(task, start_state(task, 0), "x1", "o1", most_samples=1)

    assert told.lines[-1] == "  2 more samples = 5"


def test_a_frozen_bias_is_told_with_the_gradient_that_did_not_move_it(mazur):
    told = why(mazur, start_state(mazur, 0), "h1.bias")

    assert told.change == 0.0
    assert told.lines[0] == "h1.bias = 0.35 is frozen: the update of epoch 0, batch 0 left it"
    assert told.gradient == pytest.approx(0.00877135468948693, abs=1e-16)


@each("name", [name for name in OPTIMIZERS if name != "perceptron"])
def test_the_parts_of_a_change_add_up_under_every_optimizer(name):
    options = {"momentum": 0.9, "nesterov": True} if name == "sgd" else {}
    X, T = np.linspace(-1, 2, 6)[:, None], np.ones((6, 1))
    task = single(
        OPTIMIZERS[name](learning_rate=0.1, **options), X, T, batch_size=2, penalty={"l2": 0.3}
    )
    state = start_state(task, 0)
    for _ in range(5):
        told = why(task, state, "x1", "o1")
        state = advance_batch(GraphEngine(task), state)

        parts = told.parts
        total = parts.samples + parts.penalty + parts.memory + parts.decay
        assert total == pytest.approx(told.change, rel=1e-12)
        assert sum(s.moved for s in told.samples) == pytest.approx(parts.samples, rel=1e-12)
        assert told.after == state.parameters[0]
        assert (parts.decay != 0.0) == (name == "adamw")


UPDATE_OPTIONS = [
    {"clip": {"norm": 0.05}, "penalty": {"l1": 0.1, "l2": 0.3}},
    {"clip": {"value": 0.02}, "penalty": {"l2": 0.3, "on": "all"}},
    {"penalty": {"max_norm": 0.2}, "weight_decay": 0.2},
]


@pytest.mark.slow
@each("options", UPDATE_OPTIONS)
@each("name", [name for name in OPTIMIZERS if name not in {"adamw", "perceptron"}])
def test_the_parts_of_an_update_with_options_add_up(name, options):
    X, T = np.linspace(-1, 2, 6)[:, None], np.ones((6, 1))
    task = single(OPTIMIZERS[name](learning_rate=0.1), X, T, batch_size=2, **options)
    state = start_state(task, 0)
    for _ in range(5):
        told = why(task, state, "x1", "o1")
        state = advance_batch(GraphEngine(task), state)

        parts = told.parts
        total = parts.samples + parts.penalty + parts.clip + parts.memory + parts.decay
        assert total + parts.projection == pytest.approx(told.change, rel=1e-12, abs=1e-16)
        assert sum(s.moved for s in told.samples) == pytest.approx(parts.samples, rel=1e-12)
        assert told.after == state.parameters[0]


def test_on_random_graphs_the_paths_add_up_to_every_gradient(cases):
    @examples(60)
    @given(cases())
    def check(case):
        task = make_task(case.network, case.X[:2], case.T[:2], loss=case.loss)
        state = start_state(task, 0)
        for name in task.network.parameter_names()[:6]:
            for sample in why(task, state, name, most_samples=2, most_paths=400).samples:
                paths = sample.paths
                sizes = [abs(path.share) for path in paths.largest]
                scale = max(1.0, math.fsum(sizes))
                assert abs(paths.total - sample.share) <= 1e-12 * scale
                shown = math.fsum(path.share for path in paths.largest)
                assert abs(shown + paths.rest - sample.share) <= 1e-12 * scale
                assert len(sizes) == min(paths.count, 400)
                assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-12)
                assert len({path.factors for path in paths.largest}) == len(sizes)

    check()


def test_the_first_paths_found_are_the_largest_of_all(cases):
    @examples(40)
    @given(cases())
    def check(case):
        task = make_task(case.network, case.X[:1], case.T[:1], loss=case.loss)
        for name in task.network.parameter_names()[:4]:
            (every,) = why(task, start_state(task, 0), name, most_paths=10**4).samples
            (few,) = why(task, start_state(task, 0), name, most_paths=3).samples
            sizes = sorted((abs(path.share) for path in every.paths.largest), reverse=True)
            found = [abs(path.share) for path in few.paths.largest]
            assert found == pytest.approx(sizes[:3], rel=1e-12, abs=1e-300)

    check()


def test_of_two_to_the_59th_paths_the_largest_are_found():
    net = Network("doubling")
    net.add_layer("x", 1)
    for level in range(60):
        net.add_layer(f"h{level}_", 2, bias=None)
    net.add_layer("o", 1, bias=None)
    layers = net.layers
    for source, target in itertools.pairwise(layers):
        net.connect(source, target, weight=0.5)
    net["h0_1", "h1_1"].weight = 0.75
    task = make_task(net, [[1.0]], [[0.0]])

    (sample,) = why(task, start_state(task, 0), "x1->h0_1").samples

    assert sample.paths.count == 2**59
    assert "w(h0_1->h1_1)" in str(sample.paths.largest[0])
    assert sample.paths.lines[-1].startswith("about 5.8e+17 more paths = ")
    assert sample.paths.total == pytest.approx(sample.share, rel=1e-12)


@pytest.mark.slow
def test_a_chain_of_ten_thousand_neurons_has_one_path():
    net = Network("chain")
    net.add_layer("x", 1)
    names = ["x1", *(f"n{i}" for i in range(10_000))]
    for name in names[1:]:
        net.add_neuron(name, bias=None)
    net.connect_many(list(itertools.pairwise(names)), [1.0] * 10_000)
    net.outputs = [names[-1]]
    task = make_task(net, [[2.0]], [[0.0]])

    told = why(task, start_state(task, 0), "x1->n0")

    assert told.samples[0].paths.count == 1
    assert told.lines[-1] == (
        "    x1 * identity'(n0) * w(n0->n1) * identity'(n1) * ... 19,993 more factors ..."
        " * identity'(n9998) * w(n9998->n9999) * identity'(n9999) * dL/dn9999"
        " = 2*1*1*1*1*1*1*1*2 = 4"
    )


def test_to_ask_changes_nothing_and_may_be_done_in_the_middle_of_a_pass(mazur):
    steps = forward(mazur.network, [0.05, 0.10])
    next(steps)

    why(mazur, start_state(mazur, 0), "x1", "h1")
    why_since(mazur, start_state(mazur, 0), "x1", "h1", n_batches=3)

    assert mazur.network["x1"].output == 0.05
    assert mazur.network["h1"].output is None
    assert mazur.network["x1", "h1"].weight == 0.15


def test_over_many_batches_the_rows_add_up_to_the_change():
    X = np.linspace(-1, 2, 7)[:, None]
    task = single(ns.SGD(0.1), X, 3 * X, batch_size=2, shuffle=True)
    start = start_state(task, 5)

    told = why_since(task, start, "x1", "o1", n_batches=10)

    state = start
    for _ in range(10):
        state = advance_batch(GraphEngine(task), state)
    assert told.after == state.parameters[0]
    assert told.change == pytest.approx(sum(row.moved for row in told.rows), rel=1e-12)
    assert told.change == pytest.approx(sum(batch.change for batch in told.batches), rel=1e-12)
    assert [(batch.epoch, batch.batch) for batch in told.batches[3:6]] == [(0, 3), (1, 0), (1, 1)]


def test_the_updates_and_rows_that_moved_it_most_are_named():
    task = single(ns.SGD(0.1), [[1.0], [2.0]], [[0.0], [0.0]], batch_size=1)

    told = why_since(task, start_state(task, 0), "x1", "o1", n_batches=2)

    # 1 - 0.1*1 = 0.9; 0.9 - 0.1*2*1.8 = 0.54
    assert told.lines == (
        "x1->o1: 1 -> 0.54 in 2 updates since epoch 0, batch 0, a change of -0.46",
        "  -0.46 = -0.46 by the samples",
        "  the way travelled is 0.46, with 0 reversals",
        "the updates that moved it most",
        "  epoch 0, batch 1: 0.9 -> 0.54, -0.36",
        "  epoch 0, batch 0: 1 -> 0.9, -0.1",
        "the rows that moved it most",
        "  row 1: moved it by -0.36, gradients 3.6",
        "  row 0: moved it by -0.1, gradients 1",
    )


def test_a_weight_that_swings_travels_far_though_it_ends_where_it_began():
    # the loss is half of (2w)^2 for x = 2: w goes to w - 0.5*4*w = -w
    task = single(ns.SGD(0.5), [[2.0]], [[0.0]])

    told = why_since(task, start_state(task, 0), "x1", "o1", n_batches=4)

    assert (told.change, told.way, told.reversals) == (0.0, 8.0, 3)
    assert told.lines[2] == "  the way travelled is 8, with 3 reversals"


def test_an_update_that_moves_nothing_is_no_reversal():
    task = single(ns.SGD(0.5), [[2.0], [0.0]], [[0.0], [0.0]], batch_size=1)

    told = why_since(task, start_state(task, 0), "x1", "o1", n_batches=6)

    assert [batch.change for batch in told.batches] == [-2.0, 0.0, 2.0, 0.0, -2.0, 0.0]
    assert told.reversals == 2


def test_identical_hidden_neurons_have_identical_reasons():
    net = Network("two-two-one")
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="sigmoid")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h", weight=0.5)
    net.connect("h", "o", weight=0.5)
    task = make_task(net, [[0, 1], [1, 1]], [[1], [0]], optimizer=ns.SGD(0.5))

    one, two = (why(task, start_state(task, 0), "x1", name) for name in ("h1", "h2"))

    assert str(two) == str(one).replace("h1", "h2")


def test_what_is_no_parameter_is_refused(mazur):
    state = start_state(mazur, 0)

    with pytest.raises(UnknownNameError, match="'x1' has no bias"):
        why(mazur, state, "x1")
    with pytest.raises(UnknownNameError, match="no connection 'x1->o1'"):
        why(mazur, state, "x1", "o1")
    with pytest.raises(InvalidValueError, match="n_batches: got 0; expected at least 1"):
        why_since(mazur, state, "x1", "h1", n_batches=0)


@pytest.mark.parametrize(
    "options",
    [{"schedule": {"plateau": {}}, "validation": True}, {"until": {"mae": 0.0}}, {}],
    ids=["plateau", "until", "plain"],
)
def test_the_last_batch_of_a_measured_epoch_is_explained(options):
    net = ns.Network(seed=1)
    net.add_layer("x", 2), net.add_layer("o", 1)
    net.connect("x", "o")
    X, T = [[0, 1], [1, 0], [1, 1], [0, 0]], [[1], [0], [2], [0.5]]
    given = options | ({"validation": (X, T)} if "validation" in options else {})
    session = ns.debug(net, X, T, optimizer=ns.SGD(0.01), epochs=5, batch_size=4, **given)
    session.goto(epoch=1)

    assert "x1->o1" in str(session.why("x1->o1"))
