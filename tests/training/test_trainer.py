"""Training, step for step by hand: o1 = w * x1, so dL/dw = (w*x - t) * x for half squared error."""

import numpy as np
import pytest

import neurosim as ns
from tests.each import each

X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]
RATE = ns.SGD(0.1)


@pytest.mark.parametrize(
    ("options", "expected"),  # of each epoch: its loss, and the weight after it
    [
        # all rows at once: the mean gradient at 0 is -(1 + 2 + 3)/3, at .2 it is (.2*14 - 6)/3
        ({}, [(0.5, 0.2), ((0.64 + 0.36 + 0.16) / 6, 0.2 + 0.32 / 3)]),
        # added up: -6, at .6 it is 2.4
        ({"reduction": "sum"}, [(1.5, 0.6), ((0.16 + 0.04 + 0.64) / 2, 0.36)]),
        # rows 1 and 2, then row 3: -(1 + 2)/2, then (.45 - 1)*3
        ({"batch_size": 2}, [((1.0 + 0.55**2 / 2) / 3, 0.315)]),
        ({"batch_size": 2, "reduction": "sum"}, [(1.0 + 0.1**2 / 2, 0.33)]),
        # row by row: -1, then (.2 - 1)*2, then (.78 - 1)*3
        ({"batch_size": 1}, [((0.5 + 0.32 + 0.22**2 / 2) / 3, 0.326)]),
        ({"batch_size": 1, "reduction": "sum"}, [(0.5 + 0.32 + 0.22**2 / 2, 0.326)]),
        # a batch of more than there are is all of them
        ({"batch_size": 50}, [(0.5, 0.2)]),
    ],
    ids=str,
)
def test_batches_and_reductions_move_a_weight_as_by_hand(
    line, engine, assert_close, options, expected
):
    options = {"optimizer": RATE, "epochs": len(expected), "engine": engine} | options

    found = [(epoch.loss, line["x1", "o1"].weight) for epoch in ns.epochs(line, X, T, **options)]

    assert_close(found, expected, 1e-15)


def test_the_defaults_are_half_squared_error_its_mean_all_rows_in_order_compiled(make_line):
    plain, said = make_line(), make_line()

    short = ns.train(plain, X, T, optimizer=RATE, epochs=3)
    full = ns.train(
        said, X, T, loss="half_squared_error", optimizer=RATE, epochs=3, batch_size=None,
        shuffle=False, reduction="mean", engine="compiled", seed=None, penalty=None,
    )  # fmt: skip

    assert short.loss == full.loss
    assert plain["x1", "o1"].weight == said["x1", "o1"].weight
    assert short.state == full.state


@each(
    ("options", "expected"),
    [
        # w = 1: the errors are 0, 1, 2, the gradients 0, 2, 6; the penalty is .6 * 1 / rows
        ({"reduction": "mean"}, 1 - 0.1 * (8 / 3 + 0.2)),
        ({"reduction": "sum"}, 1 - 0.1 * (8 + 0.2)),
        ({"penalty": ns.L2(0.6)}, 1 - 0.1 * (8 / 3 + 0.2)),
        # rows 1 and 2: 2/2 and .6/2 leave .87; row 3: (2.61 - 1)*3 and .6*.87/1
        ({"batch_size": 2}, 0.87 - 0.1 * (1.61 * 3 + 0.522)),
        ({"batch_size": 2, "reduction": "sum"}, 0.77 - 0.1 * (1.31 * 3 + 0.462)),
    ],
)
def test_a_penalty_adds_strength_times_weight_by_rows(
    make_line, engine, assert_close, options, expected
):
    net = make_line(1.0)

    ns.train(
        net, X, T, optimizer=RATE, epochs=1, engine=engine, **({"penalty": {"l2": 0.6}} | options)
    )

    assert_close(net["x1", "o1"].weight, expected, 1e-15)


def test_a_penalty_leaves_biases_alone_and_the_loss_is_without_it(make_line, engine):
    net = make_line(0.0, bias=5.0)

    history = ns.train(
        net, [[1.0]], [[5.0]], optimizer=RATE, epochs=2, engine=engine, penalty={"l2": 100.0}
    )

    assert net["o1"].bias == 5.0
    assert history.loss == (0.0, 0.0)


@pytest.mark.parametrize(
    "optimizer",
    [
        ns.SGD(0.1, momentum=0.9),
        ns.Adam(0.1),
        ns.AdamW(0.1, weight_decay=0.5),
        ns.NAdam(0.1),
        ns.KerasAdam(0.1),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_what_is_frozen_stays_and_is_not_decayed(net, data, engine, optimizer):
    net["x1", "h1"].trainable = False
    net["h2"].bias_trainable = False
    before = net.parameters()
    frozen = [net.parameter_names().index(name) for name in ("x1->h1", "h2.bias")]

    history = ns.train(
        net, *data, optimizer=optimizer, epochs=3, batch_size=4, engine=engine, penalty={"l2": 1.0}
    )

    assert np.flatnonzero(net.parameters() == before).tolist() == sorted(frozen)
    start = np.array(optimizer.start)[:, None]
    assert (history.state.memory[:, frozen] == start).all()


def test_to_train_is_to_drain_the_epochs(net, data, engine):
    twin = net.copy()
    options = {
        "optimizer": ns.Adam(0.05), "epochs": 30, "batch_size": 4, "shuffle": True, "engine": engine
    }  # fmt: skip

    history = ns.train(net, *data, **options)
    drained = list(ns.epochs(twin, *data, **options))

    assert history.loss == tuple(epoch.loss for epoch in drained)
    assert history.state == drained[-1].state
    assert net.parameters().tobytes() == twin.parameters().tobytes()


def test_an_epoch_says_where_it_is_and_how_fast_it_learns(line, engine):
    first, second = ns.epochs(line, X, T, optimizer=RATE, epochs=2, engine=engine)

    assert [first.number, second.number] == [0, 1]
    assert [first.state.position, second.state.position] == [(1, 0, 1), (2, 0, 2)]
    assert first.rate == 0.1
    assert first.seconds > 0.0
    assert (first.validation_loss, first.metrics) == (None, {})
    assert str(first) == "epoch 0: loss 0.5"
    assert str(ns.train(line, X, T, optimizer=RATE, epochs=0, engine=engine)) == "0 epochs"


def test_an_abandoned_iterator_leaves_the_objects_whole(line, engine):
    for epoch in ns.epochs(line, X, T, optimizer=RATE, epochs=10, engine=engine):  # noqa: B007
        break

    assert line["x1", "o1"].weight == pytest.approx(0.2, abs=1e-15)
    assert line.parameters().tobytes() == epoch.state.parameters.tobytes()
    line.add_neuron("s")  # no pass is left open that would forbid it
    assert line.forward([2.0])[0] == 2.0 * line["x1", "o1"].weight


def test_nothing_is_trained_before_somebody_iterates(line, engine):
    epochs = ns.epochs(line, X, T, optimizer=RATE, epochs=1, engine=engine)

    assert line["x1", "o1"].weight == 0.0
    next(epochs)
    assert line["x1", "o1"].weight != 0.0


@pytest.mark.parametrize(
    "given",
    [
        lambda a: np.array(a, dtype=np.float64),
        lambda a: np.array(a, dtype=np.float64, order="F"),
        lambda a: np.array(a, dtype=np.int64),
        lambda a: np.repeat(np.array(a), 2, axis=0)[::2],
        lambda a: [list(row) for row in a],
    ],
    ids=["float", "fortran", "integer", "view", "list"],
)
def test_samples_and_targets_are_never_modified(make_line, engine, given):
    net, inputs, targets = make_line(), given(X), given(T)
    if isinstance(inputs, np.ndarray):
        inputs.flags.writeable = targets.flags.writeable = False

    options = {"optimizer": RATE, "batch_size": 2, "shuffle": True, "engine": engine}
    ns.train(net, inputs, targets, epochs=3, validation=(inputs, targets), **options)
    ns.loss_and_gradients(net, inputs, targets, engine=engine)
    ns.agree(net, inputs, targets, updates=2)

    assert np.array_equal(np.asarray(inputs), X)
    assert np.array_equal(np.asarray(targets), T)


def test_one_optimizer_serves_several_runs(make_line, engine):
    adam, nets = ns.Adam(0.1), [make_line(), make_line()]

    first, second = (
        ns.train(net, X, T, optimizer=adam, epochs=5, engine=engine).loss for net in nets
    )

    assert first == second
    assert adam == ns.Adam(0.1)
