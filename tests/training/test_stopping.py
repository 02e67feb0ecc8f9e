"""Stops of a training, and schedules that go by its losses: the same in every engine."""

import time

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from neurosim.functions.schedules.base import require_schedule
from neurosim.interpreter.steps import Updated
from neurosim.kernel.library import why_no_kernel
from neurosim.training.stopping.stops import EarlyStopping, Stops, Watched


@pytest.fixture
def rows():
    """Thirty noisy rows of yes and no, and ten of validation."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    T = (X[:, :1] * X[:, 1:2] + 0.5 * rng.normal(size=(40, 1)) > 0.0).astype(float)
    return X[:30], T[:30], (X[30:], T[30:])


@pytest.fixture
def network():
    net = ns.Network(seed=3)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="tanh")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    net.connect("x", "o")
    return net


BASE = {"optimizer": ns.SGD(1.5), "epochs": 150, "batch_size": 7, "shuffle": True, "seed": 1}
WAYS = [
    {"schedule": {"plateau": {"patience": 1, "factor": 0.5}}},
    {"schedule": {"plateau": {"patience": 2, "cooldown": 3, "warm_up": 4}}},
    {"schedule": {"adaptive": {"patience": 2, "least_change": 0.01}}},
    {"early_stopping": {"patience": 6}},
    {"early_stopping": {"patience": 9, "monitor": "accuracy", "least_change": 0.01}},
    {"until": {"loss": 0.1}},
    {"until": {"accuracy": 0.8, "loss": 0.16}},
    {"early_stopping": {"patience": 20}, "schedule": {"plateau": {"patience": 3}}},
]
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "is_validated", [False, pytest.param(True, marks=pytest.mark.slow)]
)


@pytest.mark.quick("{'until", "{'early_stopping': {'patience': 6}")
@WITH_AND_WITHOUT
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_all_engines_go_the_same_way(network, rows, way, is_validated, assert_close):
    X, T, validation = rows
    options = BASE | way | ({"validation": validation} if is_validated else {})
    nets = [network.copy() for _ in range(5)]

    walked = ns.train(nets[0], X, T, engine="graph", **options)
    ran = ns.train(nets[1], X, T, **options)
    by_arrays = ns.train(nets[2], X, T, program="arrays", **options)
    epochs = list(ns.epochs(nets[3], X, T, **options))
    (one_of_many,) = ns.train_many([nets[4]], X, T, **options)

    assert len(walked.loss) == len(ran.loss) == len(by_arrays.loss) == len(epochs)
    assert walked.best_epoch == ran.best_epoch == by_arrays.best_epoch == one_of_many.best_epoch
    assert tuple(epoch.rate for epoch in epochs) == walked.rate == ran.rate
    assert_close(nets[2].parameters(), nets[0].parameters(), 1e-12)
    for net in nets[3:]:
        assert (net.parameters() == nets[1].parameters()).all()
    if why_no_kernel() is None:
        assert (nets[1].parameters() == nets[0].parameters()).all()


@pytest.mark.quick("compiled")
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_however_a_training_is_cut_it_goes_the_same_way(network, rows, engine, way):
    X, T, validation = rows
    options = BASE | way | {"engine": engine, "validation": validation}
    del options["epochs"]
    other = network.copy()

    ns.Training(network, X, T, **options).advance(epochs=12)
    pieces = ns.Training(other, X, T, **options)
    state = pieces.state
    for epochs in (1, 4, 2, 5):
        state = pieces.state
        pieces.advance(epochs=epochs)
    pieces.state = state
    pieces.advance(epochs=5)

    assert (other.parameters() == network.parameters()).all()


def test_batches_end_epochs_as_epochs_do(network, rows, engine):
    X, T, _ = rows
    options = BASE | {"engine": engine, "schedule": {"plateau": {"patience": 0, "factor": 0.5}}}
    del options["epochs"]
    other = network.copy()
    by_epochs, by_batches = (ns.Training(n, X, T, **options) for n in (network, other))

    by_epochs.advance(epochs=20)
    by_batches.advance(batches=47)
    by_batches.advance(batches=53)

    assert by_batches.state == by_epochs.state
    assert by_epochs.state.schedule[0] < 1.5


def test_the_best_parameters_are_restored(network, rows, engine):
    X, T, validation = rows
    other = network.copy()
    options = BASE | {"engine": engine, "validation": validation}

    found = ns.train(network, X, T, **options, early_stopping={"patience": 6})
    best = found.best_epoch
    plain = ns.train(other, X, T, **options | {"epochs": best + 1})

    assert found.validation_loss[best] == min(found.validation_loss)
    assert len(found.loss) == best + 7
    assert found.stopped == f"no better loss since epoch {best} ({min(found.validation_loss):.6g})"
    assert (network.parameters() == other.parameters()).all()
    assert (found.state.parameters == plain.state.parameters).all()


def test_the_best_parameters_are_restored_where_the_epochs_run_out(network, rows, engine):
    X, T, validation = rows
    options = BASE | {"engine": engine, "validation": validation, "epochs": 20}

    found = ns.train(network, X, T, **options, early_stopping={"patience": 100})

    assert len(found.loss) == 20
    assert found.stopped == ""
    loss = ns.Training(network, *validation, optimizer=ns.SGD(1.0)).loss()
    assert loss == pytest.approx(min(found.validation_loss), abs=1e-15)


def test_until_stops_at_the_first_epoch_that_reaches_the_goal(network, rows, engine):
    X, T, _ = rows

    found = ns.train(network, X, T, **BASE, engine=engine, until={"loss": 0.1})

    assert found.loss[-1] <= 0.1 < min(found.loss[:-1])
    assert found.stopped == f"loss {found.loss[-1]:.6g} reached in epoch {len(found.loss) - 1}"


def test_until_takes_all_goals_and_measures_their_metrics(network, rows, engine):
    X, T, validation = rows
    options = BASE | {"engine": engine, "validation": validation}

    found = ns.train(network, X, T, **options, until={"accuracy": 0.7, "rmse": 0.5})

    pairs = list(zip(found.metrics["accuracy"], found.metrics["rmse"], strict=True))
    reached = [accuracy >= 0.7 and rmse <= 0.5 for accuracy, rmse in pairs]
    assert reached == [False] * (len(reached) - 1) + [True]


@pytest.mark.slow
def test_a_time_limit_ends_a_training(network, rows):
    X, T, _ = rows
    begin = time.perf_counter()

    found = ns.train(network, X, T, **BASE | {"epochs": 10**8, "time_limit": 0.2})

    assert time.perf_counter() - begin < 5.0
    assert 0 < len(found.loss) < 10**8
    assert found.stopped == "time limit of 0.2 s"


def test_a_stopped_training_goes_no_further_until_the_best_is_restored(network, rows):
    X, T, _ = rows
    options = BASE | {"early_stopping": {"patience": 2}}
    del options["epochs"]
    training = ns.Training(network, X, T, **options)

    training.watch(150)

    assert training.stopped.startswith("no better loss since epoch ")
    assert training.watch(10).loss == ()
    assert list(training.epochs(10)) == []
    training.restore_best()
    assert len(training.advance(epochs=1)) == 1


def test_a_debugger_is_at_its_end_where_a_stop_is(network, rows, engine):
    X, T, validation = rows
    options = BASE | {"engine": engine, "validation": validation, "early_stopping": {"patience": 6}}
    options["epochs"] = 40
    other = network.copy()
    n_epochs = len(ns.train(other, X, T, **options).loss)
    session = ns.debug(network, X, T, **options)

    session.run()

    assert session.is_over
    assert session.position.epoch == n_epochs < 40
    digest = session.digest()
    session.goto(epoch=2, sample=5)
    session.run()
    assert session.digest() == digest


@pytest.mark.quick("compiled")
@pytest.mark.parametrize("is_walked", [False, True])
def test_the_steps_of_a_debugger_have_the_reduced_rate(network, rows, engine, is_walked):
    X, T, validation = rows
    options = BASE | {"engine": engine, "validation": validation, "epochs": 14}
    options |= {"schedule": {"plateau": {"patience": 1, "factor": 0.5}}}
    expected = ns.train(network.copy(), X, T, **options).rate
    session = ns.debug(network, X, T, **options)

    found = []
    for epoch in range(14):
        if is_walked:
            session.until(f"epoch {epoch}") if epoch else None
        session.goto(epoch=epoch, phase="update")
        step = session.coming_step
        assert isinstance(step, Updated)
        found.append(step.rate)

    assert tuple(found) == expected
    assert len(set(found)) > 1


def losses(rng):
    """A course that falls, stays and jumps."""
    return np.concatenate([np.linspace(2, 1, 12), 1 + rng.random(20) / 100, [0.5], [0.7] * 17])


@pytest.mark.parametrize(
    "options",
    [{}, {"patience": 3, "factor": 0.5}, {"patience": 2, "cooldown": 4, "lowest": 0.01}],
    ids=str,
)
def test_plateau_is_reduced_as_by_torch(options, assert_close):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    theirs = {"lowest": "min_lr"}
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, **{theirs.get(name, name): value for name, value in options.items()}
    )
    schedule = require_schedule({"plateau": options})

    memory, ours, expected = schedule.start(0.3), [], []
    for loss in losses(np.random.default_rng(7)).tolist():
        memory = schedule.after(memory, loss)
        peer.step(loss)
        ours.append(memory[0])
        expected.append(optimizer.param_groups[0]["lr"])

    assert_close(ours, expected, 1e-12)
    assert len(set(expected)) > 1 or not options


def watched(numbers, **options):
    """Of each number what early stopping makes of it: best epoch, waited, whether it stops."""
    stops, found, before = Stops(EarlyStopping(**options), None), [], Watched()
    for epoch, number in enumerate(numbers):
        theta = np.array([float(epoch)])
        before = stops.after(before, epoch, {options.get("monitor", "loss"): number}, theta)
        assert before.parameters == [before.best_epoch]
        found.append((before.best_epoch, before.waited, bool(before.stopped)))
    return found


def test_patience_counts_epochs_without_progress():
    assert watched([3.0, 2.0, 2.0, 2.5, 1.0, 1.0, 1.0], patience=3) == [
        (0, 0, False), (1, 0, False), (1, 1, False), (1, 2, False), (4, 0, False), (4, 1, False),
        (4, 2, False),
    ]  # fmt: skip
    assert watched([1.0, 1.0, 1.0], patience=2)[-1] == (0, 2, True)


def test_a_smaller_change_is_kept_but_is_no_progress():
    assert watched([3.0, 2.9, 2.8], patience=2, least_change=0.5) == [
        (0, 0, False), (1, 1, False), (2, 2, True),
    ]  # fmt: skip


def test_of_an_accuracy_more_is_better_and_of_an_error_less():
    assert watched([0.5, 0.6, 0.4], patience=9, monitor="accuracy")[-1] == (1, 1, False)
    assert watched([0.5, 0.6, 0.4], patience=9, monitor="mae")[-1] == (2, 0, False)


BAD = [
    ({"early_stopping": 5}, WrongTypeError, "early_stopping: got 5; expected None or a mapping"),
    (
        {"early_stopping": {"patience": 0}},
        InvalidValueError,
        "patience: got 0; expected an integer",
    ),
    ({"early_stopping": {"patients": 1}}, WrongTypeError, "(did you mean 'patience'?)"),
    ({"early_stopping": {"monitor": "acuracy"}}, UnknownNameError, "(did you mean 'accuracy'?)"),
    (
        {"early_stopping": {"least_change": -1}},
        InvalidValueError,
        "least_change: got -1; expected",
    ),
    ({"until": 0.1}, WrongTypeError, "until: got 0.1; expected None or a mapping like"),
    ({"until": {}}, WrongTypeError, "until: got {}; expected None or a mapping like"),
    (
        {"until": {"los": 0.1}},
        UnknownNameError,
        "until: unknown number 'los' (did you mean 'loss'?)",
    ),
    ({"until": {"loss": "a"}}, WrongTypeError, "until: loss: no number, got 'a'"),
    ({"time_limit": 0}, InvalidValueError, "time_limit: got 0; expected seconds > 0"),
]


@pytest.mark.parametrize(("given", "kind", "words"), BAD, ids=str)
def test_a_bad_stop_is_refused_with_words(line, given, kind, words):
    with pytest.raises(kind) as caught:
        ns.train(line, [[1.0]], [[1.0]], optimizer=ns.SGD(0.1), epochs=1, **given)

    assert words in str(caught.value)
