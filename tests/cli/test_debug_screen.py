"""What a session prints: long lines go on in the next at a terminal, and are whole in a pipe."""

import io

import pytest

from neurosim.cli.debugger.reply import lines_of
from neurosim.cli.debugger.screen import Screen
from neurosim.errors import InvalidValueError

LINE = "  w(x1->h1) = 0.15 - 0.5*0.000438568 = 0.149781 (done), a change of -0.000219284"


class Terminal(io.StringIO):
    """A file that says that it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    """``screen(file)``: a screen of 40 columns that writes to a file."""

    def screen(file):
        monkeypatch.setenv("COLUMNS", "40")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr("sys.stdout", file)
        monkeypatch.setattr("sys.stderr", file)
        return Screen()

    return screen


def test_no_number_is_cut_at_the_end_of_a_terminals_line(screen):
    shown = Terminal()

    screen(shown).show(lines_of(LINE))

    lines = shown.getvalue().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()) == " ".join(LINE.split())
    assert [len(line) - len(line.lstrip()) for line in lines] == [2, 4, 4]


def test_a_mistake_is_wrapped_too(screen):
    shown = Terminal()

    screen(shown).complain(InvalidValueError("print: got nothing; expected print EXPRESSION here"))

    assert shown.getvalue() == (
        "error: print: got nothing; expected\n  print EXPRESSION here\n"
    )  # fmt: skip


def test_in_a_pipe_each_line_is_whole(screen):
    shown = io.StringIO()

    screen(shown).show(lines_of(LINE))

    assert shown.getvalue() == f"{LINE}\n"
