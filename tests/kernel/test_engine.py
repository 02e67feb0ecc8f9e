"""Who runs the kernel: the choice, what the engine promises, and how it is without it."""

import threading

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler import planning
from neurosim.compiler.choice import missed_kernel
from neurosim.compiler.explain import explain
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import Activation
from neurosim.kernel import checks
from neurosim.training import CompiledEngine
from neurosim.training.engines.contract import TO_THE_BIT
from neurosim.training.task import make_task

pytestmark = pytest.mark.usefixtures("kernel")
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
T = np.array([[0.0], [1.0], [1.0], [0.0]])


def make(seed=1, activation="tanh"):
    net = ns.Network("xor", seed=seed)
    net.add_layer("x", 2), net.add_layer("h", 4, activation=activation)
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h"), net.connect("h", "o")
    return net


def trained(net, **options):
    options = {"epochs": 50, "optimizer": ns.Adam(0.1), "batch_size": 3, "shuffle": True} | options
    history = ns.train(net, X, T, **options)
    return net.parameters().tobytes(), history.state.memory.tobytes(), history.loss


def test_a_small_network_runs_it_and_has_the_bits_of_the_graph_engine():
    engine = CompiledEngine(make_task(make(), X, T))

    assert engine.kind == "kernel"
    assert engine.capabilities.bounds["double"] == TO_THE_BIT
    assert trained(make()) == trained(make(), engine="graph")


@pytest.mark.slow
def test_large_layers_run_on_arrays():
    net = ns.Network("large")
    net.add_layer("x", 300), net.add_layer("h", 300, activation="relu"), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    wide = np.zeros((128, 300))

    assert CompiledEngine(make_task(net, wide, np.zeros(128))).kind == "array"
    asked = CompiledEngine(make_task(net, wide, np.zeros(128), program="kernel"))
    assert asked.kind == "kernel"
    assert "the kernel would be slower" in explain(net, 128).program


def chain(activation, *sizes):
    net = ns.Network("chain")
    for i, size in enumerate(sizes):
        net.add_layer(f"l{i}", size, **({"activation": activation} if i else {}))
        if i:
            net.connect(f"l{i - 1}", f"l{i}")
    return net


@pytest.mark.parametrize(
    ("activation", "sizes", "rows", "kind"),
    [
        ("tanh", (2, 4, 1), 64, "kernel"),
        ("sigmoid", (64, 64, 10), 32, "kernel"),  # .7 of the time that arrays take
        ("tanh", (64, 64, 10), 8, "kernel"),  # .8
        ("tanh", (2, 4, 1), 2000, "array"),  # 1.6
        ("relu", (784, 10), 32, "array"),  # 1.7
        ("softplus", (16, 64, 10), 64, "array"),  # 1.7
        ("tanh", (256, 256, 10), 64, "array"),  # 1.5
        ("tanh", (784, 512, 256, 10), 2, "kernel"),  # weights are read, and hardly used
    ],
)
def test_the_faster_program_is_chosen(activation, sizes, rows, kind):
    net = chain(activation, *sizes)
    task = make_task(net, np.zeros((rows, sizes[0])), np.zeros((rows, sizes[-1])))

    assert CompiledEngine(task).kind == kind


def test_a_tiny_network_is_given_to_the_kernel_without_a_plan(monkeypatch):
    monkeypatch.setattr(planning, "plan_of", lambda *_: pytest.fail("a plan was made"))

    assert CompiledEngine(make_task(chain("sigmoid", 2, 4, 1), X, T)).kind == "kernel"


def test_arrays_may_be_asked_for():
    engine = CompiledEngine(make_task(make(), X, T, program="arrays"))

    assert engine.kind == "array"
    assert engine.capabilities.bounds["double"] != TO_THE_BIT
    assert "program: arrays" in explain(make(), 4, program="arrays").program


def test_functions_of_users_run_on_arrays():
    ns.register_activation(Activation("own", lambda z: 2.0 * z, lambda _z, _a: 2.0))
    try:
        net = make(activation="own")
        assert CompiledEngine(make_task(net, X, T)).kind != "kernel"
        assert "not activation 'own'" in explain(net, 4).program
        with pytest.raises(InvalidValueError, match=r"program: got 'kernel', but .*'own'"):
            trained(net, program="kernel")
    finally:
        ns.unregister_activation("own")


def test_an_optimizer_of_a_user_runs_on_arrays():
    class Halved(ns.SGD):
        """Half the step."""

    with pytest.raises(InvalidValueError, match="shipped functions only, not optimizer 'sgd'"):
        trained(make(), optimizer=Halved(0.1), program="kernel")


def test_a_formula_that_is_inexact_here_is_no_promise_of_bits(monkeypatch):
    monkeypatch.setattr(checks, "_activation_differs", lambda a: a.name == "tanh")

    engine = CompiledEngine(make_task(make(), X, T))
    assert engine.kind == "kernel"
    assert engine.capabilities.bounds["double"].at_once == 1e-12
    assert checks.tell_kernel() == "not exact (tanh)"


def test_agree_says_equal_to_the_last_bit():
    found = ns.agree(make(), X, T, updates=20)

    assert found.is_exact
    assert str(found.outputs) == "outputs: 0, equal to the last bit"
    assert not ns.agree(make(), X, T, updates=20, program="arrays").is_exact


def test_threads_have_the_bits_of_one():
    expected = [trained(make(seed), program="kernel") for seed in range(8)]
    found = [None] * 8

    def run(seed):
        found[seed] = trained(make(seed), program="kernel")

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


@pytest.mark.parametrize("cut", [1, 7, 49])
def test_a_training_in_two_stretches_has_the_same_bits(cut):
    net, whole = make(), trained(make())
    first = ns.train(net, X, T, optimizer=ns.Adam(0.1), batch_size=3, shuffle=True, epochs=cut)
    again = trained(net, state=first.state, epochs=50 - cut)

    assert again[:2] == whole[:2]


@pytest.mark.parametrize("rule", [ns.SGD(0.1, momentum=0.9), ns.Adam(0.1), ns.NAdam(0.1)], ids=repr)
def test_a_debugger_arrives_at_the_very_numbers_of_the_graph_engine(rule):
    arrived = []
    for engine in ("compiled", "graph"):
        net = make()
        session = ns.debug(
            net, X, T, optimizer=rule, epochs=20, batch_size=3, shuffle=True, engine=engine
        )
        session.goto(epoch=12, sample=2)
        arrived.append((net.parameters().tobytes(), net.loss))
    assert arrived[0] == arrived[1]


def test_a_divergence_is_found_at_its_place():
    messages = []
    for program in ("kernel", "arrays"):
        with pytest.raises(ns.DivergedError) as raised:
            ns.train(make(activation="identity"), X, 1e200 * T, optimizer=ns.SGD(1e150), epochs=9,
                     program=program)  # fmt: skip
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


@pytest.mark.slow
def test_a_result_says_which_program_made_it():
    found = ns.run_scenario("xor").to_dict()
    walked = ns.run_scenario("mazur", engine="graph").to_dict()

    assert (found["program"], found["exact"]) == ("kernel", True)
    assert (walked["program"], walked["exact"]) == ("graph", True)


def test_a_missing_kernel_is_missed_where_it_would_be_faster(monkeypatch):
    large = ns.Network(seed=1)
    large.add_layer("x", 300), large.add_layer("h", 300)
    large.connect("x", "h")

    assert missed_kernel(make(), rows=1) is None
    monkeypatch.setenv("NEUROSIM_KERNEL", "nowhere")
    assert missed_kernel(make(), rows=1).startswith("nowhere: cannot be read")
    assert missed_kernel(large, rows=8) is None
    monkeypatch.setenv("NEUROSIM_KERNEL", "off")
    assert missed_kernel(make(), rows=1) is None
