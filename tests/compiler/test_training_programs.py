"""Programs that train are generated once for each structure, and again where a formula changes."""

from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler import training_programs as programs
from neurosim.functions.activations import ACTIVATIONS
from neurosim.training import CompiledEngine
from neurosim.training.engines import array_program
from neurosim.training.task import make_task


@pytest.fixture
def printed(monkeypatch):
    """What was printed since, in a process that has printed nothing."""
    found, original = [], array_program.print_training

    def watched(*args, **options):
        found.append("training")
        return original(*args, **options)

    programs._generated.cache_clear()
    monkeypatch.setattr(array_program, "print_training", watched)
    yield found
    programs._generated.cache_clear()


DATA = np.random.default_rng(1).normal(size=(40, 3)), np.random.default_rng(2).random((40, 1))
ROWS = [40, 2]


@pytest.mark.parametrize("rows", ROWS)
def test_a_second_training_of_the_same_structure_generates_nothing(layered, printed, rows):
    options = {"optimizer": ns.SGD(0.5), "epochs": 2, "batch_size": rows}
    twin = layered.copy()
    twin.load_parameters(layered.parameters() + 0.5)

    ns.train(layered, *DATA, **options)
    first = list(printed)
    for net in (layered, twin):
        ns.train(net, *DATA, **options)

    assert first == ["training"]
    assert printed == ["training"]


@pytest.mark.parametrize("rows", ROWS)
def test_another_learning_rate_seed_or_data_generate_nothing(layered, printed, rows):
    options = {"epochs": 2, "batch_size": rows}
    ns.train(layered, *DATA, optimizer=ns.SGD(0.5), **options)

    ns.train(layered, *DATA, optimizer=ns.SGD(0.25), seed=5, shuffle=True, **options)
    ns.train(layered, DATA[0] * 0.5, DATA[1], optimizer=ns.SGD(0.5), **options)

    assert printed == ["training"]


@pytest.mark.parametrize("rows", ROWS)
def test_two_learning_rates_of_one_program_are_two_trainings(layered, rows):
    options = {"epochs": 1, "batch_size": rows}
    start, twin = layered.parameters(), layered.copy()

    ns.train(layered, *DATA, optimizer=ns.SGD(1e-3), **options)
    ns.train(twin, *DATA, optimizer=ns.SGD(2e-3), **options)

    ratio = (twin.parameters() - start) / (layered.parameters() - start)
    assert np.abs(ratio - 2.0).max() < 0.05


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(
    "options",
    [
        {"loss": "squared_error"},
        {"optimizer": ns.Adam()},
        {"optimizer": ns.SGD(0.5, momentum=0.9)},
        {"penalty": {"l2": 0.1}},
    ],
    ids=str,
)
def test_another_loss_optimizer_or_penalty_is_another_program(layered, printed, rows, options):
    usual = {"optimizer": ns.SGD(0.5), "epochs": 1, "batch_size": rows}
    ns.train(layered, *DATA, **usual)

    ns.train(layered, *DATA, **(usual | options))

    assert printed == ["training"] * 2


@pytest.mark.parametrize("rows", ROWS)
def test_another_entry_in_the_table_is_another_program(layered, printed, monkeypatch, rows):
    options = {"optimizer": ns.SGD(0.5), "epochs": 1, "batch_size": rows}
    twin = layered.copy()
    ns.train(layered, *DATA, **options)
    tanh, relu = ACTIVATIONS["tanh"], ACTIVATIONS["relu"]
    changed = replace(
        tanh, value=relu.value, slope=relu.slope, array=relu.array, array_slope=relu.array_slope
    )

    with monkeypatch.context() as patch:
        patch.setitem(ACTIVATIONS, "tanh", changed)
        ns.train(twin, *DATA, **options)
    ns.train(layered.copy(), *DATA, **options)

    assert printed == ["training"] * 2
    assert (twin.parameters() != layered.parameters()).any()


@pytest.mark.parametrize("rows", ROWS)
def test_another_structure_is_another_program(layered, printed, rows):
    options = {"optimizer": ns.SGD(0.5), "epochs": 1, "batch_size": rows}
    ns.train(layered, *DATA, **options)
    layered.remove_connection("x1", "h1")

    ns.train(layered, *DATA, **options)

    assert printed == ["training"] * 2


@pytest.mark.parametrize("rows", ROWS)
def test_what_is_frozen_may_change_between_two_trainings(layered, rows):
    options = {"optimizer": ns.SGD(0.5), "epochs": 1, "batch_size": rows}
    ns.train(layered, *DATA, **options)
    layered["x1", "h1"].trainable = False
    before = layered["x1", "h1"].weight, layered["x2", "h1"].weight

    ns.train(layered, *DATA, **options)

    assert layered["x1", "h1"].weight == before[0]
    assert layered["x2", "h1"].weight != before[1]


@pytest.mark.slow
def test_a_program_that_was_replaced_is_no_longer_kept(printed):
    def chain(n):
        net = ns.Network("chain")
        net.add_layer("x", 1)
        net.add_layer("o", n)
        net.connect("x", "o", weight=1.0)
        return net

    for n in range(1, 80):
        net = chain(n)
        task = make_task(net, [[1.0]], [[1.0] * n])
        CompiledEngine(task, "array")

    assert printed == ["training"] * 79
    assert programs._generated.cache_info().currsize <= 64


def test_what_was_trained_before_changes_no_bit():
    rows = np.random.default_rng(0).normal(size=(7, 4))
    weights = [("x1", 0.1), ("x2", 0.7), ("x3", 1e-3)]

    def learned(order):
        net = ns.Network("n", seed=1)
        net.add_layer("x", 3)
        net.add_layer("o", 1, activation="tanh", bias=0.1)
        for source, weight in order:
            net.connect(source, "o1", weight=weight)
        options = {"optimizer": ns.SGD(0.3), "epochs": 50, "batch_size": 1}
        ns.train(net, rows[:, :3], rows[:, 3:], **options)
        return net.parameters().tobytes()

    programs._generated.cache_clear()
    alone = learned(weights[::-1])
    programs._generated.cache_clear()
    learned(weights)

    assert learned(weights[::-1]) == alone  # the sum runs in the order of these connections


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("make", [ns.Adam, lambda r: ns.SGD(r, momentum=0.9), ns.RMSprop])
def test_another_learning_rate_of_any_rule_generates_nothing(printed, rows, make):
    size, n_out = (7, 10) if rows > 2 else (1, 1)
    for rate in (0.1, 0.2):
        net = ns.Network("s")
        net.add_layer("x", 3)
        net.add_layer("o", n_out)
        net.connect("x", "o", weight=0.1)
        ns.train(
            net, np.ones((7, 3)), np.ones((7, n_out)),
            optimizer=make(rate), epochs=1, batch_size=size,
        )  # fmt: skip

    assert printed == ["training"]
