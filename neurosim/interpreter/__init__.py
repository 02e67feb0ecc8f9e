"""The interpreter: the passes over a network, neuron by neuron; every step is a record.

Each pass is a generator: it does one thing, then yields a record of it. To run a pass is to drain
its generator.
Read `steps`, `schedule`, `forward`, `backward`, `update`.
"""

from neurosim.interpreter.backward import backward, measure
from neurosim.interpreter.forward import forward
from neurosim.interpreter.steps import (
    Activated,
    Aggregated,
    Backpropagated,
    Compared,
    DeltaComputed,
    Distributed,
    Dropped,
    ErrorDropped,
    GradientComputed,
    Loaded,
    Measured,
    Noised,
    Normalized,
    Scaled,
    Started,
    Step,
    Summed,
    Updated,
    redo,
    undo,
)
from neurosim.interpreter.update import update

__all__ = [
    "Activated",
    "Aggregated",
    "Backpropagated",
    "Compared",
    "DeltaComputed",
    "Distributed",
    "Dropped",
    "ErrorDropped",
    "GradientComputed",
    "Loaded",
    "Measured",
    "Noised",
    "Normalized",
    "Scaled",
    "Started",
    "Step",
    "Summed",
    "Updated",
    "backward",
    "forward",
    "measure",
    "redo",
    "undo",
    "update",
]
