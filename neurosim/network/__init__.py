"""The objects: `Neuron`, `Connection`, `Layer`, and the `Network` that holds them in a graph."""

from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network, load
from neurosim.network.neuron import Neuron

__all__ = ["Connection", "Layer", "Network", "Neuron", "load"]
