"""The state of a shell: a session, and the expressions to show after every move."""

from neurosim.cli.debugger.arguments import joined
from neurosim.cli.debugger.reply import Reply, ReplyLine
from neurosim.debugger.session import Session
from neurosim.debugger.stops.expressions import QUANTITIES
from neurosim.errors import UnknownNameError, unknown
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.neuron import Neuron

_MOST_NEURONS = 40  # of a layer that are shown
_OF_LAYER = ("output", "value", "net_input", "delta", "bias")


class ShellState:
    """What the commands read and change.

    Attributes:
        session: the training that is debugged.
        displays: by their numbers, what is shown after every move.
        n_listed: how many steps beyond this place the last ``list`` showed; 0 after a move.
        is_left: whether the user has quit.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.displays: dict[int, str] = {}
        self.n_listed = 0
        self.is_left = False
        self._n_displays = 0

    def where(self) -> ReplyLine:
        """The position in the training, and the coming step."""
        return ReplyLine(self.session.where, "place")

    def show(self, text: str) -> list[str]:
        """An expression with its value; a neuron, connection or layer with all of its numbers."""
        name = joined(text)
        owner = self.find(name)
        if owner is None:
            return [self.session.shown(text)]
        if isinstance(owner, Layer):
            return self._layer(owner)
        kind = "neuron" if isinstance(owner, Neuron) else "connection"
        unsaid = ("value",) if isinstance(owner, Neuron) and owner.scaling is None else ()
        return [
            self.session.shown(f"{name}.{what}")
            for what in QUANTITIES[kind]
            if what not in unsaid
            and (getattr(owner, what) is not None or not what.startswith("bias"))
        ]

    def add_display(self, text: str) -> int:
        """Show an expression after every move from now on; its number."""
        self.show(text)
        self._n_displays += 1
        self.displays[self._n_displays] = text
        return self._n_displays

    def take_display(self, number: int) -> None:
        """Show it no more."""
        if number not in self.displays:
            raise UnknownNameError(unknown("display", number, map(str, self.displays)))
        del self.displays[number]

    def displayed(self) -> Reply:
        """All that is to be shown."""
        return [
            ReplyLine(f"{number}: {line}")
            for number, text in self.displays.items()
            for line in self.show(text)
        ]

    def find(self, name: str) -> Neuron | Connection | Layer | None:
        """The neuron, connection or layer of a name, if there is one."""
        network = self.session.network
        if name in network:
            return network[name]
        source, _, target = name.partition("->")
        if (source, target) in network:
            return network[source, target]
        return next((layer for layer in network.layers if layer.name == name), None)

    def _layer(self, layer: Layer) -> list[str]:
        """The numbers of each neuron of a layer in a line."""
        neurons, half = layer.neurons, _MOST_NEURONS // 2
        wanted = ("output", "value") if layer.is_input else _OF_LAYER
        lines = [
            ", ".join(
                self.session.shown(f"{neuron.name}.{what}")
                for what in wanted
                if (what != "bias" or neuron.bias is not None)
                and (what != "value" or neuron.scaling is not None)
            )
            for neuron in neurons
            if len(neurons) <= _MOST_NEURONS or neuron in (*neurons[:half], *neurons[-half:])
        ]
        if len(neurons) > _MOST_NEURONS:
            lines.insert(half, f"... {len(neurons) - _MOST_NEURONS:,} more neurons")
        return lines
