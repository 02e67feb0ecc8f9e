"""Noise: what a training draws for the rows of each epoch, besides their order.

Dropout goes without outputs of neurons, by chance: a sample's output is multiplied by 0, or by
1/(1 - rate), so that its mean stays. Input noise adds to each input a normal number. Both are of
training alone: measurements and predictions have none.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.mapped import blocks, room
from neurosim.functions.numbers import Matrix
from neurosim.network.neuron import Neuron

DROPOUT, INPUT_NOISE = "dropout", "noise"  # streams


class RowNoise(NamedTuple):
    """The noise of a row: what is added to each input, and what outputs are multiplied by."""

    added: list[float] | None
    factors: Mapping[Neuron, float]


class Noise(NamedTuple):
    """The noise of the rows of an epoch, by the number of the row.

    Attributes:
        dropped: the neurons with dropout, in the network's order.
        masks: what the output of each is multiplied by, (B, n).
        added: what is added to the inputs, inner numbers, (B, n_in); None: nothing.
    """

    dropped: tuple[Neuron, ...]
    masks: Matrix
    added: Matrix | None

    def row(self, number: int) -> RowNoise:
        """The noise of a row."""
        added = None if self.added is None else self.added[number].tolist()
        return RowNoise(added, dict(zip(self.dropped, self.masks[number].tolist(), strict=True)))

    def inputs(self, X: NDArray[Any], inputs: Sequence[Neuron]) -> NDArray[Any]:
        """Rows of inner inputs with their noise, (B, n_in); X itself where there is none."""
        number = {neuron: i for i, neuron in enumerate(inputs)}
        pairs = [(number[n], k) for k, n in enumerate(self.dropped) if n in number]
        if self.added is None and not pairs:
            return X
        columns, masks = map(list, zip(*pairs, strict=True)) if pairs else ([], [])
        found = room(X.shape, X)
        for block in blocks(X):
            found[block] = X[block] if self.added is None else X[block] + self.added[block]
            if pairs:
                found[block, columns] *= self.masks[block, masks]
        return found


def draw_masks(random: np.random.Generator, rates: Sequence[float], X: NDArray[Any]) -> Matrix:
    """A factor for each row of X and neuron: 0 as often as its rate says, else 1/(1 - rate)."""
    given, masks = np.array(rates), room((len(X), len(rates)), X)
    for block in blocks(masks):
        masks[block] = (random.random(masks[block].shape) >= given) / (1.0 - given)
    return masks


def draw_added(random: np.random.Generator, deviation: float, X: NDArray[Any]) -> Matrix:
    """A normal number for each input of each row of X."""
    added = room(X.shape, X)
    for block in blocks(added):
        added[block] = random.normal(0.0, deviation, added[block].shape)
    return added
