"""Trainings to step through: a small one by hand, and random ones of every optimizer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.session import Session
from neurosim.training.state import start_state
from neurosim.training.task import make_task

OPTIMIZERS = {
    "sgd": ns.SGD(0.1),
    "momentum": ns.SGD(0.1, momentum=0.9),
    "nesterov": ns.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": ns.Adam(0.01),
    "adamw": ns.AdamW(0.01),
    "rmsprop": ns.RMSprop(0.01),
    "adagrad": ns.Adagrad(0.05),
    "adamax": ns.Adamax(0.01),
    "nadam": ns.NAdam(0.01),
    "sklearn_adam": ns.SklearnAdam(0.01),
    "keras_adam": ns.KerasAdam(0.01),
    "adadelta": ns.Adadelta(0.5),
    "rprop": ns.Rprop(0.01),
}
ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@pytest.fixture(params=OPTIMIZERS)
def optimizer(request):
    """Each rule by which weights learn."""
    return OPTIMIZERS[request.param]


@pytest.fixture
def xor_network():
    """2-2-1, sigmoid, with weights that anybody can type."""

    def make():
        net = ns.Network("xor")
        x = net.add_layer("x", 2)
        h = net.add_layer("h", 2, activation="sigmoid", bias=[0.1, -0.2])
        o = net.add_layer("o", 1, activation="sigmoid", bias=0.3)
        net.connect(x, h, weights=[[0.5, -0.5], [0.25, 0.75]])
        net.connect(h, o, weights=[[1.0], [-1.0]])
        return net

    return make


@pytest.fixture
def xor(xor_network):
    """``xor(...)``: a session on it, with four rows in four batches and five epochs to go."""

    def make(**options):
        given = {"optimizer": ns.SGD(0.5), "epochs": 5, "batch_size": 1, **options}
        return ns.debug(xor_network(), ROWS, [0.0, 1.0, 1.0, 0.0], **given)

    return make


@dataclass(frozen=True)
class Training:
    """All that a session is made of."""

    case: Any
    options: dict[str, Any]
    n_epochs: int

    def session(self, *, engine="compiled", limit=256_000_000):
        """A session at its start, on a network of its own."""
        case = self.case
        task = make_task(
            case.network.copy(),
            case.X,
            case.T,
            loss=case.loss,
            reduction=case.reduction,
            **self.options,
        )
        start = start_state(task, 1)
        return Session(task, start, n_epochs=self.n_epochs, engine=engine, limit=limit)


@pytest.fixture(scope="session")
def trainings(cases):
    """The strategy of random trainings; batches may leave a remainder."""

    @st.composite
    def draw_one(draw, most_epochs=3):
        options = {
            "optimizer": OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))],
            "batch_size": draw(st.sampled_from([None, 1, 2, 3, 5])),
            "shuffle": draw(st.booleans()),
        }
        case = draw(cases())
        outputs = case.network.outputs
        assume(len(outputs) > 1 or outputs[0].activation != "softmax")  # always 1: it is refused
        return Training(case, options, draw(st.integers(1, most_epochs)))

    return draw_one


@pytest.fixture
def halts():
    """``halts(session)``: the position and the first line, stop after stop."""

    def find(session, count=6):
        found = []
        for _ in range(count):
            arrival = session.continue_()
            if not arrival.hits:
                break
            found.append((str(session.position), *map(str, arrival.hits)))
        return found

    return find
