"""One network, one training: a second use during one raises at once, from whatever thread."""

import pickle
import threading

import pytest

import neurosim as ns
from neurosim.drawing.text.dot import to_dot
from neurosim.errors import NeurosimError, StaleError
from neurosim.kernel.library import why_no_kernel
from neurosim.training.engines.side_by_side import SideBySide

X, T = [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]]
USES = {
    "a second training": lambda net, how: ns.train(net, X, T, epochs=1, **how),
    "a Training": lambda net, how: ns.Training(net, X, T, **how),
    "an edit": lambda net, _: net.add_neuron("more", activation="tanh"),
    "a reset": lambda net, _: net.reset(),
    "a pass": lambda net, _: net.forward([1.0, 1.0]),
    "a weight": lambda net, _: setattr(net["x1", "y1"], "weight", 1.0),
    "a bias": lambda net, _: setattr(net["y1"], "bias", 1.0),
    "a frozen weight": lambda net, _: setattr(net["x1", "y1"], "trainable", False),
    "a frozen bias": lambda net, _: setattr(net["y1"], "bias_trainable", False),
    "a function": lambda net, _: setattr(net["y1"], "activation", "tanh"),
    "theta": lambda net, _: net.load_parameters([0.0, 0.0, 0.0]),
    "a stream": lambda net, _: ns.train(net, iter([(X, T)]), epochs=1, optimizer=ns.SGD(0.5)),
    "many": lambda net, how: ns.train_many([net], X, T, epochs=1, **how),
    "a session": lambda net, how: ns.debug(net, X, T, epochs=1, **how).step(),
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


def in_another_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    thread.join()


def test_another_thread_is_refused_at_once_and_the_training_ends_as_it_would(net, how):
    twin, refused = net.copy(), {}

    def ask(name):
        try:
            USES[name](net, how)
        except StaleError as error:
            refused[name] = str(error)

    ns.Training(net, X, T, **how)  # the claim of a training that is not advancing is given up
    with net.being_trained():
        for name in USES:
            in_another_thread(ask, name)

    assert list(refused) == list(USES)
    assert all("is being trained, got a second use" in told for told in refused.values())
    ns.train(net, X, T, epochs=3, **how)
    ns.train(twin, X, T, epochs=3, **how)
    assert net.parameters().tolist() == twin.parameters().tolist()


@pytest.mark.slow
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


def test_a_move_of_a_session_and_trainings_side_by_side_are_trainings(net, monkeypatch):
    refused = []

    def ask(*_):
        def use():
            for name in ("a weight", "an edit", "a second training"):
                with pytest.raises(StaleError, match="is being trained, got a second use"):
                    USES[name](net, {"optimizer": ns.SGD(0.5)})
                refused.append(name)

        in_another_thread(use)
        return False

    session = ns.debug(net, X, T, epochs=2, optimizer=ns.SGD(0.5))
    monkeypatch.setattr(session, "_arrival", ask)
    session.batch()
    session.close()
    assert len(refused) == 3

    train = SideBySide.train
    monkeypatch.setattr(SideBySide, "train", lambda *given: [ask(), train(*given)][1])
    others = [net, *(net.copy() for _ in range(15))]
    ns.train_many(others, X, T, epochs=2, optimizer=ns.SGD(0.5), threads=1)
    assert len(refused) > 3 or why_no_kernel()  # without one, networks are trained one by one
    net["x1", "y1"].weight = 1.0  # nothing is left behind


READS = {
    "predict": lambda net, _: net.predict(X),
    "theta": lambda net, _: net.parameters(),
    "a copy": lambda net, _: net.copy(),
    "a pickle": lambda net, _: pickle.dumps(net),
    "a graph": lambda net, _: net.to_networkx(),
    "a picture": lambda net, _: ns.draw(net),
    "a picture of weights": lambda net, _: ns.draw_weights(net),
    "a text": lambda net, _: to_dot(net),
    "boxes": lambda net, _: ns.draw(net, boxes=True),
    "outputs": lambda _, training: training.outputs(X),
    "a loss": lambda _, training: training.loss(),
    "a gradient": lambda _, training: training.loss_and_gradient(),
    "a state": lambda _, training: setattr(training, "state", training.state),
}
OF_THE_TRAINING = list(READS)[9:]  # refused in every engine; the others where objects are walked


def test_what_is_read_in_another_thread_is_of_no_half_of_a_batch(net, how, engine):
    twin, refused, numbers = net.copy(), [], []
    how |= {"validation": (X, T), "early_stopping": ns.EarlyStopping(patience=9)}

    def ask():
        for name, read in READS.items():
            try:
                read(net, training)
            except StaleError as error:
                refused.append((name, str(error).partition("; ")[0]))
        numbers.append((net["y1"].output, net["x1", "y1"].weight))  # one number is always whole

    def reads(*_):
        if not refused:
            in_another_thread(ask)
        return 0.0

    ns.register_metric(reads, name="reads")
    try:
        training = ns.Training(net, X, T, metrics=["reads"], **how)
        training.watch(3)
    finally:
        ns.unregister_metric("reads")

    ns.Training(twin, X, T, **how).watch(3)
    told = "network 'guarded': is being trained, got a second use"
    names = list(READS) if engine == "graph" else OF_THE_TRAINING
    assert refused == [(name, told) for name in names]
    assert len(numbers) == 1
    assert net.parameters().tolist() == twin.parameters().tolist()


def test_a_stream_measures_and_restores_as_part_of_its_training(net, how):
    told = []

    def ask():
        try:
            ns.Training(net, X, T, **how)
        except StaleError as error:
            told.append(str(error))

    def asks(*_):
        in_another_thread(ask)
        return 0.0

    ns.register_metric(asks, name="asks")
    try:
        options = {"validation": (X, T), "early_stopping": ns.EarlyStopping(patience=1)}
        epochs = ns.epochs(net, lambda: [(X, T)], epochs=2, metrics=["asks"], **options, **how)
        list(zip(range(2), epochs, strict=False))
    finally:
        ns.unregister_metric("asks")
    assert len(told) == 2

    ns.train(net, X, T, epochs=5, **how)
    kept = net.parameters().tolist()
    with pytest.raises(StaleError, match="another training of it has begun"):
        next(epochs)  # would restore what it had found best
    assert net.parameters().tolist() == kept
