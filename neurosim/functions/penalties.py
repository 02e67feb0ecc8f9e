"""Penalties: what large weights cost, as an addition to the gradient of a batch.

A penalty is a frozen record with two forms: `gradient` of one weight (the walk), and
`array_gradient` of all (the compiled program); where the second is missing, the first is applied
weight by weight. Biases are left alone by whoever applies it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import require_number
from neurosim.functions.registry import Table
from neurosim.functions.users import Mapped, errors_named, require_equal_forms

Array = NDArray[Any]


class Penalty(Protocol):
    """What training asks of a penalty."""

    name: ClassVar[str]

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient over a batch of so many rows."""
        ...


@dataclass(frozen=True, slots=True)
class L2:
    """Add strength * w / n to each weight's gradient over a batch of n; biases are left alone.

    Source: scikit-learn's rule for ``MLPClassifier(alpha=)``, whose loss then has the term
    strength / (2 n) * sum of w^2. The loss that neurosim reports is without it.
    """

    strength: float

    name: ClassVar[str] = "l2"

    def __post_init__(self) -> None:
        number = require_number(self.strength, "L2(strength=)")
        if number < 0.0:
            raise InvalidValueError(f"L2(strength=): got {number!r}; expected a finite number >= 0")
        object.__setattr__(self, "strength", number)

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient."""
        return self.strength * weight / rows

    def array_gradient(self, weights: Array, rows: int) -> Array:
        """What is added to the gradients of these weights."""
        decay = weights.dtype.type(self.strength) / rows  # in the precision of the weights
        added: Array = decay * weights
        return added


def array_gradient(penalty: Penalty) -> Callable[[Array, int], Array]:
    """The array form of a penalty; weight by weight where it has none."""
    given = getattr(penalty, "array_gradient", None)
    return partial(_lifted, penalty) if given is None else given


def _lifted(penalty: Penalty, weights: Array, rows: int) -> Array:
    return Mapped(lambda weight: penalty.gradient(weight, rows))(weights)


def _checked(name: str, given: Any) -> Callable[..., Penalty]:
    where = f"penalty {name!r}"
    if not isinstance(given, type) or not hasattr(given, "gradient"):
        raise WrongTypeError(
            f"{where}: got {given!r:.80}; expected a class with gradient(weight, rows)"
        )
    options = inspect.signature(given).parameters.values()
    made = given(*(0.25 for option in options if option.default is option.empty))
    weights = np.array([-2.0, -0.5, 0.0, 0.125, 3.0])
    with errors_named(where, "gradient(weight, rows) to give a number"):
        expected = [float(made.gradient(w, 4)) for w in weights.tolist()]
        found = array_gradient(made)(weights, 4)
    require_equal_forms(expected, found, weights.tolist(), where)
    kind: Callable[..., Penalty] = given
    return kind


_SHIPPED: dict[str, Callable[..., Penalty]] = {kind.name: kind for kind in (L2,)}
PENALTIES = Table("penalty", _SHIPPED.items(), check=_checked)
register_penalty, unregister_penalty = PENALTIES.register, PENALTIES.unregister


def require_penalty(penalty: object) -> Penalty | None:
    """The penalty as an object, such as `L2`; given itself, as ``{"l2": strength}``, or None."""
    if penalty is None:
        return None
    if isinstance(penalty, Mapping) and len(penalty) == 1:
        ((name, options),) = penalty.items()
        if isinstance(name, str) and name in PENALTIES:
            make = PENALTIES[name]
            return make(**options) if isinstance(options, Mapping) else make(options)
    if isinstance(penalty, type) or not hasattr(penalty, "gradient"):
        raise WrongTypeError(
            f"penalty: not a penalty, got {penalty!r}; expected None, L2(0.1) or {{'l2': 0.1}}"
            f" (known: {', '.join(PENALTIES)})"
        )
    found: Any = penalty
    made: Penalty = found
    return made
