"""``session.prompt()``: the debugger's prompt on a network that was built in objects."""

import io

import pytest

import neurosim as ns


@pytest.fixture
def session():
    """x1 -> o1, on one row."""
    net = ns.Network("tiny")
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation="identity")
    net.connect("x1", "o1", weight=2.0)
    return ns.debug(net, [[3.0]], [[1.0]], optimizer=ns.SGD(0.1), epochs=2)


def test_the_prompt_works_on_the_session_itself(session, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("until o1\nprint o1.output\nquit\nstep\n"))

    session.prompt()

    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "epoch 0, sample 0, forward, step 0 of 11: x1 = 3 is about to be loaded"
    assert shown[1:4] == ["(neurosim) until o1", "o1: net = 0 + 2*3 = 6", "o1 = identity(6) = 6"]
    assert shown[4:] == ["(neurosim) print o1.output", "o1.output = 6.0", "(neurosim) quit"]
    assert session.value("o1.output") == 6.0


def test_commands_may_be_given_and_a_mistake_is_said(session, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    session.prompt("set x1->o1.weight = 5", "print h1", "epoch")

    seen = capsys.readouterr()
    assert "x1->o1.weight = 5.0 (was 2.0)" in seen.out
    assert seen.err.startswith("error: expression, column 1: unknown name 'h1'")
    assert session.position.epoch == 1
