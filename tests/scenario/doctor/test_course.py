"""Cures that are tried, gradients against differences, and expectations over a training."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ScenarioError
from neurosim.scenario.doctor import gradients
from neurosim.scenario.doctor.course import failed_since
from neurosim.scenario.doctor.cured import cured_text
from neurosim.scenario.doctor.gradients import check_gradients
from neurosim.scenario.doctor.trials import try_cures
from neurosim.scenario.run.keeping import run_scenario, start_run
from neurosim.training.engines.table import exact_engine
from neurosim.training.task import make_task

LINE = """\
neurosim: 1
title: Line   # my line
network:
  layers: [{name: x, neurons: 1}, {name: y, neurons: 1, bias: false}]
  connections: [{from: x, to: y, weight: 1}]
data: {inputs: [[1]], targets: [[0]]}
# y goes to 0.8*y in each epoch
training: {loss: half_squared_error, optimizer: {name: sgd, learning_rate: 0.2}, epochs: 200}
"""


def follow(load, *items, **changes):
    text = LINE + "expect:\n" + "".join(f"  - {item}\n" for item in items)
    scenario = load(text, overrides=changes)
    return failed_since(scenario, run_scenario(scenario).expectations)


def test_an_expectation_that_was_met_says_up_to_when(load):
    # 0.8**k is at least 0.05 up to k = 13
    (failed,) = follow(load, "{forward: [1], output: y1, above: 0.05}")

    assert failed.last_met == 13
    assert str(failed).endswith("; it was met after 13 epochs, and not since")
    assert str(failed).startswith("not met: output of y1 for [1], expected above 0.05, got ")


def test_one_that_never_was_says_where_it_came_nearest(load):
    (failed,) = follow(load, "{weight: x1->y1, above: 1.5}", "{loss: {below: 1}}")

    assert str(failed) == (
        f"not met: weight x1->y1, expected above 1.5, got {0.8**200:.6g}; it never was, and came"
        " nearest with 1 before training"
    )


def test_what_is_met_and_what_has_no_course_is_left_out(load):
    assert follow(load, "{loss: {below: 1}}", "{epoch: 3, weight: x1->y1, equals: 7}") == []


def test_a_training_that_diverges_is_followed_as_far_as_it_goes(load):
    text = LINE + "expect: [{weight: x1->y1, equals: 1, tolerance: 0.1}]\n"
    scenario = load(text, overrides={"training.optimizer.learning_rate": 1e9})
    (failed,) = failed_since(scenario, run_scenario(scenario).expectations)

    assert failed.last_met == 0


# --- gradients


@pytest.fixture
def task():
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    return make_task(net, [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])


def test_the_gradient_is_that_of_differences(task):
    theta = np.linspace(-1.0, 1.0, len(task.network.parameter_list()))

    found = check_gradients(task, theta)

    assert found.passed
    assert found.error < 1e-7
    assert found.gradient == pytest.approx(found.difference, rel=1e-6)
    assert (found.n_checked, found.n_parameters) == (13, 13)
    assert str(found).startswith("gradients agree with differences of the loss: worst of 13 is ")


def test_a_wrong_gradient_is_told_with_both_numbers(task, monkeypatch):
    class Wrong:
        """The exact engine, whose gradient by the third parameter is 1.1 times too large."""

        def __init__(self, task):
            self.measure = exact_engine(task).measure
            self._right = exact_engine(task).loss_and_gradient

        def loss_and_gradient(self, *given):
            loss, gradient = self._right(*given)
            gradient = gradient.copy()
            gradient[2] *= 1.1
            return loss, gradient

    monkeypatch.setattr(gradients, "exact_engine", Wrong)
    theta = np.linspace(-1.0, 1.0, len(task.network.parameter_list()))

    found = check_gradients(task, theta)

    assert not found.passed
    assert found.parameter == task.network.parameter_list()[2].name
    assert found.gradient == pytest.approx(1.1 * found.difference, rel=1e-6)
    assert str(found).startswith("gradients do not agree with differences of the loss")


@pytest.fixture
def at_kinks():
    """A relu whose net input is 0 at the only row: by its bias and its weight each side differs."""
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("h", 2, activation="relu", bias=[-0.5, 0.5])
    net.add_layer("o", 1)
    net.connect("x", "h", weights=[[0.5, 0.75]])
    net.connect("h", "o", weights=[[1.0], [2.0]])
    return make_task(net, [[1.0]], [[1.0]])


def test_at_a_kink_a_gradient_to_one_side_is_no_fault(at_kinks):
    found = check_gradients(at_kinks, at_kinks.network.parameters())

    assert found.passed
    assert (found.n_checked, found.n_at_kinks, found.n_parameters) == (5, 2, 7)
    assert "worst of 5 of 7 (2 more are at a kink) is " in str(found)


def test_at_a_kink_a_gradient_of_neither_side_is_a_fault(at_kinks, monkeypatch):
    engine = exact_engine(at_kinks)
    loss, right = engine.loss_and_gradient(at_kinks.network.parameters(), at_kinks.X, at_kinks.T)
    number = [p.name for p in at_kinks.network.parameter_list()].index("h1.bias")
    wrong = right.copy()
    wrong[number] = -3.0

    class Wrong:
        measure = staticmethod(engine.measure)

        def __init__(self, task):
            self.loss_and_gradient = lambda *_: (loss, wrong)

    monkeypatch.setattr(gradients, "exact_engine", Wrong)

    found = check_gradients(at_kinks, at_kinks.network.parameters())

    assert not found.passed
    assert found.parameter == "h1.bias"


# --- cures


def test_cures_are_tried_side_by_side_for_as_many_epochs(write):
    path = write(LINE.replace("learning_rate: 0.2", "learning_rate: 2.5"))
    run = start_run(path)
    run.result()

    before, *tried = try_cures(path, run.diagnosis().findings)

    assert (before.finding, before.cure) == ("", ())
    assert before.loss > 1e20
    assert tried
    assert tried[0].loss < 1e-3
    assert tried[0].to_dict()["cure"] == list(run.diagnosis().findings[0].cure)


def test_a_cure_is_written_into_the_text_and_checked_where_it_will_lie(write, tmp_path):
    path = write(LINE)

    text = cured_text(path, ["training.optimizer.learning_rate=0.1"], tmp_path / "cured.yaml")

    assert text == LINE.replace("learning_rate: 0.2", "learning_rate: 0.1")
    with pytest.raises(ScenarioError, match=r"cured\.yaml:8:"):
        cured_text(path, ["training.loss=hubr"], tmp_path / "cured.yaml")
    with pytest.raises((InvalidValueError, ScenarioError)):
        cured_text(path, ["network.layers[9].neurons=3"], tmp_path / "cured.yaml")
