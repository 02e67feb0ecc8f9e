"""A planned step is the one that an update makes, and changes nothing."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import WrongTypeError
from neurosim.functions.optimizers import Adam
from neurosim.functions.penalties import L2, Penalties
from neurosim.interpreter import update
from neurosim.interpreter.steps import value_of
from neurosim.interpreter.update import planned_update, update_steps


def trained(**options):
    net = ns.Network("n", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("y", 1)
    net.connect("x", "h")
    net.connect("h", "y")
    X = [[0.2, -0.4], [1.0, 0.5], [-0.3, 0.8]]
    training = ns.Training(net, X, [[1.0], [0.0], [0.5]], engine="graph", batch_size=2, **options)
    training.watch(2)
    return net, training


OPTIONS = {
    "plain": {},
    "penalty": {"penalty": L2(0.5)},
    "adjusted": {
        "penalty": Penalties((L2(0.5),), max_norm=0.02),
        "clip": {"norm": 0.01},
        "weight_decay": 0.1,
    },
}


def test_a_planned_step_is_that_of_the_update():
    for name, options in OPTIONS.items():
        net, training = trained(optimizer=Adam(0.05), **options)
        task, state = training.task, training.state
        for parameter, total in zip(net.parameter_list(), np.linspace(-2, 2, 13), strict=True):
            parameter._gradient = float(total)
        given = {"count": state.updates + 1, "rate": 0.05, "rows": 2, "divisor": 2}
        given |= {"penalty": task.penalty, "adjustments": task.adjustments}
        theta, memory = state.parameters.tolist(), state.memory.copy()
        assert len(net.parameter_list()) == 13

        planned = [
            planned_update(net, p, task.optimizer, memory, theta=theta, **given)
            for p in net.parameter_list()
        ]

        assert net.parameters().tolist() == theta, name
        made = list(update_steps(net, task.optimizer, memory.copy(), **given))
        assert [value_of(step) for step in planned] == [value_of(step) for step in made], name
        for step in planned:
            step.parameter._gradient = None
        [first, *_] = net.parameter_list()
        unknown = planned_update(net, first, task.optimizer, memory, theta=theta, **given)
        assert unknown.gradient == 0.0, name


def test_an_optimizer_has_both_a_start_and_a_rule():
    net, training = trained(optimizer=Adam(0.05))

    class NoRule:
        start = (0.0,)

    with pytest.raises(WrongTypeError, match="optimizer: got"):
        update(net, NoRule(), training.state.memory, count=1, rate=0.1, rows=1, divisor=1)
