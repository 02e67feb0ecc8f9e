"""The scenarios that do not learn: each expects its finding, and its cured twin has none."""

import pytest

from neurosim.diagnosis import FINDINGS
from neurosim.diagnosis.case import HEALTHY
from neurosim.scenario import list_scenarios, load_scenario, run_scenario
from neurosim.scenario.build.scenario import load_to_diagnose
from neurosim.scenario.build.shipped import find_scenario, list_sick_scenarios
from neurosim.scenario.run.run import start_run

SICK = [shipped for shipped in list_sick_scenarios() if not shipped.name.endswith("-cured")]
CURED = [shipped for shipped in list_sick_scenarios() if shipped.name.endswith("-cured")]
ON_PURPOSE = ["twins", "gates", "softmax-overflow"]  # that do not learn
COMPILED_ONLY = {  # long on the graph engine, whose bits are those of the kernel
    "vanishing-gradient", "exploding-gradient", "validation-turned", "rate-small",
    "saturated-units", "rate-large",
}  # fmt: skip
# what their cure is about is no lower loss: an answer, or what holds of other rows
LEARN_OTHERWISE = {"majority-answer-cured", "rare-class-cured", "validation-turned-cured"}


def test_there_is_one_for_each_finding_and_one_that_is_cured():
    names = {name.replace("_", "-") for name in FINDINGS}

    assert {shipped.name for shipped in SICK} == names
    assert {shipped.name for shipped in CURED} == {f"{name}-cured" for name in names}


def require_finding(path, engine):
    scenario = load_to_diagnose(path, overrides=[f"engine={engine}"])
    (verdict,) = start_run(scenario).result().expectations

    assert "finding" in verdict.what
    assert verdict.passed


@pytest.mark.parametrize("shipped", SICK, ids=lambda shipped: shipped.name)
def test_a_sick_scenario_has_its_finding_first(shipped):
    require_finding(shipped.path, "compiled")


@pytest.mark.slow
@pytest.mark.parametrize(
    "shipped",
    [shipped for shipped in SICK if shipped.name not in COMPILED_ONLY],
    ids=lambda shipped: shipped.name,
)
def test_a_sick_scenario_that_is_walked_has_its_finding_first(shipped):
    require_finding(shipped.path, "graph")


@pytest.mark.quick("dead", "rate", "unused")
@pytest.mark.parametrize("shipped", CURED, ids=lambda shipped: shipped.name)
def test_its_cured_twin_learns(shipped):
    result = run_scenario(shipped.path)

    assert [str(v) for v in result.expectations if not v.passed] == []
    if shipped.name not in LEARN_OTHERWISE:
        assert result.loss.last < 3 * HEALTHY * result.loss.first


@pytest.mark.quick("iris", "optimizer-a", "parity", "xor")
@pytest.mark.parametrize(
    "shipped",
    [one for one in list_scenarios() if one.name not in {*ON_PURPOSE, "million"}],
    ids=lambda shipped: shipped.name,
)
def test_a_shipped_scenario_that_learns_has_no_finding(shipped):
    changes = {"training.validate": None, "training.seeds": None, "expect": [], "draw": []}
    run = start_run(shipped.path, overrides=changes if load_scenario(shipped.path).training else {})
    run.result()

    assert [finding.name for finding in run.diagnosis() or ()] == []


@pytest.mark.parametrize("name", ON_PURPOSE)
def test_what_does_not_learn_on_purpose_expects_its_finding(name):
    text = find_scenario(name).read_text(encoding="utf-8")

    assert "finding: " in text
