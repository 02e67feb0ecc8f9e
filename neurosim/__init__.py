"""neurosim: one network, three faces.

Objects you can touch, a program you can step through, matrices that run at the speed of NumPy. This
is the front door: it hands names on, and loads what has a name when it is asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from neurosim.errors import DivergedError as DivergedError
from neurosim.errors import NeurosimError as NeurosimError
from neurosim.errors import ScenarioError as ScenarioError
from neurosim.version import __version__ as __version__

if TYPE_CHECKING:
    from neurosim.compiler import CompiledNetwork as CompiledNetwork
    from neurosim.compiler import compile_network as compile_network
    from neurosim.debugger import debug as debug
    from neurosim.drawing import draw as draw
    from neurosim.drawing import draw_step as draw_step
    from neurosim.drawing import layout as layout
    from neurosim.drawing.film.of_training import animate as animate
    from neurosim.drawing.plots.boundary import draw_boundary as draw_boundary
    from neurosim.drawing.plots.confusion import draw_confusion as draw_confusion
    from neurosim.drawing.plots.curves import draw_loss as draw_loss
    from neurosim.drawing.plots.curves import draw_metrics as draw_metrics
    from neurosim.drawing.plots.layer_statistics import draw_activations as draw_activations
    from neurosim.drawing.plots.layer_statistics import draw_gradients as draw_gradients
    from neurosim.drawing.plots.responses import draw_responses as draw_responses
    from neurosim.drawing.plots.weights import draw_weights as draw_weights
    from neurosim.functions.activations import Activation as Activation
    from neurosim.functions.activations import register_activation as register_activation
    from neurosim.functions.activations import unregister_activation as unregister_activation
    from neurosim.functions.initializers import register_initializer as register_initializer
    from neurosim.functions.initializers import unregister_initializer as unregister_initializer
    from neurosim.functions.losses import Loss as Loss
    from neurosim.functions.losses import register_loss as register_loss
    from neurosim.functions.losses import unregister_loss as unregister_loss
    from neurosim.functions.optimizers import SGD as SGD
    from neurosim.functions.optimizers import Adagrad as Adagrad
    from neurosim.functions.optimizers import Adam as Adam
    from neurosim.functions.optimizers import Adamax as Adamax
    from neurosim.functions.optimizers import AdamW as AdamW
    from neurosim.functions.optimizers import NAdam as NAdam
    from neurosim.functions.optimizers import RMSprop as RMSprop
    from neurosim.functions.optimizers import register_optimizer as register_optimizer
    from neurosim.functions.optimizers import unregister_optimizer as unregister_optimizer
    from neurosim.functions.penalties import L2 as L2
    from neurosim.functions.penalties import register_penalty as register_penalty
    from neurosim.functions.penalties import unregister_penalty as unregister_penalty
    from neurosim.network import Connection as Connection
    from neurosim.network import Layer as Layer
    from neurosim.network import Network as Network
    from neurosim.network import Neuron as Neuron
    from neurosim.network import load as load
    from neurosim.scenario import debug_scenario as debug_scenario
    from neurosim.scenario import load_scenario as load_scenario
    from neurosim.scenario import run_scenario as run_scenario
    from neurosim.training import Epoch as Epoch
    from neurosim.training import agree as agree
    from neurosim.training import epochs as epochs
    from neurosim.training import loss_and_gradients as loss_and_gradients
    from neurosim.training import train as train
    from neurosim.training.metrics import register_metric as register_metric
    from neurosim.training.metrics import unregister_metric as unregister_metric

_HOMES = {
    "neurosim.functions.activations": (
        "Activation", "register_activation", "unregister_activation",
    ),
    "neurosim.functions.losses": ("Loss", "register_loss", "unregister_loss"),
    "neurosim.functions.optimizers": (
        "SGD", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RMSprop",
        "register_optimizer", "unregister_optimizer",
    ),
    "neurosim.functions.penalties": ("L2", "register_penalty", "unregister_penalty"),
    "neurosim.functions.initializers": ("register_initializer", "unregister_initializer"),
    "neurosim.training.metrics": ("register_metric", "unregister_metric"),
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
__all__ = sorted([*_LATE, "DivergedError", "NeurosimError", "ScenarioError", "__version__"])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Load the floor that has this name."""
    if name not in _LATE:
        raise AttributeError(f"module 'neurosim' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LATE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATE])
