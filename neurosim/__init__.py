"""neurosim: one network, three faces."""

from neurosim.network import Network
