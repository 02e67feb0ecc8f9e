"""What a page holds is what the engine did: numbers to the last bit, texts to the letter."""

import random

import pytest

from neurosim.debugger.ask.explain import explain
from neurosim.debugger.traces.trace import entry_of, positioned_steps
from neurosim.page.contents import PageChoice, all_of, read_contents, to_bytes
from neurosim.page.recording import record
from neurosim.scenario import load_scenario
from neurosim.training.training import Training

IRIS = pytest.param("iris", marks=pytest.mark.slow)
SCENARIOS = [
    "xor", "xor-skip", IRIS, "mazur", "optimizer-adam", "optimizer-momentum", "xor-iamtrask",
    "softmax-overflow", "wide-and-deep", pytest.param("sparse-random", marks=pytest.mark.slow),
    "twins", "residual",
]  # fmt: skip


def recorded(name, epochs, *, n_rows=20):
    scenario = load_scenario(name)
    X, T, options = scenario.require_training(name, "page")
    training = Training(scenario.network, X, T, options)
    n_epochs = min(options.epochs, 12)
    return record(training, n_epochs, [e for e in epochs if e < n_epochs], n_rows=n_rows)


def traced(name, epoch):
    """The entries of an epoch as a trace has them, made anew."""
    scenario = load_scenario(name)
    training = Training(scenario.network, *scenario.require_training(name, "page"))
    training.advance(epochs=epoch)
    task = training.task.with_options(precision="double")
    for position, step in positioned_steps(task, training.state, task.n_batches):
        yield position, step, entry_of(position, step)


@pytest.mark.quick("mazur")
@pytest.mark.parametrize("name", SCENARIOS)
def test_numbers_and_texts_are_those_of_the_trace(name):
    recording = recorded(name, [0, 3])
    contents = read_contents(to_bytes(recording, all_of(recording)))
    chance = random.Random(1)  # noqa: S311 - which moments are compared is no secret

    n_compared = 0
    for place, epoch in enumerate(contents.document["epochs"]):
        found = {tuple(at[:1] + at[2:3]): i for i, at in enumerate(contents.document["samples"])}
        for position, _, entry in traced(name, epoch):
            if position.phase == "update" or (place, position.sample) not in found:
                continue
            if chance.random() > 0.2 and n_compared > 200:
                continue
            row = found[place, position.sample]
            assert contents.text("sample", row, position.step) == entry.text
            record_ = contents.record("sample", row, position.step)
            shared = {key: record_[key] for key in record_.keys() & entry.record.keys()}
            assert shared["after"] == entry.record["after"] or shared["after"] is None
            assert {key: entry.record[key] for key in shared if key != "kind"} == {
                key: value for key, value in shared.items() if key != "kind"
            }
            n_compared += 1
    assert n_compared >= 18


@pytest.mark.parametrize("name", ["xor", IRIS, "optimizer-adam"])
def test_updates_and_parameters_are_those_of_the_trace(name):
    recording = recorded(name, [0, 3], n_rows=1000)
    contents = read_contents(to_bytes(recording, all_of(recording)))
    symbols = contents.document["parameters"]

    for place, epoch in enumerate(contents.document["epochs"]):
        at = {b: i for i, (p, b) in enumerate(contents.document["updates"]) if p == place}
        numbers = dict.fromkeys(at, 0)
        for position, step, entry in traced(name, epoch):
            if position.phase != "update":
                continue
            number = numbers[position.batch]
            numbers[position.batch] += 1
            found = contents.record("update", at[position.batch], number)
            assert found["after"] == entry.record["after"]
            assert found["gradient"] == entry.record["gradient"]
            parameter = symbols.index(step.parameter.symbol)
            assert contents.parameter(place, position.batch, parameter) == step.before
        assert set(numbers.values()) == {len(contents.document["units"]["update"]["steps"])}


@pytest.mark.slow
def test_rows_and_epochs_that_are_left_out_leave_the_others_as_they_are():
    recording = recorded("iris", [0, 3], n_rows=20)
    whole = read_contents(to_bytes(recording, all_of(recording)))

    some = read_contents(to_bytes(recording, PageChoice((1,), 7)))

    assert some.document["epochs"] == [3]
    assert [at[2] for at in some.document["samples"]] == list(range(7))
    steps = range(len(whole.document["units"]["sample"]["steps"]))
    assert [some.text("sample", 4, i) for i in steps] == [
        whole.text("sample", 24, i) for i in steps
    ]


def test_explanations_are_those_of_explain():
    recording = recorded("xor", [0])
    contents = read_contents(to_bytes(recording, all_of(recording)))
    scenario = load_scenario("xor")
    training = Training(scenario.network, *scenario.require_training("xor", "page"))
    for position, _ in positioned_steps(training.task, training.state, 1):
        if position.phase == "update":
            break  # all of the first sample is there, nothing is updated
        last = position
    names = [n["name"] for n in contents.document["neurons"]]
    names += [c["name"] for c in contents.document["connections"]]

    for thing, _, _, text in contents.document["units"]["sample"]["lines"]:
        if thing >= 0:
            said = explain(scenario.network, names[thing], task=training.task, position=last).lines
            assert contents.text("sample", 0, text) in [line.strip() for line in said]
