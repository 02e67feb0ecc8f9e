"""Penalties: what large weights cost, as an addition to the gradient of a batch."""

from dataclasses import dataclass

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import require_number


@dataclass(frozen=True, slots=True)
class L2:
    """Add strength * w / n to each weight's gradient over a batch of n; biases are left alone.

    Source: scikit-learn's rule for ``MLPClassifier(alpha=)``, whose loss then has the term
    strength / (2 n) * sum of w^2. The loss that neurosim reports is without it.
    """

    strength: float

    def __post_init__(self) -> None:
        number = require_number(self.strength, "L2(strength=)")
        if number < 0.0:
            raise InvalidValueError(f"L2(strength=): got {number!r}; expected a finite number >= 0")
        object.__setattr__(self, "strength", number)

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
