"""Node and edge data of the networkx graph: read-only mappings whose numbers are live.

``weight`` is what networkx' own algorithms ask for. The objects themselves answer by key
(``neuron``, ``connection``) and are not listed, so that data can be written to files; what is None
is left out. A dictionary for each edge would take 200 bytes, and could be written to behind the
network's back.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron

_Held = TypeVar("_Held")


class Datum(Mapping[str, Any], Generic[_Held]):
    """Data of a node or an edge.

    Attributes:
        held: the neuron or the connection.
    """

    __slots__ = ("held",)
    key: ClassVar[str]
    listed: ClassVar[tuple[str, ...]]

    def __init__(self, held: _Held) -> None:
        self.held: _Held = held

    def __getitem__(self, key: str) -> Any:
        if key == self.key:
            return self.held
        value = self._value(key) if key in self.listed else None
        if value is None:
            raise KeyError(key)
        return value

    def _value(self, key: str) -> Any:
        return getattr(self.held, key)

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.listed if self._value(key) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def copy(self) -> dict[str, Any]:
        """A dictionary, as networkx expects it for a copy of a graph; without the object."""
        return dict(self)

    def __repr__(self) -> str:
        return repr(dict(self))


class NodeDatum(Datum[Neuron]):
    """``bias``, ``activation`` and the name of the ``layer``; and by key the ``neuron``."""

    __slots__ = ()
    key = "neuron"
    listed = ("bias", "activation", "layer")

    def _value(self, key: str) -> Any:
        value = getattr(self.held, key)
        return value.name if key == "layer" and value is not None else value


class EdgeDatum(Datum[Connection]):
    """``weight`` and ``trainable``; and by key the ``connection``."""

    __slots__ = ()
    key = "connection"
    listed = ("weight", "trainable")
