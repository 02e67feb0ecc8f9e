"""``agree --bisect``: where the engines part first, or a scenario and a trace."""

from dataclasses import replace

import pytest

from neurosim.training.engines.table import CompiledEngine
from tests.faults import erring


def test_engines_that_agree_are_told_so(neurosim):
    ran = neurosim("agree", "passed.yaml", "--bisect", "--updates", "7")

    assert (ran.code, ran.out) == (0, "the engines agree after each of 7 updates\n")


def test_the_first_place_where_they_part_is_printed_and_ends_with_1(neurosim, monkeypatch):
    honest, whole = CompiledEngine.batches, CompiledEngine.loss_and_gradient

    def advance(state, after):
        return replace(after, parameters=after.parameters + 1e-6 * (state.updates == 3))

    def judge(self, theta, X, T):
        loss, gradient = whole(self, theta, X, T)
        gradient[-1] += 1e-6
        return loss, gradient

    monkeypatch.setattr(CompiledEngine, "batches", erring(honest, advance))
    monkeypatch.setattr(CompiledEngine, "loss_and_gradient", judge)

    ran = neurosim("agree", "passed.yaml", "--bisect")

    lines = ran.out.splitlines()
    assert ran.code == 1
    assert lines[0] == "epoch 3, batch 0, sample 0 (row 0): the gradient of o1.bias"
    assert lines[1].startswith("  graph: ")
    assert lines[2].startswith("  compiled: ")
    assert lines[2].endswith(", 1e-06 apart")
    assert lines[3].startswith("  dL/db(o1) = delta(o1) = ")


def test_a_scenario_is_compared_with_its_trace(neurosim, folder):
    assert neurosim("trace", "passed.yaml", "--epochs", "2", "-o", "saved.jsonl").code == 0

    same = neurosim("agree", "passed.yaml", "--bisect", "--trace", "saved.jsonl")
    text = (folder / "passed.yaml").read_text(encoding="utf-8")
    (folder / "other.yaml").write_text(text.replace("learning_rate: 1", "learning_rate: 2"))
    other = neurosim("agree", "other.yaml", "--bisect", "--trace", "saved.jsonl")

    assert (same.code, same.out) == (0, "the scenario and the trace agree\n")
    assert other.code == 1
    assert other.out.startswith("epoch 0, batch 0, sample 3 (row 3): the step that writes a->h1.")


@pytest.mark.parametrize("option", [("--tolerance", "1e-3"), ("--trace", "saved.jsonl")])
def test_options_of_bisect_are_refused_without_it(neurosim, option):
    ran = neurosim("agree", "passed.yaml", *option)

    assert ran.code == 2
    assert f"{option[0]}: goes with --bisect alone" in ran.err


@pytest.mark.parametrize("tolerance", ["-1", "nan"])
def test_a_tolerance_that_is_none_is_refused(neurosim, tolerance):
    ran = neurosim("agree", "passed.yaml", "--bisect", "--tolerance", tolerance)

    assert (ran.code, ran.out) == (2, "")
    assert "error: tolerance: " in ran.err


def test_to_bisect_needs_rows(neurosim):
    ran = neurosim("agree", "two-two-one", "--bisect")

    assert ran.code == 2
    assert "error: two-two-one: no rows to compare on" in ran.err


def test_the_engine_that_is_compared_may_be_named(neurosim):
    same = neurosim("agree", "passed.yaml", "--engine", "graph")
    part = neurosim("agree", "passed.yaml", "--engine", "graph", "--bisect", "--updates", "3")
    wrong = neurosim("agree", "passed.yaml", "--engine", "grahp")

    assert same.code == 0
    assert all(line.endswith(": 0, equal to the last bit") for line in same.out.splitlines()[:-1])
    assert (part.code, part.out) == (0, "the engines agree after each of 3 updates\n")
    assert wrong.code == 2
