"""neurosim: one network, three faces.

Objects you can touch, a program you can step through, matrices that run at the speed of NumPy. This
is the front door: it hands names on, and loads what has a name when it is asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from neurosim.errors import DivergedError, NeurosimError, ScenarioError
from neurosim.version import __version__

if TYPE_CHECKING:
    from neurosim.compiler import CompiledNetwork, compile_network
    from neurosim.debugger import debug
    from neurosim.drawing import draw, draw_step, layout
    from neurosim.drawing.film.of_training import animate
    from neurosim.drawing.plots.boundary import draw_boundary
    from neurosim.drawing.plots.confusion import draw_confusion
    from neurosim.drawing.plots.curves import draw_loss, draw_metrics
    from neurosim.drawing.plots.layer_statistics import draw_activations, draw_gradients
    from neurosim.drawing.plots.responses import draw_responses
    from neurosim.drawing.plots.weights import draw_weights
    from neurosim.functions.optimizers import SGD, Adagrad, Adam, Adamax, AdamW, NAdam, RMSprop
    from neurosim.functions.penalties import L2
    from neurosim.network import Connection, Layer, Network, Neuron, load
    from neurosim.scenario import debug_scenario, load_scenario, run_scenario
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
    "animate",
    "compile_network",
    "debug",
    "debug_scenario",
    "draw",
    "draw_activations",
    "draw_boundary",
    "draw_confusion",
    "draw_gradients",
    "draw_loss",
    "draw_metrics",
    "draw_responses",
    "draw_step",
    "draw_weights",
    "epochs",
    "layout",
    "load",
    "load_scenario",
    "loss_and_gradients",
    "run_scenario",
    "train",
]

_HOMES = {
    "neurosim.functions.optimizers": (
        "SGD", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RMSprop",
    ),
    "neurosim.functions.penalties": ("L2",),
    "neurosim.network": ("Connection", "Layer", "Network", "Neuron", "load"),
    "neurosim.compiler": ("CompiledNetwork", "compile_network"),
    "neurosim.training": ("Epoch", "agree", "epochs", "loss_and_gradients", "train"),
    "neurosim.debugger": ("debug",),
    "neurosim.drawing": ("draw", "draw_step", "layout"),
    "neurosim.drawing.plots.confusion": ("draw_confusion",),
    "neurosim.drawing.plots.curves": ("draw_loss", "draw_metrics"),
    "neurosim.drawing.film.of_training": ("animate",),
    "neurosim.drawing.plots.layer_statistics": ("draw_activations", "draw_gradients"),
    "neurosim.drawing.plots.boundary": ("draw_boundary",),
    "neurosim.drawing.plots.weights": ("draw_weights",),
    "neurosim.drawing.plots.responses": ("draw_responses",),
    "neurosim.scenario": ("debug_scenario", "load_scenario", "run_scenario"),
}  # fmt: skip
_LATE = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load the floor that has this name."""
    if name not in _LATE:
        raise AttributeError(f"module 'neurosim' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LATE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATE])
