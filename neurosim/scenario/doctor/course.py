"""Expectations over the course of a training: up to when each that fails was met."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from neurosim.errors import DivergedError
from neurosim.functions.numbers import after_epochs, short
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.expect_entry import (
    BestLossExpectation,
    Between,
    Expectation,
    FindingExpectation,
    LastLossExpectation,
    Within,
)
from neurosim.scenario.run.expect import (
    NetworkAtMoment,
    Verdict,
    is_of_folds,
    judge,
    judgement_of,
    words_of,
)
from neurosim.training.state import TrainingState
from neurosim.training.training import Training

_LOOKS = 100  # at equal distances; between the last that meets it and the next, at each epoch


@dataclass(frozen=True, slots=True)
class FailedSince:
    """An expectation that the end of a training does not meet.

    Attributes:
        what: which number, in words.
        expected: in words.
        actual: the number at the end.
        last_met: after how many epochs it was met for the last time that was seen; None: at none.
        nearest: of one that never was, the epochs after which it came nearest, where it was looked
            at; else None.
        nearest_number: the number there.
    """

    what: str
    expected: str
    actual: float | None
    last_met: int | None
    nearest: int | None = None
    nearest_number: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        text = f"not met: {self.what}, expected {self.expected}"
        if self.actual is not None:
            text += f", got {short(self.actual)}"
        if self.last_met is not None:
            return f"{text}; it was met {after_epochs(self.last_met)}, and not since"
        if self.nearest is None or self.nearest_number is None:
            return f"{text}; it never was"
        near = f"{short(self.nearest_number)} {after_epochs(self.nearest)}"
        return f"{text}; it never was, and came nearest with {near}"


def failed_since(scenario: Scenario, verdicts: Iterable[Verdict]) -> list[FailedSince]:
    """Train a scenario once more, and follow what its end does not meet.

    What is expected at an epoch of its own, of folds or of a diagnosis has no course.

    Args:
        scenario: with a training.
        verdicts: of its run; what they say is met is not followed.
    """
    if scenario.training is None or scenario.data is None:
        return []
    unmet = {verdict.what for verdict in verdicts if not verdict.passed}
    items = [item for item in scenario.expect if _has_course(item) and words_of(item) in unmet]
    if not items:
        return []
    options = scenario.options_of_run()
    training = Training(scenario.network.copy(), *scenario.data.train, options)
    looks = list(_looks(scenario, training, options.epochs, items))
    found = (_followed(scenario, training, looks, i) for i in range(len(items)))
    return [failed for failed in found if failed is not None]


def _has_course(item: Expectation) -> TypeGuard[Between]:
    ends = LastLossExpectation | BestLossExpectation | FindingExpectation
    is_end = item.epoch is None and not isinstance(item, Within | ends)
    return is_end and not is_of_folds(item)


@dataclass(frozen=True, slots=True)
class _Look:
    state: TrainingState
    items: list[Between]
    numbers: list[float]

    @property
    def met(self) -> list[bool]:
        """Which of the items are met."""
        pairs = zip(self.items, self.numbers, strict=True)
        return [all(v.passed for v in judge(item, number)) for item, number in pairs]


def _looks(
    scenario: Scenario, training: Training, n_epochs: int, items: list[Between]
) -> Iterator[_Look]:
    """The numbers before the training, and after every so many epochs of it."""
    yield _look(scenario, training, items)
    step = max(1, n_epochs // _LOOKS)
    try:
        while training.state.epoch < n_epochs and not training.stopped:
            training.watch(min(step, n_epochs - training.state.epoch))
            yield _look(scenario, training, items)
    except DivergedError:
        return


def _look(scenario: Scenario, training: Training, items: list[Between]) -> _Look:
    moment = NetworkAtMoment(scenario, training.network, training)
    return _Look(training.state, items, [moment.number(item) for item in items])


def _followed(
    scenario: Scenario, training: Training, looks: list[_Look], number: int
) -> FailedSince | None:
    if looks[-1].met[number]:
        return None
    item, last = looks[-1].items[number], looks[-1].numbers[number]
    failed = [v for v in judge(item, last) if not v.passed]
    words = ", ".join(str(v.expected) for v in failed)
    met = [i for i, look in enumerate(looks) if look.met[number]]
    if met:
        exact = _last_met(scenario, training, looks[met[-1]], looks[met[-1] + 1], number)
        return FailedSince(failed[0].what, words, last, exact)
    judgement = judgement_of(item)
    given = (judgement.equals, judgement.below, judgement.above)
    bound = next(each for each in given if each is not None)
    near = min(looks, key=lambda look: abs(look.numbers[number] - bound))
    return FailedSince(
        failed[0].what, words, last, None, near.state.epoch, near.numbers[number]
    )  # fmt: skip


def _last_met(scenario: Scenario, training: Training, begin: _Look, end: _Look, number: int) -> int:
    """The last epoch before ``end`` after which it was met: one by one from ``begin``."""
    training.state, last = begin.state, begin.state.epoch
    while training.state.epoch < end.state.epoch:
        training.watch(1)
        if _look(scenario, training, begin.items).met[number]:
            last = training.state.epoch
    return last
