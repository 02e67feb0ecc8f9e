"""The line that tells how far a training is: what it says, how often, and the same bits."""

import pytest

import neurosim as ns
from neurosim.errors import DivergedError, WrongTypeError
from neurosim.training import progress as module
from neurosim.training.progress import progress_line

X, T = [[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]]
OPTIONS = {"optimizer": ns.SGD(0.125), "epochs": 200}


@pytest.fixture
def at(monkeypatch):
    """The time, as the test sets it."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_the_line_is_written_over_itself_ten_times_a_second_at_most(at, capsys):
    with progress_line(4, is_shown=True) as note:
        for done, loss, now in [(1, 100.0, 0.05), (2, 2.0, 0.5), (3, 1.0, 0.59)]:
            at[0] = now
            note(done, loss, 0.5)
        note(4, 0.125, 0.25)
    assert capsys.readouterr().err == (
        "\repoch 2/4 [##########----------] loss 2, rate 0.5, 0.5 s (0 s left)"
        "\repoch 4/4 [####################] loss 0.125, rate 0.25, 0.6 s      \n"
    )


@pytest.mark.usefixtures("at")
def test_nothing_is_written_that_was_not_asked_for(capsys):
    for total, is_shown in [(4, False), (0, True)]:
        with progress_line(total, is_shown=is_shown) as note:
            note(1, 1.0, 0.5)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("more", [{}, {"metrics": ["mae"]}, {"validation": (X, T)}])
def test_a_training_tells_its_end_and_has_the_same_bits(make_line, engine, capsys, more):
    one, other = make_line(), make_line()
    silent = ns.train(one, X, T, **OPTIONS, **more, engine=engine)
    assert capsys.readouterr().err == ""

    told = ns.train(other, X, T, **OPTIONS, **more, engine=engine, progress=True)

    line = capsys.readouterr().err.split("\r")[-1]
    assert line.startswith("epoch 200/200 [####################] loss ")
    assert f"loss {told.loss[-1]:.6g}, rate 0.125" in line
    assert line.rstrip(" \n").endswith(" s")
    assert line.endswith("\n")
    assert told.loss == silent.loss
    assert one.parameters().tobytes() == other.parameters().tobytes()


def test_the_line_ends_where_the_training_diverges(make_line, monkeypatch, capsys):
    monkeypatch.setattr(module, "_BETWEEN", 0.0)
    with pytest.raises(DivergedError):
        ns.train(make_line(), X, T, optimizer=ns.SGD(3.0), epochs=5000, progress=True)
    written = capsys.readouterr().err
    assert written.startswith("\repoch 1/5000 [--------------------] loss ")
    assert written.endswith("\n")


def test_progress_is_true_or_false(make_line):
    with pytest.raises(WrongTypeError, match="progress: got 1; expected True or False"):
        ns.train(make_line(), X, T, **OPTIONS, progress=1)
