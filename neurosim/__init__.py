"""neurosim: one network as objects you can touch, a program you can step through, fast matrices.

The public names; each is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

from neurosim.errors import DivergedError, NeurosimError, ScenarioError
from neurosim.lazy import lazy_names
from neurosim.version import __version__

if TYPE_CHECKING:
    from neurosim.compiler import CompiledNetwork as CompiledNetwork
    from neurosim.compiler import compile_network as compile_network
    from neurosim.debugger import debug as debug
    from neurosim.diagnosis import Diagnosis as Diagnosis
    from neurosim.diagnosis import Finding as Finding
    from neurosim.diagnosis import diagnose as diagnose
    from neurosim.doors.files import read_network as read_network
    from neurosim.doors.files import write_network as write_network
    from neurosim.doors.graphs import from_networkx as from_networkx
    from neurosim.doors.neat import from_neat as from_neat
    from neurosim.doors.neat import to_neat as to_neat
    from neurosim.doors.onnx_models.read import from_onnx as from_onnx
    from neurosim.doors.perceptrons import from_sklearn as from_sklearn
    from neurosim.doors.pytorch import from_torch as from_torch
    from neurosim.doors.weights import from_weights as from_weights
    from neurosim.drawing import draw as draw
    from neurosim.drawing import draw_step as draw_step
    from neurosim.drawing import layout as layout
    from neurosim.drawing.film.of_training import animate as animate
    from neurosim.drawing.plots.boundary import draw_boundary as draw_boundary
    from neurosim.drawing.plots.confusion import draw_confusion as draw_confusion
    from neurosim.drawing.plots.curves import draw_loss as draw_loss
    from neurosim.drawing.plots.curves import draw_metrics as draw_metrics
    from neurosim.drawing.plots.importance import draw_importance as draw_importance
    from neurosim.drawing.plots.layer_statistics import draw_activations as draw_activations
    from neurosim.drawing.plots.layer_statistics import draw_gradients as draw_gradients
    from neurosim.drawing.plots.learning_curve import draw_learning_curve as draw_learning_curve
    from neurosim.drawing.plots.responses import draw_responses as draw_responses
    from neurosim.drawing.plots.saliency import draw_saliency as draw_saliency
    from neurosim.drawing.plots.sweeps import draw_search as draw_search
    from neurosim.drawing.plots.sweeps import draw_sweep as draw_sweep
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
    from neurosim.functions.optimizers import Adadelta as Adadelta
    from neurosim.functions.optimizers import Adagrad as Adagrad
    from neurosim.functions.optimizers import Adam as Adam
    from neurosim.functions.optimizers import Adamax as Adamax
    from neurosim.functions.optimizers import AdamW as AdamW
    from neurosim.functions.optimizers import KerasAdam as KerasAdam
    from neurosim.functions.optimizers import NAdam as NAdam
    from neurosim.functions.optimizers import Perceptron as Perceptron
    from neurosim.functions.optimizers import RMSprop as RMSprop
    from neurosim.functions.optimizers import Rprop as Rprop
    from neurosim.functions.optimizers import SklearnAdam as SklearnAdam
    from neurosim.functions.optimizers import register_optimizer as register_optimizer
    from neurosim.functions.optimizers import unregister_optimizer as unregister_optimizer
    from neurosim.functions.penalties import L2 as L2
    from neurosim.functions.penalties import register_penalty as register_penalty
    from neurosim.functions.penalties import unregister_penalty as unregister_penalty
    from neurosim.functions.schedules.base import RateSchedule as RateSchedule
    from neurosim.functions.schedules.shipped import Adaptive as Adaptive
    from neurosim.functions.schedules.shipped import ConstantRate as ConstantRate
    from neurosim.functions.schedules.shipped import Cosine as Cosine
    from neurosim.functions.schedules.shipped import Exponential as Exponential
    from neurosim.functions.schedules.shipped import InverseTime as InverseTime
    from neurosim.functions.schedules.shipped import MultiStep as MultiStep
    from neurosim.functions.schedules.shipped import OneCycle as OneCycle
    from neurosim.functions.schedules.shipped import Plateau as Plateau
    from neurosim.functions.schedules.shipped import RateList as RateList
    from neurosim.functions.schedules.shipped import StepDecay as StepDecay
    from neurosim.functions.schedules.shipped import WarmRestarts as WarmRestarts
    from neurosim.functions.schedules.shipped import register_schedule as register_schedule
    from neurosim.functions.schedules.shipped import unregister_schedule as unregister_schedule
    from neurosim.live.notebook import show as show
    from neurosim.live.notebook import watch as watch
    from neurosim.network import Connection as Connection
    from neurosim.network import Layer as Layer
    from neurosim.network import Network as Network
    from neurosim.network import Neuron as Neuron
    from neurosim.network import load as load
    from neurosim.network.names import InputColumn as InputColumn
    from neurosim.network.scaling import Scaling as Scaling
    from neurosim.scenario import debug_scenario as debug_scenario
    from neurosim.scenario import load_scenario as load_scenario
    from neurosim.scenario import run_scenario as run_scenario
    from neurosim.scenario import sweep as sweep
    from neurosim.scenario import to_scenario as to_scenario
    from neurosim.scenario import tune as tune
    from neurosim.scenario import wrong_rows as wrong_rows
    from neurosim.training import EarlyStopping as EarlyStopping
    from neurosim.training import Epoch as Epoch
    from neurosim.training import Options as Options
    from neurosim.training import Training as Training
    from neurosim.training import agree as agree
    from neurosim.training import cross_validate as cross_validate
    from neurosim.training import epochs as epochs
    from neurosim.training import learning_curve as learning_curve
    from neurosim.training import loss_and_gradients as loss_and_gradients
    from neurosim.training import permutation_importance as permutation_importance
    from neurosim.training import saliency as saliency
    from neurosim.training import train as train
    from neurosim.training import train_many as train_many
    from neurosim.training.metrics import register_metric as register_metric
    from neurosim.training.metrics import unregister_metric as unregister_metric


def _plots() -> dict[str, str]:
    """The homes of ``draw_loss`` and the like, as in the list of pictures."""
    from neurosim.drawing.pictures import PICTURES

    return {f"draw_{name}": picture.home for name, picture in PICTURES.items()}


__getattr__, __dir__, __all__ = lazy_names(__name__, __file__, _plots)
__all__ += ["DivergedError", "NeurosimError", "ScenarioError", "__version__"]
