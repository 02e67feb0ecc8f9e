"""Models that we wrote: their structure is in the metadata, and believed where it is of the graph.

Another program may have changed the model and left the metadata as they were. So the network that
the metadata describe is written again: only where that gives the very graph of the model, each node
and each bit of its numbers, is it the network of the model.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.model_file import array_of
from neurosim.doors.onnx_models.structure import network_of_texts
from neurosim.doors.onnx_models.write import model_of
from neurosim.errors import NeurosimError
from neurosim.network.network import Network
from neurosim.network.saved.structured import STRUCTURE


def own_network(model: Any, folder: Path | None, where: str) -> Network | None:
    """The network that the metadata describe; None where they describe none that is the model."""
    texts = {entry.key: entry.value for entry in model.metadata_props}
    if STRUCTURE not in texts:
        return None
    is_single = model.graph.input[0].type.tensor_type.elem_type == _FLOAT32
    try:
        net = network_of_texts(texts, where)
        written = model_of(net, np.float32 if is_single else np.float64)
        one, other = _told(model, folder, where), _told(written, None, where)
        is_same = all(a == b for a, b in zip(one, other, strict=True))
    except NeurosimError:  # of a text that is no network, or of numbers that are not there
        return None
    return net if is_same else None


def _told(model: Any, folder: Path | None, where: str) -> Iterator[Any]:
    """All that says what a model computes; the numbers last."""
    graph = model.graph
    yield list(graph.input), list(graph.output), list(model.opset_import), list(model.functions)
    yield list(graph.node), list(graph.sparse_initializer)
    arrays = {tensor.name: array_of(tensor, folder, where) for tensor in graph.initializer}
    yield {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays.items()}


_FLOAT32 = 1  # as onnx.TensorProto numbers it
