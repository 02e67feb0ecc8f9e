"""Node and edge data of the networkx graph: read-only mappings with one key.

A dictionary for each edge would take 200 bytes, and could be written to behind the network's back.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron

_Held = TypeVar("_Held")


class Datum(Mapping[str, _Held], Generic[_Held]):
    """``{key: held}``.

    Attributes:
        held: the neuron or the connection.
    """

    __slots__ = ("held",)
    key: ClassVar[str]

    def __init__(self, held: _Held) -> None:
        self.held: _Held = held

    def __getitem__(self, key: str) -> _Held:
        if key != self.key:
            raise KeyError(key)
        return self.held

    def __iter__(self) -> Iterator[str]:
        yield self.key

    def __len__(self) -> int:
        return 1

    def copy(self) -> dict[str, Any]:
        """A dictionary, as networkx expects it for a copy of a graph."""
        return {self.key: self.held}

    def __repr__(self) -> str:
        return repr(self.copy())


class NodeDatum(Datum[Neuron]):
    """``{"neuron": Neuron}``."""

    __slots__ = ()
    key = "neuron"


class EdgeDatum(Datum[Connection]):
    """``{"connection": Connection}``."""

    __slots__ = ()
    key = "connection"
