"""Keys of a scenario that a cure changes, as this file is written.

Layers and neurons are found by name. Where a connection gives its weights, they are left out with
whatever would be drawn anew: a key that the given weights make void is no cure. What no key says,
such as the activation of a neuron that an edit makes, has no assignments.
"""

from collections.abc import Iterable
from typing import Any

import yaml
from yamlcore import CoreDumper

from neurosim.diagnosis.cures import KeyNames
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.scenario.build.scenario import Scenario

_GIVEN = ("weight", "weights", "initial")  # what a connection may start from by itself
_WIDE = 1_000_000  # columns: an assignment is a line


class ScenarioKeys(KeyNames):
    """Where a scenario has what a cure changes.

    Args:
        network: that of the scenario, or a copy.
        scenario: where the keys are.
    """

    def __init__(self, network: Network, scenario: Scenario) -> None:
        super().__init__(network)
        self._entry = entry = scenario.tree.get("network", {})
        self._scales = scenario.scales
        self._own = {
            item["name"]: f"network.{section}[{number}]"
            for section in ("layers", "neurons")
            for number, item in enumerate(entry.get(section, ()))
        }

    def key(self, item: Layer | Neuron) -> str:
        """The path of a layer, or of a neuron of none."""
        return self._own[item.name]

    def activation(self, item: Layer | Neuron, name: str) -> tuple[str, ...]:
        """The assignments that change an activation."""
        return super().activation(item, name) if item.name in self._own else ()

    def biases(self, items: Iterable[Layer | Neuron]) -> tuple[str, ...]:
        """Those that begin with biases of 0."""
        return super().biases(item for item in items if item.name in self._own)

    def weights(self, initializer: str) -> tuple[str, ...]:
        """Those that draw all weights."""
        return (*super().weights(initializer), *self._connections_without_weights())

    def units(self, layer: Layer, n: int) -> tuple[str, ...]:
        """Those that give a layer another number of neurons, and no list that is too short.

        None where an edit made it, or connections name its neurons: new ones would have none.
        """
        if layer.name not in self._own or self._is_wired_by_neuron(layer):
            return ()
        entry = next(item for item in self._entry["layers"] if item["name"] == layer.name)
        lists = {"activation": layer.activation, "bias": "true", "dropout": "0"}
        more = (
            f"{self.key(layer)}.{name}={value}"
            for name, value in lists.items()
            if isinstance(entry.get(name), tuple)
        )
        return (*super().units(layer, n), *more, *self._connections_without_weights())

    def hidden_layer(
        self, network: Network, name: str, n: int, activation: str, output: str
    ) -> tuple[str, ...]:
        """Those that put a layer between the inputs and the outputs."""
        found = super().hidden_layer(network, name, n, activation, output)
        lists = (key for key in ("neurons", "connections", "inputs") if self._entry.get(key))
        if not any(True for _ in lists):
            return found
        first, *_, last = _names_in(found[0])
        ends = [{"from": first, "to": name}, {"from": name, "to": last}]
        others = (f"network.{key}=[]" for key in ("neurons", "inputs") if self._entry.get(key))
        return (*found, *others, f"network.connections={_written(ends)}")

    def scale(self, inputs: str | None, targets: str | None) -> tuple[str, ...]:
        """Those that scale inputs, targets, or both; what is scaled already stays so."""
        own = self._scales
        return super().scale(inputs or own.get("inputs"), targets or own.get("targets"))

    def _is_wired_by_neuron(self, layer: Layer) -> bool:
        names = {neuron.name for neuron in layer.neurons} - {layer.name}
        ends = self._entry.get("connections") or ()
        return any(not names.isdisjoint((entry["from"], entry["to"])) for entry in ends)

    def _connections_without_weights(self) -> Iterable[str]:
        for number, entry in enumerate(self._entry.get("connections") or ()):
            if any(key in entry for key in _GIVEN):
                kept = {key: value for key, value in entry.items() if key not in _GIVEN}
                yield f"network.connections[{number}]={_written(kept)}"


def _names_in(assignment: str) -> list[str]:
    """The names of the layers that an assignment lists."""
    layers = yaml.safe_load(assignment.partition("=")[2])
    return [str(layer["name"]) for layer in layers]


def _written(value: Any) -> str:
    return str(yaml.dump(value, Dumper=CoreDumper, default_flow_style=True, width=_WIDE)).strip()
