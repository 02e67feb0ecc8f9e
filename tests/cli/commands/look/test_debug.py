"""``neurosim debug``: where its commands come from, what fails, and with which exit code."""

import io
import os
import signal
import sys
from pathlib import Path

import pytest

START = "epoch 0, sample 0, forward, step 0 of 40: a = 0 is about to be loaded"
HOSTILE = [
    "!ls", "!", "@x", "?", "shell ls", "shell", "py", "ipy", "pyscript x", "run_pyscript x",
    "run_script x", "_relative_run_script x", "edit x", "alias create x step",
    "macro create x py", "history", "shortcuts", "set editor vi", "set debug true", "_eof",
    "quit | cat", "| cat", "> f", "where > f", "where >> f", "print loss > f", "where | cat",
    "where; step", "step &", "$(ls)", "`ls`", "print `ls`", "'", '"', "print 'x", 'break h1 if "',
    "\\", "step \\", "\x1b[31mred", "print \x1b[31m", "step \x07", "\x00", "print \x00h1",
    "step\x00", "\u202eperts", "ｓtep", "print h1\u200b", "break " + "(" * 1000,
    "print " + "-" * 1500, "goto " + "9" * 1900, "ignore 1 " + "9" * 400, "step 1e3", "step ٣",
    "goto ²", "record /", "record ''", "record a b c", "list 0", "delete 0", "undisplay x",
    "catch nan nan", "catch saturated nan", "watch loss crosses inf", "__class__",
    "print __import__('os')", "set h1.__class__ = 1", "print h1.__dict__", "fork a b", "display",
    "set = =", "set h1.bias == 3", "set h1.output = h1.output = 1", "until if", "why -> ->",
    "explain ->", "condition 1 if", "help help help", "info x y", "back sample sample",
    "goto forward 3",
]  # fmt: skip


@pytest.fixture
def debug(neurosim, monkeypatch):
    """Call ``neurosim debug`` with lines that come through a pipe."""

    def debug(*arguments, lines=()):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return neurosim("debug", *arguments)

    return debug


def test_commands_come_through_a_pipe_and_are_shown_as_if_typed(debug):
    ran = debug("passed.yaml", lines=["until h1", "", "# here", "print step"])

    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.splitlines()[:2] == [START, "(neurosim) until h1"]
    assert ran.out.splitlines()[-4:] == ["", "# here", "(neurosim) print step", "step = 6"]


def test_files_come_first_and_then_commands_and_then_the_pipe(debug, folder):
    (folder / "one").write_text("step\n")
    (folder / "two").write_text("step 2\r\nwhere")

    ran = debug("passed.yaml", "-x", "one", "-ex", "step 3", "-x", "two", lines=["step 4"])

    shown = [line for line in ran.out.splitlines() if line.startswith("(neurosim)")]
    assert shown == [
        f"(neurosim) {word}" for word in ("step", "step 2", "where", "step 3", "step 4")
    ]
    assert ran.code == 0


def test_batch_reads_no_pipe(debug):
    ran = debug("passed.yaml", "--batch", "-ex", "step", lines=["step", "quit"])

    assert ran.out.splitlines() == [START, "(neurosim) step", "a = 0"]
    assert ran.code == 0


def test_a_command_of_a_file_that_fails_ends_the_file_and_is_named(debug, folder):
    (folder / "script").write_text("step\nstpe\nwhere\n")

    ran = debug("passed.yaml", "--batch", "-x", "script", "-ex", "step")

    assert ran.code == 1
    assert (
        ran.err
        == "error: script:2: unknown command 'stpe' (did you mean 'step'?); help lists them\n"
    )
    assert ran.out.splitlines()[1:] == [
        "(neurosim) step", "a = 0", "(neurosim) stpe", "(neurosim) step", "b = 0",
    ]  # fmt: skip


def test_a_command_of_a_pipe_that_fails_does_not_end_the_session(debug):
    ran = debug("passed.yaml", lines=["stpe", "step"])

    assert ran.code == 1
    assert ran.out.endswith("(neurosim) step\na = 0\n")


def test_what_cannot_be_computed_yet_fails_no_script(debug):
    ran = debug("passed.yaml", lines=["print h1.output", "print h1", "display 1 / 0"])

    assert ran.code == 0
    assert "h1.output: not yet" in ran.out


@pytest.mark.parametrize("word", ["quit", "q", "exit"])
def test_quit_ends_all(debug, folder, word):
    (folder / "script").write_text(f"{word}\nstep\n")

    ran = debug("passed.yaml", "-x", "script", "-ex", "step", lines=["step"])

    assert ran.out.splitlines() == [START, f"(neurosim) {word}"]
    assert ran.code == 0


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_line_is_a_mistake_at_most_and_touches_nothing(debug, folder, line):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    ran = debug("passed.yaml", lines=[line, "where"])

    assert ran.code in (0, 1)
    assert all(text.startswith("error: ") for text in ran.err.splitlines())
    assert "Traceback" not in ran.err
    assert ran.out.endswith("loaded\n") or "quit" in line
    assert all(text.isprintable() for text in (ran.out + ran.err).splitlines())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("line", HOSTILE[:30])
def test_no_command_runs_a_shell_or_python_or_an_editor(debug, monkeypatch, line):
    def forbidden(*arguments, **_):
        pytest.fail(f"runs {arguments}")

    for owner, name in ((os, "system"), (os, "popen"), (os, "execvp"), ("subprocess", "Popen")):
        monkeypatch.setattr(owner if owner is os else sys.modules[owner], name, forbidden)

    assert debug("passed.yaml", lines=[line]).code in (0, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"step\n\xff\xfe\n", "script:2:1: no UTF-8 text, got the byte 0xff"),
        (b"\xef\xbb\xbfstep\nstep\x00\n", "script:2: unknown command 'step\\x00'"),
        (b"x" * 10_000_001, "script: too large"),
    ],
    ids=["not UTF-8", "NUL", "too large"],
)
def test_a_file_that_holds_no_commands_is_told(debug, folder, content, message):
    (folder / "script").write_bytes(content)

    ran = debug("passed.yaml", "--batch", "-x", "script")

    assert ran.err.startswith(f"error: {message}")
    assert ran.code in (1, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.yaml"], "nothing.yaml"),
        (["invalid.yaml"], "did you mean 'tanh'"),
        (["skipped.yaml"], "scikit-learn"),
        (["two-two-one"], "nothing to step through, got no data; expected a scenario with a"),
        (["passed.yaml", "-x", "nowhere"], "nowhere: cannot be read, no such file"),
        (["passed.yaml", "-x", "."], ".: cannot be read, got a folder"),
        (["passed.yaml", "--engine", "fast"], "fast"),
        (["passed.yaml", "--seed", "-1"], "--seed"),
        (["passed.yaml", "--journal", "much"], "--journal: got 'much'; expected a size"),
        (["passed.yaml", "--journal", "9"], "limit: got 9; expected at least 10000 bytes"),
        (["passed.yaml", "--set", "training.epoch=4"], "did you mean 'epochs'?"),
        (["passed.yaml", "-e"], "-e"),
        ([], "FILE"),
    ],
)  # fmt: skip
def test_wrong_use_is_a_line_and_code_2(debug, arguments, words):
    ran = debug(*arguments)

    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("size", ["20000", "20kB", "1MB", " 2 gb "])
def test_a_journal_has_a_size_in_bytes_or_more(debug, size):
    assert debug("passed.yaml", "--batch", "--journal", size).code == 0


def test_options_change_what_is_debugged(debug):
    ran = debug("passed.yaml", "--batch", "--engine", "graph", "--seed", "7",
                "--set", "training.batch_size=2", "-ex", "print a->h1.weight")  # fmt: skip
    other = debug("passed.yaml", "--batch", "--seed", "8", "-ex", "print a->h1.weight")

    assert "epoch 0, batch 0, sample 0, " in ran.out
    assert ran.out.splitlines()[-1] != other.out.splitlines()[-1]


def test_a_closed_standard_input_ends_the_session(neurosim, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)

    assert neurosim("debug", "passed.yaml").out == f"{START}\n"


def test_a_training_that_diverges_is_a_place_like_others(debug):
    ran = debug("diverged.yaml", lines=["catch inf", "continue", "delete", "continue", "back 2"])

    assert ran.code == 0
    assert "catch 1, " in ran.out
    assert "the training diverged: the update before left " in ran.out


def test_colour_only_repeats_what_the_words_say(debug, monkeypatch):
    lines = ["break h1", "continue", "list", "help", "stpe"]
    plain = debug("passed.yaml", lines=lines)
    monkeypatch.setenv("FORCE_COLOR", "1")

    coloured = debug("passed.yaml", lines=lines)

    assert "\x1b[" not in plain.out + plain.err
    assert "\x1b[1;33mbreakpoint 1, h1\x1b[0m" in coloured.out
    for text, bare in ((coloured.out, plain.out), (coloured.err, plain.err)):
        pieces = text.split("\x1b[")
        assert pieces[0] + "".join(p.partition("m")[2] for p in pieces[1:]) == bare


@pytest.mark.slow
def test_only_a_terminal_waits_for_cmd2(process):
    code = "import sys; from neurosim.cli.main import run_command;"
    code += " run_command(['debug', 'passed.yaml', '--batch']);"
    code += " print([m for m in ('cmd2', 'prompt_toolkit') if m in sys.modules])"

    out, _ = process(command=("-c", code)).communicate(timeout=60)

    assert out.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_ctrl_c_ends_a_batch_with_130(process):
    commands = ("-ex", "break if h1.output < 0", "-ex", "continue")
    running = process("debug", "xor", "--engine", "graph", "--batch", *commands)
    while "(neurosim) continue" not in running.stdout.readline():
        pass
    running.send_signal(signal.SIGINT)

    _, err = running.communicate(timeout=60)

    assert running.returncode == 130
    assert err == "interrupted\n"


@pytest.mark.slow
def test_the_reading_of_a_pipe_survives_bytes_that_are_no_text(process, folder):
    Path(folder / "bytes").write_bytes(b"step\n\xff\xfe\nwhere\n")
    with (folder / "bytes").open("rb") as given:
        out, err = process("debug", "passed.yaml", stdin=given).communicate(timeout=60)

    assert "unknown command" in err
    assert "Traceback" not in err
    assert out.splitlines()[-1].endswith("loaded")
