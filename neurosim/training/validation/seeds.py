"""Several seeds: the same training with other random numbers, and how much its numbers differ."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.streams import require_seed
from neurosim.training.validation.spread import Spread

_RANGE = re.compile(r"(\d{1,10})\.\.(\d{1,10})")
_MOST = 10_000
_EXPECTED = "expected first..last, as 0..9, or a list of seeds"


@dataclass(frozen=True, slots=True, eq=False)
class SeedRuns:
    """What a training came to with each seed.

    Attributes:
        seeds: one for each training.
        measures: of each part of the rows the loss and the metrics, a number for each seed.
    """

    seeds: tuple[int, ...]
    measures: Mapping[str, Mapping[str, tuple[float, ...]]]

    def spreads(self, part: str = "train") -> dict[str, Spread]:
        """Mean and spread of the loss and the metrics over the seeds, on a part of the rows."""
        return {name: Spread.of(list(values)) for name, values in self.measures[part].items()}

    def to_dict(self) -> dict[str, Any]:
        """The result as data for JSON."""
        return {"seeds": list(self.seeds)} | {
            part: {
                name: {**spread._asdict(), "each": list(self.measures[part][name])}
                for name, spread in self.spreads(part).items()
            }
            for part in self.measures
        }

    def words(self, part: str) -> str:
        """The loss and the metrics on a part of the rows, in a line."""
        spreads = self.spreads(part).items()
        return ", ".join(f"{name.replace('_', ' ')} {spread}" for name, spread in spreads)

    def __str__(self) -> str:
        """The number of seeds, and what came out on the training rows."""
        return f"{len(self.seeds)} seeds: {self.words('train')}"

    def __repr__(self) -> str:
        return f"<{self}>"


def require_seeds(given: Any) -> tuple[int, ...] | None:
    """The seeds of a list, or of ``first..last``; None: none.

    >>> require_seeds("0..3")
    (0, 1, 2, 3)

    Raises:
        WrongTypeError: they are neither.
        InvalidValueError: there are none, or too many, or one is there twice.
    """
    if given is None:
        return None
    seeds: Any
    if isinstance(given, str):
        found = _RANGE.fullmatch(given.strip())
        if found is None:
            raise InvalidValueError(f"seeds: got {given!r:.80}; {_EXPECTED}")
        seeds = range(int(found[1]), int(found[2]) + 1)
    elif isinstance(given, Sequence | np.ndarray):
        seeds = given
    else:
        raise WrongTypeError(f"seeds: got {given!r:.80}; {_EXPECTED}")
    if not 1 <= len(seeds) <= _MOST:
        raise InvalidValueError(f"seeds: got {len(seeds)} of them; expected 1 to {_MOST}")
    checked = tuple(require_seed(seed, f"seeds[{n}]") for n, seed in enumerate(seeds))
    if len({*checked}) < len(checked):
        raise InvalidValueError(
            f"seeds: one is there twice, got {list(checked)!r:.80}; {_EXPECTED}"
        )
    return checked
