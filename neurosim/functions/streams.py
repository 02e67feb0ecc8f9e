"""Streams of random numbers: one seed, and a child of it for each purpose.

Because each purpose has a stream of its own, adding a layer does not reshuffle the data.
"""

import zlib

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import shown

_RANGE = "expected 0 <= seed < 2**32"


def stream(seed: int, *names: str) -> "np.random.Generator":
    """The generator that the purpose ``names`` has under this seed.

    >>> float(stream(1, "shuffling").random()) == float(stream(1, "shuffling").random())
    True
    >>> float(stream(1, "shuffling").random()) == float(stream(1, "data").random())
    False
    """
    key = tuple(zlib.crc32(name.encode()) for name in names)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def require_seed(seed: object, where: str = "seed") -> int:
    """The seed as an int, 0 <= seed < 2**32 (what ``np.random.seed`` takes, too)."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise WrongTypeError(f"{where}: not an integer, got {shown(seed)}; {_RANGE}")
    if not 0 <= seed < 2**32:
        raise InvalidValueError(f"{where}: out of range, got {shown(seed)}; {_RANGE}")
    return int(seed)
