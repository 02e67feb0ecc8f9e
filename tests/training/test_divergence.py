"""Training stops at the first number that is not finite, and says where it came up."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.training.engines.contract import Batches
from tests.each import each

ADVICE = "expected finite numbers (a smaller learning rate, or scaled inputs, may help)"


def diverging(net, X, T, **options):
    with pytest.raises(ns.DivergedError) as caught:
        ns.train(net, X, T, **({"optimizer": ns.SGD(0.1), "epochs": 5} | options))

    assert str(caught.value).endswith(ADVICE)
    return str(caught.value)


def test_a_connection_that_overflows_is_named(make_line, engine):
    net = make_line(1.0)

    words = diverging(net, [[1.0], [2.0]], [[0.0], [0.0]], optimizer=ns.SGD(1e308), engine=engine)

    # the mean gradient is (1 + 4)/2, and 2.5e308 is more than a float holds
    assert words.startswith("epoch 0, batch 0: not finite, got w(x1->o1) = 1 - 1e+308*(5/2) = -inf")
    assert net["x1", "o1"].weight == 1.0


def test_a_neuron_that_overflows_is_named_with_its_sum(engine):
    net = ns.Network("long lever")
    net.add_layer("x", 1)
    net.add_layer("h", 2, bias=None)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "h", weights=[[1.0, 1e200]])
    net.connect("h", "o", weight=1.0)

    words = diverging(net, [[1e200]], [[0.0]], engine=engine)

    expected = "epoch 0, batch 0: not finite, got h2: net = 0 + 1e+200*1e+200 = inf"
    assert words.startswith(expected)


@pytest.mark.parametrize(
    ("batch_size", "where", "kept"),
    [(None, "epoch 1, batch 0", -2.5e162), (1, "epoch 0, batch 1", -1e162)],
)
def test_the_epoch_and_batch_count_from_0(make_line, engine, batch_size, where, kept):
    net = make_line(1.0)
    options = {"optimizer": ns.SGD(1e160), "batch_size": batch_size, "engine": engine}

    # the first update throws w to -1e162 or beyond; its square is then too much
    words = diverging(net, [[10.0], [20.0]], [[0.0], [0.0]], **options)

    assert words.startswith(f"{where}: not finite")
    assert net["x1", "o1"].weight == pytest.approx(kept, rel=1e-12)


def test_far_into_a_training_the_place_is_found_and_the_last_values_kept(make_line, engine):
    net, twin = make_line(1.0), make_line(1.0)
    options = {"optimizer": ns.SGD(2.5), "engine": engine}  # w is -1.5 times itself each epoch

    words = diverging(net, [[1.0]], [[0.0]], epochs=10_000, **options)

    # 1.5^876 squared is the first to be above 1.8e308: 876 = ceil(log(1.9e154)/log(1.5))
    assert words.startswith("epoch 876, batch 0: not finite")
    ns.train(twin, [[1.0]], [[0.0]], epochs=876, **options)
    assert net["x1", "o1"].weight == twin["x1", "o1"].weight


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_a_divergence_is_found_without_going_every_batch_again(
    make_line, engine, n_rows, monkeypatch
):
    net, advanced, original = make_line(1.0), [], Batches.advance
    monkeypatch.setattr(Batches, "advance", lambda run: advanced.append(1) or original(run))
    options = {"optimizer": ns.SGD(2.5), "batch_size": 1, "engine": engine}

    words = diverging(net, [[1.0]] * n_rows, [[0.0]] * n_rows, epochs=10_000, **options)

    assert words.startswith(f"epoch {876 // n_rows}, batch 0: not finite")
    assert len(advanced) <= n_rows


def test_the_epochs_before_were_yielded(make_line, engine):
    options = {"optimizer": ns.SGD(1e160), "epochs": 5, "engine": engine}
    epochs = ns.epochs(make_line(1.0), [[10.0]], [[0.0]], **options)

    assert next(epochs).loss == 50.0
    with pytest.raises(ns.DivergedError, match="epoch 1, batch 0"):
        next(epochs)


def test_a_diverged_training_leaves_no_warning_and_no_open_pass(make_line, engine):
    net = make_line(1.0)
    diverging(net, [[10.0]], [[0.0]], optimizer=ns.SGD(1e160), engine=engine)

    net.reset()
    net.add_neuron("s")

    assert np.isfinite(net.forward([10.0])).all()


def test_a_loss_that_overflows_names_the_outputs_it_was_measured_on(make_line, engine):
    words = diverging(make_line(1e200), [[1.0]], [[0.0]], engine=engine)

    assert words.startswith("epoch 0, batch 0: not finite at o1, got L = (0 - 1e+200)^2/2 = inf")


@pytest.mark.parametrize(("weight", "x", "rate"), [(1.0, 1.0, 1e30), (1e200, 1.0, 0.1)])
def test_what_is_too_large_for_single_precision_diverges_without_a_warning(
    make_line, weight, x, rate
):
    net = make_line(weight)

    words = diverging(net, [[x]], [[0.0]], optimizer=ns.SGD(rate), precision="single")

    assert "not finite" in words


@each("activation", ["identity", "relu", "tanh"])
def test_an_output_that_is_no_probability_is_said_to_lack_a_sigmoid(activation, engine):
    net = _output(activation, weight=-1.0)
    options = {"loss": "binary_cross_entropy", "optimizer": ns.SGD(0.1), "engine": engine}

    with pytest.raises(ns.DivergedError) as caught:
        ns.train(net, [[1.0]], [[1.0]], epochs=1, **options)

    assert str(caught.value).endswith(
        f"; expected an output between 0 and 1: o1 is {activation}, where binary_cross_entropy"
        " needs a sigmoid"
    )
    assert "learning rate" not in str(caught.value)


def test_of_a_sigmoid_output_it_is_not_said():
    options = {"loss": "binary_cross_entropy", "optimizer": ns.SGD(1e300)}

    diverging(_output("sigmoid", weight=1.0), [[1e10]], [[0.0]], **options)


def _output(activation, weight):
    net = ns.Network("line")
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation=activation)
    net.connect("x", "o", weight=weight)
    return net


def test_only_single_precision_diverges_where_double_would_not(make_line):
    options = {"optimizer": ns.SGD(1e30), "epochs": 2}

    words = diverging(make_line(1.0), [[1.0]], [[0.0]], **options, precision="single")

    assert words.startswith("epoch 1, batch 0: not finite in single precision, though in double;")
    assert ns.train(make_line(1.0), [[1.0]], [[0.0]], **options).loss[1] < 1e60


def test_agree_says_in_which_update_a_training_diverges(make_line):
    with pytest.raises(ns.DivergedError, match="engine 'graph': update 1: epoch 1, batch 0: not"):
        ns.agree(make_line(1.0), [[10.0]], [[0.0]], optimizer=ns.SGD(1e200), updates=9)


@pytest.mark.quick("compiled-options0")
@pytest.mark.parametrize("options", [{}, {"validation": ([[1.0]], [[0.0]])}])
def test_the_losses_before_are_past_however_long_the_stretches_were(make_line, engine, options):
    found = []
    for gone in (ns.Training.watch, lambda training, n: list(training.epochs(n)),
                 lambda training, n: training.advance(batches=n)):  # fmt: skip
        training = ns.Training(
            make_line(1.0), [[1.0]], [[0.0]], optimizer=ns.SGD(2.5), engine=engine, **options
        )
        with pytest.raises(ns.DivergedError):
            gone(training, 2000)
        found.append(training.past)

    assert [len(past.losses) for past in found] == [876] * 3
    assert found[0].losses == found[1].losses
    assert found[0].validation_losses == found[1].validation_losses
    assert len(found[0].validation_losses) == 876 * len(options)
