"""Training by one call: `train` to the end, `epochs` as an iterator of epochs."""

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, replace
from typing import Any, Unpack

from neurosim.errors import WrongTypeError
from neurosim.network.network import Network
from neurosim.training.course.history import Epoch, History
from neurosim.training.options import (
    Options,
    TrainOptions,
    make_options,
    option_fields,
    option_rows,
)
from neurosim.training.streaming.stream import StreamTraining, train_on_batches
from neurosim.training.task import require_network
from neurosim.training.training import (
    EpochsToEnd,
    Training,
    require_no_folds,
    require_one_seed,
    train_to_end,
)


def train(network: Network, X: Any, T: Any = None, **options: Unpack[TrainOptions]) -> History:
    """Train a network in place.

    Args:
        network: afterwards its objects hold what was learned, also when the call raises.
        X: samples, (B, n_in); without T, batches: a function that makes an iterator of pairs
            (X, T) and is called for each epoch, or a list or a loader of such pairs.
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,). Arrays of float64,
            row behind row, are read where they are (in single precision X of float32, too): no
            other thread may change them before the call returns.
        {options}

    Raises:
        DivergedError: a loss or a parameter is not finite; says in which epoch, batch and neuron.
        NeurosimError: something given does not fit; see `make_task`.
    """
    chosen = make_options(None, options)
    if T is None:
        require_network(network)
        return train_on_batches(network, X, chosen)
    for name in ("validate", "seeds"):
        if chosen.state is not None and getattr(chosen, name) is not None:
            raise WrongTypeError(f"state: got one beside {name}; expected one of the two")
    found: dict[str, Any] = {}
    if chosen.validate is not None:
        from neurosim.training.validation.cross_validation import require_scales, validate_on_folds

        scales = require_scales(network, None)
        found["folds"] = validate_on_folds(network, X, T, chosen, scales)
    if chosen.seeds is not None:
        from neurosim.training.validation.seed_runs import train_with_seeds

        found["seeds"] = train_with_seeds(network, X, T, chosen)
    history = train_to_end(Training.reading(network, X, T, chosen), chosen.epochs)
    return replace(history, **found) if found else history


def _document_options() -> None:
    """Write the options into the docstring of `train`, and into its signature for ``help``."""
    rows = (f"{row.name}: {row.meaning} ({row.default})" for row in option_rows())
    assert train.__doc__ is not None
    train.__doc__ = train.__doc__.format(options="\n        ".join(rows))
    signature = inspect.signature(train)
    given = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if option.default is MISSING else option.default,
            annotation=option.type,
        )
        for name, option in option_fields().items()
    ]
    train.__signature__ = signature.replace(  # type: ignore[attr-defined] # as functools does
        parameters=[*given, *options]
    )


_document_options()


def epochs(
    network: Network,
    X: Any,
    T: Any = None,
    options: Options | None = None,
    /,
    **changes: Unpack[TrainOptions],
) -> Iterator[Epoch]:
    """Train a network epoch by epoch; takes and raises what `train` does, when called.

    Yields:
        An Epoch after each; the network's objects then hold its values, after the last one those
        that early stopping restores.
    """
    chosen = make_options(options, changes)
    require_no_folds(changes, "epochs")
    require_one_seed(changes, "epochs")
    if T is None:
        require_network(network)
        return StreamTraining(network, X, chosen).epochs(chosen.epochs)
    return EpochsToEnd(Training(network, X, T, chosen), chosen.epochs)
