"""Pruning: the connections of least magnitude, over the whole network or some of it.

Source: Han, Pool, Tran and Dally 2015, section 3. As in PyTorch's ``global_unstructured`` with
``L1Unstructured``, magnitudes are compared over all layers.
"""

from collections.abc import Sequence

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import require_number
from neurosim.network.connection import Connection


def least(
    connections: Sequence[Connection], *, below: float | None, keep: float | None
) -> list[Connection]:
    """The connections that pruning takes, in their order.

    Args:
        connections: those it may take.
        below: take those of less magnitude.
        keep: keep this share of them, ``round(keep * n)``; of equal magnitudes the first are kept.
    """
    if (below is None) == (keep is None):
        raise WrongTypeError("prune: got both or neither; expected below=w or keep=share")
    magnitudes = np.abs([connection.weight for connection in connections])
    if below is not None:
        bound = require_number(below, "prune below")
        if bound < 0.0:
            raise InvalidValueError(f"prune below: got {bound}; expected at least 0")
        chosen = np.flatnonzero(magnitudes < bound)
    else:
        share = require_number(keep, "prune keep")
        if not 0.0 <= share <= 1.0:
            raise InvalidValueError(f"prune keep: got {share}; expected a share from 0 to 1")
        kept = round(share * len(connections))
        chosen = np.sort(np.argsort(-magnitudes, kind="stable")[kept:])
    return [connections[i] for i in chosen.tolist()]
