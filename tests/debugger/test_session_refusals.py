"""What a session refuses, and how it says so; and what it says where there is nothing to do."""

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, WrongTypeError


def test_a_condition_on_nothing_that_changes_needs_a_location(xor):
    session = xor()

    with pytest.raises(InvalidValueError, match="names no number that is ever written"):
        session.break_at(when="1 < 2")

    assert session.stops == ()
    assert session.break_at("h1", when="1 < 2").number == 1


def test_a_breakpoint_without_a_location_keeps_a_condition_that_can_hold(xor):
    session = xor()
    session.break_at(when="loss < 0.1")

    with pytest.raises(InvalidValueError, match="names no number that is ever written"):
        session.set_condition(1, "1 < 2")

    assert str(session.stops[0]) == "1 breakpoint if loss < 0.1"


@pytest.mark.parametrize("path", [None, 3])
def test_what_is_no_path_is_not_recorded_to(xor, path):
    with pytest.raises(WrongTypeError, match="expected the name of a file"):
        xor().record(path)


@pytest.mark.parametrize("name", ["", "  ", 3])
def test_a_branch_has_a_name(xor, name):
    with pytest.raises(WrongTypeError, match="expected a name, or None"):
        xor().fork(name)


@pytest.mark.parametrize("times", ["3", 1.5, True])
def test_how_often_is_a_whole_number_and_is_called_so(xor, times):
    with pytest.raises(WrongTypeError, match=r"times: got .*; expected an integer >= 1"):
        xor().step(times)


def test_a_training_of_no_epochs_has_no_loss_to_tell(xor):
    assert xor(epochs=0).where == "epoch 0: the end of the training; there was no epoch"


@pytest.mark.parametrize("engine", ["graph", "compiled"])
@pytest.mark.parametrize(
    ("x", "t", "rate", "words"),
    [
        (1.0, 1e160, 1e-200, "the loss is inf"),  # its square
        (1e100, 0.0, 1e300, "the update before left x1->o1 = -inf"),
    ],
)
def test_a_divergence_names_the_number_that_is_not_finite(engine, x, t, rate, words):
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=1.0)
    options = {"loss": "squared_error", "optimizer": ns.SGD(rate), "engine": engine}
    session = ns.debug(net, [[x]], [[t]], epochs=3, **options)

    session.continue_()

    assert session.coming == f"the training diverged: {words}"
