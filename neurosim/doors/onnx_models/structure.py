"""The structure of a network as texts, for the metadata of a model.

The document of the network is JSON; its connections are columns of numbers, in base64. Nothing is
compressed: what a small text may claim to be is no larger than it.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.errors import FileError
from neurosim.network.document import is_plain
from neurosim.network.files import parse
from neurosim.network.network import Network
from neurosim.network.saved.structured import (
    ARRAYS,
    ENDS,
    INITIAL,
    STRUCTURE,
    TRAINABLE,
    WEIGHTS,
    packed,
    unpacked,
)


def texts_of(net: Network) -> dict[str, str]:
    """The texts by their keys; data of one's own as far as JSON can hold them."""
    document, arrays = packed(net)
    found = {item.name: _plain(data) for item, data in net._structure.data.items()}
    document["data"] = {name: data for name, data in found.items() if data}
    arrays[WEIGHTS] = np.array([connection.weight for connection in net.connections], np.float64)
    columns = {name: _encoded(array, _TYPES[name]) for name, array in arrays.items()}
    return {STRUCTURE: json.dumps(document), **columns}


def network_of_texts(texts: Mapping[str, str], where: str) -> Network:
    """The network of such texts.

    Raises:
        FileError: they are no network.
    """
    try:
        document = parse(texts[STRUCTURE])
        arrays = {name: _decoded(texts[name], name) for name in ARRAYS}
    except (KeyError, ValueError, RecursionError) as error:
        raise FileError(f"{where}: {STRUCTURE}: cannot be read, got {error}") from error
    made: Network = unpacked(document, arrays, where, Network)
    return made


def _plain(data: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in data.items() if is_plain({key: value})}


def _encoded(array: Any, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, kind).tobytes()).decode("ascii")


def _decoded(text: str, name: str) -> Any:
    data = base64.b64decode(text, validate=True)
    found: Any = np.frombuffer(data, _TYPES[name]).astype(ARRAYS[name])
    return found.reshape(-1, 2) if name == ENDS else found


_TYPES = {ENDS: "<u4", WEIGHTS: "<f8", INITIAL: "<f8", TRAINABLE: "u1"}  # as they are written
