"""``agree --bisect --debug``: a session opens where the engines part, and nowhere else."""

import io
import sys
from dataclasses import replace

import pytest

from neurosim.cli.commands.look import debug
from neurosim.training.engines.table import CompiledEngine
from tests.faults import erring


@pytest.fixture
def typed(monkeypatch):
    """Let commands come through a pipe."""
    return lambda *lines: monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*lines, ""])))


@pytest.fixture
def faulty(monkeypatch):
    """The compiled engine errs in its fourth update, and in the gradient of one sample there."""
    honest, whole = CompiledEngine.batches, CompiledEngine.loss_and_gradient

    def advance(state, after):
        return replace(after, parameters=after.parameters + 1e-6 * (state.updates == 3))

    def judge(self, theta, X, T):
        loss, gradient = whole(self, theta, X, T)
        gradient[-1] += 1e-6 * (X.tolist() == [[1.0, 0.0]])
        return loss, gradient

    monkeypatch.setattr(CompiledEngine, "batches", erring(honest, advance))
    monkeypatch.setattr(CompiledEngine, "loss_and_gradient", judge)


@pytest.mark.usefixtures("faulty")
def test_the_session_stands_before_the_sample_and_shows_the_number_that_was_told(neurosim, typed):
    typed("until o1 backward", "print o1.delta", "where")

    ran = neurosim("agree", "passed.yaml", "--bisect", "--debug")

    lines = ran.out.splitlines()
    said = float(lines[1].removeprefix("  graph: "))
    at = next(i for i, line in enumerate(lines) if line.startswith("(neurosim) print"))
    assert ran.code == 1
    assert lines[0] == "epoch 3, batch 0, sample 2 (row 2): the gradient of o1.bias"
    assert any(line.startswith("epoch 3, sample 2, forward, step 0 of ") for line in lines[:at])
    assert lines[at + 1] == f"o1.delta = {said!r}"
    assert ran.err == ""


def test_where_only_the_update_shows_it_the_session_stands_before_the_batch(
    neurosim, typed, monkeypatch, folder
):
    honest = CompiledEngine.batches

    def advance(state, after):
        return replace(after, parameters=after.parameters + 1e-6 * (state.updates == 5))

    monkeypatch.setattr(CompiledEngine, "batches", erring(honest, advance))
    text = (folder / "passed.yaml").read_text(encoding="utf-8")
    (folder / "pairs.yaml").write_text(text.replace("epochs: 4", "epochs: 4\n  batch_size: 2"))
    typed("quit")

    ran = neurosim("agree", "pairs.yaml", "--bisect", "--debug")

    assert ran.code == 1
    assert ran.out.startswith("epoch 2, batch 1: no gradient, but the update of ")
    assert "\nepoch 2, batch 1, sample 2, forward, step 0 of " in ran.out


@pytest.mark.usefixtures("faulty")
def test_a_command_that_fails_there_leaves_the_verdict_as_it_is(neurosim, typed):
    typed("print nosuch.output")

    ran = neurosim("agree", "passed.yaml", "--bisect", "--debug")

    assert ran.code == 1
    assert "unknown neuron 'nosuch'" in ran.err


def test_engines_that_agree_open_nothing(neurosim, monkeypatch):
    monkeypatch.setattr(debug, "open_shell", lambda *_: pytest.fail("a session was opened"))

    ran = neurosim("agree", "passed.yaml", "--bisect", "--debug", "--updates", "5")

    assert (ran.code, ran.out) == (0, "the engines agree after each of 5 updates\n")


def test_a_session_is_refused_without_a_place_to_open_it(neurosim):
    ran = neurosim("agree", "passed.yaml", "--debug")

    assert (ran.code, ran.out) == (2, "")
    assert "--debug: goes with --bisect alone" in ran.err
