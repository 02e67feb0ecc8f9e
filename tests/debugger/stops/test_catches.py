"""Catches: numbers that are none, dead and saturated neurons, gradients out of bounds."""

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError


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


def test_a_neuron_that_is_flat_on_every_row_of_an_epoch_is_saturated(line, halts):
    session = line("sigmoid", 6.0)
    session.catch("saturated")

    first, *_ = halts(session)

    # sigmoid(6) = 0.9975, times 1 - 0.9975 is 0.0025; for the other row it is less
    assert first == (
        "epoch 1, sample 0, forward, step 0 of 20",
        "catch 1, saturated: slopes below 0.01 on so many of the epoch's 2 rows: h1 (2)",
    )


def test_a_neuron_that_is_flat_on_one_row_is_not_saturated(line, halts):
    session = line("sigmoid", 3.0)  # the slope is 0.045 for the one row, 0.0025 for the other
    session.catch("saturated")

    assert halts(session) == []


@pytest.mark.parametrize("batch_size", [1, 10])
def test_nine_rows_in_ten_are_enough_to_be_saturated(batch_size, halts):
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "o", weight=1.0)
    given = {"optimizer": ns.SGD(1e-9), "epochs": 2, "batch_size": batch_size}

    def found(n_flat):
        X = [[9.0]] * n_flat + [[0.0]] * (10 - n_flat)
        session = ns.debug(net.copy(), X, [[1.0]] * 10, **given)
        session.catch("saturated")
        return halts(session)

    assert [line for _, line in found(9)] == [
        "catch 1, saturated: slopes below 0.01 on so many of the epoch's 10 rows: o1 (9)"
    ]
    assert found(8) == []


def twin_network(*biases):
    """x -> h -> o, all weights equal, with a hidden neuron for each bias."""
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", len(biases), activation="sigmoid", bias=list(biases))
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h", weight=0.5)
    net.connect("h", "o", weight=0.25)
    return net


XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


@pytest.mark.parametrize(
    ("biases", "told"),
    [((0.0, 0.0), "h1 = h2"), ((0.0, 0.1, 0.0, 0.1), "h1 = h3, h2 = h4"), ((0.0, 0.1), "")],
)
def test_neurons_with_equal_weights_in_and_out_are_twins(biases, told, halts):
    session = ns.debug(twin_network(*biases), *XOR, optimizer=ns.SGD(0.5), epochs=3)
    session.catch("twins")

    found = halts(session)

    moments = [f"epoch {epoch}, sample 0, forward, step 0 of" for epoch in (1, 2)]
    assert [where.rpartition(" ")[0] for where, _ in found] == moments * bool(told)
    assert {line for _, line in found} == (
        {f"catch 1, twins: equal weights in and out: {told}"} if told else set()
    )


def test_outputs_and_inputs_are_no_twins(halts):
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("o", 2)
    net.connect("x", "o", weight=0.5)
    session = ns.debug(net, [[1.0, 1.0]], [[0.0, 0.0]], optimizer=ns.SGD(0.1), epochs=3)
    session.catch("twins")

    assert halts(session) == []


def test_a_loss_that_rises_three_epochs_in_a_row_is_caught(line, halts):
    # o = w1*w2*x grows for this rate; the first epoch has no epoch before it
    session = line("identity", 1.0, 1.0, epochs=5, batch_size=2)
    session.catch("rising")

    (where, told), *_ = halts(session)

    assert where.startswith("epoch 3, sample 0")
    assert told.startswith("catch 1, rising: the loss rose in each of the last 3 epochs, 1.25 -> ")


def test_of_how_many_epochs_is_the_bound_of_rising(line, halts):
    session = line("identity", 1.0, 1.0, epochs=5, batch_size=2)
    session.catch("rising", 1)

    assert halts(session)[0][0].startswith("epoch 1, sample 0")


@pytest.mark.parametrize("name", ["rising", "swinging", "twins"])
def test_a_loss_that_falls_is_neither_rising_nor_swinging(line, halts, name):
    session = line("identity", 1.0, 0.01, epochs=12)
    session.catch(name)

    assert halts(session) == []


@pytest.fixture
def swing():
    """``swing(rate)``: y = w*x, w going to (1 - rate)*w in each epoch."""

    def make(rate, **options):
        net = ns.Network()
        net.add_layer("x", 1)
        net.add_layer("y", 1, bias=False)
        net.connect("x", "y", weight=1.0)
        given = {"optimizer": ns.SGD(rate), "loss": "half_squared_error", "epochs": 6}
        return ns.debug(net, [[1.0]], [[0.0]], **{**given, **options})

    return make


def test_weights_that_go_to_and_fro_are_swinging(swing, halts):
    session = swing(1.9)  # w is 1, -0.9, 0.81, ...: it comes down, to and fro
    session.catch("swinging")

    found = halts(session)

    assert [where.partition(",")[0] for where, _ in found] == ["epoch 4", "epoch 5"]
    assert found[0][1] == (
        "catch 1, swinging: in each of the last 4 epochs the weights went back where they came"
        " from, cosine -1 at most"
    )


def test_backwards_the_same_epochs_are_found_to_swing(swing):
    session = swing(1.9, epochs=30)
    session.catch("swinging")
    session.goto(epoch=30)

    places = []
    while session.position.epoch > 0:
        session.rcontinue()
        places.append(session.position.epoch)

    assert places == [*range(29, 3, -1), 0]


def test_after_an_edit_the_way_of_the_weights_is_the_new_one(swing, halts):
    session = swing(1.9, epochs=9)
    session.catch("swinging", 2)
    assert halts(session, 3)[-1][0].startswith("epoch 4")
    session.goto(epoch=3)
    session.set("x1->y1.weight", 0.0)  # from here on it rests

    assert halts(session) == []


@pytest.mark.parametrize(
    ("name", "bound", "told"),
    [
        ("rising", 0, "catch rising: got 0; expected a whole number of epochs, at least 1"),
        ("rising", 1.5, "catch rising: got 1.5; expected a whole number of epochs, at least 1"),
        ("swinging", 1, "catch swinging: got 1; expected a whole number of epochs, at least 2"),
    ],
)
def test_a_bound_of_epochs_is_a_whole_number(swing, name, bound, told):
    with pytest.raises(InvalidValueError, match=told):
        swing(1.0).catch(name, bound)


def test_all_catches_whatever_goes_wrong_first(line, swing, halts):
    swings, dies, breaks = swing(1.9), line("relu", -1.0), line("identity", 1.0, 1e200)

    for session, told in (
        (swings, "swinging: "),
        (dies, "vanishing: the largest gradient into layer h is 0"),
        (breaks, "o1: net = -1e+200 - 1e+200*(-3e+200) = inf"),
    ):
        session.catch("all")
        assert halts(session)[0][1].startswith(f"catch 1, {told}")
    assert str(swings.stops[0]).startswith("1 catch all (hit")


@pytest.mark.slow
def test_epochs_go_by_at_speed_for_catches_that_look_where_they_end(swing):
    session = swing(0.001, epochs=300)
    for name in ("twins", "rising", "swinging", "all"):
        session.catch(name)

    session.continue_()

    history = session._walk.history
    assert session.position.epoch == 300
    assert {history.engine_of(batch) for batch in range(history.n_done)} == {"compiled"}


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
