"""A training as an object: it goes on, is asked, and is the only one that goes on."""

import copy
import gc
import weakref

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError, StaleError, WrongTypeError

OPTIONS = {"optimizer": ns.Adam(0.05), "batch_size": 4, "shuffle": True}


def make(net, data, engine, **options):
    return ns.Training(net, *data, engine=engine, **(OPTIONS | options))


def test_however_it_is_cut_it_is_one_training_to_the_bit(net, data, engine):
    twin = net.copy()

    whole = ns.train(twin, *data, engine=engine, epochs=9, **OPTIONS)
    training = make(net, data, engine)
    losses = training.advance(epochs=2)
    losses += [epoch.loss for epoch in training.epochs(3)]
    training.advance(batches=1)
    losses += training.advance(epochs=4)  # the begun one counts

    assert losses == list(whole.loss)
    assert training.state == whole.state
    assert net.parameters().tobytes() == twin.parameters().tobytes()


def test_the_losses_of_batches_are_those_of_their_rows(line, engine, assert_close):
    X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]
    training = ns.Training(line, X, T, optimizer=ns.SGD(0.1), batch_size=2, engine=engine)

    losses = training.advance(batches=3)

    # rows 1 and 2 at w = 0, row 3 at .15, rows 1 and 2 at .315
    expected = [0.5, 0.55**2 / 2, (0.685**2 + 0.37**2) / 4]
    assert_close(losses, expected, 1e-14)
    assert training.state.position == (1, 1, 3)


@pytest.mark.parametrize("given", [{}, {"epochs": 1, "batches": 1}])
def test_it_is_told_epochs_or_batches(net, data, engine, given):
    with pytest.raises(WrongTypeError, match="expected epochs=n or batches=n"):
        make(net, data, engine).advance(**given)


@pytest.mark.parametrize("given", [{"epochs": -1}, {"batches": 1.5}])
def test_a_count_that_is_none_is_refused(net, data, engine, given):
    with pytest.raises(NeurosimError, match="expected an integer >= 0"):
        make(net, data, engine).advance(**given)


def test_a_state_may_be_set_and_is_gone_on_from(net, data, engine):
    training = make(net, data, engine)
    training.advance(epochs=1)
    kept = training.state
    losses = training.advance(epochs=2)

    training.state = kept
    held = net.parameters()
    again = training.advance(epochs=2)

    assert held.tobytes() == kept.parameters.tobytes()
    assert again == losses


def test_a_state_of_another_training_is_refused(net, data, make_line, engine):
    other = ns.Training(make_line(), [[1.0]], [[1.0]], optimizer=ns.SGD(0.1)).state

    with pytest.raises(WrongTypeError, match="state: of another training"):
        make(net, data, engine).state = other


def test_what_is_assigned_or_frozen_between_two_calls_holds(net, data, engine):
    training = make(net, data, engine)
    training.advance(epochs=1)
    net["x1", "h1"].weight = 0.75
    net["x1", "h1"].trainable = False
    before = net.parameters()

    training.advance(epochs=2)

    assert net["x1", "h1"].weight == 0.75
    assert (net.parameters() != before).sum() == len(before) - 1


def test_after_an_edit_of_the_structure_it_does_not_go_on(net, data, engine):
    training = make(net, data, engine)
    training.advance(epochs=1)
    net.add_neuron("more")

    with pytest.raises(StaleError, match="its structure changed during training"):
        training.advance(epochs=1)


def test_another_training_of_the_network_ends_its_right_to_go_on(net, data, engine):
    first = make(net, data, engine)
    first.advance(epochs=1)
    second = make(net, data, engine)
    held = net.parameters()

    for advance in (lambda: first.advance(epochs=1), lambda: next(first.epochs(1))):
        with pytest.raises(StaleError, match="another training of it has begun"):
            advance()

    assert net.parameters().tobytes() == held.tobytes()
    first.loss_and_gradient(held + 1.0)  # asking disturbs nobody
    assert net.parameters().tobytes() == held.tobytes()
    second.advance(epochs=1)


def test_a_training_of_a_copy_disturbs_nobody(net, data, engine):
    training = make(net, data, engine)
    training.advance(epochs=1)
    for twin in (net.copy(), copy.deepcopy(net)):
        make(twin, data, engine).advance(epochs=1)

    training.advance(epochs=1)

    assert training.state.epoch == 2


def test_the_gradient_is_that_of_loss_and_gradients(net, data, engine):
    training = make(net, data, engine, batch_size=None)
    expected = ns.loss_and_gradients(net, *data, engine=engine)

    loss, gradient = training.loss_and_gradient()

    assert loss == training.loss() == expected.loss
    assert gradient.tobytes() == expected.vector.tobytes()


def test_a_gradient_elsewhere_leaves_the_network_as_it_is(net, data, engine, assert_close):
    training = make(net, data, engine)
    training.advance(epochs=1)
    held = net.parameters()
    theta = held + 0.25
    X, T = data[0][:3], data[1][:3]

    loss, gradient, by_inputs = training.loss_and_gradient(theta, X, T, inputs=True)

    assert net.parameters().tobytes() == held.tobytes()
    twin = net.copy()
    twin.load_parameters(theta)
    expected = ns.loss_and_gradients(twin, X, T, engine=engine)
    assert_close([loss, *gradient], [expected.loss, *expected.vector], 1e-12)
    assert by_inputs.shape == X.shape
    step = np.zeros_like(X)
    step[1, 2] = 1e-6
    moved = [ns.loss_and_gradients(twin, X + s * step, T).loss for s in (1.0, -1.0)]
    assert by_inputs[1, 2] == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"X": [[1.0, 2.0, 3.0]]}, "T: missing for 1 rows; expected T beside X"),
        ({"T": [[1.0, 2.0]]}, "T: got (1, 2); expected (10, 2)"),
        ({"X": [[1.0]], "T": [[1.0, 2.0]]}, "X: got (1, 1); expected (B, 3)"),
        ({"theta": [1.0]}, "theta: got (1,)"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(net, data, engine, given, words):
    with pytest.raises(NeurosimError) as caught:
        make(net, data, engine).loss_and_gradient(**given)

    assert words in str(caught.value)


def test_outputs_are_those_of_the_network(net, data, engine, assert_close):
    training = make(net, data, engine)
    training.advance(epochs=2)

    assert_close(training.outputs(), net.predict(data[0]), 1e-12)
    assert_close(training.outputs(data[0][:1]), [net.forward(data[0][0])], 1e-12)


def test_what_is_watched_is_what_each_epoch_says(net, data, engine):
    twin = net.copy()
    watched = {"metrics": ["r2", "mae"], "validation": data}

    history = make(net, data, engine, **watched).watch(30)
    epochs = list(make(twin, data, engine, **watched).epochs(30))

    assert history.loss == tuple(epoch.loss for epoch in epochs)
    assert history.validation_loss == tuple(epoch.validation_loss for epoch in epochs)
    for name, values in history.metrics.items():
        assert values == tuple(epoch.metrics[name] for epoch in epochs)
    assert history.state == epochs[-1].state
    assert net.parameters().tobytes() == twin.parameters().tobytes()


def test_what_is_past_has_the_loss_of_each_epoch_however_it_was_gone(net, data, engine):
    validation = {"validation": data, "batch_size": 4}
    expected = make(net.copy(), data, engine, **validation).watch(6)
    training = make(net, data, engine, **validation)

    training.advance(batches=2), training.advance(epochs=1), training.advance(batches=7)
    list(training.epochs(2))

    past = training.past
    assert training.state.epoch == 5
    assert past.losses == list(expected.loss[:5])
    assert past.validation_losses == list(expected.validation_loss[3:5])


def test_what_is_past_ends_with_the_state_that_is_gone_back_to(net, data, engine):
    training = make(net, data, engine, validation=data, batch_size=4)
    training.advance(epochs=3)
    third = training.state
    history = training.watch(3)
    training.advance(batches=1)

    training.state = training.state  # in the middle of an epoch
    assert (len(training.past.losses), len(training.past.validation_losses)) == (6, 3)
    training.state = third

    assert (len(training.past.losses), training.past.validation_losses) == (3, [])
    training.advance(batches=3)
    assert training.past.losses[3] == history.loss[0]


def test_losses_that_are_not_measured_leave_nothing(net, data):
    training = ns.Training(net, *data, optimizer=ns.SGD(0.01))
    assert len(list(training.epochs(50))) == 50

    assert training.past.validation_losses == []
    assert len(training.past._validation_losses._parts) == 0
    assert len(training.past._losses._parts) < 10  # one of each stretch


def test_a_training_is_freed_with_its_rows_when_nobody_needs_it_any_more(net, data, engine):
    for options in (
        {},
        {"metrics": ["mae"], "validation": data, "early_stopping": {"patience": 2}},
    ):
        training = ns.Training(net, *data, optimizer=ns.SGD(0.1), engine=engine, **options)
        training.watch(3)
        for _ in training.epochs(3):
            pass
        task = weakref.ref(training.task)

        gc.disable()
        try:
            del training
            assert task() is None, options
        finally:
            gc.enable()
