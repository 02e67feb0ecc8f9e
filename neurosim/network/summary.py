"""A network in a few lines of text."""

from typing import TYPE_CHECKING

from neurosim.functions.numbers import counted

if TYPE_CHECKING:
    from neurosim.network.network import Network

_SHOWN = 12  # lone neurons that are named


def summarize(network: "Network") -> str:
    """The network in a few lines, as `Network.summary` returns it."""
    lines = [repr(network)]
    lines += [f"  {layer!r}" for layer in network.layers]
    lone = [neuron.name for neuron in network.neurons if neuron.layer is None]
    if lone:
        shown = ", ".join(lone[:_SHOWN]) + (", ..." if len(lone) > _SHOWN else "")
        lines.append(f"  in no layer: {counted(len(lone), 'neuron')} ({shown})")
    lines.append(f"  outputs: {', '.join(n.name for n in network.outputs) or 'none'}")
    mask = network.trainable_mask()
    lines.append(f"  parameters: {mask.size}, of which {int((~mask).sum())} are frozen")
    return "\n".join(lines)
