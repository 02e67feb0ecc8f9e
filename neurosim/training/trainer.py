"""Training by one call: `train` to the end, `epochs` as an iterator of epochs."""

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from neurosim.functions.losses import Loss
from neurosim.network.network import Network
from neurosim.training.metrics import Metric
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.state import TrainingState
from neurosim.training.training import Epoch, History, Training


def train(
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str | Loss = "half_squared_error",
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
    metrics: Sequence[str | Metric] = (),
    state: TrainingState | None = None,
) -> History:
    """Train a network in place.

    Args:
        network: afterwards its objects hold what was learned, also when the call raises.
        X: samples, (B, n_in).
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,).
        loss: a name of the table of losses, or a `Loss`.
        optimizer: such as ``SGD(learning_rate=0.5)``.
        epochs: how many.
        batch_size: rows in a batch; None: all.
        shuffle: draw a new order of the rows for each epoch, from the seed.
        reduction: over a batch, ``mean`` or ``sum``.
        engine: ``compiled`` or ``graph``.
        seed: of the shuffling; None: the network's.
        penalty: ``L2(strength)`` or ``{"l2": strength}``.
        precision: ``double`` (float64), or ``single`` (float32; the compiled engine only).
        validation: a pair (X, T) to measure after each epoch.
        metrics: names, such as ``accuracy``, or functions of (outputs, T), to measure after each
            epoch.
        state: where to go on; None: at the start.

    Raises:
        DivergedError: a loss or a parameter is not finite; says in which epoch, batch and neuron.
        NeurosimError: something given does not fit; see `make_task`.
    """
    chosen = Options(
        loss=loss, optimizer=optimizer, epochs=epochs, batch_size=batch_size, shuffle=shuffle,
        reduction=reduction, engine=engine, seed=seed, penalty=penalty, precision=precision,
        validation=validation, metrics=metrics, state=state,  # type: ignore[arg-type] # checked
    )  # fmt: skip
    return Training(network, X, T, chosen).watch(chosen.epochs)


def epochs(
    network: Network,
    X: Any,
    T: Any,
    options: Options | None = None,
    /,
    **changes: Unpack[TrainOptions],
) -> Iterator[Epoch]:
    """Train a network epoch by epoch; takes and raises what `train` does, when called.

    Yields:
        An Epoch after each; the network's objects then hold its values.
    """
    chosen = make_options(options, changes)
    return Training(network, X, T, chosen).epochs(chosen.epochs)
