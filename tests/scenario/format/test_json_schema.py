"""The JSON Schema: it takes every shipped scenario, and finds planted mistakes."""

import json

import pytest
from jsonschema import Draft202012Validator

from neurosim.scenario import list_scenarios, schema, shipped_folder
from neurosim.scenario.format.node import plain
from neurosim.scenario.format.yaml_text import parse


@pytest.fixture(scope="module", params=["shipped", "generated"])
def validator(request):
    path = shipped_folder() / "scenario.schema.json"
    made = schema() if request.param == "generated" else json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def as_json(text):
    """The text of a scenario as JSON sees it, with lists instead of tuples."""
    tree, problems = parse(text, "s.yaml")
    assert problems == []
    return json.loads(json.dumps(plain(tree)))


@pytest.mark.quick("shipped-xor", "generated-o")
@pytest.mark.parametrize("shipped", list_scenarios(), ids=lambda shipped: shipped.name)
def test_every_shipped_scenario_is_valid(validator, shipped):
    document = as_json(shipped.path.read_text(encoding="utf-8"))

    assert [error.message for error in validator.iter_errors(document)] == []


def test_the_two_scenarios_of_the_specification_are_valid(validator, two_two_one, single_layer):
    for text in (two_two_one(), single_layer):
        assert [error.message for error in validator.iter_errors(as_json(text))] == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("neurosim: 1", "neurosim: 2", "neurosim"),
        ("title: Either or both\n", "", ""),
        ("seed: 1", "seed: -1", "seed"),
        ("seed: 1", "sed: 1", ""),
        ("sigmoid", "sigmod", "network.layers.1.activation"),
        ("neurons: 1,", "neurons: 0,", "network.layers.1.neurons"),
        ("neurons: 1,", "neurons: 1, bais: 3,", "network.layers.1"),
        ("[0, 1]", "[0, x]", "data"),
        ("binary_cross_entropy", "cross", "training.loss"),
        ("name: sgd", "name: sdg", "training.optimizer"),
        ("learning_rate: 1", "learning_rate: fast", "training.optimizer"),
        ("epochs: 4", "epochs: 1.5", "training.epochs"),
        ("epochs: 4", "epochs: 4\n  batch_size: none", "training.batch_size"),
        ("{loss: {below: 1}}", "{loss: {}}", "expect.1"),
        ("{loss: {below: 1}}", "{loss: {below: 1, tolerance: 1}}", "expect.1"),
        ("{loss: {below: 1}}", "{los: {below: 1}}", "expect.1"),
        ("{loss: {below: 1}}", "{weight: a->o1}", "expect.1"),
        ("{loss: {below: 1}}", "{sample: 1, delta: o1}", "expect.1"),
        ("{loss: {below: 1}}", "{sample: 1, delta: o1, bias: o1, equals: 1}", "expect.1"),
        ("{loss: {below: 1}}", "{sample: 1, forward: [0, 1], output: o1, equals: 1}", "expect.1"),
        ("{loss: {below: 1}}", "{after: fore, output: o1, equals: 1}", "expect.1"),
        ("{loss: {below: 1}}", "{smaple: 1, output: o1, equals: 1}", "expect.1"),
        ("{loss: {below: 1}}", "{sample: 1, accuracy: {equals: 1}}", "expect.1"),
        ("data:", "  initial: {weights: {uniform: [0, 1], normal: [0, 1]}}\ndata:", "network"),
    ],
)
def test_a_planted_mistake_is_found_where_it_is(validator, small, old, new, path):
    errors = list(validator.iter_errors(as_json(small((old, new)))))

    assert errors
    assert any(".".join(map(str, error.absolute_path)).startswith(path) for error in errors)


@pytest.mark.parametrize(
    "item",
    [
        "{delta: o1, equals: 1}",
        "{epoch: 3, sample: 1, after: backward, output_gradient: o1, equals: 0, tolerance: 1}",
        "{after: update, weight: a->o1, below: 1}",
        "{sample: 1, loss: {above: 1}}",
    ],
)
def test_a_moment_within_an_epoch_is_valid(validator, small, item):
    document = as_json(small(("{loss: {below: 1}}", item)))

    assert [error.message for error in validator.iter_errors(document)] == []


FACTS = {
    *("const", "enum", "required", "default", "description", "pattern"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "minProperties", "maxProperties"),
}


def facts(part):
    """What the schema says, wherever pydantic puts it: keys, names, bounds, descriptions."""
    items = part if isinstance(part, list) else part.values() if isinstance(part, dict) else ()
    found = set().union(*map(facts, items))
    if isinstance(part, dict):
        found |= {("key", key) for key in part.get("properties", {})}
        for word in FACTS & set(part):
            value = [part[word]] if word == "const" else part[word]
            value = sorted(value, key=str) if isinstance(value, list) else value
            found.add(("enum" if word == "const" else word, json.dumps(value, sort_keys=True)))
    return found


def test_the_shipped_schema_says_what_the_entries_say():
    shipped = json.loads((shipped_folder() / "scenario.schema.json").read_text(encoding="utf-8"))

    assert facts(shipped) == facts(schema()), "out of date; run `python -m tests.generate schema`"


def test_every_key_is_described_for_editors():
    found = schema()
    entries = {
        name: entry["properties"]
        for name, entry in found["$defs"].items()
        if name.endswith(("Entry", "Expectation", "Source", "Judgement"))
    }

    assert len(entries) > 15
    assert {
        f"{name}.{key}"
        for name, keys in entries.items()
        for key, value in keys.items()
        if "description" not in value and "$ref" not in value
    } == set()
