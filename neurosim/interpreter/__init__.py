"""The meaning of a network: it is walked node by node, and every single step is a record.

Each pass is a generator: it does one thing, then yields a record of it. To run is to drain it.
Read `steps`, `schedule`, `forward`, `backward`, `update`.
"""

from neurosim.interpreter.backward import backward, measure
from neurosim.interpreter.forward import forward
from neurosim.interpreter.steps import (
    Assigned,
    Blamed,
    Carried,
    Compared,
    Fired,
    Loaded,
    Measured,
    Normalized,
    Returned,
    Started,
    Step,
    Updated,
    redo,
    undo,
)
from neurosim.interpreter.update import update

__all__ = [
    "Assigned",
    "Blamed",
    "Carried",
    "Compared",
    "Fired",
    "Loaded",
    "Measured",
    "Normalized",
    "Returned",
    "Started",
    "Step",
    "Updated",
    "backward",
    "forward",
    "measure",
    "redo",
    "undo",
    "update",
]
