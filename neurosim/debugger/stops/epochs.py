"""What catches look for over whole epochs: dead, saturated and equal neurons, and the loss's way.

All are of the rows and the parameters alone. A flag for each row is counted over an epoch by
`EpochCount`, also where an engine went over many at once.
"""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, facts_of
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

SATURATED = 0.9  # of an epoch's rows: the tenth that is left still moves the weights
BACK = -0.5  # the cosine of two updates of which the second takes back half of the first

RowFlags = NDArray[np.bool_]


def relus(network: Network) -> list[int]:
    """The numbers of the neurons that can die."""
    return [i for i, neuron in enumerate(network.neurons) if facts_of(neuron.activation).can_die]


def dead(network: Network, outputs: Matrix) -> list[str]:
    """The relus that gave 0 on every row; outputs are (B, n_neurons)."""
    numbers = relus(network)
    is_silent = (outputs[:, numbers] == 0.0).all(axis=0)
    return [network.neurons[i].name for i, flag in zip(numbers, is_silent, strict=True) if flag]


def slopes(neuron: Neuron, z: Matrix, a: Matrix) -> Matrix | None:
    """Slopes of its net inputs and outputs; None where it has none of its own."""
    if neuron.is_input or neuron.activation == SOFTMAX:
        return None
    function = ACTIVATIONS[neuron.activation]
    if function.array_slope is None:
        return None
    out = np.empty_like(z)
    with np.errstate(all="ignore"):
        learned = {p.option: p.value for p in neuron.function_parameters}
        function.array_slope(np.ascontiguousarray(z), np.ascontiguousarray(a), out, **learned)
    return out


def saturated(network: Network, values: tuple[Matrix, Matrix], bound: float) -> dict[str, int]:
    """On how many rows each neuron is flat that is so on `SATURATED` of them."""
    found = {}
    for number, neuron in enumerate(network.neurons):
        steep = slopes(neuron, values[0][:, number], values[1][:, number])
        count = 0 if steep is None else int((np.abs(steep) < bound).sum())
        if steep is not None and count >= SATURATED * len(steep):
            found[neuron.name] = count
    return found


def is_rising(losses: Sequence[float]) -> bool:
    """Whether each loss is above the one before it."""
    return all(a < b for a, b in itertools.pairwise(losses))


def turns(thetas: Iterable[Matrix]) -> list[float]:
    """The cosines of each way between two thetas and the next: -1 is straight back."""
    ways = [b - a for a, b in itertools.pairwise(thetas)]
    found = []
    for one, other in itertools.pairwise(ways):
        size = float(np.linalg.norm(one) * np.linalg.norm(other))
        found.append(float(one @ other) / size if size > 0.0 else 0.0)
    return found


class EpochCount:
    """For how many rows of an epoch each of some flags was set, over stretches of rows.

    Args:
        n_rows: of an epoch.
        share: of an epoch's rows, which is looked for.
    """

    def __init__(self, n_rows: int, share: float) -> None:
        self._n_rows, self._least = n_rows, share * n_rows
        self._counts: NDArray[np.intp] | None = None  # in this epoch; None: nobody knows

    def ends(self, flags: RowFlags, row: int) -> RowFlags:
        """The last rows of the epochs in which a flag may have been set so often.

        Args:
            flags: (n, rows), of a stretch.
            row: the number of its first row in its epoch.
        """
        n_rows, found = self._n_rows, np.zeros(flags.shape[1], np.bool_)
        if not row and len(found) % n_rows == 0:  # whole epochs
            counts = flags.reshape(len(flags), -1, n_rows).sum(axis=2)
            found[n_rows - 1 :: n_rows] = (counts >= self._least).any(axis=0)
            return found
        for begin, end in itertools.pairwise(self._cuts(row, len(found))):
            if self._counts is None or not row:  # what came before may have been set
                self._counts = np.full(len(flags), row, np.intp)
            self._counts += flags[:, begin:end].sum(axis=1)
            row += end - begin
            if row == n_rows:
                found[end - 1] = bool((self._counts >= self._least).any())
                row = 0
        return found

    def _cuts(self, row: int, count: int) -> list[int]:
        """Where a stretch begins, where epochs end in it, and where it ends."""
        ends = range(self._n_rows - row, count, self._n_rows)
        return [0, *ends, count]
