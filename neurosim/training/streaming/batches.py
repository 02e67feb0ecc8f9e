"""Batches as a user gives them: a function that makes an iterator, or what can be iterated over.

Each epoch iterates anew. An iterator can be gone through only once, so it is of one epoch.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import Matrix

GivenBatch = tuple[Any, Any]


class BatchGroup(NamedTuple):
    """Rows of successive batches, which an engine takes at once.

    Attributes:
        first: the number of its first batch in the epoch.
        X: samples, (B, n_in).
        T: targets, (B, n_out).
        batch_size: the rows of each batch; the last one may have fewer.
    """

    first: int
    X: Matrix
    T: Matrix
    batch_size: int


# of the rows of a group: 2 MB; small batches then take their time in the kernel, not on the way
_MOST_NUMBERS = 2**18
_EXPECTED = "a function that makes an iterator of batches (X, T), or a list of them"


def require_batches(given: Any, epochs: int) -> Callable[[], Iterable[Any]]:
    """What makes the batches of an epoch.

    Raises:
        WrongTypeError: they are no batches.
        InvalidValueError: an iterator, which can be gone through once, is to give several epochs.
    """
    if hasattr(given, "shape") or isinstance(given, (str, bytes, dict)):
        told = " ".join(f"{given!r:.80}".split())  # an array has lines
        raise WrongTypeError(f"T: missing beside X, got {told}; expected T, or {_EXPECTED}")
    if isinstance(given, Iterator):
        if epochs > 1:
            raise InvalidValueError(
                f"batches: an iterator is exhausted after one epoch, got {epochs} epochs;"
                f" expected {_EXPECTED}"
            )
        return lambda: given
    if isinstance(given, Iterable):
        return lambda: given
    if callable(given):
        return given  # type: ignore[no-any-return] # what it returns is looked at in each epoch
    raise WrongTypeError(f"batches: got {given!r:.80}; expected {_EXPECTED}")


def batches_of(make: Callable[[], Iterable[Any]], epoch: int) -> Iterator[GivenBatch]:
    """The batches of an epoch, as they are asked for.

    Raises:
        WrongTypeError: what makes them gives no iterator, or an item is no pair.
    """
    made = make()
    if not isinstance(made, Iterable):
        raise WrongTypeError(f"batches: the function gave {made!r:.80}; expected an iterator")
    for number, item in enumerate(made):
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            told = " ".join(f"{item!r:.80}".split())  # an array has lines
            raise WrongTypeError(
                f"epoch {epoch}, batch {number}: got {told}; expected a pair (X, T)"
            )
        yield item[0], item[1]


def grouped(batches: Iterable[tuple[Matrix, Matrix]]) -> Iterator[BatchGroup]:
    """Small batches together, as long as all but the last one of a group have the same rows.

    Where a batch is refused, those before it come first.
    """
    held, first, room = list[tuple[Matrix, Matrix]](), 0, 0
    try:
        for X, T in batches:
            n_numbers = X.size + T.size
            if held and not (len(held[-1][0]) == len(held[0][0]) >= len(X) and n_numbers <= room):
                yield _joined(held, first)
                held, first = [], first + len(held)
            room = (room if held else _MOST_NUMBERS) - n_numbers
            held.append((X, T))
    except Exception:
        if held:
            yield _joined(held, first)
        raise
    if held:
        yield _joined(held, first)


def _joined(held: list[tuple[Matrix, Matrix]], first: int) -> BatchGroup:
    if len(held) == 1:
        return BatchGroup(first, *held[0], len(held[0][0]))
    X, T = (np.concatenate(parts) for parts in zip(*held, strict=True))
    return BatchGroup(first, X, T, len(held[0][0]))
