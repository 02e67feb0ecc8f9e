"""Catches: numbers that are none, dead and saturated neurons, gradients out of bounds."""

import pytest

import neurosim as ns


@pytest.fixture
def line():
    """``line(activation, weight)``: x -> h -> o in three layers, to be trained on two rows."""

    def make(activation, weight, rate=0.1, **options):
        net = ns.Network()
        layers = [net.add_layer("x", 1), net.add_layer("h", 1, activation=activation)]
        layers.append(net.add_layer("o", 1))
        net.connect(layers[0], layers[1], weight=weight)
        net.connect(layers[1], layers[2], weight=1.0)
        given = {"optimizer": ns.SGD(rate), "epochs": 3, "batch_size": 1, **options}
        return ns.debug(net, [[1.0], [2.0]], [[0.0], [0.0]], **given)

    return make


def test_a_relu_that_gave_nothing_for_an_epoch_is_dead(line, halts):
    session = line("relu", -1.0)
    session.catch("dead")

    first, *_ = halts(session)

    assert first == (
        "epoch 1, sample 0, forward, step 0 of 20",
        "catch 1, dead: h1 gave 0 for a whole epoch",
    )


def test_a_relu_that_gave_something_is_not_dead(line, halts):
    session = line("relu", 1.0)
    session.catch("dead")

    assert halts(session) == []


@pytest.mark.parametrize(("activation", "weight"), [("sigmoid", 1.0), ("relu", 1.0)])
def test_where_no_relu_dies_the_epochs_go_by_at_speed(line, halts, activation, weight):
    session = line(activation, weight)
    session.catch("dead")

    assert halts(session) == []
    history = session._walk.history
    assert {history.engine_of(batch) for batch in range(history.n_done)} == {"compiled"}


def test_the_dead_are_found_from_the_middle_of_an_epoch_too(line, halts):
    session = line("relu", -1.0)
    session.goto(epoch=0, sample=1, step=3)
    session.catch("dead")

    assert halts(session)[0][0] == "epoch 1, sample 0, forward, step 0 of 20"


def test_the_dead_are_those_of_the_branch_that_one_is_on(line, halts):
    session = line("relu", -1.0)
    session.step()
    session.goto(epoch=0)
    session.set("x1->h1.weight", 1.0)
    session.goto(sample=1)
    session.catch("dead")

    assert halts(session) == []


def test_a_saturated_neuron_tells_its_slope(line, halts):
    session = line("sigmoid", 6.0)
    session.catch("saturated")

    first, *_ = halts(session)

    # sigmoid(6) = 0.9975, times 1 - 0.9975 is 0.0025
    assert first[0] == "epoch 0, sample 0, forward, step 4 of 20"
    assert first[1] == (
        "catch 1, saturated: h1 = sigmoid(6) = 0.997527, its slope 0.00246651 is below 0.01"
    )


@pytest.mark.parametrize(
    ("catch", "words"),
    [
        (("exploding", 4.0), "exploding: the gradient of x1->h1 is 5, beyond 4"),
        (("vanishing", 6.0), "vanishing: the largest gradient into layer h is 5, below 6"),
    ],
)
def test_a_gradient_out_of_bounds_is_told_where_the_update_begins(line, halts, catch, words):
    # h = o = x; dL/dw is x*x for either weight, 1 + 4 over both rows
    session = line("identity", 1.0, batch_size=2, reduction="sum")
    session.catch(*catch)

    found = halts(session)

    assert found[0][0] == "epoch 0, sample 1, update, step 16 of 20"
    assert found[0][1] == f"catch 1, {words}"


def test_a_number_that_is_none_is_caught_where_it_is_written(line, halts):
    session = line("identity", 1.0, 1e200)
    session.catch("nan")
    session.catch("inf")

    found = halts(session, 1)

    assert found == [
        (
            "epoch 0, sample 1, forward, step 6 of 20",
            "catch 2, o1: net = -1e+200 - 1e+200*(-3e+200) = inf",
        )
    ]
