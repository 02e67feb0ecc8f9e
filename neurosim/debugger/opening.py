"""Opening of a session on a training."""

from collections.abc import Sequence
from typing import Any

from neurosim.debugger.checks import require_limit
from neurosim.debugger.session import Session
from neurosim.debugger.time.journal import LIMIT
from neurosim.network.network import Network
from neurosim.training.state import TrainingState
from neurosim.training.task import require_epochs
from neurosim.training.trainer import prepare


def debug(
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str = "half_squared_error",
    optimizer: Any,
    epochs: int,
    batch_size: int | None = None,
    shuffle: bool = False,
    reduction: str = "mean",
    engine: str = "compiled",
    seed: int | None = None,
    penalty: Any = None,
    precision: str = "double",
    validation: tuple[Any, Any] | None = None,
    metrics: Sequence[str] = (),
    state: TrainingState | None = None,
    limit: int = LIMIT,
) -> Session:
    """Step through a training; takes the arguments of `neurosim.train`, and checks them as that.

    Args:
        network: is trained as one steps; its objects hold every number of the moment.
        X: samples, (B, n_in).
        T: targets, (B, n_out).
        loss: as for `train`, like all that follows.
        optimizer: the rule.
        epochs: how many; one steps no further.
        batch_size: rows in a batch.
        shuffle: a new order of the rows for each epoch.
        reduction: over a batch.
        engine: of what is not stepped through, on the way to a far moment.
        seed: of the shuffling.
        penalty: on weights.
        precision: of the engine; steps are always double.
        validation: checked, and left to training.
        metrics: checked, and left to training.
        state: where to go on.
        limit: about how many bytes are kept to go back (256 MB).

    Raises:
        NeurosimError: something given does not fit; see `train`.
    """
    task, begin = prepare(
        network, X, T,
        engine=engine, seed=seed, validation=validation, metrics=metrics, state=state,
        options={"loss": loss, "optimizer": optimizer, "batch_size": batch_size, "shuffle": shuffle,
         "reduction": reduction, "penalty": penalty, "precision": precision},
    )  # fmt: skip
    n_epochs = begin.epoch + require_epochs(epochs)
    return Session(task, begin, n_epochs=n_epochs, engine=engine, limit=require_limit(limit))
