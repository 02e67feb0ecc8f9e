"""A third engine is one class and one row of the table: everything else asks the table."""

from contextlib import contextmanager
from typing import ClassVar

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.scenario import run_scenario
from neurosim.scenario.format.document import Document
from neurosim.scenario.uses.compare import agree_scenario, bisect_scenario
from neurosim.scenario.uses.debug import debug_scenario
from neurosim.training.engines.contract import TO_THE_BIT, Bound, Capabilities
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.table import ENGINES

SCENARIO = """
neurosim: 1
title: mirrored
engine: mirror
network:
  layers:
    - {name: x, neurons: 2}
    - {name: o, neurons: 1, activation: sigmoid}
  connections:
    - {from: x, to: o}
data:
  inputs: [[0, 1], [1, 0], [1, 1]]
  targets: [[1], [0], [1]]
training: {epochs: 4, optimizer: {name: sgd, learning_rate: 0.5}, batch_size: 2}
expect:
  - {loss: {below: 10}}
"""


class Mirror:
    """An engine of its own that lets the graph engine do all it is asked; it notes what that is."""

    name = "mirror"
    capabilities = Capabilities({"double": Bound(1e-13, 1e-13)}, works_on_objects=True)
    asked: ClassVar[list[str]] = []

    def __init__(self, task):
        self._graph = GraphEngine(task)

    def advance(self, state, *, epochs):
        self.asked.append("advance")
        return self._graph.advance(state, epochs=epochs)

    def advance_rows(self, state, *, epochs):
        self.asked.append("advance_rows")
        return self._graph.advance_rows(state, epochs=epochs)

    @contextmanager
    def batches(self, state):
        self.asked.append("batches")
        with self._graph.batches(state) as run:
            yield run

    def loss(self, theta, X, T):
        return self._graph.loss(theta, X, T)

    def loss_and_gradient(self, theta, X, T, **options):
        self.asked.append("loss_and_gradient")
        return self._graph.loss_and_gradient(theta, X, T, **options)

    def outputs(self, theta, X):
        self.asked.append("outputs")
        return self._graph.outputs(theta, X)

    def values(self, theta, X):
        self.asked.append("values")
        return self._graph.values(theta, X)


@pytest.fixture
def asked(monkeypatch):
    """What the mirror is asked, while it is in the table."""
    monkeypatch.setitem(ENGINES, "mirror", Mirror)
    monkeypatch.setattr(Mirror, "asked", [])
    return Mirror.asked


def test_it_trains_as_the_walk_does(asked, net, data):
    twin, third = net.copy(), net.copy()
    options = {"optimizer": ns.Adam(0.1), "epochs": 3, "batch_size": 4}

    ns.train(net, *data, engine="mirror", **options)
    ns.train(twin, *data, engine="graph", **options)
    list(ns.epochs(third, *data, engine="mirror", **options))

    assert "advance" in asked
    assert net.parameters().tolist() == twin.parameters().tolist() == third.parameters().tolist()


def test_it_is_compared_by_its_own_bound(asked, net, data):
    found = ns.agree(net, *data, updates=3, engine="mirror")

    assert {"outputs", "loss_and_gradient", "batches"} <= set(asked)
    assert found.passed
    assert found.outputs.tolerance == 1e-13
    assert "mirror" in str(found)


def test_the_debugger_lets_it_run_ahead_and_the_objects_hold_the_walks_numbers(asked, net, data):
    walked = net.copy()
    options = {"optimizer": ns.SGD(0.1), "epochs": 5, "batch_size": 5}

    session = ns.debug(net, *data, engine="mirror", **options)
    session.goto(epoch=4)
    there = asked.copy()
    ns.debug(walked, *data, engine="graph", **options).goto(epoch=4)

    assert {"advance", "batches", "values"} <= set(there)
    assert net.parameters().tolist() == walked.parameters().tolist()
    assert [n.output for n in net.neurons] == [n.output for n in walked.neurons]


def test_what_the_debugger_walks_is_what_promises_to_be_the_walk(asked, monkeypatch, net, data):
    walk = Capabilities({"double": TO_THE_BIT}, works_on_objects=True)
    monkeypatch.setattr(Mirror, "capabilities", walk)

    ns.debug(net, *data, engine="mirror", optimizer=ns.SGD(0.1), epochs=5).goto(epoch=4)

    assert asked == []


@pytest.mark.slow
def test_a_scenario_names_it(asked, tmp_path):
    path = tmp_path / "mirror.yaml"
    path.write_text(SCENARIO)

    result = run_scenario(path)

    assert (result.engine, result.status) == ("mirror", "passed")
    assert "advance" in asked
    assert agree_scenario(path, engine="mirror").passed
    assert bisect_scenario(path, engine="mirror") is None
    asked.clear()
    debug_scenario(path).goto(epoch=3)
    assert "batches" in asked
    assert "mirror" in Document.model_json_schema()["properties"]["engine"]["enum"]


def test_a_precision_that_it_lacks_is_refused(asked, net, data):
    with pytest.raises(InvalidValueError, match="engine 'mirror': it computes in double precision"):
        ns.train(net, *data, optimizer=ns.SGD(0.1), epochs=1, engine="mirror", precision="single")
    assert asked == []


@pytest.mark.parametrize("call", [ns.train, ns.epochs, ns.debug])
def test_a_name_that_no_engine_has_is_refused_everywhere_alike(net, data, call):
    with pytest.raises(UnknownNameError, match="unknown engine 'mirrer'"):
        call(net, *data, optimizer=ns.SGD(0.1), epochs=1, engine="mirrer")
    with pytest.raises(UnknownNameError, match="unknown engine 'mirrer'"):
        ns.agree(net, *data, engine="mirrer")
    with pytest.raises(UnknownNameError, match="unknown engine 'mirrer'"):
        ns.loss_and_gradients(net, *data, engine="mirrer")
