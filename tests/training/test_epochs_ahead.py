"""Epochs are done in advance, and nobody can tell: each leaves what it would leave alone."""

import numpy as np
import pytest

import neurosim as ns

X = [[0, 0], [0, 1], [1, 0], [1, 1], [1, 0.5]]
T = [[0], [1], [1], [0], [1]]
CASES = [
    {"optimizer": ns.SGD(0.5)},
    {"optimizer": ns.SGD(0.5, momentum=0.9), "batch_size": 2, "shuffle": True},
    {"optimizer": ns.Adam(0.05), "batch_size": 1},
    {"optimizer": ns.RMSprop(0.05), "batch_size": 3, "penalty": {"l2": 0.1}},
]
N = 90  # several stretches, of one epoch, of four, of sixteen, and what is left


@pytest.fixture(params=["small", pytest.param("large", marks=pytest.mark.slow)])
def net(request):
    """A small network, or a larger one."""
    made = ns.Network("ahead", seed=5)
    made.add_layer("x", 2)
    made.add_layer("h", 3 if request.param == "small" else 60, activation="tanh")
    made.add_layer("o", 1, activation="sigmoid")
    made.connect("x", "h")
    made.connect("h", "o")
    return made


def alone(net, engine, change=None, n=N, **options):
    """The states, losses and parameters of epochs that are each done by themselves."""
    training = ns.Training(net, X, T, engine=engine, **options)
    found = []
    for number in range(n):
        (loss,) = training.advance(epochs=1)
        found.append((loss, training.state, net.parameters().tobytes()))
        if change is not None:
            change(net, number)
    return found


@pytest.mark.quick("compiled")
@pytest.mark.parametrize("options", CASES, ids=lambda options: type(options["optimizer"]).__name__)
def test_each_epoch_leaves_what_it_leaves_alone(net, engine, options):
    expected = alone(net.copy(), engine, **options)

    for epoch, (loss, state, theta) in zip(
        ns.epochs(net, X, T, epochs=N, engine=engine, **options), expected, strict=True
    ):
        assert (epoch.loss, epoch.number) == (loss, state.epoch - 1)
        assert epoch.state == state
        assert net.parameters().tobytes() == theta


@pytest.mark.parametrize("options", CASES, ids=lambda options: type(options["optimizer"]).__name__)
def test_who_stops_has_what_the_last_epoch_left(net, options):
    expected = alone(net.copy(), "compiled", **options)
    training = ns.Training(net, X, T, **options)

    for epoch in training.epochs(N):
        if epoch.number == 37:
            break

    assert training.state == expected[37][1]
    assert net.parameters().tobytes() == expected[37][2]
    assert training.advance(epochs=2) == [loss for loss, *_ in expected[38:40]]
    assert training.state == expected[39][1]


def test_states_are_the_same_whenever_they_are_read(net, engine):
    options = {"optimizer": ns.Adam(0.05), "batch_size": 2, "shuffle": True, "engine": engine}
    expected = [state for _, state, _ in alone(net.copy(), n=30, **options)]
    training, seen = ns.Training(net, X, T, **options), []

    for epoch in training.epochs(30):
        if epoch.number % 7 == 3:
            assert epoch.state is training.state
            assert training.past.losses == [each.loss for each in [*seen, epoch]]
        seen.append(epoch)

    assert [epoch.state for epoch in seen] == expected
    assert seen[-1].state is training.state
    assert training.past.losses == [epoch.loss for epoch in seen]


def test_what_is_done_to_a_state_changes_no_other_one_and_no_object(net):
    options = {"optimizer": ns.SGD(0.5)}
    expected = alone(net.copy(), "compiled", n=30, **options)
    training = ns.Training(net, X, T, **options)

    for epoch, (_, state, theta) in zip(training.epochs(30), expected, strict=True):
        assert epoch.state == state
        if epoch.number in (0, 12):
            epoch.state.parameters[:] = 0.0
            assert net.parameters().tobytes() == theta
            training.state = state


def test_an_edit_between_two_epochs_ends_them(net):
    epochs = ns.epochs(net, X, T, optimizer=ns.SGD(0.5), epochs=N)
    for epoch in epochs:
        if epoch.number == 10:
            break

    net.split_connection("x1", "h1", new="m")

    with pytest.raises(ns.NeurosimError, match="its structure changed during training"):
        next(epochs)


def set_a_weight(net, number):
    if number in (3, 40):
        net["x1", "h1"].weight = 0.25


def freeze_a_bias(net, number):
    if number == 30:
        net["h2"].bias_trainable = False


def load_others(net, number):
    if number == 50:
        net.load_parameters(np.full(net.parameters().shape, 0.1))


def read_all(net, number):
    if number % 2:
        net.parameters()


@pytest.mark.parametrize("change", [set_a_weight, freeze_a_bias, load_others, read_all])
@pytest.mark.parametrize("options", CASES, ids=lambda options: type(options["optimizer"]).__name__)
def test_what_is_changed_between_two_epochs_holds_from_there_on(net, options, change):
    expected = alone(net.copy(), "compiled", change, **options)

    for epoch, (loss, state, _) in zip(
        ns.epochs(net, X, T, epochs=N, **options), expected, strict=True
    ):
        assert epoch.loss == loss
        assert epoch.state == state
        change(net, epoch.number)


def test_two_loops_over_one_training_share_it(net):
    expected = [loss for loss, *_ in alone(net.copy(), "compiled", n=40, optimizer=ns.SGD(0.5))]
    training = ns.Training(net, X, T, optimizer=ns.SGD(0.5))
    first, second = training.epochs(20), training.epochs(20)

    found = [next(loop).loss for _ in range(20) for loop in (first, second)]

    assert found == expected


def test_measures_are_those_of_the_epoch(net, engine):
    options = {"optimizer": ns.SGD(0.5), "metrics": ["accuracy"], "validation": (X[:3], T[:3])}
    training = ns.Training(net.copy(), X, T, engine=engine, **options)
    expected = training.watch(30)

    epochs = list(ns.epochs(net, X, T, epochs=30, engine=engine, **options))

    assert tuple(epoch.validation_loss for epoch in epochs) == expected.validation_loss
    assert tuple(epoch.metrics["accuracy"] for epoch in epochs) == expected.metrics["accuracy"]


def test_a_divergence_comes_after_the_epochs_before_it(engine):
    def line():
        made = ns.Network("line")
        made.add_layer("x", 1)
        made.add_layer("o", 1)
        made.connect("x", "o", weight=1)
        return made

    options = {"optimizer": ns.SGD(1e10), "epochs": 100, "engine": engine}
    at_once, seen = line(), []
    with pytest.raises(ns.DivergedError) as expected:
        ns.train(at_once, [[1]], [[0]], **options)

    net = line()
    epochs = ns.epochs(net, [[1]], [[0]], **options)
    with pytest.raises(ns.DivergedError) as found:
        seen.extend(epochs)

    assert str(found.value) == str(expected.value)
    assert len(seen) > 1
    assert net.parameters().tobytes() == at_once.parameters().tobytes()
