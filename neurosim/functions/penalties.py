"""Penalties: what large weights cost, as an addition to the gradient of a batch."""

import math
from dataclasses import dataclass

from neurosim.errors import InvalidValueError, WrongTypeError


@dataclass(frozen=True, slots=True)
class L2:
    """Add strength * w / n to each weight's gradient over a batch of n; biases are left alone.

    Source: scikit-learn's rule for ``MLPClassifier(alpha=)``, whose loss then has the term
    strength / (2 n) * sum of w^2. The loss that neurosim reports is without it.
    """

    strength: float

    def __post_init__(self) -> None:
        value = self.strength
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise WrongTypeError(f"L2(strength=): no number, got {value!r}; expected a float")
        if not (math.isfinite(value) and value >= 0.0):
            raise InvalidValueError(f"L2(strength=): got {value!r}; expected a finite number >= 0")

    def gradient(self, weight: float, rows: int) -> float:
        """What is added to this weight's gradient."""
        return self.strength * weight / rows


def require_penalty(penalty: object) -> "L2 | None":
    """The penalty as an object: None, an `L2`, or the mapping ``{"l2": strength}``."""
    if penalty is None or isinstance(penalty, L2):
        return penalty
    if isinstance(penalty, dict) and set(penalty) == {"l2"}:
        return L2(penalty["l2"])
    raise WrongTypeError(
        f"penalty: not a penalty, got {penalty!r}; expected None, L2(0.1) or {{'l2': 0.1}}"
    )
