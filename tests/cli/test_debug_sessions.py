"""Whole sessions, as a reader would have them: each .in is typed, each .out is what is shown.

The first line of an .in names the command. To write the .out anew, after having read it: run this
file with the argument ``write``.
"""

import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from neurosim.cli.debugger.table import COMMANDS, SHORT
from neurosim.cli.main import run_command

SESSIONS = Path(__file__).parent / "sessions"
_WRITTEN = {"steps.jsonl", "moment.svg", "epoch1-sample0-step0.svg"}
NAMES = sorted(path.stem for path in SESSIONS.glob("*.in"))
LONG = re.compile(r"-?\d+\.\d{7,}(?:e[-+]?\d+)?")
POST = re.compile(r"^# the post: (\S+)\n\(neurosim\) print .*\n.* = (\S+)$", re.MULTILINE)


def played(name):
    """What a session shows, standard error in its place."""
    text = (SESSIONS / f"{name}.in").read_text()
    arguments = shlex.split(text.splitlines()[0].removeprefix("# neurosim "))
    screen, given = io.StringIO(), (sys.stdin, sys.stdout, sys.stderr)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(text), screen, screen
    try:
        run_command(arguments)
    finally:
        sys.stdin, sys.stdout, sys.stderr = given
    return screen.getvalue()


def pieces(text):
    """The words of a text, and the numbers in it that have more digits than arithmetic shows."""
    return LONG.sub("...", text), [float(number) for number in LONG.findall(text)]


@pytest.mark.quick("back", "breakpoints", "errors", "mazur")
@pytest.mark.parametrize("name", NAMES)
def test_a_session_shows_what_it_always_showed(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)

    words, numbers = pieces(played(name))

    expected_words, expected = pieces((SESSIONS / f"{name}.out").read_text())
    assert words == expected_words
    for number, wanted in zip(numbers, expected, strict=True):
        assert abs(number - wanted) <= 1e-9 * max(1.0, abs(wanted))  # another machine's last digits
    assert {path.name for path in tmp_path.iterdir()} <= _WRITTEN, "see ``record`` and ``draw``"


def test_every_command_is_in_a_session():
    lines = [line for name in NAMES for line in (SESSIONS / f"{name}.out").read_text().split("\n")]
    typed = {line.split()[1] for line in lines if line.startswith("(neurosim) ")}
    known = {SHORT.get(word, word) for word in typed}

    assert set(COMMANDS) - known == set()


def test_the_numbers_of_a_session_are_those_of_the_post():
    pairs = POST.findall((SESSIONS / "mazur.out").read_text())

    assert len(pairs) == 26
    for printed, exact in pairs:
        digits = len(printed.partition(".")[2])
        # a unit of the last digit: the post goes on with rounded numbers
        assert abs(float(exact) - float(printed)) < 10**-digits, (printed, exact)


@pytest.mark.parametrize(("page", "n"), [("neurosim/manual/debugger.md", 3), ("README.md", 2)])
def test_the_session_that_is_quoted_is_the_one_that_is_played(page, n):
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    quoted = re.findall(r"```console\n((?:\$ neurosim debug|\(neurosim\)).*?)```", text, re.DOTALL)

    lines = (SESSIONS / "twins.out").read_text().splitlines(keepends=True)
    shown = "".join(line for line in lines if line.strip() and not line.startswith("#"))

    assert len(quoted) == n
    for block in quoted:
        assert block.removeprefix("$ neurosim debug twins\n") in shown


if __name__ == "__main__" and sys.argv[1:] == ["write"]:
    for each in NAMES:
        (SESSIONS / f"{each}.out").write_text(played(each))
