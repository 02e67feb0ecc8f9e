"""The session at a terminal: the prompt, Tab, Enter, Ctrl-C and Ctrl-D, through a real one."""

import os
import re
import sys
import time

import pytest

pexpect = pytest.importorskip("pexpect")

CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r")
UNFINISHED = re.compile(r"\x1b(\[[0-9;?]*)?$")
PLACE = "epoch 0, sample 0, forward, step 0 of 69: a = 0 is about to be loaded"


class Terminal:
    """A session in a process of its own, whose screen is read and whose keys are pressed."""

    def __init__(self, *arguments, environment=()):
        settings = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONWARNINGS": ""}
        path = os.pathsep.join(sys.path)
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "neurosim.cli.main", "debug", *arguments],
            env={**os.environ, **settings, "PYTHONPATH": path, **dict(environment)},
            encoding="utf-8",
            dimensions=(50, 160),
            timeout=30,
        )
        self.seen = ""  # all of it
        self._n_read = 0  # so many letters of it, without what moves the cursor and colours

    def read_until(self, text):
        """What is shown, from where the last reading ended, up to a text."""
        deadline = time.monotonic() + 30
        while text not in self._letters[self._n_read :]:
            assert time.monotonic() < deadline, self._letters[self._n_read :]
            self.seen += self._process.read_nonblocking(10_000, timeout=30)
        start, letters = self._n_read, self._letters
        self._n_read = letters.index(text, start) + len(text)
        return letters[start : self._n_read]

    @property
    def _letters(self):
        return CONTROL.sub("", UNFINISHED.sub("", self.seen))

    def prompt(self):
        return self.read_until("(neurosim)")

    def press(self, keys):
        self._process.send(keys)

    def end(self):
        """Wait for the end; its exit code."""
        self._process.expect(pexpect.EOF)
        self.seen += self._process.before
        self._process.close()
        return self._process.exitstatus

    def close(self):
        self._process.close(force=True)


@pytest.fixture
def terminal():
    opened = []

    def open_terminal(*arguments, **options):
        opened.append(Terminal(*arguments, **options))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


@pytest.mark.slow
def test_a_session_at_a_terminal(terminal):
    here = terminal("xor")
    assert PLACE in here.prompt()

    here.press("unt\t")  # Tab completes the command
    here.read_until("il")
    here.press("h1\r")
    here.read_until("h1 = sigmoid(-1.16573) = 0.237628")
    here.prompt()
    here.press("print h1.del\t")  # and a neuron's number
    here.read_until("ta")
    here.press("\r")
    here.read_until("h1.delta: not yet")
    here.prompt()
    here.press("s\r")
    here.read_until("h2: net = -0.39533\n")
    here.prompt()
    here.press("\r")  # Enter repeats
    here.read_until("h2: net = -0.39533 - 0.70649*0 = -0.39533\n")
    here.prompt()
    here.press("\x1b[A\x1b[A\r")  # the history: print
    here.read_until("h1.delta: not yet")
    here.prompt()
    here.press("print loss > 0 | cat\r")  # nothing is run
    here.read_until("error: expression, column 10: '|' is not in the grammar")
    here.prompt()
    here.press("p\x1b[31m loss\r")  # colours that were pasted
    here.read_until("loss: not yet")
    here.prompt()
    here.press("!ls\r")
    here.read_until("error: unknown command '!ls'")
    here.prompt()
    here.press('print "\r')  # nothing waits for a closing quote
    here.read_until("error: expression, column 1")
    here.prompt()
    here.press("half a com\x03")  # Ctrl-C: a new line, which repeats nothing
    here.prompt()
    here.press("where\r")
    here.read_until("epoch 0, sample 0, forward, step 8 of 69: ")
    here.prompt()
    here.press("\x04")  # Ctrl-D

    assert here.end() == 0
    assert "Traceback" not in here.seen


@pytest.mark.slow
def test_ctrl_c_interrupts_a_continue_and_the_session_goes_on(terminal):
    here = terminal("xor", "--engine", "graph")
    here.prompt()
    here.press("break if h1.output < 0\r")
    here.prompt()
    here.press("continue\r")
    time.sleep(0.5)

    here.press("\x03")

    said = here.read_until("is about to be")
    assert "interrupted\nepoch " in said
    here.prompt()
    here.press("next\r")
    here.prompt()
    here.press("back 3\r")
    here.read_until("is about to be")
    here.prompt()
    here.press("quit\r")
    assert here.end() == 0
    assert "Traceback" not in here.seen


@pytest.mark.slow
def test_no_colour_where_none_is_wanted(terminal):
    here = terminal("xor", environment={"NO_COLOR": "1"})
    here.prompt()
    here.press("break h1\r")
    here.prompt()
    here.press("continue\r")
    here.read_until("breakpoint 1, h1")
    here.prompt()
    here.press("quit\r")

    assert here.end() == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", here.seen)


@pytest.mark.slow
def test_a_script_comes_before_the_prompt(terminal, tmp_path):
    (tmp_path / "script").write_text("until h1\nstpe\nnever\n")
    here = terminal("xor", "-x", str(tmp_path / "script"))

    said = here.read_until("'stpe'")  # behind a path, where the line may be wrapped
    assert "(neurosim) until h1" in said
    assert "script:2: unknown command 'stpe'" in " ".join(said.split())
    here.prompt()
    here.press("where\r")
    here.read_until("step 6 of 69")
    here.prompt()
    here.press("quit\r")

    assert here.end() == 1
