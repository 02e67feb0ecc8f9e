"""Penalties: what large weights cost, as an addition to the gradient of a batch.

A penalty is a frozen record with two forms: `gradient` of one weight (the walk), and
`array_gradient` of all (the compiled program); where the second is missing, the first is applied
weight by weight. Biases are left alone by whoever applies it, unless `Penalties` say otherwise.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, NeurosimError, WrongTypeError, unknown
from neurosim.functions.numbers import (
    require_non_negative,
    require_number,
)
from neurosim.functions.registry import Table
from neurosim.functions.update_options import On, require_on
from neurosim.functions.users import Mapped, errors_named, require_equal_forms

Array = NDArray[Any]


class Penalty(Protocol):
    """What training asks of a penalty."""

    name: ClassVar[str]

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient over a batch of so many rows."""
        ...


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class L1(ByFields):
    """Add strength * sign(w) / n to each weight's gradient over a batch of n; of 0 the sign is 0.

    As `L2`, whose loss is divided by n: it then has the term strength / n * sum of |w|.
    """

    strength: float

    name: ClassVar[str] = "l1"

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", require_non_negative(self.strength, "L1(strength=)"))

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient."""
        sign = math.copysign(1.0, weight) if weight != 0.0 else 0.0
        return self.strength * sign / rows

    def array_gradient(self, weights: Array, rows: int) -> Array:
        """What is added to the gradients of these weights."""
        added: Array = weights.dtype.type(self.strength) / rows * np.sign(weights)
        return added


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class L2(ByFields):
    """Add strength * w / n to each weight's gradient over a batch of n; biases are left alone.

    Source: scikit-learn's rule for ``MLPClassifier(alpha=)``, whose loss then has the term
    strength / (2 n) * sum of w^2. The loss that neurosim reports is without it.
    """

    strength: float

    name: ClassVar[str] = "l2"

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", require_non_negative(self.strength, "L2(strength=)"))

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient."""
        return self.strength * weight / rows

    def array_gradient(self, weights: Array, rows: int) -> Array:
        """What is added to the gradients of these weights."""
        decay = weights.dtype.type(self.strength) / rows  # in the precision of the weights
        added: Array = decay * weights
        return added


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Penalties(ByFields):
    """Several penalties together, on a set of parameters, and a most length of weights.

    Args:
        terms: each adds to the gradient.
        on: ``weights``, ``biases`` or ``all``, or names of layers, neurons, connections, biases,
            slopes (``h.slope``; the name of a layer or neuron means its weights and biases).
        max_norm: the root of the sum of squares of those of ``on`` that lead into a neuron (and of
            its bias, if that is among them): where an update makes it larger, they are multiplied
            by max_norm / (norm + 1e-7); slopes have no length.
            Source: Srivastava et al. 2014; PyTorch's ``renorm``.
    """

    terms: tuple[Penalty, ...] = ()
    on: On = "weights"
    max_norm: float | None = None

    name: ClassVar[str] = "penalties"

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", require_on(self.on, "penalty: on"))
        if self.max_norm is not None:
            length = require_number(self.max_norm, "penalty: max_norm")
            if length <= 0.0:
                raise InvalidValueError(f"penalty: max_norm: got {length!r}; expected a number > 0")
            object.__setattr__(self, "max_norm", length)
        if not self.terms and self.max_norm is None:
            expected = "one of l1, l2, max_norm"
            raise InvalidValueError(f"penalty: got on={self.on!r} alone; expected {expected}, too")

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this parameter's gradient."""
        return self.added(0.0, weight, rows)

    def added(self, total: float, weight: float, rows: int) -> float:
        """A total with what is added to this parameter's gradient."""
        for term in self.terms:
            total += term.gradient(weight, rows)
        return total

    def array_gradient(self, weights: Array, rows: int) -> Array:
        """What is added to the gradients of these parameters."""
        total = np.zeros_like(weights)
        for term in self.terms:
            total += array_gradient(term)(weights, rows)
        return total


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PenaltyList(ByFields):
    """Penalties of several sets of parameters; where sets overlap, they add up in this order."""

    parts: tuple[Penalties, ...]

    name: ClassVar[str] = "penalty_list"

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to the gradient of a parameter that is in every set."""
        total = 0.0
        for part in self.parts:
            total = part.added(total, weight, rows)
        return total


def projection(norm: float, most: float) -> float:
    """What parameters of this length are multiplied by, where they may be so long at most."""
    return most / (norm + 1e-7) if norm > most else 1.0


def parts_of_penalty(penalty: Penalty | None) -> tuple[Penalties, ...]:
    """The sets of parameters with what they cost; a plain penalty is on weights."""
    if penalty is None:
        return ()
    if isinstance(penalty, PenaltyList):
        return penalty.parts
    return (penalty if isinstance(penalty, Penalties) else Penalties((penalty,)),)


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


SETTINGS = ("on", "max_norm")  # of penalties together
_SHIPPED: dict[str, Callable[..., Penalty]] = {kind.name: kind for kind in (L1, L2)}
PENALTIES = Table("penalty", _SHIPPED.items(), check=_checked, also=SETTINGS)
register_penalty, unregister_penalty = PENALTIES.register, PENALTIES.unregister


def require_penalty(penalty: object) -> Penalty | None:
    """The penalty as an object, such as `L2`; given itself, as a mapping, a list of both, or None.

    A mapping has a strength (or options) for each name of the table, and for `Penalties` ``on`` and
    ``max_norm``: ``{"l1": 0.1, "l2": 0.2, "on": ["h"]}``.
    """
    if penalty is None:
        return None
    if isinstance(penalty, list | tuple):
        return _from_list(penalty)
    if isinstance(penalty, Mapping) and penalty:
        return _from_mapping(penalty)
    if isinstance(penalty, type) or not hasattr(penalty, "gradient"):
        raise WrongTypeError(
            f"penalty: not a penalty, got {penalty!r}; expected None, L2(0.1) or {{'l2': 0.1}}"
            f" (known: {', '.join(PENALTIES)})"
        )
    found: Any = penalty
    made: Penalty = found
    return made


def _from_list(given: list[Any] | tuple[Any, ...]) -> Penalty:
    if not given:
        raise WrongTypeError("penalty: got an empty list; expected one penalty at least, or None")
    made = []
    for i, each in enumerate(given):
        try:
            found = None if isinstance(each, list | tuple) else require_penalty(each)
        except NeurosimError as error:
            text = str(error).removeprefix("penalty: ")
            raise type(error)(f"penalty[{i}]: {text}") from None
        if found is None:
            raise WrongTypeError(f"penalty[{i}]: got {each!r:.80}; expected a mapping or a penalty")
        made.append(found)
    if len(made) == 1:
        return made[0]
    return PenaltyList(tuple(part for each in made for part in parts_of_penalty(each)))


def _from_mapping(given: Mapping[Any, Any]) -> Penalty:
    known = [*PENALTIES, *SETTINGS]
    for name in given:
        if name not in known:
            raise WrongTypeError(
                f"penalty: not a penalty, got {given!r:.200}; {unknown('key', name, known)}"
            )
    settings = {name: given[name] for name in SETTINGS if name in given}
    # in the order of the table, so that sums are the same whatever the order of the keys
    terms = tuple(_term(name, given[name]) for name in PENALTIES if name in given)
    if len(terms) == 1 and not settings:
        return terms[0]
    return Penalties(terms, **settings)


def _term(name: str, options: Any) -> Penalty:
    make = PENALTIES[name]
    return make(**options) if isinstance(options, Mapping) else make(options)
