"""A pause of Python's cyclic garbage collector while very many objects are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Hold the collector off inside; afterwards, and on any error, it is as it was before.

    It would look through all that was made so far again and again: half of the time of a million
    connections. Nothing is leaked, because what is counted down to zero is freed all the same.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
