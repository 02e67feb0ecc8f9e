"""Judging: what a network says at a moment of its training, compared with what is expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

import numpy as np

from neurosim.network.network import Network
from neurosim.scenario.expect_entry import (
    TOLERANCE,
    AccuracyExpectation,
    BiasExpectation,
    Expectation,
    GradientExpectation,
    Judgement,
    LossExpectation,
    NetInputExpectation,
    OutputExpectation,
    WeightExpectation,
)
from neurosim.scenario.scenario import Scenario
from neurosim.training.data import Pair
from neurosim.training.gradients import Gradients, evaluate_loss, loss_and_gradients
from neurosim.training.metrics import accuracy


@dataclass(frozen=True, slots=True)
class Verdict:
    """One number that was looked at.

    Attributes:
        what: which number, in words.
        expected: the number itself, or a bound as text (``"below 0.1"``).
        actual: the number found; None where the training did not get there.
        tolerance: how far ``actual`` may be from ``expected``; None for a bound.
        passed: whether it is as expected.
    """

    what: str
    expected: float | str
    actual: float | None
    tolerance: float | None
    passed: bool

    def __str__(self) -> str:
        """The verdict in a line."""
        sign = "ok" if self.passed else "FAILED"
        within = "" if self.tolerance is None else f" +- {self.tolerance:g}"
        return f"{sign}: {self.what} = {self.actual!r}, expected {self.expected!r}{within}"


class Moment:
    """A network at one moment of its training, asked for its numbers.

    Outputs of output neurons, losses, gradients and accuracies are those of the run's engine; what
    only the objects know (hidden outputs, net inputs) comes from a walk over them.
    """

    def __init__(self, scenario: Scenario, network: Network, engine: str) -> None:
        self._scenario = scenario
        self._network = network
        self._engine = engine
        self._losses: dict[str, float] = {}

    def judge(self, item: Expectation, when: str = "") -> Iterator[Verdict]:
        """One verdict for each bound of the item; ``when`` is added to the words."""
        what = f"{_words(item)}{when}"
        judgement = _judgement(item)
        actual = self.number(item)
        return _verdicts(what, judgement, actual)

    def number(self, item: Expectation) -> float:
        """The number that the item is about."""
        match item:
            case OutputExpectation():
                return self._output(item.forward, item.output)
            case NetInputExpectation():
                self._network.forward(item.forward)
                return _known(self._network[item.net_input].net_input)
            case WeightExpectation():
                return self._network[_pair(item.weight)].weight
            case BiasExpectation():
                return _known(self._network[item.bias].bias)
            case GradientExpectation():
                return self._gradient(item.gradient)
            case LossExpectation():
                return self.loss(item.on)
            case AccuracyExpectation():
                pair = self._part(item.on)
                return accuracy(self.outputs(pair.X), pair.T)
        assert_never(item)
