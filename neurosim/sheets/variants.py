"""Variants of a lesson: the same network with other weights, known by a code.

The code names the seed, the variant, and the structure that it was made for; so a sheet is judged
by the numbers that were on it.
"""

import hashlib
import re

import numpy as np

from neurosim.errors import FileError
from neurosim.network.network import Network

MOST = 10_000  # variants of a seed


def code_of(network: Network, seed: int, number: int) -> str:
    """The code of a variant, from 1 on, of a network."""
    return f"{seed}-{number}-{_digest(network)}"


def vary(network: Network, code: str, where: str) -> None:
    """Give the network the weights and biases of a variant: of two decimals, from -1 to 1.

    The inputs and targets stay.

    Raises:
        FileError: there is no such variant of this network.
    """
    match = re.fullmatch(r"(\d{1,9})-(\d{1,5})-([0-9a-f]{4})", code)
    if match is None or not 1 <= int(match[2]) <= MOST:
        raise FileError(f"{where}: code: got {code!r:.60}; expected one as the worksheet has it")
    if match[3] != _digest(network):
        raise FileError(f"{where}: code: got {code!r}, of another lesson; expected one of this")
    random = np.random.default_rng([int(match[1]), int(match[2])])
    for parameter in network.parameter_list():
        drawn = int(random.integers(5, 96)) * (1 if random.random() < 0.5 else -1)
        if parameter.value is not None:
            parameter.value = drawn / 100.0


def _digest(network: Network) -> str:
    text = " ".join(p.symbol for p in network.parameter_list())
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:4]
