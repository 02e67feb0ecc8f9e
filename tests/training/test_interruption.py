"""Ctrl-C: the objects hold current values: those of some whole number of updates, not a mixture."""

import _thread
import math
import signal
import threading

import pytest

import neurosim as ns
from neurosim.interpreter import forward

RATE = 2.0**-24  # small and exact: so slow that no training ends before it is interrupted


@pytest.fixture
def interrupt_soon():
    """Ctrl-C a little later, so that training is surely under way, on a busy machine too."""
    timer = threading.Timer(0.3, _thread.interrupt_main)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job may ignore it
    yield timer.start
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def slope(n_out):
    """Outputs that all go from 0 to 1 in the same steps: w = w + rate * (1 - w)."""
    net = ns.Network("slope")
    net.add_layer("x", 1)
    net.add_layer("o", n_out, bias=None)
    net.connect("x", "o", weight=0.0)
    return net


@pytest.mark.quick("graph")
def test_ctrl_c_leaves_the_values_of_whole_updates(engine, interrupt_soon):
    net, twin = slope(3), slope(3)
    options = {"optimizer": ns.SGD(RATE), "engine": engine}
    ns.train(twin.copy(), [[1.0]], [[1.0] * 3], epochs=1, **options)  # what is loaded once, is

    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        ns.train(net, [[1.0]], [[1.0] * 3], epochs=10**9, **options)

    weights = net.parameters()
    assert 0.0 < weights[0] < 1.0
    assert (weights == weights[0]).all()
    updates = round(math.log1p(-weights[0]) / math.log1p(-RATE))
    ns.train(twin, [[1.0]], [[1.0] * 3], epochs=updates, **options)
    assert twin.parameters().tobytes() == weights.tobytes()


@pytest.mark.slow
def test_after_ctrl_c_the_network_can_be_used_and_edited(engine, interrupt_soon):
    net = slope(1)

    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        for _ in ns.epochs(net, [[1.0]], [[1.0]], optimizer=ns.SGD(RATE), epochs=10**9,
                           engine=engine):  # fmt: skip
            pass

    reached = net["x1", "o1"].weight
    assert net.forward([2.0])[0] == 2.0 * reached
    net.add_neuron("s")
    ns.train(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=1, engine=engine)
    assert net["x1", "o1"].weight > reached


def test_an_edit_between_epochs_ends_the_training_with_a_word(engine):
    net = slope(1)
    epochs = ns.epochs(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=3, engine=engine)
    next(epochs)
    net.add_neuron("s")

    with pytest.raises(ns.NeurosimError, match="its structure changed during training"):
        next(epochs)

    assert net["x1", "o1"].weight == 0.5


def test_values_set_between_epochs_are_gone_on_from(engine):
    net = slope(1)
    epochs = ns.epochs(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=3, engine=engine)
    next(epochs)
    net["x1", "o1"].weight = 77.0

    second = next(epochs)

    assert second.state.parameters.tolist() == [39.0]  # 77 - 0.5*(77 - 1)
    assert net.parameters().tolist() == [39.0]


def test_what_is_frozen_between_epochs_stays(engine):
    net = slope(1)
    epochs = ns.epochs(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=3, engine=engine)
    next(epochs)
    net["x1", "o1"].trainable = False

    next(epochs)
    frozen = net["x1", "o1"].weight
    net["x1", "o1"].trainable = True
    next(epochs)

    assert (frozen, net["x1", "o1"].weight) == (0.5, 0.75)


def test_an_epoch_that_was_refused_can_be_asked_for_again(engine):
    net = slope(1)
    epochs = ns.epochs(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=2, engine=engine)
    next(epochs)
    under_way = forward(net, [1.0])

    with pytest.raises(ns.NeurosimError, match="a pass over it is under way"):
        next(epochs)
    under_way.close()

    assert [epoch.number for epoch in epochs] == [1]
    assert net["x1", "o1"].weight == 0.75


def test_nothing_is_trained_under_a_pass(engine):
    net = slope(1)
    under_way = forward(net, [1.0])

    with pytest.raises(ns.NeurosimError, match="a pass over it is under way"):
        ns.train(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.5), epochs=1, engine=engine)

    assert len(list(under_way)) == 4
    assert net["x1", "o1"].weight == 0.0
