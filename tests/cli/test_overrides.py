"""The options that override keys of a scenario."""

import pytest

from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.table import ENGINES


class Late(GraphEngine):
    """An engine that is added after the commands were imported."""

    name = "late"


@pytest.mark.parametrize("command", ["run", "debug", "animate", "agree"])
def test_an_engine_that_is_added_late_is_known_to_every_command(neurosim, command, monkeypatch):
    assert "late" not in neurosim(command, "--help").out
    monkeypatch.setitem(ENGINES, "late", Late)

    assert "late" in neurosim(command, "--help").out


def test_an_engine_that_is_added_late_runs(neurosim, monkeypatch):
    monkeypatch.setitem(ENGINES, "late", Late)

    assert neurosim("run", "passed.yaml", "--engine", "late").code == 0


def test_an_engine_that_is_not_there_is_refused(neurosim):
    ran = neurosim("run", "passed.yaml", "--engine", "none")

    assert (ran.code, ran.out) == (2, "")
    assert "'none' is not one of 'graph', 'compiled'" in ran.err


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("run", ["--engine", "--seed", "--set"]),
        ("debug", ["--engine", "--seed", "--set"]),
        ("animate", ["--engine", "--seed", "--set"]),
        ("draw", ["--seed", "--set"]),
        ("trace", ["--set"]),
    ],
)
def test_commands_have_their_options_in_this_order(neurosim, command, options):
    words = neurosim(command, "--help").out.split()

    assert [word for word in words if word in {"--engine", "--seed", "--set"}] == options


GIVEN = "--set=network.initial={weights: zeros}"


@pytest.mark.slow
@pytest.mark.parametrize("command", [["run"], ["animate", "-o", "film.gif"]])
def test_a_seed_that_changes_nothing_is_said_to(neurosim, command):
    name, *more = command

    ran = neurosim(name, "passed.yaml", "--seed", "2", GIVEN, *more)

    note = "note: --seed 2 changes nothing: every weight is given, and no row is drawn or shuffled"
    assert note in ran.err.splitlines()


@pytest.mark.parametrize(
    "options",
    [
        ["--seed", "2"],
        [GIVEN],
        ["--seed", "2", GIVEN, "--set", "training.shuffle=true"],
        ["--seed", "2", GIVEN, "--set", "data.split={test: 0.25}"],
        ["--seed", "2", GIVEN, "--set", "network.initial.biases={uniform: [0, 1]}"],
        ["--seed", "2", GIVEN, "--set", "data={dataset: {name: sine, noise: 1}}",
         "--set", "network.layers[0].neurons=1", "--set", "training.loss=squared_error"],
    ],
)  # fmt: skip
def test_a_seed_that_changes_something_is_not(neurosim, options):
    ran = neurosim("run", "passed.yaml", *options)

    assert "note" not in ran.err
    assert ran.code < 2, ran.err
