"""Pages that stand still: a network as it is, the losses of a training that has ended."""

import math
from typing import Any

from neurosim.live.document import network_document, plain, plain_number, scales_of
from neurosim.live.moment import largest_weight, thinned
from neurosim.network.network import Network
from neurosim.training.course.history import History


def network_message(network: Network) -> dict[str, Any]:
    """A network with the numbers that its last pass left: a document, and a view of it."""
    inputs = [abs(neuron.output) for neuron in network.inputs if neuron.output is not None]
    values = {
        plural: [plain_number(getattr(neuron, name)) for neuron in network.neurons]
        for plural, name in (("outputs", "output"), ("values", "value"), ("deltas", "delta"))
    }
    return {
        "document": {
            **network_document(network), "is_watched": True, "n_epochs": 0,
            "scales": scales_of(network, max(inputs, default=0.0)),
        },
        "view": {
            "parameters": plain(network.parameters()),
            "largest": plain_number(largest_weight(network)),
            **values, "loss": plain_number(network.loss),
            "place": str(network), "epoch": 0, "is_over": True, "is_moving": False, "revision": 0,
        },
    }  # fmt: skip


def history_message(history: History) -> dict[str, Any]:
    """The losses of a history, and those of the validation rows; what is not finite is left out."""
    losses: dict[str, dict[int, float]] = {"loss": {}, "validation_loss": {}}
    for record in history.records():
        for name, found in losses.items():
            if math.isfinite(record.get(name, math.nan)):
                found[record["epoch"]] = record[name]
    return {"said": str(history), **{name: thinned(found) for name, found in losses.items()}}
