"""The kernel has the bits of the walk: random graphs, each way to train and to measure them."""

from functools import partial
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.kernel.library import load_kernel
from neurosim.kernel.wiring import wiring_of
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.engines.contract import advance_batch
from neurosim.training.engines.side_by_side import SideBySide
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples

RULES = [
    ns.SGD(0.1),
    ns.SGD(0.01, momentum=0.9),
    ns.SGD(0.01, momentum=0.9, nesterov=True),
    ns.RMSprop(0.01),
    ns.Adagrad(0.1, epsilon=0.0),
    ns.Adadelta(0.5),
    ns.Rprop(0.05, most_step=0.3),
    ns.Adam(0.1),
    ns.Adam(0.1, epsilon=0.0),
    ns.AdamW(0.01, weight_decay=0.3),
    ns.Adamax(0.1),
    ns.NAdam(0.1),
]
pytestmark = pytest.mark.usefixtures("kernel")


OPTIONS = {  # of an update; each is left out in half of the cases
    "penalty": [
        {"l1": 0.3},
        {"l2": 0.5, "on": "all"},
        {"l1": 0.1, "l2": 0.2, "max_norm": 0.7},
        {"max_norm": 0.5, "l2": 0.3, "on": "biases"},
        {"max_norm": 0.4, "on": "all"},
    ],
    "clip": [{"norm": 0.1}, {"norm": 0.05, "per": "layer"}, {"value": 0.01}, {"norm": 1e3}],
    "weight_decay": [0.1, {"strength": 0.2, "on": "weights"}],
}


@st.composite
def _adjusted_tasks(draw, cases):
    task = draw(_tasks(cases))
    options = {
        name: draw(st.sampled_from(found)) for name, found in OPTIONS.items() if draw(st.booleans())
    }
    if isinstance(task.optimizer, ns.AdamW):
        options.pop("weight_decay", None)
    names = [parameter.name for parameter in task.network.parameter_list()]
    if names and draw(st.booleans()):
        rates = draw(st.dictionaries(st.sampled_from(names), st.floats(0.0, 0.1), max_size=4))
        options["rates"] = rates
    if names and draw(st.booleans()):
        options.setdefault("penalty", {"l1": 0.1})
        options["penalty"] = {
            **options["penalty"],
            "on": draw(st.lists(st.sampled_from(names), min_size=1, max_size=5)),
        }
    return task.with_options(**options)


@st.composite
def _tasks(draw, cases):
    case = draw(cases())
    net, rng = case.network.copy(), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows = draw(st.integers(1, 65))
    rows = rng.integers(len(case.X), size=n_rows)
    X, T = case.X[rows], np.asarray(case.T)[rows]
    if draw(st.booleans()):
        _share(net, rng)
    if draw(st.integers(0, 3)) == 0:  # infinities and NaN on the way
        net.load_parameters(net.parameters() * 10.0 ** rng.integers(0, 200))
    options = {
        "optimizer": draw(st.sampled_from(RULES)),
        "batch_size": draw(st.integers(1, 70)),
        "shuffle": draw(st.booleans()),
        "penalty": draw(st.sampled_from([None, {"l2": 0.5}])),
        "loss": case.loss,
        "reduction": case.reduction,
    }
    return make_task(net, X, T, **options)


def _share(net, rng):
    connections = list(net.connections)
    rng.shuffle(connections)
    while len(connections) >= 2:
        size = int(rng.integers(2, 5))
        group, connections = connections[:size], connections[size:]
        if len(group) >= 2 and rng.random() < 0.7:
            net.share(*group)


def engines(task):
    return GraphEngine(task.on(task.network.copy())), CompiledEngine(task, "kernel")


def check(task, assert_same):
    start, theta = start_state(task, 3), task.network.parameters()
    walk, fast = engines(task)
    for name in ("values", "outputs"):
        found = [getattr(engine, name)(theta, task.X) for engine in (walk, fast)]
        assert_same(name, *found)
    found = [e.loss_and_gradient(theta, task.X, task.T, inputs=True) for e in (walk, fast)]
    for name, *pair in zip(("loss", "gradient", "gradient by X"), *found, strict=True):
        assert_same(name, *pair)
    found = [e.measure(np.array([theta, theta / 3.0]), task.X, task.T) for e in (walk, fast)]
    for name, *pair in zip(("losses", "measured outputs"), *found, strict=True):
        assert_same(name, *pair)

    found = [engine.advance(start, epochs=2) for engine in (walk, fast)]
    (state, losses), (other, other_losses) = found
    assert_same("losses of epochs", losses, other_losses)
    assert_same("parameters", state.parameters, other.parameters)
    assert_same("memory", state.memory, other.memory)
    assert state.position == other.position
    rows = [engine.advance_rows(start, epochs=1)[1] for engine in (walk, fast)]
    assert_same("losses of rows", *rows)
    between = [engine.trajectory(start, epochs=2)[0] for engine in (walk, fast)]
    for number in range(2):
        states = [trajectory.state(number) for trajectory in between]
        assert_same("a state between", *(s.parameters for s in states))
        assert_same("a memory between", *(s.memory for s in states))
    assert_same("a batch", *(advance_batch(e, start).parameters for e in (walk, fast)))


def check_side_by_side(task, assert_same):
    fast = CompiledEngine(task, "kernel")
    few, many = (SideBySide(fast.program, count) for count in (3, 17))
    if few.together == 1:
        return
    assert (few.together, many.together) == (8, 32)
    thetas = [task.network.parameters() / divisor for divisor in (1.0, 3.0, -7.0)]
    starts = [start_state(task, seed, theta) for seed, theta in enumerate(thetas)]
    alone = [fast.advance(start, epochs=2) for start in starts]
    is_finite = all(np.isfinite(losses).all() and state.is_finite for state, losses in alone)
    for beside in (few, many):
        found = beside.train(starts, 2, lambda: False)
        assert (found is not None) == is_finite
        if found is None:
            continue
        for (state, losses), other, other_losses in zip(alone, found[0], found[1].T, strict=True):
            assert_same("losses side by side", losses, other_losses)
            assert_same("parameters side by side", state.parameters, other.parameters)
            assert state == other


@examples(150)
@given(data=st.data())
def test_random_graphs_side_by_side(cases, data, assert_same):
    check_side_by_side(data.draw(_tasks(partial(cases, aggregations=()))), assert_same)


@examples(150)
@given(data=st.data())
def test_random_graphs(cases, data, assert_same):
    check(data.draw(_tasks(cases)), assert_same)


@pytest.mark.slow
@examples(150)
@given(data=st.data())
def test_random_graphs_whose_updates_have_options(cases, data, assert_same):
    check(data.draw(_adjusted_tasks(cases)), assert_same)


def _layered(activation, loss, rng, sizes=(5, 11, 9, 3), bias=0.0):
    net = ns.Network("layers", seed=2)
    layers = [net.add_layer("x", sizes[0])]
    for number, size in enumerate(sizes[1:-1]):
        layers.append(net.add_layer(f"h{number}_", size, activation=activation, bias=bias))
    last = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(loss, activation)
    layers.append(net.add_layer("o", sizes[-1], activation=last))
    for one, other in pairwise(layers):
        net.connect(one, other)
    net.load_parameters(rng.normal(size=len(net.parameters())))
    return net


def _targets(loss, rng, shape):
    match LOSSES[loss].targets:
        case "unit":
            return rng.random(shape)
        case "signs":
            return rng.choice([-1.0, 1.0], shape)
        case "distributions":
            return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
    return rng.normal(size=shape)


@pytest.mark.quick("NAdam")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_layers_of_every_loss_and_optimizer(assert_same, loss, rule):
    rng = np.random.default_rng(7)
    learnable = [name for name, a in ACTIVATIONS.items() if a.slope is not None]
    if loss == "binary_cross_entropy":
        learnable = ["sigmoid"]
    net = _layered(rng.choice(learnable), loss, rng)
    X, T = rng.normal(size=(30, 5)), _targets(loss, rng, (30, 3))

    task = make_task(net, X, T, loss=loss, optimizer=rule, batch_size=13)
    check(task, assert_same)
    check_side_by_side(task, assert_same)


@pytest.mark.quick("33")
@pytest.mark.parametrize(
    "n_rows",
    [1, 5, 33, *(pytest.param(n, marks=pytest.mark.slow)
                 for n in (2, 4, 7, 8, 9, 16, 31, 32, 63, 64, 65, 130))],
)  # fmt: skip
def test_batches_of_every_size(assert_same, n_rows):
    rng = np.random.default_rng(n_rows)
    net = _layered("tanh", "cross_entropy", rng, sizes=(3, 10, 20, 4))
    X, T = rng.normal(size=(130, 3)), _targets("cross_entropy", rng, (130, 4))

    check(make_task(net, X, T, loss="cross_entropy", batch_size=n_rows), assert_same)


@pytest.mark.quick("1")
@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
def test_small_layers_by_one_row_and_by_few(assert_same, batch_size):
    rng = np.random.default_rng(batch_size)
    losses = ("mean_squared_error", "binary_cross_entropy", "huber", "half_squared_error")
    cases = product(("sigmoid", "tanh", "relu", "softplus"), losses, ((3, 1), (2, 5, 4, 2)))
    for number, (activation, loss, sizes) in enumerate(cases):
        net = _layered(activation, loss, rng, sizes, bias=None if number % 3 == 0 else 0.0)
        assert wiring_of(net, load_kernel()).sizes["is_layered"]
        n_rows = batch_size if number % 3 == 1 else 7  # a batch that comes again and again
        X, T = rng.normal(size=(n_rows, sizes[0])), _targets(loss, rng, (n_rows, sizes[-1]))
        rule = ns.SGD(10.0 ** rng.integers(-2, 100)) if number % 5 == 0 else ns.SGD(0.1)
        options = {"reduction": "sum" if number % 2 else "mean", "shuffle": number % 4 > 1}
        for optimizer in (rule, ns.Adam(0.1)):
            task = make_task(net, X, T, loss=loss, optimizer=optimizer,
                             batch_size=batch_size, **options)  # fmt: skip
            check(task, assert_same)


@pytest.mark.slow
def test_layers_of_four_neurons_by_one_row(assert_same):
    rng = np.random.default_rng(5)
    shapes = ((3, 1), (2, 4, 1), (6, 1, 4), (2, 3, 2, 4), (2, 2, 3, 2, 1))
    losses = ("mean_squared_error", "half_squared_error")
    cases = product(("sigmoid", "tanh", "relu"), losses, shapes)
    for number, (activation, loss, sizes) in enumerate(cases):
        net = _layered(activation, loss, rng, sizes, bias=None if number % 3 == 0 else 0.0)
        theta = net.parameters() * (1.0, 1.0, 1.0, 3e3)[number % 4]  # some net inputs are far
        if number % 5 == 0:
            theta[rng.integers(len(theta))] = (-0.0, 0.0)[number % 2]
        net.load_parameters(theta)
        X = rng.normal(size=(7, sizes[0])) * rng.integers(2, size=(7, sizes[0]))
        task = make_task(net, X, _targets(loss, rng, (7, sizes[-1])), loss=loss, batch_size=1,
                         optimizer=ns.SGD(0.5), shuffle=number % 2 == 0)  # fmt: skip
        check(task, assert_same)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_layers_with_gaps_skips_and_outputs_inside(assert_same, batch_size):
    rng = np.random.default_rng(batch_size)
    net = _layered("tanh", "half_squared_error", rng, sizes=(9, 21, 35, 4))
    net.connect("x", "o", weights=rng.normal(size=(9, 4)))
    net.remove_connection("x3", "h0_12")
    net.remove_connection("h0_18", "h1_19")
    net.outputs = [*net.layer("o").neurons, "h1_9", "h0_3"]
    X, T = rng.normal(size=(7, 9)), rng.normal(size=(7, 6))

    check(make_task(net, X, T, batch_size=batch_size), assert_same)


def test_scaled_inputs_and_outputs(assert_same):
    rng = np.random.default_rng(4)
    net = _layered("tanh", "half_squared_error", rng)
    X, T = 1000.0 + 30.0 * rng.normal(size=(20, 5)), 5.0 * rng.normal(size=(20, 3))
    net.scale_inputs(X)
    net.scale_outputs(T)

    check(make_task(net, X, T, batch_size=6), assert_same)


def test_a_step_that_nothing_is_learned_through(assert_same):
    net = ns.Network("step")
    net.add_layer("x", 2), net.add_layer("s", 2, activation="step"), net.add_layer("o", 1)
    net.connect("x", "s", weights=[[1.0, -1.0], [0.5, 2.0]], trainable=False)
    net.connect("s", "o", weight=0.5)
    for neuron in net.layer("s").neurons:
        neuron.bias_trainable = False
    X = np.array([[0.3, 1.0], [-2.0, 0.25], [0.0, 0.0]])

    check(make_task(net, X, [[1.0], [2.0], [0.0]]), assert_same)
