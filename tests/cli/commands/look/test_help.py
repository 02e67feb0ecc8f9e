"""``neurosim help``: the pages of the manual."""

import os
import pty
from pathlib import Path

import pytest

import neurosim as package

MANUAL = Path(package.__file__).parent / "manual"
TOPICS = sorted(path.stem for path in MANUAL.glob("*.md"))


def test_without_a_topic_each_page_is_listed_in_a_line(neurosim):
    ran = neurosim("help")

    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == TOPICS
    assert "Many networks, Losses, " in ran.out


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_printed_as_it_is_where_no_terminal_reads_it(neurosim, topic):
    lines = (MANUAL / f"{topic}.md").read_text(encoding="utf-8").splitlines()

    ran = neurosim("help", topic)

    assert ran.code == 0
    assert ran.out.splitlines() == [line for line in lines if not line.startswith("<!--")]


def test_a_topic_that_is_not_there_is_refused_with_a_guess(neurosim):
    ran = neurosim("help", "trainig")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: unknown topic 'trainig' (did you mean 'training'?); known: ")


@pytest.mark.slow
def test_on_a_terminal_a_page_is_rendered(process):
    ours, theirs = pty.openpty()
    running = process("help", "traces", stdout=theirs, environment={"TERM": "xterm"})
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:
        pass  # Linux ends a terminal so
    os.close(ours)

    assert running.wait(timeout=30) == 0
    assert b"# Traces" not in shown
    assert b"Traces" in shown
    assert b"\x1b[" in shown
