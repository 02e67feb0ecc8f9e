"""Training: options, the Training object, engines, agreement.

Read `data`, then `task_kind`, `metrics`, `stopping`, `options`, `task`, `state`, `engines`,
`training`, `many`, `validation`, `trainer`, `evaluation`, `agreement`.
"""

from typing import TYPE_CHECKING

from neurosim.lazy import lazy_names

if TYPE_CHECKING:
    from neurosim.training.agreement import Agreement as Agreement
    from neurosim.training.agreement import Difference as Difference
    from neurosim.training.agreement import agree as agree
    from neurosim.training.course.history import Epoch as Epoch
    from neurosim.training.course.history import History as History
    from neurosim.training.engines.compiled import CompiledEngine as CompiledEngine
    from neurosim.training.engines.contract import Engine as Engine
    from neurosim.training.engines.graph import GraphEngine as GraphEngine
    from neurosim.training.engines.table import ENGINES as ENGINES
    from neurosim.training.evaluation import Gradients as Gradients
    from neurosim.training.evaluation import evaluate_loss as evaluate_loss
    from neurosim.training.evaluation import loss_and_gradients as loss_and_gradients
    from neurosim.training.many import train_many as train_many
    from neurosim.training.metrics import METRICS as METRICS
    from neurosim.training.metrics import accuracy as accuracy
    from neurosim.training.options import Options as Options
    from neurosim.training.options import TrainOptions as TrainOptions
    from neurosim.training.state import TrainingState as TrainingState
    from neurosim.training.stopping.stops import EarlyStopping as EarlyStopping
    from neurosim.training.trainer import epochs as epochs
    from neurosim.training.trainer import train as train
    from neurosim.training.training import Training as Training
    from neurosim.training.validation.cross_validation import CrossValidation as CrossValidation
    from neurosim.training.validation.cross_validation import cross_validate as cross_validate
    from neurosim.training.validation.importance import Importance as Importance
    from neurosim.training.validation.importance import (
        permutation_importance as permutation_importance,
    )
    from neurosim.training.validation.learning_curve import LearningCurve as LearningCurve
    from neurosim.training.validation.learning_curve import learning_curve as learning_curve
    from neurosim.training.validation.saliency import Saliency as Saliency
    from neurosim.training.validation.saliency import saliency as saliency

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
