"""``neurosim bench``: what an epoch costs with each engine and program."""

import pytest

from neurosim.compiler.choice import KINDS
from neurosim.scenario.uses import epoch_cost
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.table import ENGINES


@pytest.fixture(autouse=True)
def _short_rounds(monkeypatch):
    monkeypatch.setattr(epoch_cost, "_ROUND", 1e-4)


def test_each_engine_and_program_has_a_line_and_the_compiler_its_reasons(neurosim, monkeypatch):
    monkeypatch.setenv("NEUROSIM_KERNEL", "off")
    lines = neurosim("bench", "passed.yaml").out.splitlines()

    assert lines[0].split() == ["engine", "program", "an", "epoch", "times"]
    assert [line.split()[0] for line in lines[1:4]] == ["graph", "compiled", "compiled"]
    assert [line.split()[1] for line in lines[2:4]] == list(KINDS)
    assert "the kernel is not there: hidden" in lines[3]
    assert min(float(line.split()[-1].replace(",", "")) for line in lines[1:3]) == 1.0
    assert lines[5].startswith("program: arrays: the kernel is not there: hidden by")
    assert lines[6].startswith("threads: one: the largest product has ")


def test_an_override_changes_what_is_measured(neurosim):
    out = neurosim("bench", "passed.yaml", "--set", "training.precision=single").out

    graph, _, kernel = out.splitlines()[1:4]
    assert graph.endswith("in double precision")
    assert kernel.split()[2:4] == ["-", "-"]
    assert "the kernel computes in double precision" in kernel
    assert "program: arrays of float32" in out


def test_the_slower_engine_costs_more():
    costs = epoch_cost.measure_epochs("xor")

    seconds = {(cost.engine, cost.program): cost.seconds for cost in costs}
    assert seconds["graph", ""] > seconds["compiled", "array"] > 0


def test_a_long_epoch_is_estimated_from_its_first_batches():
    cost = epoch_cost.measure_epochs("xor", most_seconds=0.0)[0]

    assert cost.note == "estimated from 1 of 4 batches"
    assert cost.seconds > 0


def test_an_engine_that_is_added_late_is_measured(monkeypatch):
    monkeypatch.setitem(ENGINES, "late", GraphEngine)

    assert [cost.engine for cost in epoch_cost.measure_epochs("xor")][-1] == "late"


def test_a_scenario_without_data_has_nothing_to_measure(neurosim):
    ran = neurosim("bench", "two-two-one")

    assert (ran.code, ran.out) == (2, "")
    assert "no rows to compare on, got no data" in ran.err
