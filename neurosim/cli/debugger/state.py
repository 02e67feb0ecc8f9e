"""The state of a shell: a session, and the expressions to show after every move."""

from neurosim.cli.debugger.arguments import joined
from neurosim.cli.debugger.reply import Reply, ReplyLine
from neurosim.debugger.session import Session
from neurosim.debugger.stops.expressions import QUANTITIES
from neurosim.errors import NotComputable, UnknownNameError, unknown
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron


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
        """An expression with its value; a neuron or connection with all of its numbers."""
        name = joined(text)
        owner = self._owner(name)
        if owner is None:
            return [self._value(text)]
        kind = "neuron" if isinstance(owner, Neuron) else "connection"
        unsaid = ("value",) if isinstance(owner, Neuron) and owner.scaling is None else ()
        return [
            self._value(f"{name}.{what}")
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

    def _owner(self, name: str) -> Neuron | Connection | None:
        network = self.session.network
        if name in network:
            return network[name]
        source, _, target = name.partition("->")
        if (source, target) in network:
            return network[source, target]
        return None

    def _value(self, text: str) -> str:
        try:
            value = self.session.value(text)
            return f"{text} = {int(value) if text in QUANTITIES['position'] else value!r}"
        except NotComputable as error:
            reason = str(error)
            return reason if reason.startswith(f"{text}: ") else f"{text}: {reason}"
