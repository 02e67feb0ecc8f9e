"""The weights of classes: given by name, or balanced.

``balanced`` is scikit-learn's: a class of n rows among N, of k classes that occur, weighs
N / (k n); so the weights of all rows add up to N.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numbers import (
    Matrix,
    require_non_negative,
)
from neurosim.training.task_kind import CLASSES, YES_NO, TaskKind

BALANCED = "balanced"
ClassWeight = str | tuple[tuple[str | int, float], ...] | None


def require_class_weight(given: object, where: str = "class_weight") -> ClassWeight:
    """``balanced``, or the weights of classes by name or number, or None.

    Raises:
        WrongTypeError, InvalidValueError, UnknownNameError: it is none of these.
    """
    if given is None:
        return None
    if isinstance(given, str):
        if given != BALANCED:
            raise UnknownNameError(f"{where}: {unknown('rule', given, [BALANCED])}")
        return given
    pairs: Any = given.items() if isinstance(given, Mapping) else given
    if not isinstance(given, (Mapping, tuple)) or not given:
        raise WrongTypeError(
            f"{where}: got {given!r:.80}; expected {BALANCED!r}, or a mapping of classes to weights"
        )
    made = tuple(
        (_key(name, where), require_non_negative(weight, f"{where}: {name!r}"))
        for name, weight in pairs
    )
    if not any(weight for _, weight in made):
        raise InvalidValueError(f"{where}: every weight is 0; expected one above")
    return made


def _key(name: object, where: str) -> str | int:
    if isinstance(name, (bool, np.bool_)) or not isinstance(name, (str, int, float, np.number)):
        raise WrongTypeError(f"{where}: got the class {name!r:.80}; expected a name or a number")
    if isinstance(name, str):
        return name
    if float(name) != int(name):
        raise InvalidValueError(f"{where}: got the class {name!r:.80}; expected a whole number")
    return int(name)


@dataclass(frozen=True, slots=True, eq=False)
class ClassWeights:
    """The weight of each class of some outputs, and which class a row is of."""

    kind: TaskKind
    weights: Matrix
    names: tuple[str | int, ...]

    @property
    def given(self) -> ClassWeight:
        """The weights as an option: by names of classes, or the numbers of their targets."""
        return tuple(zip(self.names, self.weights.tolist(), strict=True))

    def of_rows(self, T: Matrix) -> Matrix:
        """The weight of each row, (B,), of targets without gaps."""
        found: Matrix = self.weights[self.kind.classes(T)]
        return found


def find_class_weights(
    given: ClassWeight, kind: TaskKind, T: Matrix, names: Sequence[str], where: str
) -> ClassWeights:
    """The weight of each class; of one that a mapping does not name, 1.

    Args:
        given: what a user says.
        kind: what the targets are.
        T: the targets of all training rows, without gaps, (B, n).
        names: what the classes are called.
        where: what the option is called in messages.

    Raises:
        InvalidValueError: the targets are no classes.
        UnknownNameError: a class is unknown.
    """
    if kind.name not in (CLASSES, YES_NO):
        raise InvalidValueError(
            f"{where}: got targets of the kind {kind.name}; expected one class of several, or yes"
            " and no"
        )
    called: tuple[str | int, ...] = (*(names or _levels(kind)),)
    counts = np.bincount(kind.classes(T), minlength=kind.n_classes)
    if given == BALANCED:
        weights = np.divide(
            len(T), (counts > 0).sum() * counts, out=np.ones(len(counts)), where=counts > 0
        )
        return ClassWeights(kind, weights, called)
    assert isinstance(given, tuple)
    weights, numbers = np.ones(kind.n_classes), _numbers(kind, names)
    for name, weight in given:
        key = _key_of(name, numbers)
        if key not in numbers:
            raise UnknownNameError(f"{where}: {unknown('class', name, list(map(str, numbers)))}")
        weights[numbers[key]] = weight
    return ClassWeights(kind, weights, called)


def _key_of(name: str | int, numbers: Mapping[str | int, int]) -> str | int:
    """The name of a class that is meant: a number is a name first, and then a class's number."""
    if str(name) in numbers:
        return str(name)
    is_number = str(name).removeprefix("-").isdecimal()
    return int(name) if is_number else name


def _levels(kind: TaskKind) -> Sequence[int]:
    return range(kind.n_classes) if kind.name == CLASSES or kind.threshold else (-1, 1)


def _numbers(kind: TaskKind, names: Sequence[str]) -> dict[str | int, int]:
    """The number of each class, by its name, and by its number in targets."""
    by_level: dict[str | int, int] = {level: i for i, level in enumerate(_levels(kind))}
    return by_level | {name: i for i, name in enumerate(names)}
