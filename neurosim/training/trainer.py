"""Training by one call: `train` to the end, `epochs` as an iterator of epochs."""

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from neurosim.functions.losses import Loss
from neurosim.network.network import Network
from neurosim.training.metrics import Metric
from neurosim.training.options import Options, TrainOptions, make_options, option_rows
from neurosim.training.state import TrainingState
from neurosim.training.task_kind import TaskKind
from neurosim.training.training import Epoch, History, Training


def train(  # noqa: D417 - the lines of the options are made from the record
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str | Loss = "half_squared_error",
    optimizer: Any,
    learning_rate: float | None = None,
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
    task: str | TaskKind = "auto",
    progress: bool = False,
    state: TrainingState | None = None,
) -> History:
    """Train a network in place.

    Args:
        network: afterwards its objects hold what was learned, also when the call raises.
        X: samples, (B, n_in).
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,).
        {options}

    Raises:
        DivergedError: a loss or a parameter is not finite; says in which epoch, batch and neuron.
        NeurosimError: something given does not fit; see `make_task`.
    """
    given = dict(locals())
    for name in ("network", "X", "T"):
        del given[name]
    chosen = make_options(None, given)
    return Training(network, X, T, chosen).watch(chosen.epochs)


assert train.__doc__ is not None
train.__doc__ = train.__doc__.format(
    options="\n        ".join(f"{row.name}: {row.meaning} ({row.default})" for row in option_rows())
)


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
