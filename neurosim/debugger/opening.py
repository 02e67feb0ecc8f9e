"""Opening of a session on a training."""

from typing import Any, Unpack

from neurosim.debugger.checks import require_limit
from neurosim.debugger.session import Session
from neurosim.debugger.time.journal import LIMIT
from neurosim.network.network import Network
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.training import prepare


def debug(
    network: Network,
    X: Any,
    T: Any,
    options: Options | None = None,
    /,
    *,
    limit: int = LIMIT,
    **changes: Unpack[TrainOptions],
) -> Session:
    """Step through a training; takes the options of `neurosim.train`, and checks them as that.

    Args:
        network: is trained step by step; its objects hold every number of the moment.
        X: samples, (B, n_in).
        T: targets, (B, n_out).
        options: a record of options, or None.
        limit: about how many bytes are kept to go back (256 MB).
        **changes: the options of `neurosim.train`. ``engine`` trains what is not stepped through,
            on the way to a far moment; steps are always in double precision.

    Raises:
        NeurosimError: something given does not fit; see `train`.
    """
    chosen = make_options(options, changes)
    task, begin, _ = prepare(network, X, T, chosen)
    n_epochs = begin.epoch + chosen.epochs
    kept = require_limit(limit)
    return Session(task, begin, n_epochs=n_epochs, engine=chosen.engine, limit=kept)
