"""Batches that come one by one train a network as rows in memory do."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import StaleError
from neurosim.training.streaming.batches import grouped
from tests.each import each

X = np.random.default_rng(0).normal(size=(32, 3))
T = np.tanh(X @ np.array([[1.0], [-1.0], [0.5]]))
OPTIONS = {"optimizer": "adam", "epochs": 4}


def network():
    net = ns.Network(seed=1)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="tanh")
    net.add_layer("y", 1)
    net.connect("x", "h")
    net.connect("h", "y")
    return net


def batches():
    for first in range(0, len(X), 10):
        yield X[first : first + 10], T[first : first + 10]


@pytest.mark.parametrize("engine", ["graph", "compiled"])
@pytest.mark.parametrize("given", [batches, list(batches())], ids=["function", "list"])
def test_batches_train_to_the_bits_of_the_same_rows_in_memory(engine, given):
    here, there = network(), network()

    streamed = ns.train(here, given, engine=engine, **OPTIONS)
    held = ns.train(there, X, T, batch_size=10, engine=engine, **OPTIONS)

    assert streamed.state == held.state
    assert streamed.loss == held.loss
    assert here.parameters().tobytes() == there.parameters().tobytes()


def test_early_stopping_restores_the_same_epoch_as_in_memory():
    here, there = network(), network()
    options = {"optimizer": ns.SGD(0.5), "epochs": 60, "validation": (X[:8], -T[:8])}
    options |= {"early_stopping": ns.EarlyStopping(patience=2), "metrics": ["r2"]}

    streamed = ns.train(here, batches, **options)
    held = ns.train(there, X, T, batch_size=10, **options)

    assert 0 < len(streamed.loss) < 60
    assert streamed.validation_loss == held.validation_loss
    assert streamed.metrics == held.metrics
    assert (streamed.best_epoch, streamed.stopped) == (held.best_epoch, held.stopped)
    assert here.parameters().tobytes() == there.parameters().tobytes()


def test_an_iterator_gives_one_epoch_and_then_is_exhausted():
    given = batches()

    assert len(ns.train(network(), given, optimizer="adam", epochs=1).loss) == 1
    with pytest.raises(ns.NeurosimError, match="expected one, not an exhausted iterator"):
        ns.train(network(), given, optimizer="adam", epochs=1)
    with pytest.raises(ns.NeurosimError, match="exhausted after one epoch, got 2 epochs"):
        ns.train(network(), batches(), optimizer="adam", epochs=2)


def test_a_function_that_returns_the_same_iterator_again_is_refused_in_its_second_epoch():
    once = batches()

    with pytest.raises(ns.NeurosimError, match="epoch 1: got no batch; expected a function"):
        ns.train(network(), lambda: once, optimizer="adam", epochs=2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (X, "T: missing beside X"),
        (3, "batches: got 3; expected a function"),
        (lambda: 3, "the function gave 3; expected an iterator"),
        ([X[0]], "epoch 0, batch 0: got array"),
        ([(X, T), (X[:, :2], T)], "epoch 0, batch 1: X"),
        ([(X, T[:3])], "epoch 0, batch 0: T: got"),
    ],
)
def test_what_is_no_batch_is_told_with_its_place(given, words):
    with pytest.raises(ns.NeurosimError, match=words):
        ns.train(network(), given, optimizer="adam", epochs=1)


@each(
    "options",
    [
        {"batch_size": 4},
        {"shuffle": True},
        {"weights": np.ones(32)},
        {"class_weight": "balanced"},
        {"norms": True},
        {"seeds": range(2)},
        {"validate": {"folds": 2}},
        {"metrics": ["r2"]},
        {"schedule": ns.Exponential(factor=0.9)},
    ],
)
def test_what_needs_all_rows_is_refused_by_its_name(options):
    with pytest.raises(ns.NeurosimError, match=f"^{next(iter(options))}: got"):
        ns.train(network(), batches, optimizer="adam", epochs=1, **options)


def test_a_training_that_diverges_says_in_which_batch_and_keeps_those_before():
    ones, huge = [(X[:5], T[:5])] * 3, [(X[:5], T[:5] * 1e300)]
    here, there = network(), network()

    with pytest.raises(ns.DivergedError, match=r"^epoch 0, batch 3: not finite at y1"):
        ns.train(here, ones + huge + ones, optimizer=ns.SGD(0.01), epochs=1)

    ns.train(there, ones, optimizer=ns.SGD(0.01), epochs=1)
    assert here.parameters().tobytes() == there.parameters().tobytes()


def test_batches_of_any_sizes_train_as_if_each_were_taken_by_itself(monkeypatch):
    """Which batches go to the engine at once leaves no trace, also not in noise."""
    sizes = [4, 4, 3, 5, 5, 1, 1, 1, 2, 6]
    ends = np.cumsum(sizes)
    parts = [(X[e - n : e], T[e - n : e]) for n, e in zip(sizes, ends, strict=True)]

    def trained():
        net = network()
        net.layer("h").dropout = 0.25
        history = ns.train(net, parts, input_noise=0.1, **OPTIONS)
        return history.loss, history.state

    together = trained()
    groups = [(g.first, len(g.X), g.batch_size) for g in grouped(parts)]
    monkeypatch.setattr("neurosim.training.streaming.batches._MOST_NUMBERS", 1)

    assert groups == [(0, 11, 4), (3, 11, 5), (6, 2, 1), (8, 2, 2), (9, 6, 6)]
    assert [len(g.X) for g in grouped(parts)] == sizes
    assert trained() == together


def test_a_group_holds_no_more_than_its_room(monkeypatch):
    monkeypatch.setattr("neurosim.training.streaming.batches._MOST_NUMBERS", 84)

    assert [len(g.X) for g in grouped(batches())] == [20, 12]  # 10 rows of 4 numbers are 40


def test_batches_before_a_wrong_one_are_trained_on():
    good, here, there = list(batches())[:2], network(), network()

    with pytest.raises(ns.NeurosimError, match="epoch 0, batch 2: X"):
        ns.train(here, [*good, (X[:, :2], T)], epochs=1, optimizer="adam")

    ns.train(there, good, epochs=1, optimizer="adam")
    assert here.parameters().tobytes() == there.parameters().tobytes()


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_a_network_goes_on_from_a_state_to_the_bits_of_one_call(engine):
    one, other = network(), network()
    options = {"optimizer": "adam", "engine": engine}
    whole = ns.train(one, batches, epochs=4, **options)
    first = ns.train(network(), batches, epochs=2, **options)

    rest = ns.train(other, batches, epochs=2, state=first.state, **options)  # a fresh network

    assert first.loss + rest.loss == whole.loss
    assert rest.state == whole.state
    assert one.parameters().tobytes() == other.parameters().tobytes()


def test_a_state_in_the_midst_of_an_epoch_is_refused():
    training = ns.Training(network(), X, T, optimizer="adam", batch_size=10)
    training.advance(batches=2)

    with pytest.raises(ns.NeurosimError, match="state: got one in the midst of epoch 0"):
        ns.train(network(), batches, optimizer="adam", epochs=1, state=training.state)


def test_progress_is_told_on_standard_error(capsys):
    told = ns.train(network(), batches, **OPTIONS, progress=True)

    line = capsys.readouterr().err.split("\r")[-1]
    assert line.startswith("epoch 4/4 [####################] loss ")
    assert f"loss {told.loss[-1]:.6g}, rate 0.001" in line
    assert line.endswith("\n")


def test_epochs_over_batches_are_those_of_rows_in_memory():
    here, there = network(), network()
    options = {"optimizer": ns.SGD(0.5), "epochs": 60, "validation": (X[:8], -T[:8])}
    options |= {"early_stopping": ns.EarlyStopping(patience=2), "metrics": ["r2"]}

    def seen(net, *rows, **more):
        return [
            (e.number, e.loss, e.validation_loss, e.metrics, e.rate, net.parameters().tobytes())
            for e in ns.epochs(net, *rows, **options, **more)
        ]

    streamed = seen(here, batches)

    assert 0 < len(streamed) < 60
    assert streamed == seen(there, X, T, batch_size=10)
    assert here.parameters().tobytes() == there.parameters().tobytes()  # the best epoch's


def test_what_is_changed_between_epochs_over_batches_holds_from_there_on():
    def trained(*rows, **more):
        net = network()
        for epoch in ns.epochs(net, *rows, **OPTIONS, **more):
            if epoch.number == 1:
                net["x1", "h1"].weight = 0.5
                net["x2", "h1"].trainable = False
        return net.parameters().tobytes()

    assert trained(batches) == trained(X, T, batch_size=10)


def test_epochs_over_batches_refuse_a_second_training_and_an_edited_network():
    net = network()
    given = ns.epochs(net, batches, **OPTIONS)
    next(given)
    net.remove_neuron("x3")  # the batches no longer fit, either

    with pytest.raises(StaleError, match="its structure changed during training"):
        next(given)

    given = ns.epochs(net := network(), batches, **OPTIONS)
    ns.epochs(net, X, T, **OPTIONS)
    with pytest.raises(StaleError, match="another training of it has begun"):
        next(given)


def test_batches_where_rows_are_expected_are_refused_with_a_cure():
    with pytest.raises(ns.NeurosimError, match=r"expected X and T, or ns.epochs\(net, batches"):
        ns.Training(network(), batches, optimizer="adam")
    with pytest.raises(ns.NeurosimError, match="batches: got 3; expected a function"):
        ns.epochs(network(), 3, **OPTIONS)
    with pytest.raises(ns.NeurosimError, match="T: missing beside X"):
        ns.epochs(network(), X, **OPTIONS)
    with pytest.raises(ns.NeurosimError, match="T: missing beside X"):
        ns.Training(network(), X, optimizer="adam")


def test_a_loader_of_torch_and_a_zip_give_the_bits_of_a_list():
    torch = pytest.importorskip("torch")
    of_tensors = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(T))
    loader = torch.utils.data.DataLoader(of_tensors, batch_size=10)

    listed = ns.train(network(), list(batches()), **OPTIONS)
    loaded = ns.train(network(), loader, **OPTIONS)
    zipped = ns.train(network(), lambda: zip(*zip(*batches(), strict=True), strict=True), **OPTIONS)

    assert loaded.loss == zipped.loss == listed.loss
    assert loaded.state == zipped.state == listed.state
