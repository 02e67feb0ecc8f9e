"""Every shipped scenario is a test, on both engines where its size allows."""

import pytest

from neurosim.functions.activations import ACTIVATIONS
from neurosim.scenario import list_scenarios, load_scenario, run_scenario

COMPILED_ONLY = {
    "breast-cancer",
    "digits",
    "digits-folds",
    "spirals",
    "wine",
}  # minutes on the graph engine
LARGE = {"million"}  # seconds to build
SHIPPED = [
    pytest.param(shipped, marks=[pytest.mark.slow] * (shipped.name in LARGE), id=shipped.name)
    for shipped in list_scenarios()
]


@pytest.mark.quick("activations", "iris", "m", "optimizer-a", "residual", "sigmoid", "x")
@pytest.mark.parametrize("shipped", SHIPPED)
def test_shipped_scenario_meets_its_expectations_compiled(shipped):
    result = run_scenario(shipped.path, engine="compiled")

    assert result.status == "passed", [str(v) for v in result.expectations if not v.passed]


@pytest.mark.slow
@pytest.mark.parametrize(
    "shipped",
    [shipped for shipped in list_scenarios() if shipped.name not in COMPILED_ONLY],
    ids=lambda shipped: shipped.name,
)
def test_shipped_scenario_meets_its_expectations_node_by_node(shipped):
    result = run_scenario(shipped.path, engine="graph")

    assert result.status == "passed", [str(v) for v in result.expectations if not v.passed]


@pytest.mark.parametrize("shipped", SHIPPED)
def test_shipped_scenario_names_its_schema_and_expects_something(shipped):
    first = shipped.path.read_text(encoding="utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=scenario.schema.json"
    assert load_scenario(shipped.path).expect


def test_the_scenario_of_every_activation_has_every_one_of_the_table():
    scenario = load_scenario("activations")

    assert {neuron.activation for neuron in scenario.network.outputs} == {*ACTIVATIONS}
    expected = {item.output for item in scenario.expect if item.forward == (0.5,)}
    assert expected == {*ACTIVATIONS}
