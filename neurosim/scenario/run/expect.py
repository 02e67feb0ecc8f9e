"""Expectations: numbers of a network at one moment, compared with what is expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

import numpy as np

from neurosim.diagnosis import Diagnosis
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.expect_entry import (
    FOLDS,
    NO_FINDING,
    TOLERANCE,
    BestLossExpectation,
    Between,
    BiasExpectation,
    Expectation,
    FindingExpectation,
    GradientExpectation,
    Judgement,
    LastLossExpectation,
    LossExpectation,
    MetricExpectation,
    MomentExpectation,
    MomentLossExpectation,
    NetInputExpectation,
    OutputExpectation,
    WeightExpectation,
)
from neurosim.training.data import Pair
from neurosim.training.engines.table import ENGINES
from neurosim.training.evaluation import Gradients, evaluate_loss, loss_and_gradients
from neurosim.training.metrics import SHIPPED
from neurosim.training.parts import PARTS
from neurosim.training.training import Training
from neurosim.training.validation.cross_validation import CrossValidation


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
        word = "met" if self.passed else "not met"
        within = "" if self.tolerance is None else f" within {self.tolerance:g}"
        return f"{word}: {self.what}: got {self.actual!r}; expected {self.expected}{within}"


class NetworkAtMoment:
    """A network at one moment of its training, to be asked for numbers.

    Outputs, losses, gradients and accuracies are those of the run's engine. What only the objects
    know, hidden outputs and net inputs, comes from a walk over them.
    """

    def __init__(self, scenario: Scenario, network: Network, training: Training | None) -> None:
        self._scenario = scenario
        self._network = network
        self._training = training
        self._engine = scenario.engine

    def number(self, item: Between) -> float:
        """The number that the item is about."""
        match item:
            case OutputExpectation():
                return self._output(item.forward, item.output)
            case NetInputExpectation():
                self._network.forward(item.forward)
                return _known(self._network[item.net_input].net_input)
            case WeightExpectation():
                return self._network[ends_of(item.weight)].weight
            case BiasExpectation():
                return _known(self._network[item.bias].bias)
            case GradientExpectation():
                return self._gradient(item.gradient)
            case LossExpectation():
                return self.loss(item.on)
            case LastLossExpectation() | BestLossExpectation() | FindingExpectation():
                raise AssertionError("the run knows them")
            case MetricExpectation():
                return self.metric(item.metric, item.on)
        assert_never(item)

    def loss(self, part: str = "train") -> float:
        """The loss over a part of the rows, in double precision."""
        training = self._training
        if part == "train" and training is not None and training.options.precision == "double":
            return training.loss()
        pair, measure = self._part(part), self._scenario.measure_of(part)
        return evaluate_loss(self._network, pair.X, pair.T, engine=self._engine, **measure)

    def metric(self, name: str, part: str = "train") -> float:
        """A metric over a part of the rows."""
        pair, kind = self._part(part), self._scenario.task_kind
        assert kind is not None  # there are rows
        outputs = self.outputs(pair.X)
        is_finite = np.isfinite(outputs).all()
        return SHIPPED[name](outputs, pair.T, task=kind) if is_finite else np.nan

    def outputs(self, X: Matrix) -> Matrix:
        """The outputs, (B, n_in) -> (B, n_out)."""
        if ENGINES[self._engine].capabilities.works_on_objects:
            return np.array([self._network.forward(sample) for sample in X])
        return self._network.predict(X)

    def _output(self, sample: tuple[float, ...], name: str) -> float:
        names = [neuron.name for neuron in self._network.outputs]
        if name in names:
            return float(self.outputs(np.array([sample]))[0, names.index(name)])
        self._network.forward(sample)
        return _known(self._network[name].output)

    def _gradient(self, name: str) -> float:
        if name.endswith(".bias"):
            return self._gradients.biases[name.removesuffix(".bias")]
        return self._gradients.weights[ends_of(name)]

    @cached_property
    def _gradients(self) -> Gradients:
        pair, measure = self._part("train"), self._scenario.measure_of("train")
        return loss_and_gradients(self._network, pair.X, pair.T, engine=self._engine, **measure)

    def _part(self, name: str) -> Pair:
        pair = None if self._scenario.data is None else self._scenario.data.part(name)
        assert pair is not None  # check.py looked
        return pair


def is_of_folds(item: Expectation) -> bool:
    """Whether the item is about rows that folds hold out."""
    return isinstance(item, LossExpectation | MetricExpectation) and item.on == FOLDS


def is_of_findings(item: Expectation) -> bool:
    """Whether the item expects that a diagnosis finds something."""
    return isinstance(item, FindingExpectation) and item.finding != NO_FINDING


def number_of_folds(item: Expectation, folds: CrossValidation) -> float:
    """The number that such an item is about: a mean over the folds."""
    if isinstance(item, MetricExpectation):
        return folds.measure(item.metric).mean
    return folds.loss.mean


def rank_of(item: FindingExpectation, diagnosis: Diagnosis) -> int:
    """The rank of a finding from 1, 0 where it is not found; of none the number of all."""
    names = [finding.name for finding in diagnosis.findings]
    if item.finding == NO_FINDING:
        return len(names)
    return names.index(item.finding) + 1 if item.finding in names else 0


def judge(item: Expectation, number: float | None, when: str = "") -> list[Verdict]:
    """A verdict for each bound of the item.

    Args:
        item: what is expected.
        number: what came out; None where the training did not get there.
        when: is added to the words for the item.
    """
    return list(_verdicts(words_of(item) + when, judgement_of(item), number))


def _verdicts(what: str, judgement: Judgement, actual: float | None) -> Iterator[Verdict]:
    number = np.nan if actual is None else actual  # not a number: it meets nothing
    if judgement.equals is not None:
        tolerance = TOLERANCE if judgement.tolerance is None else judgement.tolerance
        is_met = abs(number - judgement.equals) <= tolerance
        yield Verdict(what, judgement.equals, actual, tolerance, is_met)
    if judgement.below is not None:
        bound = f"below {judgement.below!r}"
        yield Verdict(what, bound, actual, None, number < judgement.below)
    if judgement.above is not None:
        bound = f"above {judgement.above!r}"
        yield Verdict(what, bound, actual, None, number > judgement.above)


def judgement_of(item: Expectation) -> Judgement:
    """The bounds of the item."""
    match item:
        case LossExpectation() | MomentLossExpectation():
            return item.loss
        case LastLossExpectation():
            return item.last
        case BestLossExpectation():
            return item.best
        case MetricExpectation() | FindingExpectation():
            return item.judgement
    return item


_MOMENT_WORDS = {
    "output": "output of ",
    "net_input": "net input of ",
    "output_gradient": "output gradient of ",
    "delta": "delta of ",
    "gradient": "gradient by ",
    "weight": "weight ",
    "bias": "bias of ",
}


def words_of(item: Expectation) -> str:
    """Which number the item is about."""
    match item:
        case OutputExpectation():
            return f"output of {item.output} for {_sample(item.forward)}"
        case NetInputExpectation():
            return f"net input of {item.net_input} for {_sample(item.forward)}"
        case WeightExpectation():
            return f"weight {item.weight}"
        case BiasExpectation():
            return f"bias of {item.bias}"
        case GradientExpectation():
            return f"gradient by {item.gradient}"
        case LossExpectation():
            return "loss" if item.on == "train" else f"loss on {_rows_of(item.on)}"
        case LastLossExpectation() | BestLossExpectation():
            is_last = isinstance(item, LastLossExpectation)
            return "loss after the last epoch" if is_last else "loss with the best parameters"
        case MetricExpectation():
            return f"{item.metric.replace('_', ' ')} on {_rows_of(item.on, PARTS)}"
        case MomentExpectation():
            key, name = item.subject
            return f"{_MOMENT_WORDS[key]}{name}"
        case MomentLossExpectation():
            return "loss"
        case FindingExpectation(finding=name):
            return "number of findings" if name == NO_FINDING else f"rank of the finding {name}"
    assert_never(item)


def _rows_of(part: str, adjectives: Mapping[str, str] | None = None) -> str:
    if part == FOLDS:
        return "held-out rows, mean of the folds"
    return f"{part if adjectives is None else adjectives[part]} rows"


def _sample(values: tuple[float, ...]) -> str:
    shown = ", ".join(f"{value:g}" for value in values[:6])
    return f"[{shown}{', ...' if len(values) > 6 else ''}]"


def ends_of(name: str) -> tuple[str, str]:
    """The names of a connection that is written as source->target."""
    source, _, target = name.partition("->")
    return source.strip(), target.strip()


def _known(value: float | None) -> float:
    assert value is not None  # check.py looked
    return value
