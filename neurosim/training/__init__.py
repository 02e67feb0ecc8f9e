"""Training: options, the Training object, engines, agreement.

Read `data`, then `task_kind`, `metrics`, `options`, `task`, `state`, `engines`, `training`, `many`,
`validation`, `trainer`, `evaluation`, `agreement`.
Read `data`, then `task_kind`, `metrics`, `stopping`, `options`, `task`, `state`, `monitor`,
`engines`, `training`, `trainer`, `many`, `evaluation`, `agreement`.
"""

from neurosim.training.agreement import Agreement, Difference, agree
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.table import ENGINES
from neurosim.training.evaluation import Gradients, evaluate_loss, loss_and_gradients
from neurosim.training.many import train_many
from neurosim.training.metrics import METRICS, accuracy
from neurosim.training.options import Options, TrainOptions
from neurosim.training.state import TrainingState
from neurosim.training.stopping.stops import EarlyStopping
from neurosim.training.trainer import epochs, train
from neurosim.training.training import Epoch, History, Training
from neurosim.training.validation.cross_validation import CrossValidation, cross_validate
from neurosim.training.validation.importance import Importance, permutation_importance
from neurosim.training.validation.learning_curve import LearningCurve, learning_curve
from neurosim.training.validation.saliency import Saliency, saliency

__all__ = [
    "ENGINES",
    "METRICS",
    "Agreement",
    "CompiledEngine",
    "CrossValidation",
    "Difference",
    "EarlyStopping",
    "Engine",
    "Epoch",
    "Gradients",
    "GraphEngine",
    "History",
    "Importance",
    "LearningCurve",
    "Options",
    "Saliency",
    "TrainOptions",
    "Training",
    "TrainingState",
    "accuracy",
    "agree",
    "cross_validate",
    "epochs",
    "evaluate_loss",
    "learning_curve",
    "loss_and_gradients",
    "permutation_importance",
    "saliency",
    "train",
    "train_many",
]
