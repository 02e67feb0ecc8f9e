"""Maps of what neurons answer over two inputs, as pages draw them: colours in steps."""

from dataclasses import dataclass

import numpy as np

from neurosim.drawing.plots.input_grids import InputGrid, input_grid
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network

MAP_SIZE = 24  # points on a side
_STEPS = 100  # of colour on either side of the middle


@dataclass(frozen=True, slots=True, eq=False)
class MapPicture:
    """How far a neuron's answers on the points of a map, (n, n), are from what has no colour.

    Attributes:
        steps: in hundredths of the largest distance.
        largest: that distance.
    """

    steps: Matrix
    largest: float

    @classmethod
    def of(cls, answers: Matrix, middle: float) -> "MapPicture":
        """Of answers, (n, n), around a middle; what is not a number is there."""
        values = np.nan_to_num(answers - middle)
        largest = float(np.abs(values).max()) or 1.0
        return cls(np.round(values / largest * _STEPS), largest)


def map_grid(network: Network, X: Matrix) -> InputGrid | None:
    """The points of a map around these rows; None where the network has not two inputs."""
    return input_grid(network, X, resolution=MAP_SIZE) if len(network.inputs) == 2 else None


def middle_of(T: Matrix) -> float:
    """Between the least and the largest first target: where an output decides."""
    targets = T[:, 0][np.isfinite(T[:, 0])]
    return float((targets.min() + targets.max()) / 2.0) if len(targets) else 0.0


def colour_middle(network: Network, name: str, T: Matrix) -> float:
    """The answer that has no colour: where an output decides, and 0 of a hidden neuron."""
    return middle_of(T) if network[name] in network.outputs else 0.0
