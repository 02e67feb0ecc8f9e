"""What a call of ``connect`` means: which pairs of neurons, and which weight on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import (
    InvalidValueError,
    NeurosimError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.initializers import Initializer, Source, make_initializer
from neurosim.functions.numerals import Matrix, require_array, require_number
from neurosim.network.neuron import Neuron

PATTERNS = ("full", "one_to_one")


@dataclass(frozen=True, slots=True)
class Wiring:
    """The pairs that one call connects, row by row: each source with its targets."""

    label: str
    sources: tuple[Neuron, ...]
    targets: tuple[Neuron, ...]
    pattern: str

    def pairs(self) -> list[tuple[Neuron, Neuron]]:
        """Sources times targets, or each source with its own target."""
        if self.pattern == "one_to_one":
            return list(zip(self.sources, self.targets, strict=True))
        return [(source, target) for source in self.sources for target in self.targets]

    def shape(self) -> tuple[int, ...]:
        """The shape of the weights: (n_sources, n_targets), or (n,) for one to one."""
        if self.pattern == "one_to_one":
            return (len(self.sources),)
        return (len(self.sources), len(self.targets))

    def given(self, weight: Any, weights: Any) -> Matrix | None:
        """The weights that the call gives, in the shape of the pattern, or None."""
        if weight is not None and weights is not None:
            raise InvalidValueError(
                f"{self.label}: weight and weights are both given; expected one"
            )
        if weight is not None:
            return np.full(self.shape(), require_number(weight, f"{self.label} weight"))
        if weights is None:
            return None
        array = require_array(weights, f"{self.label} weights")
        if array.shape != self.shape():
            raise ShapeError(
                f"{self.label} weights: wrong shape, got {array.shape}; expected {self.shape()}"
                f" (rows are sources){self._transposed(array)}"
            )
        return array

    def _transposed(self, array: Matrix) -> str:
        return "; did you mean the transpose?" if array.T.shape == self.shape() else ""

    def drawn(self, initializer: Initializer, source: Source) -> Matrix:
        """Fresh weights, in the shape of the pattern."""
        where = f"{self.label} weights"
        if self.pattern == "one_to_one":  # each target has one source
            ones = [draw(initializer, source, (1, 1), where) for _ in self.sources]
            return np.concatenate(ones).ravel()
        return draw(initializer, source, (len(self.sources), len(self.targets)), where)


def require_wiring(
    label: str, sources: Sequence[Neuron], targets: Sequence[Neuron], pattern: str
) -> Wiring:
    """The wiring, where the pattern is known and fits."""
    if pattern not in PATTERNS:
        raise UnknownNameError(f"{label}: {unknown('pattern', pattern, PATTERNS)}")
    if pattern == "one_to_one" and len(sources) != len(targets):
        raise ShapeError(
            f"{label}: one_to_one between different sizes, got {len(sources)} sources and"
            f" {len(targets)} targets; expected as many of both"
        )
    return Wiring(label, tuple(sources), tuple(targets), pattern)


def require_initializer(initializer: object) -> Initializer:
    """The initializer meant; Xavier uniform where none is given."""
    if isinstance(initializer, type):
        raise WrongTypeError(
            f"initializer: got the class {initializer.__name__}; expected an instance of it"
        )
    return make_initializer("xavier_uniform" if initializer is None else initializer)


def draw(initializer: Initializer, source: Source, shape: tuple[int, int], where: str) -> Matrix:
    """What the initializer draws, checked: anybody's object with a ``draw`` may stand here.

    Raises:
        InvalidValueError: it fails, or draws a number that is not finite.
        ShapeError: it draws another shape.
    """
    try:
        drawn = require_array(initializer.draw(source, *shape), where)
    except NeurosimError:
        raise
    except (ArithmeticError, TypeError, ValueError) as error:
        raise InvalidValueError(
            f"{where}: {initializer!r} cannot draw them, got {error}; expected finite numbers"
        ) from error
    if drawn.shape != shape:
        raise ShapeError(
            f"{where}: {initializer!r} drew a wrong shape, got {drawn.shape}; expected {shape}"
        )
    return drawn
