"""neurosim through the public door: `train`, with its checks, its history and its hand-over."""

from typing import Any

import numpy as np

from neurosim.functions.optimizers import SGD
from neurosim.network.network import Network
from neurosim.training.trainer import History, train
from tests.benchmarks.irregular import Irregular
from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import NEUROSIM, Outcome, System


def neurosim_system(problem: Layered | Irregular, name: str = NEUROSIM) -> System:
    """Neurosim on a problem; the structure is built once, as a user does who trains again."""
    net = problem.build()

    def prepare() -> Any:
        net.reset()
        return lambda: train_neurosim(net, problem)

    def outcome(history: History) -> Outcome:
        return Outcome({"losses": np.array(history.loss), "parameters": net.parameters()})

    return System(name, NEUROSIM, prepare, outcome)


def train_neurosim(net: Network, problem: Layered | Irregular) -> History:
    """Train by the problem's rules."""
    return train(
        net,
        problem.X,
        problem.T,
        loss=problem.loss,
        optimizer=SGD(learning_rate=problem.rate),
        epochs=problem.epochs,
        batch_size=problem.batch_size,
        shuffle=problem.shuffle,
        reduction=problem.reduction,
        seed=0,
        precision=problem.precision,
    )
