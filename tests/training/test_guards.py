"""One network, one training: a second use during one raises at once, from whatever thread."""

import threading

import pytest

import neurosim as ns
from neurosim.errors import NeurosimError, StaleError

X, T = [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]]
USES = {
    "a second training": lambda net, how: ns.train(net, X, T, epochs=1, **how),
    "a Training": lambda net, how: ns.Training(net, X, T, **how),
    "an edit": lambda net, _: net.add_neuron("more", activation="tanh"),
    "a reset": lambda net, _: net.reset(),
    "a pass": lambda net, _: net.forward([1.0, 1.0]),
}


@pytest.fixture
def net():
    net = ns.Network("guarded", seed=1)
    net.add_layer("x", 2)
    net.add_layer("y", 1, activation="sigmoid")
    net.connect("x", "y")
    return net


@pytest.fixture
def how(engine):
    return {"engine": engine, "optimizer": ns.SGD(0.5)}


@pytest.mark.parametrize("use", USES)
def test_another_thread_is_refused_at_once_and_the_training_ends_as_it_would(net, how, use):
    twin, refused = net.copy(), []

    def from_a_thread(*_):
        def ask():
            try:
                USES[use](net, how)
            except StaleError as error:
                refused.append(str(error))

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    ns.Training(net, X, T, **how)  # the claim of a training that is not advancing is given up
    with net.being_trained():
        from_a_thread()

    assert len(refused) == 1
    assert "is being trained, got a second use" in refused[0]
    ns.train(net, X, T, epochs=3, **how)
    ns.train(twin, X, T, epochs=3, **how)
    assert net.parameters().tolist() == twin.parameters().tolist()


def test_of_two_threads_that_train_one_network_each_ends_or_is_refused(net, how):
    outcomes, begin = [], threading.Barrier(2)

    def train():
        begin.wait()
        try:
            ns.train(net, X, T, epochs=3000, **how)
            outcomes.append("done")
        except NeurosimError:  # as a training, or as a pass, under way
            outcomes.append("refused")

    threads = [threading.Thread(target=train) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 2
    assert "done" in outcomes
    ns.train(net, X, T, epochs=1, **how)  # nothing is left behind


def test_what_a_training_calls_may_not_begin_another_one(net, how):
    def trains(*_):
        ns.train(net, X, T, epochs=1, **how)
        return 0.0

    ns.register_metric(trains, name="trains")
    try:
        with pytest.raises(StaleError, match="is being trained"):
            ns.train(net, X, T, epochs=2, metrics=["trains"], **how)
    finally:
        ns.unregister_metric("trains")
    ns.train(net, X, T, epochs=1, **how)
