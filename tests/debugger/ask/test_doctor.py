"""The diagnosis of a debugging session."""

import pytest

import neurosim as ns

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


@pytest.fixture
def session():
    """XOR with a rate that is far too small, 3000 epochs long."""
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", 4, activation="tanh")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    for number, parameter in enumerate(net.parameter_list()):
        parameter.value = (number * 7 % 11 - 5) / 5.0
    return ns.debug(net, *XOR, loss="binary_cross_entropy", optimizer=ns.SGD(1e-7), epochs=3000)


def names(diagnosis):
    return [finding.name for finding in diagnosis.findings]


def test_what_a_session_has_gone_through_is_diagnosed(session):
    session.goto(epoch=2000)
    before = session.network.parameters().copy()

    found = session.diagnose()

    assert names(found)[0] == "rate_small"
    assert "2,000 updates" in found.findings[0].why
    assert session.position.epoch == 2000
    assert (session.network.parameters() == before).all()


def test_before_the_first_epoch_it_is_what_would_come(session):
    assert names(session.diagnose())[0] == "rate_small"
    assert session.position.epoch == 0


def test_it_may_be_asked_amid_a_pass(session):
    session.goto(epoch=1000)
    for _ in range(7):
        session.step()
    output = session.network["h1"].output

    assert names(session.diagnose())[0] == "rate_small"
    assert session.network["h1"].output == output


def test_what_was_before_the_last_edit_is_left_out(session):
    session.goto(epoch=1500)
    session.set("x1->h1.weight", 0.5)
    session.goto(epoch=2000)

    assert "499 updates" in session.diagnose().findings[0].why
