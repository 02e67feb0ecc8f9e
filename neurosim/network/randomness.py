"""Random streams of a network: one seed, and a stream for each group of weights or biases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.initializers import Source
from neurosim.functions.streams import require_seed, stream

GENERATORS = ("pcg64", "legacy")


class Randomness:
    """A seed and a kind of generator.

    ``pcg64`` gives each purpose a stream of its own; with ``legacy`` all draw in turn from one
    ``np.random.RandomState(seed)``, as old scripts do.
    """

    __slots__ = ("_legacy", "generator", "seed")

    def __init__(self, seed: int, generator: str) -> None:
        if not isinstance(generator, str) or generator not in GENERATORS:
            raise UnknownNameError(unknown("generator", generator, GENERATORS))
        self.seed = require_seed(seed)
        self.generator = generator
        self._legacy = np.random.RandomState(self.seed) if generator == "legacy" else None

    def weights(self, label: str, seed: int | None) -> Source:
        """What the weights of the group ``label`` are drawn from, under another seed if given."""
        if self._legacy is not None:
            return self._legacy if seed is None else np.random.RandomState(seed)
        return stream(self.seed if seed is None else seed, "weights", label)

    def biases(self, layer: str) -> Source:
        """What the biases of a layer are drawn from."""
        return stream(self.seed, "biases", layer) if self._legacy is None else self._legacy

    @contextmanager
    def given_back_on_error(self) -> Iterator[None]:
        """What is drawn inside counts as not drawn where the block fails."""
        state = self.state()
        try:
            yield
        except BaseException:
            self.go_to(state)
            raise

    def copy(self) -> "Randomness":
        """A twin that draws from here on what this one would draw."""
        twin = Randomness(self.seed, self.generator)
        twin.go_to(self.state())
        return twin

    def state(self) -> Any:
        """The state of the legacy generator; None for ``pcg64``, whose streams start afresh."""
        return None if self._legacy is None else self._legacy.get_state()

    def go_to(self, state: Any) -> None:
        """Draw from there on."""
        if self._legacy is not None:
            self._legacy.set_state(state)
