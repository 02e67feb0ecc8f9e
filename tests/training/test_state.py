"""The training state is one value: captured, compared, restored, carried between the engines."""

import copy
import dataclasses

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.training import ENGINES, TrainingState
from neurosim.training.engines.contract import advance_batch
from neurosim.training.state import start_state
from neurosim.training.task import make_task

OPTIMIZERS = [
    ns.SGD(0.1),
    ns.SGD(0.1, momentum=0.9),
    ns.SGD(0.1, momentum=0.9, nesterov=True),
    ns.RMSprop(),
    ns.Adagrad(),
    ns.Adam(),
    ns.AdamW(),
    ns.Adamax(),
    ns.NAdam(),
]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
BATCHES = {"batch_size": 4, "shuffle": True}  # ten rows: 4, 4 and 2


def numbers(state):
    """Everything in a state, exactly."""
    return (
        state.parameters.tobytes(),
        state.memory.tobytes(),
        state.position,
        state.partial_loss,
        copy.deepcopy(state.streams),
    )


def advance(name, task, state, batches):
    engine = ENGINES[name](task)
    for _ in range(batches):
        state = advance_batch(engine, state)
    return state


def begin(net, data, optimizer):
    """A task on a twin of the network, and the state at its start."""
    task = make_task(net.copy(), *data, optimizer=optimizer, **BATCHES)
    return task, start_state(task, 5)


@every_optimizer
def test_a_training_in_two_parts_is_the_training_in_one(net, data, engine, optimizer):
    whole, parts = net.copy(), net.copy()
    options = {"optimizer": optimizer, "engine": engine, "seed": 5, **BATCHES}

    once = ns.train(whole, *data, epochs=5, **options)
    first = ns.train(parts, *data, epochs=2, **options)
    second = ns.train(parts, *data, epochs=3, state=first.state, **options)

    assert first.loss + second.loss == once.loss
    assert second.state == once.state
    assert parts.parameters().tobytes() == whole.parameters().tobytes()


@every_optimizer
def test_a_state_captured_in_mid_epoch_goes_on_to_the_same_end(net, data, engine, optimizer):
    options = {"optimizer": optimizer, "engine": engine, "seed": 5, **BATCHES}
    once = ns.train(net.copy(), *data, epochs=2, **options)

    middle = advance(engine, *begin(net, data, optimizer), 4)
    rest = ns.train(net, *data, epochs=1, state=middle, **options)

    assert middle.position == (1, 1, 4)
    assert rest.loss == once.loss[1:]
    assert rest.state == once.state


@every_optimizer
@pytest.mark.parametrize("batches", [1, 3, 5])
def test_a_state_is_carried_from_graph_to_compiled_to_graph(
    net, data, assert_close, optimizer, batches
):
    task, state = begin(net, data, optimizer)
    pure = advance("graph", task, state, 3 * batches)

    for name in ("graph", "compiled", "graph"):
        state = advance(name, task, state, batches)

    assert state.position == pure.position
    assert state.streams == pure.streams
    assert_close(state.parameters, pure.parameters, 1e-12)
    assert_close(state.memory, pure.memory, 1e-12)
    assert_close(state.partial_loss, pure.partial_loss, 1e-12)


def test_parameters_that_go_through_an_engine_come_out_in_their_places(net, data, engine):
    still = ns.SGD(0.0)
    _, state = begin(net, data, still)

    after = ns.train(
        net, *data, optimizer=still, epochs=2, state=state, engine=engine, **BATCHES
    ).state

    assert after.parameters.tobytes() == state.parameters.tobytes()


def test_a_captured_state_is_not_changed_by_going_on(net, data, engine):
    optimizer = ns.Adam()
    state = advance(engine, *begin(net, data, optimizer), 2)
    before = numbers(state)

    ns.train(net, *data, optimizer=optimizer, epochs=3, state=state, engine=engine, **BATCHES)

    assert numbers(state) == before


def test_a_state_is_restored_into_another_network_of_the_same_make(net, data, engine):
    twin = net.copy()
    options = {"optimizer": ns.Adam(), "engine": engine, **BATCHES}
    history = ns.train(net, *data, epochs=3, **options)

    again = ns.train(twin, *data, epochs=2, state=history.state, **options)
    on = ns.train(net, *data, epochs=2, state=history.state, **options)

    assert again.state == on.state
    assert twin.parameters().tobytes() == net.parameters().tobytes()


@pytest.mark.parametrize(
    "changed",
    [
        lambda s: {"parameters": np.nextafter(s.parameters, 9.0)},
        lambda s: {"memory": s.memory + 1.0},
        lambda s: {"updates": s.updates + 1},
        lambda s: {"epoch": s.epoch + 1},
        lambda s: {"batch": s.batch + 1},
        lambda s: {"partial_loss": s.partial_loss + 1.0},
        lambda s: {"streams": dict.fromkeys(s.streams)},
    ],
    ids=["parameters", "memory", "updates", "epoch", "batch", "loss", "streams"],
)
def test_states_are_equal_where_every_number_is(net, data, changed):
    _, state = begin(net, data, ns.Adam())

    assert state == copy.deepcopy(state)
    assert state != dataclasses.replace(state, **changed(state))
    assert state != "a state"


def test_a_state_reads_as_a_line(net, data):
    state = advance("graph", *begin(net, data, ns.Adam()), 4)

    assert isinstance(state, TrainingState)
    assert str(state) == "training state: epoch 1, batch 1, 4 updates"


@pytest.mark.parametrize(
    ("optimizer", "options", "words"),
    [
        (ns.SGD(0.1), {}, "state: of another training, got memory (2, 32)"),
        (ns.Adam(), {"batch_size": 10}, "expected memory (2, 32), batch below 1"),
    ],
)
def test_a_state_of_another_training_is_refused(net, data, optimizer, options, words):
    state = advance("graph", *begin(net, data, ns.Adam()), 1)

    with pytest.raises(NeurosimError) as caught:
        ns.train(net, *data, optimizer=optimizer, epochs=1, state=state, **(BATCHES | options))

    assert words in str(caught.value)


def test_what_is_no_state_is_refused(net, data):
    with pytest.raises(NeurosimError, match="state: got 3; expected a TrainingState"):
        ns.train(net, *data, optimizer=ns.Adam(), epochs=1, state=3)


def test_no_epochs_from_a_state_restore_it_into_the_objects(net, data, engine):
    twin, options = net.copy(), {"optimizer": ns.Adam(), "engine": engine, **BATCHES}
    history = ns.train(net, *data, epochs=3, **options)

    restored = ns.train(twin, *data, epochs=0, state=history.state, **options)

    assert restored.state == history.state
    assert twin.parameters().tobytes() == net.parameters().tobytes()


@pytest.mark.parametrize("call", [ns.train, ns.epochs])
def test_a_refused_call_with_a_state_leaves_the_objects_alone(make_line, call):
    net = make_line(1.0)
    options = {"optimizer": ns.SGD(0.5), "epochs": 3}
    state = ns.train(net.copy(), [[1.0]], [[0.0]], **options).state

    with pytest.raises(ns.NeurosimError, match="epochs"):
        call(net, [[1.0]], [[0.0]], **{**options, "epochs": -1}, state=state)

    assert net["x1", "o1"].weight == 1.0
