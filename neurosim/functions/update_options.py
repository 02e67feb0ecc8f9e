"""Options of an update besides its rule: clipping, weight decay, and rates of named parameters.

An update goes in this order: gradient, penalty, clip, optimizer, weight decay, max-norm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.numbers import (
    require_non_negative,
    require_number,
)

SETS = ("weights", "biases", "all")  # of parameters, besides those of names
On = str | tuple[str, ...]  # one of these, or names of layers, neurons, connections and biases
SCOPES = ("all", "layer")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Clip(ByFields):
    """Keep gradients small, by one of two rules: each gradient at most ``value``, or their norm.

    By the norm, all are multiplied by min(1, norm / (total + 1e-6)), where total is the root of the
    sum of their squares: over all parameters that learn, or ``per`` layer (a neuron without one is
    a layer of its own). Source: Pascanu, Mikolov and Bengio 2013, in PyTorch's form.
    """

    norm: float | None = None
    value: float | None = None
    per: str = "all"

    def __post_init__(self) -> None:
        if (self.norm is None) == (self.value is None):
            got = "none of them" if self.norm is None else "both"
            raise InvalidValueError(f"clip: got {got}; expected one of norm and value")
        name = "norm" if self.value is None else "value"
        limit = require_number(getattr(self, name), f"clip: {name}")
        if limit <= 0.0:
            raise InvalidValueError(f"clip: {name}: got {limit!r}; expected a number > 0")
        object.__setattr__(self, name, limit)
        if self.per not in SCOPES:
            raise InvalidValueError(f"clip: {unknown('per', self.per, SCOPES)}")
        if self.value is not None and self.per != "all":
            raise InvalidValueError(
                f"clip: got per {self.per!r} beside value; expected it beside norm"
            )

    @property
    def limit(self) -> float:
        """What the norm, or each gradient, is kept to."""
        limit = self.norm if self.value is None else self.value
        assert limit is not None
        return limit

    def factor(self, total: float) -> float:
        """What gradients of this norm are multiplied by; 1 where each is clipped by itself."""
        return 1.0 if self.norm is None else min(1.0, self.norm / (total + 1e-6))

    def clipped(self, gradient: float) -> float:
        """The gradient, where each is clipped by itself."""
        return gradient if self.value is None else max(min(gradient, self.value), -self.value)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WeightDecay(ByFields):
    """After the rule has moved it, a parameter loses rate * strength times what it was before.

    Apart from the gradient, so that no rule scales it. With ``adam`` it is ``adamw``. Source:
    Loshchilov and Hutter 2019. It decays biases and learned slopes, too, as there and in PyTorch;
    the name of a layer or neuron means its weights and biases, ``h.slope`` what is learned.
    """

    strength: float
    on: On = "all"

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", require_non_negative(self.strength, "weight_decay"))
        object.__setattr__(self, "on", require_on(self.on, "weight_decay: on"))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NamedRates(ByFields):
    """Learning rates of named parameters, in place of the optimizer's.

    A name is that of a layer or a neuron (the weights that lead into it, its bias, and what is
    learned of its activation), of connections ``a->b``, of a bias ``a.bias``, or of a slope
    ``a.slope``; the narrower of two counts. Where a schedule changes the rate, these change in
    proportion.
    """

    by_name: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        for name, _ in self.by_name:
            if not isinstance(name, str):
                raise WrongTypeError(f"rates: got the name {name!r:.80}; expected a text")
        pairs = (
            (name, require_non_negative(rate, f"rates: {name}")) for name, rate in self.by_name
        )
        object.__setattr__(self, "by_name", tuple(pairs))


def require_on(on: object, where: str) -> On:
    """A set of parameters: one of `SETS`, or names; a name alone is a list of one."""
    if isinstance(on, str):
        return on if on in SETS else (on,)
    if not isinstance(on, (list, tuple)) or not on or not all(isinstance(x, str) for x in on):
        raise WrongTypeError(
            f"{where}: got {on!r:.80}; expected {', '.join(SETS)}, or a list of names"
        )
    return tuple(on)


def require_clip(given: object) -> Clip | None:
    """The record itself; given so, as ``{"norm": 1.0}``, or None."""
    return _require(Clip, given, "clip", "{'norm': 1.0} or {'value': 0.5}")


def require_weight_decay(given: object) -> WeightDecay | None:
    """The record itself; given so, as a number or a mapping of its options, or None."""
    if isinstance(given, (Mapping, WeightDecay)) or given is None:
        expected = "{'strength': 0.01, 'on': 'weights'}"
        return _require(WeightDecay, given, "weight_decay", expected)
    return WeightDecay(given)  # type: ignore[arg-type] # refuses all but numbers


def require_rates(given: object) -> NamedRates | None:
    """The record itself; given so, as ``{"h": 0.1}``, or None."""
    if isinstance(given, Mapping):
        given = NamedRates(tuple(given.items()))
    if given is not None and not isinstance(given, NamedRates):
        raise WrongTypeError(
            f"rates: got {given!r:.80}; expected None or rates such as {{'h': 0.1}}"
        )
    return given if isinstance(given, NamedRates) and given.by_name else None


def _require(kind: type[_Made], given: object, where: str, expected: str) -> _Made | None:
    if given is None or isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        raise WrongTypeError(f"{where}: got {given!r:.80}; expected None or {expected}")
    known: list[str] = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    options: dict[Any, Any] = dict(given)
    for name in options:
        if name not in known:
            raise WrongTypeError(f"{where}: {unknown('option', name, known)}")
    try:
        return kind(**options)
    except WrongTypeError:  # of one of them, which it names
        raise
    except TypeError:
        raise WrongTypeError(f"{where}: got {options!r:.80}; expected {expected}") from None
