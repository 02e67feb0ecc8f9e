"""neurosim: one network, three faces.

Objects you can touch, a program you can step through, matrices that run at the speed of NumPy. This
is the front door: it hands names on, and loads the upper floors only when a name is asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from neurosim.errors import DivergedError, NeurosimError, ScenarioError
from neurosim.functions.optimizers import SGD, Adagrad, Adam, Adamax, AdamW, NAdam, RMSprop
from neurosim.functions.penalties import L2
from neurosim.network import Connection, Layer, Network, Neuron, load
from neurosim.version import __version__

if TYPE_CHECKING:
    from neurosim.compiler import CompiledNetwork, compile_network
    from neurosim.scenario import load_scenario, run_scenario
    from neurosim.training import Epoch, agree, epochs, loss_and_gradients, train

__all__ = [
    "L2",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "CompiledNetwork",
    "Connection",
    "DivergedError",
    "Epoch",
    "Layer",
    "NAdam",
    "Network",
    "Neuron",
    "NeurosimError",
    "RMSprop",
    "ScenarioError",
    "__version__",
    "agree",
    "compile_network",
    "epochs",
    "load",
    "load_scenario",
    "loss_and_gradients",
    "run_scenario",
    "train",
]

_LATE = {  # loaded when they are asked for: a network can be made and looked at without them
    "CompiledNetwork": "neurosim.compiler",
    "compile_network": "neurosim.compiler",
    "Epoch": "neurosim.training",
    "agree": "neurosim.training",
    "epochs": "neurosim.training",
    "loss_and_gradients": "neurosim.training",
    "train": "neurosim.training",
    "load_scenario": "neurosim.scenario",
    "run_scenario": "neurosim.scenario",
}


def __getattr__(name: str) -> Any:
    """Load the floor that has this name."""
    if name not in _LATE:
        raise AttributeError(f"module 'neurosim' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LATE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATE])
